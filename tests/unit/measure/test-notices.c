/* Notifications of others that came twice, or never */
#include <string.h>

#include "rjt-conclusion.h"
#include "rjt-story.h"

static void
tell (RjtStory *story,
      double ms,
      const char *type,
      const char *who,
      guint attempt,
      const char *whom,
      guint its)
{
  g_autofree char *data =
    g_strdup_printf ("{'from':'%s','foreign':false,'connection':'con_%s%u','reason':'x',"
                     "'event':'participantJoined','at_join':false,'stream':'s',"
                     "'has_audio':true,'has_video':true,'audio_active':true,"
                     "'video_active':true}",
                     whom, whom, its);

  rjt_tell (story, ms, type, who, attempt, whom, data);
}

typedef enum {
  JOINED = 1 << 0,
  PUBLISHED = 1 << 1,
  LEFT = 1 << 2,
  ALL = 7,
} Told;

/* b is lost at 3 s and comes back at 4 s; a stays until 20 s, and is told what @told says of it */
static RjtStory *
tell_rejoin (Told told)
{
  RjtStory *story = rjt_story_new ("room");

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 200, "b", 1, TRUE);
  tell (story, 220, RJ_EVENT_REMOTE_JOINED, "a", 1, "b", 1);
  tell (story, 240, RJ_EVENT_REMOTE_PUBLISHED, "a", 1, "b", 1);
  tell (story, 220, RJ_EVENT_REMOTE_JOINED, "b", 1, "a", 1);
  tell (story, 220, RJ_EVENT_REMOTE_PUBLISHED, "b", 1, "a", 1);
  rjt_tell_lost (story, 3000, "b", 1, "networkDisconnect");
  rjt_tell_join (story, 4000, "b", 2, TRUE);
  tell (story, 4020, RJ_EVENT_REMOTE_JOINED, "b", 2, "a", 1);
  tell (story, 4020, RJ_EVENT_REMOTE_PUBLISHED, "b", 2, "a", 1);
  if (told & LEFT)
    tell (story, 4010, RJ_EVENT_REMOTE_LEFT, "a", 1, "b", 1);
  if (told & JOINED)
    tell (story, 4020, RJ_EVENT_REMOTE_JOINED, "a", 1, "b", 2);
  if (told & PUBLISHED)
    tell (story, 4040, RJ_EVENT_REMOTE_PUBLISHED, "a", 1, "b", 2);
  return story;
}

static guint
count_warnings (const RjResult *result, const char *part)
{
  guint n = 0;

  for (guint i = 0; i < result->warnings->len; i++)
    n += strstr (g_ptr_array_index (result->warnings, i), part) != NULL;
  return n;
}

static void
test_all_was_told (void)
{
  g_autoptr (RjtStory) story = tell_rejoin (ALL);
  g_autoptr (RjResult) result = NULL;

  rjt_tell_end (story, 20000, "duration");
  result = rjt_conclude (story);
  g_assert_cmpuint (rjt_get_participant (result, 0)->n_missing, ==, 0);
  g_assert_cmpuint (rjt_get_participant (result, 1)->n_missing, ==, 0);
  g_assert_cmpstr (rjt_judge (result, "events.missing == 0", NULL), ==, "met");
  g_assert_cmpstr (rjt_judge (result, "events.double == 0", NULL), ==, "met");
  g_assert_cmpuint (count_warnings (result, "told"), ==, 0);
}

static void
check_missing (Told not_told, const char *words)
{
  g_autoptr (RjtStory) story = tell_rejoin (ALL & ~not_told);
  g_autoptr (RjResult) result = NULL;
  g_autofree char *warning = g_strconcat ("a was never told that b ", words, NULL);

  rjt_tell_end (story, 20000, "duration");
  result = rjt_conclude (story);
  g_assert_cmpuint (rjt_get_participant (result, 0)->n_missing, ==, 1);
  g_assert_cmpuint (rjt_get_participant (result, 1)->n_missing, ==, 0);
  g_assert_cmpuint (count_warnings (result, warning), ==, 1);
  g_assert_cmpstr (rjt_judge (result, "events.missing == 0", NULL), ==, "unmet");
  g_assert_cmpstr (rjt_judge (result, "events.missing == 1", NULL), ==, "met");
}

static void
test_missing (void)
{
  check_missing (JOINED, "had joined (connection con_b2)");
  check_missing (PUBLISHED, "had published (connection con_b2)");
  check_missing (LEFT, "had left (connection con_b1)");
}

/* b came back 1 s before the end, and was gone for 2 s: it may have been on its way */
static void
test_too_early_to_tell (void)
{
  g_autoptr (RjtStory) story = tell_rejoin (0);
  g_autoptr (RjResult) result = NULL;

  rjt_tell_end (story, 5000, "duration");
  result = rjt_conclude (story);
  g_assert_cmpuint (rjt_get_participant (result, 0)->n_missing, ==, 0);
}

static void
test_double (void)
{
  g_autoptr (RjtStory) story = tell_rejoin (ALL);
  g_autoptr (RjResult) result = NULL;

  tell (story, 4100, RJ_EVENT_NOTIFICATION_DOUBLE, "a", 1, "b", 2);
  tell (story, 4200, RJ_EVENT_NOTIFICATION_DOUBLE, "a", 1, "b", 2);
  rjt_tell_end (story, 20000, "duration");
  result = rjt_conclude (story);
  g_assert_cmpuint (rjt_get_participant (result, 0)->n_double, ==, 2);
  g_assert_cmpstr (rjt_judge (result, "events.double == 0", NULL), ==, "unmet");
  g_assert_cmpstr (rjt_judge (result, "events.double == 2", NULL), ==, "met");
  g_assert_cmpuint (count_warnings (result, "a was told 2 times"), ==, 1);
}

/* Logs of before say nothing of it */
static void
test_old_logs (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_crash (story, "a b c");
  result = rjt_conclude (story);
  g_assert_cmpuint (rjt_get_participant (result, 0)->n_missing, ==, 0);
  g_assert_cmpstr (rjt_judge (result, "events.missing == 0", NULL), ==, "undecided");
}

#define ADD(name) g_test_add_func ("/measure/notices/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (all_was_told);
  ADD (missing);
  ADD (too_early_to_tell);
  ADD (double);
  ADD (old_logs);
  return g_test_run ();
}
