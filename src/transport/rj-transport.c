#include "rj-transport.h"

#define MAX_LAST_STEPS                                                                             \
  10000 /* of a context at the stop: a source that is always ready must not hold it */

typedef struct {
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread; /* NULL when joined */
} Worker;

struct _RjTransport {
  guint n_workers;
  guint last; /* atomic */
  Worker workers[];
};

static gpointer
run_worker (gpointer user_data)
{
  Worker *worker = user_data;

  g_main_context_push_thread_default (worker->context);
  g_main_loop_run (worker->loop);
  for (guint i = 0; i < MAX_LAST_STEPS && g_main_context_iteration (worker->context, FALSE); i++)
    continue;
  g_main_context_pop_thread_default (worker->context);
  return NULL;
}

static void
start_worker (Worker *worker, guint number)
{
  g_autofree char *name = g_strdup_printf ("rj-transport-%u", number);

  worker->context = g_main_context_new ();
  worker->loop = g_main_loop_new (worker->context, FALSE);
  worker->thread = g_thread_new (name, run_worker, worker);
}

RjTransport *
rj_transport_new (guint n_threads)
{
  RjTransport *self;

  g_return_val_if_fail (n_threads >= 1 && n_threads <= RJ_TRANSPORT_MAX_THREADS, NULL);

  self = g_malloc0 (sizeof *self + n_threads * sizeof self->workers[0]);
  self->n_workers = n_threads;
  for (guint i = 0; i < n_threads; i++)
    start_worker (&self->workers[i], i);
  return self;
}

GMainContext *
rj_transport_next_context (RjTransport *self)
{
  guint number = (guint) g_atomic_int_add ((int *) &self->last, 1);

  return self->workers[number % self->n_workers].context;
}

typedef struct {
  RjTransportFunc func;
  gpointer user_data;
  GDestroyNotify free_data;
} Job;

static gboolean
run_job (gpointer user_data)
{
  Job *job = user_data;

  job->func (job->user_data);
  return G_SOURCE_REMOVE;
}

static void
free_job (gpointer user_data)
{
  Job *job = user_data;

  if (job->free_data != NULL)
    job->free_data (job->user_data);
  g_free (job);
}

static void
attach_job (GMainContext *context, Job *job)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, run_job, job, free_job);
  g_source_attach (source, context);
}

void
rj_transport_post (GMainContext *context,
                   RjTransportFunc func,
                   gpointer user_data,
                   GDestroyNotify free_data)
{
  Job *job = g_new0 (Job, 1);

  job->func = func;
  job->user_data = user_data;
  job->free_data = free_data;
  attach_job (context, job);
}

typedef struct {
  RjTransportFunc func;
  gpointer user_data;
  GMutex mutex;
  GCond changed;
  gboolean done; /* protected by mutex */
} Call;

static void
run_call (gpointer user_data)
{
  Call *call = user_data;

  call->func (call->user_data);
  g_mutex_lock (&call->mutex);
  call->done = TRUE;
  g_cond_signal (&call->changed);
  g_mutex_unlock (&call->mutex);
}

void
rj_transport_call (GMainContext *context, RjTransportFunc func, gpointer user_data)
{
  Call call = { .func = func, .user_data = user_data };

  g_return_if_fail (!g_main_context_is_owner (context));

  g_mutex_init (&call.mutex);
  g_cond_init (&call.changed);
  rj_transport_post (context, run_call, &call, NULL);
  g_mutex_lock (&call.mutex);
  while (!call.done)
    g_cond_wait (&call.changed, &call.mutex);
  g_mutex_unlock (&call.mutex);
  g_cond_clear (&call.changed);
  g_mutex_clear (&call.mutex);
}

static void
quit_loop (gpointer loop)
{
  g_main_loop_quit (loop);
}

void
rj_transport_stop (RjTransport *self)
{
  for (guint i = 0; i < self->n_workers; i++)
    if (self->workers[i].thread != NULL)
      rj_transport_post (self->workers[i].context, quit_loop,
                         g_main_loop_ref (self->workers[i].loop),
                         (GDestroyNotify) g_main_loop_unref);
  for (guint i = 0; i < self->n_workers; i++)
    g_clear_pointer (&self->workers[i].thread, g_thread_join);
}

void
rj_transport_free (RjTransport *self)
{
  rj_transport_stop (self);
  for (guint i = 0; i < self->n_workers; i++) {
    g_main_loop_unref (self->workers[i].loop);
    g_main_context_unref (self->workers[i].context);
  }
  g_free (self);
}
