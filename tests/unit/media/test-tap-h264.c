/* H.264 in RTP packets (RFC 6184): which packets make a frame, and packets that lie about what they hold. */
#include "rj-tap-h264.h"

#include <string.h>

#include "rj-frame-builder.h"
#include "rj-tap.h"

static const RjFrameStamp stamp = { 0x1234, 7, 42, 1000 };

static const guint8 sps[] = { 0x67, 0x42, 0xc0, 0x1e };
static const guint8 pps[] = { 0x68, 0xce, 0x3c };
static const guint8 first_slice[] = { 0x41, 0x9a, 0x01 };  /* first_mb_in_slice 0 */
static const guint8 second_slice[] = { 0x41, 0x42, 0x01 }; /* another macroblock */
static const guint8 idr[] = { 0x65, 0x88, 0x84 };

typedef struct {
  RjFrameBuilder *builder;
  guint32 timestamp;
  gint64 number;
  guint n_frames;
  RjBuiltFrame frame; /* the last one */
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->builder = rj_frame_builder_new ();
  f->number = 1000;
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rj_frame_builder_free (f->builder);
}

static gboolean
parse (const guint8 *payload, gsize size, RjTapH264 *out)
{
  /* a copy of exactly this size: the address sanitizer sees who reads on */
  g_autofree guint8 *copy = g_memdup2 (payload, size);
  const RjTapPacket packet = { .payload = copy, .payload_size = size };

  return rj_tap_packet_parse_h264 (&packet, out);
}

static void
push_at (Fixture *f, gint64 number, const guint8 *payload, gsize size, gboolean marker)
{
  const RjTapPacket packet = {
    .timestamp = f->timestamp, .marker = marker, .payload = payload, .payload_size = size
  };

  if (rj_frame_builder_push (f->builder, RJ_VIDEO_H264, &packet, number, &f->frame))
    f->n_frames++;
}

static void
push (Fixture *f, const guint8 *payload, gsize size, gboolean marker)
{
  push_at (f, f->number++, payload, size, marker);
  if (marker)
    f->timestamp += 3000;
}

#define PUSH(f, unit, marker) push (f, unit, sizeof unit, marker)

static void
push_fragment (Fixture *f, guint8 type, guint8 flags, gboolean marker)
{
  const guint8 payload[] = { 0x7c, (guint8) (flags | type), 0x88, 0x84 };

  PUSH (f, payload, marker);
}

static void
push_stamp (Fixture *f)
{
  guint8 sei[RJ_FRAME_STAMP_SEI_SIZE];

  rj_frame_stamp_write_sei (&stamp, sei);
  PUSH (f, sei, FALSE);
}

/* Returns: (transfer full): a STAP-A of sequence parameters, picture parameters and stamp */
static GByteArray *
make_aggregate (void)
{
  GByteArray *bytes = g_byte_array_new ();
  guint8 sei[RJ_FRAME_STAMP_SEI_SIZE];
  const struct {
    const guint8 *data;
    guint8 size;
  } units[] = { { sps, sizeof sps }, { pps, sizeof pps }, { sei, sizeof sei } };

  rj_frame_stamp_write_sei (&stamp, sei);
  g_byte_array_append (bytes, (const guint8[]){ 0x78 }, 1);
  for (guint i = 0; i < G_N_ELEMENTS (units); i++) {
    g_byte_array_append (bytes, (const guint8[]){ 0, units[i].size }, 2);
    g_byte_array_append (bytes, units[i].data, units[i].size);
  }
  return bytes;
}

static void
push_aggregate (Fixture *f)
{
  g_autoptr (GByteArray) bytes = make_aggregate ();

  push (f, bytes->data, bytes->len, FALSE);
}

static void
test_single_units (Fixture *f, gconstpointer unused)
{
  PUSH (f, sps, FALSE);
  PUSH (f, pps, FALSE);
  push_stamp (f);
  g_assert_cmpuint (f->n_frames, ==, 0);
  PUSH (f, idr, TRUE);
  g_assert_cmpuint (f->n_frames, ==, 1);
  g_assert_true (f->frame.is_key);
  g_assert_true (f->frame.has_stamp);
  g_assert_cmpuint (f->frame.stamp.frame, ==, stamp.frame);
  g_assert_cmpuint (f->frame.stamp.publisher, ==, stamp.publisher);
  push_stamp (f);
  PUSH (f, first_slice, TRUE);
  g_assert_cmpuint (f->n_frames, ==, 2);
  g_assert_false (f->frame.is_key);
  g_assert_true (f->frame.follows);
}

static void
test_aggregate_and_fragments (Fixture *f, gconstpointer unused)
{
  push_aggregate (f);
  push_fragment (f, 5, 0x80, FALSE);
  push_fragment (f, 5, 0, FALSE);
  g_assert_cmpuint (f->n_frames, ==, 0);
  push_fragment (f, 5, 0x40, TRUE);
  g_assert_cmpuint (f->n_frames, ==, 1);
  g_assert_true (f->frame.is_key);
  g_assert_true (f->frame.has_stamp);
}

static void
test_several_slices_are_one_frame (Fixture *f, gconstpointer unused)
{
  PUSH (f, first_slice, FALSE);
  PUSH (f, second_slice, TRUE);
  g_assert_cmpuint (f->n_frames, ==, 1);
  g_assert_false (f->frame.has_stamp);
}

static void
test_packets_may_be_mixed_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GByteArray) aggregate = make_aggregate ();
  const guint8 begin[] = { 0x7c, 0x85, 0x88 };
  const guint8 end[] = { 0x7c, 0x45, 0x01 };

  push_at (f, 12, end, sizeof end, TRUE);
  push_at (f, 10, aggregate->data, aggregate->len, FALSE);
  g_assert_cmpuint (f->n_frames, ==, 0);
  push_at (f, 11, begin, sizeof begin, FALSE);
  g_assert_cmpuint (f->n_frames, ==, 1);
  g_assert_true (f->frame.is_key);
}

static void
test_a_lost_packet_costs_its_frame (Fixture *f, gconstpointer unused)
{
  for (guint lost = 1; lost < 4; lost++) {
    push_aggregate (f);
    for (guint i = 1; i < 4; i++) {
      if (i == lost) {
        f->number++;
        f->timestamp += i == 3 ? 3000 : 0;
      } else {
        push_fragment (f, 5, i == 1 ? 0x80 : i == 3 ? 0x40 : 0, i == 3);
      }
    }
  }
  g_assert_cmpuint (f->n_frames, ==, 0);
  /* the middle of a slice is no beginning, even if nothing before it is known */
  push_fragment (f, 1, 0, FALSE);
  push_fragment (f, 1, 0x40, TRUE);
  PUSH (f, second_slice, TRUE);
  g_assert_cmpuint (f->n_frames, ==, 0);
  PUSH (f, first_slice, TRUE);
  g_assert_cmpuint (f->n_frames, ==, 1);
  g_assert_false (f->frame.follows);
}

/* No decoder can begin with it */
static void
test_an_idr_without_parameters_is_no_key_frame (Fixture *f, gconstpointer unused)
{
  PUSH (f, idr, TRUE);
  g_assert_cmpuint (f->n_frames, ==, 1);
  g_assert_false (f->frame.is_key);
  PUSH (f, sps, FALSE);
  PUSH (f, idr, TRUE);
  g_assert_false (f->frame.is_key);
  PUSH (f, pps, FALSE);
  PUSH (f, idr, TRUE);
  g_assert_true (f->frame.is_key);
  /* from now on they are known, as senders do not repeat them with every one */
  PUSH (f, idr, TRUE);
  g_assert_cmpuint (f->n_frames, ==, 4);
  g_assert_true (f->frame.is_key);
  rj_frame_builder_reset (f->builder);
  PUSH (f, idr, TRUE);
  g_assert_false (f->frame.is_key);
}

static void
test_what_is_no_h264_is_refused (void)
{
  static const struct {
    const char *name;
    gsize size;
    guint8 payload[8];
  } bad[] = {
    { "empty", 0, { 0 } },
    { "forbidden bit", 2, { 0xe5, 0x88 } },
    { "type 0", 2, { 0x60, 1 } },
    { "STAP-B", 4, { 0x79, 0, 1, 0x65 } },
    { "MTAP16", 4, { 0x7a, 0, 1, 0x65 } },
    { "FU-B", 4, { 0x7d, 0x85, 0, 1 } },
    { "type 30", 2, { 0x7e, 1 } },
    { "type 31", 2, { 0x7f, 1 } },
    { "aggregate of nothing", 1, { 0x78 } },
    { "aggregate, half a size", 2, { 0x78, 0 } },
    { "aggregate, empty unit", 3, { 0x78, 0, 0 } },
    { "aggregate, too long", 5, { 0x78, 0, 3, 0x67, 1 } },
    { "aggregate, huge", 5, { 0x78, 0xff, 0xff, 0x67, 1 } },
    { "aggregate, second too long", 6, { 0x78, 0, 1, 0x67, 0, 1 } },
    { "fragment without body", 2, { 0x7c, 0x85 } },
    { "fragment of start and end", 3, { 0x7c, 0xc5, 1 } },
    { "fragment of type 0", 3, { 0x7c, 0x80, 1 } },
    { "fragment of a STAP-A", 3, { 0x7c, 0x98, 1 } },
    { "fragment of a fragment", 3, { 0x7c, 0x9c, 1 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    RjTapH264 h264;

    if (parse (bad[i].payload, bad[i].size, &h264))
      g_error ("taken: %s", bad[i].name);
  }
}

/* Every cut and every flipped bit of a good packet: read or refused, never beyond its end */
static void
test_bent_packets_do_no_harm (void)
{
  g_autoptr (GByteArray) good = make_aggregate ();
  RjTapH264 h264;

  g_assert_true (parse (good->data, good->len, &h264));
  g_assert_true (h264.has_stamp && h264.has_sequence_parameters && h264.has_picture_parameters);
  for (gsize size = 0; size < good->len; size++)
    parse (good->data, size, &h264);
  for (guint bit = 0; bit < good->len * 8; bit++) {
    good->data[bit / 8] ^= (guint8) (1 << bit % 8);
    parse (good->data, good->len, &h264);
    good->data[bit / 8] ^= (guint8) (1 << bit % 8);
  }
}

static void
test_a_cut_stamp_is_none (void)
{
  guint8 sei[RJ_FRAME_STAMP_SEI_SIZE];
  RjFrameStamp read;

  rj_frame_stamp_write_sei (&stamp, sei);
  g_assert_true (rj_frame_stamp_find_sei (sei, sizeof sei, &read));
  g_assert_cmpmem (&read, sizeof read, &stamp, sizeof stamp);
  for (gsize size = 0; size + 1 < sizeof sei; size++)
    g_assert_false (rj_frame_stamp_find_sei (sei, size, &read));
  sei[30] = 'x';
  g_assert_false (rj_frame_stamp_find_sei (sei, sizeof sei, &read));
}

/* Nothing in it looks like a start code, whatever the numbers are (H.264, 7.4.1) */
static void
test_a_stamp_needs_no_escapes (void)
{
  static const RjFrameStamp zero = { 0 };
  guint8 sei[RJ_FRAME_STAMP_SEI_SIZE];

  rj_frame_stamp_write_sei (&zero, sei);
  for (gsize i = 0; i < sizeof sei; i++)
    g_assert_cmpuint (sei[i], !=, 0);
}

/* The tap tells the same of it as of VP8 */
static void
test_the_tap_counts_it (void)
{
  const RjTapConfig config = { TRUE, stamp.run_hash, stamp.publisher, TRUE, 500000, 0 };
  g_autoptr (RjTap) tap = rj_tap_new (&config, NULL, NULL);
  RjTapCounts counts;

  for (guint8 i = 0; i < 3; i++) {
    g_autoptr (GByteArray) bytes = g_byte_array_new ();
    g_autoptr (GByteArray) aggregate = make_aggregate ();
    const guint8 header[] = { 0x80, 102, 0, (guint8) (2 * i), 0, 0, 0, i, 0, 0, 0, 9 };
    const guint8 last[] = { 0x80, 0x80 | 102, 0, (guint8) (2 * i + 1), 0, 0, 0, i, 0, 0, 0, 9,
                            0x65, 0x88,       1 };

    g_byte_array_append (bytes, header, sizeof header);
    g_byte_array_append (bytes, aggregate->data, aggregate->len);
    rj_tap_push_rtp (tap, RJ_MEDIA_VIDEO_H264, bytes->data, bytes->len, 1000000 + i);
    rj_tap_push_rtp (tap, RJ_MEDIA_VIDEO_H264, last, sizeof last, 1000000 + i);
  }
  rj_tap_read (tap, &counts);
  g_assert_cmpuint (counts.frames, ==, 3);
  g_assert_cmpuint (counts.key_frames, ==, 3);
  g_assert_cmpuint (counts.stamped_frames, ==, 3);
  g_assert_cmpuint (counts.wrong_frames + counts.foreign_frames + counts.lost_packets, ==, 0);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *path;
    void (*test) (Fixture *f, gconstpointer unused);
  } tests[] = {
    { "/media/h264/single-units", test_single_units },
    { "/media/h264/aggregate", test_aggregate_and_fragments },
    { "/media/h264/slices", test_several_slices_are_one_frame },
    { "/media/h264/mixed-up", test_packets_may_be_mixed_up },
    { "/media/h264/lost", test_a_lost_packet_costs_its_frame },
    { "/media/h264/parameters", test_an_idr_without_parameters_is_no_key_frame },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].test, tear_down);
  g_test_add_func ("/media/h264/refused", test_what_is_no_h264_is_refused);
  g_test_add_func ("/media/h264/bent", test_bent_packets_do_no_harm);
  g_test_add_func ("/media/h264/stamp/cut", test_a_cut_stamp_is_none);
  g_test_add_func ("/media/h264/stamp/escapes", test_a_stamp_needs_no_escapes);
  g_test_add_func ("/media/h264/tap", test_the_tap_counts_it);
  return g_test_run ();
}
