/* Each limit of the self-check, exceeded on purpose */
#include "rj-self-check.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "rj-event-types.h"
#include "rj-json.h"
#include "rjt-history.h"

typedef struct {
  RjClock *clock;
  RjtHistory *history;
  RjSelfCheck *check;
  char *proc;
  double pacing_lag_ms;
  guint64 busy, idle; /* ticks */
  guint64 own;        /* the same, of our process */
} Fixture;

static double
take_pacing_lag_ms (gpointer user_data)
{
  return ((Fixture *) user_data)->pacing_lag_ms;
}

static void
put_ticks (Fixture *f, guint busy, guint idle)
{
  g_autofree char *path = g_build_filename (f->proc, "stat", NULL);
  g_autofree char *text = NULL;

  f->busy += busy;
  f->idle += idle;
  text = g_strdup_printf ("cpu  %" G_GUINT64_FORMAT " 0 0 %" G_GUINT64_FORMAT " 0 0 0 0 0 0\n",
                          f->busy, f->idle);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
put (Fixture *f, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (f->proc, "self", name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
put_own_ticks (Fixture *f, guint64 ticks)
{
  g_autofree char *text = NULL;

  f->own += ticks;
  text = g_strdup_printf (
    "1 (a b) c) R 1 1 1 0 -1 4194304 1 0 0 0 %" G_GUINT64_FORMAT " 0 0 0 20 0 1 0 100\n", f->own);
  put (f, "stat", text);
}

static void
put_drops (Fixture *f, guint drops)
{
  g_autofree char *text = g_strdup_printf (
    "  sl  local_address rem_address\n"
    " 1: 0100007F:A6B0 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 1001 2 0 %u\n",
    drops);

  put (f, "net/udp", text);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->clock = rj_fake_clock_new (0);
  f->history = rjt_history_new ();
  f->proc = g_dir_make_tmp ("rejoin-proc-XXXXXX", NULL);
  put_ticks (f, 100, 100);
  f->check =
    rj_self_check_new (f->clock, RJ_EVENT_SINK (f->history), f->proc, take_pacing_lag_ms, f);
  rj_self_check_start (f->check);
}

static void
remove_all (Fixture *f)
{
  static const char *const names[] = {
    "self/fd/7", "self/fd", "self/net/udp", "self/net", "self/stat", "self", "stat", "",
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (f->proc, names[i], NULL);

    g_remove (path);
  }
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_object_unref (f->check);
  g_object_unref (f->history);
  g_object_unref (f->clock);
  remove_all (f);
  g_free (f->proc);
}

static void
pass_seconds (Fixture *f, guint n)
{
  for (guint i = 0; i < n; i++)
    rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), G_USEC_PER_SEC);
}

static guint
count_overloads (Fixture *f, const char *what)
{
  return rjt_history_count_where (f->history, RJ_EVENT_SELF_CHECK, "what", what);
}

static void
test_all_well (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; i < 10; i++) {
    put_ticks (f, 50, 50);
    pass_seconds (f, 1);
  }
  g_assert_cmpuint (rjt_history_count (f->history, RJ_EVENT_SELF_CHECK), ==, 10);
  for (guint i = 0; i < 10; i++)
    g_assert_false (rj_json_get_bool (rjt_history_find (f->history, RJ_EVENT_SELF_CHECK, i)->data,
                                      "overloaded", TRUE));
}

static void
test_pacing_lag (Fixture *f, gconstpointer unused)
{
  f->pacing_lag_ms = RJ_SELF_CHECK_PACING_LIMIT_MS;
  pass_seconds (f, 1);
  g_assert_cmpuint (count_overloads (f, "pacing lag"), ==, 0);
  f->pacing_lag_ms = RJ_SELF_CHECK_PACING_LIMIT_MS + 1;
  pass_seconds (f, 1);
  g_assert_cmpuint (count_overloads (f, "pacing lag"), ==, 1);
}

/* Nobody had time to run the loop. */
static void
test_loop_lag (Fixture *f, gconstpointer unused)
{
  pass_seconds (f, 1);
  rj_fake_clock_skip_us (RJ_FAKE_CLOCK (f->clock), RJ_SELF_CHECK_LOOP_LIMIT_MS * 1000 + 20001);
  pass_seconds (f, 1);
  g_assert_cmpuint (count_overloads (f, "loop lag"), ==, 1);
}

/* What begins and ends in the last period is seen, too, though no tick comes any more. */
static void
test_loop_lag_at_the_end (Fixture *f, gconstpointer unused)
{
  pass_seconds (f, 1);
  rj_fake_clock_skip_us (RJ_FAKE_CLOCK (f->clock), RJ_SELF_CHECK_LOOP_LIMIT_MS * 1000 + 20001);
  rj_self_check_stop (f->check);
  g_assert_cmpuint (rjt_history_count (f->history, RJ_EVENT_SELF_CHECK), ==, 2);
  g_assert_cmpuint (count_overloads (f, "loop lag"), ==, 1);
  rj_self_check_stop (f->check);
  g_assert_cmpuint (rjt_history_count (f->history, RJ_EVENT_SELF_CHECK), ==, 2);
}

/* In some milliseconds the counters of processor time do not move, or look like much. */
static void
test_short_last_period (Fixture *f, gconstpointer unused)
{
  pass_seconds (f, 1);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), RJ_SELF_CHECK_LOOP_LIMIT_MS * 1000 - 1);
  rj_self_check_stop (f->check);
  g_assert_cmpuint (rjt_history_count (f->history, RJ_EVENT_SELF_CHECK), ==, 1);
}

static void
test_machine_busy_for_long (Fixture *f, gconstpointer unused)
{
  for (guint i = 1; i < RJ_SELF_CHECK_BUSY_PERIODS; i++) {
    put_ticks (f, 100, 0);
    pass_seconds (f, 1);
  }
  put_ticks (f, 90, 10);
  pass_seconds (f, 1);
  g_assert_cmpuint (count_overloads (f, "processor time"), ==, 0);
  for (guint i = 0; i < RJ_SELF_CHECK_BUSY_PERIODS; i++) {
    put_ticks (f, 100, 0);
    pass_seconds (f, 1);
  }
  g_assert_cmpuint (count_overloads (f, "processor time"), ==, 1);
}

static void
test_own_process_busy_for_long (Fixture *f, gconstpointer unused)
{
  guint64 limit = (guint64) sysconf (_SC_CLK_TCK) * g_get_num_processors () *
                  (guint64) RJ_SELF_CHECK_OWN_LIMIT_PERCENT / 100;

  put_own_ticks (f, 0);
  pass_seconds (f, 1);
  for (guint i = 0; i < RJ_SELF_CHECK_BUSY_PERIODS + 2; i++) {
    put_own_ticks (f, limit - 2);
    pass_seconds (f, 1);
  }
  g_assert_cmpuint (count_overloads (f, "own processor time"), ==, 0);
  for (guint i = 0; i < RJ_SELF_CHECK_BUSY_PERIODS; i++) {
    put_own_ticks (f, limit + limit / 20 + 2);
    pass_seconds (f, 1);
  }
  g_assert_cmpuint (count_overloads (f, "own processor time"), ==, 1);
}

static void
test_receive_queues (Fixture *f, gconstpointer unused)
{
  g_autofree char *folder = g_build_filename (f->proc, "self", "fd", NULL);
  g_autofree char *path = g_build_filename (folder, "7", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_cmpint (symlink ("socket:[1001]", path), ==, 0);
  put_drops (f, 0);
  pass_seconds (f, 1);
  g_assert_cmpuint (count_overloads (f, "receive queues"), ==, 0);
  put_drops (f, 1);
  pass_seconds (f, 1);
  g_assert_cmpuint (count_overloads (f, "receive queues"), ==, 1);
}

#define ADD(name, func) g_test_add ("/self-check/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("all-well", test_all_well);
  ADD ("pacing-lag", test_pacing_lag);
  ADD ("loop-lag-at-the-end", test_loop_lag_at_the_end);
  ADD ("short-last-period", test_short_last_period);
  ADD ("loop-lag", test_loop_lag);
  ADD ("machine-busy-for-long", test_machine_busy_for_long);
  ADD ("own-process-busy-for-long", test_own_process_busy_for_long);
  ADD ("receive-queues", test_receive_queues);
  return g_test_run ();
}
