/* A websocket of libsoup, ws or wss, as an RjSocket. Text messages up to 16 MiB; no subprotocol, no
 * extension, no cookie (OpenVidu 2 protocol, section 3.2). Home thread; its sources have the default
 * priority, above everything that is done at idle priority. */
#pragma once

#include <libsoup/soup.h>

#include "rj-clock.h"
#include "rj-socket.h"

G_BEGIN_DECLS

#define RJ_TYPE_WEBSOCKET (rj_websocket_get_type ())
G_DECLARE_FINAL_TYPE (RjWebsocket, rj_websocket, RJ, WEBSOCKET, GObject)

/* @session: from rj_http_session_new(). @open_limit_us: until it must be open. Returns: (transfer full) */
RjSocket *rj_websocket_new (SoupSession *session, RjClock *clock, gint64 open_limit_us);

G_END_DECLS
