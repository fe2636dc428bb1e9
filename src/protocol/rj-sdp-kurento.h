/* Answers and offers in Kurento's form: same header, same kinds of lines in the same order, so that a client
 * sees from the embedded media node what it sees in production. Pure; any thread.
 * Source: OpenVidu 2 protocol, section 9.3, and recorded answers of Kurento 7.3. */
#pragma once

#include "rj-sdp.h"

G_BEGIN_DECLS

/* What the answering side brings along. Nothing is owned. */
typedef struct {
  const char *ufrag;
  const char *password;    /* secret */
  const char *fingerprint; /* "AB:CD:…", SHA-256 */
  const char *cname;       /* "user<number>@host-<8 hex digits>" */
  guint32 session_number;  /* in the o= line; counts up */
  const guint32 *ssrcs;    /* one per m-line of the offer; of a built offer: audio, then video */
  guint n_ssrcs;
} RjSdpLocal;

/* Takes opus, PCMU; VP8, H264 (what this Kurento answers with); everything else is dropped. An m-line with
 * nothing left, of another kind, or already of port 0 is rejected: port 0, its first format.
 * Errors: RJ_ERROR_PROTOCOL (no m-line, fewer ssrcs than m-lines). Returns: (transfer full) (nullable) */
char *rj_sdp_build_answer (const RjSdp *offer, const RjSdpLocal *local, GError **error);

/* Server-offer mode: sendrecv, mids audio0 and video0, opus 96, VP8 100, H264 101.
 * Returns: (transfer full) */
char *rj_sdp_build_offer (const RjSdpLocal *local, gboolean has_audio, gboolean has_video);

G_END_DECLS
