#include "rjt-conclusion.h"

static void
assert_verdict (const RjResult *result, RjVerdict verdict, int exit_code, const char *words)
{
  if (result->verdict != verdict || strstr (result->reason, words) == NULL)
    g_test_message ("verdict %s: %s", rj_verdict_get_name (result->verdict), result->reason);
  g_assert_cmpint (result->verdict, ==, verdict);
  g_assert_cmpint (rj_result_get_exit_code (result), ==, exit_code);
  g_assert_nonnull (strstr (result->reason, words));
  g_assert_null (strchr (result->reason, '\n'));
}

/* a and b publish and see each other from 300 on */
static RjtStory *
begin_pair (void)
{
  static const char *const names[] = { "a", "b" };
  RjtStory *story = rjt_story_new ("room");

  rjt_tell_start (story, "a b");
  rjt_tell_all_join (story, names, 2, 100, 1);
  rjt_tell (story, 300, RJ_EVENT_EVERYONE_FLOWING, NULL, 0, NULL, NULL);
  return story;
}

/* @a_ms, @b_ms: the last frame that each of them saw of the other */
static void
finish_pair (RjtStory *story, double ms, double a_ms, double b_ms, const char *reason)
{
  rjt_tell_unwatch (story, ms, "a", 1, "b", a_ms);
  rjt_tell_unwatch (story, ms, "b", 1, "a", b_ms);
  rjt_tell_end (story, ms + 1, reason);
}

/* b sees nothing of a between the two moments, and does again after. */
static void
tell_gap (RjtStory *story, double from_ms, double to_ms)
{
  g_autofree char *data = g_strdup_printf ("{'last_frame_us@':%g,'next_frame_us@':%g,"
                                           "'next_key_frame_us@':%g}",
                                           from_ms, to_ms, to_ms);

  rjt_tell (story, to_ms, RJ_EVENT_FRAME_GAP, "b", 1, "a", data);
}

static void
test_passed_without_a_fault (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  finish_pair (story, 5000, 4990, 4990, "duration");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_PASSED, 0, "All 2 participants joined, and 2 edges");
}

static void
test_passed_after_a_fault (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  tell_gap (story, 990, 3000);
  finish_pair (story, 5000, 4990, 4990, "recovered");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_PASSED, 0, "1 of 2 participants lost something, for 2.01 s");
}

static void
test_failed_when_late (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  tell_gap (story, 990, 17000);
  finish_pair (story, 20000, 19990, 19990, "recovered");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_FAILED, 1,
                  "b saw a again only 16.0 s after the fault ended (allowed: 15 s)");
}

static void
test_a_second_fault_gives_more_time (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  rjt_tell_fault (story, 9000, "restart-media-node", "1");
  tell_gap (story, 990, 17000);
  finish_pair (story, 20000, 19990, 19990, "recovered");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_PASSED, 0, "");
}

static void
test_failed_when_dark_at_the_end (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  finish_pair (story, 30000, 990, 29990, "duration");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_FAILED, 1, "a does not see b again (dark for 29.0 s");
}

static void
test_failed_by_a_wrong_frame (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 4000, RJ_EVENT_PEER_STATS, "b", 1, "a",
            "{'frames':100,'wrong_frames':1,'last_frame_us@':3990,'open':true}");
  rjt_tell_end (story, 4001, "duration");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_FAILED, 1,
                  "b got 1 frame of somebody else as the stream of a");
}

static void
test_failed_by_a_black_picture (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 3000, RJ_EVENT_PICTURE_CHECKED, "b", 1, "a",
            "{'ok':false,'black':true,'moving':false,'counter_ok':false,'frames':10}");
  finish_pair (story, 5000, 4990, 4990, "duration");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_FAILED, 1, "b decodes no good picture of a");
}

static void
test_a_picture_that_was_bad_once_is_forgiven (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 3000, RJ_EVENT_PICTURE_CHECKED, "b", 1, "a", "{'ok':false}");
  rjt_tell (story, 4000, RJ_EVENT_PICTURE_CHECKED, "b", 1, "a", "{'ok':true}");
  finish_pair (story, 5000, 4990, 4990, "duration");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_PASSED, 0, "");
}

static void
test_failed_when_somebody_gave_up (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 2000, RJ_EVENT_PARTICIPANT_FAILED, "b", 0, NULL,
            "{'reason':'sessionClosedByServer'}");
  finish_pair (story, 5000, 4990, 4990, "duration");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_FAILED, 1, "b gave up: sessionClosedByServer");
}

static void
test_failed_when_somebody_never_joined (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell (story, 100, RJ_EVENT_ATTEMPT_STARTED, "b", 1, NULL, "{'try':1}");
  rjt_tell (story, 200, RJ_EVENT_ATTEMPT_FAILED, "b", 1, NULL,
            "{'step':'token','error':'the app server answered 500','error_word':'http-500'}");
  /* as the others: at the end everybody leaves */
  rjt_tell (story, 19900, RJ_EVENT_PARTICIPANT_STATE, "b", 0, NULL,
            "{'from':'waiting','to':'left'}");
  rjt_tell_end (story, 20000, "join-deadline");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_FAILED, 1, "b never joined");
  g_assert_nonnull (strstr (result->reason, "the app server answered 500"));
}

static void
test_environment_when_nobody_joined (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "a b");
  for (guint i = 0; i < 2; i++)
    rjt_tell (story, 200, RJ_EVENT_ATTEMPT_FAILED, i == 0 ? "a" : "b", 1, NULL,
              "{'step':'token','error':'connection refused','error_word':'unreachable'}");
  rjt_tell_end (story, 20000, "join-deadline");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_ENVIRONMENT, 4, "Nobody could join: connection refused.");
}

static void
test_environment_when_media_flowed_to_nobody (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "a");
  rjt_tell (story, 100, RJ_EVENT_JOINED, "a", 1, NULL, "{'connection':'con_1'}");
  rjt_tell (story, 110, RJ_EVENT_PEER_CREATED, "a", 1, "publish", "{'direction':'publish'}");
  rjt_tell (story, 9000, RJ_EVENT_ATTEMPT_FAILED, "a", 1, NULL,
            "{'step':'media','error':'no ICE connection','error_word':'no-media'}");
  rjt_tell_end (story, 20000, "join-deadline");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_ENVIRONMENT, 4,
                  "Participants joined, but no media flowed to anybody: no ICE connection.");
}

static void
test_inconclusive_when_the_fault_hit_nobody (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  tell_gap (story, 400, 1000); /* before the fault, so not its effect */
  rjt_tell_fault (story, 2000, "kill-media-node", "1");
  finish_pair (story, 5000, 4990, 4990, "duration");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_INCONCLUSIVE, 3, "Nobody lost anything");
}

static void
test_leaving_hits_nobody_and_passes (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_fault (story, 2000, "leave", "a");
  rjt_tell (story, 2000, RJ_EVENT_PARTICIPANT_STATE, "a", 0, NULL, "{'to':'leaving'}");
  finish_pair (story, 5000, 1990, 1990, "duration");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_PASSED, 0, "");
}

static void
tell_bad_fault (RjtStory *story, const char *ended)
{
  rjt_tell (story, 1000, RJ_EVENT_FAULT_STARTED, NULL, 0, NULL,
            "{'fault':0,'what':'run:docker kill kms','at_ms':700}");
  if (ended != NULL)
    rjt_tell (story, 1100, RJ_EVENT_FAULT_ENDED, NULL, 0, NULL, ended);
}

static void
test_inconclusive_when_the_fault_failed (void)
{
  static const struct {
    const char *ended, *words;
  } rows[] = {
    { "{'fault':0,'what':'x','ok':false,'exit_code':1}", "failed with exit code 1" },
    { "{'fault':0,'what':'x','ok':true,'exit_code':127,'error':'no docker'}", "no docker" },
    { "{'fault':0,'what':'x','ok':false,'error':'no such node'}",
      "could not be done: no such node" },
    { "{'fault':0,'what':'x','ok':false,'timed_out':true}", "took too long" },
    { NULL, "did not come to an end" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RjtStory) story = begin_pair ();
    g_autoptr (RjResult) result = NULL;

    tell_bad_fault (story, rows[i].ended);
    finish_pair (story, 30000, 990, 29990, "duration");
    result = rjt_conclude (story);
    assert_verdict (result, RJ_VERDICT_INCONCLUSIVE, 3, rows[i].words);
  }
}

static void
test_inconclusive_when_the_log_breaks_off (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  rjt_tell_lost (story, 4500, "a", 1, "nodeCrashed");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_INCONCLUSIVE, 3, "The event log ends without run-ended.");
  g_assert_null (result->ended_reason);
  g_assert_cmpint (result->ended_us, ==, 0);
}

static void
test_inconclusive_without_a_start (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_end (story, 4500, "duration");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_INCONCLUSIVE, 3, "no run-started");
}

static void
test_one_of_two_logs_breaks_off (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "c d"); /* of a second machine, whose end is missing */
  finish_pair (story, 5000, 4990, 4990, "duration");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_INCONCLUSIVE, 3, "The event log ends without run-ended.");
}

static void
test_timeout (void)
{
  g_autoptr (RjtStory) early = begin_pair ();
  g_autoptr (RjtStory) late = begin_pair ();
  g_autoptr (RjResult) early_result = NULL;
  g_autoptr (RjResult) late_result = NULL;

  rjt_tell_fault (early, 1000, "kill-media-node", "1");
  finish_pair (early, 8000, 990, 7990, "timeout");
  early_result = rjt_conclude (early);
  assert_verdict (early_result, RJ_VERDICT_INCONCLUSIVE, 3, "timed out too early to tell");
  rjt_tell_fault (late, 1000, "kill-media-node", "1");
  finish_pair (late, 18000, 990, 17990, "timeout");
  late_result = rjt_conclude (late);
  assert_verdict (late_result, RJ_VERDICT_FAILED, 1, "a does not see b again");
}

static void
tell_signal_end (RjtStory *story, const char *signal)
{
  g_autofree char *data = g_strdup_printf ("{'reason':'signal','signal':%s}", signal);

  rjt_tell (story, 2000, RJ_EVENT_RUN_ENDED, NULL, 0, NULL, data);
}

static void
test_signals_have_their_own_exit_codes (void)
{
  static const struct {
    const char *signal;
    int exit_code;
    const char *words;
  } rows[] = {
    { "2", 130, "SIGINT" },
    { "'SIGINT'", 130, "SIGINT" },
    { "15", 143, "SIGTERM" },
    { "'SIGTERM'", 143, "SIGTERM" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RjtStory) story = begin_pair ();
    g_autoptr (RjResult) result = NULL;

    tell_signal_end (story, rows[i].signal);
    result = rjt_conclude (story);
    assert_verdict (result, RJ_VERDICT_INCONCLUSIVE, rows[i].exit_code, rows[i].words);
  }
}

static void
test_an_error_breaks_off (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 2000, RJ_EVENT_RUN_ENDED, NULL, 0, NULL,
            "{'reason':'error','error':'the cluster is gone'}");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_INCONCLUSIVE, 3, "The run broke off: the cluster is gone.");
}

static void
test_the_root_of_the_trouble_comes_first (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  rjt_tell_lost (story, 4500, "b", 1, "nodeCrashed");
  rjt_tell_unwatch (story, 4500, "b", 1, "a", 990);
  rjt_tell_unwatch (story, 4600, "a", 1, "b", 990);
  rjt_tell (story, 4500, RJ_EVENT_ATTEMPT_STARTED, "b", 2, NULL, "{'try':1}");
  rjt_tell (story, 4500, RJ_EVENT_TOKEN_REQUESTED, "b", 2, NULL, NULL);
  rjt_tell_end (story, 30000, "duration");
  result = rjt_conclude (story);
  assert_verdict (result, RJ_VERDICT_FAILED, 1, "b is not back after 29.0 s, it was waiting");
  g_assert_true (g_str_has_prefix (result->reason, "b is not back"));
}

/* --- live --- */

static void
tell_more (RjtStory *story, RjMeasure *measure)
{
  rjt_story_feed (story, RJ_EVENT_SINK (measure), FALSE);
  g_ptr_array_set_size (story->events, 0);
}

static void
test_live_answers_through_a_crash (void)
{
  static const char *const names[] = { "a", "b" };
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  g_assert_false (rj_measure_everyone_flows (measure));
  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  tell_more (story, measure);
  g_assert_false (rj_measure_everyone_flows (measure));
  g_assert_cmpuint (rj_measure_count_flowing (measure), ==, 1);
  rjt_tell_join (story, 100, "b", 1, TRUE);
  tell_more (story, measure);
  g_assert_cmpuint (rj_measure_count_flowing (measure), ==, 0);
  rjt_tell_watch (story, 200, "a", 1, "b");
  rjt_tell_watch (story, 200, "b", 1, "a");
  tell_more (story, measure);
  g_assert_true (rj_measure_everyone_flows (measure));
  g_assert_cmpuint (rj_measure_count_flowing (measure), ==, 2);
  g_assert_false (rj_measure_has_recovered (measure));
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  tell_more (story, measure);
  g_assert_true (rj_measure_everyone_flows (measure)); /* nobody has noticed yet */
  g_assert_false (rj_measure_has_recovered (measure));
  rjt_tell_lost (story, 4500, "a", 1, "nodeCrashed");
  rjt_tell_lost (story, 4500, "b", 1, "nodeCrashed");
  tell_more (story, measure);
  g_assert_false (rj_measure_everyone_flows (measure));
  rjt_tell_all_join (story, names, 2, 4501, 2);
  tell_more (story, measure);
  g_assert_true (rj_measure_everyone_flows (measure));
  g_assert_true (rj_measure_has_recovered (measure));
}

static void
test_live_silence (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  rjt_tell_fault (story, 1000, "freeze-media-node", "1");
  rjt_tell (story, 2000, RJ_EVENT_DETECTOR_FIRED, "b", 1, "a",
            "{'detector':'rtp-silence','acted':false}");
  tell_more (story, measure);
  g_assert_false (rj_measure_everyone_flows (measure));
  tell_gap (story, 990, 3000);
  tell_more (story, measure);
  g_assert_true (rj_measure_everyone_flows (measure));
  g_assert_true (rj_measure_has_recovered (measure));
}

static void
test_live_silence_that_was_no_outage (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  rjt_tell (story, 2000, RJ_EVENT_DETECTOR_FIRED, "b", 1, "a",
            "{'detector':'rtp-silence','acted':false}");
  tell_more (story, measure);
  g_assert_false (rj_measure_everyone_flows (measure));
  rjt_tell (story, 2100, RJ_EVENT_ATTEMPT_STATE, "b", 1, NULL,
            "{'from':'negotiating','to':'flowing'}");
  tell_more (story, measure);
  g_assert_true (rj_measure_everyone_flows (measure));
}

static void
test_live_one_who_left_is_not_waited_for (void)
{
  g_autoptr (RjtStory) story = begin_pair ();
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  rjt_tell (story, 1000, RJ_EVENT_PARTICIPANT_STATE, "a", 0, NULL, "{'to':'leaving'}");
  tell_more (story, measure);
  g_assert_true (rj_measure_everyone_flows (measure));
  g_assert_cmpuint (rj_measure_count_flowing (measure), ==, 1);
}

static void
test_live_one_who_ought_to_publish (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  rjt_tell (story, 0, RJ_EVENT_RUN_STARTED, NULL, 0, NULL,
            "{'participants':[{'name':'a','session':'room','publishes':true}]}");
  rjt_tell_join (story, 100, "a", 1, FALSE);
  tell_more (story, measure);
  g_assert_false (rj_measure_everyone_flows (measure)); /* joined, and nothing to send yet */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/measure/verdicts/" #name, test_##name)
  ADD (passed_without_a_fault);
  ADD (passed_after_a_fault);
  ADD (failed_when_late);
  ADD (a_second_fault_gives_more_time);
  ADD (failed_when_dark_at_the_end);
  ADD (failed_by_a_wrong_frame);
  ADD (failed_by_a_black_picture);
  ADD (a_picture_that_was_bad_once_is_forgiven);
  ADD (failed_when_somebody_gave_up);
  ADD (failed_when_somebody_never_joined);
  ADD (environment_when_nobody_joined);
  ADD (environment_when_media_flowed_to_nobody);
  ADD (inconclusive_when_the_fault_hit_nobody);
  ADD (leaving_hits_nobody_and_passes);
  ADD (inconclusive_when_the_fault_failed);
  ADD (inconclusive_when_the_log_breaks_off);
  ADD (inconclusive_without_a_start);
  ADD (one_of_two_logs_breaks_off);
  ADD (timeout);
  ADD (signals_have_their_own_exit_codes);
  ADD (an_error_breaks_off);
  ADD (the_root_of_the_trouble_comes_first);
  ADD (live_answers_through_a_crash);
  ADD (live_silence);
  ADD (live_silence_that_was_no_outage);
  ADD (live_one_who_left_is_not_waited_for);
  ADD (live_one_who_ought_to_publish);
  return g_test_run ();
}
