/* A peer connection carried by GStreamer's webrtcbin, one pipeline each. Home thread only.
 *
 * The settings are those that a real OpenVidu 2 with Kurento accepts without any edit of the SDP. The DTLS
 * certificate of the other side is compared with the fingerprint of its answer, which webrtcbin 1.22 leaves
 * out. */
#pragma once

#include "rj-peer-kit.h"

G_BEGIN_DECLS

#define RJ_TYPE_WEBRTCBIN_PEER (rj_webrtcbin_peer_get_type ())
G_DECLARE_FINAL_TYPE (RjWebrtcbinPeer, rj_webrtcbin_peer, RJ, WEBRTCBIN_PEER, GObject)

/* Returns: (transfer full) (nullable) */
RjPeer *rj_webrtcbin_peer_new (const RjPeerKit *kit, const RjPeerConfig *config, GError **error);

G_END_DECLS
