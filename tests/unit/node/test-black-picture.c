/* Every frame of VP8 becomes a black key frame, and keeps its end */
#include "rj-black-picture.h"

#include <string.h>

#include "rj-rtp.h"

typedef struct {
  guint8 bytes[RJ_MEDIA_PACKET_MAX];
  RjMediaPacket packet;
} Packet;

static void
make (Packet *self, guint8 descriptor, gsize size)
{
  RjRtpHeader header = { .ssrc = 1, .sequence = 7, .timestamp = 2, .payload_type = 96 };
  gsize offset = rj_rtp_write (self->bytes, &header);

  self->bytes[offset] = descriptor;
  for (gsize i = 1; i < size; i++)
    self->bytes[offset + i] = (guint8) (0x40 + i);
  g_assert_true (rj_media_packet_parse (&self->packet, self->bytes, offset + size));
}

static void
paint (const Packet *from, Packet *to)
{
  gsize size = rj_black_picture_paint (&from->packet, "VP8/90000", to->bytes);

  g_assert_cmpuint (size, >, 0);
  g_assert_true (rj_media_packet_parse (&to->packet, to->bytes, size));
  g_assert_cmpuint (to->packet.sequence, ==, 7);
}

static const guint8 *
get_end (const Packet *self, gsize size)
{
  return self->bytes + self->packet.size - size;
}

static void
test_first_packet_is_a_key_frame (void)
{
  Packet whole, black;

  make (&whole, 0x10, 900);
  g_assert_false (rj_media_packet_starts_key_frame (&whole.packet, "VP8/90000"));
  paint (&whole, &black);
  g_assert_true (rj_media_packet_starts_key_frame (&black.packet, "VP8/90000"));
  g_assert_cmpuint (black.packet.size, ==, whole.packet.size);
  g_assert_cmpmem (get_end (&black, 16), 16, get_end (&whole, 16), 16);
  g_assert_cmpuint (*get_end (&black, 17), ==, 0);
}

static void
test_small_frame_grows (void)
{
  Packet whole, black;

  make (&whole, 0x10, 20);
  paint (&whole, &black);
  g_assert_cmpuint (black.packet.size, >, whole.packet.size);
  g_assert_true (rj_media_packet_starts_key_frame (&black.packet, "VP8/90000"));
  g_assert_cmpmem (get_end (&black, 16), 16, get_end (&whole, 16), 16);
  make (&whole, 0x10, 2); /* a frame of one byte */
  paint (&whole, &black);
  g_assert_cmpuint (*get_end (&black, 1), ==, *get_end (&whole, 1));
}

static void
test_others_keep_their_end (void)
{
  Packet whole, rest;

  make (&whole, 0x00, 300);
  paint (&whole, &rest);
  g_assert_cmpuint (rest.packet.size, ==, whole.packet.size);
  g_assert_cmpmem (get_end (&rest, 16), 16, get_end (&whole, 16), 16);
  g_assert_cmpuint (*get_end (&rest, 17), ==, 0);
  make (&whole, 0x00, 5);
  paint (&whole, &rest);
  g_assert_cmpmem (rest.bytes, rest.packet.size, whole.bytes, whole.packet.size);
}

static void
test_padding_is_taken_off (void)
{
  Packet padded, black;

  make (&padded, 0x10, 104);
  padded.bytes[0] |= 0x20;
  padded.bytes[padded.packet.size - 1] = 4;
  g_assert_true (rj_media_packet_parse (&padded.packet, padded.bytes, padded.packet.size));
  g_assert_cmpuint (padded.packet.payload_size, ==, 100);
  paint (&padded, &black);
  g_assert_cmpuint (black.packet.size, ==, padded.packet.size - 4);
  g_assert_cmpuint (black.packet.payload_size, ==, 100);
}

static void
test_what_stays (void)
{
  Packet packet;
  guint8 out[RJ_MEDIA_PACKET_MAX];

  make (&packet, 0x10, 900);
  g_assert_cmpuint (rj_black_picture_paint (&packet.packet, "H264/90000", out), ==, 0);
  g_assert_cmpuint (rj_black_picture_paint (&packet.packet, "OPUS/48000", out), ==, 0);
  make (&packet, 0x90, 1); /* no whole descriptor */
  g_assert_cmpuint (rj_black_picture_paint (&packet.packet, "VP8/90000", out), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/black-picture/first-packet-is-a-key-frame", test_first_packet_is_a_key_frame);
  g_test_add_func ("/black-picture/small-frame-grows", test_small_frame_grows);
  g_test_add_func ("/black-picture/others-keep-their-end", test_others_keep_their_end);
  g_test_add_func ("/black-picture/padding-is-taken-off", test_padding_is_taken_off);
  g_test_add_func ("/black-picture/what-stays", test_what_stays);
  return g_test_run ();
}
