/* The REST API under /openvidu/api: authentication, routing, bodies. Home thread.
 * Source: OpenVidu 2 protocol, section 2. */
#pragma once

#include "rj-rest-request.h"

G_BEGIN_DECLS

/* Answers @message; @path: as asked for; @query: (nullable) */
void rj_rest_handle (RjServerCore *core,
                     SoupServerMessage *message,
                     const char *path,
                     GHashTable *query);

/* What a route does. Each replies exactly once. */
typedef void (*RjRestFunc) (RjRestRequest *request);

void rj_rest_create_session (RjRestRequest *request);
void rj_rest_list_sessions (RjRestRequest *request);
void rj_rest_get_session (RjRestRequest *request);
void rj_rest_delete_session (RjRestRequest *request);

void rj_rest_create_connection (RjRestRequest *request);
void rj_rest_create_token (RjRestRequest *request);
void rj_rest_list_connections (RjRestRequest *request);
void rj_rest_get_connection (RjRestRequest *request);
void rj_rest_change_connection (RjRestRequest *request);
void rj_rest_delete_connection (RjRestRequest *request);
void rj_rest_delete_stream (RjRestRequest *request);
void rj_rest_signal (RjRestRequest *request);

void rj_rest_list_media_nodes (RjRestRequest *request);
void rj_rest_get_media_node (RjRestRequest *request);
void rj_rest_add_media_node (RjRestRequest *request);
void rj_rest_delete_media_node (RjRestRequest *request);
void rj_rest_get_health (RjRestRequest *request);

G_END_DECLS
