/* Judges decoded pictures of one stream: not black, moving, showing the right counter. Pure; one thread. */
#pragma once

#include "rj-peer.h"

G_BEGIN_DECLS

/* Points that are looked at, in each direction */
#define RJ_PICTURE_GRID 48

/* One decoded picture */
typedef struct {
  const guint8 *luma; /* 8 bits, video range */
  guint width, height, stride;
  gboolean has_number; /* the frame carried a stamp of this run */
  guint64 wanted_mark; /* what the counter must show then */
  gboolean has_mark;   /* a counter was seen */
  guint64 mark;
} RjPicture;

typedef struct {
  guint n_pictures, n_black, n_moves, n_wrong;
  guint n_unmarked;                 /* of those that should have a counter */
  guint64 first_wanted, first_seen; /* of the first wrong one */
  /* the first picture, and then the last one that differed: slow movements add up */
  guint8 reference[RJ_PICTURE_GRID * RJ_PICTURE_GRID];
} RjPictureJudge;

void rj_picture_judge_add (RjPictureJudge *self, const RjPicture *picture);

/* @out: detail is (transfer full) */
void rj_picture_judge_conclude (const RjPictureJudge *self, RjPictureCheck *out);

G_END_DECLS
