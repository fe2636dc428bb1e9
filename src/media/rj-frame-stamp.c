#include "rj-frame-stamp.h"

#include <string.h>

static const guint8 magic[] = { 'R', 'J', 'S', '1' };

guint16
rj_frame_stamp_hash_run (const char *run)
{
  guint32 hash = 2166136261u; /* FNV-1a, 32 bit, folded */

  for (const char *c = run; *c != '\0'; c++)
    hash = (hash ^ (guint8) *c) * 16777619u;
  return (guint16) ((hash >> 16) ^ (hash & 0xffff));
}

static void
put_u16 (guint8 *out, guint16 value)
{
  out[0] = (guint8) (value >> 8);
  out[1] = (guint8) value;
}

static void
put_u32 (guint8 *out, guint32 value)
{
  put_u16 (out, (guint16) (value >> 16));
  put_u16 (out + 2, (guint16) value);
}

static guint16
get_u16 (const guint8 *in)
{
  return (guint16) (in[0] << 8 | in[1]);
}

static guint32
get_u32 (const guint8 *in)
{
  return (guint32) get_u16 (in) << 16 | get_u16 (in + 2);
}

void
rj_frame_stamp_write (const RjFrameStamp *self, guint8 *out)
{
  memcpy (out, magic, sizeof magic);
  put_u16 (out + 4, self->run_hash);
  put_u16 (out + 6, self->publisher);
  put_u32 (out + 8, self->frame);
  put_u32 (out + 12, self->ms);
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
  out->run_hash = get_u16 (stamp + 4);
  out->publisher = get_u16 (stamp + 6);
  out->frame = get_u32 (stamp + 8);
  out->ms = get_u32 (stamp + 12);
  return TRUE;
}
