#include "rj-loss-watch.h"

struct _RjLossWatch {
  RjClock *clock;
  const RjReception *reception;
  RjLossWatchFunc lost;
  gpointer user_data;
  RjTimer *timer;
  gint64 n_given_up; /* of the missing ones: told already */
  gint64 n_in_doubt; /* missing when the timer was started */
};

RjLossWatch *
rj_loss_watch_new (RjClock *clock,
                   const RjReception *reception,
                   RjLossWatchFunc lost,
                   gpointer user_data)
{
  RjLossWatch *self = g_new0 (RjLossWatch, 1);

  self->clock = g_object_ref (clock);
  self->reception = reception;
  self->lost = lost;
  self->user_data = user_data;
  return self;
}

void
rj_loss_watch_free (RjLossWatch *self)
{
  if (self == NULL)
    return;
  rj_clock_cancel_timer (self->clock, &self->timer);
  g_object_unref (self->clock);
  g_free (self);
}

static void
on_timer (gpointer user_data)
{
  RjLossWatch *self = user_data;
  gint64 n_missing = rj_reception_count_missing (self->reception);
  gboolean gave_up = n_missing > self->n_given_up;

  self->timer = NULL;
  /* those that went missing later have their own time to come */
  self->n_given_up = MIN (n_missing, self->n_in_doubt);
  rj_loss_watch_look (self);
  if (gave_up)
    self->lost (self->user_data);
}

void
rj_loss_watch_look (RjLossWatch *self)
{
  gint64 n_missing = rj_reception_count_missing (self->reception);

  self->n_given_up = MIN (self->n_given_up, n_missing); /* late ones came, or a new beginning */
  if (self->timer != NULL || n_missing == self->n_given_up)
    return;
  self->n_in_doubt = n_missing;
  self->timer = rj_clock_start_timer (self->clock, RJ_LOSS_WATCH_US, on_timer, self);
}
