#include "rj-frame-stamp.h"

#include <string.h>

#include "rj-bytes.h"

static const guint8 magic[] = { 'R', 'J', 'S', '1' };

#define HEX_SIZE (2 * RJ_FRAME_STAMP_SIZE)

/* user_data_unregistered (5) of 48 bytes in a SEI unit (6) */
static const guint8 sei_header[] = { 0x06, 0x05, 0x30 };
static const guint8 uuid[] = { 0x8f, 0x1d, 0x2c, 0x6e, 0x5b, 0x7a, 0x4e, 0x39,
                               0x9d, 0x41, 0x7c, 0x52, 0xa6, 0xb3, 0xe8, 0xf4 };

guint16
rj_frame_stamp_hash_run (const char *run)
{
  guint32 hash = 2166136261u; /* FNV-1a, 32 bit, folded */

  for (const char *c = run; *c != '\0'; c++)
    hash = (hash ^ (guint8) *c) * 16777619u;
  return (guint16) ((hash >> 16) ^ (hash & 0xffff));
}

void
rj_frame_stamp_write (const RjFrameStamp *self, guint8 *out)
{
  memcpy (out, magic, sizeof magic);
  rj_write_u16 (out + 4, self->run_hash);
  rj_write_u16 (out + 6, self->publisher);
  rj_write_u32 (out + 8, self->frame);
  rj_write_u32 (out + 12, self->ms);
}

gboolean
rj_frame_stamp_read (const guint8 *frame, gsize size, RjFrameStamp *out)
{
  const guint8 *stamp;

  if (size < RJ_FRAME_STAMP_SIZE)
    return FALSE;
  stamp = frame + size - RJ_FRAME_STAMP_SIZE;
  if (memcmp (stamp, magic, sizeof magic) != 0)
    return FALSE;
  out->run_hash = rj_read_u16 (stamp + 4);
  out->publisher = rj_read_u16 (stamp + 6);
  out->frame = rj_read_u32 (stamp + 8);
  out->ms = rj_read_u32 (stamp + 12);
  return TRUE;
}

void
rj_frame_stamp_write_sei (const RjFrameStamp *self, guint8 *out)
{
  static const char digits[] = "0123456789abcdef";
  guint8 stamp[RJ_FRAME_STAMP_SIZE];

  memcpy (out, sei_header, sizeof sei_header);
  memcpy (out + sizeof sei_header, uuid, sizeof uuid);
  out += sizeof sei_header + sizeof uuid;
  rj_frame_stamp_write (self, stamp);
  for (guint i = 0; i < sizeof stamp; i++) {
    *out++ = (guint8) digits[stamp[i] >> 4];
    *out++ = (guint8) digits[stamp[i] & 0x0f];
  }
  *out = 0x80; /* end of the unit */
}

gboolean
rj_frame_stamp_find_sei (const guint8 *bytes, gsize size, RjFrameStamp *out)
{
  const guint8 *found = memmem (bytes, size, uuid, sizeof uuid);
  guint8 stamp[RJ_FRAME_STAMP_SIZE];
  const guint8 *hex;

  if (found == NULL || (gsize) (bytes + size - found) < sizeof uuid + HEX_SIZE)
    return FALSE;
  hex = found + sizeof uuid;
  for (guint i = 0; i < sizeof stamp; i++) {
    int high = g_ascii_xdigit_value ((char) hex[2 * i]);
    int low = g_ascii_xdigit_value ((char) hex[2 * i + 1]);

    if (high < 0 || low < 0)
      return FALSE;
    stamp[i] = (guint8) (high << 4 | low);
  }
  return rj_frame_stamp_read (stamp, sizeof stamp, out);
}

gboolean
rj_frame_stamp_find (RjVideoCodec codec, const guint8 *frame, gsize size, RjFrameStamp *out)
{
  return codec == RJ_VIDEO_H264 ? rj_frame_stamp_find_sei (frame, size, out)
                                : rj_frame_stamp_read (frame, size, out);
}
