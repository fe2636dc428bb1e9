/* When a publisher is asked for a key frame, as Kurento does it: once 4-20 ms after somebody needs one, and once
 * more 210-280 ms later; whoever comes in between is served by the second. In the thread of its clock. */
#pragma once

#include "rj-clock.h"
#include "rj-dice.h"

G_BEGIN_DECLS

typedef struct _RjKeyFrames RjKeyFrames;

typedef void (*RjKeyFramesFunc) (gpointer user_data);

/* @dice: borrowed. @ask: sends one request. Returns: (transfer full) */
RjKeyFrames *
rj_key_frames_new (RjClock *clock, RjDice *dice, RjKeyFramesFunc ask, gpointer user_data);
void rj_key_frames_free (RjKeyFrames *self);

/* Somebody needs a key frame. */
void rj_key_frames_want (RjKeyFrames *self);

G_END_DECLS
