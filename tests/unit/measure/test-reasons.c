/* Every reason that a verdict can have: a run in which it must be the reason, and one beside it, as like as can
 * be, in which it must not. A reason without a row here fails. */
#include "rj-reason.h"
#include "rjt-conclusion.h"
#include "rjt-fault-stories.h"
#include "rjt-story.h"

static void
tell_overload (RjtStory *story)
{
  rjt_tell (story, 1500, RJ_EVENT_SELF_CHECK, NULL, 0, NULL,
            "{'loop_lag_ms':412,'overloaded':true,'what':'loop lag'}");
}

static void
expect (RjtStory *story, const char *text)
{
  RjEvent *start = g_ptr_array_index (story->events, 0);
  JsonArray *texts = json_array_new ();

  json_array_add_string_element (texts, text);
  json_object_set_array_member (json_object_get_object_member (start->data, "expectations"),
                                "expect", texts);
}

/* --- of the run --- */

static void
tell_log_without_start (RjtStory *story, gboolean fires)
{
  if (!fires)
    rjt_tell_start (story, "a b");
  rjt_tell_pair_joins (story);
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_log_without_end (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_good_end (story, 5000, "duration");
  if (fires)
    g_ptr_array_set_size (story->events, story->events->len - 1);
}

/* The end of one of two machines is missing */
static void
tell_second_log_without_end (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  if (fires)
    rjt_tell_start (story, "a b");
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_interrupted (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_good_end (story, 5000, fires ? "signal" : "duration");
}

/* The neighbour: one of two could */
static void
tell_nobody_joined (RjtStory *story, gboolean fires)
{
  rjt_tell_start (story, "a b");
  if (!fires)
    rjt_tell_join (story, 100, "a", 1, TRUE);
  for (guint i = fires ? 0 : 1; i < 2; i++)
    rjt_tell (story, 200, RJ_EVENT_ATTEMPT_FAILED, rjt_pair[i], 1, NULL,
              "{'step':'token','error':'connection refused'}");
  rjt_tell_end (story, 20000, "join-deadline");
}

static void
tell_no_media (RjtStory *story, gboolean fires)
{
  rjt_tell_start (story, "a");
  rjt_tell (story, 100, RJ_EVENT_JOINED, "a", 1, NULL, "{'connection':'con_1'}");
  rjt_tell (story, 110, RJ_EVENT_PEER_CREATED, "a", 1, "publish", "{'direction':'publish'}");
  if (!fires)
    rjt_tell (story, 120, RJ_EVENT_DTLS_CONNECTED, "a", 1, "publish", NULL);
  rjt_tell_end (story, 20000, fires ? "join-deadline" : "duration");
}

static void
tell_broke_off (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_good_end (story, 5000, fires ? "error" : "duration");
}

static void
tell_command (RjtStory *story, const char *ended)
{
  rjt_tell_pair (story);
  rjt_tell (story, 1000, RJ_EVENT_FAULT_STARTED, NULL, 0, NULL,
            "{'fault':0,'what':'run','target':'docker kill kms','at_ms':700}");
  if (ended != NULL)
    rjt_tell (story, 1100, RJ_EVENT_FAULT_ENDED, NULL, 0, NULL, ended);
  rjt_tell_gap (story, 990, 3000);
  rjt_tell_good_end (story, 30000, "recovered");
}

static void
tell_fault_unfinished (RjtStory *story, gboolean fires)
{
  tell_command (story, fires ? NULL : "{'fault':0,'what':'run','ok':true,'exit_code':0}");
}

static void
tell_fault_timed_out (RjtStory *story, gboolean fires)
{
  tell_command (story, fires ? "{'fault':0,'what':'run','ok':false,'timed_out':true}"
                             : "{'fault':0,'what':'run','ok':true,'timed_out':false}");
}

static void
tell_fault_exit_code (RjtStory *story, gboolean fires)
{
  tell_command (story, fires ? "{'fault':0,'what':'run','ok':true,'exit_code':1}"
                             : "{'fault':0,'what':'run','ok':true,'exit_code':0}");
}

static void
tell_fault_failed (RjtStory *story, gboolean fires)
{
  tell_command (story, fires ? "{'fault':0,'what':'run','ok':false,'error':'no such node'}"
                             : "{'fault':0,'what':'run','ok':true}");
}

static void
tell_dark (RjtStory *story, double end_ms, const char *reason)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  rjt_tell_pair_end (story, end_ms, 990, end_ms - 10, reason);
}

static void
tell_overloaded (RjtStory *story, gboolean fires)
{
  tell_dark (story, 30000, "duration");
  if (fires)
    tell_overload (story);
}

static void
tell_overloaded_and_unmet (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  expect (story, "affected > 0");
  if (fires)
    tell_overload (story);
  rjt_tell_good_end (story, 5000, "duration");
}

/* What comes out well in spite of it */
static void
tell_overloaded_and_dark (RjtStory *story, gboolean fires)
{
  if (fires)
    tell_dark (story, 30000, "duration");
  else
    rjt_tell_pair (story);
  tell_overload (story);
  if (!fires)
    rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_timed_out_early (RjtStory *story, gboolean fires)
{
  tell_dark (story, fires ? 8000 : 18000, "timeout");
}

static void
tell_join_deadline (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_good_end (story, 5000, fires ? "join-deadline" : "duration");
}

static void
tell_no_effect (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_gap (story, 400, 990); /* before the fault, so not its effect */
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  if (!fires)
    rjt_tell_gap (story, 995, 3000);
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_no_effect_of_a_step_on_purpose (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, fires ? "kill-media-node" : "mute", "1");
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_timed_out (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_good_end (story, 5000, fires ? "timeout" : "duration");
}

static void
tell_unmet (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  expect (story, fires ? "affected > 0" : "affected == 0");
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_undecided (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  expect (story, "outage.p95 < 6s");
  if (!fires)
    rjt_tell_gap (story, 990, 3000);
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_unknown_expectation (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  expect (story, fires ? "happiness == all" : "joined == all");
  rjt_tell_good_end (story, 5000, "duration");
}

/* --- of a participant --- */

static void
tell_wrong_frames (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell (story, 4000, RJ_EVENT_PEER_STATS, "b", 1, "a",
            fires ? "{'frames':100,'wrong_frames':1,'last_frame_us@':3990,'open':true}"
                  : "{'frames':100,'wrong_frames':0,'last_frame_us@':3990,'open':true}");
  rjt_tell_end (story, 4001, "duration");
}

static void
tell_bad_picture (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell (story, 3000, RJ_EVENT_PICTURE_CHECKED, "b", 1, "a", "{'ok':false}");
  if (!fires)
    rjt_tell (story, 4000, RJ_EVENT_PICTURE_CHECKED, "b", 1, "a", "{'ok':true}");
  rjt_tell_good_end (story, 5000, "duration");
}

/* The neighbour: a step of the run has thrown it out */
static void
tell_gave_up (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  if (!fires)
    rjt_tell_fault (story, 1990, "force-disconnect", "b");
  rjt_tell (story, 2000, RJ_EVENT_PARTICIPANT_FAILED, "b", 0, NULL,
            "{'reason':'forceDisconnectByUser'}");
  rjt_tell_pair_end (story, 5000, 1990, 1990, "duration");
}

/* a is lost at 4500, and back at @back_ms (0: not) */
static void
tell_lost (RjtStory *story, double back_ms)
{
  double end_ms = back_ms > 0 ? back_ms + 1000 : 30000;

  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  rjt_tell_lost (story, 4500, "a", 1, "nodeCrashed");
  rjt_tell_unwatch (story, 4500, "a", 1, "b", 990);
  rjt_tell_unwatch (story, 4600, "b", 1, "a", 990);
  if (back_ms > 0) {
    rjt_tell_join (story, back_ms - 200, "a", 2, TRUE);
    rjt_tell_watch (story, back_ms - 100, "a", 2, "b");
    rjt_tell_watch (story, back_ms - 100, "b", 1, "a");
    rjt_tell_unwatch (story, end_ms, "a", 2, "b", end_ms - 10);
    rjt_tell_unwatch (story, end_ms, "b", 1, "a", end_ms - 10);
  }
  rjt_tell_end (story, end_ms + 1, back_ms > 0 ? "recovered" : "duration");
}

static void
tell_not_back (RjtStory *story, gboolean fires)
{
  tell_lost (story, fires ? 0 : 15900);
}

static void
tell_back_late (RjtStory *story, gboolean fires)
{
  tell_lost (story, fires ? 16100 : 15900);
}

static void
tell_seen_late (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1"); /* it takes 3 ms */
  rjt_tell_gap (story, 990, fires ? 16004 : 16003);
  rjt_tell_good_end (story, 20000, "recovered");
}

static void
tell_never_seen (RjtStory *story, gboolean fires)
{
  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, TRUE);
  rjt_tell_watch (story, 200, "a", 1, "b");
  rjt_tell_unwatch (story, 5000, "a", 1, "b", 4990);
  if (!fires) {
    rjt_tell_watch (story, 200, "b", 1, "a");
    rjt_tell_unwatch (story, 5000, "b", 1, "a", 4990);
  }
  rjt_tell_end (story, 5001, "duration");
}

static void
tell_dark_edge (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  if (!fires)
    rjt_tell_gap (story, 990, 3000);
  rjt_tell_pair_end (story, 30000, 29990, fires ? 990 : 29990, "duration");
}

static void
tell_never_joined (RjtStory *story, gboolean fires)
{
  if (!fires) {
    rjt_tell_pair (story);
    rjt_tell_good_end (story, 5000, "duration");
    return;
  }
  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_end (story, 20000, "duration");
}

/* b has joined and ought to publish */
static void
tell_never_flowed (RjtStory *story, gboolean fires)
{
  rjt_tell (story, 0, RJ_EVENT_RUN_STARTED, NULL, 0, NULL,
            "{'participants':[{'name':'a','session':'room','publishes':true},"
            "{'name':'b','session':'room','publishes':true}]}");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, !fires);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell_unwatch (story, 5000, "b", 1, "a", 4990);
  if (!fires) {
    rjt_tell_watch (story, 200, "a", 1, "b");
    rjt_tell_unwatch (story, 5000, "a", 1, "b", 4990);
  }
  rjt_tell_end (story, 5001, "duration");
}

/* --- passed --- */

static void
tell_all_flowed (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  if (!fires)
    rjt_tell_gap (story, 990, 3000);
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_nobody_to_see (RjtStory *story, gboolean fires)
{
  if (!fires) {
    tell_all_flowed (story, TRUE);
    return;
  }
  rjt_tell_start (story, "a");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_end (story, 5000, "duration");
}

static void
tell_all_back (RjtStory *story, gboolean fires)
{
  tell_dark_edge (story, !fires);
}

/* --- the table --- */

static const struct {
  RjReason reason;
  void (*tell) (RjtStory *story, gboolean fires);
  RjReason otherwise;
} rows[] = {
  { RJ_REASON_LOG_WITHOUT_START, tell_log_without_start, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_LOG_WITHOUT_END, tell_log_without_end, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_LOG_WITHOUT_END, tell_second_log_without_end, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_INTERRUPTED, tell_interrupted, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_NOBODY_JOINED, tell_nobody_joined, RJ_REASON_NEVER_JOINED },
  { RJ_REASON_NO_MEDIA, tell_no_media, RJ_REASON_NOBODY_TO_SEE },
  { RJ_REASON_BROKE_OFF, tell_broke_off, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_FAULT_UNFINISHED, tell_fault_unfinished, RJ_REASON_ALL_BACK },
  { RJ_REASON_FAULT_TIMED_OUT, tell_fault_timed_out, RJ_REASON_ALL_BACK },
  { RJ_REASON_FAULT_EXIT_CODE, tell_fault_exit_code, RJ_REASON_ALL_BACK },
  { RJ_REASON_FAULT_FAILED, tell_fault_failed, RJ_REASON_ALL_BACK },
  { RJ_REASON_OVERLOADED, tell_overloaded, RJ_REASON_DARK_EDGE },
  { RJ_REASON_OVERLOADED, tell_overloaded_and_unmet, RJ_REASON_UNMET },
  { RJ_REASON_OVERLOADED, tell_overloaded_and_dark, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_TIMED_OUT_EARLY, tell_timed_out_early, RJ_REASON_DARK_EDGE },
  { RJ_REASON_WRONG_FRAMES, tell_wrong_frames, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_BAD_PICTURE, tell_bad_picture, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_GAVE_UP, tell_gave_up, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_NOT_BACK, tell_not_back, RJ_REASON_ALL_BACK },
  { RJ_REASON_BACK_LATE, tell_back_late, RJ_REASON_ALL_BACK },
  { RJ_REASON_SEEN_LATE, tell_seen_late, RJ_REASON_ALL_BACK },
  { RJ_REASON_NEVER_SEEN, tell_never_seen, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_DARK_EDGE, tell_dark_edge, RJ_REASON_ALL_BACK },
  { RJ_REASON_NEVER_JOINED, tell_never_joined, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_NEVER_FLOWED, tell_never_flowed, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_JOIN_DEADLINE, tell_join_deadline, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_MARK_MISSING, rjt_tell_mark_missing, RJ_REASON_ALL_BACK },
  { RJ_REASON_NO_EFFECT, tell_no_effect, RJ_REASON_ALL_BACK },
  { RJ_REASON_NO_EFFECT, rjt_tell_no_effect_of_the_first, RJ_REASON_ALL_BACK },
  { RJ_REASON_NO_EFFECT, rjt_tell_no_effect_of_a_command, RJ_REASON_ALL_BACK },
  { RJ_REASON_NO_EFFECT, rjt_tell_no_effect_of_the_second, RJ_REASON_ALL_BACK },
  { RJ_REASON_NO_EFFECT, tell_no_effect_of_a_step_on_purpose, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_TIMED_OUT, tell_timed_out, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_UNMET, tell_unmet, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_UNMET, rjt_tell_unmet_step, RJ_REASON_ALL_BACK },
  { RJ_REASON_UNDECIDED, tell_undecided, RJ_REASON_ALL_BACK },
  { RJ_REASON_UNDECIDED, tell_unknown_expectation, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_ALL_FLOWED, tell_all_flowed, RJ_REASON_ALL_BACK },
  { RJ_REASON_NOBODY_TO_SEE, tell_nobody_to_see, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_ALL_BACK, tell_all_back, RJ_REASON_DARK_EDGE },
};

static guint64
collect_problems (const RjResult *result)
{
  guint64 problems = 0;

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = rjt_get_participant (result, i);

    g_assert_true ((p->problem == NULL) == (p->problems == 0));
    problems |= p->problems;
  }
  return problems;
}

static void
check (guint row, gboolean fires)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  RjReason wanted = fires ? rows[row].reason : rows[row].otherwise;
  RjVerdict verdict = rj_reason_get_verdict (wanted);

  rows[row].tell (story, fires);
  result = rjt_conclude (story);
  g_test_message ("row %u, %s: %s: %s", row, rj_reason_get_word (wanted),
                  rj_reason_get_word (result->why), result->reason);
  g_assert_cmpstr (rj_reason_get_word (result->why), ==, rj_reason_get_word (wanted));
  g_assert_cmpint (result->verdict, ==, verdict);
  g_assert_cmpint (rj_result_get_exit_code (result), ==,
                   wanted == RJ_REASON_INTERRUPTED ? 130 : rj_verdict_get_exit_code (verdict));
  if (!fires)
    g_assert_cmpuint (collect_problems (result) & RJ_REASON_BIT (rows[row].reason), ==, 0);
  if (verdict == RJ_VERDICT_PASSED)
    g_assert_cmpuint (collect_problems (result), ==, 0);
}

static void
test_each_fires (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check (i, TRUE);
}

static void
test_each_stays_quiet (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    check (i, FALSE);
}

static void
test_none_is_left_out (void)
{
  for (RjReason reason = 0; reason < RJ_N_REASONS; reason++) {
    guint n = 0;

    for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
      n += rows[i].reason == reason;
    g_test_message ("%s: %u runs", rj_reason_get_word (reason), n);
    g_assert_cmpuint (n, >, 0);
  }
}

static void
test_words_are_unique (void)
{
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);

  for (RjReason reason = 0; reason < RJ_N_REASONS; reason++)
    g_assert_true (g_hash_table_add (words, (gpointer) rj_reason_get_word (reason)));
}

static void
test_exit_codes (void)
{
  static const struct {
    RjVerdict verdict;
    const char *name;
    int code;
  } verdicts[] = {
    { RJ_VERDICT_PASSED, "passed", 0 },
    { RJ_VERDICT_FAILED, "failed", 1 },
    { RJ_VERDICT_INCONCLUSIVE, "inconclusive", 3 },
    { RJ_VERDICT_ENVIRONMENT, "environment", 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (verdicts); i++) {
    g_assert_cmpstr (rj_verdict_get_name (verdicts[i].verdict), ==, verdicts[i].name);
    g_assert_cmpint (rj_verdict_get_exit_code (verdicts[i].verdict), ==, verdicts[i].code);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/measure/reasons/" #name, test_##name)
  ADD (each_fires);
  ADD (each_stays_quiet);
  ADD (none_is_left_out);
  ADD (words_are_unique);
  ADD (exit_codes);
  return g_test_run ();
}
