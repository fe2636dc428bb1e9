#include "rj-cursor.h"

#define FPS      30
#define N_FRAMES (4 * FPS)
#define FRAME_US (G_USEC_PER_SEC / FPS)
#define START_US (1000 * G_USEC_PER_SEC)

static gboolean keys[N_FRAMES];

static void
set_up (RjCursor *cursor)
{
  for (guint i = 0; i < N_FRAMES; i++)
    keys[i] = i % FPS == 0;
  rj_cursor_init (cursor, N_FRAMES, keys, FPS, START_US);
}

/* Takes the next frame when it is due */
static guint64
take (RjCursor *cursor)
{
  return rj_cursor_take (cursor, rj_cursor_get_due_us (cursor));
}

static guint64
take_n (RjCursor *cursor, guint n)
{
  guint64 frame = 0;

  for (guint i = 0; i < n; i++)
    frame = take (cursor);
  return frame;
}

static void
test_it_begins_with_frame_0_and_goes_round (void)
{
  RjCursor cursor;

  set_up (&cursor);
  g_assert_cmpint (rj_cursor_get_due_us (&cursor), ==, START_US);
  for (guint64 i = 0; i < 3 * N_FRAMES; i++)
    g_assert_cmpuint (take (&cursor), ==, i);
}

static void
test_due_times_do_not_drift (void)
{
  RjCursor cursor;

  set_up (&cursor);
  take_n (&cursor, 30 * 3600);
  g_assert_cmpint (rj_cursor_get_due_us (&cursor), ==, START_US + 3600 * (gint64) G_USEC_PER_SEC);
}

static void
test_a_request_makes_the_next_frame_a_key_frame (void)
{
  RjCursor cursor;
  guint64 frame;

  set_up (&cursor);
  take_n (&cursor, 5);
  rj_cursor_want_key (&cursor);
  frame = take (&cursor);
  g_assert_cmpuint (frame, ==, 30);
  g_assert_true (keys[frame % N_FRAMES]);
  g_assert_cmpuint (take (&cursor), ==, 31);
  /* it was due where frame 5 would have been */
  g_assert_cmpint (rj_cursor_get_due_us (&cursor), ==, START_US + 7 * G_USEC_PER_SEC / FPS);
}

static void
test_the_last_second_jumps_to_the_beginning (void)
{
  RjCursor cursor;

  set_up (&cursor);
  g_assert_cmpuint (take_n (&cursor, 100), ==, 99);
  rj_cursor_want_key (&cursor);
  g_assert_cmpuint (take (&cursor), ==, N_FRAMES);
}

/* Takes frames until one is a key frame out of the row. Returns: how long after @since_us it was due */
static gint64
wait_for_jump (RjCursor *cursor, guint64 frame, gint64 since_us)
{
  for (guint i = 0; i < FPS; i++) {
    gint64 due_us = rj_cursor_get_due_us (cursor);
    guint64 next = take (cursor);

    if (next != frame + 1)
      return due_us - since_us;
    frame = next;
  }
  return -1;
}

static void
test_an_answer_has_echoes (void)
{
  RjCursor cursor;
  gint64 asked_us;

  set_up (&cursor);
  take_n (&cursor, 2);
  rj_cursor_want_key (&cursor);
  asked_us = rj_cursor_get_due_us (&cursor);
  g_assert_cmpuint (take (&cursor), ==, 30);
  for (gint64 i = 1; i <= RJ_CURSOR_N_ECHOES; i++) {
    gint64 jump_us = wait_for_jump (&cursor, cursor.frame - 1, asked_us);

    g_assert_cmpint (jump_us, >=, i * RJ_CURSOR_ECHO_US);
    g_assert_cmpint (jump_us, <=, i * (RJ_CURSOR_ECHO_US + FRAME_US));
  }
  /* then only the clip's own ones, until somebody asks again */
  g_assert_cmpint (wait_for_jump (&cursor, cursor.frame - 1, asked_us), ==, -1);
}

/* The pacer was late with the answer and is on time again: the echo is still two frames later, not three. */
static void
test_an_echo_does_not_miss_its_frame (void)
{
  RjCursor cursor;
  gint64 asked_us;

  set_up (&cursor);
  take_n (&cursor, 2);
  rj_cursor_want_key (&cursor);
  asked_us = rj_cursor_get_due_us (&cursor);
  g_assert_cmpuint (rj_cursor_take (&cursor, asked_us + 10 * 1000), ==, 30);
  g_assert_cmpint (wait_for_jump (&cursor, cursor.frame - 1, asked_us), <=, 2 * FRAME_US + 1);
}

static void
test_requests_in_a_row_wait_for_the_limit (void)
{
  RjCursor cursor;
  gint64 asked_us, jump_us = 0;
  guint n_jumps = 0;

  set_up (&cursor);
  take_n (&cursor, 2);
  rj_cursor_want_key (&cursor);
  asked_us = rj_cursor_get_due_us (&cursor);
  take (&cursor);
  while (rj_cursor_get_due_us (&cursor) < asked_us + RJ_CURSOR_REST_US - FRAME_US) {
    guint64 frame = cursor.frame;
    gint64 due_us = rj_cursor_get_due_us (&cursor);

    rj_cursor_want_key (&cursor);
    if (take (&cursor) == frame)
      continue;
    g_assert_cmpint (due_us - asked_us - jump_us, >=, RJ_CURSOR_ECHO_US);
    jump_us = due_us - asked_us;
    n_jumps++;
  }
  /* the echoes, then one for each limit */
  g_assert_cmpuint (n_jumps, >=, 3);
  g_assert_cmpuint (n_jumps, <=, RJ_CURSOR_N_ECHOES + RJ_CURSOR_REST_US / RJ_CURSOR_KEY_LIMIT_US);
}

static void
test_a_key_frame_that_comes_anyway_serves_a_request (void)
{
  RjCursor cursor;

  set_up (&cursor);
  take_n (&cursor, 30);
  rj_cursor_want_key (&cursor);
  g_assert_cmpuint (take (&cursor), ==, 30);
  g_assert_cmpuint (take (&cursor), ==, 31);
  /* and does not hold the next one up */
  rj_cursor_want_key (&cursor);
  g_assert_cmpuint (take (&cursor), ==, 60);
}

static void
test_late_by_little_catches_up (void)
{
  RjCursor cursor;

  set_up (&cursor);
  take (&cursor);
  rj_cursor_take (&cursor, START_US + G_USEC_PER_SEC / 2);
  g_assert_cmpint (rj_cursor_get_due_us (&cursor), ==, START_US + 2 * G_USEC_PER_SEC / FPS);
}

static void
test_late_by_much_leaves_times_out_but_no_frame (void)
{
  RjCursor cursor;
  gint64 now_us = START_US + 100 * (gint64) G_USEC_PER_SEC;

  set_up (&cursor);
  take (&cursor);
  g_assert_cmpuint (rj_cursor_take (&cursor, now_us), ==, 1);
  g_assert_cmpint (rj_cursor_get_due_us (&cursor), >=, now_us - FRAME_US);
  g_assert_cmpint (rj_cursor_get_due_us (&cursor), <=, now_us + FRAME_US);
  g_assert_cmpuint (take (&cursor), ==, 2);
}

static void
test_audio_has_no_key_frames (void)
{
  RjCursor cursor;

  rj_cursor_init (&cursor, 200, NULL, 50, START_US);
  take_n (&cursor, 3);
  rj_cursor_want_key (&cursor);
  g_assert_cmpuint (take (&cursor), ==, 3);
  g_assert_cmpint (rj_cursor_get_due_us (&cursor), ==, START_US + 4 * 20000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/cursor/begins-with-frame-0", test_it_begins_with_frame_0_and_goes_round);
  g_test_add_func ("/media/cursor/due-times-do-not-drift", test_due_times_do_not_drift);
  g_test_add_func ("/media/cursor/request-makes-a-key-frame",
                   test_a_request_makes_the_next_frame_a_key_frame);
  g_test_add_func ("/media/cursor/last-second-jumps-to-the-beginning",
                   test_the_last_second_jumps_to_the_beginning);
  g_test_add_func ("/media/cursor/answer-has-echoes", test_an_answer_has_echoes);
  g_test_add_func ("/media/cursor/echo-does-not-miss-its-frame",
                   test_an_echo_does_not_miss_its_frame);
  g_test_add_func ("/media/cursor/requests-in-a-row-wait",
                   test_requests_in_a_row_wait_for_the_limit);
  g_test_add_func ("/media/cursor/a-key-frame-that-comes-anyway",
                   test_a_key_frame_that_comes_anyway_serves_a_request);
  g_test_add_func ("/media/cursor/late-by-little", test_late_by_little_catches_up);
  g_test_add_func ("/media/cursor/late-by-much", test_late_by_much_leaves_times_out_but_no_frame);
  g_test_add_func ("/media/cursor/audio", test_audio_has_no_key_frames);
  return g_test_run ();
}
