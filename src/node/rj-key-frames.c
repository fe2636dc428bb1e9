#include "rj-key-frames.h"

/* measured at Kurento 7.3, see "OpenVidu 2 protocol" 9.4 */
#define FIRST_MIN_US   (4 * 1000)
#define FIRST_RANGE_US (16 * 1000)
#define AGAIN_MIN_US   (210 * 1000)
#define AGAIN_RANGE_US (70 * 1000)

struct _RjKeyFrames {
  RjClock *clock;
  RjDice *dice;
  RjKeyFramesFunc ask;
  gpointer user_data;
  RjTimer *timer;
};

RjKeyFrames *
rj_key_frames_new (RjClock *clock, RjDice *dice, RjKeyFramesFunc ask, gpointer user_data)
{
  RjKeyFrames *self = g_new0 (RjKeyFrames, 1);

  self->clock = g_object_ref (clock);
  self->dice = dice;
  self->ask = ask;
  self->user_data = user_data;
  return self;
}

void
rj_key_frames_free (RjKeyFrames *self)
{
  if (self == NULL)
    return;
  rj_clock_cancel_timer (self->clock, &self->timer);
  g_object_unref (self->clock);
  g_free (self);
}

static gint64
draw_delay (RjKeyFrames *self, gint64 min_us, gint64 range_us)
{
  return min_us + (gint64) (rj_dice_roll (self->dice) * (double) range_us);
}

static void
on_again (gpointer user_data)
{
  RjKeyFrames *self = user_data;

  self->timer = NULL;
  self->ask (self->user_data);
}

static void
on_first (gpointer user_data)
{
  RjKeyFrames *self = user_data;
  gint64 delay_us = draw_delay (self, AGAIN_MIN_US, AGAIN_RANGE_US);

  self->timer = rj_clock_start_timer (self->clock, delay_us, on_again, self);
  self->ask (self->user_data);
}

void
rj_key_frames_want (RjKeyFrames *self)
{
  gint64 delay_us;

  if (self->timer != NULL)
    return;
  delay_us = draw_delay (self, FIRST_MIN_US, FIRST_RANGE_US);
  self->timer = rj_clock_start_timer (self->clock, delay_us, on_first, self);
}
