/* REST through the front: to the master that has the session, or to all of them */
#include "rj-front-private.h"

#include "rj-json.h"

#define API            "/openvidu/api/"
#define DEPRECATED_API "/api/"

/* One request to one master. Lives until it is answered. */
typedef struct {
  RjFront *front;             /* owned */
  SoupServerMessage *client;  /* owned */
  SoupMessage *message;       /* owned */
  guint master;               /* index */
  gboolean learns;            /* the answer names a new session */
  struct _Gathering *gathers; /* (nullable): one of several, whose answers are put together */
} Passage;

/* GET /sessions: from every master */
typedef struct _Gathering {
  guint n_open;
  guint status; /* 0: no answer yet. 200, or the first one that is not */
  GHashTable *seen;
  JsonArray *content;
} Gathering;

static const char *const own_headers[] = { "Host",    "Connection", "Content-Length",
                                           "Upgrade", "Expect",     "Transfer-Encoding",
                                           "Server",  "Date",       NULL };

static void
copy_headers (SoupMessageHeaders *from, SoupMessageHeaders *to)
{
  SoupMessageHeadersIter iter;
  const char *name;
  const char *value;

  soup_message_headers_iter_init (&iter, from);
  while (soup_message_headers_iter_next (&iter, &name, &value)) {
    gboolean is_own = FALSE;

    for (guint i = 0; own_headers[i] != NULL && !is_own; i++)
      is_own = g_ascii_strcasecmp (own_headers[i], name) == 0;
    if (!is_own)
      soup_message_headers_append (to, name, value);
  }
}

/* libsoup 3.2 reads the end of a connection that was kept alive, and keeps its descriptor for ever */
static void
end_connection (SoupServerMessage *client)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (client), "Connection",
                                "close");
}

static void
reply_unavailable (SoupServerMessage *client)
{
  end_connection (client);
  soup_server_message_set_status (client, SOUP_STATUS_SERVICE_UNAVAILABLE, NULL);
}

static void
passage_free (Passage *passage)
{
  g_object_unref (passage->client);
  g_object_unref (passage->message);
  g_object_unref (passage->front);
  g_free (passage);
}

static void
reply (Passage *passage, GBytes *body)
{
  SoupServerMessage *client = passage->client;
  gsize size;
  const char *data = g_bytes_get_data (body, &size);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (client);
  g_autofree char *type = NULL;

  copy_headers (soup_message_get_response_headers (passage->message), headers);
  end_connection (client);
  soup_server_message_set_status (client, soup_message_get_status (passage->message), NULL);
  /* a copy, for setting the response frees the header */
  type = g_strdup (soup_message_headers_get_content_type (headers, NULL));
  soup_server_message_set_response (client, type, SOUP_MEMORY_COPY, data, size);
}

static void
learn (Passage *passage, GBytes *body)
{
  gsize size;
  const char *text = g_bytes_get_data (body, &size);
  g_autoptr (JsonObject) session = rj_json_parse_object (text, (gssize) size, NULL);
  const char *id = session == NULL ? NULL : rj_json_get_string (session, "id", NULL);

  if (id != NULL && passage->master < passage->front->masters->len)
    rj_front_set_home (passage->front, id,
                       g_ptr_array_index (passage->front->masters, passage->master));
}

static void
gather (Gathering *gathering, guint status, GBytes *body)
{
  gsize size = 0;
  const char *text = body == NULL ? NULL : g_bytes_get_data (body, &size);
  g_autoptr (JsonObject) list =
    text == NULL || size == 0 ? NULL : rj_json_parse_object (text, (gssize) size, NULL);
  JsonArray *content = list == NULL ? NULL : rj_json_get_array (list, "content");

  if (body != NULL && (gathering->status == 0 || gathering->status == SOUP_STATUS_OK))
    gathering->status = status;
  for (guint i = 0; content != NULL && i < json_array_get_length (content); i++) {
    JsonObject *session = rj_json_array_get_object (content, i);
    const char *id = session == NULL ? NULL : rj_json_get_string (session, "id", NULL);

    /* a master that was away for a while may still have what has moved to another one */
    if (id != NULL && g_hash_table_add (gathering->seen, g_strdup (id)))
      json_array_add_object_element (gathering->content, json_object_ref (session));
  }
}

static void
finish_gathering (Passage *passage, GBytes *body)
{
  Gathering *gathering = passage->gathers;

  gather (gathering, soup_message_get_status (passage->message), body);
  if (--gathering->n_open > 0)
    return;
  if (gathering->status != SOUP_STATUS_OK) {
    soup_server_message_set_status (
      passage->client, gathering->status == 0 ? SOUP_STATUS_SERVICE_UNAVAILABLE : gathering->status,
      NULL);
  } else {
    gint64 n = json_array_get_length (gathering->content);
    g_autoptr (JsonObject) list = rj_json_build ("numberOfElements", 'i', n, "content", 'a',
                                                 json_array_ref (gathering->content), NULL);
    g_autofree char *text = rj_json_object_to_text (list);

    soup_server_message_set_status (passage->client, SOUP_STATUS_OK, NULL);
    soup_server_message_set_response (passage->client, "application/json", SOUP_MEMORY_COPY, text,
                                      strlen (text));
  }
  end_connection (passage->client);
  soup_server_message_unpause (passage->client);
  g_hash_table_unref (gathering->seen);
  json_array_unref (gathering->content);
  g_free (gathering);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Passage *passage = user_data;
  RjFront *front = passage->front;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body =
    soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  if (body == NULL && passage->master < front->masters->len &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    rj_front_master_suspect (g_ptr_array_index (front->masters, passage->master));
  if (passage->gathers != NULL) {
    finish_gathering (passage, body);
  } else {
    if (body == NULL) {
      reply_unavailable (passage->client);
    } else {
      if (passage->learns)
        learn (passage, body);
      reply (passage, body);
    }
    soup_server_message_unpause (passage->client);
  }
  passage_free (passage);
}

static Passage *
pass (RjFront *self, SoupServerMessage *client, RjFrontMaster *master)
{
  Passage *passage = g_new0 (Passage, 1);
  g_autofree char *url = rj_front_get_url (master, "http", soup_server_message_get_uri (client));
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (client);
  g_autoptr (GBytes) body =
    soup_message_body_flatten (soup_server_message_get_request_body (client));

  passage->front = g_object_ref (self);
  passage->client = g_object_ref (client);
  passage->master = master->index;
  passage->message = soup_message_new (soup_server_message_get_method (client), url);
  soup_message_add_flags (passage->message, SOUP_MESSAGE_NO_REDIRECT);
  if (g_bytes_get_size (body) > 0)
    soup_message_set_request_body_from_bytes (passage->message, NULL, body);
  copy_headers (headers, soup_message_get_request_headers (passage->message));
  soup_session_send_and_read_async (self->http, passage->message, G_PRIORITY_DEFAULT,
                                    master->lifetime, on_answered, passage);
  return passage;
}

static void
pass_to_all (RjFront *self, SoupServerMessage *client)
{
  Gathering *gathering = g_new0 (Gathering, 1);

  gathering->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gathering->content = json_array_new ();
  for (guint i = 0; i < self->masters->len; i++) {
    RjFrontMaster *master = g_ptr_array_index (self->masters, i);

    if (master->is_lost)
      continue;
    gathering->n_open++;
    pass (self, client, master)->gathers = gathering;
  }
}

/* The session that a request is about: in the path, or in the body. Returns: (transfer full) (nullable) */
static char *
find_session (SoupServerMessage *client, char **parts)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (JsonObject) body = NULL;
  gsize size;
  const char *text;
  const char *id;

  if (g_strcmp0 (parts[0], "sessions") == 0 && parts[1] != NULL && *parts[1] != '\0')
    return g_strdup (parts[1]);
  bytes = soup_message_body_flatten (soup_server_message_get_request_body (client));
  text = g_bytes_get_data (bytes, &size);
  body = size == 0 ? NULL : rj_json_parse_object (text, (gssize) size, NULL);
  if (body == NULL)
    return NULL;
  id = rj_json_get_string (
    body, g_strcmp0 (parts[0], "sessions") == 0 ? "customSessionId" : "session", NULL);
  return id == NULL || *id == '\0' ? NULL : g_strdup (id);
}

/* Each master has its own list of media nodes: to change one alone would set them at odds */
static void
refuse_node_change (SoupServerMessage *client)
{
  static const char text[] =
    "{\"status\":501,\"error\":\"Not Implemented\",\"message\":\"Media nodes are "
    "added and removed only where there is one master\"}";

  end_connection (client);
  soup_server_message_set_status (client, SOUP_STATUS_NOT_IMPLEMENTED, NULL);
  soup_server_message_set_response (client, "application/json", SOUP_MEMORY_STATIC, text,
                                    sizeof text - 1);
}

void
rj_front_forward (RjFront *self, SoupServerMessage *message, const char *path)
{
  const char *method = soup_server_message_get_method (message);
  const char *below = g_str_has_prefix (path, API)              ? path + strlen (API)
                      : g_str_has_prefix (path, DEPRECATED_API) ? path + strlen (DEPRECATED_API)
                                                                : "";
  g_auto (GStrv) parts = g_strsplit (below, "/", -1);
  g_autofree char *session = find_session (message, parts);
  gboolean names_sessions = g_str_equal (below, "sessions");
  RjFrontMaster *master = rj_front_route (self, session);

  if (master == NULL) {
    reply_unavailable (message);
    return;
  }
  if (g_strcmp0 (parts[0], "media-nodes") == 0 && !g_str_equal (method, "GET")) {
    refuse_node_change (message);
    return;
  }
  /* without a status, libsoup would go on to the websocket handler */
  reply_unavailable (message);
  soup_server_message_pause (message);
  if (names_sessions && g_str_equal (method, "GET"))
    pass_to_all (self, message);
  else
    pass (self, message, master)->learns =
      names_sessions && session == NULL && g_str_equal (method, "POST");
}
