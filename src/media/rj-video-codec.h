/* The codecs of the test video, in the words of RTP, SDP and GStreamer. Any thread.
 *
 * A peer offers all of them, the preferred one first, and uses the first one of the answer: a server may force
 * one (OpenVidu 2 protocol 9.2), and does not say so before. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RJ_VIDEO_VP8,
  RJ_VIDEO_H264,
  RJ_N_VIDEO_CODECS,
} RjVideoCodec;

typedef struct {
  const char *name; /* in a=rtpmap and as encoding-name */
  guint payload_type;
  const char
    *fmtp; /* (nullable): what a receiver must know; constrained baseline is what browsers have */
  const char *payloader;
} RjVideoCodecFacts;

/* Returns: (transfer none) */
const RjVideoCodecFacts *rj_video_codec_get_facts (RjVideoCodec codec);

/* @name: "VP8", "h264"; letter case does not matter. Returns: FALSE for another one */
gboolean rj_video_codec_from_name (const char *name, RjVideoCodec *out);

G_END_DECLS
