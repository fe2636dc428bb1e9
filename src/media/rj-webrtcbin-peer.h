/* A peer connection carried by GStreamer's webrtcbin, one pipeline each. Home thread only.
 *
 * The settings are those that a real OpenVidu 2 with Kurento accepts without any edit of the SDP. The DTLS
 * certificate of the other side is compared with the fingerprint of its answer, which webrtcbin 1.22 leaves
 * out. */
#pragma once

#include "rj-clip.h"
#include "rj-decoder.h"
#include "rj-pacer.h"
#include "rj-peer.h"
#include "rj-reaper.h"

G_BEGIN_DECLS

/* What all peers of an engine share. Borrowed for the call; the peer keeps references. */
typedef struct {
  RjPacer *pacer;
  RjReaper *reaper;
  RjDecoder *decoder; /* (nullable): nobody looks at pictures */
  RjClip *clip;       /* of senders */
  guint16 run_hash;
  gint64 run_start_us;
} RjPeerKit;

#define RJ_TYPE_WEBRTCBIN_PEER (rj_webrtcbin_peer_get_type ())
G_DECLARE_FINAL_TYPE (RjWebrtcbinPeer, rj_webrtcbin_peer, RJ, WEBRTCBIN_PEER, GObject)

/* Returns: (transfer full) (nullable) */
RjPeer *rj_webrtcbin_peer_new (const RjPeerKit *kit, const RjPeerConfig *config, GError **error);

G_END_DECLS
