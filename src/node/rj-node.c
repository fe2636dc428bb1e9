#include "rj-node.h"

#include <libsoup/soup.h>

#include "rj-error.h"
#include "rj-ice-peer.h"
#include "rj-log.h"
#include "rj-node-rpc.h"

#define PATH        "/kurento"
#define MAX_MESSAGE (1024 * 1024) /* bytes of one text frame */

struct _RjNode {
  GObject parent_instance;

  RjNodeConfig config;
  RjNodeRpc *rpc;
  SoupServer *server;
  guint port;
  GHashTable *connections; /* number -> SoupWebsocketConnection */
  guint last_connection;
};

G_DEFINE_FINAL_TYPE (RjNode, rj_node, G_TYPE_OBJECT)

static void
on_send (guint connection, const char *text, gpointer user_data)
{
  RjNode *self = user_data;
  SoupWebsocketConnection *socket =
    g_hash_table_lookup (self->connections, GUINT_TO_POINTER (connection));

  if (socket != NULL && soup_websocket_connection_get_state (socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (socket, text);
}

static guint
get_number (SoupWebsocketConnection *socket)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (socket), "rj-number"));
}

static void
on_message (SoupWebsocketConnection *socket, int type, GBytes *message, RjNode *self)
{
  gsize size;
  const char *text = g_bytes_get_data (message, &size);

  if (type == SOUP_WEBSOCKET_DATA_TEXT)
    rj_node_rpc_take (self->rpc, get_number (socket), text, (gssize) size);
}

static void
on_closed (SoupWebsocketConnection *socket, RjNode *self)
{
  guint number = get_number (socket);

  g_debug ("control connection %u closed (%d)", number,
           soup_websocket_connection_get_close_code (socket));
  g_signal_handlers_disconnect_by_data (socket, self);
  rj_node_rpc_lose_connection (self->rpc, number);
  g_hash_table_remove (self->connections, GUINT_TO_POINTER (number));
}

static void
on_websocket (SoupServer *server,
              SoupServerMessage *message,
              const char *path,
              SoupWebsocketConnection *socket,
              gpointer user_data)
{
  RjNode *self = user_data;
  guint number = ++self->last_connection;

  soup_websocket_connection_set_max_incoming_payload_size (socket, MAX_MESSAGE);
  g_object_set_data (G_OBJECT (socket), "rj-number", GUINT_TO_POINTER (number));
  g_hash_table_insert (self->connections, GUINT_TO_POINTER (number), g_object_ref (socket));
  g_signal_connect (socket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (socket, "closed", G_CALLBACK (on_closed), self);
  g_debug ("control connection %u opened", number);
}

RjNode *
rj_node_new (const RjNodeConfig *config)
{
  RjNode *self = g_object_new (RJ_TYPE_NODE, NULL);

  self->config = *config;
  self->config.clock = NULL;
  self->rpc = rj_node_rpc_new (config, on_send, self);
  return self;
}

static guint
find_port (SoupServer *server)
{
  GSList *uris = soup_server_get_uris (server);
  guint port = uris == NULL ? 0 : (guint) g_uri_get_port (uris->data);

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return port;
}

gboolean
rj_node_listen (RjNode *self, GError **error)
{
  g_autoptr (GError) cause = NULL;

  g_return_val_if_fail (RJ_IS_NODE (self) && self->server == NULL, FALSE);
  RJ_ASSERT_HOME ();

  if (!rj_transport_warm_up (error))
    return FALSE;
  self->server = soup_server_new ("server-header", "rejoin", NULL);
  soup_server_add_websocket_handler (self->server, PATH, NULL, NULL, on_websocket, self, NULL);
  if (!soup_server_listen_local (self->server, self->config.port, SOUP_SERVER_LISTEN_IPV4_ONLY,
                                 &cause)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
                 "media node: cannot listen on 127.0.0.1:%u: %s", self->config.port,
                 cause->message);
    return FALSE;
  }
  self->port = find_port (self->server);
  return TRUE;
}

guint
rj_node_get_port (RjNode *self)
{
  g_return_val_if_fail (RJ_IS_NODE (self), 0);

  return self->port;
}

guint
rj_node_count_connections (RjNode *self)
{
  return g_hash_table_size (self->connections);
}

guint
rj_node_count_objects (RjNode *self)
{
  return rj_node_rpc_count_objects (self->rpc);
}

static void
close_connections (RjNode *self)
{
  GHashTableIter iter;
  gpointer socket;

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, NULL, &socket)) {
    g_signal_handlers_disconnect_by_data (socket, self);
    if (soup_websocket_connection_get_state (socket) == SOUP_WEBSOCKET_STATE_OPEN)
      soup_websocket_connection_close (socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  }
  g_hash_table_remove_all (self->connections);
}

void
rj_node_close (RjNode *self)
{
  g_return_if_fail (RJ_IS_NODE (self));

  if (self->server != NULL)
    soup_server_disconnect (self->server);
  close_connections (self);
  g_clear_object (&self->server);
  self->port = 0;
  if (self->rpc != NULL)
    rj_node_rpc_close (self->rpc);
}

static void
rj_node_dispose (GObject *object)
{
  RjNode *self = RJ_NODE (object);

  rj_node_close (self);
  g_clear_object (&self->rpc);
  G_OBJECT_CLASS (rj_node_parent_class)->dispose (object);
}

static void
rj_node_finalize (GObject *object)
{
  g_hash_table_unref (RJ_NODE (object)->connections);
  G_OBJECT_CLASS (rj_node_parent_class)->finalize (object);
}

static void
rj_node_class_init (RjNodeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rj_node_dispose;
  G_OBJECT_CLASS (klass)->finalize = rj_node_finalize;
}

static void
rj_node_init (RjNode *self)
{
  self->connections = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
}
