#include "rj-control.h"

#include <libsoup/soup.h>
#include <string.h>

#include "rj-error.h"
#include "rj-json.h"

#define BODY_LIMIT      (64 * 1024)
#define TEXT_LIMIT      500
#define METRICS_LIFE_US G_USEC_PER_SEC

struct _RjControl {
  GObject parent_instance;

  SoupServer *server;
  RjClock *clock;
  RjControlFuncs funcs;
  gpointer user_data;
  char *url;
  char *metrics; /* (nullable) of metrics_us */
  gint64 metrics_us;
};

G_DEFINE_FINAL_TYPE (RjControl, rj_control, G_TYPE_OBJECT)

/* --- answers --- */

/* @object: (transfer full) */
static void
answer (SoupServerMessage *message, guint status, JsonObject *object)
{
  char *text = rj_json_object_to_text (object);

  json_object_unref (object);
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_TAKE, text,
                                    strlen (text));
}

static void
refuse (SoupServerMessage *message, guint status, const char *sentence)
{
  answer (message, status, rj_json_build ("error", 's', sentence, NULL));
}

static void
refuse_error (SoupServerMessage *message, const GError *error)
{
  gboolean wrong = g_error_matches (error, RJ_ERROR, RJ_ERROR_USAGE);

  refuse (message, wrong ? SOUP_STATUS_BAD_REQUEST : SOUP_STATUS_FORBIDDEN, error->message);
}

/* --- who may ask --- */

static gboolean
is_loopback (const char *host)
{
  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_equal (host, "127.0.0.1") ||
         g_str_equal (host, "[::1]");
}

/* @text: "host" or "host:port" */
static gboolean
is_host_allowed (const char *text)
{
  const char *end = text == NULL ? NULL : strrchr (text, ':');
  g_autofree char *host = NULL;

  if (text == NULL)
    return FALSE;
  if (end != NULL && strchr (end, ']') != NULL)
    end = NULL;
  host = end == NULL ? g_strdup (text) : g_strndup (text, end - text);
  return is_loopback (host);
}

/* Returns: whether it was refused */
static gboolean
is_refused (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  gboolean chunked = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED;

  if (!is_host_allowed (soup_message_headers_get_one (headers, "Host")))
    refuse (message, SOUP_STATUS_FORBIDDEN,
            "the Host of the request is not of the loopback: ask 127.0.0.1 or localhost");
  else if (soup_message_headers_get_one (headers, "Origin") != NULL)
    refuse (message, SOUP_STATUS_FORBIDDEN, "web pages may not control a run");
  else if (chunked)
    refuse (message, SOUP_STATUS_LENGTH_REQUIRED, "send the body with its length, not in chunks");
  else if (soup_message_headers_get_content_length (headers) > BODY_LIMIT)
    refuse (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "the body is longer than 64 KiB");
  else
    return FALSE;
  return TRUE;
}

/* Before the body is read */
static void
on_early_request (SoupServer *server,
                  SoupServerMessage *message,
                  const char *path,
                  GHashTable *query,
                  gpointer user_data)
{
  if (is_refused (message))
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection",
                                  "close");
}

/* --- what is asked --- */

/* What stands in ?@key=, in the member @key of a JSON body, or in a plain body. @text: (out) (transfer full)
 * (nullable): NULL: nothing was said. Returns: FALSE: answered */
static gboolean
read_text (SoupServerMessage *message, GHashTable *query, const char *key, char **text)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  const char *type =
    soup_message_headers_get_content_type (soup_server_message_get_request_headers (message), NULL);
  const char *asked = query == NULL ? NULL : g_hash_table_lookup (query, key);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  gsize length = 0;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autoptr (JsonObject) object = NULL;

  *text = g_strdup (asked);
  if (asked == NULL && length > 0 && g_strcmp0 (type, "application/json") == 0) {
    object = rj_json_parse_object (data, length, NULL);
    if (object == NULL ||
        (rj_json_get_string (object, key, NULL) == NULL && json_object_get_size (object) > 0)) {
      g_autofree char *sentence =
        g_strdup_printf ("the body is not what it should be: {\"%s\": \"…\"}", key);

      refuse (message, SOUP_STATUS_BAD_REQUEST, sentence);
      return FALSE;
    }
    *text = g_strdup (rj_json_get_string (object, key, NULL));
  } else if (asked == NULL && length > 0) {
    *text = g_strndup (data, length);
  }
  if (*text != NULL &&
      (!g_utf8_validate (*text, -1, NULL) || g_utf8_strlen (*text, -1) > TEXT_LIMIT)) {
    refuse (message, SOUP_STATUS_BAD_REQUEST, "that is not a text of at most 500 characters");
    g_clear_pointer (text, g_free);
    return FALSE;
  }
  if (*text != NULL && *g_strstrip (*text) == '\0')
    g_clear_pointer (text, g_free);
  return TRUE;
}

static char *
describe_client (SoupServerMessage *message)
{
  GSocketAddress *address = soup_server_message_get_remote_address (message);

  if (!G_IS_INET_SOCKET_ADDRESS (address))
    return g_strdup ("http");
  return g_strdup_printf ("http %s:%u", soup_server_message_get_remote_host (message),
                          g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
}

static gboolean
is_watching (RjControl *self, SoupServerMessage *message)
{
  const char *state = self->funcs.get_state (self->user_data);
  g_autofree char *sentence = NULL;

  if (g_str_equal (state, RJ_CONTROL_WATCHING))
    return TRUE;
  sentence = g_strdup_printf (
    "not now: the run is %s; marks and faults are taken from when everybody flowed until its end",
    state);
  refuse (message, SOUP_STATUS_CONFLICT, sentence);
  return FALSE;
}

static void
do_healthz (RjControl *self, SoupServerMessage *message, GHashTable *query)
{
  answer (message, SOUP_STATUS_OK,
          rj_json_build ("state", 's', self->funcs.get_state (self->user_data), NULL));
}

static void
do_metrics (RjControl *self, SoupServerMessage *message, GHashTable *query)
{
  gint64 now_us = rj_clock_now_us (self->clock);

  if (self->metrics == NULL || now_us - self->metrics_us >= METRICS_LIFE_US) {
    g_free (self->metrics);
    self->metrics = self->funcs.render_metrics (self->user_data);
    self->metrics_us = now_us;
  }
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "text/plain; version=0.0.4; charset=utf-8",
                                    SOUP_MEMORY_COPY, self->metrics, strlen (self->metrics));
}

static void
do_mark (RjControl *self, SoupServerMessage *message, GHashTable *query)
{
  g_autofree char *text = NULL;
  g_autofree char *by = describe_client (message);

  if (!read_text (message, query, "text", &text) || !is_watching (self, message))
    return;
  self->funcs.mark (text, by, self->user_data);
  answer (message, SOUP_STATUS_OK, rj_json_build ("mark", 's', text != NULL ? text : "", NULL));
}

static void
do_fault (RjControl *self, SoupServerMessage *message, GHashTable *query)
{
  g_autofree char *text = NULL;
  g_autofree char *by = describe_client (message);
  g_autoptr (GError) error = NULL;
  guint index = 0;

  if (!read_text (message, query, "fault", &text))
    return;
  if (text == NULL)
    refuse (message, SOUP_STATUS_BAD_REQUEST,
            "say which fault: {\"fault\": \"kill-media-node\"}, or the name of a step of the plan");
  else if (!is_watching (self, message))
    return;
  else if (!self->funcs.fault (text, by, &index, &error, self->user_data))
    refuse_error (message, error);
  else
    answer (message, SOUP_STATUS_OK,
            rj_json_build ("fault", 's', text, "index", 'i', (gint64) index, NULL));
}

static const struct {
  const char *path, *method;
  void (*func) (RjControl *self, SoupServerMessage *message, GHashTable *query);
} rows[] = {
  { "/healthz", "GET", do_healthz },
  { "/metrics", "GET", do_metrics },
  { "/mark", "POST", do_mark },
  { "/fault", "POST", do_fault },
};

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer user_data)
{
  RjControl *self = user_data;
  const char *method = soup_server_message_get_method (message);
  g_autofree char *sentence = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gboolean reads = g_str_equal (rows[i].method, "GET");

    if (!g_str_equal (rows[i].path, path))
      continue;
    if (g_str_equal (method, rows[i].method) || (reads && g_str_equal (method, "HEAD"))) {
      rows[i].func (self, message, query);
      return;
    }
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow",
                                  reads ? "GET, HEAD" : "POST");
    sentence = g_strdup_printf ("%s wants %s", path, rows[i].method);
    refuse (message, SOUP_STATUS_METHOD_NOT_ALLOWED, sentence);
    return;
  }
  refuse (message, SOUP_STATUS_NOT_FOUND,
          "there is no such path; there are GET /healthz, GET /metrics, POST /mark, POST /fault");
}

/* --- */

gboolean
rj_control_parse_port (const char *text, guint *port, GError **error)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = colon == NULL ? g_strdup ("localhost") : g_strndup (text, colon - text);
  guint64 number = 0;

  if (!is_loopback (host)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "%s is not an address of the loopback: who reaches it could do faults; write a "
                 "port alone, and reach "
                 "it from elsewhere through ssh -L",
                 host);
    return FALSE;
  }
  if (!g_ascii_string_to_unsigned (colon == NULL ? text : colon + 1, 10, 0, 65535, &number, NULL)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "\"%s\" is no port; write a number from 1 to 65535, or 0 for any free one", text);
    return FALSE;
  }
  *port = number;
  return TRUE;
}

static char *
find_url (SoupServer *server)
{
  GSList *uris = soup_server_get_uris (server);
  char *url = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));

  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return url;
}

RjControl *
rj_control_new (
  guint port, RjClock *clock, const RjControlFuncs *funcs, gpointer user_data, GError **error)
{
  g_autoptr (RjControl) self = g_object_new (RJ_TYPE_CONTROL, NULL);
  g_autoptr (GError) problem = NULL;

  self->clock = g_object_ref (clock);
  self->funcs = *funcs;
  self->user_data = user_data;
  self->server = soup_server_new ("server-header", "", NULL);
  soup_server_add_early_handler (self->server, NULL, on_early_request, self, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  if (!soup_server_listen_local (self->server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, &problem)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
                 "--control cannot listen on port %u: %s; choose another one, or 0 for any", port,
                 problem->message);
    return NULL;
  }
  self->url = find_url (self->server);
  return g_steal_pointer (&self);
}

const char *
rj_control_get_url (RjControl *self)
{
  return self->url;
}

static void
rj_control_finalize (GObject *object)
{
  RjControl *self = RJ_CONTROL (object);

  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_clear_object (&self->clock);
  g_free (self->url);
  g_free (self->metrics);
  G_OBJECT_CLASS (rj_control_parent_class)->finalize (object);
}

static void
rj_control_class_init (RjControlClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_control_finalize;
}

static void
rj_control_init (RjControl *self)
{
}
