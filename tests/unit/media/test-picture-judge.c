#include "rj-picture-judge.h"

#include <string.h>

#define WIDTH  160
#define HEIGHT 120

typedef struct {
  RjPictureJudge judge;
  guint8 luma[WIDTH * HEIGHT];
  RjPicture picture;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  memset (&f->judge, 0, sizeof f->judge);
  f->picture = (RjPicture){
    .luma = f->luma,
    .width = WIDTH,
    .height = HEIGHT,
    .stride = WIDTH,
    .has_number = TRUE,
    .has_mark = TRUE,
  };
}

/* A grey ramp that is shifted by @shift */
static void
paint (Fixture *f, guint shift)
{
  for (guint i = 0; i < WIDTH * HEIGHT; i++)
    f->luma[i] = (guint8) (16 + (i + shift) % 200);
}

static void
show (Fixture *f, guint number)
{
  f->picture.wanted_mark = number;
  f->picture.mark = number;
  rj_picture_judge_add (&f->judge, &f->picture);
}

static void
expect (
  Fixture *f, gboolean ok, gboolean black, gboolean moving, gboolean counter, const char *says)
{
  RjPictureCheck check = { 0 };

  rj_picture_judge_conclude (&f->judge, &check);
  g_assert_cmpint (check.ok, ==, ok);
  g_assert_cmpint (check.black, ==, black);
  g_assert_cmpint (check.moving, ==, moving);
  g_assert_cmpint (check.counter_ok, ==, counter);
  if (says == NULL)
    g_assert_null (check.detail);
  else
    g_assert_nonnull (strstr (check.detail, says));
  g_free (check.detail);
}

static void
test_a_moving_picture_is_fine (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; i < 30; i++) {
    paint (f, i * 30);
    show (f, i);
  }
  expect (f, TRUE, FALSE, TRUE, TRUE, NULL);
}

static void
test_black_is_seen (Fixture *f, gconstpointer unused)
{
  memset (f->luma, 18, sizeof f->luma);
  for (guint i = 0; i < 30; i++)
    show (f, i);
  expect (f, FALSE, TRUE, FALSE, TRUE, "black");
}

static void
test_standing_still_is_seen (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; i < 30; i++) {
    paint (f, 0);
    for (guint at = 0; at < sizeof f->luma; at += 3)
      f->luma[at] = (guint8) (f->luma[at] + i % 2 * 5); /* coding noise */
    /* the counter changes in the lowest rows */
    memset (f->luma + (HEIGHT - 16) * WIDTH, i % 2 ? 235 : 16, 16 * WIDTH);
    show (f, i);
  }
  expect (f, FALSE, FALSE, FALSE, TRUE, "stands still");
}

static void
test_a_wrong_counter_is_seen (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; i < 30; i++) {
    paint (f, i * 30);
    f->picture.wanted_mark = i;
    f->picture.mark = i == 20 ? 99 : i;
    rj_picture_judge_add (&f->judge, &f->picture);
  }
  expect (f, FALSE, FALSE, TRUE, FALSE, "frame 99 where its stamp says 20");
}

static void
test_a_missing_counter_is_seen (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; i < 30; i++) {
    paint (f, i * 30);
    f->picture.has_mark = i != 3;
    show (f, i);
  }
  expect (f, FALSE, FALSE, TRUE, FALSE, "1 of 30");
}

static void
test_foreign_pictures_need_no_counter (Fixture *f, gconstpointer unused)
{
  f->picture.has_number = FALSE;
  f->picture.has_mark = FALSE;
  for (guint i = 0; i < 30; i++) {
    paint (f, i * 30);
    show (f, i);
  }
  expect (f, TRUE, FALSE, TRUE, TRUE, NULL);
}

static void
test_nothing_is_not_fine (Fixture *f, gconstpointer unused)
{
  expect (f, FALSE, FALSE, FALSE, TRUE, "nothing");
}

/* A small thing that moves in a picture that stands still, as cameras see it */
static void
test_a_small_movement_is_enough (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; i < 30; i++) {
    memset (f->luma, 100, sizeof f->luma);
    for (guint y = 40; y < 56; y++)
      memset (f->luma + y * WIDTH + i * 4, 200, 16);
    show (f, i);
  }
  expect (f, TRUE, FALSE, TRUE, TRUE, NULL);
}

/* No two pictures differ by much, the first and the last do */
static void
test_a_slow_movement_is_enough (Fixture *f, gconstpointer unused)
{
  for (guint i = 0; i < 30; i++) {
    memset (f->luma, (int) (60 + 4 * i), sizeof f->luma);
    show (f, i);
  }
  expect (f, TRUE, FALSE, TRUE, TRUE, NULL);
}

#define ADD(name)                                                                                  \
  g_test_add ("/media/picture-judge/" #name, Fixture, NULL, set_up, test_##name, NULL)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (a_moving_picture_is_fine);
  ADD (black_is_seen);
  ADD (standing_still_is_seen);
  ADD (a_wrong_counter_is_seen);
  ADD (a_missing_counter_is_seen);
  ADD (foreign_pictures_need_no_counter);
  ADD (nothing_is_not_fine);
  ADD (a_small_movement_is_enough);
  ADD (a_slow_movement_is_enough);
  return g_test_run ();
}
