#include "rj-server.h"

#include <libsoup/soup.h>

#include "rj-error.h"
#include "rj-openvidu2-names.h"
#include "rj-rest.h"
#include "rj-server-evict.h"
#include "rj-server-nodes.h"
#include "rj-server-socket.h"
#include "rj-server-tokens.h"
#include "rj-tls.h"

#define WEBSOCKET_PATH    "/openvidu"
#define NODES_LIMIT_US    (10 * G_USEC_PER_SEC)
#define FLUSH_US          (200 * 1000) /* for the last frames to reach their clients */
#define WEBHOOK_LIMIT_US  G_USEC_PER_SEC
#define GARBAGE_PERIOD_US (900 * (gint64) G_USEC_PER_SEC) /* OpenVidu 2 protocol, 2.3 */
#define GARBAGE_AGE_US    (3600 * (gint64) G_USEC_PER_SEC)
#define BACKLOG           1024
#define COOKIE            "OVJSESSIONID"

struct _RjServer {
  GObject parent_instance;
  RjServerCore *core;
  SoupServer *http;
  guint16 port;
  GTask *starting; /* (nullable) */
  RjTimer *limit;  /* of starting */
  RjTimer *garbage;
  GTask *stopping; /* (nullable) */
  RjTimer *flush;
  gboolean stopped;
};

enum { WARNING, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjServer, rj_server, G_TYPE_OBJECT)

/* --- HTTP --- */

static void
on_request (
  SoupServer *http, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  RjServer *self = data;
  const char *upgrade =
    soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Upgrade");

  if (g_str_equal (path, WEBSOCKET_PATH) && upgrade != NULL)
    return; /* libsoup goes on to on_websocket() when this one leaves the status alone */
  rj_rest_handle (self->core, message, path, query);
}

/* The servlet container gives every websocket an HTTP session; it only feeds finalUserId */
static void
on_early_request (
  SoupServer *http, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  RjServer *self = data;
  SoupMessageHeaders *in = soup_server_message_get_request_headers (message);
  const char *cookies = soup_message_headers_get_list (in, "Cookie");
  const char *found = cookies == NULL ? NULL : strstr (cookies, COOKIE "=");
  g_autofree char *user_id = NULL;
  g_autofree char *cookie = NULL;

  if (!g_str_equal (path, WEBSOCKET_PATH))
    return;
  if (found != NULL && strlen (found) >= strlen (COOKIE "=") + 16)
    user_id = g_strndup (found + strlen (COOKIE "="), 16);
  else
    user_id = rj_server_make_user_id (self->core->dice);
  cookie = g_strdup_printf (COOKIE "=%s%s; Path=/; HttpOnly", user_id, user_id);
  soup_message_headers_append (soup_server_message_get_response_headers (message), "Set-Cookie",
                               cookie);
  g_object_set_data_full (G_OBJECT (message), "rj-user-id", g_steal_pointer (&user_id), g_free);
}

static void
on_websocket (SoupServer *http,
              SoupServerMessage *message,
              const char *path,
              SoupWebsocketConnection *websocket,
              gpointer data)
{
  RjServer *self = data;
  const char *ip =
    soup_message_headers_get_one (soup_server_message_get_request_headers (message), "x-real-ip");

  if (!g_str_equal (path, WEBSOCKET_PATH)) {
    soup_websocket_connection_close (websocket, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, NULL);
    return;
  }
  if (ip == NULL)
    ip = soup_server_message_get_remote_host (message);
  rj_server_socket_accept (self->core, websocket, ip,
                           g_object_get_data (G_OBJECT (message), "rj-user-id"));
}

static gboolean
load_certificate (RjServer *self, GError **error)
{
  const RjServerConfig *config = self->core->config;
  g_autoptr (GTlsCertificate) certificate = NULL;

  rj_tls_trust_nobody ();
  if (config->tls_cert_path == NULL)
    return TRUE;
  certificate =
    config->tls_key_path == NULL
      ? g_tls_certificate_new_from_file (config->tls_cert_path, error)
      : g_tls_certificate_new_from_files (config->tls_cert_path, config->tls_key_path, error);
  if (certificate == NULL) {
    g_prefix_error (error, "certificate %s: ", config->tls_cert_path);
    return FALSE;
  }
  soup_server_set_tls_certificate (self->http, certificate);
  return TRUE;
}

/* A herd that comes back all at once must not meet libsoup's backlog of ten */
static GSocket *
open_socket (guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  g_autoptr (GSocket) socket =
    g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, address, TRUE, error) || !g_socket_listen (socket, error)) {
    g_prefix_error (error, "port %u of 127.0.0.1: ", port);
    return NULL;
  }
  return g_steal_pointer (&socket);
}

static guint16
get_local_port (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
}

static gboolean
listen_here (RjServer *self, GError **error)
{
  const RjServerConfig *config = self->core->config;
  gboolean tls = config->tls_cert_path != NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autofree char *url = NULL;

  self->http = soup_server_new ("server-header", "", NULL);
  if (!load_certificate (self, error))
    return FALSE;
  socket = open_socket (config->port, error);
  if (socket == NULL ||
      !soup_server_listen_socket (self->http, socket, tls ? SOUP_SERVER_LISTEN_HTTPS : 0, error))
    return FALSE;
  self->port = get_local_port (socket);
  url = g_strdup_printf ("%s://127.0.0.1:%u", tls ? "https" : "http", self->port);
  rj_server_core_set_public_url (self->core, config->public_url != NULL ? config->public_url : url);
  soup_server_add_early_handler (self->http, WEBSOCKET_PATH, on_early_request, self, NULL);
  soup_server_add_handler (self->http, WEBSOCKET_PATH, on_request, self, NULL);
  soup_server_add_websocket_handler (self->http, WEBSOCKET_PATH, NULL, NULL, on_websocket, self,
                                     NULL);
  soup_server_add_handler (self->http, NULL, on_request, self, NULL);
  return TRUE;
}

/* --- media nodes --- */

static void
finish_start (RjServer *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->starting);

  rj_clock_cancel_timer (self->core->clock, &self->limit);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static guint
count_connected (RjServer *self)
{
  guint n = 0;

  for (guint i = 0; i < self->core->nodes->len; i++)
    n += rj_node_watcher_get_state (g_ptr_array_index (self->core->nodes, i)) == RJ_NODE_CONNECTED;
  return n;
}

static void
on_connected (
  RjNodeWatcher *node, gboolean again, gboolean same_process, gboolean was_crashed, RjServer *self)
{
  if (self->starting != NULL && count_connected (self) == self->core->nodes->len)
    finish_start (self, NULL);
}

static void
on_start_limit (gpointer data)
{
  RjServer *self = data;

  self->limit = NULL;
  finish_start (self, count_connected (self) > 0 ? NULL
                                                 : g_error_new (RJ_ERROR, RJ_ERROR_UNREACHABLE,
                                                                "no media node answered in 10 s"));
}

static void
watch_node (RjServer *self, RjNodeWatcher *node)
{
  g_signal_connect_object (node, "connected", G_CALLBACK (on_connected), self, G_CONNECT_AFTER);
  rj_server_watch_node (self->core, node);
}

/* --- sessions that nobody ever joined --- */

static void
collect_garbage (RjServer *self)
{
  gint64 limit_us = rj_clock_now_us (self->core->clock) - GARBAGE_AGE_US;
  g_autoptr (GPtrArray) old = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->core->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    RjServerSession *session = value;

    if (session->state == RJ_SERVER_SESSION_NOT_ACTIVE && session->created_us < limit_us)
      g_ptr_array_add (old, g_object_ref (session));
  }
  for (guint i = 0; i < old->len; i++)
    rj_server_session_end (g_ptr_array_index (old, i), NULL, TRUE);
}

static void
on_garbage (gpointer data)
{
  RjServer *self = data;

  collect_garbage (self);
  self->garbage = rj_clock_start_timer (self->core->clock, GARBAGE_PERIOD_US, on_garbage, self);
}

/* --- life --- */

void
rj_server_start_async (RjServer *self,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, rj_server_start_async);
  if (!listen_here (self, &error)) {
    g_task_return_error (task, error);
    return;
  }
  self->starting = g_steal_pointer (&task);
  self->garbage = rj_clock_start_timer (self->core->clock, GARBAGE_PERIOD_US, on_garbage, self);
  if (self->core->nodes->len == 0) {
    finish_start (self, NULL);
    return;
  }
  self->limit = rj_clock_start_timer (self->core->clock, NODES_LIMIT_US, on_start_limit, self);
  for (guint i = 0; i < self->core->nodes->len; i++)
    watch_node (self, g_ptr_array_index (self->core->nodes, i));
}

gboolean
rj_server_start_finish (RjServer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

guint16
rj_server_get_port (RjServer *self)
{
  return self->port;
}

const char *
rj_server_get_public_url (RjServer *self)
{
  return self->core->public_url;
}

static void
end (RjServer *self)
{
  if (self->stopped)
    return;
  self->stopped = TRUE;
  rj_clock_cancel_timer (self->core->clock, &self->limit);
  rj_clock_cancel_timer (self->core->clock, &self->garbage);
  rj_clock_cancel_timer (self->core->clock, &self->flush);
  rj_server_core_close (self->core);
  if (self->http != NULL)
    soup_server_disconnect (self->http);
}

static void
finish_stop (RjServer *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->stopping);

  end (self);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

static void
on_webhook_flushed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RjServer) self = data;

  rj_webhook_flush_finish (RJ_WEBHOOK (source), result);
  finish_stop (self);
}

static void
on_flushed (gpointer data)
{
  RjServer *self = data;

  self->flush = NULL;
  if (self->core->webhook == NULL)
    finish_stop (self);
  else
    rj_webhook_flush_async (self->core->webhook, WEBHOOK_LIMIT_US, on_webhook_flushed,
                            g_object_ref (self));
}

static void
close_all_sockets (RjServer *self)
{
  g_autoptr (GList) rpcs = g_hash_table_get_values (self->core->rpcs);

  for (GList *l = rpcs; l != NULL; l = l->next)
    rj_server_rpc_close_socket (l->data, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
}

void
rj_server_stop_async (RjServer *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, rj_server_stop_async);
  if (self->stopped || self->stopping != NULL) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  self->stopping = g_steal_pointer (&task);
  rj_server_close_sessions (self->core, NULL,
                            rj_ov2_reason_to_text (RJ_OV2_REASON_OPENVIDU_SERVER_STOPPED), TRUE);
  close_all_sockets (self);
  self->flush = rj_clock_start_timer (self->core->clock, FLUSH_US, on_flushed, self);
}

gboolean
rj_server_stop_finish (RjServer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_refused (RjWebhook *webhook, const char *sentence, RjServer *self)
{
  RjEvent *event = rj_server_core_new_event (RJ_EVENT_WARNING, NULL);

  rj_event_set_string (event, "message", sentence);
  rj_server_core_emit (self->core, event);
  g_signal_emit (self, signals[WARNING], 0, sentence);
}

RjServer *
rj_server_new (const RjServerConfig *config, RjClock *clock, RjEventSink *events)
{
  RjServer *self = g_object_new (RJ_TYPE_SERVER, NULL);

  self->core = rj_server_core_new (config, clock, events);
  if (self->core->webhook != NULL)
    g_signal_connect_object (self->core->webhook, "refused", G_CALLBACK (on_refused), self, 0);
  return self;
}

static void
rj_server_dispose (GObject *object)
{
  RjServer *self = RJ_SERVER (object);

  if (self->core != NULL)
    end (self);
  g_clear_object (&self->http);
  g_clear_object (&self->core);
  G_OBJECT_CLASS (rj_server_parent_class)->dispose (object);
}

static void
rj_server_class_init (RjServerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rj_server_dispose;
  signals[WARNING] = g_signal_new ("warning", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
rj_server_init (RjServer *self)
{
}
