/* Trickled ICE candidates: onIceCandidate (client → server) and iceCandidate (server → client). Pure; any
 * thread. Source: OpenVidu 2 protocol, sections 5.8 and 6.6. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* endpoint differs by direction:
 *  onIceCandidate: connection id of the stream's owner (own id: own publication); sender is NULL
 *  iceCandidate: own stream: stream id; subscription: "<own connection>_<stream id>". Not for routing:
 *                sender, the connection id of the stream's owner, is. */
typedef struct {
  char *sender; /* (nullable) senderConnectionId: iceCandidate only */
  char *endpoint;
  char *candidate; /* "candidate:…" without "a="; "" is the end of candidates */
  char *mid;
  gint64 mline;
} RjOv2Candidate;

RjOv2Candidate *rj_ov2_on_ice_candidate_parse (JsonObject *params, GError **error);
RjOv2Candidate *rj_ov2_ice_candidate_parse (JsonObject *params, GError **error);
/* Both; with senderConnectionId when sender is not NULL */
JsonObject *rj_ov2_candidate_build (const RjOv2Candidate *self);
void rj_ov2_candidate_free (RjOv2Candidate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Candidate, rj_ov2_candidate_free)

G_END_DECLS
