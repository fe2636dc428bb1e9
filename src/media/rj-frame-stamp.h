/* The stamp behind every encoded VP8 frame: proves right stream, continuity and latency without decoding.
 * Decoders ignore what follows the last partition. Any thread.
 *
 * 16 bytes, big endian: "RJS1", u16 hash of the run, u16 publisher, u32 frame, u32 milliseconds since the
 * start of the run. It stands at the very end of the frame and may straddle two packets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RJ_FRAME_STAMP_SIZE 16

typedef struct {
  guint16 run_hash;
  guint16 publisher;
  guint32 frame; /* grows by at least one per frame; modulo the clip: the picture shown */
  guint32 ms;    /* since the start of the run, when it was pushed */
} RjFrameStamp;

/* Returns: the hash of @run that stands in its stamps */
guint16 rj_frame_stamp_hash_run (const char *run);

/* @out: RJ_FRAME_STAMP_SIZE bytes */
void rj_frame_stamp_write (const RjFrameStamp *self, guint8 *out);

/* @frame: a frame, or only its end. Returns: FALSE when it does not end in a stamp */
gboolean rj_frame_stamp_read (const guint8 *frame, gsize size, RjFrameStamp *out);

G_END_DECLS
