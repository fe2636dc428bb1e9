/* The forced video codec: OpenVidu rewrites every client offer before the media server sees it, and every
 * server offer before the client does. Works on the text, because it must also pass on what is no SDP.
 * Pure; any thread. Source: OpenVidu 2 protocol, section 9.2. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What an unset forced codec means with Kurento */
#define RJ_SDP_DEFAULT_CODEC "VP8"

/* Keeps of every video m-line only the payload types of @codec ("VP8"; exact letter case) and the RTX types
 * that point at them. Without a video m-line the text comes back as it was. NULL or "NONE": no change.
 * Errors: RJ_RPC_ERROR 800: a video m-line lacks the codec. Returns: (transfer full) (nullable) */
char *rj_sdp_munge_codec (const char *sdp, const char *codec, GError **error);

G_END_DECLS
