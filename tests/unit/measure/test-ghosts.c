/* Ghosts: what is concluded from events about them, and when an expectation of none is met, not met, undecided */
#include "rjt-conclusion.h"
#include "rjt-story.h"

/* The fault ends at 4003 ms, the run at 10010 ms */
static RjtStory *
tell_crash (void)
{
  RjtStory *story = rjt_story_new ("room");

  rjt_tell_crash (story, "a b c");
  return story;
}

static void
tell_census (RjtStory *story, double ms, guint answered)
{
  g_autofree char *data =
    g_strdup_printf ("{'asked':4,'answered':%u,'answered_us@':%.1f,'listed':3,'ghosts':0%s}",
                     answered, ms, answered == 0 ? ",'error':'it answered 401'" : "");

  rjt_tell (story, ms, RJ_EVENT_CENSUS, NULL, 0, NULL, data);
}

static void
tell_ghost (RjtStory *story, const char *who, double since_ms, double last_ms, double gone_ms)
{
  g_autofree char *found =
    g_strdup_printf ("{'connection':'con_%s1','since_us@':%.1f}", who, since_ms);

  rjt_tell (story, since_ms + 1000, RJ_EVENT_GHOST_FOUND, who, 0, NULL, found);
  if (gone_ms > 0) {
    g_autofree char *gone =
      g_strdup_printf ("{'connection':'con_%s1','since_us@':%.1f,'last_seen_us@':%.1f,"
                       "'lifetime_ms':%.1f}",
                       who, since_ms, last_ms, gone_ms - since_ms);

    rjt_tell (story, gone_ms, RJ_EVENT_GHOST_GONE, who, 0, NULL, gone);
  }
}

static const char *
judge (RjtStory *story, const char *text, const char *found_part)
{
  g_autoptr (RjResult) result = rjt_conclude (story);

  return rjt_judge (result, text, found_part);
}

static void
test_none (void)
{
  g_autoptr (RjtStory) story = tell_crash ();

  tell_census (story, 9000, 3);
  g_assert_cmpstr (judge (story, "ghosts == 0", "0"), ==, "met");
  g_assert_cmpstr (judge (story, "ghosts == 0 within 3s", "0"), ==, "met");
  g_assert_cmpstr (judge (story, "ghosts > 0", "0"), ==, "unmet");
}

static void
test_lifetime (void)
{
  g_autoptr (RjtStory) story = tell_crash ();
  g_autoptr (RjResult) result = NULL;
  const RjGhostResult *gone, *left;

  tell_ghost (story, "a", 5000, 7000, 8000);
  tell_ghost (story, "b", 6000, 0, 0);
  tell_census (story, 9000, 5);
  result = rjt_conclude (story);
  g_assert_cmpuint (result->census.ghosts->len, ==, 2);
  gone = g_ptr_array_index (result->census.ghosts, 0);
  left = g_ptr_array_index (result->census.ghosts, 1);
  g_assert_cmpstr (gone->name, ==, "a");
  g_assert_cmpstr (gone->session, ==, "room");
  g_assert_cmpstr (gone->connection, ==, "con_a1");
  rjt_assert_ms (gone->lifetime_ms, 3000);
  g_assert_cmpint (gone->gone_us, ==, rjt_story_us (8000));
  g_assert_cmpint (gone->last_seen_us, ==, rjt_story_us (7000));
  rjt_assert_ms (left->lifetime_ms, 3000); /* until it was listed last */
  g_assert_cmpint (left->gone_us, ==, 0);
}

/* 2 s after the fault is at 6003 ms, 4 s after it at 8003 ms */
static void
test_one_that_goes (void)
{
  g_autoptr (RjtStory) story = tell_crash ();

  tell_ghost (story, "a", 5000, 7000, 8000);
  tell_census (story, 9000, 5);
  g_assert_cmpstr (judge (story, "ghosts == 0", "1"), ==, "unmet");
  g_assert_cmpstr (judge (story, "ghosts == 1", NULL), ==, "met");
  g_assert_cmpstr (judge (story, "ghosts == 0 within 2s", NULL), ==, "unmet");
  g_assert_cmpstr (judge (story, "ghosts == 0 within 4s", NULL), ==, "met");
  g_assert_cmpstr (judge (story, "ghosts == 0 in room", NULL), ==, "unmet");
}

/* It counts where its participant is. */
static void
test_of_one_of_two_sessions (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");

  rjt_tell (story, 0, RJ_EVENT_RUN_STARTED, NULL, 0, NULL,
            "{'participants':[{'name':'a','session':'room'},{'name':'d','session':'hall'}]}");
  tell_ghost (story, "a", 5000, 7000, 8000);
  tell_census (story, 9000, 5);
  rjt_tell_end (story, 10000, "duration");
  g_assert_cmpstr (judge (story, "ghosts == 0 in room", "1"), ==, "unmet");
  g_assert_cmpstr (judge (story, "ghosts == 0 in hall", "0"), ==, "met");
}

/* Nobody knows where the participant of another tool belongs. */
static void
test_of_somebody_unknown (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");

  rjt_tell_start (story, "a");
  tell_ghost (story, "x", 5000, 7000, 8000);
  tell_census (story, 9000, 5);
  rjt_tell_end (story, 10000, "duration");
  g_assert_cmpstr (judge (story, "ghosts == 0", "1"), ==, "unmet");
  g_assert_cmpstr (judge (story, "ghosts == 0 in room", "0"), ==, "met");
}

static void
test_one_that_stays (void)
{
  g_autoptr (RjtStory) story = tell_crash ();

  tell_ghost (story, "b", 6000, 0, 0);
  tell_census (story, 9000, 5);
  g_assert_cmpstr (judge (story, "ghosts == 0", "1"), ==, "unmet");
  g_assert_cmpstr (judge (story, "ghosts == 0 within 4s", "1"), ==, "unmet");
  g_assert_cmpstr (judge (story, "ghosts == 0 within 15s", "the run ended before"), ==,
                   "undecided");
}

static void
test_nobody_could_ask (void)
{
  g_autoptr (RjtStory) story = tell_crash ();
  g_autoptr (RjtStory) refused = tell_crash ();
  g_autoptr (RjtStory) before = tell_crash ();

  g_assert_cmpstr (judge (story, "ghosts == 0", "--url, and REJOIN_SECRET or --secret-file"), ==,
                   "undecided");
  g_assert_cmpstr (judge (story, "ghosts == 0 within 3s", "--url"), ==, "undecided");
  tell_census (refused, 9000, 0);
  g_assert_cmpstr (judge (refused, "ghosts == 0", "did not answer"), ==, "undecided");
  tell_census (before, 3000, 2); /* and not since the fault */
  g_assert_cmpstr (judge (before, "ghosts == 0", "did not answer"), ==, "undecided");
}

static void
test_verdict (void)
{
  g_autoptr (RjtStory) story = tell_crash ();
  g_autoptr (RjResult) result = NULL;
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  tell_ghost (story, "b", 6000, 0, 0);
  tell_census (story, 9000, 5);
  rjt_story_feed (story, RJ_EVENT_SINK (measure), TRUE);
  rj_measure_expect (measure, "ghosts == 0");
  result = rj_measure_conclude (measure);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_FAILED);
  g_assert_cmpstr (result->reason, ==, "Not as expected: ghosts == 0 (found: 1).");
}

#define ADD(name) g_test_add_func ("/measure/ghosts/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (none);
  ADD (lifetime);
  ADD (one_that_goes);
  ADD (of_one_of_two_sessions);
  ADD (of_somebody_unknown);
  ADD (one_that_stays);
  ADD (nobody_could_ask);
  ADD (verdict);
  return g_test_run ();
}
