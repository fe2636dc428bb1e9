/* What one sending peer pushes: the clip, stamped, by its own cursor, on the pacer's thread. */
#pragma once

#include "rj-clip.h"
#include "rj-frame-stamp.h"
#include "rj-pacer.h"
#include "rj-source.h"

G_BEGIN_DECLS

typedef struct {
  guint16 run_hash;
  guint16 publisher;
  gint64 run_start_us;
} RjSenderStamp;

typedef struct _RjSender RjSender;

/* @audio, @video: (nullable) */
RjSender *rj_sender_new (
  RjPacer *pacer, RjClip *clip, const RjSenderStamp *stamp, RjSource *audio, RjSource *video);

/* Begins with a key frame, now. Not before the transport is up: a push would block the pacer. Home thread. */
void rj_sender_start (RjSender *self);

/* Nothing of what is muted is pushed; video goes on with a key frame. At any time. Home thread. */
void rj_sender_set_muted (RjSender *self, gboolean audio, gboolean video);

/* Stops and frees; a push that is under way ends by itself. NULL is fine. Home thread. */
void rj_sender_stop (RjSender *self);

G_END_DECLS
