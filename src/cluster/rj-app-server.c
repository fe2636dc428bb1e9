#include "rj-app-server.h"

#include <string.h>

#include <libsoup/soup.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-token-broker.h"

struct _RjAppServer {
  GObject parent_instance;

  SoupServer *server;
  RjTokenBroker *broker;
};

G_DEFINE_FINAL_TYPE (RjAppServer, rj_app_server, G_TYPE_OBJECT)

static void
add_cors (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Access-Control-Allow-Origin", "*");
  soup_message_headers_replace (headers, "Access-Control-Allow-Headers", "*");
  soup_message_headers_replace (headers, "Access-Control-Allow-Methods", "*");
  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  /* libsoup 3.2 reads the end of a connection that was kept alive, and keeps its descriptor for ever */
  soup_message_headers_replace (headers, "Connection", "close");
}

static void
respond (SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status (message, status, NULL);
  if (text != NULL)
    soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

static void
respond_error (SoupServerMessage *message, const GError *error)
{
  g_autoptr (JsonObject) body = NULL;
  g_autofree char *text = NULL;

  if (g_error_matches (error, RJ_HTTP_ERROR, SOUP_STATUS_NOT_FOUND)) {
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
    return;
  }
  body = rj_json_build ("stacktrace", 's', error->message, "error", 's', error->message,
                        "exception", 's', "io.openvidu.java.client.OpenViduHttpException", NULL);
  text = rj_json_object_to_text (body);
  respond (message, SOUP_STATUS_INTERNAL_SERVER_ERROR, "application/json", text);
}

static JsonObject *
read_body (SoupServerMessage *message)
{
  g_autoptr (GBytes) bytes =
    soup_message_body_flatten (soup_server_message_get_request_body (message));
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);

  return size == 0 ? json_object_new () : rj_json_parse_object (text, size, NULL);
}

static void
on_json_token (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SoupServerMessage) message = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *token = rj_token_broker_finish (RJ_TOKEN_BROKER (source), result, &error);

  if (token == NULL) {
    respond_error (message, error);
  } else {
    g_autoptr (JsonObject) body = rj_json_build ("token", 's', token, NULL);
    g_autofree char *text = rj_json_object_to_text (body);

    respond (message, SOUP_STATUS_OK, "application/json", text);
  }
  soup_server_message_unpause (message);
}

static void
on_text (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (SoupServerMessage) message = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = rj_token_broker_finish (RJ_TOKEN_BROKER (source), result, &error);

  if (text == NULL)
    respond_error (message, error);
  else
    respond (message, SOUP_STATUS_OK, "text/plain", text);
  soup_server_message_unpause (message);
}

/* Cancels the work when the client has gone. */
static GCancellable *
wait_for_client (SoupServerMessage *message)
{
  GCancellable *cancellable = g_cancellable_new ();

  g_signal_connect_object (message, "disconnected", G_CALLBACK (g_cancellable_cancel), cancellable,
                           G_CONNECT_SWAPPED);
  soup_server_message_pause (message);
  return cancellable;
}

static gboolean
begin (SoupServerMessage *message, JsonObject **body)
{
  add_cors (message);
  if (g_str_equal (soup_server_message_get_method (message), "OPTIONS")) {
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
    return FALSE;
  }
  if (!g_str_equal (soup_server_message_get_method (message), "POST")) {
    soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
    return FALSE;
  }
  *body = read_body (message);
  if (*body == NULL) {
    respond (message, SOUP_STATUS_BAD_REQUEST, "text/plain", "the body is not a JSON object\n");
    return FALSE;
  }
  return TRUE;
}

static void
on_get_token (SoupServer *server,
              SoupServerMessage *message,
              const char *path,
              GHashTable *query,
              gpointer user_data)
{
  RjAppServer *self = user_data;
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (GCancellable) cancellable = NULL;
  const char *session;

  if (!begin (message, &body))
    return;
  session = rj_json_get_string (body, "sessionId", NULL);
  if (session == NULL) {
    respond (message, SOUP_STATUS_BAD_REQUEST, "text/plain", "\"sessionId\" is missing\n");
    return;
  }
  cancellable = wait_for_client (message);
  rj_token_broker_get_token_async (self->broker, session, cancellable, on_json_token,
                                   g_object_ref (message));
}

static void
on_sessions (SoupServer *server,
             SoupServerMessage *message,
             const char *path,
             GHashTable *query,
             gpointer user_data)
{
  RjAppServer *self = user_data;
  g_autoptr (JsonObject) body = NULL;
  g_autoptr (GCancellable) cancellable = NULL;
  g_auto (GStrv) parts = g_strsplit (path, "/", -1); /* "", api, sessions, id, connections */
  guint n_parts = g_strv_length (parts);

  if (!begin (message, &body))
    return;
  if (n_parts == 3 || (n_parts == 4 && *parts[3] == '\0')) {
    cancellable = wait_for_client (message);
    rj_token_broker_create_session_async (self->broker, body, cancellable, on_text,
                                          g_object_ref (message));
  } else if (n_parts == 5 && g_str_equal (parts[4], "connections")) {
    cancellable = wait_for_client (message);
    rj_token_broker_create_connection_async (self->broker, parts[3], body, cancellable, on_text,
                                             g_object_ref (message));
  } else {
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
  }
}

gboolean
rj_app_server_listen (RjAppServer *self, guint port, GTlsCertificate *certificate, GError **error)
{
  if (certificate != NULL)
    soup_server_set_tls_certificate (self->server, certificate);
  if (!soup_server_listen_local (self->server, port,
                                 SOUP_SERVER_LISTEN_IPV4_ONLY |
                                   (certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0),
                                 error)) {
    g_prefix_error (error, "the app server cannot listen on port %u: ", port);
    if (error != NULL && g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE)) {
      g_clear_error (error);
      g_set_error (
        error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
        "the app server cannot listen on port %u: it is in use; stop the other program or "
        "choose another port with --app-port",
        port);
    }
    return FALSE;
  }
  return TRUE;
}

guint
rj_app_server_get_port (RjAppServer *self)
{
  GSList *uris = soup_server_get_uris (self->server);
  guint port = uris == NULL ? 0 : g_uri_get_port (uris->data);

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return port;
}

void
rj_app_server_stop (RjAppServer *self)
{
  soup_server_disconnect (self->server);
}

static void
rj_app_server_finalize (GObject *object)
{
  RjAppServer *self = RJ_APP_SERVER (object);

  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_clear_object (&self->broker);
  G_OBJECT_CLASS (rj_app_server_parent_class)->finalize (object);
}

static void
rj_app_server_class_init (RjAppServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_app_server_finalize;
}

static void
rj_app_server_init (RjAppServer *self)
{
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, "/api/get-token", on_get_token, self, NULL);
  soup_server_add_handler (self->server, "/api/sessions", on_sessions, self, NULL);
}

RjAppServer *
rj_app_server_new (const char *openvidu_url, const char *secret, RjClock *clock)
{
  RjAppServer *self = g_object_new (RJ_TYPE_APP_SERVER, NULL);

  self->broker = rj_token_broker_new (openvidu_url, secret, clock);
  return self;
}
