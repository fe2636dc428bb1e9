#include "rjt-conclusion.h"

static void
assert_outages (const RjEdgeResult *edge, guint n, double first_ms)
{
  g_assert_cmpuint (edge->outages_ms->len, ==, n);
  g_assert_cmpuint (edge->outages->len, ==, n);
  if (n > 0)
    g_assert_cmpfloat_with_epsilon (g_array_index (edge->outages_ms, double, 0), first_ms, 0.001);
}

/* a publishes, b watches; both from the start */
static RjtStory *
begin_pair (void)
{
  RjtStory *story = rjt_story_new ("room");

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell (story, 300, RJ_EVENT_EVERYONE_FLOWING, NULL, 0, NULL, NULL);
  return story;
}

static void
tell_gap (RjtStory *story, double last_ms, double next_ms, double key_ms)
{
  g_autofree char *data = g_strdup_printf (
    "{'last_frame_us@':%g,'next_frame_us@':%g,'next_key_frame_us@':%g}", last_ms, next_ms, key_ms);

  rjt_tell (story, key_ms, RJ_EVENT_FRAME_GAP, "b", 1, "a", data);
}

static void
finish_pair (RjtStory *story, double ms)
{
  rjt_tell (story, ms, RJ_EVENT_PARTICIPANT_STATE, "b", 0, NULL,
            "{'from':'joined','to':'leaving'}");
  rjt_tell_unwatch (story, ms + 1, "b", 1, "a", ms - 10);
  rjt_tell_end (story, ms + 5, "duration");
}

static void
test_the_first_join_is_no_outage (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  finish_pair (story, 5000);
  result = rjt_conclude (story);
  g_assert_cmpuint (result->edges->len, ==, 1);
  assert_outages (rjt_get_edge (result, "a", "b"), 0, 0);
  g_assert_true (rjt_get_edge (result, "a", "b")->flowed);
  g_assert_false (rjt_get_edge (result, "a", "b")->down_at_end);
  g_assert_cmpuint (rjt_get_edge (result, "a", "b")->frames, ==, 90);
  g_assert_cmpfloat (rjt_get_edge (result, "a", "b")->latency_ms, ==, 2.5);
}

static void
test_a_gap_within_a_peer_counts_to_the_key_frame (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  tell_gap (story, 2000, 2600, 3100);
  finish_pair (story, 5000);
  result = rjt_conclude (story);
  assert_outages (rjt_get_edge (result, "a", "b"), 1, 1100);
  g_assert_true (((RjParticipantResult *) g_ptr_array_index (result->participants, 1))->affected);
  g_assert_false (((RjParticipantResult *) g_ptr_array_index (result->participants, 0))->affected);
}

static void
test_ten_slow_frames_are_no_outage (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  tell_gap (story, 2000, 2900, 2900); /* at 5 frames a second the limit is two seconds */
  rjt_tell (story, 4990, RJ_EVENT_PEER_STATS, "b", 1, "a",
            "{'frames':20,'last_frame_us@':4900,'frame_interval_ms':200,'open':true}");
  rjt_tell_end (story, 5000, "duration");
  result = rjt_conclude (story);
  assert_outages (rjt_get_edge (result, "a", "b"), 0, 0);
  g_assert_cmpfloat (rjt_get_edge (result, "a", "b")->longest_gap_ms, ==, 900);
}

static void
test_a_gap_across_peers (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_unwatch (story, 3000, "b", 1, "a", 2000);
  rjt_tell_watch (story, 3100, "b", 1, "a");
  finish_pair (story, 5000);
  result = rjt_conclude (story);
  assert_outages (rjt_get_edge (result, "a", "b"), 1, 1160);
  g_assert_cmpuint (rjt_get_edge (result, "a", "b")->frames, ==, 180);
}

static void
test_muted_time_does_not_count (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 2010, RJ_EVENT_REMOTE_PROPERTY, "b", 1, "a",
            "{'from':'a','property':'videoActive','value':false}");
  rjt_tell (story, 3990, RJ_EVENT_REMOTE_PROPERTY, "b", 1, "a",
            "{'from':'a','property':'videoActive','value':true}");
  tell_gap (story, 2000, 4050, 4050);
  finish_pair (story, 5000);
  result = rjt_conclude (story);
  assert_outages (rjt_get_edge (result, "a", "b"), 0, 0);
}

static void
test_what_stays_dark_after_muting_counts (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 2010, RJ_EVENT_REMOTE_PROPERTY, "b", 1, "a",
            "{'from':'a','property':'videoActive','value':false}");
  rjt_tell (story, 3000, RJ_EVENT_REMOTE_PROPERTY, "b", 1, "a",
            "{'from':'a','property':'videoActive','value':true}");
  tell_gap (story, 2000, 4050, 4050);
  finish_pair (story, 5000);
  result = rjt_conclude (story);
  assert_outages (rjt_get_edge (result, "a", "b"), 1, 1050);
}

static void
test_a_stream_that_was_unpublished_on_purpose (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 2000, RJ_EVENT_REMOTE_UNPUBLISHED, "b", 1, "a",
            "{'from':'a','reason':'unpublish','foreign':false}");
  rjt_tell_unwatch (story, 2000, "b", 1, "a", 1990);
  rjt_tell (story, 5000, RJ_EVENT_PARTICIPANT_STATE, "b", 0, NULL, "{'to':'leaving'}");
  rjt_tell_end (story, 5005, "duration");
  result = rjt_conclude (story);
  assert_outages (rjt_get_edge (result, "a", "b"), 0, 0);
  g_assert_false (rjt_get_edge (result, "a", "b")->down_at_end);
}

static void
test_a_publisher_that_left_on_purpose (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 2000, RJ_EVENT_PARTICIPANT_STATE, "a", 0, NULL, "{'to':'leaving'}");
  rjt_tell (story, 2001, RJ_EVENT_REMOTE_LEFT, "b", 1, "a",
            "{'from':'a','reason':'disconnect','foreign':false}");
  rjt_tell_unwatch (story, 2001, "b", 1, "a", 1990);
  rjt_tell (story, 5000, RJ_EVENT_PARTICIPANT_STATE, "b", 0, NULL, "{'to':'leaving'}");
  rjt_tell_end (story, 5005, "duration");
  result = rjt_conclude (story);
  assert_outages (rjt_get_edge (result, "a", "b"), 0, 0);
  g_assert_false (rjt_get_edge (result, "a", "b")->down_at_end);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
}

static void
tell_away (RjtStory *story, double ms, const char *who)
{
  rjt_tell (story, ms, RJ_EVENT_PARTICIPANT_STATE, who, 0, NULL, "{'to':'leaving'}");
  rjt_tell (story, ms + 2, RJ_EVENT_PARTICIPANT_STATE, who, 0, NULL, "{'to':'left'}");
}

static void
tell_back (RjtStory *story, double ms, const char *who)
{
  rjt_tell (story, ms, RJ_EVENT_PARTICIPANT_STATE, who, 0, NULL, "{'to':'joining'}");
}

static void
test_who_leaves_and_joins_again_was_not_lost (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  tell_away (story, 2000, "a");
  rjt_tell_unwatch (story, 2001, "b", 1, "a", 1990);
  tell_back (story, 4000, "a");
  rjt_tell_join (story, 4000, "a", 2, TRUE);
  rjt_tell_watch (story, 5500, "b", 1, "a");
  tell_away (story, 7000, "b");
  rjt_tell_unwatch (story, 7001, "b", 1, "a", 6990);
  tell_back (story, 9000, "b");
  rjt_tell_join (story, 9000, "b", 2, FALSE);
  rjt_tell_watch (story, 9100, "b", 2, "a");
  rjt_tell_unwatch (story, 12000, "b", 2, "a", 11990);
  rjt_tell_end (story, 12000, "duration");
  result = rjt_conclude (story);
  assert_outages (rjt_get_edge (result, "a", "b"), 0, 0);
  g_assert_false (rjt_get_edge (result, "a", "b")->down_at_end);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
}

static void
test_who_joins_again_must_be_seen_again (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  tell_away (story, 2000, "a");
  rjt_tell_unwatch (story, 2001, "b", 1, "a", 1990);
  tell_back (story, 4000, "a");
  rjt_tell_join (story, 4000, "a", 2, TRUE);
  rjt_tell (story, 4070, RJ_EVENT_REMOTE_PUBLISHED, "b", 1, "a", "{'from':'a'}");
  rjt_tell_end (story, 30000, "timeout");
  result = rjt_conclude (story);
  g_assert_true (rjt_get_edge (result, "a", "b")->down_at_end);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_FAILED);
}

/* What is lost after it has joined again counts as ever */
static void
test_who_joins_again_can_be_lost (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  tell_away (story, 2000, "a");
  rjt_tell_unwatch (story, 2001, "b", 1, "a", 1990);
  tell_back (story, 4000, "a");
  rjt_tell_join (story, 4000, "a", 2, TRUE);
  rjt_tell_watch (story, 4200, "b", 1, "a");
  tell_gap (story, 6000, 7500, 7500);
  rjt_tell_end (story, 9000, "duration");
  result = rjt_conclude (story);
  assert_outages (rjt_get_edge (result, "a", "b"), 1, 1500);
}

static void
test_what_is_published_again_is_due_again (void)
{
  for (guint seen = 0; seen < 2; seen++) {
    g_autoptr (RjtStory) story = begin_pair ();
    g_autoptr (RjResult) result = NULL;

    rjt_tell (story, 1999, RJ_EVENT_OWN_UNPUBLISHED, "a", 1, "publish", "{'reason':'unpublish'}");
    rjt_tell (story, 2000, RJ_EVENT_REMOTE_UNPUBLISHED, "b", 1, "a",
              "{'from':'a','reason':'unpublish','foreign':false}");
    rjt_tell_unwatch (story, 2000, "b", 1, "a", 1990);
    rjt_tell (story, 5000, RJ_EVENT_PEER_CREATED, "a", 1, "publish", "{'direction':'publish'}");
    rjt_tell (story, 5030, RJ_EVENT_ANSWER_RECEIVED, "a", 1, "publish", NULL);
    rjt_tell (story, 5060, RJ_EVENT_DTLS_CONNECTED, "a", 1, "publish", NULL);
    rjt_tell_unwatch (story, 8999, "a", 1, "b", 8990);
    if (seen) {
      rjt_tell_watch (story, 5040, "b", 1, "a");
      rjt_tell_unwatch (story, 8999, "b", 1, "a", 8990);
    } else
      rjt_tell (story, 5040, RJ_EVENT_REMOTE_PUBLISHED, "b", 1, "a", "{'from':'a'}");
    rjt_tell_end (story, 9000, "duration");
    result = rjt_conclude (story);
    assert_outages (rjt_get_edge (result, "a", "b"), 0, 0);
    g_assert_cmpint (rjt_get_edge (result, "a", "b")->down_at_end, ==, !seen);
    g_assert_cmpint (result->verdict, ==, seen ? RJ_VERDICT_PASSED : RJ_VERDICT_FAILED);
  }
}

static void
tell_thrown_out (RjtStory *story, double ms, const char *who)
{
  rjt_tell (story, ms, RJ_EVENT_PARTICIPANT_FAILED, who, 0, NULL,
            "{'reason':'evicted by the server: forceDisconnectByUser'}");
  rjt_tell (story, ms, RJ_EVENT_PARTICIPANT_STATE, who, 0, NULL, "{'to':'failed'}");
}

/* By a step of the run it is as if it had left; otherwise it is what it is */
static void
test_who_is_thrown_out_by_the_run_itself (void)
{
  for (guint by_us = 0; by_us < 2; by_us++) {
    g_autoptr (RjtStory) story = begin_pair ();
    g_autoptr (RjResult) result = NULL;

    if (by_us)
      rjt_tell_fault (story, 1990, "force-disconnect", "a");
    rjt_tell (story, 2000, RJ_EVENT_REMOTE_LEFT, "b", 1, "a",
              "{'from':'a','reason':'forceDisconnectByUser','foreign':false}");
    rjt_tell_unwatch (story, 2001, "b", 1, "a", 1990);
    tell_thrown_out (story, 2000, "a");
    rjt_tell_end (story, 5000, "duration");
    result = rjt_conclude (story);
    g_assert_cmpint (rjt_get_edge (result, "a", "b")->down_at_end, ==, !by_us);
    g_assert_cmpint (result->verdict, ==, by_us ? RJ_VERDICT_PASSED : RJ_VERDICT_FAILED);
  }
}

static void
test_a_pause_is_no_longest_gap (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 2010, RJ_EVENT_REMOTE_PROPERTY, "b", 1, "a",
            "{'from':'a','property':'videoActive','value':false}");
  rjt_tell (story, 3990, RJ_EVENT_REMOTE_PROPERTY, "b", 1, "a",
            "{'from':'a','property':'videoActive','value':true}");
  rjt_tell (story, 5000, RJ_EVENT_PEER_STATS, "b", 1, "a",
            "{'frames':90,'last_frame_us@':4990,'first_frame_us@':260,'longest_gap_ms':2000,"
            "'longest_gap_at_us@':2000,'open':true}");
  rjt_tell_end (story, 5000, "duration");
  result = rjt_conclude (story);
  assert_outages (rjt_get_edge (result, "a", "b"), 0, 0);
  g_assert_cmpfloat (rjt_get_edge (result, "a", "b")->longest_gap_ms, <, 100);
}

static void
test_a_publisher_that_was_lost_is_an_outage_of_others (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_lost (story, 2000, "a", 1, "networkDisconnect");
  rjt_tell (story, 2003, RJ_EVENT_REMOTE_LEFT, "b", 1, "a",
            "{'from':'a','reason':'networkDisconnect','foreign':false}");
  rjt_tell_unwatch (story, 2003, "b", 1, "a", 1000);
  rjt_tell_join (story, 2010, "a", 2, TRUE);
  rjt_tell_watch (story, 2100, "b", 1, "a");
  finish_pair (story, 5000);
  result = rjt_conclude (story);
  assert_outages (rjt_get_edge (result, "a", "b"), 1, 1160);
  g_assert_false (rjt_get_edge (result, "a", "b")->down_at_end);
  g_assert_false (((RjParticipantResult *) g_ptr_array_index (result->participants, 1))->rejoined);
}

static void
test_a_late_farewell_of_a_ghost_ends_nothing (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  rjt_tell_lost (story, 2000, "a", 1, "networkDisconnect");
  rjt_tell_join (story, 2010, "a", 2, TRUE);
  rjt_tell_watch (story, 2100, "b", 1, "a");
  rjt_tell_unwatch (story, 2100, "b", 1, "a", 1990); /* of the ghost */
  rjt_tell (story, 9000, RJ_EVENT_REMOTE_LEFT, "b", 1, "a",
            "{'from':'a','reason':'networkDisconnect','foreign':false}");
  rjt_story_feed (story, RJ_EVENT_SINK (measure), FALSE);
  g_assert_true (rj_measure_everyone_flows (measure));
}

static void
test_still_dark_at_the_end (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 20000, RJ_EVENT_PARTICIPANT_STATE, "b", 0, NULL, "{'to':'leaving'}");
  rjt_tell_unwatch (story, 20001, "b", 1, "a", 2000);
  rjt_tell_end (story, 20005, "duration");
  result = rjt_conclude (story);
  assert_outages (rjt_get_edge (result, "a", "b"), 0, 0);
  g_assert_true (rjt_get_edge (result, "a", "b")->down_at_end);
  g_assert_cmpint (rjt_get_edge (result, "a", "b")->last_outage_from_us, ==, rjt_story_us (2000));
  g_assert_cmpint (rjt_get_edge (result, "a", "b")->last_outage_to_us, ==, 0);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_FAILED);
}

static void
test_an_edge_that_nobody_ever_spoke_of (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE); /* and the server never told b of a */
  rjt_tell_end (story, 5000, "duration");
  result = rjt_conclude (story);
  g_assert_cmpuint (result->edges->len, ==, 1);
  g_assert_true (rjt_get_edge (result, "a", "b")->down_at_end);
  g_assert_false (rjt_get_edge (result, "a", "b")->flowed);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_FAILED);
  g_assert_nonnull (strstr (result->reason, "b never saw a"));
}

static void
test_a_foreign_publisher (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 1000, RJ_EVENT_REMOTE_PUBLISHED, "b", 1, "page",
            "{'from':'page','foreign':true,'has_audio':true,'has_video':true,"
            "'audio_active':true,'video_active':true}");
  rjt_tell (story, 1000, RJ_EVENT_PEER_CREATED, "b", 1, "page", "{'direction':'subscribe'}");
  rjt_tell (story, 1200, RJ_EVENT_FIRST_KEY_FRAME, "b", 1, "page", NULL);
  rjt_tell (story, 2000, RJ_EVENT_REMOTE_LEFT, "b", 1, "page",
            "{'from':'page','reason':'networkDisconnect','foreign':true}");
  rjt_tell_unwatch (story, 2000, "b", 1, "page", 1990);
  finish_pair (story, 5000);
  result = rjt_conclude (story);
  g_assert_true (rjt_get_edge (result, "page", "b")->foreign);
  g_assert_false (rjt_get_edge (result, "a", "b")->foreign);
  g_assert_false (rjt_get_edge (result, "page", "b")->down_at_end); /* a browser may go */
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
}

static void
test_audio_only_flows_with_the_first_packet (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell (story, 200, RJ_EVENT_REMOTE_PUBLISHED, "b", 1, "a",
            "{'from':'a','has_audio':true,'has_video':false,'audio_active':true}");
  rjt_tell (story, 200, RJ_EVENT_PEER_CREATED, "b", 1, "a", "{'direction':'subscribe'}");
  rjt_story_feed (story, RJ_EVENT_SINK (measure), FALSE);
  g_assert_false (rj_measure_everyone_flows (measure));
  g_ptr_array_set_size (story->events, 0);
  rjt_tell (story, 300, RJ_EVENT_FIRST_PACKET, "b", 1, "a", NULL);
  rjt_story_feed (story, RJ_EVENT_SINK (measure), FALSE);
  g_assert_true (rj_measure_everyone_flows (measure));
}

static void
test_muted_from_the_start_flows_with_dtls (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell (story, 200, RJ_EVENT_REMOTE_PUBLISHED, "b", 1, "a",
            "{'from':'a','has_audio':true,'has_video':true,'video_active':false}");
  rjt_tell (story, 200, RJ_EVENT_PEER_CREATED, "b", 1, "a", "{'direction':'subscribe'}");
  rjt_tell (story, 230, RJ_EVENT_ANSWER_RECEIVED, "b", 1, "a", NULL);
  rjt_story_feed (story, RJ_EVENT_SINK (measure), FALSE);
  g_assert_false (rj_measure_everyone_flows (measure));
  g_ptr_array_set_size (story->events, 0);
  rjt_tell (story, 300, RJ_EVENT_DTLS_CONNECTED, "b", 1, "a", NULL);
  rjt_story_feed (story, RJ_EVENT_SINK (measure), FALSE);
  g_assert_true (rj_measure_everyone_flows (measure));
}

/* Audio goes on, and no frame is complete: only the statistics of the moment show it. */
static void
test_packets_are_no_pictures (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell (story, 5000, RJ_EVENT_PEER_STATS, "b", 1, "a", "{'last_frame_us@':4000,'open':true}");
  rjt_story_feed (story, RJ_EVENT_SINK (measure), FALSE);
  g_assert_true (rj_measure_everyone_flows (measure));
  g_assert_false (rj_measure_everyone_sees (measure));
  g_ptr_array_set_size (story->events, 0);
  rjt_tell (story, 7000, RJ_EVENT_FRAME_GAP, "b", 1, "a",
            "{'last_frame_us@':4000,'next_frame_us@':6000,'next_key_frame_us@':6100}");
  rjt_tell (story, 7010, RJ_EVENT_PEER_STATS, "b", 1, "a", "{'last_frame_us@':6990,'open':true}");
  rjt_story_feed (story, RJ_EVENT_SINK (measure), FALSE);
  g_assert_true (rj_measure_everyone_sees (measure));
}

static void
test_percentiles_are_exact (void)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));

  g_assert_cmpfloat (rj_percentile (values, 50), ==, RJ_MS_UNKNOWN);
  for (int i = 20; i > 0; i--) {
    double value = i;

    g_array_append_val (values, value);
  }
  g_assert_cmpfloat (rj_percentile (values, 50), ==, 10);
  g_assert_cmpfloat (rj_percentile (values, 95), ==, 19);
  g_assert_cmpfloat (rj_percentile (values, 100), ==, 20);
  g_assert_cmpfloat (rj_percentile (values, 0), ==, 1);
  g_assert_cmpfloat (g_array_index (values, double, 0), ==, 20); /* left as it was */
}

/* By its meaning: the smallest value that is not less than so many of all, counted in whole numbers */
static double
find_by_counting (const GArray *values, guint percent)
{
  double found = G_MAXDOUBLE;

  for (guint i = 0; i < values->len; i++) {
    double value = g_array_index (values, double, i);
    guint n = 0;

    for (guint k = 0; k < values->len; k++)
      n += g_array_index (values, double, k) <= value;
    if (n * 100 >= percent * values->len && value < found)
      found = value;
  }
  return found;
}

static void
test_percentiles_are_what_they_mean (void)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint n = 1; n <= 100; n++) {
    double value = (n * 37) % 101 / 7.0;

    g_array_append_val (values, value);
    for (guint percent = 0; percent <= 100; percent++)
      g_assert_cmpfloat (rj_percentile (values, percent), ==, find_by_counting (values, percent));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/measure/edges/" #name, test_##name)
  ADD (the_first_join_is_no_outage);
  ADD (a_gap_within_a_peer_counts_to_the_key_frame);
  ADD (ten_slow_frames_are_no_outage);
  ADD (a_gap_across_peers);
  ADD (muted_time_does_not_count);
  ADD (what_stays_dark_after_muting_counts);
  ADD (a_stream_that_was_unpublished_on_purpose);
  ADD (a_publisher_that_left_on_purpose);
  ADD (who_leaves_and_joins_again_was_not_lost);
  ADD (who_joins_again_must_be_seen_again);
  ADD (who_joins_again_can_be_lost);
  ADD (what_is_published_again_is_due_again);
  ADD (who_is_thrown_out_by_the_run_itself);
  ADD (a_pause_is_no_longest_gap);
  ADD (a_publisher_that_was_lost_is_an_outage_of_others);
  ADD (a_late_farewell_of_a_ghost_ends_nothing);
  ADD (still_dark_at_the_end);
  ADD (an_edge_that_nobody_ever_spoke_of);
  ADD (a_foreign_publisher);
  ADD (audio_only_flows_with_the_first_packet);
  ADD (muted_from_the_start_flows_with_dtls);
  ADD (packets_are_no_pictures);
  ADD (percentiles_are_exact);
  ADD (percentiles_are_what_they_mean);
  return g_test_run ();
}
