#include "rj-tap.h"
#include "rjt-rtp-source.h"

#define RUN       0x1111
#define PUBLISHER 7
#define MS        1000
#define FRAME_US  33333
#define LIMIT_US  (500 * MS)
#define START_US  (5000 * MS)

typedef struct {
  RjTap *tap;
  RjtRtpSource source;
  guint n_first_packets, n_first_key_frames, n_gaps;
  gint64 first_packet_us, first_key_frame_us;
  RjGap gap;
} Fixture;

static void
on_first_packet (gint64 at_us, gpointer user_data)
{
  Fixture *f = user_data;

  f->n_first_packets++;
  f->first_packet_us = at_us;
}

static void
on_first_key_frame (gint64 at_us, gpointer user_data)
{
  Fixture *f = user_data;

  f->n_first_key_frames++;
  f->first_key_frame_us = at_us;
}

static void
on_gap_ended (const RjGap *gap, gpointer user_data)
{
  Fixture *f = user_data;

  f->n_gaps++;
  f->gap = *gap;
}

static void
make_tap (Fixture *f, gboolean has_video, gboolean expected_known)
{
  const RjTapNotices notices = { on_first_packet, on_first_key_frame, on_gap_ended };
  const RjTapConfig config = { has_video, RUN, PUBLISHER, expected_known, LIMIT_US, START_US };

  g_clear_pointer (&f->tap, rj_tap_unref);
  f->tap = rj_tap_new (&config, &notices, f);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->source = (RjtRtpSource){ .ssrc = 42,
                              .seq = 100,
                              .timestamp = 9000,
                              .max_payload = 1000,
                              .stamp = { RUN, PUBLISHER, 0, 0 } };
  make_tap (f, TRUE, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rj_tap_unref (f->tap);
}

static RjTapCounts
read_counts (Fixture *f)
{
  RjTapCounts counts;

  rj_tap_read (f->tap, &counts);
  return counts;
}

static void
push_video (Fixture *f, GPtrArray *packets, guint index, gint64 at_us)
{
  rjt_push (f->tap, RJ_MEDIA_VIDEO_VP8, packets->pdata[index], at_us);
}

static void
test_nothing_yet (Fixture *f, gconstpointer unused)
{
  RjTapCounts counts = read_counts (f);

  g_assert_cmpuint (counts.packets, ==, 0);
  g_assert_cmpint (counts.first_packet_us, ==, 0);
  g_assert_cmpuint (counts.lost_packets, ==, 0);
}

static void
test_frames_are_counted (Fixture *f, gconstpointer unused)
{
  RjTapCounts counts;

  for (guint i = 0; i < 30; i++) {
    f->source.stamp.ms = i;
    rjt_push_frame (f->tap, &f->source, i % 10 == 0, START_US + i * MS + 2 * MS);
  }
  counts = read_counts (f);
  g_assert_cmpuint (counts.frames, ==, 30);
  g_assert_cmpuint (counts.key_frames, ==, 3);
  g_assert_cmpuint (counts.stamped_frames, ==, 30);
  g_assert_cmpuint (counts.packets, ==, 30 * 4);
  g_assert_cmpuint (counts.bytes, ==, 30 * (3016 + 4 * 16));
  g_assert_cmpuint (counts.wrong_frames + counts.foreign_frames + counts.lost_packets, ==, 0);
  g_assert_cmpuint (counts.last_frame_number, ==, 29);
  g_assert_cmpfloat_with_epsilon (counts.latency_ms, 2.0, 0.001);
  g_assert_cmpint (counts.first_frame_us, ==, START_US + 2 * MS);
  g_assert_cmpint (counts.last_frame_us, ==, START_US + 31 * MS);
  g_assert_cmpint (counts.longest_gap_us, ==, MS);
}

static void
test_firsts_are_told_once (Fixture *f, gconstpointer unused)
{
  rjt_push_frame (f->tap, &f->source, FALSE, 10 * MS);
  g_assert_cmpuint (f->n_first_packets, ==, 1);
  g_assert_cmpuint (f->n_first_key_frames, ==, 0);
  rjt_push_frame (f->tap, &f->source, TRUE, 20 * MS);
  rjt_push_frame (f->tap, &f->source, TRUE, 30 * MS);
  g_assert_cmpuint (f->n_first_packets, ==, 1);
  g_assert_cmpint (f->first_packet_us, ==, 10 * MS);
  g_assert_cmpuint (f->n_first_key_frames, ==, 1);
  g_assert_cmpint (f->first_key_frame_us, ==, 20 * MS);
  g_assert_cmpint (read_counts (f).first_key_frame_us, ==, 20 * MS);
  g_assert_cmpint (read_counts (f).first_frame_us, ==, 10 * MS);
}

/* The stamp is cut at each possible place */
static void
test_a_stamp_may_straddle_packets (Fixture *f, gconstpointer unused)
{
  guint n_frames = 0;

  for (gsize last = 1; last <= RJ_FRAME_STAMP_SIZE + 1; last++) {
    g_autoptr (GPtrArray) packets = NULL;

    f->source.max_payload = 100;
    packets = rjt_rtp_source_make_frame (&f->source, TRUE, 200 + last - RJ_FRAME_STAMP_SIZE);
    g_assert_cmpuint (packets->len, ==, 3);
    for (guint i = 0; i < packets->len; i++)
      push_video (f, packets, i, n_frames * MS);
    n_frames++;
    g_assert_cmpuint (read_counts (f).stamped_frames, ==, n_frames);
  }
}

static void
test_a_stamp_may_be_spread_over_many_packets (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) packets = NULL;

  f->source.max_payload = 5;
  packets = rjt_rtp_source_make_frame (&f->source, TRUE, 50);
  for (guint i = 0; i < packets->len; i++)
    push_video (f, packets, i, MS);
  g_assert_cmpuint (read_counts (f).stamped_frames, ==, 1);
}

static void
test_a_single_packet_makes_a_frame (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) packets = rjt_rtp_source_make_frame (&f->source, FALSE, 20);

  g_assert_cmpuint (packets->len, ==, 1);
  push_video (f, packets, 0, MS);
  g_assert_cmpuint (read_counts (f).frames, ==, 1);
  g_assert_cmpuint (read_counts (f).stamped_frames, ==, 1);
}

static void
test_a_frame_is_complete_when_its_last_packet_came (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) packets = rjt_rtp_source_make_frame (&f->source, TRUE, 3000);

  /* 3 1 0 2 */
  push_video (f, packets, 3, 1 * MS);
  push_video (f, packets, 1, 2 * MS);
  push_video (f, packets, 0, 3 * MS);
  g_assert_cmpuint (read_counts (f).frames, ==, 0);
  push_video (f, packets, 2, 4 * MS);
  g_assert_cmpuint (read_counts (f).frames, ==, 1);
  g_assert_cmpuint (read_counts (f).stamped_frames, ==, 1);
  g_assert_cmpint (read_counts (f).first_key_frame_us, ==, 4 * MS);
  g_assert_cmpuint (read_counts (f).lost_packets, ==, 0);
}

static void
test_frames_may_be_mixed_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) first = rjt_rtp_source_make_frame (&f->source, TRUE, 3000);
  g_autoptr (GPtrArray) second = rjt_rtp_source_make_frame (&f->source, FALSE, 3000);

  for (guint i = 0; i < 4; i++) {
    push_video (f, second, i, MS);
    push_video (f, first, 3 - i, MS);
  }
  g_assert_cmpuint (read_counts (f).frames, ==, 2);
  g_assert_cmpuint (read_counts (f).key_frames, ==, 1);
  g_assert_cmpuint (read_counts (f).lost_packets, ==, 0);
}

static void
test_duplicates_make_no_frame (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) packets = rjt_rtp_source_make_frame (&f->source, TRUE, 3000);

  push_video (f, packets, 0, MS);
  for (guint i = 0; i < 5; i++)
    push_video (f, packets, 3, MS);
  g_assert_cmpuint (read_counts (f).frames, ==, 0);
  push_video (f, packets, 1, MS);
  push_video (f, packets, 2, MS);
  push_video (f, packets, 2, MS);
  g_assert_cmpuint (read_counts (f).frames, ==, 1);
  g_assert_cmpuint (read_counts (f).lost_packets, ==, 0);
  g_assert_cmpuint (read_counts (f).packets, ==, 9);
}

static void
test_a_lost_packet_costs_its_frame (Fixture *f, gconstpointer unused)
{
  for (guint lost = 0; lost < 4; lost++) {
    g_autoptr (GPtrArray) packets = rjt_rtp_source_make_frame (&f->source, TRUE, 3000);

    for (guint i = 0; i < packets->len; i++) {
      if (i != lost)
        push_video (f, packets, i, MS);
    }
  }
  g_assert_cmpuint (read_counts (f).frames, ==, 0);
  rjt_push_frame (f->tap, &f->source, FALSE, MS);
  g_assert_cmpuint (read_counts (f).frames, ==, 1);
  /* the very first one was never heard of */
  g_assert_cmpuint (read_counts (f).lost_packets, ==, 3);
}

static void
test_sequence_numbers_wrap (Fixture *f, gconstpointer unused)
{
  f->source.seq = 65530;
  f->source.timestamp = 0xfffffff0;
  for (guint i = 0; i < 10; i++)
    rjt_push_frame (f->tap, &f->source, TRUE, i * MS);
  g_assert_cmpuint (read_counts (f).frames, ==, 10);
  g_assert_cmpuint (read_counts (f).lost_packets, ==, 0);
}

static void
test_packets_before_the_first_one_count (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) packets = NULL;

  f->source.seq = 0;
  packets = rjt_rtp_source_make_frame (&f->source, TRUE, 3000);
  for (int i = 3; i >= 0; i--)
    push_video (f, packets, (guint) i, MS);
  g_assert_cmpuint (read_counts (f).frames, ==, 1);
  g_assert_cmpuint (read_counts (f).lost_packets, ==, 0);
}

static void
test_another_sender_begins_anew (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) torn = NULL;

  rjt_push_frame (f->tap, &f->source, TRUE, MS);
  torn = rjt_rtp_source_make_frame (&f->source, FALSE, 3000);
  push_video (f, torn, 0, MS);
  f->source.ssrc++;
  f->source.seq += 30000;
  rjt_push_frame (f->tap, &f->source, TRUE, 2 * MS);
  g_assert_cmpuint (read_counts (f).frames, ==, 2);
  g_assert_cmpuint (read_counts (f).lost_packets, ==, 0);
}

static void
test_a_jump_of_the_numbers_is_no_loss (Fixture *f, gconstpointer unused)
{
  rjt_push_frame (f->tap, &f->source, TRUE, MS);
  f->source.seq += 20000;
  rjt_push_frame (f->tap, &f->source, TRUE, MS);
  f->source.seq += 10;
  rjt_push_frame (f->tap, &f->source, TRUE, MS);
  g_assert_cmpuint (read_counts (f).frames, ==, 3);
  g_assert_cmpuint (read_counts (f).lost_packets, ==, 10);
}

static void
test_stamps_are_judged (Fixture *f, gconstpointer unused)
{
  RjTapCounts counts;

  rjt_push_frame (f->tap, &f->source, TRUE, MS);
  f->source.stamp.publisher = 8;
  rjt_push_frame (f->tap, &f->source, TRUE, MS);
  f->source.stamp.run_hash++;
  rjt_push_frame (f->tap, &f->source, TRUE, MS);
  f->source.no_stamp = TRUE;
  rjt_push_frame (f->tap, &f->source, TRUE, MS);
  counts = read_counts (f);
  g_assert_cmpuint (counts.frames, ==, 4);
  g_assert_cmpuint (counts.stamped_frames, ==, 2);
  g_assert_cmpuint (counts.wrong_frames, ==, 2);   /* of another publisher, and of another run */
  g_assert_cmpuint (counts.foreign_frames, ==, 2); /* of another run, and of nobody knows whom */
}

static void
test_an_unknown_publisher_is_never_wrong (Fixture *f, gconstpointer unused)
{
  make_tap (f, TRUE, FALSE);
  f->source.stamp.publisher = 8;
  rjt_push_frame (f->tap, &f->source, TRUE, MS);
  f->source.stamp.run_hash++;
  rjt_push_frame (f->tap, &f->source, TRUE, MS);
  g_assert_cmpuint (read_counts (f).wrong_frames, ==, 0);
}

static void
test_a_stamp_of_another_clock_gives_no_latency (Fixture *f, gconstpointer unused)
{
  f->source.stamp.ms = 4000000;
  rjt_push_frame (f->tap, &f->source, TRUE, START_US);
  g_assert_cmpuint (read_counts (f).stamped_frames, ==, 1);
  g_assert_cmpfloat (read_counts (f).latency_ms, ==, 0);
}

static void
test_a_gap_ends_with_the_next_frame_when_nothing_is_lost (Fixture *f, gconstpointer unused)
{
  rjt_push_frame (f->tap, &f->source, TRUE, 1000 * MS);
  rjt_push_frame (f->tap, &f->source, FALSE, 1501 * MS);
  g_assert_cmpuint (f->n_gaps, ==, 1);
  g_assert_cmpint (f->gap.last_frame_us, ==, 1000 * MS);
  g_assert_cmpint (f->gap.next_frame_us, ==, 1501 * MS);
  g_assert_cmpint (f->gap.next_key_frame_us, ==, 1501 * MS);
  g_assert_cmpint (read_counts (f).longest_gap_us, ==, 501 * MS);
  g_assert_cmpint (read_counts (f).longest_gap_at_us, ==, 1000 * MS);
}

static void
test_a_pause_below_the_limit_is_no_gap (Fixture *f, gconstpointer unused)
{
  rjt_push_frame (f->tap, &f->source, TRUE, 1000 * MS);
  rjt_push_frame (f->tap, &f->source, FALSE, 1500 * MS);
  g_assert_cmpuint (f->n_gaps, ==, 0);
  g_assert_cmpint (read_counts (f).longest_gap_us, ==, 500 * MS);
}

static void
test_after_a_loss_a_gap_ends_with_a_key_frame (Fixture *f, gconstpointer unused)
{
  rjt_push_frame (f->tap, &f->source, TRUE, 1000 * MS);
  f->source.seq += 7;
  rjt_push_frame (f->tap, &f->source, FALSE, 1900 * MS);
  rjt_push_frame (f->tap, &f->source, FALSE, 1930 * MS);
  g_assert_cmpuint (f->n_gaps, ==, 0);
  rjt_push_frame (f->tap, &f->source, TRUE, 1960 * MS);
  g_assert_cmpuint (f->n_gaps, ==, 1);
  g_assert_cmpint (f->gap.last_frame_us, ==, 1000 * MS);
  g_assert_cmpint (f->gap.next_frame_us, ==, 1900 * MS);
  g_assert_cmpint (f->gap.next_key_frame_us, ==, 1960 * MS);
}

static void
test_after_another_sender_a_gap_ends_with_a_key_frame (Fixture *f, gconstpointer unused)
{
  rjt_push_frame (f->tap, &f->source, TRUE, 1000 * MS);
  f->source.ssrc++;
  rjt_push_frame (f->tap, &f->source, FALSE, 2000 * MS);
  g_assert_cmpuint (f->n_gaps, ==, 0);
  rjt_push_frame (f->tap, &f->source, TRUE, 2030 * MS);
  g_assert_cmpuint (f->n_gaps, ==, 1);
  g_assert_cmpint (f->gap.next_frame_us, ==, 2000 * MS);
}

static void
test_incomplete_frames_do_not_end_a_gap (Fixture *f, gconstpointer unused)
{
  rjt_push_frame (f->tap, &f->source, TRUE, 1000 * MS);
  for (guint i = 0; i < 30; i++) {
    g_autoptr (GPtrArray) packets = rjt_rtp_source_make_frame (&f->source, TRUE, 3000);

    push_video (f, packets, 0, (1000 + 33 * i) * MS);
  }
  g_assert_cmpuint (f->n_gaps, ==, 0);
  rjt_push_frame (f->tap, &f->source, TRUE, 2000 * MS);
  g_assert_cmpuint (f->n_gaps, ==, 1);
  g_assert_cmpint (f->gap.last_frame_us, ==, 1000 * MS);
}

static void
test_gaps_in_a_row_are_told_each (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; i < 4; i++)
    rjt_push_frame (f->tap, &f->source, TRUE, i * 600 * MS + MS);
  g_assert_cmpuint (f->n_gaps, ==, 3);
}

static void
test_audio_beside_video_only_counts_packets (Fixture *f, gconstpointer unused)
{
  RjtRtpSource audio = { .ssrc = 99, .seq = 1 };

  for (guint i = 0; i < 10; i++) {
    g_autoptr (GBytes) packet = rjt_rtp_source_make_audio (&audio);

    rjt_push (f->tap, RJ_MEDIA_AUDIO, packet, (1 + i * 1000) * MS);
  }
  g_assert_cmpuint (read_counts (f).packets, ==, 10);
  g_assert_cmpint (read_counts (f).last_packet_us, ==, 9001 * MS);
  g_assert_cmpint (read_counts (f).first_frame_us, ==, 0);
  g_assert_cmpuint (f->n_first_packets, ==, 1);
  g_assert_cmpuint (f->n_first_key_frames, ==, 0);
  g_assert_cmpuint (f->n_gaps, ==, 0);
}

static void
test_audio_alone_is_judged_by_packets (Fixture *f, gconstpointer unused)
{
  RjtRtpSource audio = { .ssrc = 99, .seq = 1 };
  const gint64 times[] = { 1000, 1020, 1040, 1700, 1720 };

  make_tap (f, FALSE, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
    g_autoptr (GBytes) packet = rjt_rtp_source_make_audio (&audio);

    rjt_push (f->tap, RJ_MEDIA_AUDIO, packet, times[i] * MS);
  }
  g_assert_cmpint (f->first_key_frame_us, ==, 1000 * MS);
  g_assert_cmpuint (f->n_gaps, ==, 1);
  g_assert_cmpint (f->gap.last_frame_us, ==, 1040 * MS);
  g_assert_cmpint (f->gap.next_key_frame_us, ==, 1700 * MS);
  g_assert_cmpuint (read_counts (f).frames, ==, 0);
  g_assert_cmpint (read_counts (f).first_frame_us, ==, 1000 * MS);
  g_assert_cmpint (read_counts (f).last_frame_us, ==, 1720 * MS);
}

/* Each cut and each flipped byte of a good packet: nothing is read beyond its end (address sanitizer) */
static void
test_malformed_packets_do_no_harm (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) packets = rjt_rtp_source_make_frame (&f->source, TRUE, 40);
  gsize size;
  const guint8 *good = g_bytes_get_data (packets->pdata[0], &size);

  for (gsize cut = 0; cut <= size; cut++) {
    g_autofree guint8 *bytes = g_memdup2 (good, cut);

    rj_tap_push_rtp (f->tap, RJ_MEDIA_VIDEO_VP8, bytes, cut, MS);
  }
  for (gsize at = 0; at < size; at++) {
    for (guint bit = 0; bit < 8; bit++) {
      g_autofree guint8 *bytes = g_memdup2 (good, size);

      bytes[at] ^= (guint8) (1u << bit);
      rj_tap_push_rtp (f->tap, RJ_MEDIA_VIDEO_VP8, bytes, size, MS);
    }
  }
}

static void
test_headers_are_read_as_they_come (Fixture *f, gconstpointer unused)
{
  /* two contributing sources, a header extension of one word, four bytes of padding; a VP8 descriptor with
   * everything: X, S; I L T; picture id of 7 bits, TL0PICIDX, TID */
  static const guint8 packet[] = { 0xb2, 0xe0, 0,    1, 0,    0,    0,    1,    0, 0, 0, 2, 0, 0,
                                   0,    3,    0,    0, 0,    4,    0xbe, 0xde, 0, 1, 1, 2, 3, 4,
                                   0x90, 0xe0, 0x11, 1, 0x20, 0x10, 9,    9,    0, 0, 0, 4 };

  rj_tap_push_rtp (f->tap, RJ_MEDIA_VIDEO_VP8, packet, sizeof packet, MS);
  g_assert_cmpuint (read_counts (f).frames, ==, 1);
  g_assert_cmpuint (read_counts (f).key_frames, ==, 1);
  g_assert_cmpuint (read_counts (f).foreign_frames, ==, 1);
}

static void
test_what_is_no_rtp_is_not_counted (Fixture *f, gconstpointer unused)
{
  guint8 bytes[40] = { 0x40 };

  rj_tap_push_rtp (f->tap, RJ_MEDIA_VIDEO_VP8, bytes, sizeof bytes, MS);
  bytes[0] = 0x8f; /* fifteen contributing sources do not fit */
  rj_tap_push_rtp (f->tap, RJ_MEDIA_VIDEO_VP8, bytes, sizeof bytes, MS);
  bytes[0] = 0xa0; /* padding of no length */
  rj_tap_push_rtp (f->tap, RJ_MEDIA_VIDEO_VP8, bytes, sizeof bytes, MS);
  bytes[sizeof bytes - 1] = 200; /* more padding than packet */
  rj_tap_push_rtp (f->tap, RJ_MEDIA_VIDEO_VP8, bytes, sizeof bytes, MS);
  g_assert_cmpuint (read_counts (f).packets, ==, 0);
}

#define ADD(name) g_test_add ("/media/tap/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (nothing_yet);
  ADD (frames_are_counted);
  ADD (firsts_are_told_once);
  ADD (a_stamp_may_straddle_packets);
  ADD (a_stamp_may_be_spread_over_many_packets);
  ADD (a_single_packet_makes_a_frame);
  ADD (a_frame_is_complete_when_its_last_packet_came);
  ADD (frames_may_be_mixed_up);
  ADD (duplicates_make_no_frame);
  ADD (a_lost_packet_costs_its_frame);
  ADD (sequence_numbers_wrap);
  ADD (packets_before_the_first_one_count);
  ADD (another_sender_begins_anew);
  ADD (a_jump_of_the_numbers_is_no_loss);
  ADD (stamps_are_judged);
  ADD (an_unknown_publisher_is_never_wrong);
  ADD (a_stamp_of_another_clock_gives_no_latency);
  ADD (a_gap_ends_with_the_next_frame_when_nothing_is_lost);
  ADD (a_pause_below_the_limit_is_no_gap);
  ADD (after_a_loss_a_gap_ends_with_a_key_frame);
  ADD (after_another_sender_a_gap_ends_with_a_key_frame);
  ADD (incomplete_frames_do_not_end_a_gap);
  ADD (gaps_in_a_row_are_told_each);
  ADD (audio_beside_video_only_counts_packets);
  ADD (audio_alone_is_judged_by_packets);
  ADD (malformed_packets_do_no_harm);
  ADD (headers_are_read_as_they_come);
  ADD (what_is_no_rtp_is_not_counted);
  return g_test_run ();
}
