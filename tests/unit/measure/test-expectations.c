/* Expectations: their language, and each figure and count met and unmet */
#include "rj-expectation.h"

#include <string.h>

#include "rj-error.h"
#include "rjt-conclusion.h"
#include "rjt-story.h"

static const char *
judge (const RjResult *result, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjExpectation) expectation = rj_expectation_parse (text, &error);
  RjExpectationResult *found;
  const char *state;

  g_assert_no_error (error);
  found = rj_expectation_judge (expectation, result);
  g_test_message ("%s: %s", text, found->found);
  state = rj_expectation_state_get_name (found->state);
  rj_expectation_result_free (found);
  return state;
}

static RjResult *
conclude_crash (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");

  rjt_tell_crash (story, "a b c");
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
    g_assert_cmpstr (judge (result, met[i]), ==, "met");
  for (guint i = 0; i < G_N_ELEMENTS (unmet); i++)
    g_assert_cmpstr (judge (result, unmet[i]), ==, "unmet");
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
    g_assert_cmpstr (judge (result, met[i]), ==, "met");
  for (guint i = 0; i < G_N_ELEMENTS (unmet); i++)
    g_assert_cmpstr (judge (result, unmet[i]), ==, "unmet");
}

static void
test_nothing_to_judge (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  g_autoptr (RjResult) crash = conclude_crash ();

  g_assert_cmpstr (judge (crash, "unaffected.gap.max < 1s"), ==, "undecided");
  g_assert_cmpstr (judge (crash, "outage.max < 9s in elsewhere"), ==, "undecided");
  rjt_tell_start (story, "");
  result = rjt_conclude (story);
  g_assert_cmpstr (judge (result, "joined == all"), ==, "undecided");
  g_assert_cmpstr (judge (result, "wrong_frames == 0"), ==, "undecided");
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
  ADD (nothing_to_judge);
  ADD (bad_ones);
  ADD (verdict);
  return g_test_run ();
}
