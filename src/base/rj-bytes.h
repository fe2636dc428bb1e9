/* Big endian numbers in packets, at any address. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

static inline guint16
rj_read_u16 (const guint8 *at)
{
  return (guint16) (at[0] << 8 | at[1]);
}

static inline guint32
rj_read_u24 (const guint8 *at)
{
  return (guint32) at[0] << 16 | rj_read_u16 (at + 1);
}

static inline guint32
rj_read_u32 (const guint8 *at)
{
  return (guint32) rj_read_u16 (at) << 16 | rj_read_u16 (at + 2);
}

static inline guint64
rj_read_u64 (const guint8 *at)
{
  return (guint64) rj_read_u32 (at) << 32 | rj_read_u32 (at + 4);
}

static inline void
rj_write_u16 (guint8 *at, guint16 value)
{
  at[0] = (guint8) (value >> 8);
  at[1] = (guint8) value;
}

static inline void
rj_write_u24 (guint8 *at, guint32 value)
{
  at[0] = (guint8) (value >> 16);
  rj_write_u16 (at + 1, (guint16) value);
}

static inline void
rj_write_u32 (guint8 *at, guint32 value)
{
  rj_write_u16 (at, (guint16) (value >> 16));
  rj_write_u16 (at + 2, (guint16) value);
}

static inline void
rj_write_u64 (guint8 *at, guint64 value)
{
  rj_write_u32 (at, (guint32) (value >> 32));
  rj_write_u32 (at + 4, (guint32) value);
}

G_END_DECLS
