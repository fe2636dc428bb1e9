#include "rj-clock.h"
#include "rj-pausable-clock.h"

typedef struct {
  RjClock *clock;
  GString *log; /* a letter per timer that ran */
  RjTimer *timers[4];
  gint64 at_us[4];
} Fixture;

typedef struct {
  Fixture *fixture;
  guint index;
} Ring;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->clock = rj_fake_clock_new (1000);
  f->log = g_string_new (NULL);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_object_unref (f->clock);
  g_string_free (f->log, TRUE);
}

static void
on_ring (gpointer user_data)
{
  Ring *ring = user_data;

  ring->fixture->timers[ring->index] = NULL;
  ring->fixture->at_us[ring->index] = rj_clock_now_us (ring->fixture->clock);
  g_string_append_c (ring->fixture->log, (char) ('a' + ring->index));
}

static void
test_it_stands_still_until_told (Fixture *f, gconstpointer unused)
{
  g_assert_cmpint (rj_clock_now_us (f->clock), ==, 1000);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 234);
  g_assert_cmpint (rj_clock_now_us (f->clock), ==, 1234);
  g_assert_cmpint (rj_fake_clock_get_next_us (RJ_FAKE_CLOCK (f->clock)), ==, -1);
}

static void
test_timers_run_in_order_each_at_its_time (Fixture *f, gconstpointer unused)
{
  Ring rings[4] = { { f, 0 }, { f, 1 }, { f, 2 }, { f, 3 } };
  static const gint64 delays[4] = { 30, 10, 20, 10 };

  for (guint i = 0; i < 4; i++)
    f->timers[i] = rj_clock_start_timer (f->clock, delays[i], on_ring, &rings[i]);
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (f->clock)), ==, 4);
  g_assert_cmpint (rj_fake_clock_get_next_us (RJ_FAKE_CLOCK (f->clock)), ==, 10);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 9);
  g_assert_cmpstr (f->log->str, ==, "");
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 1);
  g_assert_cmpstr (f->log->str, ==, "bd"); /* due together: in the order of creation */
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 1000);
  g_assert_cmpstr (f->log->str, ==, "bdca");
  g_assert_cmpint (f->at_us[2], ==, 1020);
  g_assert_cmpint (f->at_us[0], ==, 1030);
  g_assert_cmpint (rj_clock_now_us (f->clock), ==, 2010);
}

static void
test_a_cancelled_timer_does_not_run (Fixture *f, gconstpointer unused)
{
  Ring ring = { f, 0 };

  f->timers[0] = rj_clock_start_timer (f->clock, 10, on_ring, &ring);
  rj_clock_cancel_timer (f->clock, &f->timers[0]);
  g_assert_null (f->timers[0]);
  rj_clock_cancel_timer (f->clock, &f->timers[0]); /* again: fine */
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 100);
  g_assert_cmpstr (f->log->str, ==, "");
}

static void
on_chain (gpointer user_data)
{
  Ring *ring = user_data;

  on_ring (ring);
  if (ring->fixture->log->len < 3)
    ring->fixture->timers[0] = rj_clock_start_timer (ring->fixture->clock, 10, on_chain, ring);
}

static void
test_a_timer_started_by_a_timer_runs_in_the_same_advance (Fixture *f, gconstpointer unused)
{
  Ring ring = { f, 0 };

  f->timers[0] = rj_clock_start_timer (f->clock, 10, on_chain, &ring);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 30);
  g_assert_cmpstr (f->log->str, ==, "aaa");
  g_assert_cmpint (f->at_us[0], ==, 1030);
}

static void
on_cancel_other (gpointer user_data)
{
  Ring *ring = user_data;

  on_ring (ring);
  rj_clock_cancel_timer (ring->fixture->clock, &ring->fixture->timers[1]);
}

static void
on_cancel_third (gpointer user_data)
{
  Ring *ring = user_data;

  on_ring (ring);
  rj_clock_cancel_timer (ring->fixture->clock, &ring->fixture->timers[2]);
}

static void
test_a_timer_may_cancel_one_that_is_due_with_it (Fixture *f, gconstpointer unused)
{
  Ring rings[2] = { { f, 0 }, { f, 1 } };

  f->timers[0] = rj_clock_start_timer (f->clock, 10, on_cancel_other, &rings[0]);
  f->timers[1] = rj_clock_start_timer (f->clock, 10, on_ring, &rings[1]);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 10);
  g_assert_cmpstr (f->log->str, ==, "a");
}

static void
test_a_negative_delay_is_now (Fixture *f, gconstpointer unused)
{
  Ring ring = { f, 0 };

  f->timers[0] = rj_clock_start_timer (f->clock, -5, on_ring, &ring);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 0);
  g_assert_cmpint (f->at_us[0], ==, 1000);
}

static gboolean
on_idle (gpointer user_data)
{
  Fixture *f = user_data;

  g_string_append_c (f->log, '!');
  return G_SOURCE_REMOVE;
}

static void
on_make_idle (gpointer user_data)
{
  Ring *ring = user_data;

  on_ring (ring);
  g_idle_add (on_idle, ring->fixture);
}

static void
test_work_that_a_timer_causes_is_done_before_the_next (Fixture *f, gconstpointer unused)
{
  Ring rings[2] = { { f, 0 }, { f, 1 } };

  f->timers[0] = rj_clock_start_timer (f->clock, 10, on_make_idle, &rings[0]);
  f->timers[1] = rj_clock_start_timer (f->clock, 20, on_ring, &rings[1]);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 20);
  g_assert_cmpstr (f->log->str, ==, "a!b");
}

static void
test_timers_left_over_go_with_the_clock (Fixture *f, gconstpointer unused)
{
  Ring ring = { f, 0 };

  rj_clock_start_timer (f->clock, 10, on_ring,
                        &ring); /* freed by tear_down, for the leak checker */
}

static void
test_the_real_clock_runs_and_orders_timers (Fixture *f, gconstpointer unused)
{
  Ring rings[2] = { { f, 0 }, { f, 1 } };
  gint64 start_us;

  g_object_unref (f->clock);
  f->clock = rj_real_clock_new ();
  start_us = rj_clock_now_us (f->clock);
  g_assert_cmpint (ABS (start_us - g_get_monotonic_time ()), <, G_USEC_PER_SEC);
  f->timers[1] = rj_clock_start_timer (f->clock, 500, on_ring, &rings[1]);
  f->timers[0] = rj_clock_start_timer (f->clock, 3000, on_ring, &rings[0]);
  while (f->timers[0] != NULL || f->timers[1] != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (f->log->str, ==, "ba");
  g_assert_cmpint (f->at_us[1] - start_us, >=, 500);
  g_assert_cmpint (f->at_us[0] - start_us, >=, 3000);
}

#define STEP_US 100

/* They fall due in the order b, c, d, a, whatever the machine does meanwhile */
static gint64
start_four_close_together (Fixture *f, Ring *rings)
{
  gint64 start_us;

  do {
    for (guint i = 0; i < 4; i++)
      rj_clock_cancel_timer (f->clock, &f->timers[i]);
    start_us = rj_clock_now_us (f->clock);
    f->timers[0] = rj_clock_start_timer (f->clock, 4 * STEP_US, on_ring, &rings[0]);
    f->timers[1] = rj_clock_start_timer (f->clock, 1 * STEP_US, on_cancel_third, &rings[1]);
    f->timers[2] = rj_clock_start_timer (f->clock, 2 * STEP_US, on_ring, &rings[2]);
    f->timers[3] = rj_clock_start_timer (f->clock, 3 * STEP_US, on_ring, &rings[3]);
  } while (rj_clock_now_us (f->clock) >= start_us + STEP_US);
  return start_us;
}

/* A loop that comes late (a busy home thread) still runs what is overdue in the order of the times */
static void
test_overdue_timers_run_in_order (Fixture *f, gconstpointer unused)
{
  Ring rings[4] = { { f, 0 }, { f, 1 }, { f, 2 }, { f, 3 } };
  gint64 start_us;

  g_object_unref (f->clock);
  f->clock = rj_real_clock_new ();
  start_us = start_four_close_together (f, rings);
  while (rj_clock_now_us (f->clock) < start_us + 2000)
    continue; /* the loop is kept from its work: two milliseconds of it */
  while (f->timers[0] != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (f->log->str, ==, "bda"); /* b has cancelled c */
}

static void
on_release_clock (gpointer user_data)
{
  Ring *ring = user_data;

  g_string_append_c (ring->fixture->log, 'x');
  g_clear_object (&ring->fixture->clock);
}

static void
test_a_timer_may_drop_the_real_clock (Fixture *f, gconstpointer unused)
{
  Ring ring = { f, 0 };

  g_object_unref (f->clock);
  f->clock = rj_real_clock_new ();
  rj_clock_start_timer (f->clock, 0, on_release_clock, &ring);
  rj_clock_start_timer (f->clock, 0, on_release_clock, &ring);
  while (f->clock != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (f->log->str, ==, "x"); /* the other one has gone with the clock */
  f->clock = rj_fake_clock_new (0);       /* for tear_down */
}

static void
on_nested (gpointer user_data)
{
  Ring *ring = user_data;

  on_ring (ring);
  while (ring->fixture->timers[1] != NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_a_loop_inside_a_timer_runs_timers (Fixture *f, gconstpointer unused)
{
  Ring rings[2] = { { f, 0 }, { f, 1 } };

  g_object_unref (f->clock);
  f->clock = rj_real_clock_new ();
  f->timers[0] = rj_clock_start_timer (f->clock, 0, on_nested, &rings[0]);
  f->timers[1] = rj_clock_start_timer (f->clock, 500, on_ring, &rings[1]);
  while (f->timers[0] != NULL || f->timers[1] != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (f->log->str, ==, "ab");
}

static void
test_a_far_future_is_never (Fixture *f, gconstpointer unused)
{
  Ring rings[2] = { { f, 0 }, { f, 1 } };

  g_object_unref (f->clock);
  f->clock = rj_real_clock_new ();
  f->timers[0] = rj_clock_start_timer (f->clock, G_MAXINT64, on_ring, &rings[0]);
  f->timers[1] = rj_clock_start_timer (f->clock, 0, on_ring, &rings[1]);
  while (f->timers[1] != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (f->log->str, ==, "b");
}

static void
test_the_real_clock_cancels (Fixture *f, gconstpointer unused)
{
  Ring rings[2] = { { f, 0 }, { f, 1 } };

  g_object_unref (f->clock);
  f->clock = rj_real_clock_new ();
  f->timers[0] = rj_clock_start_timer (f->clock, 100, on_ring, &rings[0]);
  f->timers[1] = rj_clock_start_timer (f->clock, 1000, on_ring, &rings[1]);
  rj_clock_cancel_timer (f->clock, &f->timers[0]);
  while (f->timers[1] != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (f->log->str, ==, "b");
}

static void
test_the_real_clock_uses_the_context_of_the_caller (Fixture *f, gconstpointer unused)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Ring ring = { f, 0 };

  g_object_unref (f->clock);
  f->clock = rj_real_clock_new ();
  g_main_context_push_thread_default (context);
  f->timers[0] = rj_clock_start_timer (f->clock, 0, on_ring, &ring);
  g_main_context_pop_thread_default (context);
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  while (f->timers[0] != NULL)
    g_main_context_iteration (context, TRUE);
  g_assert_cmpstr (f->log->str, ==, "a");
}

static void
test_held_timers_go_on_where_they_were (Fixture *f, gconstpointer unused)
{
  Ring rings[3] = { { f, 0 }, { f, 1 }, { f, 2 } };
  g_autoptr (RjClock) clock = rj_pausable_clock_new (f->clock);
  RjPausableClock *pausable = RJ_PAUSABLE_CLOCK (clock);

  f->timers[0] = rj_clock_start_timer (clock, 30, on_ring, &rings[0]);
  f->timers[1] = rj_clock_start_timer (clock, 10, on_ring, &rings[1]);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 5);
  rj_pausable_clock_pause (pausable);
  rj_pausable_clock_pause (pausable); /* twice: by two faults */
  f->timers[2] = rj_clock_start_timer (clock, 1, on_ring, &rings[2]);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 1000);
  rj_pausable_clock_resume (pausable);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 1000);
  g_assert_cmpstr (f->log->str, ==, "");
  g_assert_cmpint (rj_clock_now_us (clock), ==, 3005); /* time itself goes on */
  rj_pausable_clock_resume (pausable);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 4);
  g_assert_cmpstr (f->log->str, ==, "c");
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 1);
  g_assert_cmpstr (f->log->str, ==, "cb");
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 20);
  g_assert_cmpstr (f->log->str, ==, "cba");
  g_assert_cmpint (f->at_us[0], ==, 3030);
}

static void
test_held_timers_can_be_cancelled_and_left (Fixture *f, gconstpointer unused)
{
  Ring rings[2] = { { f, 0 }, { f, 1 } };
  RjClock *clock = rj_pausable_clock_new (f->clock);

  f->timers[0] = rj_clock_start_timer (clock, 10, on_ring, &rings[0]);
  rj_pausable_clock_pause (RJ_PAUSABLE_CLOCK (clock));
  f->timers[1] = rj_clock_start_timer (clock, 10, on_ring, &rings[1]);
  rj_clock_cancel_timer (clock, &f->timers[0]);
  rj_pausable_clock_resume (RJ_PAUSABLE_CLOCK (clock));
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (f->clock)), ==, 1);
  g_object_unref (clock);
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (f->clock)), ==, 0);
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/base/clock/fake/still", test_it_stands_still_until_told);
  ADD ("/base/clock/fake/order", test_timers_run_in_order_each_at_its_time);
  ADD ("/base/clock/fake/cancel", test_a_cancelled_timer_does_not_run);
  ADD ("/base/clock/fake/chain", test_a_timer_started_by_a_timer_runs_in_the_same_advance);
  ADD ("/base/clock/fake/cancel-other", test_a_timer_may_cancel_one_that_is_due_with_it);
  ADD ("/base/clock/fake/negative", test_a_negative_delay_is_now);
  ADD ("/base/clock/fake/idle", test_work_that_a_timer_causes_is_done_before_the_next);
  ADD ("/base/clock/fake/left-over", test_timers_left_over_go_with_the_clock);
  ADD ("/base/clock/pausable/goes-on", test_held_timers_go_on_where_they_were);
  ADD ("/base/clock/pausable/cancel", test_held_timers_can_be_cancelled_and_left);
  ADD ("/base/clock/real/order", test_the_real_clock_runs_and_orders_timers);
  ADD ("/base/clock/real/overdue", test_overdue_timers_run_in_order);
  ADD ("/base/clock/real/drop", test_a_timer_may_drop_the_real_clock);
  ADD ("/base/clock/real/nested", test_a_loop_inside_a_timer_runs_timers);
  ADD ("/base/clock/real/far", test_a_far_future_is_never);
  ADD ("/base/clock/real/cancel", test_the_real_clock_cancels);
  ADD ("/base/clock/real/context", test_the_real_clock_uses_the_context_of_the_caller);
  return g_test_run ();
}
