/* Offers of senders list every codec of rj-video-codec.h, though webrtcbin knows only the one that is linked:
 * it lists what its pad has. Any thread. */
#pragma once

#include <gst/sdp/sdp.h>

#include "rj-video-codec.h"

G_BEGIN_DECLS

/* Adds the codecs that a video m-line lacks, behind those that it has. */
void rj_offer_add_codecs (GstSDPMessage *offer);

/* Returns: (transfer full): what a receiver offers, @preferred first */
GstCaps *rj_offer_make_video_caps (RjVideoCodec preferred);

G_END_DECLS
