/* Expectations: their language, and each figure and count met and unmet */
#include "rj-expectation.h"

#include <string.h>

#include "rj-error.h"
#include "rjt-conclusion.h"
#include "rjt-story.h"

static RjResult *
conclude_crash (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");

  rjt_tell_crash (story, "a b c");
  rjt_tell (story, 9000, RJ_EVENT_PICTURE_CHECKED, "a", 2, "b", "{'ok':true}");
  return rjt_conclude (story);
}

static void
test_figures (void)
{
  static const char *const met[] = { "outage.p95 < 6s",       "outage.max<=4000ms",
                                     " outage.min > 3s ",     "outage.mean >= 3.5s",
                                     "rejoin.p50 < 1m",       "rejoin.own.max < 1s",
                                     "rejoin.server.p5 >= 0", "rejoin.detect.max < 3.6s",
                                     "fault.back.max < 4s",   "outage.p95 < 6s in room" };
  static const char *const unmet[] = { "outage.p95 < 3s",       "outage.max < 3000ms",
                                       "outage.min > 4s",       "outage.mean == 1ms",
                                       "rejoin.p50 > 1m",       "rejoin.own.max < 1ms",
                                       "rejoin.detect.p0 < 1s", "fault.back.max < 1s",
                                       "rejoin.server.p5 > 1m" };
  g_autoptr (RjResult) result = conclude_crash ();

  for (guint i = 0; i < G_N_ELEMENTS (met); i++)
    g_assert_cmpstr (rjt_judge (result, met[i], NULL), ==, "met");
  for (guint i = 0; i < G_N_ELEMENTS (unmet); i++)
    g_assert_cmpstr (rjt_judge (result, unmet[i], NULL), ==, "unmet");
}

static void
test_counts (void)
{
  static const char *const met[] = { "joined == all",        "rejoined == all", "rejoined == 3",
                                     "failed == 0",          "affected == 3",   "rejoins == 3",
                                     "outages == 6",         "dark == 0",       "wrong_frames == 0",
                                     "picture_failures <= 0" };
  static const char *const unmet[] = {
    "joined < 3",   "rejoined != all", "failed > 0",       "affected == 0",        "rejoins > 3",
    "outages == 0", "dark > 0",        "wrong_frames > 0", "picture_failures != 0"
  };
  g_autoptr (RjResult) result = conclude_crash ();

  for (guint i = 0; i < G_N_ELEMENTS (met); i++)
    g_assert_cmpstr (rjt_judge (result, met[i], NULL), ==, "met");
  for (guint i = 0; i < G_N_ELEMENTS (unmet); i++)
    g_assert_cmpstr (rjt_judge (result, unmet[i], NULL), ==, "unmet");
}

/* The fault ended at 4003 ms; everybody flows from about 7660 ms on */
static void
test_moments (void)
{
  static const char *const met[] = { "rejoined == all within 4s", "rejoined == 0 within 3s",
                                     "dark == 6 within 1s", "dark == 0 within 4s",
                                     "dark == 0 within 4s in room" };
  static const char *const unmet[] = { "rejoined == all within 3s", "dark == 0 within 3s",
                                       "dark == 0 in room within 3s" };
  g_autoptr (RjtStory) quiet = rjt_story_new ("room");
  g_autoptr (RjResult) no_fault = NULL;
  g_autoptr (RjResult) result = conclude_crash ();

  for (guint i = 0; i < G_N_ELEMENTS (met); i++)
    g_assert_cmpstr (rjt_judge (result, met[i], NULL), ==, "met");
  for (guint i = 0; i < G_N_ELEMENTS (unmet); i++)
    g_assert_cmpstr (rjt_judge (result, unmet[i], NULL), ==, "unmet");
  rjt_tell_start (quiet, "a b");
  no_fault = rjt_conclude (quiet);
  g_assert_cmpstr (rjt_judge (no_fault, "dark == 0 within 4s", NULL), ==, "undecided");
}

/* The run ended before anything could be said of that moment */
static void
test_moment_after_the_end (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "a b");
  rjt_tell_all_join (story, (const char *const[]){ "a", "b" }, 2, 500, 1);
  rjt_tell_fault (story, 4000, "kill-media-node", "1");
  rjt_tell_lost (story, 7500, "a", 1, "nodeCrashed");
  rjt_tell_lost (story, 7500, "b", 1, "nodeCrashed");
  rjt_tell_end (story, 9000, "timeout");
  result = rjt_conclude (story);
  g_assert_cmpstr (rjt_judge (result, "rejoined == all within 10s", NULL), ==, "undecided");
  g_assert_cmpstr (rjt_judge (result, "rejoined == all within 3s", NULL), ==, "unmet");
  g_assert_cmpstr (rjt_judge (result, "dark == 0 within 10s", NULL), ==, "undecided");
}

static void
test_groups (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  JsonArray *participants;

  rjt_tell_crash (story, "a b c");
  participants = json_object_get_array_member (
    ((RjEvent *) g_ptr_array_index (story->events, 0))->data, "participants");
  for (guint i = 0; i < 3; i++)
    json_object_set_string_member (json_array_get_object_element (participants, i), "group",
                                   i == 0 ? "talkers in rows" : "watchers");
  result = rjt_conclude (story);
  g_assert_cmpstr (rjt_judge (result, "joined == 1 of talkers in rows", NULL), ==, "undecided");
  g_assert_cmpstr (rjt_judge (result, "joined == 2 of watchers", NULL), ==, "met");
  g_assert_cmpstr (rjt_judge (result, "joined == 2 of watchers in room", NULL), ==, "met");
  g_assert_cmpstr (rjt_judge (result, "joined == 2 in room of watchers", NULL), ==, "met");
  g_assert_cmpstr (rjt_judge (result, "joined == 3 of watchers", NULL), ==, "unmet");
  g_assert_cmpstr (rjt_judge (result, "outages == 4 of watchers", NULL), ==, "met");
  g_assert_cmpstr (rjt_judge (result, "outage.max < 1s of watchers", NULL), ==, "unmet");
  g_assert_cmpstr (rjt_judge (result, "dark == 0 within 4s of watchers in room", NULL), ==, "met");
  g_assert_cmpstr (rjt_judge (result, "joined == 2 of nobody", NULL), ==, "undecided");
  g_assert_cmpstr (rjt_judge (result, "joined == 2 of watchers in attic", NULL), ==, "undecided");
}

static void
test_nothing_to_judge (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  g_autoptr (RjResult) crash = conclude_crash ();

  g_assert_cmpstr (rjt_judge (crash, "unaffected.gap.max < 1s", NULL), ==, "undecided");
  g_assert_cmpstr (rjt_judge (crash, "outage.max < 9s in elsewhere", NULL), ==, "undecided");
  rjt_tell_start (story, "");
  result = rjt_conclude (story);
  g_assert_cmpstr (rjt_judge (result, "joined == all", NULL), ==, "undecided");
  g_assert_cmpstr (rjt_judge (result, "wrong_frames == 0", NULL), ==, "undecided");
}

static void
test_bad_ones (void)
{
  static const char *const texts[][2] = {
    { "", "write it like" },
    { "outage.p95", "write it like" },
    { "outage.p95 < 6s in ", "a duration such as" },
    { "outage < 6s", "there are: outage.p95" },
    { "outage.p101 < 6s", "there are: outage.p95" },
    { "speed.p95 < 6s", "there are: outage.p95" },
    { "outage.p95 < 6s within 5s", "counted at a moment: rejoined, dark, ghosts" },
    { "wrong_frames == 0 within 5s", "counted at a moment: rejoined, dark, ghosts" },
    { "dark == 0 within 5", "must have a duration such as" },
    { "dark == 0 within", "a whole number" },
    { "dark == 0 of  in room", "a name is missing" },
    { "loss.max < 2", "a share such as 2%" },
    { "loss.max < 2s", "a share such as 2%" },
    { "bitrate.min > 100ms", "bits per second such as 100k" },
    { "fps.min >= 15%", "frames per second such as 15" },
    { "jitter.p95 < 3%", "a duration such as" },
    { "outage.p95 < 6", "a duration such as" },
    { "outage.p95 < 6h", "a duration such as" },
    { "outage.p95 < all", "a duration such as" },
    { "outage.p95 < -6s", "a duration such as" },
    { "wrong_frames == all", "a whole number" },
    { "wrong_frames == 0.5", "a whole number" },
    { "rejoined == most", "or \"all\"" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (rj_expectation_parse (texts[i][0], &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, texts[i][1]));
  }
}

static RjResult *
conclude_with (const char *expectation)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  RjEvent *start;
  JsonArray *texts = json_array_new ();

  rjt_tell_crash (story, "a b c");
  start = g_ptr_array_index (story->events, 0);
  json_array_add_string_element (texts, expectation);
  json_object_set_array_member (json_object_get_object_member (start->data, "expectations"),
                                "expect", texts);
  return rjt_conclude (story);
}

static void
test_verdict (void)
{
  g_autoptr (RjResult) met = conclude_with ("outage.max < 6s");
  g_autoptr (RjResult) unmet = conclude_with ("outage.max < 1s");
  g_autoptr (RjResult) undecided = conclude_with ("unaffected.gap.max < 1s");
  g_autoptr (RjResult) unknown = conclude_with ("colour == blue");

  g_assert_cmpint (met->verdict, ==, RJ_VERDICT_PASSED);
  g_assert_cmpint (unmet->verdict, ==, RJ_VERDICT_FAILED);
  g_assert_nonnull (strstr (unmet->reason, "Not as expected: outage.max < 1s (found: 3."));
  g_assert_cmpint (undecided->verdict, ==, RJ_VERDICT_INCONCLUSIVE);
  g_assert_cmpint (unknown->verdict, ==, RJ_VERDICT_INCONCLUSIVE);
}

#define ADD(name) g_test_add_func ("/measure/expectations/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (figures);
  ADD (counts);
  ADD (moments);
  ADD (moment_after_the_end);
  ADD (groups);
  ADD (nothing_to_judge);
  ADD (bad_ones);
  ADD (verdict);
  return g_test_run ();
}
