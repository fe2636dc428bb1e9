/* Loss, jitter, bit rate, frame rate and latency of edges: how they are put together from those of the peers, and
 * each as an expectation that is met and one that is not */
#include "rjt-conclusion.h"

static void
tell_stats (RjtStory *story, double ms, const char *whom, guint attempt, const char *quality)
{
  g_autofree char *stats =
    g_strdup_printf ("{'frames':60,'key_frames':2,'wrong_frames':0,'foreign_frames':0,"
                     "'stamped_frames':60,'first_frame_us':0,'last_frame_us@':%.1f,"
                     "'longest_gap_ms':40,'longest_gap_at_us':0,'frame_interval_ms':33.333,"
                     "'open':false,%s}",
                     ms, quality);

  rjt_tell (story, ms, RJ_EVENT_PEER_STATS, "a", attempt, whom, stats);
  rjt_tell (story, ms, RJ_EVENT_PEER_CLOSED, "a", attempt, whom, "{'reason':'closed'}");
}

/* a sees b twice, and c once with nothing measured */
static RjResult *
conclude (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");

  rjt_tell_start (story, "a b c");
  rjt_tell_join (story, 100, "a", 1, FALSE);
  rjt_tell_join (story, 100, "b", 1, TRUE);
  rjt_tell_join (story, 100, "c", 1, TRUE);
  rjt_tell_watch (story, 200, "a", 1, "b");
  tell_stats (story, 2200, "b", 1,
              "'packets':310,'bytes':100000,'lost_packets':5,'sequence_gaps':3,'duplicates':10,"
              "'reordered':1,'played_frames':59,'receiving_ms':2000,'playing_ms':2000,"
              "'jitter_ms':2,'jitter_max_ms':9,'latency_ms':12.5");
  rjt_tell_lost (story, 2300, "a", 1, "networkDisconnect");
  rjt_tell_join (story, 2400, "a", 2, FALSE);
  rjt_tell_watch (story, 2500, "a", 2, "b");
  rjt_tell_watch (story, 2500, "a", 2, "c");
  tell_stats (story, 4500, "b", 2,
              "'packets':100,'bytes':50000,'lost_packets':3,'sequence_gaps':1,'duplicates':0,"
              "'reordered':0,'played_frames':1,'receiving_ms':1000,'playing_ms':1000,"
              "'jitter_ms':6.1,'jitter_max_ms':7");
  tell_stats (story, 4500, "c", 2, "'packets':0,'bytes':0");
  rjt_tell_end (story, 4600, "duration");
  return rjt_conclude (story);
}

static void
test_peers_are_put_together (void)
{
  g_autoptr (RjResult) result = conclude ();
  const RjEdgeResult *edge = rjt_get_edge (result, "b", "a");

  g_assert_cmpuint (edge->lost_packets, ==, 8);
  g_assert_cmpuint (edge->sequence_gaps, ==, 4);
  g_assert_cmpuint (edge->duplicates, ==, 10);
  g_assert_cmpuint (edge->reordered, ==, 1);
  /* 310 + 100 packets, 10 of them twice: 408 were sent */
  g_assert_cmpfloat_with_epsilon (edge->loss_percent, 100 * 8 / 408.0, 1e-9);
  g_assert_cmpfloat_with_epsilon (edge->jitter_ms, (310 * 2 + 100 * 6.1) / 410, 1e-9);
  g_assert_cmpfloat (edge->jitter_max_ms, ==, 9);
  g_assert_cmpfloat_with_epsilon (edge->bitrate_bps, 400000, 1e-6); /* 1.2 Mbit in 3 s */
  g_assert_cmpfloat_with_epsilon (edge->fps, 20, 1e-9);
  g_assert_cmpfloat (edge->latency_ms, ==, 12.5);
}

static void
test_what_was_not_measured_is_not_known (void)
{
  g_autoptr (RjResult) result = conclude ();
  const RjEdgeResult *edge = rjt_get_edge (result, "c", "a");

  g_assert_cmpfloat (edge->loss_percent, ==, RJ_MS_UNKNOWN);
  g_assert_cmpfloat (edge->jitter_ms, ==, RJ_MS_UNKNOWN);
  g_assert_cmpfloat (edge->jitter_max_ms, ==, RJ_MS_UNKNOWN);
  g_assert_cmpfloat (edge->bitrate_bps, ==, RJ_MS_UNKNOWN);
  g_assert_cmpfloat (edge->fps, ==, RJ_MS_UNKNOWN);
  g_assert_cmpfloat (edge->latency_ms, ==, RJ_MS_UNKNOWN);
}

static void
test_each_is_an_expectation (void)
{
  static const struct {
    const char *met, *unmet, *found;
  } rows[] = {
    { "loss.max < 2%", "loss.max < 1.9%", "2.0 % of 1 value" },
    { "jitter.max < 4ms", "jitter.max < 2ms", "3 ms" },
    { "bitrate.min >= 400k", "bitrate.min > 0.5M", "400 kbit/s" },
    { "bitrate.min > 399999", "bitrate.min < 100kbps", "400 kbit/s" },
    { "fps.min >= 20", "fps.min >= 20.5", "20.0 fps" },
    { "latency.p50 < 13ms", "latency.p50 < 12ms", "12 ms" },
    { "sequence_gaps == 4", "sequence_gaps == 0", "4" },
    { "loss.max < 2% in room", "loss.max == 0 in room", NULL },
  };
  g_autoptr (RjResult) result = conclude ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpstr (rjt_judge (result, rows[i].met, rows[i].found), ==, "met");
    g_assert_cmpstr (rjt_judge (result, rows[i].unmet, rows[i].found), ==, "unmet");
  }
  g_assert_cmpstr (rjt_judge (result, "rtt.max < 1s", NULL), ==, "undecided");
}

/* Two publications of b, and none of a */
static void
test_round_trips (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, FALSE);
  rjt_tell_join (story, 100, "b", 1, TRUE);
  rjt_tell (story, 2000, RJ_EVENT_PUBLICATION_STATS, "b", 1, "publish",
            "{'reports':1,'rtt_ms':10,'rtt_max_ms':10,'open':true}");
  rjt_tell (story, 2100, RJ_EVENT_PUBLICATION_STATS, "b", 1, "publish",
            "{'reports':3,'rtt_ms':20,'rtt_max_ms':50,'open':false}");
  rjt_tell (story, 2100, RJ_EVENT_PEER_CLOSED, "b", 1, "publish", "{'reason':'lost'}");
  rjt_tell_lost (story, 2100, "b", 1, "networkDisconnect");
  rjt_tell_join (story, 2200, "b", 2, TRUE);
  rjt_tell (story, 4000, RJ_EVENT_PUBLICATION_STATS, "b", 2, "publish",
            "{'reports':1,'rtt_ms':40,'rtt_max_ms':40,'open':false}");
  rjt_tell_end (story, 4100, "duration");
  result = rjt_conclude (story);
  g_assert_cmpfloat (rjt_get_participant (result, 0)->rtt_ms, ==, RJ_MS_UNKNOWN);
  g_assert_cmpfloat (rjt_get_participant (result, 1)->rtt_ms, ==, 25);
  g_assert_cmpfloat (rjt_get_participant (result, 1)->rtt_max_ms, ==, 50);
  g_assert_cmpstr (rjt_judge (result, "rtt.max <= 25ms", "25 ms of 1 value"), ==, "met");
  g_assert_cmpstr (rjt_judge (result, "rtt.max < 25ms", NULL), ==, "unmet");
}

#define ADD(name) g_test_add_func ("/measure/quality/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (peers_are_put_together);
  ADD (what_was_not_measured_is_not_known);
  ADD (round_trips);
  ADD (each_is_an_expectation);
  return g_test_run ();
}
