/* Runs the encoders for a clip. Blocks; for a thread that may wait. */
#pragma once

#include "rj-clip.h"

G_BEGIN_DECLS

/* @out_caps: (transfer full). Returns: (transfer full) (nullable): of GstBuffer */
GPtrArray *rj_clip_encode_video (const RjClipFormat *format, GstCaps **out_caps, GError **error);
GPtrArray *rj_clip_encode_audio (GError **error);

G_END_DECLS
