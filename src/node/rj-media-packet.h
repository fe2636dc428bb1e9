/* A view of one plain RTP packet (RFC 3550 5.1): what forwarding needs to know, nothing copied. Any thread.
 *
 * Also knows where a key frame begins in VP8 (RFC 7741 4.2, 4.3) and H.264 (RFC 6184 5) payloads. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RJ_MEDIA_PACKET_MAX 1600 /* bytes; longer ones are not forwarded */

typedef struct {
  const guint8 *data; /* borrowed */
  gsize size;
  guint8 payload_type;
  gboolean marker;
  guint16 sequence;
  guint32 timestamp;
  guint32 ssrc;
  guint16 extension_profile; /* 0xBEDE: one-byte elements (RFC 8285); 0 without extension */
  gsize extension_offset;    /* of the first element */
  gsize extension_size;      /* of all elements, in bytes */
  gsize payload_offset;
  gsize payload_size; /* without padding */
} RjMediaPacket;

/* Returns: FALSE when @data is not a valid RTP packet; @self is then undefined */
gboolean rj_media_packet_parse (RjMediaPacket *self, const guint8 *data, gsize size);

/* @encoding: "VP8/90000", "H264/90000" …, in capitals. Returns: whether decoding can start at this packet; always
 * TRUE for encodings of which nothing is known */
gboolean rj_media_packet_starts_key_frame (const RjMediaPacket *self, const char *encoding);

G_END_DECLS
