#include "rj-rest.h"

#include "rj-json.h"
#include "rj-rest-json.h"

#define API            "/openvidu/api/"
#define DEPRECATED_API "/api/"
#define USER           "OPENVIDUAPP"

typedef enum {
  PUBLIC = 1 << 0,        /* without credentials */
  NEEDS_SESSION = 1 << 1, /* unknown: 400 */
  LOST_SESSION = 1 << 2,  /* unknown: 404 */
  CLUSTER = 1 << 3,       /* only in the clustered editions */
} RouteFlags;

static void
get_config (RjRestRequest *request)
{
  rj_rest_reply_json (request, SOUP_STATUS_OK, rj_rest_config_to_json (request->core));
}

static void
get_version (RjRestRequest *request)
{
  rj_rest_reply_text (request, RJ_SERVER_VERSION);
}

static void
get_public_url (RjRestRequest *request)
{
  g_autofree char *url = g_strconcat (request->core->public_url, "/", NULL);

  rj_rest_reply_text (request, url);
}

static void
get_false (RjRestRequest *request)
{
  rj_rest_reply_text (request, "false");
}

static void
get_nothing (RjRestRequest *request)
{
  rj_rest_reply_text (request, "");
}

static void
refuse_recording (RjRestRequest *request)
{
  rj_rest_reply_empty (request, SOUP_STATUS_NOT_IMPLEMENTED);
}

/* "*" stands for one part of the path; the first one is a session where the flags say so */
static const struct {
  const char *method;
  const char *path;
  RjRestFunc func;
  RouteFlags flags;
} routes[] = {
  { "POST", "sessions", rj_rest_create_session, 0 },
  { "GET", "sessions", rj_rest_list_sessions, 0 },
  { "GET", "sessions/*", rj_rest_get_session, LOST_SESSION },
  { "DELETE", "sessions/*", rj_rest_delete_session, LOST_SESSION },
  { "POST", "sessions/*/connection", rj_rest_create_connection, LOST_SESSION },
  { "GET", "sessions/*/connection", rj_rest_list_connections, LOST_SESSION },
  { "GET", "sessions/*/connection/*", rj_rest_get_connection, NEEDS_SESSION },
  { "PATCH", "sessions/*/connection/*", rj_rest_change_connection, LOST_SESSION | CLUSTER },
  { "DELETE", "sessions/*/connection/*", rj_rest_delete_connection, NEEDS_SESSION },
  { "DELETE", "sessions/*/stream/*", rj_rest_delete_stream, NEEDS_SESSION },
  { "POST", "signal", rj_rest_signal, 0 },
  { "POST", "tokens", rj_rest_create_token, 0 },
  { "GET", "config", get_config, 0 },
  { "GET", "config/openvidu-version", get_version, 0 },
  { "GET", "config/openvidu-publicurl", get_public_url, PUBLIC },
  { "HEAD", "config/openvidu-publicurl", get_public_url, PUBLIC },
  { "GET", "config/openvidu-recording", get_false, 0 },
  { "GET", "config/openvidu-recording-path", get_nothing, 0 },
  { "GET", "config/openvidu-cdr", get_false, 0 },
  { "GET", "media-nodes", rj_rest_list_media_nodes, CLUSTER },
  { "POST", "media-nodes", rj_rest_add_media_node, CLUSTER },
  { "GET", "media-nodes/*", rj_rest_get_media_node, CLUSTER },
  { "DELETE", "media-nodes/*", rj_rest_delete_media_node, CLUSTER },
  { "GET", "health", rj_rest_get_health, CLUSTER },
  { "POST", "recordings/start", refuse_recording, 0 },
  { "POST", "recordings/stop/*", refuse_recording, 0 },
  { "GET", "recordings", refuse_recording, 0 },
  { "GET", "recordings/*", refuse_recording, 0 },
  { "DELETE", "recordings/*", refuse_recording, 0 },
};

static gboolean
is_match (const char *pattern, char **parts)
{
  g_auto (GStrv) wanted = g_strsplit (pattern, "/", -1);
  guint n = g_strv_length (wanted);

  if (g_strv_length (parts) != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!g_str_equal (wanted[i], "*") && !g_str_equal (wanted[i], parts[i]))
      return FALSE;
  return TRUE;
}

static int
find_route (RjRestRequest *request)
{
  const char *method = soup_server_message_get_method (request->message);

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++)
    if (g_str_equal (routes[i].method, method) && is_match (routes[i].path, request->parts) &&
        (!(routes[i].flags & CLUSTER) || rj_server_core_is_cluster (request->core)))
      return (int) i;
  return -1;
}

static gboolean
is_authorised (RjRestRequest *request)
{
  const char *header = soup_message_headers_get_one (
    soup_server_message_get_request_headers (request->message), "Authorization");
  g_autofree char *wanted = g_strconcat (USER, ":", request->core->config->secret, NULL);
  g_autofree guchar *given = NULL;
  gsize size;

  if (header == NULL || g_ascii_strncasecmp (header, "Basic ", 6) != 0)
    return FALSE;
  given = g_base64_decode (header + 6, &size);
  return size == strlen (wanted) && memcmp (given, wanted, size) == 0;
}

static void
challenge (RjRestRequest *request)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                "WWW-Authenticate", "Basic realm=\"Realm\"");
  rj_rest_reply_empty (request, SOUP_STATUS_UNAUTHORIZED);
}

/* Returns: FALSE when there is a body that is not JSON, or does not say so */
static gboolean
read_body (RjRestRequest *request)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  g_autoptr (GBytes) bytes =
    soup_message_body_flatten (soup_server_message_get_request_body (request->message));
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);

  if (size == 0)
    return TRUE;
  if (g_strcmp0 (type, "application/json") != 0)
    return FALSE;
  request->body = rj_json_parse_object (text, (gssize) size, NULL);
  return request->body != NULL;
}

static void
allow_every_origin (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Access-Control-Allow-Origin", "*");
  soup_message_headers_replace (headers, "Access-Control-Allow-Headers", "*, Authorization");
  soup_message_headers_replace (headers, "Access-Control-Allow-Methods",
                                "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
}

static void
run_route (RjRestRequest *request, guint i)
{
  if (!read_body (request)) {
    rj_rest_reply_empty (request, SOUP_STATUS_FORBIDDEN);
    return;
  }
  if (routes[i].flags & (NEEDS_SESSION | LOST_SESSION)) {
    request->session = g_hash_table_lookup (request->core->sessions, request->parts[1]);
    if (request->session == NULL) {
      rj_rest_reply_empty (request, routes[i].flags & NEEDS_SESSION ? SOUP_STATUS_BAD_REQUEST
                                                                    : SOUP_STATUS_NOT_FOUND);
      return;
    }
    g_object_ref (request->session);
  }
  routes[i].func (request);
  g_clear_object (&request->session);
}

static void
answer (RjRestRequest *request)
{
  int i = find_route (request);

  if (g_str_equal (soup_server_message_get_method (request->message), "OPTIONS"))
    rj_rest_reply_empty (request, SOUP_STATUS_OK);
  else if ((i < 0 || !(routes[i].flags & PUBLIC)) && !is_authorised (request))
    challenge (request);
  else if (i < 0)
    rj_rest_reply_empty (request, SOUP_STATUS_FORBIDDEN);
  else
    run_route (request, (guint) i);
}

void
rj_rest_handle (RjServerCore *core, SoupServerMessage *message, const char *path, GHashTable *query)
{
  const char *below = g_str_has_prefix (path, API)              ? path + strlen (API)
                      : g_str_has_prefix (path, DEPRECATED_API) ? path + strlen (DEPRECATED_API)
                                                                : "";
  g_auto (GStrv) parts = g_strsplit (below, "/", -1);
  RjRestRequest request = {
    .core = core, .message = message, .query = query, .path = path, .parts = parts
  };

  allow_every_origin (message);
  answer (&request);
  g_clear_pointer (&request.body, json_object_unref);
}
