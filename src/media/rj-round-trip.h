/* The round trip of a sender, from the reports of its receiver (RFC 3550, 6.4.1): when a report names our sender
 * report (LSR), what has passed since that was sent, less the time for which the receiver held it (DLSR). The time
 * of sending is taken where the report passes by, not from what it says: that of webrtcbin 1.22 is 100 ms old. Pure; whoever
 * calls sees to it that one thread does at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RJ_ROUND_TRIP_SENT 16 /* sender reports that are remembered */

typedef struct {
  guint64 n; /* reports that told one */
  double sum_ms, max_ms;
  struct {
    guint32 ntp; /* the middle of it; 0: none */
    gint64 at_us;
  } sent[RJ_ROUND_TRIP_SENT];
  guint next_sent;
} RjRoundTrip;

/* @compound: RTCP, not encrypted. @at_us: when it was sent or came, CLOCK_MONOTONIC */
void rj_round_trip_push_sent (RjRoundTrip *self, const guint8 *compound, gsize size, gint64 at_us);
void
rj_round_trip_push_received (RjRoundTrip *self, const guint8 *compound, gsize size, gint64 at_us);
/* Returns: milliseconds; -1: none yet */
double rj_round_trip_get_mean_ms (const RjRoundTrip *self);

G_END_DECLS
