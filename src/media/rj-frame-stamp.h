/* The stamp in every encoded frame: proves right stream, continuity and latency without decoding. Any thread.
 *
 * 16 bytes, big endian: "RJS1", u16 hash of the run, u16 publisher, u32 frame, u32 milliseconds since the
 * start of the run.
 * VP8: behind the frame, where decoders ignore it; it may straddle two packets.
 * H.264: a SEI unit with user data (H.264, D.1.6) before the first slice: our UUID, then the stamp as 32 hex
 * digits, so that nothing must be escaped. */
#pragma once

#include "rj-video-codec.h"

G_BEGIN_DECLS

#define RJ_FRAME_STAMP_SIZE     16
#define RJ_FRAME_STAMP_SEI_SIZE 52 /* with its header, without start code or length */

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

/* @frame: a VP8 frame, or only its end. Returns: FALSE when it does not end in a stamp */
gboolean rj_frame_stamp_read (const guint8 *frame, gsize size, RjFrameStamp *out);

/* @out: RJ_FRAME_STAMP_SEI_SIZE bytes, one unit */
void rj_frame_stamp_write_sei (const RjFrameStamp *self, guint8 *out);

/* @bytes: a SEI unit, or whatever has one in it. Returns: FALSE when there is no stamp */
gboolean rj_frame_stamp_find_sei (const guint8 *bytes, gsize size, RjFrameStamp *out);

/* @frame: a whole one, as it comes from a depayloader */
gboolean
rj_frame_stamp_find (RjVideoCodec codec, const guint8 *frame, gsize size, RjFrameStamp *out);

G_END_DECLS
