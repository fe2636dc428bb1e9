#include "rj-rtcp.h"

#include <string.h>

#include "rj-bytes.h"

#define HEADER_SIZE      4
#define SENDER_INFO_SIZE 20
#define BLOCK_SIZE       24
#define FEEDBACK_SIZE    12 /* header, sender, media source (RFC 4585, 6.1) */
#define FIR_ENTRY_SIZE   8
#define SDES_CNAME       1

#define FORMAT_NACK 1
#define FORMAT_PLI  1
#define FORMAT_FIR  4
#define FORMAT_REMB 15

void
rj_rtcp_iter_init (RjRtcpIter *self, const guint8 *compound, gsize size)
{
  self->data = compound;
  self->left = size;
}

gboolean
rj_rtcp_iter_is_clean (const RjRtcpIter *self)
{
  return self->left == 0;
}

gboolean
rj_rtcp_iter_next (RjRtcpIter *self, RjRtcpPacket *packet)
{
  gsize size;
  gsize padding = 0;

  if (self->left < HEADER_SIZE || self->data[0] >> 6 != 2)
    return FALSE;
  size = ((gsize) rj_read_u16 (self->data + 2) + 1) * 4;
  if (size > self->left)
    return FALSE;
  if ((self->data[0] & 0x20) != 0) {
    padding = self->data[size - 1];
    if (padding == 0 || padding > size - HEADER_SIZE)
      return FALSE;
  }
  packet->type = self->data[1];
  packet->count = self->data[0] & 0x1f;
  packet->data = self->data;
  packet->size = size - padding;
  packet->ssrc = packet->size >= 8 ? rj_read_u32 (self->data + 4) : 0;
  self->data += size;
  self->left -= size;
  return TRUE;
}

gboolean
rj_rtcp_parse_sr (const RjRtcpPacket *packet, RjRtcpSenderInfo *info)
{
  if (packet->type != RJ_RTCP_SR || packet->size < 8 + SENDER_INFO_SIZE)
    return FALSE;
  info->ntp = rj_read_u64 (packet->data + 8);
  info->rtp_timestamp = rj_read_u32 (packet->data + 16);
  info->n_packets = rj_read_u32 (packet->data + 20);
  info->n_octets = rj_read_u32 (packet->data + 24);
  return TRUE;
}

gboolean
rj_rtcp_parse_report_block (const RjRtcpPacket *packet, guint index, RjRtcpReportBlock *block)
{
  gsize offset = 8 + (packet->type == RJ_RTCP_SR ? SENDER_INFO_SIZE : 0);
  const guint8 *at;

  if ((packet->type != RJ_RTCP_SR && packet->type != RJ_RTCP_RR) || index >= packet->count)
    return FALSE;
  offset += (gsize) index * BLOCK_SIZE;
  if (packet->size < offset + BLOCK_SIZE)
    return FALSE;
  at = packet->data + offset;
  block->ssrc = rj_read_u32 (at);
  block->fraction_lost = at[4];
  block->total_lost = (gint32) (rj_read_u24 (at + 5) ^ 0x800000) - 0x800000;
  block->highest_sequence = rj_read_u32 (at + 8);
  block->jitter = rj_read_u32 (at + 12);
  block->last_sr = rj_read_u32 (at + 16);
  block->delay_since_last_sr = rj_read_u32 (at + 20);
  return TRUE;
}

static gboolean
is_feedback (const RjRtcpPacket *packet, RjRtcpType type, guint format)
{
  return packet->type == type && packet->count == format && packet->size >= FEEDBACK_SIZE;
}

gboolean
rj_rtcp_parse_pli (const RjRtcpPacket *packet, guint32 *media_ssrc)
{
  if (!is_feedback (packet, RJ_RTCP_PSFB, FORMAT_PLI))
    return FALSE;
  *media_ssrc = rj_read_u32 (packet->data + 8);
  return TRUE;
}

gboolean
rj_rtcp_parse_fir (const RjRtcpPacket *packet, guint index, guint32 *media_ssrc, guint8 *sequence)
{
  const guint8 *at;

  if (!is_feedback (packet, RJ_RTCP_PSFB, FORMAT_FIR) ||
      index >= (packet->size - FEEDBACK_SIZE) / FIR_ENTRY_SIZE)
    return FALSE;
  at = packet->data + FEEDBACK_SIZE + (gsize) index * FIR_ENTRY_SIZE;
  *media_ssrc = rj_read_u32 (at);
  *sequence = at[4];
  return TRUE;
}

static void
add_lost (guint16 sequence, guint16 *sequences, guint room, guint *n)
{
  if (*n < room)
    sequences[*n] = sequence;
  (*n)++;
}

guint
rj_rtcp_parse_nack (const RjRtcpPacket *packet, guint32 *media_ssrc, guint16 *sequences, guint room)
{
  guint n = 0;

  if (!is_feedback (packet, RJ_RTCP_RTPFB, FORMAT_NACK))
    return 0;
  *media_ssrc = rj_read_u32 (packet->data + 8);
  for (gsize at = FEEDBACK_SIZE; at + 4 <= packet->size; at += 4) {
    guint16 first = rj_read_u16 (packet->data + at);
    guint16 mask = rj_read_u16 (packet->data + at + 2);

    add_lost (first, sequences, room, &n);
    for (guint bit = 0; bit < 16; bit++)
      if ((mask >> bit & 1) != 0)
        add_lost ((guint16) (first + bit + 1), sequences, room, &n);
  }
  return n;
}

gboolean
rj_rtcp_parse_remb (const RjRtcpPacket *packet,
                    guint64 *bits_per_second,
                    guint32 *ssrcs,
                    guint *n_ssrcs)
{
  const guint8 *at = packet->data + FEEDBACK_SIZE;

  if (!is_feedback (packet, RJ_RTCP_PSFB, FORMAT_REMB) || packet->size < FEEDBACK_SIZE + 8 ||
      memcmp (at, "REMB", 4) != 0 || packet->size < FEEDBACK_SIZE + 8 + (gsize) at[4] * 4)
    return FALSE;
  *n_ssrcs = at[4];
  /* 6 bits of exponent, 18 of mantissa; beyond 64 bits it means "no limit" */
  if (at[5] >> 2 > 46)
    *bits_per_second = G_MAXUINT64;
  else
    *bits_per_second = (guint64) (rj_read_u24 (at + 5) & 0x3ffff) << (at[5] >> 2);
  for (guint i = 0; i < *n_ssrcs; i++)
    ssrcs[i] = rj_read_u32 (at + 8 + (gsize) i * 4);
  return TRUE;
}

gboolean
rj_rtcp_parse_bye (const RjRtcpPacket *packet, guint index, guint32 *ssrc)
{
  gsize offset = HEADER_SIZE + (gsize) index * 4;

  if (packet->type != RJ_RTCP_BYE || index >= packet->count || packet->size < offset + 4)
    return FALSE;
  *ssrc = rj_read_u32 (packet->data + offset);
  return TRUE;
}

char *
rj_rtcp_parse_cname (const RjRtcpPacket *packet)
{
  gsize at = 8;

  if (packet->type != RJ_RTCP_SDES || packet->count == 0)
    return NULL;
  while (at + 2 <= packet->size && packet->data[at] != 0) {
    gsize length = packet->data[at + 1];

    if (at + 2 + length > packet->size)
      return NULL;
    if (packet->data[at] == SDES_CNAME)
      return g_utf8_make_valid ((const char *) packet->data + at + 2, (gssize) length);
    at += 2 + length;
  }
  return NULL;
}

/* --- writing --- */

/* Returns: whether there is room; then the header is written */
static gboolean
begin (guint8 *buffer, gsize room, guint count, RjRtcpType type, gsize size, guint32 ssrc)
{
  if (room < size)
    return FALSE;
  buffer[0] = (guint8) (2 << 6 | count);
  buffer[1] = (guint8) type;
  rj_write_u16 (buffer + 2, (guint16) (size / 4 - 1));
  rj_write_u32 (buffer + 4, ssrc);
  return TRUE;
}

static void
write_blocks (guint8 *at, const RjRtcpReportBlock *blocks, guint n_blocks)
{
  for (guint i = 0; i < n_blocks; i++, at += BLOCK_SIZE) {
    rj_write_u32 (at, blocks[i].ssrc);
    at[4] = blocks[i].fraction_lost;
    rj_write_u24 (at + 5, (guint32) CLAMP (blocks[i].total_lost, -0x800000, 0x7fffff));
    rj_write_u32 (at + 8, blocks[i].highest_sequence);
    rj_write_u32 (at + 12, blocks[i].jitter);
    rj_write_u32 (at + 16, blocks[i].last_sr);
    rj_write_u32 (at + 20, blocks[i].delay_since_last_sr);
  }
}

gsize
rj_rtcp_write_sr (guint8 *buffer,
                  gsize room,
                  guint32 ssrc,
                  const RjRtcpSenderInfo *info,
                  const RjRtcpReportBlock *blocks,
                  guint n_blocks)
{
  gsize size = 8 + SENDER_INFO_SIZE + (gsize) n_blocks * BLOCK_SIZE;

  g_return_val_if_fail (n_blocks <= RJ_RTCP_MAX_BLOCKS, 0);

  if (!begin (buffer, room, n_blocks, RJ_RTCP_SR, size, ssrc))
    return 0;
  rj_write_u64 (buffer + 8, info->ntp);
  rj_write_u32 (buffer + 16, info->rtp_timestamp);
  rj_write_u32 (buffer + 20, info->n_packets);
  rj_write_u32 (buffer + 24, info->n_octets);
  write_blocks (buffer + 8 + SENDER_INFO_SIZE, blocks, n_blocks);
  return size;
}

gsize
rj_rtcp_write_rr (
  guint8 *buffer, gsize room, guint32 ssrc, const RjRtcpReportBlock *blocks, guint n_blocks)
{
  gsize size = 8 + (gsize) n_blocks * BLOCK_SIZE;

  g_return_val_if_fail (n_blocks <= RJ_RTCP_MAX_BLOCKS, 0);

  if (!begin (buffer, room, n_blocks, RJ_RTCP_RR, size, ssrc))
    return 0;
  write_blocks (buffer + 8, blocks, n_blocks);
  return size;
}

gsize
rj_rtcp_write_sdes (guint8 *buffer, gsize room, guint32 ssrc, const char *cname)
{
  gsize length = MIN (strlen (cname), 255);
  gsize size = 8 + (2 + length + 1 + 3) / 4 * 4; /* the list ends with at least one zero */

  if (!begin (buffer, room, 1, RJ_RTCP_SDES, size, ssrc))
    return 0;
  memset (buffer + 8, 0, size - 8);
  buffer[8] = SDES_CNAME;
  buffer[9] = (guint8) length;
  memcpy (buffer + 10, cname, length);
  return size;
}

gsize
rj_rtcp_write_bye (guint8 *buffer, gsize room, guint32 ssrc)
{
  return begin (buffer, room, 1, RJ_RTCP_BYE, 8, ssrc) ? 8 : 0;
}

gsize
rj_rtcp_write_pli (guint8 *buffer, gsize room, guint32 sender_ssrc, guint32 media_ssrc)
{
  if (!begin (buffer, room, FORMAT_PLI, RJ_RTCP_PSFB, FEEDBACK_SIZE, sender_ssrc))
    return 0;
  rj_write_u32 (buffer + 8, media_ssrc);
  return FEEDBACK_SIZE;
}

gsize
rj_rtcp_write_fir (
  guint8 *buffer, gsize room, guint32 sender_ssrc, guint32 media_ssrc, guint8 sequence)
{
  gsize size = FEEDBACK_SIZE + FIR_ENTRY_SIZE;

  if (!begin (buffer, room, FORMAT_FIR, RJ_RTCP_PSFB, size, sender_ssrc))
    return 0;
  rj_write_u32 (buffer + 8, 0); /* RFC 5104, 4.3.1.2: not used */
  rj_write_u32 (buffer + 12, media_ssrc);
  rj_write_u32 (buffer + 16, (guint32) sequence << 24);
  return size;
}

gsize
rj_rtcp_write_nack (guint8 *buffer,
                    gsize room,
                    guint32 sender_ssrc,
                    guint32 media_ssrc,
                    const guint16 *sequences,
                    guint n_sequences)
{
  gsize size = FEEDBACK_SIZE;

  for (guint i = 0; i < n_sequences;) {
    guint16 first = sequences[i++];
    guint16 mask = 0;

    while (i < n_sequences && (guint16) (sequences[i] - first - 1) < 16)
      mask |= (guint16) (1u << (guint16) (sequences[i++] - first - 1));
    if (room < size + 4)
      return 0;
    rj_write_u16 (buffer + size, first);
    rj_write_u16 (buffer + size + 2, mask);
    size += 4;
  }
  if (n_sequences == 0 || !begin (buffer, room, FORMAT_NACK, RJ_RTCP_RTPFB, size, sender_ssrc))
    return 0;
  rj_write_u32 (buffer + 8, media_ssrc);
  return size;
}

gsize
rj_rtcp_write_remb (guint8 *buffer,
                    gsize room,
                    guint32 sender_ssrc,
                    guint64 bits_per_second,
                    const guint32 *ssrcs,
                    guint n_ssrcs)
{
  gsize size = FEEDBACK_SIZE + 8 + (gsize) n_ssrcs * 4;
  guint exponent = 0;

  g_return_val_if_fail (n_ssrcs <= 255, 0);

  if (!begin (buffer, room, FORMAT_REMB, RJ_RTCP_PSFB, size, sender_ssrc))
    return 0;
  while (bits_per_second >> exponent > 0x3ffff)
    exponent++;
  rj_write_u32 (buffer + 8, 0);
  memcpy (buffer + 12, "REMB", 4);
  buffer[16] = (guint8) n_ssrcs;
  rj_write_u24 (buffer + 17, exponent << 18 | (guint32) (bits_per_second >> exponent));
  for (guint i = 0; i < n_ssrcs; i++)
    rj_write_u32 (buffer + 20 + (gsize) i * 4, ssrcs[i]);
  return size;
}

guint64
rj_ntp_from_wall_us (gint64 wall_us)
{
  const guint64 seconds_1900_to_1970 = G_GUINT64_CONSTANT (2208988800);
  guint64 seconds = (guint64) (wall_us / G_USEC_PER_SEC);
  guint64 rest_us = (guint64) (wall_us % G_USEC_PER_SEC);

  return (seconds + seconds_1900_to_1970) << 32 | (rest_us << 32) / G_USEC_PER_SEC;
}
