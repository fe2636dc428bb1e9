#include "rjt-scripted-server.h"

#include <string.h>

#include "rjt-routes.h"

typedef struct {
  RjtReaction reaction;
  int code;
  char *text; /* (nullable) result, or message of the error */
  guint left; /* how often it holds */
} Script;

typedef struct {
  char *method;
  JsonObject *params;
} Request;

struct _RjtServer {
  SoupServer *soup;
  GTlsCertificate *certificate;
  guint port;
  char *url;
  char *token;
  RjtRoutes *routes;
  GHashTable *scripts; /* method → Script */
  GPtrArray *requests; /* of Request */
  GString *methods;
  gint64 last_id;
  gboolean ids_are_fine;
  char *complaint;
  GPtrArray *sockets; /* of SoupWebsocketConnection */
  guint opened;
  char *query;
  char *path;
  SoupMessageHeaders *upgrade;
  guint close_code;
  char *close_reason;
  gboolean was_reset;
  gboolean refuses;
};

static char *
to_json (const char *text)
{
  return g_strdelimit (g_strdup (text), "'", '"');
}

static void
script_free (Script *self)
{
  g_free (self->text);
  g_free (self);
}

static void
request_free (Request *self)
{
  g_free (self->method);
  g_clear_pointer (&self->params, json_object_unref);
  g_free (self);
}

static const char *
get_default_result (const char *method)
{
  if (g_str_equal (method, "ping"))
    return "{'value':'pong'}";
  if (g_str_equal (method, "joinRoom"))
    return "{'id':'" RJT_SELF "','createdAt':1,'metadata':'','value':[],'session':'room',"
           "'version':'2.32.2','mediaServer':'kurento','role':'PUBLISHER'}";
  if (g_str_equal (method, "publishVideo"))
    return "{'sdpAnswer':'v=0 answer','id':'str_CAM_AAAA_" RJT_SELF "','createdAt':1}";
  if (g_str_equal (method, "receiveVideoFrom"))
    return "{'sdpAnswer':'v=0 answer'}";
  if (g_str_equal (method, "reconnectStream"))
    return "{'sdpAnswer':'v=0 again','id':'str_CAM_AAAA_" RJT_SELF "'}";
  if (g_str_equal (method, "connect"))
    return "{'value':'reconnection successful'}";
  return "{}";
}

static char *
make_result (gint64 id, const char *method, const char *text)
{
  g_autofree char *json = to_json (text == NULL ? get_default_result (method) : text);
  const char *rest = json + 1;

  if (g_str_equal (method, "ping"))
    return g_strdup_printf ("{\"id\":%" G_GINT64_FORMAT ",\"result\":%s,\"jsonrpc\":\"2.0\"}", id,
                            json);
  return g_strdup_printf ("{\"id\":%" G_GINT64_FORMAT ",\"result\":{\"sessionId\":\"%s\"%s%s,"
                          "\"jsonrpc\":\"2.0\"}",
                          id, RJT_RPC_SESSION, *rest == '}' ? "" : ",", rest);
}

static char *
make_error (gint64 id, const Script *script)
{
  return g_strdup_printf ("{\"id\":%" G_GINT64_FORMAT
                          ",\"error\":{\"code\":%d,\"message\":\"%s\"%s},\"jsonrpc\":\"2.0\"%s}",
                          id, script->code, script->text,
                          script->reaction == RJT_REPLY ? ",\"sessionId\":\"" RJT_RPC_SESSION "\""
                                                        : "",
                          script->reaction == RJT_REPLY ? ",\"data\":{}" : "");
}

/* Returns: (transfer none) (nullable) */
static const Script *
find_script (RjtServer *self, const char *method)
{
  Script *script = g_hash_table_lookup (self->scripts, method);

  if (script == NULL || script->left == 0)
    return NULL;
  script->left--;
  return script;
}

static void
react (RjtServer *self, SoupWebsocketConnection *socket, const char *method, gint64 id)
{
  const Script *script = find_script (self, method);
  RjtReaction reaction = script == NULL ? RJT_ANSWER : script->reaction;
  g_autofree char *text = NULL;

  if (reaction == RJT_SILENT)
    return;
  if (reaction == RJT_CLOSE) {
    soup_websocket_connection_close (socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    return;
  }
  if (reaction == RJT_THROW || reaction == RJT_REPLY)
    text = make_error (id, script);
  else
    text = make_result (id, method, script == NULL ? NULL : script->text);
  soup_websocket_connection_send_text (socket, text);
  if (reaction == RJT_TWICE)
    soup_websocket_connection_send_text (socket, text);
}

/* What holds for every request, whatever it asks. Returns: (nullable): what is wrong */
static const char *
judge (JsonObject *frame, gsize length)
{
  JsonNode *id = json_object_get_member (frame, "id");
  JsonNode *params = json_object_get_member (frame, "params");
  const char *method = json_object_get_string_member_with_default (frame, "method", "");

  if (g_strcmp0 (json_object_get_string_member_with_default (frame, "jsonrpc", NULL), "2.0") != 0)
    return "no \"jsonrpc\":\"2.0\"";
  if (id == NULL || json_node_get_value_type (id) != G_TYPE_INT64)
    return "no id, or none that is an integer";
  if (params != NULL && !JSON_NODE_HOLDS_OBJECT (params))
    return "params are no object";
  if (params != NULL && json_object_has_member (json_node_get_object (params), "sessionId") &&
      !g_str_equal (method, "connect") && !g_str_equal (method, "sessionStatus"))
    return "params.sessionId";
  if (length > 50 * 1024)
    return "more than 50 KiB";
  return NULL;
}

static void
on_message (SoupWebsocketConnection *socket,
            SoupWebsocketDataType type,
            GBytes *bytes,
            gpointer user_data)
{
  RjtServer *self = user_data;
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *frame;
  Request *request = g_new0 (Request, 1);
  gint64 id;

  g_assert_true (json_parser_load_from_data (parser, g_bytes_get_data (bytes, NULL), -1, NULL));
  frame = json_node_get_object (json_parser_get_root (parser));
  if (self->complaint == NULL)
    self->complaint = g_strdup (judge (frame, g_bytes_get_size (bytes)));
  request->method = g_strdup (json_object_get_string_member (frame, "method"));
  if (json_object_has_member (frame, "params"))
    request->params = json_object_ref (json_object_get_object_member (frame, "params"));
  id = json_object_get_int_member_with_default (frame, "id", -1);
  self->ids_are_fine = self->ids_are_fine && id > self->last_id;
  self->last_id = id;
  g_string_append_printf (self->methods, "%s%s", self->methods->len == 0 ? "" : " ",
                          request->method);
  g_ptr_array_add (self->requests, request);
  react (self, socket, request->method, id);
}

static void
on_error (SoupWebsocketConnection *socket, const GError *error, gpointer user_data)
{
  RjtServer *self = user_data;

  self->was_reset = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
}

static void
on_closed (SoupWebsocketConnection *socket, gpointer user_data)
{
  RjtServer *self = user_data;

  self->close_code = soup_websocket_connection_get_close_code (socket);
  g_free (self->close_reason);
  self->close_reason = g_strdup (soup_websocket_connection_get_close_data (socket));
  g_signal_handlers_disconnect_by_data (socket, self);
  g_ptr_array_remove (self->sockets, socket);
}

static void
on_early (SoupServer *soup,
          SoupServerMessage *message,
          const char *path,
          GHashTable *query,
          gpointer user_data)
{
  RjtServer *self = user_data;

  soup_message_headers_append (soup_server_message_get_response_headers (message), "Set-Cookie",
                               RJT_ROUTES_COOKIE);
  if (self->refuses)
    soup_server_message_set_status (message, 503, NULL);
}

static void
copy_header (const char *name, const char *value, gpointer user_data)
{
  soup_message_headers_append (((RjtServer *) user_data)->upgrade, name, value);
}

static void
on_websocket (SoupServer *soup,
              SoupServerMessage *message,
              const char *path,
              SoupWebsocketConnection *socket,
              gpointer user_data)
{
  RjtServer *self = user_data;

  self->opened++;
  g_free (self->query);
  self->query = g_strdup (g_uri_get_query (soup_server_message_get_uri (message)));
  g_free (self->path);
  self->path = g_strdup (path);
  soup_message_headers_clear (self->upgrade);
  soup_message_headers_foreach (soup_server_message_get_request_headers (message), copy_header,
                                self);
  if (self->query == NULL || strstr (self->query, "reconnect=true") == NULL)
    self->last_id = -1; /* another client, or another stay of the same one */
  g_ptr_array_add (self->sockets, g_object_ref (socket));
  g_signal_connect (socket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (socket, "error", G_CALLBACK (on_error), self);
  g_signal_connect (socket, "closed", G_CALLBACK (on_closed), self);
}

void
rjt_server_start (RjtServer *self)
{
  g_autoptr (GError) error = NULL;

  self->soup = soup_server_new ("tls-certificate", self->certificate, NULL);
  soup_server_add_handler (self->soup, NULL, rjt_routes_answer, self->routes, NULL);
  soup_server_add_handler (self->soup, "/openvidu/api", rjt_routes_answer, self->routes, NULL);
  soup_server_add_early_handler (self->soup, "/openvidu", on_early, self, NULL);
  soup_server_add_websocket_handler (self->soup, "/openvidu", NULL, NULL, on_websocket, self, NULL);
  soup_server_listen_local (self->soup, self->port,
                            SOUP_SERVER_LISTEN_IPV4_ONLY |
                              (self->certificate == NULL ? 0 : SOUP_SERVER_LISTEN_HTTPS),
                            &error);
  g_assert_no_error (error);
}

void
rjt_server_stop (RjtServer *self)
{
  soup_server_disconnect (self->soup);
  g_clear_object (&self->soup);
}

static void
find_port (RjtServer *self)
{
  GSList *uris = soup_server_get_uris (self->soup);

  self->port = g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

RjtServer *
rjt_server_new (GTlsCertificate *certificate)
{
  RjtServer *self = g_new0 (RjtServer, 1);
  const char *s = certificate == NULL ? "" : "s";

  self->routes = rjt_routes_new ();
  self->scripts =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) script_free);
  self->requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);
  self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  self->methods = g_string_new (NULL);
  self->upgrade = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  self->last_id = -1;
  self->ids_are_fine = TRUE;
  g_set_object (&self->certificate, certificate);
  rjt_server_start (self);
  find_port (self);
  self->url = g_strdup_printf ("http%s://127.0.0.1:%u", s, self->port);
  self->token = g_strdup_printf ("ws%s://127.0.0.1:%u?sessionId=room&token=tok_ABCDEFGHIJKLMNOP", s,
                                 self->port);
  rjt_routes_set_tokens (self->routes, "/api/get-token", self->token);
  return self;
}

void
rjt_server_free (RjtServer *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->sockets->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->sockets, i), self);
  if (self->soup != NULL)
    rjt_server_stop (self);
  g_ptr_array_unref (self->sockets);
  g_ptr_array_unref (self->requests);
  rjt_routes_free (self->routes);
  g_hash_table_unref (self->scripts);
  g_string_free (self->methods, TRUE);
  g_clear_object (&self->certificate);
  g_free (self->url);
  g_free (self->token);
  g_free (self->query);
  g_free (self->path);
  g_free (self->complaint);
  soup_message_headers_unref (self->upgrade);
  g_free (self->close_reason);
  g_free (self);
}

const char *
rjt_server_get_url (RjtServer *self)
{
  return self->url;
}

const char *
rjt_server_get_token (RjtServer *self)
{
  return self->token;
}

void
rjt_server_set_http (RjtServer *self, const char *path, guint status, const char *body)
{
  rjt_routes_set (self->routes, path, status, body);
}

guint
rjt_server_count_http (RjtServer *self, const char *path)
{
  return rjt_routes_count (self->routes, path);
}

const char *
rjt_server_get_body (RjtServer *self, const char *path)
{
  return rjt_routes_get_body (self->routes, path);
}

const char *
rjt_server_get_authorization (RjtServer *self, const char *path)
{
  return rjt_routes_get_authorization (self->routes, path);
}

void
rjt_server_script (
  RjtServer *self, const char *method, RjtReaction reaction, int code, const char *text)
{
  rjt_server_script_times (self, method, G_MAXUINT, reaction, code, text);
}

void
rjt_server_script_times (RjtServer *self,
                         const char *method,
                         guint times,
                         RjtReaction reaction,
                         int code,
                         const char *text)
{
  Script *script = g_new0 (Script, 1);

  script->left = times;
  script->reaction = reaction;
  script->code = code;
  script->text = g_strdup (text);
  g_hash_table_replace (self->scripts, g_strdup (method), script);
}

static const Request *
find_request (RjtServer *self, const char *method, guint n)
{
  for (guint i = 0; i < self->requests->len; i++) {
    const Request *request = g_ptr_array_index (self->requests, i);

    if (g_str_equal (request->method, method) && n-- == 0)
      return request;
  }
  return NULL;
}

guint
rjt_server_count (RjtServer *self, const char *method)
{
  guint n = 0;

  while (find_request (self, method, n) != NULL)
    n++;
  return n;
}

JsonObject *
rjt_server_get_params (RjtServer *self, const char *method, guint n)
{
  const Request *request = find_request (self, method, n);

  if (request == NULL)
    g_error ("there was no request %s number %u", method, n);
  return request->params;
}

const char *
rjt_server_get_methods (RjtServer *self)
{
  return self->methods->str;
}

gboolean
rjt_server_ids_are_fine (RjtServer *self)
{
  return self->ids_are_fine;
}

const char *
rjt_server_get_complaint (RjtServer *self)
{
  return self->complaint;
}

guint
rjt_server_count_open (RjtServer *self)
{
  return self->sockets->len;
}

guint
rjt_server_count_opened (RjtServer *self)
{
  return self->opened;
}

const char *
rjt_server_get_query (RjtServer *self)
{
  return self->query;
}

const char *
rjt_server_get_path (RjtServer *self)
{
  return self->path;
}

const char *
rjt_server_get_header (RjtServer *self, const char *name)
{
  return soup_message_headers_get_one (self->upgrade, name);
}

guint
rjt_server_get_close_code (RjtServer *self)
{
  return self->close_code;
}

const char *
rjt_server_get_close_reason (RjtServer *self)
{
  return self->close_reason;
}

gboolean
rjt_server_was_reset (RjtServer *self)
{
  return self->was_reset;
}

void
rjt_server_say (RjtServer *self, const char *text)
{
  for (guint i = 0; i < self->sockets->len; i++)
    soup_websocket_connection_send_text (g_ptr_array_index (self->sockets, i), text);
}

void
rjt_server_say_binary (RjtServer *self, const void *data, gsize length)
{
  for (guint i = 0; i < self->sockets->len; i++)
    soup_websocket_connection_send_binary (g_ptr_array_index (self->sockets, i), data, length);
}

void
rjt_server_notify (RjtServer *self, const char *method, const char *params)
{
  g_autofree char *json = to_json (params);
  g_autofree char *text =
    g_strdup_printf ("{\"method\":\"%s\",\"params\":%s,\"jsonrpc\":\"2.0\"}", method, json);

  rjt_server_say (self, text);
}

void
rjt_server_close_sockets (RjtServer *self, gushort code, const char *reason)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_copy (self->sockets, (GCopyFunc) g_object_ref, NULL);

  g_ptr_array_set_free_func (sockets, g_object_unref);
  for (guint i = 0; i < sockets->len; i++)
    soup_websocket_connection_close (g_ptr_array_index (sockets, i), code, reason);
}

void
rjt_server_refuse_upgrades (RjtServer *self, gboolean refuse)
{
  self->refuses = refuse;
}
