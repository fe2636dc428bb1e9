#include "rjt-rtp-source.h"

static void
append_u16 (GByteArray *bytes, guint16 value)
{
  const guint8 data[] = { (guint8) (value >> 8), (guint8) value };

  g_byte_array_append (bytes, data, sizeof data);
}

static void
append_header (GByteArray *bytes, RjtRtpSource *self, guint8 payload_type, gboolean marker)
{
  const guint8 start[] = { 0x80, (guint8) (payload_type | (marker ? 0x80 : 0)) };

  g_byte_array_append (bytes, start, sizeof start);
  append_u16 (bytes, self->seq++);
  append_u16 (bytes, (guint16) (self->timestamp >> 16));
  append_u16 (bytes, (guint16) self->timestamp);
  append_u16 (bytes, (guint16) (self->ssrc >> 16));
  append_u16 (bytes, (guint16) self->ssrc);
}

static GByteArray *
make_encoded (RjtRtpSource *self, gboolean is_key, gsize size)
{
  GByteArray *frame = g_byte_array_new ();
  guint8 stamp[RJ_FRAME_STAMP_SIZE];

  g_byte_array_set_size (frame, (guint) size);
  memset (frame->data, 0x55, size);
  frame->data[0] = is_key ? 0x10 : 0x11;
  rj_frame_stamp_write (&self->stamp, stamp);
  if (!self->no_stamp)
    g_byte_array_append (frame, stamp, sizeof stamp);
  self->stamp.frame++;
  return frame;
}

GPtrArray *
rjt_rtp_source_make_frame (RjtRtpSource *self, gboolean is_key, gsize size)
{
  GPtrArray *packets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GByteArray) frame = make_encoded (self, is_key, size);

  for (gsize at = 0; at < frame->len; at += self->max_payload) {
    GByteArray *packet = g_byte_array_new ();
    gsize taken = MIN (self->max_payload, frame->len - at);
    /* X, S at the start; I with a picture id of 15 bits */
    const guint8 descriptor[] = { (guint8) (at == 0 ? 0x90 : 0x80), 0x80, 0x81, 0x23 };

    append_header (packet, self, 96, at + taken == frame->len);
    g_byte_array_append (packet, descriptor, sizeof descriptor);
    g_byte_array_append (packet, frame->data + at, (guint) taken);
    g_ptr_array_add (packets, g_byte_array_free_to_bytes (packet));
  }
  self->timestamp += 3000;
  return packets;
}

GBytes *
rjt_rtp_source_make_audio (RjtRtpSource *self)
{
  static const guint8 opus[] = { 0xfc, 1, 2, 3 };
  GByteArray *packet = g_byte_array_new ();

  append_header (packet, self, 111, FALSE);
  g_byte_array_append (packet, opus, sizeof opus);
  self->timestamp += 960;
  return g_byte_array_free_to_bytes (packet);
}

void
rjt_push (RjTap *tap, RjMediaKind kind, GBytes *packet, gint64 at_us)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);

  rj_tap_push_rtp (tap, kind, data, size, at_us);
}

void
rjt_push_frame (RjTap *tap, RjtRtpSource *source, gboolean is_key, gint64 at_us)
{
  g_autoptr (GPtrArray) packets = rjt_rtp_source_make_frame (source, is_key, 3000);

  for (guint i = 0; i < packets->len; i++)
    rjt_push (tap, RJ_MEDIA_VIDEO_VP8, packets->pdata[i], at_us);
}
