#include "rj-rtp.h"

#include <string.h>

static const guint8 plain[] = {
  0x80, 0xe0, 0x12, 0x34, 0x00, 0x00, 0x0b, 0xb8, 0xca, 0xfe, 0xba, 0xbe, 0x10, 0x00, 0xaa,
};

static void
test_header_is_read (void)
{
  RjRtpHeader header;

  g_assert_true (rj_rtp_parse (plain, sizeof plain, &header));
  g_assert_cmphex (header.ssrc, ==, 0xcafebabe);
  g_assert_cmpuint (header.sequence, ==, 0x1234);
  g_assert_cmpuint (header.timestamp, ==, 3000);
  g_assert_cmpuint (header.payload_type, ==, 96);
  g_assert_true (header.marker);
  g_assert_cmpuint (header.extension_size, ==, 0);
  g_assert_cmpuint (header.payload_offset, ==, 12);
  g_assert_cmpuint (header.payload_size, ==, 3);
}

static void
test_csrcs_extension_and_padding_are_skipped (void)
{
  /* one CSRC, an extension of one word, two bytes of payload, two of padding */
  static const guint8 packet[] = {
    0xb1, 0x6f, 0, 1, 0,    0,    0, 2, 0, 0, 0, 3, /**/
    0,    0,    0, 4,                               /* CSRC */
    0xbe, 0xde, 0, 1, 0x10, 0x55, 0, 0, 7, 8, 0, 2,
  };
  RjRtpHeader header;

  g_assert_true (rj_rtp_parse (packet, sizeof packet, &header));
  g_assert_cmpuint (header.payload_type, ==, 111);
  g_assert_false (header.marker);
  g_assert_cmpuint (header.extension_size, ==, 8);
  g_assert_cmpuint (header.payload_offset, ==, 24);
  g_assert_cmpuint (header.payload_size, ==, 2);
  /* every cut makes it malformed, none is read beyond (copied, so that a sanitizer sees it) */
  for (gsize size = 0; size < sizeof packet; size++) {
    g_autofree guint8 *cut = g_memdup2 (packet, size);

    if (size < 24)
      g_assert_false (rj_rtp_parse (cut, size, &header));
  }
}

static void
test_malformed_packets_are_refused (void)
{
  guint8 packet[sizeof plain];
  RjRtpHeader header;

  memcpy (packet, plain, sizeof plain);
  packet[0] = 0x40; /* version 1 */
  g_assert_false (rj_rtp_parse (packet, sizeof packet, &header));
  packet[0] = 0xa0; /* padding of 0xaa bytes */
  g_assert_false (rj_rtp_parse (packet, sizeof packet, &header));
  packet[sizeof packet - 1] = 0;
  g_assert_false (rj_rtp_parse (packet, sizeof packet, &header));
  packet[sizeof packet - 1] = 3; /* padding only */
  g_assert_true (rj_rtp_parse (packet, sizeof packet, &header));
  g_assert_cmpuint (header.payload_size, ==, 0);
  packet[0] = 0x8f; /* fifteen CSRCs that are not there */
  g_assert_false (rj_rtp_parse (packet, sizeof packet, &header));
}

static void
test_rewriting_changes_nothing_else (void)
{
  guint8 packet[sizeof plain];
  RjRtpHeader header;

  memcpy (packet, plain, sizeof plain);
  rj_rtp_set_ssrc (packet, 0x01020304);
  rj_rtp_set_sequence (packet, 0xffff);
  rj_rtp_set_timestamp (packet, 0xfffffffe);
  rj_rtp_set_payload_type (packet, 100);
  g_assert_true (rj_rtp_parse (packet, sizeof packet, &header));
  g_assert_cmphex (header.ssrc, ==, 0x01020304);
  g_assert_cmpuint (header.sequence, ==, 0xffff);
  g_assert_cmphex (header.timestamp, ==, 0xfffffffe);
  g_assert_cmpuint (header.payload_type, ==, 100);
  g_assert_true (header.marker);
  g_assert_cmpmem (packet + 12, 3, plain + 12, 3);
  g_assert_cmphex (packet[0], ==, 0x80);
}

static void
test_written_header_reads_back (void)
{
  guint8 packet[RJ_RTP_MIN_SIZE];
  RjRtpHeader in = { .ssrc = 9, .sequence = 8, .timestamp = 7, .payload_type = 96, .marker = TRUE };
  RjRtpHeader out;

  g_assert_cmpuint (rj_rtp_write (packet, &in), ==, 12);
  g_assert_true (rj_rtp_parse (packet, sizeof packet, &out));
  g_assert_cmpuint (out.ssrc, ==, 9);
  g_assert_cmpuint (out.sequence, ==, 8);
  g_assert_cmpuint (out.timestamp, ==, 7);
  g_assert_cmpuint (out.payload_type, ==, 96);
  g_assert_true (out.marker);
  g_assert_cmpuint (out.payload_size, ==, 0);
}

static RjPacketKind
classify (guint8 first, guint8 second)
{
  const guint8 packet[] = { first, second };

  return rj_packet_classify (packet, sizeof packet);
}

static void
test_datagrams_are_told_apart (void)
{
  g_assert_cmpint (rj_packet_classify (plain, 0), ==, RJ_PACKET_OTHER);
  g_assert_cmpint (rj_packet_classify (plain, 1), ==, RJ_PACKET_OTHER);
  g_assert_cmpint (classify (0, 1), ==, RJ_PACKET_OTHER); /* STUN */
  g_assert_cmpint (classify (19, 1), ==, RJ_PACKET_OTHER);
  g_assert_cmpint (classify (20, 1), ==, RJ_PACKET_DTLS);
  g_assert_cmpint (classify (63, 1), ==, RJ_PACKET_DTLS);
  g_assert_cmpint (classify (64, 0), ==, RJ_PACKET_OTHER); /* TURN */
  g_assert_cmpint (classify (127, 200), ==, RJ_PACKET_OTHER);
  g_assert_cmpint (classify (128, 191), ==, RJ_PACKET_RTP);
  g_assert_cmpint (classify (128, 192), ==, RJ_PACKET_RTCP);
  g_assert_cmpint (classify (128, 200), ==, RJ_PACKET_RTCP);
  g_assert_cmpint (classify (191, 223), ==, RJ_PACKET_RTCP);
  g_assert_cmpint (classify (191, 224), ==, RJ_PACKET_RTP);
  g_assert_cmpint (classify (192, 200), ==, RJ_PACKET_OTHER);
}

typedef struct {
  guint8 bytes[8];
  gsize size;
  gboolean ok;
  gboolean frame_start;
  gboolean key_frame;
  int picture_id;
  gsize descriptor;
} Vp8Case;

static const Vp8Case vp8_cases[] = {
  { { 0x10, 0x50 }, 2, TRUE, TRUE, TRUE, -1, 1 },                      /* P is 0: key */
  { { 0x10, 0x51 }, 2, TRUE, TRUE, FALSE, -1, 1 },                     /* P is 1: inter */
  { { 0x00, 0x50 }, 2, TRUE, FALSE, FALSE, -1, 1 },                    /* continuation */
  { { 0x11, 0x50 }, 2, TRUE, FALSE, FALSE, -1, 1 },                    /* second partition */
  { { 0x90, 0x80, 0x11, 0x50 }, 4, TRUE, TRUE, TRUE, 0x11, 3 },        /* 7 bit picture id */
  { { 0x90, 0x80, 0x81, 0x02, 0x50 }, 5, TRUE, TRUE, TRUE, 0x102, 4 }, /* 15 bits */
  { { 0x90, 0xf0, 0x81, 0x02, 3, 4, 0x50 }, 7, TRUE, TRUE, TRUE, 0x102, 6 },
  { { 0x90, 0x40, 3, 0x50 }, 4, TRUE, TRUE, TRUE, -1, 3 },  /* TL0PICIDX only */
  { { 0x90, 0x20, 3, 0x51 }, 4, TRUE, TRUE, FALSE, -1, 3 }, /* TID only */
  { { 0x90, 0x00, 0x50 }, 3, TRUE, TRUE, TRUE, -1, 2 },
  { { 0 }, 0, FALSE },
  { { 0x10 }, 1, FALSE },
  { { 0x90, 0x80 }, 2, FALSE },
  { { 0x90, 0x80, 0x81 }, 3, FALSE },
  { { 0x90, 0x80, 0x81, 2 }, 4, FALSE },
  { { 0x90, 0xf0, 1, 2, 3 }, 5, FALSE },
};

static void
test_vp8_descriptors (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (vp8_cases); i++) {
    const Vp8Case *c = &vp8_cases[i];
    g_autofree guint8 *payload = g_memdup2 (c->bytes, c->size);
    RjVp8Payload vp8;

    g_test_message ("case %u", i);
    g_assert_cmpint (rj_vp8_parse (payload, c->size, &vp8), ==, c->ok);
    if (!c->ok)
      continue;
    g_assert_cmpint (vp8.frame_start, ==, c->frame_start);
    g_assert_cmpint (vp8.key_frame, ==, c->key_frame);
    g_assert_cmpint (vp8.picture_id, ==, c->picture_id);
    g_assert_cmpuint (vp8.size, ==, c->descriptor);
  }
}

static void
test_key_frame_of_a_packet (void)
{
  guint8 packet[sizeof plain];

  memcpy (packet, plain, sizeof plain);
  g_assert_true (rj_vp8_starts_key_frame (packet, sizeof packet));
  packet[13] = 1;
  g_assert_false (rj_vp8_starts_key_frame (packet, sizeof packet));
  g_assert_false (rj_vp8_starts_key_frame (packet, 12));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtp/header-is-read", test_header_is_read);
  g_test_add_func ("/rtp/csrcs-extension-and-padding-are-skipped",
                   test_csrcs_extension_and_padding_are_skipped);
  g_test_add_func ("/rtp/malformed-packets-are-refused", test_malformed_packets_are_refused);
  g_test_add_func ("/rtp/rewriting-changes-nothing-else", test_rewriting_changes_nothing_else);
  g_test_add_func ("/rtp/written-header-reads-back", test_written_header_reads_back);
  g_test_add_func ("/rtp/datagrams-are-told-apart", test_datagrams_are_told_apart);
  g_test_add_func ("/rtp/vp8-descriptors", test_vp8_descriptors);
  g_test_add_func ("/rtp/key-frame-of-a-packet", test_key_frame_of_a_packet);
  return g_test_run ();
}
