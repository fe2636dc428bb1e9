#include "rj-jitter.h"

#include <math.h>

#define MAX_JUMP_S 10

void
rj_jitter_push (RjJitter *self, guint rate, guint32 timestamp, gint64 at_us)
{
  guint32 arrival =
    (guint32) (at_us / G_USEC_PER_SEC * rate + at_us % G_USEC_PER_SEC * rate / G_USEC_PER_SEC);
  guint32 transit = arrival - timestamp;
  double d = fabs ((double) (gint32) (transit - self->transit));

  self->transit = transit;
  if (!self->started || d > (double) rate * MAX_JUMP_S) {
    self->started = TRUE;
    self->jitter = 0;
    return;
  }
  self->jitter += (d - self->jitter) / 16;
  self->sum += self->jitter;
  self->max = fmax (self->max, self->jitter);
  self->n++;
}

void
rj_jitter_restart (RjJitter *self)
{
  self->started = FALSE;
}

static double
to_ms (const RjJitter *self, guint rate, double units)
{
  return self->n == 0 ? -1 : units * 1000 / rate;
}

double
rj_jitter_get_mean_ms (const RjJitter *self, guint rate)
{
  return to_ms (self, rate, self->n == 0 ? 0 : self->sum / (double) self->n);
}

double
rj_jitter_get_max_ms (const RjJitter *self, guint rate)
{
  return to_ms (self, rate, self->max);
}
