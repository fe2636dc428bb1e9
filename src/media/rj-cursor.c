#include "rj-cursor.h"

void
rj_cursor_init (
  RjCursor *self, guint n_frames, const gboolean *keys, gint64 n_per_second, gint64 start_us)
{
  *self = (RjCursor){
    .n_frames = n_frames,
    .keys = keys,
    .start_us = start_us,
    .n_per_second = n_per_second,
    .last_forced_us = -RJ_CURSOR_KEY_LIMIT_US,
    .answered_us = -RJ_CURSOR_REST_US,
  };
}

gint64
rj_cursor_get_due_us (const RjCursor *self)
{
  return self->start_us + (gint64) self->tick * G_USEC_PER_SEC / self->n_per_second;
}

void
rj_cursor_want_key (RjCursor *self)
{
  self->key_wanted = TRUE;
}

static gboolean
is_key (const RjCursor *self, guint64 frame)
{
  return self->keys == NULL || self->keys[frame % self->n_frames];
}

static guint64
find_key (const RjCursor *self)
{
  for (guint64 frame = self->frame; frame < self->frame + self->n_frames; frame++) {
    if (is_key (self, frame))
      return frame;
  }
  return self->frame;
}

static void
go_on (RjCursor *self, gint64 now_us)
{
  gint64 late_us;

  self->tick++;
  late_us = now_us - rj_cursor_get_due_us (self);
  if (late_us > RJ_CURSOR_MAX_LATE_US)
    self->tick += (guint64) (late_us * self->n_per_second / G_USEC_PER_SEC);
}

static gboolean
is_key_due (const RjCursor *self, gint64 now_us)
{
  if (self->key_wanted && now_us - self->last_forced_us >= RJ_CURSOR_KEY_LIMIT_US)
    return TRUE;
  return self->n_echoes > 0 && now_us - self->last_key_us >= RJ_CURSOR_ECHO_US;
}

static void
note_key (RjCursor *self, gint64 now_us)
{
  if (self->n_echoes > 0) {
    self->n_echoes--;
  } else if (self->key_wanted && now_us - self->answered_us >= RJ_CURSOR_REST_US) {
    self->n_echoes = RJ_CURSOR_N_ECHOES;
    self->answered_us = now_us;
  }
  self->key_wanted = FALSE;
  self->last_key_us = now_us;
}

guint64
rj_cursor_take (RjCursor *self, gint64 now_us)
{
  guint64 frame;

  if (!is_key (self, self->frame) && is_key_due (self, now_us)) {
    self->frame = find_key (self);
    if (self->key_wanted)
      self->last_forced_us = now_us;
  }
  if (is_key (self, self->frame))
    note_key (self, now_us);
  frame = self->frame++;
  go_on (self, now_us);
  return frame;
}
