#include "rj-picture-judge.h"

#include <string.h>

/* Video range: black is 16 (ITU-R BT.601). Coding noise stays below the limits. */
#define BLACK_MEAN   24
#define BLACK_BRIGHT 48
#define MOVE_STEP    24 /* a point that changed */
#define MOVE_POINTS  4  /* points that make a movement */
#define MIN_MOVES    3  /* a look is about 30 pictures */

/* The counter stands in the lowest rows and always changes: not looked at */
#define HIDDEN_ROWS 24

static void
sample (const RjPicture *picture, guint8 *points)
{
  guint height =
    picture->height > 2 * HIDDEN_ROWS ? picture->height - HIDDEN_ROWS : picture->height;

  for (guint y = 0; y < RJ_PICTURE_GRID; y++) {
    const guint8 *row = picture->luma + (gsize) (y * height / RJ_PICTURE_GRID) * picture->stride;

    for (guint x = 0; x < RJ_PICTURE_GRID; x++)
      points[y * RJ_PICTURE_GRID + x] = row[x * picture->width / RJ_PICTURE_GRID];
  }
}

static gboolean
is_black (const guint8 *points)
{
  guint sum = 0;
  guint brightest = 0;

  for (guint i = 0; i < RJ_PICTURE_GRID * RJ_PICTURE_GRID; i++) {
    sum += points[i];
    brightest = MAX (brightest, points[i]);
  }
  return sum / (RJ_PICTURE_GRID * RJ_PICTURE_GRID) < BLACK_MEAN && brightest < BLACK_BRIGHT;
}

static gboolean
is_move (const guint8 *before, const guint8 *after)
{
  guint n_changed = 0;

  for (guint i = 0; i < RJ_PICTURE_GRID * RJ_PICTURE_GRID; i++)
    n_changed += ABS ((int) before[i] - (int) after[i]) > MOVE_STEP;
  return n_changed >= MOVE_POINTS;
}

static void
judge_counter (RjPictureJudge *self, const RjPicture *picture)
{
  if (!picture->has_number)
    return;
  if (!picture->has_mark) {
    self->n_unmarked++;
  } else if (picture->mark != picture->wanted_mark) {
    if (self->n_wrong++ == 0) {
      self->first_wanted = picture->wanted_mark;
      self->first_seen = picture->mark;
    }
  }
}

void
rj_picture_judge_add (RjPictureJudge *self, const RjPicture *picture)
{
  guint8 points[RJ_PICTURE_GRID * RJ_PICTURE_GRID];

  sample (picture, points);
  self->n_black += is_black (points);
  if (self->n_pictures == 0) {
    memcpy (self->reference, points, sizeof points);
  } else if (is_move (self->reference, points)) {
    self->n_moves++;
    memcpy (self->reference, points, sizeof points);
  }
  self->n_pictures++;
  judge_counter (self, picture);
}

static char *
describe (const RjPictureJudge *self, const RjPictureCheck *check)
{
  if (self->n_pictures < 2)
    return g_strdup ("nothing could be decoded");
  if (check->black)
    return g_strdup ("the picture is black");
  if (!check->moving)
    return g_strdup ("the picture stands still");
  if (self->n_wrong > 0)
    return g_strdup_printf ("the picture shows frame %" G_GUINT64_FORMAT
                            " where its stamp says %" G_GUINT64_FORMAT,
                            self->first_seen, self->first_wanted);
  if (self->n_unmarked > 0)
    return g_strdup_printf ("%u of %u pictures show no counter", self->n_unmarked,
                            self->n_pictures);
  return NULL;
}

void
rj_picture_judge_conclude (const RjPictureJudge *self, RjPictureCheck *out)
{
  out->frames = self->n_pictures;
  out->black = self->n_pictures > 0 && self->n_black == self->n_pictures;
  out->moving = self->n_moves >= MIN (MIN_MOVES, MAX (self->n_pictures, 2) - 1);
  out->counter_ok = self->n_wrong == 0 && self->n_unmarked == 0;
  out->ok = self->n_pictures >= 2 && !out->black && out->moving && out->counter_ok;
  out->detail = describe (self, out);
}
