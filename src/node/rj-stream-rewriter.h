/* Makes one continuous outgoing RTP stream of whatever sources follow each other (RFC 3550 5.1).
 *
 * One per subscriber and medium. SSRC and payload type are replaced, sequence numbers and timestamps are moved
 * by an offset that is chosen anew at each change of source, so that the receiver sees one stream. Gaps of the
 * source stay gaps, so that the receiver sees what was lost. A video stream begins, and goes on after a change of
 * source, with a key frame. Plain struct; one thread. */
#pragma once

#include "rj-media-packet.h"

G_BEGIN_DECLS

typedef struct {
  guint32 ssrc; /* of the outgoing stream */
  guint16 next_sequence;
  guint32 next_timestamp;  /* before the first packet: its timestamp */
  guint source;            /* serial number of the present source; 0: none yet */
  gboolean waits_for_key;  /* of the present source nothing has been sent */
  gint64 n_advanced;       /* sequence numbers from the present source's first to its highest */
  guint16 sequence_offset; /* out = in + offset, modulo 2^16 */
  guint32 timestamp_offset;
  guint16 highest_out;
  guint32 last_timestamp; /* out, of the highest */
  gint64 last_us;
  guint64 n_packets;
  guint64 n_octets; /* payload only */
} RjStreamRewriter;

/* What one packet is turned into */
typedef struct {
  guint source;         /* not 0; another number means another source */
  const char *encoding; /* "VP8/90000", interned */
  guint clock_rate;     /* Hz */
  gboolean needs_key;   /* video: begin with a key frame */
  guint8 payload_type;  /* outgoing */
  guint8 in_time_id;    /* id of abs-send-time at the source; 0: not negotiated */
  guint8 out_time_id;   /* at the receiver; 0: not negotiated, extensions are taken off */
} RjRewrite;

void rj_stream_rewriter_init (RjStreamRewriter *self,
                              guint32 ssrc,
                              guint16 first_sequence,
                              guint32 first_timestamp);

/* @out: room for RJ_MEDIA_PACKET_MAX bytes. Returns: bytes written, 0 when the packet is not to be sent: too
 * long, no key frame yet, or older than the first one of this source */
gsize rj_stream_rewriter_rewrite (RjStreamRewriter *self,
                                  const RjMediaPacket *packet,
                                  const RjRewrite *how,
                                  gint64 now_us,
                                  guint8 *out);

/* The same packet once more, for a NACK: changes no state but the counters. @packet must be of the present
 * source. Returns: bytes written, or 0 */
gsize rj_stream_rewriter_repeat (RjStreamRewriter *self,
                                 const RjMediaPacket *packet,
                                 const RjRewrite *how,
                                 gint64 now_us,
                                 guint8 *out);

/* Returns: whether @out_sequence was made of a packet of the present source; @in_sequence: its number there */
gboolean rj_stream_rewriter_find_source (const RjStreamRewriter *self,
                                         guint16 out_sequence,
                                         guint16 *in_sequence);

/* Returns: whether anything was sent yet */
gboolean rj_stream_rewriter_has_started (const RjStreamRewriter *self);

G_END_DECLS
