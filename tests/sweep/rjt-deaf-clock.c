#include "rjt-deaf-clock.h"

#define LONG_US  (2 * G_USEC_PER_SEC)
#define NEVER_US (G_GINT64_CONSTANT (1000000) * G_USEC_PER_SEC)

struct _RjtDeafClock {
  GObject parent_instance;
  RjClock *real;
};

static void rjt_deaf_clock_iface_init (RjClockInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjtDeafClock,
                               rjt_deaf_clock,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_CLOCK, rjt_deaf_clock_iface_init))

static gint64
rjt_deaf_clock_now_us (RjClock *clock)
{
  return rj_clock_now_us (RJT_DEAF_CLOCK (clock)->real);
}

static RjTimer *
rjt_deaf_clock_start (RjClock *clock, gint64 delay_us, RjTimerFunc func, gpointer user_data)
{
  return rj_clock_start_timer (RJT_DEAF_CLOCK (clock)->real,
                               delay_us < LONG_US ? delay_us : NEVER_US, func, user_data);
}

static void
rjt_deaf_clock_cancel (RjClock *clock, RjTimer *timer)
{
  rj_clock_cancel_timer (RJT_DEAF_CLOCK (clock)->real, &timer);
}

static void
rjt_deaf_clock_finalize (GObject *object)
{
  g_clear_object (&RJT_DEAF_CLOCK (object)->real);
  G_OBJECT_CLASS (rjt_deaf_clock_parent_class)->finalize (object);
}

static void
rjt_deaf_clock_iface_init (RjClockInterface *iface)
{
  iface->now_us = rjt_deaf_clock_now_us;
  iface->start = rjt_deaf_clock_start;
  iface->cancel = rjt_deaf_clock_cancel;
}

static void
rjt_deaf_clock_class_init (RjtDeafClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rjt_deaf_clock_finalize;
}

static void
rjt_deaf_clock_init (RjtDeafClock *self)
{
}

RjClock *
rjt_deaf_clock_new (RjClock *real)
{
  RjtDeafClock *self = g_object_new (RJT_TYPE_DEAF_CLOCK, NULL);

  self->real = g_object_ref (real);
  return RJ_CLOCK (self);
}
