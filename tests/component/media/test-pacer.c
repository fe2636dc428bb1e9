/* The pacer calls in order and on time, and can be told to stop at any moment. */
#include "rj-pacer.h"

typedef struct {
  GMutex mutex;
  GCond changed;
  GString *calls; /* protected by mutex */
  guint n_freed;  /* protected by mutex */
  guint n_calls;  /* protected by mutex */
} Record;

typedef struct {
  Record *record;
  char name;
  gint64 interval_us;
  guint n_left;
} Work;

static gint64
on_due (gint64 due_us, gpointer user_data)
{
  Work *work = user_data;

  g_assert_cmpint (g_get_monotonic_time (), >=, due_us);
  g_mutex_lock (&work->record->mutex);
  g_string_append_c (work->record->calls, work->name);
  work->record->n_calls++;
  g_cond_signal (&work->record->changed);
  g_mutex_unlock (&work->record->mutex);
  return --work->n_left == 0 ? -1 : due_us + work->interval_us;
}

static void
on_free (gpointer data)
{
  Work *work = data;

  g_mutex_lock (&work->record->mutex);
  work->record->n_freed++;
  g_cond_signal (&work->record->changed);
  g_mutex_unlock (&work->record->mutex);
  g_free (work);
}

static Record *
record_new (void)
{
  Record *record = g_new0 (Record, 1);

  g_mutex_init (&record->mutex);
  g_cond_init (&record->changed);
  record->calls = g_string_new (NULL);
  return record;
}

static void
record_free (Record *record)
{
  g_string_free (record->calls, TRUE);
  g_cond_clear (&record->changed);
  g_mutex_clear (&record->mutex);
  g_free (record);
}

static RjPacerJob *
add (RjPacer *pacer, Record *record, char name, gint64 first_us, gint64 interval_us, guint n)
{
  Work *work = g_new0 (Work, 1);

  *work = (Work){ record, name, interval_us, n };
  return rj_pacer_add (pacer, first_us, on_due, work, on_free);
}

static void
wait_for_freed (Record *record, guint n)
{
  g_mutex_lock (&record->mutex);
  while (record->n_freed < n)
    g_cond_wait (&record->changed, &record->mutex);
  g_mutex_unlock (&record->mutex);
}

static void
wait_for_calls (Record *record, guint n)
{
  g_mutex_lock (&record->mutex);
  while (record->n_calls < n)
    g_cond_wait (&record->changed, &record->mutex);
  g_mutex_unlock (&record->mutex);
}

static void
test_calls_come_in_order_of_their_times (void)
{
  g_autoptr (RjPacer) pacer = rj_pacer_new ();
  Record *record = record_new ();
  gint64 now_us = g_get_monotonic_time () + 20000;
  RjPacerJob *jobs[3];

  jobs[0] = add (pacer, record, 'c', now_us + 3000, 10000, 3);
  jobs[1] = add (pacer, record, 'a', now_us + 1000, 10000, 3);
  jobs[2] = add (pacer, record, 'b', now_us + 2000, 10000, 3);
  wait_for_freed (record, 3);
  g_assert_cmpstr (record->calls->str, ==, "abcabcabc");
  for (guint i = 0; i < 3; i++)
    rj_pacer_remove (pacer, jobs[i]);
  record_free (record);
}

static void
test_many_jobs_keep_their_order (void)
{
  g_autoptr (RjPacer) pacer = rj_pacer_new ();
  Record *record = record_new ();
  gint64 now_us = g_get_monotonic_time () + 30000;
  RjPacerJob *jobs[26];

  /* 5 has no divisor in common with 26: a mixed order */
  for (guint i = 0; i < 26; i++)
    jobs[i] = add (pacer, record, (char) ('a' + i * 5 % 26), now_us + i * 5 % 26 * 100, 0, 1);
  wait_for_freed (record, 26);
  g_assert_cmpstr (record->calls->str, ==, "abcdefghijklmnopqrstuvwxyz");
  for (guint i = 0; i < 26; i++)
    rj_pacer_remove (pacer, jobs[i]);
  record_free (record);
}

static void
test_a_removed_job_is_not_called_again (void)
{
  g_autoptr (RjPacer) pacer = rj_pacer_new ();
  Record *record = record_new ();
  RjPacerJob *job = add (pacer, record, 'x', g_get_monotonic_time (), 1000, 1000000);
  gsize n_calls;

  wait_for_calls (record, 5);
  rj_pacer_remove (pacer, job);
  wait_for_freed (record, 1);
  n_calls = record->calls->len;
  job = add (pacer, record, 'y', g_get_monotonic_time () + 20000, 0, 1);
  wait_for_freed (record, 2);
  g_assert_cmpuint (record->calls->len, ==, n_calls + 1);
  rj_pacer_remove (pacer, job);
  record_free (record);
}

static void
test_the_end_frees_what_is_left (void)
{
  RjPacer *pacer = rj_pacer_new ();
  Record *record = record_new ();
  RjPacerJob *job = add (pacer, record, 'x', g_get_monotonic_time () + 60 * G_USEC_PER_SEC, 0, 1);

  rj_pacer_remove (pacer, job);
  job = add (pacer, record, 'x', g_get_monotonic_time () + 60 * G_USEC_PER_SEC, 0, 1);
  rj_pacer_remove (pacer, job);
  rj_pacer_unref (pacer);
  g_assert_cmpuint (record->n_freed, ==, 2);
  g_assert_cmpstr (record->calls->str, ==, "");
  record_free (record);
}

static void
test_lateness_is_measured (void)
{
  g_autoptr (RjPacer) pacer = rj_pacer_new ();
  Record *record = record_new ();
  RjPacerJob *job;

  g_assert_cmpint (rj_pacer_take_lag_us (pacer), ==, 0);
  job = add (pacer, record, 'x', g_get_monotonic_time () - 123456, 0, 1);
  wait_for_freed (record, 1);
  g_assert_cmpint (rj_pacer_take_lag_us (pacer), >=, 123456);
  g_assert_cmpint (rj_pacer_take_lag_us (pacer), ==, 0);
  rj_pacer_remove (pacer, job);
  record_free (record);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/pacer/order", test_calls_come_in_order_of_their_times);
  g_test_add_func ("/media/pacer/many", test_many_jobs_keep_their_order);
  g_test_add_func ("/media/pacer/remove", test_a_removed_job_is_not_called_again);
  g_test_add_func ("/media/pacer/end", test_the_end_frees_what_is_left);
  g_test_add_func ("/media/pacer/lag", test_lateness_is_measured);
  return g_test_run ();
}
