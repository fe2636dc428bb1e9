/* The embedded server calls participants what they have told it, which may change from attempt to attempt. */
#include "rjt-conclusion.h"
#include "rjt-story.h"

static void
tell_eviction (RjtStory *story, double ms, const char *session, const char *data)
{
  rjt_tell (story, ms, RJ_EVENT_PARTICIPANT_EVICTED, NULL, 0, NULL, data)->session =
    g_strdup (session);
}

static void
test_an_eviction_by_the_name_of_an_attempt (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 0, RJ_EVENT_RUN_STARTED, NULL, 0, NULL,
            "{'participants':[{'name':'a','session':'room'},{'name':'b','session':'room',"
            "'client_data':'b-{attempt}'}]}");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell (story, 300, RJ_EVENT_EVERYONE_FLOWING, NULL, 0, NULL, NULL);
  rjt_tell_fault (story, 2000, "kill-media-node", "1");
  tell_eviction (story, 5100, "elsewhere", "{'connection':'con_x','name':'b-1'}");
  tell_eviction (story, 5200, "room", "{'connection':'con_y','name':'b-x'}");
  tell_eviction (story, 5499, "room", "{'connection':'con_b','name':'b-1'}");
  rjt_tell_lost (story, 5500, "b", 1, "nodeCrashed");
  rjt_tell_unwatch (story, 5501, "b", 1, "a", 1990);
  rjt_tell_join (story, 5503, "b", 2, FALSE);
  rjt_tell_watch (story, 5520, "b", 2, "a");
  rjt_tell_end (story, 9000, "recovered");
  result = rjt_conclude (story);
  g_assert_cmpuint (result->participants->len, ==, 2);
  g_assert_cmpint (rjt_get_rejoin (result, 1, 0)->evicted_at_us, ==, rjt_story_us (5499));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/names/eviction", test_an_eviction_by_the_name_of_an_attempt);
  return g_test_run ();
}
