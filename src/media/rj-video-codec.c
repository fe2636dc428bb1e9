#include "rj-video-codec.h"

static const RjVideoCodecFacts facts[] = {
  [RJ_VIDEO_VP8] = { "VP8", 96, NULL, "rtpvp8pay" },
  [RJ_VIDEO_H264] = { "H264", 102,
                      "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
                      "rtph264pay" },
};

const RjVideoCodecFacts *
rj_video_codec_get_facts (RjVideoCodec codec)
{
  return &facts[codec];
}

gboolean
rj_video_codec_from_name (const char *name, RjVideoCodec *out)
{
  for (guint i = 0; i < G_N_ELEMENTS (facts); i++) {
    if (g_ascii_strcasecmp (facts[i].name, name) != 0)
      continue;
    *out = i;
    return TRUE;
  }
  return FALSE;
}
