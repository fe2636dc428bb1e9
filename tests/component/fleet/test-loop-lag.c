/* The loop lag with a real loop: whoever is last in its queue waits for all the others, and a timer may be the first. */
#include "rj-event-types.h"
#include "rj-self-check.h"
#include "rjt-history.h"

#define WORK_US (100 * 1000)

/* Of many messages, each of which is handled in time; between them the loop looks at its timers. */
static gboolean
on_message (gpointer user_data)
{
  guint *n_left = user_data;
  gint64 until_us = g_get_monotonic_time () + WORK_US;

  while (g_get_monotonic_time () < until_us)
    continue;
  return --*n_left > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static double
measure_lag_ms (guint *n_left)
{
  g_autoptr (RjClock) clock = rj_real_clock_new ();
  g_autoptr (RjtHistory) history = rjt_history_new ();
  g_autoptr (RjSelfCheck) check =
    rj_self_check_new (clock, RJ_EVENT_SINK (history), "/proc", NULL, NULL);

  g_idle_add_full (G_PRIORITY_DEFAULT, on_message, n_left, NULL);
  rj_self_check_start (check);
  while (rjt_history_count (history, RJ_EVENT_SELF_CHECK) == 0)
    g_main_context_iteration (NULL, TRUE);
  rj_self_check_stop (check);
  return json_object_get_double_member (rjt_history_find (history, RJ_EVENT_SELF_CHECK, 0)->data,
                                        "loop_lag_ms");
}

static void
test_the_last_in_the_queue (void)
{
  guint n_left = 4;
  double lag_ms = measure_lag_ms (&n_left);

  g_assert_cmpuint (n_left, ==, 0);
  /* a message that comes when the second one is begun waits for three; the timer is up to 5 ms behind it */
  g_assert_cmpfloat (lag_ms, >, 3 * WORK_US / 1e3 - 5);
  g_assert_cmpfloat (lag_ms, >, RJ_SELF_CHECK_LOOP_LIMIT_MS);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fleet/loop-lag/the-last-in-the-queue", test_the_last_in_the_queue);
  return g_test_run ();
}
