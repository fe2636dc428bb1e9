#include "rj-self-check.h"

#include <sys/resource.h>

#define TICK_US   (20 * 1000)
#define PERIOD_US G_USEC_PER_SEC

struct _RjSelfCheck {
  GObject parent_instance;

  RjClock *clock;
  RjEventSink *events;
  RjPacingLagFunc take_pacing_lag_ms;
  gpointer user_data;
  RjTimer *timer;
  gint64 due_us;
  gint64 loop_lag_us; /* the longest of this period */
  gint64 period_started_us;
  gint64 cpu_at_start_us;
};

G_DEFINE_FINAL_TYPE (RjSelfCheck, rj_self_check, G_TYPE_OBJECT)

static gint64
get_cpu_us (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC + usage.ru_utime.tv_usec +
         usage.ru_stime.tv_usec;
}

static void
end_period (RjSelfCheck *self, gint64 now_us)
{
  RjEvent *event = rj_event_new (RJ_EVENT_SELF_CHECK);
  double loop_lag_ms = self->loop_lag_us / 1e3;
  double pacing_lag_ms =
    self->take_pacing_lag_ms == NULL ? 0.0 : self->take_pacing_lag_ms (self->user_data);
  gint64 cpu_us = get_cpu_us ();
  gboolean loop_late = loop_lag_ms > RJ_SELF_CHECK_LOOP_LIMIT_MS;
  gboolean pacing_late = pacing_lag_ms > RJ_SELF_CHECK_PACING_LIMIT_MS;

  rj_event_set_double (event, "loop_lag_ms", loop_lag_ms);
  rj_event_set_double (event, "pacing_lag_ms", pacing_lag_ms);
  rj_event_set_double (event, "cpu_percent",
                       100.0 * (cpu_us - self->cpu_at_start_us) /
                         (now_us - self->period_started_us));
  rj_event_set_bool (event, "overloaded", loop_late || pacing_late);
  if (loop_late || pacing_late)
    rj_event_set_string (event, "what", loop_late ? "loop lag" : "pacing lag");
  rj_event_sink_emit (self->events, event);
  self->loop_lag_us = 0;
  self->period_started_us = now_us;
  self->cpu_at_start_us = cpu_us;
}

static void
on_tick (gpointer user_data)
{
  RjSelfCheck *self = user_data;
  gint64 now_us = rj_clock_now_us (self->clock);

  self->timer = NULL;
  self->loop_lag_us = MAX (self->loop_lag_us, now_us - self->due_us);
  if (now_us - self->period_started_us >= PERIOD_US)
    end_period (self, now_us);
  self->due_us = now_us + TICK_US;
  self->timer = rj_clock_start_timer (self->clock, TICK_US, on_tick, self);
}

void
rj_self_check_start (RjSelfCheck *self)
{
  self->period_started_us = rj_clock_now_us (self->clock);
  self->cpu_at_start_us = get_cpu_us ();
  self->due_us = self->period_started_us + TICK_US;
  self->timer = rj_clock_start_timer (self->clock, TICK_US, on_tick, self);
}

void
rj_self_check_stop (RjSelfCheck *self)
{
  rj_clock_cancel_timer (self->clock, &self->timer);
}

static void
rj_self_check_finalize (GObject *object)
{
  RjSelfCheck *self = RJ_SELF_CHECK (object);

  rj_self_check_stop (self);
  g_clear_object (&self->clock);
  g_clear_object (&self->events);
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
                   RjPacingLagFunc take_pacing_lag_ms,
                   gpointer user_data)
{
  RjSelfCheck *self = g_object_new (RJ_TYPE_SELF_CHECK, NULL);

  self->clock = g_object_ref (clock);
  self->events = g_object_ref (events);
  self->take_pacing_lag_ms = take_pacing_lag_ms;
  self->user_data = user_data;
  return self;
}
