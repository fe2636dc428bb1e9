/* The server's end of the control socket to one media node (Kurento JSON-RPC). Home thread.
 *
 * Lives as long as the server; the socket under it comes and goes. Calls are sent at once and answered in
 * any order, each exactly once: with the node's value, with its error (RJ_RPC_ERROR, code and text of the
 * node), with RJ_ERROR_TIMEOUT after 10 s, or with RJ_ERROR_UNREACHABLE without a socket. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "rj-clock.h"
#include "rj-kurento-event.h"

G_BEGIN_DECLS

#define RJ_TYPE_MEDIA_NODE_CLIENT (rj_media_node_client_get_type ())
G_DECLARE_FINAL_TYPE (RjMediaNodeClient, rj_media_node_client, RJ, MEDIA_NODE_CLIENT, GObject)

/* Signal "closed" (): the socket was lost; not after rj_media_node_client_close() */

/* @url: "ws://127.0.0.1:8888/kurento". @open_limit_us: for one opening, greeting included */
RjMediaNodeClient *rj_media_node_client_new (const char *url, gint64 open_limit_us, RjClock *clock);

/* Opens the socket: the first time ping and getInfo, later connect with the old session and getInfo.
 * Only while there is none. */
void rj_media_node_client_open_async (RjMediaNodeClient *self,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
gboolean
rj_media_node_client_open_finish (RjMediaNodeClient *self, GAsyncResult *result, GError **error);
gboolean rj_media_node_client_is_open (RjMediaNodeClient *self);

/* Whether the process behind the last opening knew the session of the one before */
gboolean rj_media_node_client_is_same_process (RjMediaNodeClient *self);

/* @params: (transfer full), of rj-kurento.h, without a session. @callback: (nullable): the answer does not matter. */
void rj_media_node_client_call_async (RjMediaNodeClient *self,
                                      const char *method,
                                      JsonObject *params,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data);
/* Returns: (transfer full) (nullable): "value" of the answer, a null node where it has none */
JsonNode *
rj_media_node_client_call_finish (RjMediaNodeClient *self, GAsyncResult *result, GError **error);

/* Fire and forget: nobody waits for a node that may be dead */
void rj_media_node_client_release (RjMediaNodeClient *self, const char *object);

/* Events of @object go to @func until it is forgotten (@func NULL). */
typedef void (*RjMediaNodeEventFunc) (const RjKmsEvent *event, gpointer user_data);
void rj_media_node_client_watch (RjMediaNodeClient *self,
                                 const char *object,
                                 RjMediaNodeEventFunc func,
                                 gpointer user_data);

/* Whether a request was sent more than @us ago and nothing has come from the node since; stays so after the
 * request has timed out */
gboolean rj_media_node_client_is_silent (RjMediaNodeClient *self, gint64 us);

/* Ends everything; pending calls fail. Idempotent. */
void rj_media_node_client_close (RjMediaNodeClient *self);

G_END_DECLS
