#include "rj-pacer.h"

struct _RjPacerJob {
  gatomicrefcount references; /* pacer and owner */
  gint64 due_us;
  RjPacerFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
  gboolean removed; /* protected by the pacer's jobs_mutex */
};

struct _RjPacer {
  gatomicrefcount references;
  GThread *thread;
  GMutex jobs_mutex; /* protects all below */
  GCond jobs_changed;
  GPtrArray *jobs; /* a binary heap, the job that is due next is the first */
  gint64 lag_us;
  gboolean ended;
};

static void
job_unref (RjPacerJob *job)
{
  if (g_atomic_ref_count_dec (&job->references))
    g_free (job);
}

static void
swap (GPtrArray *heap, guint a, guint b)
{
  gpointer kept = heap->pdata[a];

  heap->pdata[a] = heap->pdata[b];
  heap->pdata[b] = kept;
}

static gboolean
is_before (GPtrArray *heap, guint a, guint b)
{
  const RjPacerJob *first = heap->pdata[a];
  const RjPacerJob *second = heap->pdata[b];

  return first->due_us < second->due_us;
}

static void
heap_push (GPtrArray *heap, RjPacerJob *job)
{
  guint i = heap->len;

  g_ptr_array_add (heap, job);
  for (; i > 0 && is_before (heap, i, (i - 1) / 2); i = (i - 1) / 2)
    swap (heap, i, (i - 1) / 2);
}

static RjPacerJob *
heap_pop (GPtrArray *heap)
{
  RjPacerJob *job = heap->pdata[0];
  guint i = 0;

  swap (heap, 0, heap->len - 1);
  g_ptr_array_set_size (heap, (int) heap->len - 1);
  for (;;) {
    guint child = 2 * i + 1;

    if (child >= heap->len)
      return job;
    if (child + 1 < heap->len && is_before (heap, child + 1, child))
      child++;
    if (!is_before (heap, child, i))
      return job;
    swap (heap, i, child);
    i = child;
  }
}

/* Returns: (nullable): the next job once it is due; NULL at the end */
static RjPacerJob *
wait_for_job_locked (RjPacer *self)
{
  while (!self->ended) {
    RjPacerJob *next = self->jobs->len == 0 ? NULL : self->jobs->pdata[0];

    if (next == NULL)
      g_cond_wait (&self->jobs_changed, &self->jobs_mutex);
    else if (next->removed || next->due_us <= g_get_monotonic_time ())
      return heap_pop (self->jobs);
    else
      g_cond_wait_until (&self->jobs_changed, &self->jobs_mutex, next->due_us);
  }
  return NULL;
}

static void
drop_job (RjPacerJob *job)
{
  if (job->destroy != NULL)
    job->destroy (job->user_data);
  job_unref (job);
}

static gpointer
run (gpointer user_data)
{
  RjPacer *self = user_data;
  RjPacerJob *job;

  g_mutex_lock (&self->jobs_mutex);
  while ((job = wait_for_job_locked (self)) != NULL) {
    gint64 next_us = -1;
    gboolean removed = job->removed;

    if (!removed)
      self->lag_us = MAX (self->lag_us, g_get_monotonic_time () - job->due_us);
    g_mutex_unlock (&self->jobs_mutex);
    if (!removed)
      next_us = job->func (job->due_us, job->user_data);
    if (next_us < 0)
      drop_job (job);
    g_mutex_lock (&self->jobs_mutex);
    if (next_us >= 0) {
      job->due_us = next_us;
      heap_push (self->jobs, job);
    }
  }
  while (self->jobs->len > 0) {
    job = heap_pop (self->jobs);
    g_mutex_unlock (&self->jobs_mutex);
    drop_job (job);
    g_mutex_lock (&self->jobs_mutex);
  }
  g_mutex_unlock (&self->jobs_mutex);
  return NULL;
}

RjPacer *
rj_pacer_new (void)
{
  RjPacer *self = g_new0 (RjPacer, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->jobs_mutex);
  g_cond_init (&self->jobs_changed);
  self->jobs = g_ptr_array_new ();
  self->thread = g_thread_new ("rj-pacer", run, self);
  return self;
}

RjPacer *
rj_pacer_ref (RjPacer *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rj_pacer_unref (RjPacer *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_mutex_lock (&self->jobs_mutex);
  self->ended = TRUE;
  g_cond_signal (&self->jobs_changed);
  g_mutex_unlock (&self->jobs_mutex);
  g_thread_join (self->thread);
  g_ptr_array_unref (self->jobs);
  g_cond_clear (&self->jobs_changed);
  g_mutex_clear (&self->jobs_mutex);
  g_free (self);
}

RjPacerJob *
rj_pacer_add (
  RjPacer *self, gint64 first_us, RjPacerFunc func, gpointer user_data, GDestroyNotify destroy)
{
  RjPacerJob *job = g_new0 (RjPacerJob, 1);

  g_atomic_ref_count_init (&job->references);
  g_atomic_ref_count_inc (&job->references);
  job->due_us = MAX (first_us, 0);
  job->func = func;
  job->user_data = user_data;
  job->destroy = destroy;
  g_mutex_lock (&self->jobs_mutex);
  heap_push (self->jobs, job);
  g_cond_signal (&self->jobs_changed);
  g_mutex_unlock (&self->jobs_mutex);
  return job;
}

void
rj_pacer_remove (RjPacer *self, RjPacerJob *job)
{
  g_mutex_lock (&self->jobs_mutex);
  job->removed = TRUE;
  g_mutex_unlock (&self->jobs_mutex);
  job_unref (job);
}

gint64
rj_pacer_take_lag_us (RjPacer *self)
{
  gint64 lag_us;

  g_mutex_lock (&self->jobs_mutex);
  lag_us = self->lag_us;
  self->lag_us = 0;
  g_mutex_unlock (&self->jobs_mutex);
  return lag_us;
}
