/* When publishers are asked: 4-20 ms after the need, and 210-280 ms later once more */
#include "rj-key-frames.h"

typedef struct {
  RjClock *clock;
  RjDice *dice;
  RjKeyFrames *key_frames;
  GArray *asked; /* times */
} Fixture;

static void
on_ask (gpointer user_data)
{
  Fixture *f = user_data;
  gint64 now_us = rj_clock_now_us (f->clock);

  g_array_append_val (f->asked, now_us);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->clock = rj_fake_clock_new (0);
  f->dice = rj_dice_new (4);
  f->key_frames = rj_key_frames_new (f->clock, f->dice, on_ask, f);
  f->asked = g_array_new (FALSE, FALSE, sizeof (gint64));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rj_key_frames_free (f->key_frames);
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (f->clock)), ==, 0);
  rj_dice_free (f->dice);
  g_object_unref (f->clock);
  g_array_unref (f->asked);
}

static void
test_twice_per_need (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; i < 50; i++) {
    gint64 first_us;
    gint64 again_us;
    gint64 start_us = rj_clock_now_us (f->clock);

    rj_key_frames_want (f->key_frames);
    rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), G_USEC_PER_SEC);
    g_assert_cmpuint (f->asked->len, ==, 2);
    first_us = g_array_index (f->asked, gint64, 0);
    again_us = g_array_index (f->asked, gint64, 1);
    g_assert_cmpint (first_us - start_us, >=, 4000);
    g_assert_cmpint (first_us - start_us, <=, 20000);
    g_assert_cmpint (again_us - first_us, >=, 210000);
    g_assert_cmpint (again_us - first_us, <=, 280000);
    g_array_set_size (f->asked, 0);
  }
}

/* Six subscribers at once: still two */
static void
test_needs_in_between_share_the_second (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; i < 6; i++) {
    rj_key_frames_want (f->key_frames);
    rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 30000);
  }
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), G_USEC_PER_SEC);
  g_assert_cmpuint (f->asked->len, ==, 2);
  rj_key_frames_want (f->key_frames);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), G_USEC_PER_SEC);
  g_assert_cmpuint (f->asked->len, ==, 4);
}

static void
test_end_with_a_timer (Fixture *f, gconstpointer unused)
{
  rj_key_frames_want (f->key_frames); /* tear_down looks for what is left */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func)                                                                            \
  g_test_add ("/node/key-frames/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("twice-per-need", test_twice_per_need);
  ADD ("needs-in-between-share-the-second", test_needs_in_between_share_the_second);
  ADD ("end-with-a-timer", test_end_with_a_timer);
  return g_test_run ();
}
