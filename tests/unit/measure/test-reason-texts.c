/* What the sentences say beside the reason's name: who, how long, how many, and once */
#include <string.h>

#include "rj-reason.h"
#include "rjt-conclusion.h"
#include "rjt-fault-stories.h"

static void
assert_said (const char *text, const char *words)
{
  if (strstr (text, words) == NULL)
    g_test_message ("%s", text);
  g_assert_nonnull (strstr (text, words));
}

/* A step that costs nobody anything is no moment to count from. */
static void
test_failed_when_late_without_a_fault (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "signal", "a");
  rjt_tell_gap (story, 1990, 17990);
  rjt_tell_good_end (story, 20000, "duration");
  result = rjt_conclude (story);
  assert_said (result->reason, "b saw a again only 16.0 s after it was lost");
}

/* All that a participant misses is one problem: it is not back, and that is said once. */
static void
test_a_late_way_back_is_said_once (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  rjt_tell_lost (story, 4500, "a", 1, "nodeCrashed");
  rjt_tell_unwatch (story, 4500, "a", 1, "b", 990);
  rjt_tell_unwatch (story, 4600, "b", 1, "a", 990);
  rjt_tell_join (story, 20000, "a", 2, TRUE);
  rjt_tell_watch (story, 20100, "a", 2, "b");
  rjt_tell_watch (story, 20100, "b", 1, "a");
  rjt_tell_unwatch (story, 25000, "a", 2, "b", 24990);
  rjt_tell_unwatch (story, 25000, "b", 1, "a", 24990);
  rjt_tell_end (story, 25001, "recovered");
  result = rjt_conclude (story);
  assert_said (result->reason, "a was back only 19.2 s after the fault ended");
  g_assert_null (strstr (result->reason, "saw b again"));
}

static void
test_dark_for_as_long_as_the_first_edge (void)
{
  static const char *const names[] = { "a", "b", "c" };

  for (guint order = 0; order < 2; order++) {
    g_autoptr (RjtStory) story = rjt_story_new ("room");
    g_autoptr (RjResult) result = NULL;

    rjt_tell_start (story, "a b c");
    rjt_tell_all_join (story, names, 3, 100, 1);
    rjt_tell_fault (story, 1000, "kill-media-node", "1");
    rjt_tell_unwatch (story, 30000, "a", 1, "b", order == 0 ? 1000 : 2000);
    rjt_tell_unwatch (story, 30000, "a", 1, "c", order == 0 ? 2000 : 1000);
    for (guint i = 1; i < 3; i++) {
      rjt_tell_unwatch (story, 30000, names[i], 1, "a", 29990);
      rjt_tell_unwatch (story, 30000, names[i], 1, names[3 - i], 29990);
    }
    rjt_tell_end (story, 30001, "duration");
    result = rjt_conclude (story);
    assert_said (result->reason, "a does not see b, c again (dark for 29.0 s");
  }
}

static void
tell_errors (RjtStory *story, const char *const *errors, guint n)
{
  static const char *const names[] = { "a", "b", "c" };

  rjt_tell_start (story, "a b c");
  for (guint i = 0; i < n; i++) {
    g_autofree char *data = g_strdup_printf ("{'step':'token','error':'%s'}", errors[i]);

    rjt_tell (story, 200, RJ_EVENT_ATTEMPT_FAILED, names[i], 1, NULL, data);
  }
}

static void
test_the_commonest_error_is_said (void)
{
  static const char *const errors[][3] = {
    { "many", "many", "one" },
    { "many", "one", "many" },
    { "one", "many", "many" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++) {
    g_autoptr (RjtStory) story = rjt_story_new ("room");
    g_autoptr (RjResult) result = NULL;

    tell_errors (story, errors[i], 3);
    rjt_tell_end (story, 20000, "join-deadline");
    result = rjt_conclude (story);
    g_assert_cmpstr (result->reason, ==, "Nobody could join: many.");
  }
}

/* Of two that are as common the first one */
static void
test_the_first_of_two_errors_is_said (void)
{
  static const char *const errors[] = { "first", "second" };
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  tell_errors (story, errors, 2);
  rjt_tell_end (story, 20000, "join-deadline");
  result = rjt_conclude (story);
  g_assert_cmpstr (result->reason, ==, "Nobody could join: first.");
}

static void
test_the_error_of_the_run_is_said (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "a");
  rjt_tell (story, 5, RJ_EVENT_RUN_ENDED, NULL, 0, NULL, "{'reason':'error','error':'no port'}");
  result = rjt_conclude (story);
  g_assert_cmpstr (result->reason, ==, "Nobody could join: no port.");
}

static void
test_missing_events (void)
{
  static const char *const reasons[] = {
    "All 2 participants joined, and 2 edges of media flowed until the end.",
    "The event log is not whole: 1 of its events is missing.",
    "The event log is not whole: 2 of its events are missing.",
  };

  for (guint n = 0; n < G_N_ELEMENTS (reasons); n++) {
    g_autoptr (RjtStory) story = rjt_story_new ("room");
    g_autoptr (RjMeasure) measure = rj_measure_new ();
    g_autoptr (RjResult) result = NULL;

    rjt_tell_pair (story);
    rjt_tell_good_end (story, 5000, "duration");
    rjt_story_feed (story, RJ_EVENT_SINK (measure), FALSE);
    rj_measure_note_missing (measure, n);
    result = rj_measure_conclude (measure);
    g_assert_cmpstr (result->reason, ==, reasons[n]);
    g_assert_cmpstr (rj_reason_get_word (result->why), ==,
                     n == 0 ? "all-flowed" : "log-incomplete");
  }
}

/* Both edges were dark; @n of them have been decoded since. */
static RjResult *
conclude_pictures (guint n)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");

  rjt_tell (story, 0, RJ_EVENT_RUN_STARTED, NULL, 0, NULL,
            "{'expectations':{'pictures':true},'participants':[{'name':'a','session':'room'},"
            "{'name':'b','session':'room'}]}");
  rjt_tell_pair_joins (story);
  rjt_tell_gap (story, 990, 3000);
  rjt_tell (story, 3000, RJ_EVENT_FRAME_GAP, "a", 1, "b",
            "{'last_frame_us@':990,'next_frame_us@':3000,'next_key_frame_us@':3000}");
  for (guint i = 0; i < n; i++)
    rjt_tell (story, 4000, RJ_EVENT_PICTURE_CHECKED, rjt_pair[i], 1, rjt_pair[1 - i],
              "{'ok':true}");
  rjt_tell_good_end (story, 5000, "duration");
  return rjt_conclude (story);
}

static void
test_pictures_that_nobody_saw (void)
{
  g_autoptr (RjResult) some = conclude_pictures (1);
  g_autoptr (RjResult) all = conclude_pictures (2);

  g_assert_cmpint (some->verdict, ==, RJ_VERDICT_PASSED);
  g_assert_cmpuint (some->warnings->len, ==, 1);
  assert_said (g_ptr_array_index (some->warnings, 0), "pictures of only 1 of the 2 edges");
  g_assert_cmpint (all->verdict, ==, RJ_VERDICT_PASSED);
  g_assert_cmpuint (all->warnings->len, ==, 0);
}

static void
test_which_fault_had_no_effect (void)
{
  for (guint n_hit = 0; n_hit < 2; n_hit++) {
    g_autoptr (RjtStory) story = rjt_story_new ("room");
    g_autoptr (RjResult) result = NULL;

    rjt_tell_pair (story);
    rjt_tell_fault (story, 1000, "kill-media-node", "0");
    if (n_hit > 0)
      rjt_tell_gap (story, 990, 3000);
    rjt_tell_fault (story, 6000, "kill-media-node", "1");
    rjt_tell_good_end (story, 9000, "duration");
    result = rjt_conclude (story);
    assert_said (result->reason, n_hit == 0 ? "Nobody lost anything: the fault has hit none"
                                            : "A fault had no effect: nobody lost anything");
    assert_said (result->reason, "kill-media-node 1");
  }
}

/* Whose browser it is puts no stamps of ours. */
static void
test_frames_of_others_need_no_stamp (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_pair (story);
  rjt_tell_watch (story, 400, "b", 1, "guest");
  rjt_tell (story, 5000, RJ_EVENT_PEER_STATS, "b", 1, "guest",
            "{'frames':90,'foreign_frames':90,'last_frame_us@':4990,'open':false}");
  rjt_tell_good_end (story, 5000, "duration");
  result = rjt_conclude (story);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
  g_assert_cmpuint (result->warnings->len, ==, 0);
}

static RjResult *
conclude_frames (guint n_foreign)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autofree char *stats = g_strdup_printf (
    "{'frames':90,'foreign_frames':%u,'last_frame_us@':4990,'open':false}", n_foreign);

  rjt_tell_pair (story);
  rjt_tell_unwatch (story, 5000, "b", 1, "a", 4990);
  rjt_tell (story, 5000, RJ_EVENT_PEER_STATS, "a", 1, "b", stats);
  rjt_tell_end (story, 5001, "duration");
  return rjt_conclude (story);
}

static void
test_frames_that_say_not_whose_they_are (void)
{
  g_autoptr (RjResult) none = conclude_frames (90);
  g_autoptr (RjResult) some = conclude_frames (89);

  g_assert_cmpint (none->verdict, ==, RJ_VERDICT_PASSED);
  g_assert_cmpuint (none->warnings->len, ==, 1);
  assert_said (g_ptr_array_index (none->warnings, 0), "on 1 of 2 edges no frame bears the stamp");
  g_assert_cmpint (some->verdict, ==, RJ_VERDICT_PASSED);
  g_assert_cmpuint (some->warnings->len, ==, 0);
}

/* Six see each other, f is lost, and joins again; of the others it sees only @seen_again */
static RjResult *
conclude_blind (const char *seen_again)
{
  static const char *const names[] = { "a", "b", "c", "d", "e", "f" };
  g_autoptr (RjtStory) story = rjt_story_new ("room");

  rjt_tell_start (story, "a b c d e f");
  rjt_tell_all_join (story, names, 6, 100, 1);
  rjt_tell (story, 400, RJ_EVENT_EVERYONE_FLOWING, NULL, 0, NULL, NULL);
  rjt_tell_fault (story, 1000, "cut-websocket", "f");
  for (guint i = 0; i < 5; i++)
    rjt_tell_unwatch (story, 1100, "f", 1, names[i], 990);
  rjt_tell_lost (story, 1100, "f", 1, "websocket-closed");
  rjt_tell_join (story, 1200, "f", 2, TRUE);
  for (guint i = 0; i < 5; i++) {
    rjt_tell_watch (story, 1300, names[i], 2, "f");
    if (strstr (seen_again, names[i]) != NULL)
      rjt_tell_watch (story, 1300, "f", 2, names[i]);
  }
  rjt_tell_end (story, 30000, "duration");
  return rjt_conclude (story);
}

static void
test_who_is_missing_is_said (void)
{
  g_autoptr (RjResult) few = conclude_blind ("a c d");
  g_autoptr (RjResult) four = conclude_blind ("c");
  g_autoptr (RjResult) many = conclude_blind ("");

  g_assert_cmpstr (rjt_get_participant (few, 5)->problem, ==,
                   "is not back after 29.0 s, it does not see b, e again");
  g_assert_cmpstr (rjt_get_participant (four, 5)->problem, ==,
                   "is not back after 29.0 s, it does not see a, b, d, e again");
  g_assert_cmpstr (rjt_get_participant (many, 5)->problem, ==,
                   "is not back after 29.0 s, it does not see a, b, c, d and 1 more again");
}

/* It joined again, and nothing that it had is dark: it had nothing. */
static void
test_nothing_was_ever_seen (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, TRUE);
  rjt_tell_watch (story, 200, "a", 1, "b");
  rjt_tell_lost (story, 1100, "b", 1, "websocket-closed");
  rjt_tell_join (story, 1200, "b", 2, TRUE);
  rjt_tell_watch (story, 1300, "a", 2, "b");
  rjt_tell_end (story, 30000, "duration");
  result = rjt_conclude (story);
  assert_said (rjt_get_participant (result, 1)->problem, "streams of others were missing");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/measure/reason-texts/" #name, test_##name)
  ADD (failed_when_late_without_a_fault);
  ADD (a_late_way_back_is_said_once);
  ADD (dark_for_as_long_as_the_first_edge);
  ADD (the_commonest_error_is_said);
  ADD (the_first_of_two_errors_is_said);
  ADD (the_error_of_the_run_is_said);
  ADD (missing_events);
  ADD (pictures_that_nobody_saw);
  ADD (frames_that_say_not_whose_they_are);
  ADD (frames_of_others_need_no_stamp);
  ADD (which_fault_had_no_effect);
  ADD (who_is_missing_is_said);
  ADD (nothing_was_ever_seen);
  return g_test_run ();
}
