/* What must be read in SDP texts around webrtcbin: the mids of an offer, and whether an answer can be handed
 * over at all (webrtcbin 1.22 asserts, or is silent for ever, on several kinds of bad answers). Any thread. */
#pragma once

#include "rj-video-codec.h"

G_BEGIN_DECLS

/* Returns: (transfer full): mid per m-line; "" where a line has none */
GPtrArray *rj_offer_read_mids (const char *sdp);

typedef struct {
  char *fingerprint_hash; /* "sha-256" */
  char *fingerprint;      /* "AB:CD:…" upper case */
  gboolean has_video;
  RjVideoCodec video_codec; /* the first one of the answer, to be sent */
} RjAnswerFacts;

void rj_answer_facts_clear (RjAnswerFacts *self);

/* Compares with the offer that it answers. @we_send: our offer was sendonly.
 * Errors: RJ_ERROR_PROTOCOL: garbage, wrong m-lines, no ICE or DTLS parameters. RJ_ERROR_NO_MEDIA: a medium
 * was refused or is inactive, or has another codec. */
gboolean rj_answer_check (
  const char *offer, const char *answer, gboolean we_send, RjAnswerFacts *out, GError **error);

/* An offer of the server, for streams that we receive. Errors: the same */
gboolean rj_offer_check (const char *offer, RjAnswerFacts *out, GError **error);

/* Our answer to @offer as it is sent. webrtcbin writes a transport protocol and letter cases of its own where an
 * answer must have the offered ones (RFC 3264, 6), and goog-remb is taken out: whoever says so and sends none holds
 * the publisher at 300 kbit/s. Returns: (transfer full) */
char *rj_answer_adapt (const char *offer, const char *answer);

/* Returns: the first codec of ours in the first video m-line of any description; NULL: none */
const char *rj_sdp_read_video_codec (const char *sdp);

/* @pem: the certificate that the other side has shown.
 * Returns: FALSE with RJ_ERROR_PROTOCOL when it is not the one of the answer */
gboolean rj_answer_check_certificate (const RjAnswerFacts *answer, const char *pem, GError **error);

G_END_DECLS
