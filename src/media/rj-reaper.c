#include "rj-reaper.h"

#include <malloc.h>

#include "rj-relays.h"

#define QUIET_US (400 * 1000)

/* The census is of the process, like the threads and descriptors that it stands for. Atomic. */
static int n_made;
static int n_finalized;
static int n_hung;

/* One worker at a time takes pipelines from the queue. When it hangs it is left alone with its pipeline, and
 * another worker goes on. The watchman sees to that. */
typedef struct {
  RjReaper *reaper;
  GstElement *pipeline; /* in its hands; protected by the reaper's mutex */
  gint64 since_us;
  gboolean hung;
} Worker;

struct _RjReaper {
  gatomicrefcount references; /* one of each thread; the watchman stays while there are owners */
  gint64 patience_us;
  GMutex mutex; /* protects all below */
  GCond changed;
  GQueue waiting; /* of GstElement */
  Worker *worker; /* (nullable): the one that is not hung */
  guint n_owners;
  gboolean has_leftovers; /* something was buried since memory was given back */
};

static void
free_if_last (RjReaper *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_queue_clear_full (&self->waiting, gst_object_unref);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/* webrtcbin 1.22 leaks its ICE agent, with sockets, when it is closed while a description is being applied
 * (measured: one in four closes at that moment; none after this). Its work is done in order, so that an
 * answer to a question means that everything before is done. This question costs nothing and is refused where
 * nothing was offered; "get-stats" would be answered under names of its own, each of which GLib keeps for ever. */
static void
settle (GstElement *webrtc)
{
  g_autoptr (GstPromise) promise = gst_promise_new ();

  g_signal_emit_by_name (webrtc, "create-answer", NULL, promise);
  gst_promise_wait (promise);
}

/* What still waits on the bus would keep the pipeline's elements alive */
static void
bury (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstElement) webrtc = gst_bin_get_by_name (GST_BIN (pipeline), RJ_REAPER_WEBRTC_NAME);

  if (webrtc != NULL) {
    settle (webrtc);
    rj_relays_finish_return (webrtc);
  }
  g_clear_pointer (&webrtc, gst_object_unref);
  if (bus != NULL)
    gst_bus_set_flushing (bus, TRUE);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

static gboolean
take_next_locked (Worker *worker)
{
  RjReaper *self = worker->reaper;

  worker->pipeline = worker->hung ? NULL : g_queue_pop_head (&self->waiting);
  self->has_leftovers |= worker->pipeline != NULL;
  worker->since_us = g_get_monotonic_time ();
  g_cond_broadcast (&self->changed);
  return worker->pipeline != NULL;
}

static gpointer
work (gpointer user_data)
{
  Worker *worker = user_data;
  RjReaper *self = worker->reaper;

  g_mutex_lock (&self->mutex);
  while (take_next_locked (worker)) {
    g_mutex_unlock (&self->mutex);
    bury (worker->pipeline);
    g_mutex_lock (&self->mutex);
  }
  if (worker->hung)
    g_atomic_int_add (&n_hung, -1); /* it came to an end after all */
  else
    self->worker = NULL;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
  g_free (worker);
  free_if_last (self);
  return NULL;
}

static void
start_worker_locked (RjReaper *self)
{
  Worker *worker = g_new0 (Worker, 1);

  worker->reaper = self;
  self->worker = worker;
  g_atomic_ref_count_inc (&self->references);
  g_thread_unref (g_thread_new ("rj-reaper", work, worker));
}

static void
give_up_worker_locked (RjReaper *self)
{
  g_debug ("the teardown of a pipeline hangs");
  self->worker->hung = TRUE;
  self->worker = NULL;
  g_atomic_int_inc (&n_hung);
  g_cond_broadcast (&self->changed);
}

/* glibc keeps whole pages of what was freed, in an arena of each few threads: a herd of pipelines leaves some
 * behind, the next one more. They go back to the system in a quiet moment, since whoever allocates meanwhile
 * waits (measured: 1 ms, at most 8). */
static void
give_memory_back_locked (RjReaper *self)
{
  if (g_cond_wait_until (&self->changed, &self->mutex, g_get_monotonic_time () + QUIET_US))
    return; /* not quiet */
  self->has_leftovers = FALSE;
  g_mutex_unlock (&self->mutex);
  malloc_trim (0);
  g_mutex_lock (&self->mutex);
}

static gpointer
watch (gpointer user_data)
{
  RjReaper *self = user_data;

  g_mutex_lock (&self->mutex);
  for (;;) {
    if (self->worker == NULL && !g_queue_is_empty (&self->waiting)) {
      start_worker_locked (self);
    } else if (self->worker != NULL && self->worker->pipeline == NULL) {
      g_cond_wait (&self->changed, &self->mutex); /* its thread has still to begin */
    } else if (self->worker != NULL) {
      gint64 until_us = self->worker->since_us + self->patience_us;

      if (g_get_monotonic_time () >= until_us)
        give_up_worker_locked (self);
      else
        g_cond_wait_until (&self->changed, &self->mutex, until_us);
    } else if (self->n_owners == 0) {
      break;
    } else if (self->has_leftovers) {
      give_memory_back_locked (self);
    } else {
      g_cond_wait (&self->changed, &self->mutex);
    }
  }
  g_mutex_unlock (&self->mutex);
  free_if_last (self);
  return NULL;
}

RjReaper *
rj_reaper_new (gint64 patience_us)
{
  RjReaper *self = g_new0 (RjReaper, 1);

  g_atomic_ref_count_init (&self->references); /* the watchman's */
  self->patience_us = patience_us;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->changed);
  g_queue_init (&self->waiting);
  self->n_owners = 1;
  g_thread_unref (g_thread_new ("rj-watchman", watch, self));
  return self;
}

RjReaper *
rj_reaper_ref (RjReaper *self)
{
  g_mutex_lock (&self->mutex);
  self->n_owners++;
  g_mutex_unlock (&self->mutex);
  return self;
}

void
rj_reaper_unref (RjReaper *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->n_owners--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}

void
rj_reaper_take (RjReaper *self, GstElement *pipeline)
{
  g_autoptr (GstElement) webrtc = gst_bin_get_by_name (GST_BIN (pipeline), RJ_REAPER_WEBRTC_NAME);

  /* all at once, not one after the other: a dead TURN server takes its time with each */
  if (webrtc != NULL)
    rj_relays_begin_return (webrtc);
  g_clear_pointer (&webrtc, gst_object_unref);
  g_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->waiting, pipeline);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->mutex);
}

gboolean
rj_reaper_wait (RjReaper *self, gint64 timeout_us)
{
  gint64 until_us = g_get_monotonic_time () + timeout_us;
  gboolean in_time = TRUE;

  g_mutex_lock (&self->mutex);
  while (in_time && (self->worker != NULL || !g_queue_is_empty (&self->waiting)))
    in_time = g_cond_wait_until (&self->changed, &self->mutex, until_us);
  g_mutex_unlock (&self->mutex);
  return in_time;
}

void
rj_peer_census_get (guint *made, guint *finalized, guint *hung)
{
  if (made != NULL)
    *made = (guint) g_atomic_int_get (&n_made);
  if (finalized != NULL)
    *finalized = (guint) g_atomic_int_get (&n_finalized);
  if (hung != NULL)
    *hung = (guint) g_atomic_int_get (&n_hung);
}

static void
on_gone_any (gpointer unused, GObject *where_it_was)
{
  g_atomic_int_inc (&n_finalized);
}

void
rj_peer_census_add (GstElement *webrtc)
{
  g_atomic_int_inc (&n_made);
  g_object_weak_ref (G_OBJECT (webrtc), on_gone_any, NULL);
}
