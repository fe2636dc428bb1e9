#include "rj-backoff.h"

gint64
rj_backoff_delay_us (const RjBackoff *self, guint n_failures, double dice)
{
  double delay_us = self->first_us;

  g_return_val_if_fail (dice >= 0.0 && dice < 1.0, self->cap_us);

  for (guint i = 1; i < n_failures && delay_us < self->cap_us; i++)
    delay_us *= self->factor;
  delay_us = MIN (delay_us, (double) self->cap_us);
  return (gint64) (delay_us * (1.0 + self->jitter * (2.0 * dice - 1.0)));
}
