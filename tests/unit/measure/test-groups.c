/* Who is to see whom: an edge that is wanted and missing fails the run, one that nobody wants is not waited for. */
#include "rjt-conclusion.h"

#include <string.h>

static const char *const stage[] = { "a", "b" };

/* a and b publish, v only watches, and is to see a alone. They all join. */
static RjtStory *
begin (void)
{
  RjtStory *story = rjt_story_new ("room");

  rjt_tell (story, 0, RJ_EVENT_RUN_STARTED, NULL, 0, NULL,
            "{'name':'story','seed':1,'plan':{},'versions':{},'expectations':{'within_ms':15000},"
            "'participants':["
            "{'name':'a','session':'room','group':'stage','publishes':true,'sees':['b']},"
            "{'name':'b','session':'room','group':'stage','publishes':true,'sees':['a']},"
            "{'name':'v','session':'room','group':'viewers','publishes':false,'sees':['a']}]}");
  rjt_tell_all_join (story, stage, 2, 100, 1);
  rjt_tell_join (story, 110, "v", 1, FALSE);
  return story;
}

static RjMeasure *
listen (RjtStory *story)
{
  RjMeasure *measure = rj_measure_new ();

  rjt_story_feed (story, RJ_EVENT_SINK (measure), FALSE);
  return measure;
}

static void
finish (RjtStory *story)
{
  rjt_tell_all_unwatch (story, stage, 2, 5000, 1, 4990);
  rjt_tell_end (story, 5010, "duration");
}

static void
test_an_edge_that_nobody_wants_is_not_waited_for (void)
{
  g_autoptr (RjtStory) story = begin ();
  g_autoptr (RjMeasure) before = listen (story);
  g_autoptr (RjMeasure) after = NULL;
  g_autoptr (RjResult) result = NULL;

  g_assert_false (rj_measure_everyone_flows (before));
  rjt_tell_watch (story, 200, "v", 1, "a");
  rjt_tell (story, 300, RJ_EVENT_EVERYONE_FLOWING, NULL, 0, NULL, NULL);
  after = listen (story);
  g_assert_true (rj_measure_everyone_flows (after));
  rjt_tell_unwatch (story, 4999, "v", 1, "a", 4990);
  finish (story);
  result = rjt_conclude (story);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
  g_assert_cmpuint (result->edges->len, ==, 3);
  g_assert_cmpstr (rjt_get_participant (result, 0)->group, ==, "stage");
  g_assert_cmpstr (rjt_get_participant (result, 2)->group, ==, "viewers");
}

/* The server never tells v of a: its own silence about it must not hide that. */
static void
test_a_wanted_edge_that_is_missing_fails (void)
{
  g_autoptr (RjtStory) story = begin ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 300, RJ_EVENT_EVERYONE_FLOWING, NULL, 0, NULL, NULL);
  finish (story);
  result = rjt_conclude (story);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_FAILED);
  g_assert_nonnull (strstr (rjt_get_participant (result, 2)->problem, "never saw a"));
  g_assert_null (strstr (rjt_get_participant (result, 2)->problem, "b"));
  g_assert_null (rjt_get_participant (result, 0)->problem);
}

/* It saw the wrong one instead. */
static void
test_another_edge_is_no_substitute (void)
{
  g_autoptr (RjtStory) story = begin ();
  g_autoptr (RjMeasure) measure = NULL;
  g_autoptr (RjResult) result = NULL;

  rjt_tell_watch (story, 200, "v", 1, "b");
  measure = listen (story);
  g_assert_false (rj_measure_everyone_flows (measure));
  rjt_tell_unwatch (story, 4999, "v", 1, "b", 4990);
  finish (story);
  result = rjt_conclude (story);
  g_assert_cmpint (result->verdict, !=, RJ_VERDICT_PASSED);
}

static void
test_who_sees_a_list_waits_for_no_foreigner (void)
{
  g_autoptr (RjtStory) story = begin ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_watch (story, 200, "v", 1, "a");
  rjt_tell (story, 210, RJ_EVENT_REMOTE_PUBLISHED, "v", 1, "guest",
            "{'from':'guest','foreign':true,'stream':'s','at_join':false,'has_audio':true,"
            "'has_video':true,'audio_active':true,'video_active':true}");
  rjt_tell (story, 300, RJ_EVENT_EVERYONE_FLOWING, NULL, 0, NULL, NULL);
  rjt_tell_unwatch (story, 4999, "v", 1, "a", 4990);
  finish (story);
  result = rjt_conclude (story);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
  g_assert_cmpuint (result->edges->len, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/groups/an-edge-that-nobody-wants-is-not-waited-for",
                   test_an_edge_that_nobody_wants_is_not_waited_for);
  g_test_add_func ("/groups/a-wanted-edge-that-is-missing-fails",
                   test_a_wanted_edge_that_is_missing_fails);
  g_test_add_func ("/groups/another-edge-is-no-substitute", test_another_edge_is_no_substitute);
  g_test_add_func ("/groups/who-sees-a-list-waits-for-no-foreigner",
                   test_who_sees_a_list_waits_for_no_foreigner);
  return g_test_run ();
}
