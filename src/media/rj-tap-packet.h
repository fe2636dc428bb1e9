/* Reads one received RTP packet (RFC 3550, 5.1) and the VP8 payload descriptor (RFC 7741, 4.2). Nothing is
 * copied; what the packet claims is checked against its size. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint16 seq;
  guint32 timestamp;
  guint32 ssrc;
  gboolean marker;
  const guint8 *payload; /* without padding */
  gsize payload_size;
} RjTapPacket;

/* Returns: FALSE when it is no RTP packet */
gboolean rj_tap_packet_parse (RjTapPacket *self, const guint8 *data, gsize size);

/* What a packet carries of a VP8 frame */
typedef struct {
  gboolean starts_frame;
  gboolean is_key; /* known only where the frame starts */
  const guint8 *data;
  gsize size;
} RjTapVp8;

/* Returns: FALSE when the payload is no VP8 */
gboolean rj_tap_packet_parse_vp8 (const RjTapPacket *self, RjTapVp8 *out);

/* Numbers the packets of one sender without wrapping, tells duplicates, counts losses (RFC 3550, A.3: expected
 * less received, where a duplicate is not received again). */
#define RJ_TAP_SEQ_WINDOW 1024

typedef struct {
  gboolean started;
  guint32 ssrc;
  gint64 first, highest; /* extended */
  guint64 n_unique;      /* since first */
  guint64 lost_before;   /* before the last restart of the numbers */
  guint64 n_gaps; /* forward steps over one or more packets, whether they came later or not */
  guint64 n_duplicates;
  guint64 n_reordered; /* that came after one with a higher number */
  guint64 seen[RJ_TAP_SEQ_WINDOW / 64];
} RjTapSeq;

typedef enum {
  RJ_TAP_SEQ_NEW,
  RJ_TAP_SEQ_RESTARTED, /* first packet, another SSRC, or a jump that is no loss: begin anew */
  RJ_TAP_SEQ_DUPLICATE, /* or older than the window */
} RjTapSeqNews;

/* @out_number: the extended sequence number */
RjTapSeqNews rj_tap_seq_push (RjTapSeq *self, const RjTapPacket *packet, gint64 *out_number);
guint64 rj_tap_seq_count_lost (const RjTapSeq *self);

G_END_DECLS
