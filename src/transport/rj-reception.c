#include "rj-reception.h"

#define RESTART_STEP 3000 /* RFC 3550, A.1: MAX_DROPOUT; a bigger step is a new beginning */

static void
start (RjReception *self, guint16 sequence)
{
  self->started = TRUE;
  self->base_sequence = sequence;
  self->highest_sequence = sequence;
  self->n_packets = 0;
  self->n_packets_before = 0;
  self->expected_before = 0;
}

static void
follow_sequence (RjReception *self, guint16 sequence)
{
  gint16 step = (gint16) (guint16) (sequence - (guint16) self->highest_sequence);

  if (step > RESTART_STEP || step < -RESTART_STEP)
    start (self, sequence);
  else if (step > 0)
    self->highest_sequence += (guint32) step;
}

static void
follow_jitter (RjReception *self, guint32 timestamp, gint64 at_us)
{
  guint32 arrival = (guint32) ((guint64) at_us * self->clock_rate / G_USEC_PER_SEC);
  gint32 transit = (gint32) (arrival - timestamp);
  double difference = ABS ((double) (gint32) ((guint32) transit - (guint32) self->last_transit));

  if (self->n_packets > 1)
    self->jitter += (difference - self->jitter) / 16.0;
  self->last_transit = transit;
}

void
rj_reception_add (RjReception *self, guint16 sequence, guint32 timestamp, gsize size, gint64 at_us)
{
  if (!self->started)
    start (self, sequence);
  else
    follow_sequence (self, sequence);
  self->n_packets++;
  self->n_bytes += size;
  follow_jitter (self, timestamp, at_us);
}

void
rj_reception_add_sr (RjReception *self, const RjRtcpSenderInfo *info, gint64 at_us)
{
  self->last_sr = (guint32) (info->ntp >> 16);
  self->last_sr_us = at_us;
}

gint64
rj_reception_count_missing (const RjReception *self)
{
  gint64 n_expected = (gint64) self->highest_sequence - self->base_sequence + 1;

  return self->started ? MAX (n_expected - (gint64) self->n_packets, 0) : 0;
}

static guint8
get_fraction_lost (guint32 expected, guint64 received)
{
  if (expected == 0 || received >= expected)
    return 0;
  return (guint8) MIN ((expected - received) * 256 / expected, 255);
}

gboolean
rj_reception_report (RjReception *self, guint32 ssrc, gint64 now_us, RjRtcpReportBlock *block)
{
  guint32 expected = self->highest_sequence - self->base_sequence + 1;
  gint64 lost = (gint64) expected - (gint64) self->n_packets;

  if (!self->started)
    return FALSE;
  block->ssrc = ssrc;
  block->fraction_lost =
    get_fraction_lost (expected - self->expected_before, self->n_packets - self->n_packets_before);
  block->total_lost = (gint32) CLAMP (lost, -0x800000, 0x7fffff);
  block->highest_sequence = self->highest_sequence;
  block->jitter = (guint32) self->jitter;
  block->last_sr = self->last_sr;
  block->delay_since_last_sr =
    self->last_sr == 0 ? 0
                       : (guint32) ((guint64) (now_us - self->last_sr_us) * 65536 / G_USEC_PER_SEC);
  self->expected_before = expected;
  self->n_packets_before = self->n_packets;
  return TRUE;
}
