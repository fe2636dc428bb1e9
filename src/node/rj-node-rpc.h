/* The control protocol of the media node without its sockets: texts in, texts out. Holds the objects, the sessions
 * and the pool of media threads. Home thread only.
 *
 * Requests are answered in the order in which they are done: what concerns media is answered when its thread has
 * done it, the rest at once. Source: recorded conversations of openvidu-server 2.32 with Kurento 7.3. */
#pragma once

#include <glib-object.h>

#include "rj-node-config.h"

G_BEGIN_DECLS

#define RJ_TYPE_NODE_RPC (rj_node_rpc_get_type ())
G_DECLARE_FINAL_TYPE (RjNodeRpc, rj_node_rpc, RJ, NODE_RPC, GObject)

/* One text frame for @connection, which may be gone meanwhile */
typedef void (*RjNodeSendFunc) (guint connection, const char *text, gpointer user_data);

/* Returns: (transfer full) */
RjNodeRpc *rj_node_rpc_new (const RjNodeConfig *config, RjNodeSendFunc send, gpointer user_data);

/* @connection: any number but 0, the caller's name for it */
void rj_node_rpc_take (RjNodeRpc *self, guint connection, const char *text, gssize length);
void rj_node_rpc_lose_connection (RjNodeRpc *self, guint connection);

/* Releases everything, ends the media threads; nothing is sent after this. */
void rj_node_rpc_close (RjNodeRpc *self);

guint rj_node_rpc_count_objects (RjNodeRpc *self);

G_END_DECLS
