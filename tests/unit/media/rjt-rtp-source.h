/* Makes the RTP packets of a VP8 sender for tests of the tap: frames with stamps, cut into packets. */
#pragma once

#include "rj-frame-stamp.h"
#include "rj-tap.h"

G_BEGIN_DECLS

typedef struct {
  guint32 ssrc;
  guint16 seq;
  guint32 timestamp;
  gsize max_payload; /* of the frame per packet */
  RjFrameStamp stamp;
  gboolean no_stamp;
} RjtRtpSource;

/* Returns: (transfer full): of GBytes, the packets of one frame of @size bytes and the stamp */
GPtrArray *rjt_rtp_source_make_frame (RjtRtpSource *self, gboolean is_key, gsize size);

/* Returns: (transfer full): one packet of audio */
GBytes *rjt_rtp_source_make_audio (RjtRtpSource *self);

void rjt_push (RjTap *tap, RjMediaKind kind, GBytes *packet, gint64 at_us);

/* All packets of a new frame */
void rjt_push_frame (RjTap *tap, RjtRtpSource *source, gboolean is_key, gint64 at_us);

G_END_DECLS
