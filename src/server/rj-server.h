/* The embedded cluster's OpenVidu-2-compatible server: REST and websocket on one port of 127.0.0.1, media on
 * nodes that speak Kurento's protocol. Home thread. One per process is usual, several work (tests).
 *
 *   server = rj_server_new (config, clock, events);
 *   rj_server_start_async (server, …) -> _finish: listening, and a media node is connected
 *   rj_server_stop_async (server, …)  -> _finish: everybody evicted with openviduServerStopped, sockets closed
 *
 * Events (source "cluster"): session-placed, node-control-closed, node-suspect, node-crashed, node-recovered,
 * participant-joined, participant-evicted. Errors of start: G_IO_ERROR (the port is taken), G_TLS_ERROR (certificate),
 * RJ_ERROR_UNREACHABLE (no media node answered within 10 s). Source: OpenVidu 2 protocol. */
#pragma once

#include <gio/gio.h>

#include "rj-clock.h"
#include "rj-event.h"
#include "rj-server-config.h"

G_BEGIN_DECLS

#define RJ_TYPE_SERVER (rj_server_get_type ())
G_DECLARE_FINAL_TYPE (RjServer, rj_server, RJ, SERVER, GObject)

/* Signal "warning" (const char *sentence): something that the one who runs it should know; it goes on
 *
 * @config is copied; @events: (nullable). Returns: (transfer full) */
RjServer *rj_server_new (const RjServerConfig *config, RjClock *clock, RjEventSink *events);

void rj_server_start_async (RjServer *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
gboolean rj_server_start_finish (RjServer *self, GAsyncResult *result, GError **error);

/* After a successful start */
guint16 rj_server_get_port (RjServer *self);
const char *rj_server_get_public_url (RjServer *self); /* "http://127.0.0.1:4443" */

void rj_server_stop_async (RjServer *self,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
gboolean rj_server_stop_finish (RjServer *self, GAsyncResult *result, GError **error);

/* --- as a process of its own --- */

/* Called once, when it is ready */
typedef void (*RjServerReadyFunc) (RjServer *server, gpointer user_data);

/* Runs a server until SIGTERM or SIGINT, then stops it gracefully. Claims the home thread. Errors go to
 * stderr. Returns: exit code: 0 stopped by a signal, 4 could not start */
int rj_server_main (const RjServerConfig *config,
                    RjEventSink *events,
                    RjServerReadyFunc ready,
                    gpointer user_data);

G_END_DECLS
