/* RTP packets (RFC 3550, 5) and the header of VP8 payloads (RFC 7741). Pure functions over bytes; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a datagram on a multiplexed port is, by its first bytes (RFC 7983; RTCP by RFC 5761, 4) */
typedef enum {
  RJ_PACKET_OTHER, /* STUN, TURN channel data, ZRTP, too short */
  RJ_PACKET_DTLS,
  RJ_PACKET_RTP,
  RJ_PACKET_RTCP,
} RjPacketKind;

RjPacketKind rj_packet_classify (const guint8 *packet, gsize size);

#define RJ_RTP_MIN_SIZE 12

typedef struct {
  guint32 ssrc;
  guint32 timestamp;
  guint16 sequence;
  guint8 payload_type;
  gboolean marker;
  gsize extension_size; /* bytes of the header extension with its own 4 byte header; 0: none */
  gsize payload_offset;
  gsize payload_size; /* without padding */
} RjRtpHeader;

/* Returns: FALSE when it is no whole RTP packet; @header is undefined then */
gboolean rj_rtp_parse (const guint8 *packet, gsize size, RjRtpHeader *header);

/* Writing in place; @packet has at least RJ_RTP_MIN_SIZE bytes. */
void rj_rtp_set_ssrc (guint8 *packet, guint32 ssrc);
void rj_rtp_set_sequence (guint8 *packet, guint16 sequence);
void rj_rtp_set_timestamp (guint8 *packet, guint32 timestamp);
void rj_rtp_set_payload_type (guint8 *packet, guint8 payload_type);

/* Writes a header without CSRCs and extension. Returns: RJ_RTP_MIN_SIZE */
gsize rj_rtp_write (guint8 *packet, const RjRtpHeader *header);

typedef struct {
  gsize size;           /* of the descriptor; the VP8 data follows */
  gboolean frame_start; /* first packet of a frame */
  gboolean key_frame;   /* meaningful in the first packet only */
  int picture_id;       /* -1: none; else 7 or 15 bits */
} RjVp8Payload;

/* @payload: of one RTP packet. Returns: FALSE when it is malformed */
gboolean rj_vp8_parse (const guint8 *payload, gsize size, RjVp8Payload *vp8);

/* Returns: whether this RTP packet is the first one of a VP8 key frame */
gboolean rj_vp8_starts_key_frame (const guint8 *packet, gsize size);

G_END_DECLS
