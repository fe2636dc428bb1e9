/* What a receiver knows about one incoming RTP stream, for its receiver reports (RFC 3550, 6.4.1, A.1, A.3, A.8).
 * Plain arithmetic; one thread. Zero it and set the clock rate before use. */
#pragma once

#include "rj-rtcp.h"

G_BEGIN_DECLS

typedef struct {
  guint32 clock_rate; /* Hz, of the RTP timestamps */
  /* the rest is private, but for reading */
  gboolean started;
  guint32 base_sequence;
  guint32 highest_sequence; /* with cycles in the upper half */
  guint64 n_packets;
  guint64 n_bytes;
  guint32 expected_before; /* at the last report */
  guint64 n_packets_before;
  gint32 last_transit;
  double jitter; /* clock units */
  guint32 last_sr;
  gint64 last_sr_us;
} RjReception;

/* A packet arrived. @size: whole packet. @at_us: CLOCK_MONOTONIC */
void
rj_reception_add (RjReception *self, guint16 sequence, guint32 timestamp, gsize size, gint64 at_us);

/* A sender report of this stream arrived. */
void rj_reception_add_sr (RjReception *self, const RjRtcpSenderInfo *info, gint64 at_us);

/* Packets that were overtaken and have not come (so far). Duplicates make it too small. 0 before the first packet */
gint64 rj_reception_count_missing (const RjReception *self);

/* Fills in a block about @ssrc and begins the next interval. Returns: FALSE before the first packet */
gboolean
rj_reception_report (RjReception *self, guint32 ssrc, gint64 now_us, RjRtcpReportBlock *block);

G_END_DECLS
