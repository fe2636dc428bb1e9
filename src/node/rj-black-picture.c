#include "rj-black-picture.h"

#include <string.h>

#include "rj-rtp.h"

#define PADDING   0x20 /* bit of the first byte of a packet */
#define KEPT_SIZE 16   /* bytes of a stamp; it may straddle two packets */

/* 16 x 16 pixels, all of them black */
static const guint8 black[] = {
  0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x10, 0x00, 0x10, 0x00, 0x00, 0x47, 0x08, 0x85, 0x85, 0x88,
  0x99, 0x84, 0x88, 0x02, 0x02, 0x00, 0x0c, 0x0d, 0x60, 0x00, 0xfe, 0xff, 0xab, 0x50, 0x80,
};

gsize
rj_black_picture_paint (const RjMediaPacket *packet, const char *encoding, guint8 *out)
{
  const guint8 *payload = packet->data + packet->payload_offset;
  gsize kept = MIN (packet->payload_size, KEPT_SIZE);
  gsize size = packet->payload_size;
  RjVp8Payload vp8;

  if (!g_str_has_prefix (encoding, "VP8/") || !rj_vp8_parse (payload, size, &vp8))
    return 0;
  kept = MIN (kept, size - vp8.size);
  if (vp8.frame_start)
    size = MAX (size, vp8.size + sizeof black + kept);
  if (packet->payload_offset + size > RJ_MEDIA_PACKET_MAX)
    return 0;
  memcpy (out, packet->data, packet->payload_offset + vp8.size);
  out[0] &= (guint8) ~PADDING;
  out += packet->payload_offset;
  memset (out + vp8.size, 0, size - vp8.size);
  if (vp8.frame_start)
    memcpy (out + vp8.size, black, sizeof black);
  memcpy (out + size - kept, payload + packet->payload_size - kept, kept);
  return packet->payload_offset + size;
}
