/* What publishing and subscribing share. Home thread. Source: OpenVidu 2 protocol, sections 5.3 to 5.9, 9.2. */
#pragma once

#include "rj-openvidu2-stream.h"
#include "rj-server-call.h"

G_BEGIN_DECLS

/* Of the node that holds the caller's session. Returns: (transfer none) */
RjMediaNodeClient *rj_server_get_client (RjServerCall *call);

/* Rewrites an SDP for the forced codec. Returns: (transfer full) (nullable): NULL with RJ_SERVER_ERROR 800 */
char *rj_server_munge (RjServerCall *call, const char *sdp, GError **error);

/* Without a pipeline nothing can be created: the node is away, or its new process is being set up.
 * RJ_SERVER_ERROR 303 */
gboolean rj_server_check_pipeline (RjServerCall *call, GError **error);

/* Ends the call with {sdpAnswer, id, createdAt} */
void rj_server_return_published (RjServerCall *call, const RjOv2Stream *stream, char *answer);

/* Ends the call with an error. @thrown: shape of the coded errors of this method; @data: (nullable) of the
 * other shape. Errors of the node become @fallback. */
void rj_server_fail (
  RjServerCall *call, const GError *error, gboolean thrown, const char *data, int fallback);

/* reconnectStream of the own stream. @offer: munged */
void rj_server_republish (RjServerCall *call, const char *offer);

G_END_DECLS
