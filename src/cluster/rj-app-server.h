/* The embedded cluster's app server: hands out tokens, by both contracts of the OpenVidu 2 tutorials.
 *
 *   POST /api/get-token {"sessionId": …}         -> {"token": …} | 404 | 500 with JSON   (fault tolerance)
 *   POST /api/sessions {"customSessionId": …}    -> the session id as text
 *   POST /api/sessions/{id}/connections {…}      -> the token as text
 *
 * It holds the OpenVidu secret and talks REST to the OpenVidu server. Statuses 500 to 504 and, while the
 * session is created, 404 of the OpenVidu server are repeated every 100 ms as long as the client waits.
 * Home thread only. */
#pragma once

#include <gio/gio.h>

#include "rj-clock.h"

G_BEGIN_DECLS

#define RJ_TYPE_APP_SERVER (rj_app_server_get_type ())
G_DECLARE_FINAL_TYPE (RjAppServer, rj_app_server, RJ, APP_SERVER, GObject)

/* @openvidu_url: "http://127.0.0.1:4443". Returns: (transfer full) */
RjAppServer *rj_app_server_new (const char *openvidu_url, const char *secret, RjClock *clock);

/* @port: 0 for any. Listens on 127.0.0.1; with @certificate by TLS. */
gboolean
rj_app_server_listen (RjAppServer *self, guint port, GTlsCertificate *certificate, GError **error);
guint rj_app_server_get_port (RjAppServer *self);
void rj_app_server_stop (RjAppServer *self);

G_END_DECLS
