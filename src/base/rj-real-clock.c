#include "rj-clock.h"

struct _RjTimer {
  GSource *source;
  RjTimerFunc func;
  gpointer user_data;
};

struct _RjRealClock {
  GObject parent_instance;
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

static gboolean
on_due (gpointer user_data)
{
  RjTimer *timer = user_data;
  RjTimerFunc func = timer->func;
  gpointer data = timer->user_data;

  g_clear_pointer (&timer->source, g_source_unref);
  g_free (timer);
  func (data);
  return G_SOURCE_REMOVE;
}

/* A timeout source of GLib counts in milliseconds; the ready time of a bare source is exact. */
static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = dispatch_timer };

static RjTimer *
rj_real_clock_start (RjClock *clock, gint64 delay_us, RjTimerFunc func, gpointer user_data)
{
  RjTimer *timer = g_new0 (RjTimer, 1);

  timer->func = func;
  timer->user_data = user_data;
  timer->source = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_static_name (timer->source, "rj-timer");
  g_source_set_ready_time (timer->source, g_get_monotonic_time () + delay_us);
  g_source_set_callback (timer->source, on_due, timer, NULL);
  g_source_attach (timer->source, g_main_context_get_thread_default ());
  return timer;
}

static void
rj_real_clock_cancel (RjClock *clock, RjTimer *timer)
{
  g_source_destroy (timer->source);
  g_source_unref (timer->source);
  g_free (timer);
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
}

static void
rj_real_clock_init (RjRealClock *self)
{
}

RjClock *
rj_real_clock_new (void)
{
  return g_object_new (RJ_TYPE_REAL_CLOCK, NULL);
}
