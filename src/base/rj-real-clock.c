#include "rj-clock.h"

/* All timers of one main context, in one source: a source each would run timers that are overdue together in
 * the order of their creation, not of their times. Reference counted, because the source may be in the middle
 * of its work when the clock goes. */
typedef struct {
  gatomicrefcount references;
  GMainContext *context;
  GMutex timers_mutex;
  GSequence *timers; /* of RjTimer, sorted, protected by timers_mutex */
  guint64 last_number;
  GSource *source;
} TimerQueue;

struct _RjTimer {
  gint64 due_us;
  guint64 number; /* timers that fall due together run in the order of their creation */
  RjTimerFunc func;
  gpointer user_data;
  TimerQueue *queue;
  GSequenceIter *place;
};

struct _RjRealClock {
  GObject parent_instance;

  GMutex queues_mutex;
  GPtrArray *queues; /* of TimerQueue, protected by queues_mutex */
};

static void rj_real_clock_iface_init (RjClockInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjRealClock,
                               rj_real_clock,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_CLOCK, rj_real_clock_iface_init))

static gint64
rj_real_clock_now_us (RjClock *clock)
{
  return g_get_monotonic_time ();
}

static int
compare_timers (gconstpointer a, gconstpointer b, gpointer unused)
{
  const RjTimer *one = a;
  const RjTimer *two = b;

  if (one->due_us != two->due_us)
    return one->due_us < two->due_us ? -1 : 1;
  return one->number < two->number ? -1 : 1;
}

/* With the lock held. Returns: (nullable) */
static RjTimer *
peek_timer (TimerQueue *queue)
{
  GSequenceIter *first = g_sequence_get_begin_iter (queue->timers);

  return g_sequence_iter_is_end (first) ? NULL : g_sequence_get (first);
}

/* With the lock held. A timeout source of GLib counts in milliseconds; a ready time is exact. */
static void
set_alarm (TimerQueue *queue)
{
  const RjTimer *timer = peek_timer (queue);

  g_source_set_ready_time (queue->source, timer == NULL ? -1 : timer->due_us);
}

/* Takes the first timer out that is due at @now_us. Returns: (transfer full) (nullable) */
static RjTimer *
take_due (TimerQueue *queue, gint64 now_us)
{
  RjTimer *timer;

  g_mutex_lock (&queue->timers_mutex);
  timer = peek_timer (queue);
  if (timer != NULL && timer->due_us <= now_us)
    g_sequence_remove (timer->place);
  else
    timer = NULL;
  set_alarm (queue);
  g_mutex_unlock (&queue->timers_mutex);
  return timer;
}

static gboolean
on_due (gpointer user_data)
{
  TimerQueue *queue = user_data;
  gint64 now_us = g_get_monotonic_time ();

  for (RjTimer *timer = take_due (queue, now_us); timer != NULL; timer = take_due (queue, now_us)) {
    RjTimerFunc func = timer->func;
    gpointer data = timer->user_data;

    g_free (timer);
    func (data);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timers (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = dispatch_timers };

static void
queue_unref (gpointer data)
{
  TimerQueue *queue = data;

  if (!g_atomic_ref_count_dec (&queue->references))
    return;
  g_sequence_free (queue->timers);
  g_mutex_clear (&queue->timers_mutex);
  g_source_unref (queue->source);
  g_main_context_unref (queue->context);
  g_free (queue);
}

static TimerQueue *
queue_new (GMainContext *context)
{
  TimerQueue *queue = g_new0 (TimerQueue, 1);

  g_atomic_ref_count_init (&queue->references);
  queue->context = g_main_context_ref (context);
  g_mutex_init (&queue->timers_mutex);
  queue->timers = g_sequence_new (NULL);
  queue->source = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_static_name (queue->source, "rj-timers");
  g_source_set_can_recurse (queue->source, TRUE);
  g_atomic_ref_count_inc (&queue->references);
  g_source_set_callback (queue->source, on_due, queue, queue_unref);
  g_source_attach (queue->source, context);
  return queue;
}

static void
free_timer (gpointer timer, gpointer unused)
{
  g_free (timer);
}

/* The clock's own reference: timers that are left go with the clock. */
static void
queue_close (gpointer data)
{
  TimerQueue *queue = data;

  g_source_destroy (queue->source);
  g_mutex_lock (&queue->timers_mutex);
  g_sequence_foreach (queue->timers, free_timer, NULL);
  g_sequence_remove_range (g_sequence_get_begin_iter (queue->timers),
                           g_sequence_get_end_iter (queue->timers));
  g_mutex_unlock (&queue->timers_mutex);
  queue_unref (queue);
}

/* Returns: (transfer none): the queue of the caller's context */
static TimerQueue *
find_queue (RjRealClock *self)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  TimerQueue *found = NULL;

  g_mutex_lock (&self->queues_mutex);
  for (guint i = 0; i < self->queues->len && found == NULL; i++) {
    TimerQueue *queue = g_ptr_array_index (self->queues, i);

    if (queue->context == context)
      found = queue;
  }
  if (found == NULL) {
    found = queue_new (context);
    g_ptr_array_add (self->queues, found);
  }
  g_mutex_unlock (&self->queues_mutex);
  return found;
}

static RjTimer *
rj_real_clock_start (RjClock *clock, gint64 delay_us, RjTimerFunc func, gpointer user_data)
{
  TimerQueue *queue = find_queue (RJ_REAL_CLOCK (clock));
  RjTimer *timer = g_new0 (RjTimer, 1);
  gint64 now_us = g_get_monotonic_time ();

  timer->due_us = now_us + MIN (delay_us, G_MAXINT64 - now_us);
  timer->func = func;
  timer->user_data = user_data;
  timer->queue = queue;
  g_mutex_lock (&queue->timers_mutex);
  timer->number = ++queue->last_number;
  timer->place = g_sequence_insert_sorted (queue->timers, timer, compare_timers, NULL);
  set_alarm (queue);
  g_mutex_unlock (&queue->timers_mutex);
  return timer;
}

static void
rj_real_clock_cancel (RjClock *clock, RjTimer *timer)
{
  TimerQueue *queue = timer->queue;

  g_mutex_lock (&queue->timers_mutex);
  g_sequence_remove (timer->place);
  set_alarm (queue);
  g_mutex_unlock (&queue->timers_mutex);
  g_free (timer);
}

static void
rj_real_clock_finalize (GObject *object)
{
  RjRealClock *self = RJ_REAL_CLOCK (object);

  g_ptr_array_unref (self->queues);
  g_mutex_clear (&self->queues_mutex);
  G_OBJECT_CLASS (rj_real_clock_parent_class)->finalize (object);
}

static void
rj_real_clock_iface_init (RjClockInterface *iface)
{
  iface->now_us = rj_real_clock_now_us;
  iface->start = rj_real_clock_start;
  iface->cancel = rj_real_clock_cancel;
}

static void
rj_real_clock_class_init (RjRealClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_real_clock_finalize;
}

static void
rj_real_clock_init (RjRealClock *self)
{
  g_mutex_init (&self->queues_mutex);
  self->queues = g_ptr_array_new_with_free_func (queue_close);
}

RjClock *
rj_real_clock_new (void)
{
  return g_object_new (RJ_TYPE_REAL_CLOCK, NULL);
}
