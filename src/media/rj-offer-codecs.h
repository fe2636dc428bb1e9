/* Offers of senders, and answers, list every codec of rj-video-codec.h, though webrtcbin knows only the one that is linked:
 * of a sender's pad, or the first one of an offer. Any thread. */
#pragma once

#include <gst/sdp/sdp.h>

#include "rj-video-codec.h"

G_BEGIN_DECLS

/* Adds the codecs that a video m-line lacks, behind those that it has. */
void rj_offer_add_codecs (GstSDPMessage *offer);

/* Adds those that @offer has in the same m-line. */
void rj_answer_add_codecs (GstSDPMessage *answer, const GstSDPMessage *offer);

/* Returns: (transfer full) (nullable): "VP8" for a format whose rtpmap is "<format> VP8/90000" */
char *rj_offer_get_codec (const GstSDPMedia *media, const char *format);

/* Returns: (transfer full): what a receiver offers, @preferred first */
GstCaps *rj_offer_make_video_caps (RjVideoCodec preferred);

G_END_DECLS
