/* Interarrival jitter of one stream of packets (RFC 3550, 6.4.1), at the receiver's own clock. One thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gboolean started;
  guint32 transit; /* of the last packet, in units of the timestamp, modulo 2^32 */
  double jitter;   /* the estimate, in the same units */
  double sum, max; /* of the estimate over all packets */
  guint64 n;
} RjJitter;

/* @rate: of the timestamp, per second. A jump of more than ten seconds is another clock, and begins anew */
void rj_jitter_push (RjJitter *self, guint rate, guint32 timestamp, gint64 at_us);
/* The next packet is of another stream: what was measured stays */
void rj_jitter_restart (RjJitter *self);
/* Returns: milliseconds; -1: fewer than two packets */
double rj_jitter_get_mean_ms (const RjJitter *self, guint rate);
double rj_jitter_get_max_ms (const RjJitter *self, guint rate);

G_END_DECLS
