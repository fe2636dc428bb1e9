#include "rj-tap-packet.h"

#include <string.h>

#include "rj-bytes.h"

#define RTP_HEADER_SIZE 12
#define MAX_DROPOUT     3000 /* RFC 3550, A.1 */

gboolean
rj_tap_packet_parse (RjTapPacket *self, const guint8 *data, gsize size)
{
  gsize header;
  gsize padding = 0;

  if (size < RTP_HEADER_SIZE || data[0] >> 6 != 2)
    return FALSE;
  header = RTP_HEADER_SIZE + 4 * (gsize) (data[0] & 0x0f);
  if (data[0] & 0x10) {
    if (size < header + 4)
      return FALSE;
    header += 4 + 4 * (gsize) rj_read_u16 (data + header + 2);
  }
  if (data[0] & 0x20)
    padding = data[size - 1];
  if ((data[0] & 0x20 && padding == 0) || size < header + padding)
    return FALSE;

  self->marker = (data[1] & 0x80) != 0;
  self->seq = rj_read_u16 (data + 2);
  self->timestamp = rj_read_u32 (data + 4);
  self->ssrc = rj_read_u32 (data + 8);
  self->payload = data + header;
  self->payload_size = size - header - padding;
  return TRUE;
}

/* Returns: size of the payload descriptor, 0 when it is cut off */
static gsize
measure_descriptor (const guint8 *payload, gsize size)
{
  gsize n = 1;
  guint8 extensions;

  if (size < 1)
    return 0;
  if (!(payload[0] & 0x80)) /* X */
    return n;
  if (size < 2)
    return 0;
  extensions = payload[n++];
  if (extensions & 0x80) { /* I: picture id, M: of 15 bits */
    if (size <= n)
      return 0;
    n += payload[n] & 0x80 ? 2 : 1;
  }
  if (extensions & 0x40) /* L: TL0PICIDX */
    n++;
  if (extensions & 0x30) /* T or K */
    n++;
  return size < n ? 0 : n;
}

gboolean
rj_tap_packet_parse_vp8 (const RjTapPacket *self, RjTapVp8 *out)
{
  gsize descriptor = measure_descriptor (self->payload, self->payload_size);

  if (descriptor == 0 || self->payload_size == descriptor)
    return FALSE;
  out->data = self->payload + descriptor;
  out->size = self->payload_size - descriptor;
  /* S, and partition index 0 */
  out->starts_frame = (self->payload[0] & 0x17) == 0x10;
  /* RFC 7741, 4.3: P is 0 in key frames */
  out->is_key = out->starts_frame && !(out->data[0] & 0x01);
  return TRUE;
}

static gboolean
test_and_set (RjTapSeq *self, gint64 number)
{
  guint bit = (guint) (number % RJ_TAP_SEQ_WINDOW);
  guint64 mask = G_GUINT64_CONSTANT (1) << (bit % 64);
  gboolean was_set = (self->seen[bit / 64] & mask) != 0;

  self->seen[bit / 64] |= mask;
  return was_set;
}

static void
forget (RjTapSeq *self, gint64 number)
{
  guint bit = (guint) (number % RJ_TAP_SEQ_WINDOW);

  self->seen[bit / 64] &= ~(G_GUINT64_CONSTANT (1) << (bit % 64));
}

static void
restart (RjTapSeq *self, const RjTapPacket *packet)
{
  self->lost_before = rj_tap_seq_count_lost (self);
  self->started = TRUE;
  self->ssrc = packet->ssrc;
  memset (self->seen, 0, sizeof self->seen);
  /* above 2^16, so that a packet before the first one has a number, too */
  self->first = self->highest = (gint64) packet->seq + 0x10000;
  self->n_unique = 1;
  test_and_set (self, self->highest);
}

RjTapSeqNews
rj_tap_seq_push (RjTapSeq *self, const RjTapPacket *packet, gint64 *out_number)
{
  int step = (gint16) (guint16) (packet->seq - (guint16) self->highest);
  gint64 number;

  if (!self->started || packet->ssrc != self->ssrc || ABS (step) > MAX_DROPOUT) {
    restart (self, packet);
    *out_number = self->highest;
    return RJ_TAP_SEQ_RESTARTED;
  }
  number = self->highest + step;
  *out_number = number;
  if (step <= -RJ_TAP_SEQ_WINDOW) {
    self->n_duplicates++;
    return RJ_TAP_SEQ_DUPLICATE;
  }
  for (gint64 skipped = MAX (self->highest + 1, number - RJ_TAP_SEQ_WINDOW); skipped <= number;
       skipped++)
    forget (self, skipped);
  self->highest = MAX (self->highest, number);
  if (test_and_set (self, number)) {
    self->n_duplicates++;
    return RJ_TAP_SEQ_DUPLICATE;
  }
  self->n_gaps += step > 1;
  self->n_reordered += step < 0;
  self->first = MIN (self->first, number);
  self->n_unique++;
  return RJ_TAP_SEQ_NEW;
}

guint64
rj_tap_seq_count_lost (const RjTapSeq *self)
{
  if (!self->started)
    return 0;
  return self->lost_before + (guint64) (self->highest - self->first + 1) - self->n_unique;
}
