/* Where a sending peer stands in the clip, and when its next frame is due. Pure arithmetic. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Between two key frames that somebody asked for; browsers keep about the same distance */
#define RJ_CURSOR_KEY_LIMIT_US (300 * 1000)

/* Several subscribers attach at once after a rejoin, within some tens of milliseconds, and a media server
 * passes on only the first one's request (Kurento asks again 210-280 ms later). So a request is answered by
 * this many further key frames, this far apart: two frames at 30/s, however unevenly the pacer comes to them. */
#define RJ_CURSOR_N_ECHOES 3
#define RJ_CURSOR_ECHO_US  (50 * 1000)

/* A receiver that asks and asks gets echoes at most this often */
#define RJ_CURSOR_REST_US G_USEC_PER_SEC

/* A sender that is later than that leaves times out instead of catching up in a burst */
#define RJ_CURSOR_MAX_LATE_US G_USEC_PER_SEC

typedef struct {
  guint n_frames;       /* of the clip */
  const gboolean *keys; /* per frame of the clip; (nullable) every frame can follow every frame */
  gint64 start_us;
  gint64 n_per_second;
  guint64 tick;  /* frames that were due so far */
  guint64 frame; /* number of the next frame; modulo n_frames: position in the clip */
  gboolean key_wanted;
  guint n_echoes;     /* key frames that are still to follow the last answer */
  gint64 answered_us; /* when echoes last began */
  gint64 last_key_us;
  gint64 last_forced_us;
} RjCursor;

/* Begins with frame 0, due at @start_us */
void rj_cursor_init (
  RjCursor *self, guint n_frames, const gboolean *keys, gint64 n_per_second, gint64 start_us);

/* Returns: when the next frame is due */
gint64 rj_cursor_get_due_us (const RjCursor *self);

/* Somebody lost the picture: the next frame is a key frame, unless one was forced just before. */
void rj_cursor_want_key (RjCursor *self);

/* Returns: the number of the frame that is to be sent now, and goes on */
guint64 rj_cursor_take (RjCursor *self, gint64 now_us);

G_END_DECLS
