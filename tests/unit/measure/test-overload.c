/* What a verdict says of a run whose tester was overloaded. When it does: test-reasons.c */
#include "rjt-conclusion.h"
#include "rjt-reasons.h"

static RjtStory *
begin (void)
{
  RjtStory *story = rjt_story_new ("room");

  rjt_tell_pair (story);
  return story;
}

static void
assert_overloaded (const RjResult *result, const char *words)
{
  g_test_message ("%s: %s", rj_verdict_get_name (result->verdict), result->reason);
  g_assert_cmpint (result->why, ==, RJ_REASON_OVERLOADED);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_INCONCLUSIVE);
  g_assert_cmpint (rj_result_get_exit_code (result), ==, 3);
  g_assert_nonnull (strstr (result->reason, words));
  g_assert_null (strchr (result->reason, '\n'));
}

static void
test_inconclusive_when_overloaded (void)
{
  g_autoptr (RjtStory) story = begin ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_overload (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  rjt_tell_pair_end (story, 30000, 990, 29990, "duration");
  result = rjt_conclude (story);
  assert_overloaded (result,
                     "overloaded (loop lag, first 1.5 s after the start), so this may be its "
                     "own fault: a does not see b again");
  g_assert_cmpint (result->otherwise, ==, RJ_REASON_DARK_EDGE);
  g_assert_cmpfloat (result->max_loop_lag_ms, ==, 412);
}

/* Whatever was overloaded first is named, in whichever order the logs are read. */
static void
test_overload_spoils_success (void)
{
  g_autoptr (RjtStory) story = begin ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 2500, RJ_EVENT_SELF_CHECK, NULL, 0, NULL,
            "{'loop_lag_ms':3,'pacing_lag_ms':800,'overloaded':true,'what':'pacing lag'}");
  rjt_tell_overload (story);
  rjt_tell (story, 3500, RJ_EVENT_SELF_CHECK, NULL, 0, NULL,
            "{'loop_lag_ms':3,'pacing_lag_ms':3,'overloaded':true,'what':'receive queues'}");
  rjt_tell_good_end (story, 5000, "duration");
  result = rjt_conclude (story);
  assert_overloaded (result,
                     "This machine was overloaded (loop lag, first 1.5 s after the start), so "
                     "its times prove nothing; otherwise all was well: All 2 participants joined");
  g_assert_cmpint (result->otherwise, ==, RJ_REASON_ALL_FLOWED);
  g_assert_cmpstr (result->overload, ==, "loop lag");
  g_assert_cmpuint (result->warnings->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (result->warnings, 0), "--on-overload warn lets"));
}

static void
test_inconclusive_otherwise_too (void)
{
  g_autoptr (RjtStory) story = begin ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_overload (story);
  rjt_tell_good_end (story, 5000, "timeout");
  result = rjt_conclude (story);
  assert_overloaded (result, "its times prove nothing; and besides: The run timed out.");
  g_assert_cmpint (result->otherwise, ==, RJ_REASON_TIMED_OUT);
}

static void
test_overload_is_a_warning_when_asked_for (void)
{
  g_autoptr (RjtStory) story = begin ();
  g_autoptr (RjResult) result = NULL;

  rjt_warn_of_overload (story);
  rjt_tell_overload (story);
  rjt_tell_good_end (story, 5000, "duration");
  result = rjt_conclude (story);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
  g_assert_cmpint (result->otherwise, ==, result->why);
  g_assert_cmpuint (result->warnings->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (result->warnings, 0), "loop lag"));
}

static void
test_overload_may_be_all_that_a_fault_did (void)
{
  g_autoptr (RjtStory) story = begin ();
  g_autoptr (RjResult) result = NULL;

  rjt_warn_of_overload (story);
  rjt_tell_overload (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  rjt_tell_gap (story, 990, 3000);
  rjt_tell_good_end (story, 5000, "recovered");
  result = rjt_conclude (story);
  assert_overloaded (result,
                     "nothing else tells of an effect of the fault (kill-media-node 1 at +0.70 s); "
                     "otherwise all was well: 1 of 2 participants lost something");
  g_assert_cmpuint (result->warnings->len, ==, 0);
}

#define ADD(name) g_test_add_func ("/overload/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (inconclusive_when_overloaded);
  ADD (overload_spoils_success);
  ADD (inconclusive_otherwise_too);
  ADD (overload_is_a_warning_when_asked_for);
  ADD (overload_may_be_all_that_a_fault_did);
  return g_test_run ();
}
