/* Everything that can be expected: a text that is met, one that is not, and whether nothing can be said of a run in
 * which nothing of its kind was measured. A figure or count without a row fails. */
#include "rj-counts.h"
#include "rj-expectation.h"
#include "rjt-conclusion.h"

static const struct {
  const char *name, *met, *unmet;
  gboolean always; /* can be said of any run */
} rows[] = {
  { "outage", "outage.max < 5s", "outage.max < 1s", FALSE },
  { "rejoin", "rejoin.max < 5s", "rejoin.max < 1s", FALSE },
  { "rejoin.own", "rejoin.own.max < 1s", "rejoin.own.max < 1ms", FALSE },
  { "rejoin.server", "rejoin.server.max < 1s", "rejoin.server.max < 1ms", FALSE },
  { "rejoin.detect", "rejoin.detect.max < 4s", "rejoin.detect.max < 1s", FALSE },
  { "unaffected.gap", "unaffected.gap.max < 50ms", "unaffected.gap.max < 30ms", FALSE },
  { "fault.back", "fault.back.max < 4s", "fault.back.max < 1s", FALSE },
  { "loss", "loss.max < 5%", "loss.max < 1%", FALSE },
  { "jitter", "jitter.max < 3ms", "jitter.max < 1ms", FALSE },
  { "latency", "latency.max < 13ms", "latency.max < 12ms", FALSE },
  { "bitrate", "bitrate.min > 300k", "bitrate.min > 500k", FALSE },
  { "fps", "fps.min > 20", "fps.min > 40", FALSE },
  { "rtt", "rtt.max < 5ms", "rtt.max < 3ms", FALSE },
  { "joined", "joined == all", "joined < 4", TRUE },
  { "rejoined", "rejoined == all", "rejoined < 2", FALSE },
  { "failed", "failed == 0", "failed > 0", TRUE },
  { "affected", "affected == 2", "affected == 0", TRUE },
  { "rejoins", "rejoins == 2", "rejoins == 0", TRUE },
  { "outages", "outages == 2", "outages == 0", FALSE },
  { "dark", "dark == 0", "dark > 0", FALSE },
  { "wrong_frames", "wrong_frames == 0", "wrong_frames > 0", FALSE },
  { "picture_failures", "picture_failures == 1", "picture_failures == 0", FALSE },
  { "sequence_gaps", "sequence_gaps == 6", "sequence_gaps == 0", FALSE },
  { "events.double", "events.double == 1", "events.double == 0", FALSE },
  { "events.missing", "events.missing == 8", "events.missing == 0", FALSE },
  { "ghosts", "ghosts == 1", "ghosts == 0", FALSE },
};

static void
tell_stats (RjtStory *story, const char *who, const char *whom)
{
  rjt_tell (story, 9000, RJ_EVENT_PEER_STATS, who, 1, whom,
            "{'frames':240,'key_frames':8,'wrong_frames':0,'foreign_frames':0,'stamped_frames':240,"
            "'first_frame_us':0,'last_frame_us@':8990,'longest_gap_ms':40,'longest_gap_at_us':0,"
            "'frame_interval_ms':33.333,'open':false,'packets':97,'bytes':400000,'lost_packets':3,"
            "'sequence_gaps':3,'duplicates':0,'reordered':0,'played_frames':240,"
            "'receiving_ms':8000,'playing_ms':8000,'jitter_ms':2,'jitter_max_ms':9,"
            "'latency_ms':12.5}");
}

/* a and b lose their node and come back, d and e notice nothing. */
static RjResult *
conclude_rich (void)
{
  static const char *const hit[] = { "a", "b" };
  static const char *const others[] = { "d", "e" };
  g_autoptr (RjtStory) story = rjt_story_new ("room");

  rjt_tell (story, 0, RJ_EVENT_RUN_STARTED, NULL, 0, NULL,
            "{'participants':[{'name':'a','session':'room'},{'name':'b','session':'room'},"
            "{'name':'d','session':'hall'},{'name':'e','session':'hall'}]}");
  rjt_tell_all_join (story, hit, 2, 500, 1);
  rjt_tell_fault (story, 4000, "kill-media-node", "1");
  for (guint i = 0; i < 2; i++)
    rjt_tell_lost (story, 7500 + i, hit[i], 1, "nodeCrashed");
  rjt_tell_all_unwatch (story, hit, 2, 7505, 1, 3990);
  rjt_tell_all_join (story, hit, 2, 7510, 2);
  rjt_tell (story, 8000, RJ_EVENT_PICTURE_CHECKED, "a", 2, "b", "{'ok':false}");
  rjt_tell (story, 8500, RJ_EVENT_PICTURE_CHECKED, "a", 2, "b", "{'ok':true}");
  rjt_tell (story, 8550, RJ_EVENT_REMOTE_JOINED, "a", 2, "b",
            "{'from':'b','foreign':false,'connection':'con_b2'}");
  rjt_tell (story, 8560, RJ_EVENT_NOTIFICATION_DOUBLE, "a", 2, NULL,
            "{'event':'participantJoined','connection':'con_b2'}");
  rjt_tell (story, 8600, RJ_EVENT_GHOST_FOUND, "a", 0, NULL,
            "{'connection':'con_a1','since_us@':7500}");
  rjt_tell (story, 8700, RJ_EVENT_CENSUS, NULL, 0, NULL,
            "{'asked':2,'answered':2,'answered_us@':8690,'listed':5,'ghosts':1}");
  rjt_tell (story, 8900, RJ_EVENT_PUBLICATION_STATS, "a", 2, "publish",
            "{'reports':5,'rtt_ms':4,'rtt_max_ms':7,'open':true}");
  rjt_tell_all_unwatch (story, hit, 2, 9000, 2, 8990);
  g_free (story->session);
  story->session = g_strdup ("hall");
  rjt_tell_all_join (story, others, 2, 500, 1);
  tell_stats (story, "d", "e");
  tell_stats (story, "e", "d");
  rjt_tell_end (story, 9001, "duration");
  return rjt_conclude (story);
}

/* One that is alone, and does not publish */
static RjResult *
conclude_bare (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");

  rjt_tell_start (story, "a");
  rjt_tell_join (story, 100, "a", 1, FALSE);
  rjt_tell_end (story, 9001, "duration");
  return rjt_conclude (story);
}

static void
test_met_and_unmet (void)
{
  g_autoptr (RjResult) result = conclude_rich ();

  g_assert_cmpstr (result->reason, !=, NULL);
  g_test_message ("%s", result->reason);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_cmpstr (rjt_judge (result, rows[i].met, NULL), ==, "met");
    g_assert_cmpstr (rjt_judge (result, rows[i].unmet, NULL), ==, "unmet");
  }
}

/* "wrong_frames == 0" of a run without a frame would be a promise that nobody has kept. */
static void
test_nothing_measured (void)
{
  g_autoptr (RjResult) result = conclude_bare ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (g_str_equal (rjt_judge (result, rows[i].met, NULL), "undecided"), ==,
                     !rows[i].always);
}

static char *
find (const RjResult *result, const char *text)
{
  g_autoptr (RjExpectation) expectation = rj_expectation_parse (text, NULL);
  RjExpectationResult *judged = rj_expectation_judge (expectation, result);
  char *found =
    g_strconcat (rj_expectation_state_get_name (judged->state), ": ", judged->found, NULL);

  rj_expectation_result_free (judged);
  return found;
}

/* @foreign: frames without a stamp of ours, of ninety */
static RjResult *
conclude_pair (guint foreign)
{
  static const char *const names[] = { "a", "b" };
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autofree char *stats = g_strdup_printf (
    "{'frames':90,'foreign_frames':%u,'last_frame_us@':4990,'open':false}", foreign);

  rjt_tell_start (story, "a b");
  rjt_tell_all_join (story, names, 2, 100, 1);
  rjt_tell (story, 5000, RJ_EVENT_PEER_STATS, "a", 1, "b", stats);
  rjt_tell (story, 5000, RJ_EVENT_PEER_STATS, "b", 1, "a", stats);
  rjt_tell_end (story, 5001, "duration");
  return rjt_conclude (story);
}

/* There is something, but not what was asked for. */
static void
test_nothing_of_that_kind (void)
{
  static const struct {
    guint foreign;
    const char *text, *found;
  } cases[] = {
    { 90, "wrong_frames == 0", "undecided: no frame said whose it was" },
    { 89, "wrong_frames == 0", "met: 0" },
    { 0, "picture_failures == 0", "undecided: no picture was decoded" },
    { 0, "dark == 0 within 5s", "undecided: there was no fault after which it could be counted" },
    { 0, "dark == 0", "met: 0 of 2 edges" },
    { 0, "failed == 0 in elsewhere", "undecided: there was no session elsewhere" },
    { 0, "failed == 0 of others", "undecided: there was nobody of group others" },
    { 0, "failed == 0 of others in room",
      "undecided: there was nobody of group others in session room" },
    { 0, "failed == 0 of others in elsewhere", "undecided: there was no session elsewhere" },
    { 0, "rejoined == all", "undecided: there were no participants that were lost" },
    { 0, "failed == 0 in room", "met: 0 of 2 participants" },
    { 0, "rejoins == 0", "met: 0" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (RjResult) result = conclude_pair (cases[i].foreign);
    g_autofree char *found = find (result, cases[i].text);

    g_assert_cmpstr (found, ==, cases[i].found);
  }
}

/* All is well already when the run ends, before that moment */
static void
test_well_before_the_moment (void)
{
  g_autoptr (RjResult) result = conclude_rich ();

  g_assert_cmpstr (rjt_judge (result, "rejoined == all within 1m", NULL), ==, "met");
  g_assert_cmpstr (rjt_judge (result, "dark == 0 within 1m", NULL), ==, "met");
}

static void
test_nobody (void)
{
  g_autoptr (RjMeasure) measure = rj_measure_new ();
  g_autoptr (RjResult) result = rj_measure_conclude (measure);
  g_autofree char *found = find (result, "failed == 0");

  g_assert_cmpstr (found, ==, "undecided: there were no participants");
}

static void
test_one_session (void)
{
  g_autoptr (RjResult) result = conclude_rich ();

  g_assert_cmpstr (rjt_judge (result, "rejoins == 2 in room", NULL), ==, "met");
  g_assert_cmpstr (rjt_judge (result, "rejoins == 0 in hall", NULL), ==, "met");
}

static guint
count_rows (const char *name)
{
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    n += g_str_equal (rows[i].name, name);
  if (n != 1)
    g_test_message ("%s: %u rows", name, n);
  return n;
}

static void
test_none_is_left_out (void)
{
  for (guint i = 0; i < RJ_N_FIGURES; i++)
    g_assert_cmpuint (count_rows (rj_figure_rows[i].name), ==, 1);
  for (guint i = 0; i < rj_n_count_rows; i++)
    g_assert_cmpuint (count_rows (rj_count_rows[i].name), ==, 1);
  g_assert_cmpuint (G_N_ELEMENTS (rows), ==, RJ_N_FIGURES + rj_n_count_rows);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/measure/each-expectation/" #name, test_##name)
  ADD (met_and_unmet);
  ADD (nothing_measured);
  ADD (nothing_of_that_kind);
  ADD (nobody);
  ADD (well_before_the_moment);
  ADD (one_session);
  ADD (none_is_left_out);
  return g_test_run ();
}
