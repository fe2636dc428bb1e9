#include "rj-clock.h"

G_DEFINE_INTERFACE (RjClock, rj_clock, G_TYPE_OBJECT)

static void
rj_clock_default_init (RjClockInterface *iface)
{
}

gint64
rj_clock_now_us (RjClock *self)
{
  return RJ_CLOCK_GET_IFACE (self)->now_us (self);
}

RjTimer *
rj_clock_start_timer (RjClock *self, gint64 delay_us, RjTimerFunc func, gpointer user_data)
{
  g_return_val_if_fail (func != NULL, NULL);

  return RJ_CLOCK_GET_IFACE (self)->start (self, MAX (delay_us, 0), func, user_data);
}

void
rj_clock_cancel_timer (RjClock *self, RjTimer **timer)
{
  RjTimer *taken = g_steal_pointer (timer);

  if (taken != NULL)
    RJ_CLOCK_GET_IFACE (self)->cancel (self, taken);
}
