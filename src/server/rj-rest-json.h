/* The JSON objects of the REST API. Home thread. Source: OpenVidu 2 protocol, sections 2.5 and 2.6. */
#pragma once

#include "rj-server-session.h"

G_BEGIN_DECLS

/* What is shown of a session or connection */
typedef enum {
  RJ_REST_SHOW_PENDING = 1 << 0, /* connections that have only a token */
  RJ_REST_SHOW_STATS = 1 << 1,   /* webRtcStats=true */
} RjRestShow;

/* All: (transfer full). @show: of RjRestShow */
JsonObject *rj_rest_session_to_json (RjServerSession *session, guint show);
JsonObject *rj_rest_token_to_json (RjServerSession *session, const RjServerToken *token);
JsonObject *rj_rest_participant_to_json (RjServerParticipant *participant, guint show);

/* {numberOfElements, content}. @content: (transfer full) */
JsonObject *rj_rest_list (JsonArray *content);
JsonArray *rj_rest_connections (RjServerSession *session, guint show);

/* The properties of a recording that nobody asked for otherwise. @wanted: (nullable) */
JsonObject *rj_rest_recording_properties (JsonObject *wanted);

/* GET /config */
JsonObject *rj_rest_config_to_json (RjServerCore *core);

G_END_DECLS
