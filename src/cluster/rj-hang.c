#include "rj-hang.h"

#include <signal.h>

struct _RjHang {
  RjClock *clock;
  RjChild *node; /* (nullable): before the first session */
  RjTimer *timer;
};

static void
on_over (gpointer user_data)
{
  RjHang *self = user_data;

  self->timer = NULL;
  rj_child_send_signal (self->node, SIGCONT, NULL);
}

static void
on_due (gpointer user_data)
{
  RjHang *self = user_data;

  rj_child_send_signal (self->node, SIGSTOP, NULL);
  self->timer = rj_clock_start_timer (self->clock, RJ_HANG_FOR_US, on_over, self);
}

void
rj_hang_note_placed (RjHang *self, RjChild *node)
{
  if (self->node != NULL)
    return;
  self->node = g_object_ref (node);
  self->timer = rj_clock_start_timer (self->clock, RJ_HANG_AFTER_US, on_due, self);
}

RjHang *
rj_hang_new (RjClock *clock)
{
  RjHang *self = g_new0 (RjHang, 1);

  self->clock = g_object_ref (clock);
  return self;
}

void
rj_hang_free (RjHang *self)
{
  rj_clock_cancel_timer (self->clock, &self->timer);
  g_clear_object (&self->node);
  g_clear_object (&self->clock);
  g_free (self);
}
