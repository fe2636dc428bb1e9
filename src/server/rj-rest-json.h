/* The JSON objects of the REST API. Home thread. Source: OpenVidu 2 protocol, sections 2.5 and 2.6. */
#pragma once

#include "rj-server-session.h"

G_BEGIN_DECLS

/* All: (transfer full) */
JsonObject *rj_rest_session_to_json (RjServerSession *session, gboolean pending_connections);
JsonObject *rj_rest_token_to_json (RjServerSession *session, const RjServerToken *token);
JsonObject *rj_rest_participant_to_json (RjServerParticipant *participant);

/* {numberOfElements, content}. @content: (transfer full) */
JsonObject *rj_rest_list (JsonArray *content);
JsonArray *rj_rest_connections (RjServerSession *session, gboolean pending_connections);

/* The properties of a recording that nobody asked for otherwise. @wanted: (nullable) */
JsonObject *rj_rest_recording_properties (JsonObject *wanted);

/* GET /config */
JsonObject *rj_rest_config_to_json (RjServerCore *core);

G_END_DECLS
