#include "rj-frame-stamp.h"

#include <string.h>

static const RjFrameStamp stamp = { 0x1234, 0xfedc, 0x01020304, 0xa0b0c0d0 };

static void
test_a_stamp_comes_back (void)
{
  guint8 bytes[RJ_FRAME_STAMP_SIZE];
  RjFrameStamp read;

  rj_frame_stamp_write (&stamp, bytes);
  g_assert_true (rj_frame_stamp_read (bytes, sizeof bytes, &read));
  g_assert_cmpuint (read.run_hash, ==, stamp.run_hash);
  g_assert_cmpuint (read.publisher, ==, stamp.publisher);
  g_assert_cmpuint (read.frame, ==, stamp.frame);
  g_assert_cmpuint (read.ms, ==, stamp.ms);
}

static void
test_the_bytes_are_big_endian (void)
{
  const guint8 wanted[] = { 'R', 'J', 'S', '1', 0x12, 0x34, 0xfe, 0xdc,
                            1,   2,   3,   4,   0xa0, 0xb0, 0xc0, 0xd0 };
  guint8 bytes[RJ_FRAME_STAMP_SIZE];

  rj_frame_stamp_write (&stamp, bytes);
  g_assert_cmpmem (bytes, sizeof bytes, wanted, sizeof wanted);
}

static void
test_it_is_read_at_the_end (void)
{
  guint8 frame[100] = { 0 };
  RjFrameStamp read;

  rj_frame_stamp_write (&stamp, frame + sizeof frame - RJ_FRAME_STAMP_SIZE);
  g_assert_true (rj_frame_stamp_read (frame, sizeof frame, &read));
  g_assert_false (rj_frame_stamp_read (frame, sizeof frame - 1, &read));
}

static void
test_what_is_no_stamp_is_refused (void)
{
  guint8 bytes[RJ_FRAME_STAMP_SIZE];
  RjFrameStamp read;

  rj_frame_stamp_write (&stamp, bytes);
  g_assert_false (rj_frame_stamp_read (bytes + 1, sizeof bytes - 1, &read));
  g_assert_false (rj_frame_stamp_read (bytes, 0, &read));
  bytes[3] = '2';
  g_assert_false (rj_frame_stamp_read (bytes, sizeof bytes, &read));
}

static void
test_runs_have_different_hashes (void)
{
  g_autoptr (GHashTable) hashes = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < 50; i++) {
    g_autofree char *run = g_strdup_printf ("run-%u", i);

    g_hash_table_add (hashes, GUINT_TO_POINTER ((guint) rj_frame_stamp_hash_run (run) + 1));
  }
  g_assert_cmpuint (g_hash_table_size (hashes), >=, 48);
  g_assert_cmpuint (rj_frame_stamp_hash_run ("a"), ==, rj_frame_stamp_hash_run ("a"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/frame-stamp/a-stamp-comes-back", test_a_stamp_comes_back);
  g_test_add_func ("/media/frame-stamp/the-bytes-are-big-endian", test_the_bytes_are_big_endian);
  g_test_add_func ("/media/frame-stamp/it-is-read-at-the-end", test_it_is_read_at_the_end);
  g_test_add_func ("/media/frame-stamp/what-is-no-stamp-is-refused",
                   test_what_is_no_stamp_is_refused);
  g_test_add_func ("/media/frame-stamp/runs-have-different-hashes",
                   test_runs_have_different_hashes);
  return g_test_run ();
}
