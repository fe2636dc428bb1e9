#include "rj-stream-rewriter.h"

#include <string.h>

#define ONE_BYTE_PROFILE 0xbede

void
rj_stream_rewriter_init (RjStreamRewriter *self,
                         guint32 ssrc,
                         guint16 first_sequence,
                         guint32 first_timestamp)
{
  memset (self, 0, sizeof *self);
  self->ssrc = ssrc;
  self->next_sequence = first_sequence;
  self->next_timestamp = first_timestamp;
}

gboolean
rj_stream_rewriter_has_started (const RjStreamRewriter *self)
{
  return self->n_packets > 0;
}

static void
write_32 (guint8 *out, guint32 value)
{
  out[0] = (guint8) (value >> 24);
  out[1] = (guint8) (value >> 16);
  out[2] = (guint8) (value >> 8);
  out[3] = (guint8) value;
}

/* abs-send-time: 24 bits of seconds as a 6.18 fixed point number */
static void
write_send_time (guint8 *out, gint64 now_us)
{
  guint32 fixed = (guint32) ((guint64) (now_us % 64000000) * 262144 / 1000000);

  out[0] = (guint8) (fixed >> 16);
  out[1] = (guint8) (fixed >> 8);
  out[2] = (guint8) fixed;
}

/* Keeps abs-send-time with the receiver's id and the present time; other elements become padding, which RFC
 * 8285 4.2 allows anywhere. Returns: whether something was kept */
static gboolean
rewrite_elements (guint8 *elements, gsize size, const RjRewrite *how, gint64 now_us)
{
  gboolean kept = FALSE;
  gsize offset = 0;

  while (offset < size) {
    guint8 id = elements[offset] >> 4;
    gsize length = (elements[offset] & 0x0f) + 1u;

    if (elements[offset] == 0) {
      offset++;
      continue;
    }
    if (id == 15 || offset + 1 + length > size) {
      memset (elements + offset, 0, size - offset);
      break;
    }
    if (id == how->in_time_id && length == 3) {
      elements[offset] = (guint8) (how->out_time_id << 4 | 2);
      write_send_time (elements + offset + 1, now_us);
      kept = TRUE;
    } else
      memset (elements + offset, 0, 1 + length);
    offset += 1 + length;
  }
  return kept;
}

/* Returns: the size of the header written, extension included */
static gsize
write_header (const RjStreamRewriter *self,
              const RjMediaPacket *packet,
              const RjRewrite *how,
              gint64 now_us,
              guint8 *out)
{
  gsize header = packet->payload_offset;
  guint16 sequence = (guint16) (packet->sequence + self->sequence_offset);

  memcpy (out, packet->data, header);
  out[1] = (guint8) ((packet->marker ? 0x80 : 0) | how->payload_type);
  out[2] = (guint8) (sequence >> 8);
  out[3] = (guint8) sequence;
  write_32 (out + 4, packet->timestamp + self->timestamp_offset);
  write_32 (out + 8, self->ssrc);
  if (packet->extension_offset == 0)
    return header;
  if (packet->extension_profile == ONE_BYTE_PROFILE && how->in_time_id != 0 &&
      how->out_time_id != 0 &&
      rewrite_elements (out + packet->extension_offset, packet->extension_size, how, now_us))
    return header;
  out[0] &= 0xef;
  return packet->extension_offset - 4;
}

static gsize
write_packet (RjStreamRewriter *self,
              const RjMediaPacket *packet,
              const RjRewrite *how,
              gint64 now_us,
              guint8 *out)
{
  gsize header = write_header (self, packet, how, now_us, out);
  gsize rest = packet->size - packet->payload_offset;

  memcpy (out + header, packet->data + packet->payload_offset, rest);
  self->n_packets++;
  self->n_octets += packet->payload_size;
  return header + rest;
}

static void
begin_source (RjStreamRewriter *self, const RjMediaPacket *packet, guint clock_rate, gint64 now_us)
{
  guint32 timestamp = self->next_timestamp;

  if (self->n_packets > 0) {
    guint64 passed = (guint64) MAX (now_us - self->last_us, 0) * clock_rate / G_USEC_PER_SEC;

    timestamp = self->last_timestamp + (guint32) MAX (passed, 1);
  }
  self->n_advanced = -1;
  self->sequence_offset = (guint16) (self->next_sequence - packet->sequence);
  self->timestamp_offset = timestamp - packet->timestamp;
  self->highest_out = (guint16) (self->next_sequence - 1);
  self->waits_for_key = FALSE;
}

/* How far @out_sequence lies behind the first packet of the present source; negative: before it */
static gint64
get_position (const RjStreamRewriter *self, guint16 out_sequence)
{
  return self->n_advanced + (gint16) (out_sequence - self->highest_out);
}

/* Whether @packet may be sent, given what came before it */
static gboolean
admit (RjStreamRewriter *self, const RjMediaPacket *packet, const RjRewrite *how, gint64 now_us)
{
  if (how->source != self->source) {
    self->source = how->source;
    self->waits_for_key = TRUE;
  }
  if (!self->waits_for_key)
    return get_position (self, (guint16) (packet->sequence + self->sequence_offset)) >= 0;
  if (how->needs_key && !rj_media_packet_starts_key_frame (packet, how->encoding))
    return FALSE;
  begin_source (self, packet, how->clock_rate, now_us);
  return TRUE;
}

gsize
rj_stream_rewriter_rewrite (RjStreamRewriter *self,
                            const RjMediaPacket *packet,
                            const RjRewrite *how,
                            gint64 now_us,
                            guint8 *out)
{
  guint16 sequence;
  gint16 ahead;

  if (packet->size > RJ_MEDIA_PACKET_MAX || !admit (self, packet, how, now_us))
    return 0;
  sequence = (guint16) (packet->sequence + self->sequence_offset);
  ahead = (gint16) (sequence - self->highest_out);
  if (ahead > 0) {
    self->n_advanced += ahead;
    self->highest_out = sequence;
    self->next_sequence = (guint16) (sequence + 1);
    self->last_timestamp = packet->timestamp + self->timestamp_offset;
    self->last_us = now_us;
  }
  return write_packet (self, packet, how, now_us, out);
}

gsize
rj_stream_rewriter_repeat (RjStreamRewriter *self,
                           const RjMediaPacket *packet,
                           const RjRewrite *how,
                           gint64 now_us,
                           guint8 *out)
{
  if (packet->size > RJ_MEDIA_PACKET_MAX || how->source != self->source || self->waits_for_key)
    return 0;
  return write_packet (self, packet, how, now_us, out);
}

gboolean
rj_stream_rewriter_find_source (const RjStreamRewriter *self,
                                guint16 out_sequence,
                                guint16 *in_sequence)
{
  if (self->source == 0 || self->waits_for_key)
    return FALSE;
  *in_sequence = (guint16) (out_sequence - self->sequence_offset);
  return (gint16) (self->highest_out - out_sequence) >= 0 && get_position (self, out_sequence) >= 0;
}
