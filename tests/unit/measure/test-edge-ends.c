/* How edges end, what stands before and after pauses, and when everything was back after which fault */
#include "rjt-conclusion.h"
#include "rjt-fault-stories.h"

static void
tell_gap_from (RjtStory *story, const char *who, const char *whom, double from_ms, double to_ms)
{
  g_autofree char *data = g_strdup_printf ("{'last_frame_us@':%.3f,"
                                           "'next_frame_us@':%.3f,'next_key_frame_us@':%.3f}",
                                           from_ms, to_ms, to_ms);

  rjt_tell (story, to_ms, RJ_EVENT_FRAME_GAP, who, 1, whom, data);
}

/* A gap of the second peer comes after the time between both. */
static void
test_the_last_outage_is_the_last_one (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_pair (story);
  rjt_tell_unwatch (story, 4000, "b", 1, "a", 1990);
  rjt_tell_watch (story, 4940, "b", 1, "a");
  tell_gap_from (story, "b", "a", 6000, 7000);
  rjt_tell_good_end (story, 9000, "duration");
  result = rjt_conclude (story);
  g_assert_cmpuint (rjt_get_edge (result, "a", "b")->outages->len, ==, 2);
  g_assert_cmpint (rjt_get_edge (result, "a", "b")->last_outage_to_us, ==, rjt_story_us (7000));
}

/* An outage is what is longer than half a second, to the microsecond. */
static void
test_just_an_outage (void)
{
  for (guint i = 0; i < 2; i++) {
    g_autoptr (RjtStory) story = rjt_story_new ("room");
    g_autoptr (RjResult) result = NULL;

    rjt_tell_pair (story);
    tell_gap_from (story, "b", "a", 1000, i == 0 ? 1500 : 1500.001);
    rjt_tell_good_end (story, 9000, "duration");
    result = rjt_conclude (story);
    g_assert_cmpuint (rjt_get_edge (result, "a", "b")->outages->len, ==, i);
  }
}

/* Statistics of a peer that goes on say nothing of the time after them. */
static void
test_open_statistics (void)
{
  for (guint open = 0; open < 2; open++) {
    g_autoptr (RjtStory) story = rjt_story_new ("room");
    g_autoptr (RjResult) result = NULL;

    rjt_tell_pair (story);
    rjt_tell (story, 4000, RJ_EVENT_PEER_STATS, "b", 1, "a",
              open ? "{'frames':90,'last_frame_us@':3990,'open':true}"
                   : "{'frames':90,'last_frame_us@':3990,'open':false}");
    rjt_tell_unwatch (story, 10000, "a", 1, "b", 9990);
    rjt_tell_end (story, 10001, "duration");
    result = rjt_conclude (story);
    g_assert_cmpint (rjt_get_edge (result, "a", "b")->down_at_end, ==, !open);
  }
}

/* A peer that never got a frame is no end of the silence. */
static void
test_a_peer_without_frames (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_pair (story);
  rjt_tell_unwatch (story, 4000, "b", 1, "a", 990);
  rjt_tell (story, 4001, RJ_EVENT_PEER_CREATED, "b", 1, "a", "{'direction':'subscribe'}");
  rjt_tell_unwatch (story, 10000, "a", 1, "b", 9990);
  rjt_tell_end (story, 10001, "duration");
  result = rjt_conclude (story);
  g_assert_true (rjt_get_edge (result, "a", "b")->down_at_end);
  g_assert_cmpint (rjt_get_edge (result, "a", "b")->last_outage_from_us, ==, rjt_story_us (990));
}

/* The log of the publisher's machine was not given. */
static void
test_a_publisher_of_whom_nothing_is_told (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell_unwatch (story, 5000, "b", 1, "a", 4990);
  rjt_tell_end (story, 5001, "duration");
  result = rjt_conclude (story);
  g_assert_nonnull (rjt_get_edge (result, "a", "b"));
  g_assert_true (rjt_get_edge (result, "a", "b")->flowed);
}

static void
test_somebody_else_who_is_never_seen (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_pair (story);
  rjt_tell (story, 400, RJ_EVENT_REMOTE_PUBLISHED, "b", 1, "guest",
            "{'from':'guest','foreign':true,'has_video':true}");
  rjt_tell_good_end (story, 5000, "duration");
  result = rjt_conclude (story);
  g_assert_nonnull (rjt_get_edge (result, "guest", "b"));
  g_assert_true (rjt_get_edge (result, "guest", "b")->down_at_end);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_FAILED);
}

/* What was dark already when it was muted */
static void
test_dark_before_a_pause (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  const RjEdgeResult *edge;

  rjt_tell_pair (story);
  rjt_tell (story, 3000, RJ_EVENT_REMOTE_PROPERTY, "b", 1, "a",
            "{'property':'videoActive','value':false}");
  rjt_tell (story, 4000, RJ_EVENT_REMOTE_PROPERTY, "b", 1, "a",
            "{'property':'videoActive','value':true}");
  tell_gap_from (story, "b", "a", 1000, 4100);
  rjt_tell_good_end (story, 9000, "duration");
  result = rjt_conclude (story);
  edge = rjt_get_edge (result, "a", "b");
  g_assert_cmpuint (edge->outages_ms->len, ==, 1);
  rjt_assert_ms (g_array_index (edge->outages_ms, double, 0), 2000);
}

/* A pause at another time does not hide a gap. */
static void
test_a_gap_beside_a_pause (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_pair (story);
  rjt_tell (story, 3000, RJ_EVENT_REMOTE_PROPERTY, "b", 1, "a",
            "{'property':'videoActive','value':false}");
  rjt_tell (story, 4000, RJ_EVENT_REMOTE_PROPERTY, "b", 1, "a",
            "{'property':'videoActive','value':true}");
  rjt_tell (story, 9000, RJ_EVENT_PEER_STATS, "b", 1, "a",
            "{'frames':90,'last_frame_us@':8990,'open':false,'longest_gap_ms':450,"
            "'longest_gap_at_us@':1000}");
  rjt_tell_unwatch (story, 9000, "a", 1, "b", 8990);
  rjt_tell_end (story, 9001, "duration");
  result = rjt_conclude (story);
  rjt_assert_ms (rjt_get_edge (result, "a", "b")->longest_gap_ms, 450);
}

/* --- back after which fault? --- */

static double
get_back_ms (const RjResult *result, guint fault)
{
  return ((const RjFaultResult *) g_ptr_array_index (result->faults, fault))->back_ms;
}

static void
test_not_back_while_an_edge_is_dark (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  rjt_tell_gap (story, 990, 3000);
  rjt_tell_pair_end (story, 30000, 990, 29990, "duration");
  result = rjt_conclude (story);
  g_assert_cmpfloat (get_back_ms (result, 0), ==, RJ_MS_UNKNOWN);
}

/* Each alone in its session: one is back, the other one is not. */
static void
test_not_back_while_somebody_is_away (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 0, RJ_EVENT_RUN_STARTED, NULL, 0, NULL,
            "{'participants':[{'name':'a','session':'room'},{'name':'b','session':'hall'}]}");
  rjt_tell_fault (story, 4000, "kill-media-node", "1");
  for (guint i = 0; i < 2; i++) {
    g_free (story->session);
    story->session = g_strdup (i == 0 ? "room" : "hall");
    rjt_tell_join (story, 100, rjt_pair[i], 1, TRUE);
    rjt_tell_lost (story, 7500, rjt_pair[i], 1, "nodeCrashed");
  }
  rjt_tell_join (story, 7600, "b", 2, TRUE);
  rjt_tell_end (story, 30000, "duration");
  result = rjt_conclude (story);
  g_assert_cmpfloat (get_back_ms (result, 0), ==, RJ_MS_UNKNOWN);
}

/* What the second fault has taken is not what the first one had. */
static void
test_back_from_the_first_fault (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "a");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_fault (story, 1000, "kill-media-node", "0");
  rjt_tell_lost (story, 4500, "a", 1, "nodeCrashed");
  rjt_tell_join (story, 4600, "a", 2, TRUE);
  rjt_tell_fault (story, 9000, "kill-media-node", "1");
  rjt_tell_lost (story, 12500, "a", 2, "nodeCrashed");
  rjt_tell_end (story, 30000, "duration");
  result = rjt_conclude (story);
  rjt_assert_ms (get_back_ms (result, 0), 3660);
  g_assert_cmpfloat (get_back_ms (result, 1), ==, RJ_MS_UNKNOWN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/measure/edge-ends/" #name, test_##name)
  ADD (the_last_outage_is_the_last_one);
  ADD (just_an_outage);
  ADD (open_statistics);
  ADD (a_peer_without_frames);
  ADD (a_publisher_of_whom_nothing_is_told);
  ADD (somebody_else_who_is_never_seen);
  ADD (dark_before_a_pause);
  ADD (a_gap_beside_a_pause);
  ADD (not_back_while_an_edge_is_dark);
  ADD (not_back_while_somebody_is_away);
  ADD (back_from_the_first_fault);
  return g_test_run ();
}
