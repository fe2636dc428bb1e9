/* How long to wait before the next try. Pure arithmetic; the dice are the caller's. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gint64 first_us; /* delay before the second try */
  double factor;   /* growth per failure */
  gint64 cap_us;   /* never longer, before jitter */
  double jitter;   /* 0.3: plus or minus 30 % */
} RjBackoff;

/* Token and join: 200 ms, x 1.6, cap 2 s, +- 30 % */
#define RJ_BACKOFF_REJOIN ((RjBackoff){ 200 * 1000, 1.6, 2000 * 1000, 0.3 })

/* @n_failures: 1 after the first failure. @dice: in [0, 1), drawn by the caller. Returns: microseconds */
gint64 rj_backoff_delay_us (const RjBackoff *self, guint n_failures, double dice);

G_END_DECLS
