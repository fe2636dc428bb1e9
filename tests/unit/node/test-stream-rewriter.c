/* What a subscriber sees is one stream, whatever the sources do. */
#include <string.h>

#include "rj-rtp.h"
#include "rj-stream-rewriter.h"

#define ENCODING "VP8/90000"
#define SSRC     0x11223344

typedef struct {
  RjStreamRewriter rewriter;
  RjRewrite how;
  guint8 out[RJ_MEDIA_PACKET_MAX];
  RjMediaPacket got;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  rj_stream_rewriter_init (&f->rewriter, SSRC, 1000, 500000);
  f->how = (RjRewrite){
    .source = 1, .encoding = ENCODING, .clock_rate = 90000, .needs_key = TRUE, .payload_type = 120
  };
}

static gsize
make_packet (guint8 *packet, guint16 sequence, guint32 timestamp, gboolean key)
{
  RjRtpHeader header = {
    .ssrc = 7, .sequence = sequence, .timestamp = timestamp, .payload_type = 96, .marker = TRUE
  };
  gsize size = rj_rtp_write (packet, &header);

  packet[size++] = 0x10;
  packet[size++] = key ? 0x00 : 0x01;
  return size;
}

/* Returns: whether something was sent; then f->got is it */
static gboolean
pass_bytes (Fixture *f, const guint8 *bytes, gsize size, gint64 now_us)
{
  RjMediaPacket packet;

  g_assert_true (rj_media_packet_parse (&packet, bytes, size));
  size = rj_stream_rewriter_rewrite (&f->rewriter, &packet, &f->how, now_us, f->out);
  if (size == 0)
    return FALSE;
  g_assert_true (rj_media_packet_parse (&f->got, f->out, size));
  g_assert_cmphex (f->got.ssrc, ==, SSRC);
  g_assert_cmpuint (f->got.payload_type, ==, 120);
  g_assert_true (f->got.marker);
  return TRUE;
}

static gboolean
pass (Fixture *f, guint16 sequence, guint32 timestamp, gboolean key, gint64 now_us)
{
  guint8 bytes[64];

  return pass_bytes (f, bytes, make_packet (bytes, sequence, timestamp, key), now_us);
}

static void
test_numbers_are_moved (Fixture *f, gconstpointer unused)
{
  g_assert_false (rj_stream_rewriter_has_started (&f->rewriter));
  g_assert_true (pass (f, 65534, 90000, TRUE, 0));
  g_assert_true (rj_stream_rewriter_has_started (&f->rewriter));
  g_assert_cmpuint (f->got.sequence, ==, 1000);
  g_assert_cmpuint (f->got.timestamp, ==, 500000);
  for (guint i = 1; i < 70000; i++) {
    g_assert_true (pass (f, (guint16) (65534 + i), 90000 + i * 3000, FALSE, i));
    g_assert_cmpuint (f->got.sequence, ==, (guint16) (1000 + i));
    g_assert_cmpuint (f->got.timestamp, ==, 500000 + i * 3000);
  }
  g_assert_cmpuint (f->rewriter.n_packets, ==, 70000);
  g_assert_cmpuint (f->rewriter.n_octets, ==, 140000);
}

static void
test_waits_for_key_frame (Fixture *f, gconstpointer unused)
{
  g_assert_false (pass (f, 1, 0, FALSE, 0));
  g_assert_false (pass (f, 2, 0, FALSE, 0));
  g_assert_true (pass (f, 3, 0, TRUE, 0));
  g_assert_cmpuint (f->got.sequence, ==, 1000);
  g_assert_true (pass (f, 4, 0, FALSE, 0));

  f->how.source = 2;
  g_assert_false (pass (f, 900, 0, FALSE, 0));
  g_assert_true (pass (f, 901, 0, TRUE, 0));
  g_assert_cmpuint (f->got.sequence, ==, 1002);
}

static void
test_audio_begins_at_once (Fixture *f, gconstpointer unused)
{
  f->how.needs_key = FALSE;
  g_assert_true (pass (f, 1, 0, FALSE, 0));
}

/* Loss and disorder stay what they are; what is older than the first packet would take another's number. */
static void
test_gaps_and_disorder_stay (Fixture *f, gconstpointer unused)
{
  pass (f, 100, 0, TRUE, 0);
  g_assert_true (pass (f, 105, 0, FALSE, 0));
  g_assert_cmpuint (f->got.sequence, ==, 1005);
  g_assert_true (pass (f, 103, 0, FALSE, 0));
  g_assert_cmpuint (f->got.sequence, ==, 1003);
  g_assert_false (pass (f, 99, 0, FALSE, 0));
  f->how.source = 2;
  g_assert_true (pass (f, 7, 0, TRUE, 0));
  g_assert_cmpuint (f->got.sequence, ==, 1006);
  g_assert_false (pass (f, 6, 0, FALSE, 0));
}

static void
test_time_goes_on_with_another_source (Fixture *f, gconstpointer unused)
{
  pass (f, 1, 1000, TRUE, 0);
  f->how.source = 2;
  g_assert_true (pass (f, 50, 77777777, TRUE, 2 * G_USEC_PER_SEC));
  g_assert_cmpuint (f->got.sequence, ==, 1001);
  g_assert_cmpuint (f->got.timestamp, ==, 500000 + 2 * 90000);
  f->how.source = 3;
  g_assert_true (pass (f, 60, 5, TRUE, 2 * G_USEC_PER_SEC)); /* at once: still a later picture */
  g_assert_cmpuint (f->got.timestamp, ==, 500000 + 2 * 90000 + 1);
}

static void
test_sources_of_lost_packets (Fixture *f, gconstpointer unused)
{
  guint16 sequence;

  g_assert_false (rj_stream_rewriter_find_source (&f->rewriter, 1000, &sequence));
  pass (f, 100, 0, TRUE, 0);
  pass (f, 102, 0, FALSE, 0);
  g_assert_true (rj_stream_rewriter_find_source (&f->rewriter, 1001, &sequence));
  g_assert_cmpuint (sequence, ==, 101);
  g_assert_false (rj_stream_rewriter_find_source (&f->rewriter, 999, &sequence));
  g_assert_false (rj_stream_rewriter_find_source (&f->rewriter, 1003, &sequence));
  f->how.source = 2;
  pass (f, 9, 0, FALSE, 0);
  g_assert_false (rj_stream_rewriter_find_source (&f->rewriter, 1001, &sequence));
}

static void
test_repeated_packet_is_the_same (Fixture *f, gconstpointer unused)
{
  guint8 bytes[64];
  guint8 again[RJ_MEDIA_PACKET_MAX];
  RjMediaPacket packet;
  gsize size = make_packet (bytes, 100, 4711, TRUE);

  pass_bytes (f, bytes, size, 0);
  pass (f, 101, 8000, FALSE, 1);
  g_assert_true (rj_media_packet_parse (&packet, bytes, size));
  g_assert_cmpuint (rj_stream_rewriter_repeat (&f->rewriter, &packet, &f->how, 2, again), ==, size);
  g_assert_true (rj_media_packet_parse (&packet, again, size));
  g_assert_cmpuint (packet.sequence, ==, 1000);
  g_assert_true (pass (f, 102, 9000, FALSE, 3));
  g_assert_cmpuint (f->got.sequence, ==, 1002);
  f->how.source = 2;
  g_assert_true (rj_media_packet_parse (&packet, bytes, size));
  g_assert_cmpuint (rj_stream_rewriter_repeat (&f->rewriter, &packet, &f->how, 2, again), ==, 0);
}

/* 0x90: with extension; elements: id 1 (2 bytes), padding, id 2 abs-send-time (3 bytes), id 5 (1 byte) */
static gsize
make_extended (guint8 *packet)
{
  static const guint8 rest[] = { 0xbe, 0xde, 0x00, 0x03, 0x11, 0xaa, 0xbb, 0x00, 0x22,
                                 0x01, 0x02, 0x03, 0x50, 0xcc, 0x00, 0x00, 0x10, 0x00 };

  make_packet (packet, 1, 0, TRUE);
  packet[0] = 0x90;
  memcpy (packet + 12, rest, sizeof rest);
  return 12 + sizeof rest;
}

static void
test_send_time_is_rewritten (Fixture *f, gconstpointer unused)
{
  static const guint8 wanted[] = { 0x00, 0x00, 0x00, 0x00, 0x32, 0x04,
                                   0x00, 0x00, 0x00, 0x00, 0x00, 0x00 };
  guint8 bytes[64];
  gsize size = make_extended (bytes);

  f->how.in_time_id = 2;
  f->how.out_time_id = 3;
  g_assert_true (
    pass_bytes (f, bytes, size, 65 * G_USEC_PER_SEC)); /* 1 s after the wrap: 1 << 18 */
  g_assert_cmpuint (f->got.extension_profile, ==, 0xbede);
  g_assert_cmpmem (f->out + f->got.extension_offset, f->got.extension_size, wanted, sizeof wanted);
  g_assert_cmpuint (f->got.payload_size, ==, 2);
}

static void
test_extension_is_taken_off (Fixture *f, gconstpointer unused)
{
  guint8 bytes[64];
  gsize size = make_extended (bytes);

  f->how.in_time_id = 2;
  g_assert_true (pass_bytes (f, bytes, size, 0)); /* the receiver has not negotiated it */
  g_assert_cmpuint (f->got.extension_offset, ==, 0);
  g_assert_cmpuint (f->got.payload_offset, ==, 12);
  g_assert_cmpmem (f->out + 12, 2, "\x10\x00", 2);

  bytes[16] = 0x1f; /* an element that does not fit */
  f->how.out_time_id = 2;
  g_assert_true (pass_bytes (f, bytes, size, 0));
  g_assert_cmpuint (f->got.extension_offset, ==, 0);
}

static void
test_too_long_is_not_sent (Fixture *f, gconstpointer unused)
{
  guint8 bytes[RJ_MEDIA_PACKET_MAX + 1] = { 0 };

  make_packet (bytes, 1, 0, TRUE);
  g_assert_false (pass_bytes (f, bytes, sizeof bytes, 0));
  g_assert_true (pass_bytes (f, bytes, sizeof bytes - 1, 0));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/node/rewriter/" path, Fixture, NULL, set_up, func, NULL)
  ADD ("numbers-are-moved", test_numbers_are_moved);
  ADD ("waits-for-key-frame", test_waits_for_key_frame);
  ADD ("audio-begins-at-once", test_audio_begins_at_once);
  ADD ("gaps-and-disorder-stay", test_gaps_and_disorder_stay);
  ADD ("time-goes-on-with-another-source", test_time_goes_on_with_another_source);
  ADD ("sources-of-lost-packets", test_sources_of_lost_packets);
  ADD ("repeated-packet-is-the-same", test_repeated_packet_is_the_same);
  ADD ("send-time-is-rewritten", test_send_time_is_rewritten);
  ADD ("extension-is-taken-off", test_extension_is_taken_off);
  ADD ("too-long-is-not-sent", test_too_long_is_not_sent);
  return g_test_run ();
}
