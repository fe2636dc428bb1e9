#include "rj-media-packet.h"

#include <string.h>

#include "rj-bytes.h"
#include "rj-rtp.h"

gboolean
rj_media_packet_parse (RjMediaPacket *self, const guint8 *data, gsize size)
{
  RjRtpHeader header;

  memset (self, 0, sizeof *self);
  if (!rj_rtp_parse (data, size, &header))
    return FALSE;
  self->data = data;
  self->size = size;
  self->payload_type = header.payload_type;
  self->marker = header.marker;
  self->sequence = header.sequence;
  self->timestamp = header.timestamp;
  self->ssrc = header.ssrc;
  self->payload_offset = header.payload_offset;
  self->payload_size = header.payload_size;
  if (header.extension_size >= 4) {
    gsize offset = header.payload_offset - header.extension_size;

    self->extension_profile = rj_read_u16 (data + offset);
    self->extension_offset = offset + 4;
    self->extension_size = header.extension_size - 4;
  }
  return TRUE;
}

static gboolean
starts_vp8_key_frame (const guint8 *payload, gsize size)
{
  RjVp8Payload vp8;

  return rj_vp8_parse (payload, size, &vp8) && vp8.frame_start && vp8.key_frame;
}

static gboolean
starts_h264_key_frame (const guint8 *payload, gsize size)
{
  guint8 type;

  if (size < 2)
    return FALSE;
  type = payload[0] & 0x1f;
  if (type == 24 && size > 3) /* STAP-A: judged by its first unit */
    type = payload[3] & 0x1f;
  else if (type == 28 && payload[1] & 0x80) /* FU-A, first fragment */
    type = payload[1] & 0x1f;
  return type == 5 || type == 7;
}

gboolean
rj_media_packet_starts_key_frame (const RjMediaPacket *self, const char *encoding)
{
  const guint8 *payload = self->data + self->payload_offset;

  if (g_str_has_prefix (encoding, "VP8/"))
    return starts_vp8_key_frame (payload, self->payload_size);
  if (g_str_has_prefix (encoding, "H264/"))
    return starts_h264_key_frame (payload, self->payload_size);
  return TRUE;
}
