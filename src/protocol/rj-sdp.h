/* Session descriptions, as far as offers and answers of WebRTC need them. A description is kept as its
 * lines, so what is not understood survives; questions are asked of the lines. Pure; any thread.
 * Source: RFC 8866, RFC 8829, RFC 8839 (ICE), RFC 8842 (DTLS), RFC 5576 (ssrc), RFC 8843 (BUNDLE). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RJ_SDP_SENDRECV, /* also when nothing is said */
  RJ_SDP_SENDONLY,
  RJ_SDP_RECVONLY,
  RJ_SDP_INACTIVE,
} RjSdpDirection;

typedef enum {
  RJ_SDP_SETUP_NONE,
  RJ_SDP_SETUP_ACTIVE,
  RJ_SDP_SETUP_PASSIVE,
  RJ_SDP_SETUP_ACTPASS,
  RJ_SDP_SETUP_HOLDCONN,
} RjSdpSetup;

typedef struct {
  char *kind; /* "audio", "video", "application" */
  guint port; /* 0: rejected */
  char *protocol;
  GPtrArray *formats; /* (element-type utf8) payload types; at least one */
  GPtrArray *lines;   /* (element-type utf8) what follows the m-line, without line ends */
} RjSdpMedia;

typedef struct {
  GPtrArray *lines; /* (element-type utf8) of the session, from v= on */
  GPtrArray *media; /* of RjSdpMedia */
} RjSdp;

/* Takes both line ends. Limits: 256 KiB, 64 m-lines. Errors: RJ_ERROR_PROTOCOL.
 * Returns: (transfer full) (nullable) */
RjSdp *rj_sdp_parse (const char *text, GError **error);
char *rj_sdp_to_text (const RjSdp *self);
void rj_sdp_free (RjSdp *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjSdp, rj_sdp_free)

/* Returns: (transfer none) (nullable) */
const RjSdpMedia *rj_sdp_get_media (const RjSdp *self, guint mline);
/* First m-line of a kind; -1: none */
int rj_sdp_find_kind (const RjSdp *self, const char *kind);
/* m-line of a mid; -1: none */
int rj_sdp_find_mid (const RjSdp *self, const char *mid);

/* Value of the first line "a=<name>:<value>", "" for "a=<name>". Returns: (transfer none) (nullable) */
const char *rj_sdp_get_session_attribute (const RjSdp *self, const char *name);
const char *rj_sdp_media_get_attribute (const RjSdpMedia *self, const char *name);

const char *rj_sdp_media_get_mid (const RjSdpMedia *self); /* (nullable) */
RjSdpDirection rj_sdp_media_get_direction (const RjSdpMedia *self);
const char *rj_sdp_direction_to_text (RjSdpDirection direction);
/* sendonly ↔ recvonly, the others stay */
RjSdpDirection rj_sdp_direction_mirror (RjSdpDirection direction);

/* Payload type of the first format whose rtpmap names @codec ("VP8", "opus"; any letter case); static types
 * 0, 8 and 9 are known without rtpmap. -1: none */
int rj_sdp_media_find_payload (const RjSdpMedia *self, const char *codec);
/* Codec name of a payload type. Returns: (transfer full) (nullable) */
char *rj_sdp_media_get_codec (const RjSdpMedia *self, const char *format);
/* id of a header extension, -1: none */
int rj_sdp_media_get_extmap (const RjSdpMedia *self, const char *uri);

/* What the sender will use: first number of a=ssrc-group:FID, else of the first a=ssrc line. FALSE: none
 * (Kurento assigns by that number only, OpenVidu 2 protocol 9.5). */
gboolean rj_sdp_media_get_ssrc (const RjSdpMedia *self, guint32 *ssrc);
/* Returns: (transfer full) (nullable): cname of the first a=ssrc line that has one */
char *rj_sdp_media_get_cname (const RjSdpMedia *self);

/* ICE and DTLS of an m-line: media level first, then session level, then (bundled m-lines may leave it out)
 * the first m-line of the bundle. Strings: (transfer full) */
typedef struct {
  char *ufrag;
  char *password;    /* secret */
  char *hash;        /* of the fingerprint: "sha-256" */
  char *fingerprint; /* "AB:CD:…" */
  RjSdpSetup setup;
  gboolean rtcp_mux;
} RjSdpTransport;

/* Errors: RJ_ERROR_PROTOCOL names what is missing. Returns: (transfer full) (nullable) */
RjSdpTransport *rj_sdp_get_transport (const RjSdp *self, guint mline, GError **error);
void rj_sdp_transport_free (RjSdpTransport *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjSdpTransport, rj_sdp_transport_free)

RjSdpSetup rj_sdp_setup_from_text (const char *text); /* @text: (nullable) */
const char *rj_sdp_setup_to_text (RjSdpSetup setup);
/* Kurento's answer: actpass → active, active → passive, passive → active, else holdconn */
RjSdpSetup rj_sdp_setup_answer (RjSdpSetup offered);

/* mids of a=group:BUNDLE. Returns: (transfer full): empty when there is no group */
GStrv rj_sdp_get_bundle (const RjSdp *self);

/* Candidate lines of an m-line ("candidate:…"), for offers that carry them.
 * Returns: (transfer full) (element-type utf8) */
GPtrArray *rj_sdp_media_get_candidates (const RjSdpMedia *self);

G_END_DECLS
