#include "rj-self-check.h"

#include "rj-load.h"

/* A tick that is late tells of what has waited no more than this longer */
#define TICK_US   (5 * 1000)
#define PERIOD_US G_USEC_PER_SEC
/* The last period may be shorter, but not so short that its load means nothing. No lag over the limit fits into less. */
#define LAST_PERIOD_US ((gint64) (RJ_SELF_CHECK_LOOP_LIMIT_MS * 1000))

struct _RjSelfCheck {
  GObject parent_instance;

  RjClock *clock;
  RjEventSink *events;
  RjPacingLagFunc take_pacing_lag_ms;
  gpointer user_data;
  RjTimer *timer;
  GSource *queue_end; /* (nullable): between the timer and the end of what waited beside it */
  gint64 due_us;
  gint64 loop_lag_us; /* the longest of this period */
  gint64 period_started_us;
  RjLoad *load;
  guint n_busy;      /* periods, up to now */
  guint n_deaf;      /* times that sockets were made deaf */
  gboolean was_deaf; /* in this period */
};

G_DEFINE_FINAL_TYPE (RjSelfCheck, rj_self_check, G_TYPE_OBJECT)

/* Returns: (nullable): which limit is exceeded */
static const char *
find_overload (RjSelfCheck *self,
               double loop_lag_ms,
               double pacing_lag_ms,
               const RjLoadSample *load)
{
  gboolean own_busy = load->own_percent > RJ_SELF_CHECK_OWN_LIMIT_PERCENT * g_get_num_processors ();
  gboolean busy = own_busy || load->machine_percent > RJ_SELF_CHECK_MACHINE_LIMIT_PERCENT;

  self->n_busy = busy ? self->n_busy + 1 : 0;
  if (loop_lag_ms > RJ_SELF_CHECK_LOOP_LIMIT_MS)
    return "loop lag";
  if (pacing_lag_ms > RJ_SELF_CHECK_PACING_LIMIT_MS)
    return "pacing lag";
  if (load->receive_drops > 0)
    return "receive queues";
  if (self->n_busy >= RJ_SELF_CHECK_BUSY_PERIODS)
    return own_busy ? "own processor time" : "processor time";
  return NULL;
}

static void
end_period (RjSelfCheck *self, gint64 now_us)
{
  RjEvent *event = rj_event_new (RJ_EVENT_SELF_CHECK);
  double loop_lag_ms = self->loop_lag_us / 1e3;
  double pacing_lag_ms =
    self->take_pacing_lag_ms == NULL ? 0.0 : self->take_pacing_lag_ms (self->user_data);
  RjLoadSample load;
  const char *overload;

  rj_load_take (self->load, now_us, &load);
  if (self->was_deaf)
    load.receive_drops = -1;
  self->was_deaf = self->n_deaf > 0;
  overload = find_overload (self, loop_lag_ms, pacing_lag_ms, &load);
  rj_event_set_double (event, "loop_lag_ms", loop_lag_ms);
  rj_event_set_double (event, "pacing_lag_ms", pacing_lag_ms);
  rj_event_set_double (event, "cpu_percent", load.own_percent);
  if (load.machine_percent >= 0)
    rj_event_set_double (event, "machine_percent", load.machine_percent);
  if (load.receive_drops >= 0)
    rj_event_set_int (event, "receive_drops", load.receive_drops);
  if (load.memory_mb >= 0)
    rj_event_set_double (event, "memory_mb", load.memory_mb);
  if (load.threads >= 0)
    rj_event_set_int (event, "threads", load.threads);
  if (load.files >= 0)
    rj_event_set_int (event, "files", load.files);
  rj_event_set_bool (event, "overloaded", overload != NULL);
  if (overload != NULL)
    rj_event_set_string (event, "what", overload);
  rj_event_sink_emit (self->events, event);
  self->loop_lag_us = 0;
  self->period_started_us = now_us;
}

static void
forget_queue_end (RjSelfCheck *self)
{
  if (self->queue_end == NULL)
    return;
  g_source_destroy (self->queue_end);
  g_clear_pointer (&self->queue_end, g_source_unref);
}

static void on_tick (gpointer user_data);

static gboolean
on_queue_end (gpointer user_data)
{
  RjSelfCheck *self = user_data;
  gint64 now_us = rj_clock_now_us (self->clock);

  forget_queue_end (self);
  self->loop_lag_us = MAX (self->loop_lag_us, now_us - self->due_us);
  if (now_us - self->period_started_us >= PERIOD_US)
    end_period (self, now_us);
  self->due_us = now_us + TICK_US;
  self->timer = rj_clock_start_timer (self->clock, TICK_US, on_tick, self);
  return G_SOURCE_REMOVE;
}

/* A message may be the last in the queue of what has to be done, and a timer the first: so what counts is when there
 * is nothing left to do. */
static void
on_tick (gpointer user_data)
{
  RjSelfCheck *self = user_data;

  self->timer = NULL;
  self->queue_end = g_idle_source_new ();
  g_source_set_priority (self->queue_end, G_PRIORITY_HIGH_IDLE);
  g_source_set_static_name (self->queue_end, "rj-self-check");
  g_source_set_callback (self->queue_end, on_queue_end, self, NULL);
  g_source_attach (self->queue_end, g_main_context_get_thread_default ());
}

void
rj_self_check_start (RjSelfCheck *self)
{
  RjLoadSample load;

  self->period_started_us = rj_clock_now_us (self->clock);
  rj_load_take (self->load, self->period_started_us, &load);
  self->due_us = self->period_started_us + TICK_US;
  self->timer = rj_clock_start_timer (self->clock, TICK_US, on_tick, self);
}

void
rj_self_check_set_deaf (RjSelfCheck *self, gboolean deaf)
{
  self->n_deaf += deaf ? 1 : -1;
  self->was_deaf = TRUE;
}

void
rj_self_check_stop (RjSelfCheck *self)
{
  gint64 now_us = rj_clock_now_us (self->clock);

  if (self->timer == NULL && self->queue_end == NULL)
    return;
  rj_clock_cancel_timer (self->clock, &self->timer);
  forget_queue_end (self);
  self->loop_lag_us = MAX (self->loop_lag_us, now_us - self->due_us);
  if (now_us - self->period_started_us > LAST_PERIOD_US)
    end_period (self, now_us);
}

static void
rj_self_check_finalize (GObject *object)
{
  RjSelfCheck *self = RJ_SELF_CHECK (object);

  rj_clock_cancel_timer (self->clock, &self->timer);
  forget_queue_end (self);
  g_clear_object (&self->clock);
  g_clear_object (&self->events);
  g_clear_pointer (&self->load, rj_load_free);
  G_OBJECT_CLASS (rj_self_check_parent_class)->finalize (object);
}

static void
rj_self_check_class_init (RjSelfCheckClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_self_check_finalize;
}

static void
rj_self_check_init (RjSelfCheck *self)
{
}

RjSelfCheck *
rj_self_check_new (RjClock *clock,
                   RjEventSink *events,
                   const char *proc,
                   RjPacingLagFunc take_pacing_lag_ms,
                   gpointer user_data)
{
  RjSelfCheck *self = g_object_new (RJ_TYPE_SELF_CHECK, NULL);

  self->clock = g_object_ref (clock);
  self->events = g_object_ref (events);
  self->take_pacing_lag_ms = take_pacing_lag_ms;
  self->user_data = user_data;
  self->load = rj_load_new (proc);
  return self;
}
