/* Since when everybody is back, on the story of a crash: from 1000 ms on everybody flows, at 4000 a node is killed,
 * from about 7700 all are back. */
#include "rj-back-watch.h"
#include "rjt-story.h"

typedef struct {
  RjtStory *story;
  RjClock *clock;
  RjMeasure *measure;
  GPtrArray *faults;
  RjFaultScript *script;
  RjBackWatch *watch;
  guint n_stats;
} Fixture;

static GStrv
select_people (const char *target, gpointer user_data)
{
  return g_strsplit ("a", " ", -1);
}

static void
cut (const char *name, gboolean with_reset, gpointer user_data)
{
}

static void
emit_stats (gpointer user_data)
{
  ((Fixture *) user_data)->n_stats++;
}

/* The story happens by itself; the script only knows of it. @fault: at 3 s, which is 4000 of the story */
static void
set_up (Fixture *f, gconstpointer fault)
{
  static const RjFaultFuncs funcs = { .select = select_people, .cut = cut };
  g_autoptr (RjEventTee) none = rj_event_tee_new ();

  f->story = rjt_story_new ("s");
  rjt_tell_crash (f->story, "a b c");
  f->clock = rj_fake_clock_new (RJT_STORY_START_US);
  f->measure = rj_measure_new ();
  f->faults = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_fault_free);
  g_ptr_array_add (f->faults, rj_fault_parse (fault, NULL));
  /* no fault of these tests is done to a deployment: any object does */
  f->script = rj_fault_script_new (f->faults, "s", (RjDeployment *) none, f->clock,
                                   RJ_EVENT_SINK (none), &funcs, f);
  f->watch = rj_back_watch_new (
    &(RjBackWatchConfig){ f->measure, f->script, 7 * G_USEC_PER_SEC, emit_stats, f });
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rj_back_watch_free (f->watch);
  g_object_unref (f->script);
  g_object_unref (f->measure);
  g_object_unref (f->clock);
  g_ptr_array_unref (f->faults);
  rjt_story_free (f->story);
}

/* As the runner does it, every 20 ms */
static void
run_until (Fixture *f, double ms)
{
  while (rj_clock_now_us (f->clock) < rjt_story_us (ms)) {
    rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 20000);
    for (guint i = 0; i < f->story->events->len; i++) {
      const RjEvent *event = g_ptr_array_index (f->story->events, i);

      if (event->mono_us > rj_clock_now_us (f->clock) - 20000 &&
          event->mono_us <= rj_clock_now_us (f->clock)) {
        rj_measure_take (f->measure, event);
        rj_back_watch_take (f->watch, event);
      }
    }
    rj_back_watch_look (f->watch, rj_clock_now_us (f->clock));
  }
}

static void
begin (Fixture *f)
{
  run_until (f, 1000);
  rj_fault_script_start (f->script);
}

static double
get_ms (Fixture *f)
{
  return (rj_clock_now_us (f->clock) - RJT_STORY_START_US) / 1e3;
}

static void
test_sure_after_a_while (Fixture *f, gconstpointer unused)
{
  rj_fault_script_start (f->script);
  while (!rj_measure_everyone_flows (f->measure))
    run_until (f, get_ms (f) + 20);
  run_until (f, get_ms (f) + 1980);
  g_assert_false (rj_back_watch_is_sure (f->watch));
  g_assert_cmpuint (f->n_stats, ==, 0);
  run_until (f, get_ms (f) + 20);
  g_assert_true (rj_back_watch_is_sure (f->watch));
  run_until (f, get_ms (f) + 500);
  g_assert_cmpuint (f->n_stats, ==, 1); /* asked once what the edges show */
}

static void
test_not_before_the_harm_is_over (Fixture *f, gconstpointer unused)
{
  begin (f);
  run_until (f, 4100); /* everything still seems to flow */
  g_assert_false (rj_back_watch_is_sure (f->watch));
  for (double ms = 4200; ms < 9600; ms += 100) {
    run_until (f, ms);
    g_assert_false (rj_back_watch_is_sure (f->watch));
  }
  run_until (f, 9900);
  g_assert_true (rj_back_watch_is_sure (f->watch));
}

static void
test_one_that_hits_nobody (Fixture *f, gconstpointer unused)
{
  begin (f);
  run_until (f, 3000);
  g_assert_false (rj_fault_script_is_busy (f->script));
  g_assert_cmpint (rj_fault_script_get_harm_us (f->script), >, 0);
  run_until (f, 3900);
  /* it has had no time yet to do harm */
  g_assert_false (rj_back_watch_is_sure (f->watch));
}

static void
test_confirming_once_more (Fixture *f, gconstpointer unused)
{
  begin (f);
  run_until (f, 3900);
  g_assert_true (rj_back_watch_confirm (f->watch, rj_clock_now_us (f->clock)));
  g_assert_true (rj_back_watch_has_fresh_stats (f->watch, rj_clock_now_us (f->clock)));
  g_assert_cmpuint (f->n_stats, ==, 2);
  g_assert_true (rj_back_watch_confirm (f->watch, rj_clock_now_us (f->clock)));
  g_assert_cmpuint (f->n_stats, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, fault, func)                                                                     \
  g_test_add ("/back-watch/" name, Fixture, fault, set_up, func, tear_down)
  ADD ("sure", "mark@60s", test_sure_after_a_while);
  ADD ("harm", "cut-websocket@3s", test_not_before_the_harm_is_over);
  ADD ("hits-nobody", "cut-websocket@1s", test_one_that_hits_nobody);
  ADD ("confirm", "mark@60s", test_confirming_once_more);
  return g_test_run ();
}
