#include "rj-round-trip.h"

#include <math.h>

#include "rj-bytes.h"

#define RTCP_SR 200
#define RTCP_RR 201
#define HEADER  8  /* with the sender's SSRC */
#define NTP     10 /* the middle of the NTP time of an SR */
#define SENDER  20 /* of an SR, before its blocks */
#define BLOCK   24
#define LSR     16 /* within a block */
#define DLSR    20

typedef void (*PacketFunc) (RjRoundTrip *self, const guint8 *packet, gsize size, gint64 at_us);

/* @take: gets every SR and RR, of which HEADER is there */
static void
walk (RjRoundTrip *self, const guint8 *compound, gsize size, gint64 at_us, PacketFunc take)
{
  while (size >= HEADER) {
    gsize length = 4 * (1 + (gsize) rj_read_u16 (compound + 2));

    if (compound[0] >> 6 != 2 || length > size)
      return;
    if (length >= HEADER && (compound[1] == RTCP_SR || compound[1] == RTCP_RR))
      take (self, compound, length, at_us);
    compound += length;
    size -= length;
  }
}

/* The SRs of one compound may have the same time: the first one counts */
static void
remember (RjRoundTrip *self, const guint8 *packet, gsize size, gint64 at_us)
{
  guint32 ntp = packet[1] == RTCP_SR && size >= HEADER + SENDER ? rj_read_u32 (packet + NTP) : 0;

  for (guint i = 0; i < RJ_ROUND_TRIP_SENT && ntp != 0; i++)
    if (self->sent[i].ntp == ntp)
      return;
  if (ntp == 0)
    return;
  self->sent[self->next_sent].ntp = ntp;
  self->sent[self->next_sent].at_us = at_us;
  self->next_sent = (self->next_sent + 1) % RJ_ROUND_TRIP_SENT;
}

static void
take_block (RjRoundTrip *self, const guint8 *block, gint64 at_us)
{
  guint32 lsr = rj_read_u32 (block + LSR);
  double held_ms = rj_read_u32 (block + DLSR) * 1000.0 / 65536;

  for (guint i = 0; i < RJ_ROUND_TRIP_SENT && lsr != 0; i++) {
    double ms;

    if (self->sent[i].ntp != lsr)
      continue;
    ms = fmax (0, (double) (at_us - self->sent[i].at_us) / 1000 - held_ms);
    self->n++;
    self->sum_ms += ms;
    self->max_ms = fmax (self->max_ms, ms);
    return;
  }
}

static void
take_blocks (RjRoundTrip *self, const guint8 *packet, gsize size, gint64 at_us)
{
  gsize at = packet[1] == RTCP_SR ? HEADER + SENDER : HEADER;

  for (guint i = 0; i < (packet[0] & 0x1f) && at + BLOCK <= size; i++, at += BLOCK)
    take_block (self, packet + at, at_us);
}

void
rj_round_trip_push_sent (RjRoundTrip *self, const guint8 *compound, gsize size, gint64 at_us)
{
  walk (self, compound, size, at_us, remember);
}

void
rj_round_trip_push_received (RjRoundTrip *self, const guint8 *compound, gsize size, gint64 at_us)
{
  walk (self, compound, size, at_us, take_blocks);
}

double
rj_round_trip_get_mean_ms (const RjRoundTrip *self)
{
  return self->n == 0 ? -1 : self->sum_ms / (double) self->n;
}
