/* Puts the packets of one video stream together to frames: complete when start, marker and everything in
 * between are there, in whatever order they came. One thread at a time.
 *
 * A key frame is one that a decoder can begin with: in H.264 an IDR picture whose parameter sets have come,
 * with it or before. In H.264 nothing marks the first packet of a frame; a lost unit before the first slice
 * that is not needed for decoding goes unnoticed. */
#pragma once

#include "rj-frame-stamp.h"
#include "rj-tap-packet.h"

G_BEGIN_DECLS

typedef struct {
  gboolean is_key;
  gboolean follows; /* directly on the complete frame before: nothing is missing between the two */
  gboolean has_stamp;
  RjFrameStamp stamp;
} RjBuiltFrame;

typedef struct _RjFrameBuilder RjFrameBuilder;

RjFrameBuilder *rj_frame_builder_new (void);
void rj_frame_builder_free (RjFrameBuilder *self);

/* Forgets all: another sender, or another codec */
void rj_frame_builder_reset (RjFrameBuilder *self);

/* @number: extended sequence number; no duplicates. Returns: TRUE when the packet completed a frame */
gboolean rj_frame_builder_push (RjFrameBuilder *self,
                                RjVideoCodec codec,
                                const RjTapPacket *packet,
                                gint64 number,
                                RjBuiltFrame *out);

G_END_DECLS
