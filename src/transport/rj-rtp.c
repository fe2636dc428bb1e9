#include "rj-rtp.h"

#include "rj-bytes.h"

RjPacketKind
rj_packet_classify (const guint8 *packet, gsize size)
{
  if (size < 2)
    return RJ_PACKET_OTHER;
  if (packet[0] >= 20 && packet[0] <= 63)
    return RJ_PACKET_DTLS;
  if (packet[0] >= 128 && packet[0] <= 191)
    return packet[1] >= 192 && packet[1] <= 223 ? RJ_PACKET_RTCP : RJ_PACKET_RTP;
  return RJ_PACKET_OTHER;
}

gboolean
rj_rtp_parse (const guint8 *packet, gsize size, RjRtpHeader *header)
{
  gsize offset = RJ_RTP_MIN_SIZE;
  gsize padding = 0;

  if (size < RJ_RTP_MIN_SIZE || packet[0] >> 6 != 2)
    return FALSE;
  offset += (gsize) (packet[0] & 0x0f) * 4; /* CSRCs */
  header->extension_size = 0;
  if ((packet[0] & 0x10) != 0) {
    if (size < offset + 4)
      return FALSE;
    header->extension_size = 4 + (gsize) rj_read_u16 (packet + offset + 2) * 4;
    offset += header->extension_size;
  }
  if (size < offset)
    return FALSE;
  if ((packet[0] & 0x20) != 0) {
    padding = packet[size - 1];
    if (padding == 0 || padding > size - offset)
      return FALSE;
  }
  header->marker = (packet[1] & 0x80) != 0;
  header->payload_type = packet[1] & 0x7f;
  header->sequence = rj_read_u16 (packet + 2);
  header->timestamp = rj_read_u32 (packet + 4);
  header->ssrc = rj_read_u32 (packet + 8);
  header->payload_offset = offset;
  header->payload_size = size - offset - padding;
  return TRUE;
}

void
rj_rtp_set_ssrc (guint8 *packet, guint32 ssrc)
{
  rj_write_u32 (packet + 8, ssrc);
}

void
rj_rtp_set_sequence (guint8 *packet, guint16 sequence)
{
  rj_write_u16 (packet + 2, sequence);
}

void
rj_rtp_set_timestamp (guint8 *packet, guint32 timestamp)
{
  rj_write_u32 (packet + 4, timestamp);
}

void
rj_rtp_set_payload_type (guint8 *packet, guint8 payload_type)
{
  packet[1] = (guint8) ((packet[1] & 0x80) | (payload_type & 0x7f));
}

gsize
rj_rtp_write (guint8 *packet, const RjRtpHeader *header)
{
  packet[0] = 2 << 6;
  packet[1] = (guint8) ((header->marker ? 0x80 : 0) | (header->payload_type & 0x7f));
  rj_rtp_set_sequence (packet, header->sequence);
  rj_rtp_set_timestamp (packet, header->timestamp);
  rj_rtp_set_ssrc (packet, header->ssrc);
  return RJ_RTP_MIN_SIZE;
}

/* RFC 7741, 4.2: X R N S R PID; then, if X: I L T K; picture id of 1 or 2 bytes, TL0PICIDX, TID/KEYIDX */
gboolean
rj_vp8_parse (const guint8 *payload, gsize size, RjVp8Payload *vp8)
{
  guint8 extensions = 0;
  gsize at = 1;

  if (size < 2)
    return FALSE;
  vp8->picture_id = -1;
  if ((payload[0] & 0x80) != 0)
    extensions = payload[at++];
  if ((extensions & 0x80) != 0) {
    if (at >= size)
      return FALSE;
    vp8->picture_id = payload[at++] & 0x7f;
    if ((payload[at - 1] & 0x80) != 0) {
      if (at >= size)
        return FALSE;
      vp8->picture_id = vp8->picture_id << 8 | payload[at++];
    }
  }
  at += (extensions & 0x40) != 0 ? 1 : 0;
  at += (extensions & 0x30) != 0 ? 1 : 0;
  if (at >= size)
    return FALSE;
  vp8->size = at;
  vp8->frame_start = (payload[0] & 0x10) != 0 && (payload[0] & 0x07) == 0;
  vp8->key_frame = vp8->frame_start && (payload[at] & 0x01) == 0; /* RFC 7741, 4.3: P */
  return TRUE;
}

gboolean
rj_vp8_starts_key_frame (const guint8 *packet, gsize size)
{
  RjRtpHeader header;
  RjVp8Payload vp8;

  return rj_rtp_parse (packet, size, &header) &&
         rj_vp8_parse (packet + header.payload_offset, header.payload_size, &vp8) && vp8.key_frame;
}
