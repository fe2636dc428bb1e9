/* Puts the packets of one VP8 stream together to frames: complete when start, marker and everything in
 * between are there, in whatever order they came. One thread at a time. */
#pragma once

#include "rj-frame-stamp.h"
#include "rj-tap-packet.h"

G_BEGIN_DECLS

typedef struct {
  gboolean is_key;
  gboolean follows; /* directly on the complete frame before: nothing is missing between the two */
  gsize tail_size;  /* of tail; less than RJ_FRAME_STAMP_SIZE only in tiny frames */
  guint8 tail[RJ_FRAME_STAMP_SIZE]; /* the end of the frame */
} RjBuiltFrame;

typedef struct _RjFrameBuilder RjFrameBuilder;

RjFrameBuilder *rj_frame_builder_new (void);
void rj_frame_builder_free (RjFrameBuilder *self);

/* Forgets all: another sender */
void rj_frame_builder_reset (RjFrameBuilder *self);

/* @number: extended sequence number; no duplicates. Returns: TRUE when the packet completed a frame */
gboolean rj_frame_builder_push (RjFrameBuilder *self,
                                const RjTapPacket *packet,
                                gint64 number,
                                RjBuiltFrame *out);

G_END_DECLS
