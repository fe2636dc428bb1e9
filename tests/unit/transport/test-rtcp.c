#include "rj-rtcp.h"

#include <string.h>

#include "rj-reception.h"

typedef struct {
  guint8 data[1500];
  gsize size;
} Compound;

#define APPEND(compound, write, ...)                                                               \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gsize written = write ((compound)->data + (compound)->size,                                    \
                           sizeof (compound)->data - (compound)->size, __VA_ARGS__);               \
    g_assert_cmpuint (written, >, 0);                                                              \
    g_assert_cmpuint (written % 4, ==, 0);                                                         \
    (compound)->size += written;                                                                   \
  }                                                                                                \
  G_STMT_END

static RjRtcpPacket
read_only_packet (const Compound *compound)
{
  RjRtcpIter iter;
  RjRtcpPacket packet;

  rj_rtcp_iter_init (&iter, compound->data, compound->size);
  g_assert_true (rj_rtcp_iter_next (&iter, &packet));
  g_assert_true (rj_rtcp_iter_is_clean (&iter));
  return packet;
}

static void
assert_same_block (const RjRtcpReportBlock *a, const RjRtcpReportBlock *b)
{
  g_assert_cmpuint (a->ssrc, ==, b->ssrc);
  g_assert_cmpuint (a->fraction_lost, ==, b->fraction_lost);
  g_assert_cmpint (a->total_lost, ==, b->total_lost);
  g_assert_cmpuint (a->highest_sequence, ==, b->highest_sequence);
  g_assert_cmpuint (a->jitter, ==, b->jitter);
  g_assert_cmpuint (a->last_sr, ==, b->last_sr);
  g_assert_cmpuint (a->delay_since_last_sr, ==, b->delay_since_last_sr);
}

static const RjRtcpReportBlock blocks[] = {
  { 1, 255, -1, 0x10005, 77, 0xabcdef01, 65536 },
  { 2, 0, 0x7fffff, 9, 0, 0, 0 },
  { 3, 1, -0x800000, 9, 0, 0, 0 },
};

static void
test_sender_report (void)
{
  Compound compound = { 0 };
  RjRtcpSenderInfo info = { G_GUINT64_CONSTANT (0x0123456789abcdef), 90000, 12, 3456 };
  RjRtcpSenderInfo read;
  RjRtcpReportBlock block;
  RjRtcpPacket packet;

  APPEND (&compound, rj_rtcp_write_sr, 0xdeadbeef, &info, blocks, G_N_ELEMENTS (blocks));
  packet = read_only_packet (&compound);
  g_assert_cmpint (packet.type, ==, RJ_RTCP_SR);
  g_assert_cmphex (packet.ssrc, ==, 0xdeadbeef);
  g_assert_true (rj_rtcp_parse_sr (&packet, &read));
  g_assert_cmphex (read.ntp, ==, info.ntp);
  g_assert_cmpuint (read.rtp_timestamp, ==, 90000);
  g_assert_cmpuint (read.n_packets, ==, 12);
  g_assert_cmpuint (read.n_octets, ==, 3456);
  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++) {
    g_assert_true (rj_rtcp_parse_report_block (&packet, i, &block));
    assert_same_block (&block, &blocks[i]);
  }
  g_assert_false (rj_rtcp_parse_report_block (&packet, G_N_ELEMENTS (blocks), &block));
}

static void
test_receiver_report (void)
{
  Compound compound = { 0 };
  RjRtcpReportBlock block;
  RjRtcpSenderInfo info;
  RjRtcpPacket packet;

  APPEND (&compound, rj_rtcp_write_rr, 5, blocks, 1);
  packet = read_only_packet (&compound);
  g_assert_cmpint (packet.type, ==, RJ_RTCP_RR);
  g_assert_cmpuint (packet.ssrc, ==, 5);
  g_assert_false (rj_rtcp_parse_sr (&packet, &info));
  g_assert_true (rj_rtcp_parse_report_block (&packet, 0, &block));
  assert_same_block (&block, &blocks[0]);
}

static void
test_key_frame_requests (void)
{
  Compound pli = { 0 };
  Compound fir = { 0 };
  RjRtcpPacket packet;
  guint32 ssrc;
  guint8 sequence;

  APPEND (&pli, rj_rtcp_write_pli, 1, 0xcafe);
  packet = read_only_packet (&pli);
  g_assert_true (rj_rtcp_parse_pli (&packet, &ssrc));
  g_assert_cmphex (ssrc, ==, 0xcafe);
  g_assert_false (rj_rtcp_parse_fir (&packet, 0, &ssrc, &sequence));

  APPEND (&fir, rj_rtcp_write_fir, 1, 0xbeef, 250);
  packet = read_only_packet (&fir);
  g_assert_true (rj_rtcp_parse_fir (&packet, 0, &ssrc, &sequence));
  g_assert_cmphex (ssrc, ==, 0xbeef);
  g_assert_cmpuint (sequence, ==, 250);
  g_assert_false (rj_rtcp_parse_fir (&packet, 1, &ssrc, &sequence));
  g_assert_false (rj_rtcp_parse_pli (&packet, &ssrc));
}

static void
test_nack (void)
{
  static const guint16 lost[] = { 65534, 65535, 0, 14, 15, 40 }; /* 15 is 17 after 65534 */
  Compound compound = { 0 };
  RjRtcpPacket packet;
  guint16 read[8];
  guint32 ssrc;

  APPEND (&compound, rj_rtcp_write_nack, 1, 0xcafe, lost, G_N_ELEMENTS (lost));
  g_assert_cmpuint (compound.size, ==, 12 + 3 * 4);
  packet = read_only_packet (&compound);
  g_assert_cmpuint (rj_rtcp_parse_nack (&packet, &ssrc, read, 8), ==, G_N_ELEMENTS (lost));
  g_assert_cmphex (ssrc, ==, 0xcafe);
  g_assert_cmpmem (read, sizeof lost, lost, sizeof lost);
  read[1] = 4711;
  g_assert_cmpuint (rj_rtcp_parse_nack (&packet, &ssrc, read, 1), ==, G_N_ELEMENTS (lost));
  g_assert_cmpuint (read[1], ==, 4711);
}

static void
test_remb (void)
{
  static const struct {
    guint64 in;
    guint64 out;
  } rates[] = { { 300000, 300000 }, { 1, 1 }, { 262143, 262143 }, { 262145, 262144 }, { 0, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    static const guint32 ssrcs[] = { 7, 8 };
    Compound compound = { 0 };
    guint32 read[255];
    guint n = 0;
    guint64 rate = 99;
    RjRtcpPacket packet;

    APPEND (&compound, rj_rtcp_write_remb, 1, rates[i].in, ssrcs, 2);
    packet = read_only_packet (&compound);
    g_assert_true (rj_rtcp_parse_remb (&packet, &rate, read, &n));
    g_assert_cmpuint (rate, ==, rates[i].out);
    g_assert_cmpuint (n, ==, 2);
    g_assert_cmpuint (read[1], ==, 8);
    compound.data[16] = 3; /* promises more than there is */
    g_assert_false (rj_rtcp_parse_remb (&packet, &rate, read, &n));
    compound.data[16] = 0;
    compound.data[17] = 0xff; /* exponent 63 */
    g_assert_true (rj_rtcp_parse_remb (&packet, &rate, read, &n));
    g_assert_cmpuint (rate, ==, G_MAXUINT64);
  }
}

static void
test_compound_is_walked (void)
{
  Compound compound = { 0 };
  RjRtcpIter iter;
  RjRtcpPacket packet;
  g_autofree char *cname = NULL;
  guint32 ssrc;

  APPEND (&compound, rj_rtcp_write_rr, 1, NULL, 0);
  APPEND (&compound, rj_rtcp_write_sdes, 1, "somebody@somewhere");
  APPEND (&compound, rj_rtcp_write_bye, 0x99);
  rj_rtcp_iter_init (&iter, compound.data, compound.size);
  g_assert_true (rj_rtcp_iter_next (&iter, &packet));
  g_assert_cmpint (packet.type, ==, RJ_RTCP_RR);
  g_assert_true (rj_rtcp_iter_next (&iter, &packet));
  cname = rj_rtcp_parse_cname (&packet);
  g_assert_cmpstr (cname, ==, "somebody@somewhere");
  g_assert_false (rj_rtcp_parse_bye (&packet, 0, &ssrc));
  g_assert_true (rj_rtcp_iter_next (&iter, &packet));
  g_assert_true (rj_rtcp_parse_bye (&packet, 0, &ssrc));
  g_assert_cmphex (ssrc, ==, 0x99);
  g_assert_false (rj_rtcp_parse_bye (&packet, 1, &ssrc));
  g_assert_false (rj_rtcp_iter_next (&iter, &packet));
  g_assert_true (rj_rtcp_iter_is_clean (&iter));
}

/* SDES texts of every length modulo 4 end with at least one zero */
static void
test_sdes_lengths (void)
{
  for (guint length = 0; length < 9; length++) {
    Compound compound = { 0 };
    g_autofree char *name = g_strnfill (length, 'x');
    g_autofree char *read = NULL;
    RjRtcpPacket packet;

    memset (compound.data, 0xff, sizeof compound.data);
    APPEND (&compound, rj_rtcp_write_sdes, 1, name);
    packet = read_only_packet (&compound);
    read = rj_rtcp_parse_cname (&packet);
    g_assert_cmpstr (read, ==, name);
    g_assert_cmpuint (compound.data[compound.size - 1], ==, 0);
  }
}

static void
parse_everything (const guint8 *data, gsize size)
{
  RjRtcpIter iter;
  RjRtcpPacket packet;

  rj_rtcp_iter_init (&iter, data, size);
  while (rj_rtcp_iter_next (&iter, &packet)) {
    g_autofree char *cname = rj_rtcp_parse_cname (&packet);
    RjRtcpReportBlock block;
    RjRtcpSenderInfo info;
    guint16 sequences[4];
    guint32 ssrcs[255];
    guint64 rate;
    guint n;
    guint32 ssrc;
    guint8 sequence;

    rj_rtcp_parse_sr (&packet, &info);
    for (guint i = 0; i < 32; i++) {
      rj_rtcp_parse_report_block (&packet, i, &block);
      rj_rtcp_parse_bye (&packet, i, &ssrc);
      rj_rtcp_parse_fir (&packet, i, &ssrc, &sequence);
    }
    rj_rtcp_parse_pli (&packet, &ssrc);
    rj_rtcp_parse_nack (&packet, &ssrc, sequences, G_N_ELEMENTS (sequences));
    rj_rtcp_parse_remb (&packet, &rate, ssrcs, &n);
  }
}

/* Random bytes with plausible headers, copied to the heap so that a sanitizer sees a byte too far */
static void
test_garbage_is_survived (void)
{
  for (guint round = 0; round < 3000; round++) {
    gsize size = (gsize) g_test_rand_int_range (0, 64);
    g_autofree guint8 *data = g_malloc (size);

    for (gsize i = 0; i < size; i++)
      data[i] = (guint8) g_test_rand_int_range (0, 256);
    if (size >= 4) {
      data[0] = (guint8) (0x80 | (data[0] & 0x3f));
      data[1] = (guint8) (200 + data[1] % 7);
      data[2] = 0;
      data[3] = (guint8) (data[3] % 16);
    }
    parse_everything (data, size);
  }
}

static void
test_malformed_ends_the_walk (void)
{
  Compound compound = { 0 };
  RjRtcpIter iter;
  RjRtcpPacket packet;

  APPEND (&compound, rj_rtcp_write_rr, 1, NULL, 0);
  APPEND (&compound, rj_rtcp_write_rr, 2, NULL, 0);
  compound.data[8 + 3] = 2; /* longer than the rest */
  rj_rtcp_iter_init (&iter, compound.data, compound.size);
  g_assert_true (rj_rtcp_iter_next (&iter, &packet));
  g_assert_false (rj_rtcp_iter_next (&iter, &packet));
  g_assert_false (rj_rtcp_iter_is_clean (&iter));
}

static void
test_no_room_writes_nothing (void)
{
  guint8 buffer[64] = { 0 };
  guint8 untouched[64] = { 0 };
  const guint16 lost = 1;
  RjRtcpSenderInfo info = { 0 };

  g_assert_cmpuint (rj_rtcp_write_rr (buffer, 7, 1, NULL, 0), ==, 0);
  g_assert_cmpuint (rj_rtcp_write_rr (buffer, 31, 1, blocks, 1), ==, 0);
  g_assert_cmpuint (rj_rtcp_write_sr (buffer, 27, 1, &info, NULL, 0), ==, 0);
  g_assert_cmpuint (rj_rtcp_write_sdes (buffer, 11, 1, "x"), ==, 0);
  g_assert_cmpuint (rj_rtcp_write_bye (buffer, 7, 1), ==, 0);
  g_assert_cmpuint (rj_rtcp_write_pli (buffer, 11, 1, 2), ==, 0);
  g_assert_cmpuint (rj_rtcp_write_fir (buffer, 19, 1, 2, 3), ==, 0);
  g_assert_cmpuint (rj_rtcp_write_nack (buffer, 15, 1, 2, &lost, 1), ==, 0);
  g_assert_cmpuint (rj_rtcp_write_nack (buffer, 64, 1, 2, &lost, 0), ==, 0);
  g_assert_cmpuint (rj_rtcp_write_remb (buffer, 19, 1, 2, NULL, 0), ==, 0);
  g_assert_cmpmem (buffer, sizeof buffer, untouched, sizeof untouched);
}

static void
test_ntp (void)
{
  /* 1970 began 2208988800 s after 1900; half a second is half of the lower word */
  g_assert_cmphex (rj_ntp_from_wall_us (500000), ==, G_GUINT64_CONSTANT (0x83aa7e8080000000));
}

static void
test_reception_counts_loss_across_the_wrap (void)
{
  RjReception reception = { .clock_rate = 90000 };
  RjRtcpSenderInfo sr = { .ntp = G_GUINT64_CONSTANT (0x1111222233334444) };
  RjRtcpReportBlock block;

  g_assert_false (rj_reception_report (&reception, 5, 0, &block));
  for (guint i = 0; i < 10; i++) /* 65531 … 65540, of which 65533 and 65534 are lost */
    if (i != 2 && i != 3)
      rj_reception_add (&reception, (guint16) (65531 + i), i * 3000, 100, i * 33333);
  rj_reception_add_sr (&reception, &sr, 1000);
  g_assert_true (rj_reception_report (&reception, 5, 1000 + G_USEC_PER_SEC / 2, &block));
  g_assert_cmpuint (block.ssrc, ==, 5);
  g_assert_cmpint (block.total_lost, ==, 2);
  g_assert_cmpuint (block.fraction_lost, ==, 2 * 256 / 10);
  g_assert_cmphex (block.highest_sequence, ==, 0x10004);
  g_assert_cmpuint (block.jitter, <=, 1);
  g_assert_cmphex (block.last_sr, ==, 0x22223333);
  g_assert_cmpuint (block.delay_since_last_sr, ==, 32768);
  /* the next interval is clean */
  rj_reception_add (&reception, 5, 30000, 100, 333330);
  g_assert_true (rj_reception_report (&reception, 5, 0, &block));
  g_assert_cmpuint (block.fraction_lost, ==, 0);
  g_assert_cmpint (block.total_lost, ==, 2);
}

static void
test_reception_restarts_and_measures_jitter (void)
{
  RjReception reception = { .clock_rate = 1000 };
  RjRtcpReportBlock block;

  /* every second packet 16 ms late */
  for (guint i = 0; i < 200; i++)
    rj_reception_add (&reception, (guint16) i, i * 20, 100, (gint64) (i * 20 + i % 2 * 16) * 1000);
  g_assert_true (rj_reception_report (&reception, 5, 0, &block));
  g_assert_cmpuint (block.jitter, >=, 15);
  g_assert_cmpuint (block.jitter, <=, 16);
  rj_reception_add (&reception, 40000, 0, 100, 0); /* another beginning, not 39800 lost */
  g_assert_true (rj_reception_report (&reception, 5, 0, &block));
  g_assert_cmpint (block.total_lost, ==, 0);
  g_assert_cmpuint (block.highest_sequence, ==, 40000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rtcp/sender-report", test_sender_report);
  g_test_add_func ("/rtcp/receiver-report", test_receiver_report);
  g_test_add_func ("/rtcp/key-frame-requests", test_key_frame_requests);
  g_test_add_func ("/rtcp/nack", test_nack);
  g_test_add_func ("/rtcp/remb", test_remb);
  g_test_add_func ("/rtcp/compound-is-walked", test_compound_is_walked);
  g_test_add_func ("/rtcp/sdes-lengths", test_sdes_lengths);
  g_test_add_func ("/rtcp/garbage-is-survived", test_garbage_is_survived);
  g_test_add_func ("/rtcp/malformed-ends-the-walk", test_malformed_ends_the_walk);
  g_test_add_func ("/rtcp/no-room-writes-nothing", test_no_room_writes_nothing);
  g_test_add_func ("/rtcp/ntp", test_ntp);
  g_test_add_func ("/rtcp/reception-counts-loss-across-the-wrap",
                   test_reception_counts_loss_across_the_wrap);
  g_test_add_func ("/rtcp/reception-restarts-and-measures-jitter",
                   test_reception_restarts_and_measures_jitter);
  return g_test_run ();
}
