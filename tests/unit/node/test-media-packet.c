/* Where a key frame begins, and what is no packet */
#include "rj-media-packet.h"
#include "rj-packet-history.h"
#include "rj-rtp.h"

static gsize
make (guint8 *bytes, guint16 sequence, const guint8 *payload, gsize size)
{
  RjRtpHeader header = { .ssrc = 1, .sequence = sequence, .timestamp = 2, .payload_type = 96 };
  gsize offset = rj_rtp_write (bytes, &header);

  for (gsize i = 0; i < size; i++)
    bytes[offset + i] = payload[i];
  return offset + size;
}

static gboolean
starts (const char *encoding, const guint8 *payload, gsize size)
{
  guint8 bytes[64];
  RjMediaPacket packet;

  g_assert_true (rj_media_packet_parse (&packet, bytes, make (bytes, 1, payload, size)));
  return rj_media_packet_starts_key_frame (&packet, encoding);
}

#define STARTS(encoding, ...)                                                                      \
  starts (encoding, (const guint8[]){ __VA_ARGS__ }, sizeof (const guint8[]){ __VA_ARGS__ })

static void
test_vp8 (void)
{
  g_assert_true (STARTS ("VP8/90000", 0x10, 0x00));
  g_assert_false (STARTS ("VP8/90000", 0x10, 0x01));                  /* not a key frame */
  g_assert_false (STARTS ("VP8/90000", 0x00, 0x00));                  /* the middle of one */
  g_assert_false (STARTS ("VP8/90000", 0x11, 0x00));                  /* another partition */
  g_assert_true (STARTS ("VP8/90000", 0x90, 0x80, 0x81, 0x02, 0x00)); /* long picture id */
  g_assert_false (STARTS ("VP8/90000", 0x90, 0x80, 0x81, 0x02, 0x01));
  g_assert_true (STARTS ("VP8/90000", 0x90, 0xe0, 0x01, 0x02, 0x03, 0x00));
  g_assert_false (STARTS ("VP8/90000", 0x90, 0x80, 0x81)); /* cut off */
  g_assert_false (STARTS ("VP8/90000", 0x10));
}

static void
test_h264 (void)
{
  g_assert_true (STARTS ("H264/90000", 0x67, 0x42));
  g_assert_true (STARTS ("H264/90000", 0x65, 0x88));
  g_assert_false (STARTS ("H264/90000", 0x61, 0x9a));
  g_assert_true (STARTS ("H264/90000", 0x78, 0x00, 0x02, 0x67, 0x42)); /* STAP-A */
  g_assert_true (STARTS ("H264/90000", 0x7c, 0x85, 0x00));             /* FU-A, first of an IDR */
  g_assert_false (STARTS ("H264/90000", 0x7c, 0x05, 0x00));
  g_assert_false (STARTS ("H264/90000", 0x65));
}

static void
test_unknown_encoding_never_waits (void)
{
  g_assert_true (STARTS ("VP9/90000", 0x00));
}

static void
test_history (void)
{
  g_autoptr (RjPacketHistory) history = rj_packet_history_new (4);
  guint8 bytes[64];
  RjMediaPacket packet;

  g_assert_false (rj_packet_history_find (history, 0, &packet));
  for (guint i = 65533; i < 65533 + 6; i++) {
    const guint8 payload[] = { (guint8) i };

    g_assert_true (rj_media_packet_parse (&packet, bytes, make (bytes, (guint16) i, payload, 1)));
    rj_packet_history_take (history, &packet);
  }
  g_assert_false (rj_packet_history_find (history, 65534, &packet)); /* overwritten */
  g_assert_true (rj_packet_history_find (history, 65535, &packet));
  g_assert_cmpuint (packet.sequence, ==, 65535);
  g_assert_true (rj_packet_history_find (history, 2, &packet));
  g_assert_cmpuint (packet.data[packet.payload_offset], ==, (65533 + 5) & 0xff);
  g_assert_false (rj_packet_history_find (history, 3, &packet));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/packet/vp8", test_vp8);
  g_test_add_func ("/node/packet/h264", test_h264);
  g_test_add_func ("/node/packet/unknown-encoding-never-waits", test_unknown_encoding_never_waits);
  g_test_add_func ("/node/packet/history", test_history);
  return g_test_run ();
}
