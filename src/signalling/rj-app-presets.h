/* Kinds of servers that tokens can be asked of without a plan, as templates of requests. Home thread. */
#pragma once

#include "rj-request-template.h"

G_BEGIN_DECLS

typedef enum {
  RJ_APP_FAULT_TOLERANCE, /* POST /api/get-token {"sessionId"} answers {"token"} */
  RJ_APP_SESSIONS,        /* POST /api/sessions {"customSessionId"} answers the id, POST
                             /api/sessions/ID/connections the token, both as text or JSON */
} RjAppPreset;

/* Returns: whether @name ("fault-tolerance", "sessions") is a preset */
gboolean rj_app_preset_from_name (const char *name, RjAppPreset *preset);

/* @url: of the app server, with or without /api at its end. Returns: (transfer full): of its own, so that it may be
 * changed before it is used */
RjRequestTemplate *rj_app_preset_make_template (RjAppPreset preset, const char *url);

/* The same for OpenVidu's own REST API. @url: with or without /openvidu/api. The login is the caller's. */
RjRequestTemplate *rj_rest_make_template (const char *url);

/* Other requests to that API, whose login is RJ_REST_USER and the secret. @url: the same. @path: "/sessions". Returns:
 * (transfer full) */
#define RJ_REST_USER "OPENVIDUAPP"
char *rj_rest_make_url (const char *url, const char *path);

G_END_DECLS
