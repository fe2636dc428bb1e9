/* Notifications about who is in the room and who publishes. Pure; any thread.
 * Source: OpenVidu 2 protocol, sections 6.1 to 6.5. */
#pragma once

#include "rj-openvidu2-names.h"
#include "rj-openvidu2-stream.h"

G_BEGIN_DECLS

/* participantJoined: params are an RjOv2Connection without streams: rj_ov2_connection_parse, …_build. */

/* participantLeft, participantEvicted, participantUnpublished: connection and reason */
typedef struct {
  char *connection;
  char *reason_text; /* as written, "" when absent */
  RjOv2Reason reason;
} RjOv2Ended;

/* @method: for the error's text. Returns: (transfer full) (nullable) */
RjOv2Ended *rj_ov2_ended_parse (JsonObject *params, const char *method, GError **error);
/* @reason: text, so that unknown ones pass. Returns: (transfer full) */
JsonObject *rj_ov2_ended_build (const char *connection, const char *reason);
void rj_ov2_ended_free (RjOv2Ended *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Ended, rj_ov2_ended_free)

/* participantPublished: id is the connection; there is no metadata */
typedef struct {
  char *connection;
  GPtrArray *streams; /* of RjOv2Stream; one in practice */
} RjOv2Published;

RjOv2Published *rj_ov2_published_parse (JsonObject *params, GError **error);
/* @streams: of RjOv2Stream. Returns: (transfer full) */
JsonObject *rj_ov2_published_build (const char *connection, GPtrArray *streams);
void rj_ov2_published_free (RjOv2Published *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Published, rj_ov2_published_free)

/* forceDisconnect {connectionId} and forceUnpublish {streamId} of moderators, section 5.13.
 * Parse returns: (transfer full) (nullable) */
JsonObject *rj_ov2_force_disconnect_build (const char *connection);
char *rj_ov2_force_disconnect_parse (JsonObject *params, GError **error);
JsonObject *rj_ov2_force_unpublish_build (const char *stream);
char *rj_ov2_force_unpublish_parse (JsonObject *params, GError **error);

G_END_DECLS
