/* What the tap says of losses, order, jitter and rates, against figures worked out here another way */
#include <math.h>

#include "rj-tap.h"
#include "rjt-rtp-source.h"

#define RUN       0x1111
#define PUBLISHER 7
#define MS        1000
#define FRAME_US  33333
#define START_US  (5000 * MS)

typedef struct {
  RjTap *tap;
  RjtRtpSource source;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  const RjTapConfig config = { TRUE, RUN, PUBLISHER, TRUE, 500 * MS, START_US };

  f->source = (RjtRtpSource){ .ssrc = 42,
                              .seq = 65530,
                              .timestamp = G_MAXUINT32 - 5000, /* wraps */
                              .max_payload = 1000,
                              .stamp = { RUN, PUBLISHER, 0, 0 } };
  f->tap = rj_tap_new (&config, NULL, NULL);
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

static GPtrArray *
make_packets (Fixture *f, guint n)
{
  GPtrArray *packets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (guint i = 0; i < n; i++) {
    g_autoptr (GPtrArray) frame = rjt_rtp_source_make_frame (&f->source, i == 0, 500);

    g_assert_cmpuint (frame->len, ==, 1);
    g_ptr_array_add (packets, g_bytes_ref (frame->pdata[0]));
  }
  return packets;
}

static void
push (Fixture *f, GPtrArray *packets, guint index, gint64 at_us)
{
  rjt_push (f->tap, RJ_MEDIA_VIDEO_VP8, packets->pdata[index], at_us);
}

static void
test_nothing_is_wrong_with_a_steady_stream (Fixture *f, gconstpointer unused)
{
  RjTapCounts counts;

  for (guint i = 0; i <= 300; i++)
    rjt_push_frame (f->tap, &f->source, i == 0, START_US + (gint64) i * FRAME_US);
  counts = read_counts (f);
  g_assert_cmpuint (counts.lost_packets, ==, 0);
  g_assert_cmpuint (counts.sequence_gaps, ==, 0);
  g_assert_cmpuint (counts.duplicates, ==, 0);
  g_assert_cmpuint (counts.reordered, ==, 0);
  g_assert_cmpfloat (counts.jitter_max_ms, <, 0.02); /* 33333 µs are not 3000 ticks to the tick */
  g_assert_cmpuint (counts.played_frames, ==, 300);
  g_assert_cmpint (counts.playing_us, ==, 300 * FRAME_US);
  g_assert_cmpint (counts.receiving_us, ==, 300 * FRAME_US);
}

static void
test_losses_and_order (Fixture *f, gconstpointer unused)
{
  /* 3 and 4 are lost, 7 comes after 8, 9 twice */
  static const guint order[] = { 0, 1, 2, 5, 6, 8, 7, 9, 9, 10 };
  g_autoptr (GPtrArray) packets = make_packets (f, 11);
  RjTapCounts counts;

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    push (f, packets, order[i], START_US + (gint64) i * FRAME_US);
  counts = read_counts (f);
  g_assert_cmpuint (counts.packets, ==, 10);
  g_assert_cmpuint (counts.lost_packets, ==, 2);
  g_assert_cmpuint (counts.sequence_gaps, ==, 2); /* 2 to 5, and 6 to 8 */
  g_assert_cmpuint (counts.duplicates, ==, 1);
  g_assert_cmpuint (counts.reordered, ==, 1);
}

/* The text of the RFC, in seconds and floating point */
static void
compute_jitter (const double *arrivals, const double *stamps, guint n, double *mean, double *max)
{
  double j = 0, sum = 0;

  *max = 0;
  for (guint i = 1; i < n; i++) {
    double d = (arrivals[i] - arrivals[i - 1]) - (stamps[i] - stamps[i - 1]);

    j = j + (fabs (d) - j) / 16;
    sum += j;
    *max = fmax (*max, j);
  }
  *mean = sum / (n - 1);
}

static void
test_jitter (Fixture *f, gconstpointer unused)
{
  static const int late_ms[] = { 0, 12, 3, 0, 45, 1, 7, 0, 0, 20, 2, 9, 31, 0, 5, 5 };
  enum { N = 200 };
  g_autoptr (GPtrArray) packets = make_packets (f, N);
  double arrivals[N], stamps[N], mean, max;
  RjTapCounts counts;

  for (guint i = 0; i < N; i++) {
    gint64 at_us =
      START_US + (gint64) i * FRAME_US + late_ms[(i * 7) % G_N_ELEMENTS (late_ms)] * MS;

    arrivals[i] = (double) at_us / 1e6;
    stamps[i] = i * 3000 / 90000.0;
    push (f, packets, i, at_us);
  }
  compute_jitter (arrivals, stamps, N, &mean, &max);
  counts = read_counts (f);
  g_assert_cmpfloat (mean, >, 0.005);
  g_assert_cmpfloat_with_epsilon (counts.jitter_ms, mean * 1000, 0.05);
  g_assert_cmpfloat_with_epsilon (counts.jitter_max_ms, max * 1000, 0.05);
}

static void
test_jitter_begins_anew_with_another_sender (Fixture *f, gconstpointer unused)
{
  gint64 at_us = START_US;

  for (guint i = 0; i < 30; i++, at_us += FRAME_US)
    rjt_push_frame (f->tap, &f->source, i == 0, at_us);
  f->source.ssrc = 77;
  f->source.timestamp = 1234567;
  for (guint i = 0; i < 30; i++, at_us += FRAME_US)
    rjt_push_frame (f->tap, &f->source, i == 0, at_us);
  f->source.timestamp += 90000 * 3600; /* the same sender says so, and another clock */
  for (guint i = 0; i < 30; i++, at_us += FRAME_US)
    rjt_push_frame (f->tap, &f->source, i == 0, at_us);
  g_assert_cmpfloat (read_counts (f).jitter_max_ms, <, 0.02);
}

static void
test_one_packet_has_no_jitter (Fixture *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) packets = make_packets (f, 1);

  g_assert_cmpfloat (read_counts (f).jitter_ms, ==, -1);
  push (f, packets, 0, START_US);
  g_assert_cmpfloat (read_counts (f).jitter_ms, ==, -1);
}

static void
test_gaps_are_no_time_of_playing (Fixture *f, gconstpointer unused)
{
  gint64 at_us = START_US;
  RjTapCounts counts;

  for (guint i = 0; i < 31; i++, at_us += FRAME_US)
    rjt_push_frame (f->tap, &f->source, i == 0, at_us);
  at_us += 3000 * MS;
  for (guint i = 0; i < 31; i++, at_us += FRAME_US)
    rjt_push_frame (f->tap, &f->source, i == 0, at_us);
  counts = read_counts (f);
  g_assert_cmpuint (counts.played_frames, ==, 60);
  g_assert_cmpint (counts.playing_us, ==, 60 * FRAME_US);
  g_assert_cmpint (counts.receiving_us, ==, 60 * FRAME_US);
}

#define ADD(name)                                                                                  \
  g_test_add ("/media/tap-quality/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (nothing_is_wrong_with_a_steady_stream);
  ADD (losses_and_order);
  ADD (jitter);
  ADD (jitter_begins_anew_with_another_sender);
  ADD (one_packet_has_no_jitter);
  ADD (gaps_are_no_time_of_playing);
  return g_test_run ();
}
