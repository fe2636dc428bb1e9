#include "rjt-guest.h"

#include <libsoup/soup.h>

#include "rj-json.h"
#include "rj-jsonrpc.h"
#include "rjt-wait.h"

#define OFFER                                                                                      \
  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"          \
  "a=rtpmap:96 VP8/90000\r\na=mid:0\r\n"

struct _RjtGuest {
  SoupSession *http;
  SoupWebsocketConnection *socket;
  gint64 last_id;
  guint n_answers;
  GHashTable *answers; /* gint64 -> JsonObject */
  GPtrArray *heard;    /* of JsonObject */
  gboolean closed;
  char *connection;
  char *stream;
  char *rpc;
};

typedef struct {
  GAsyncResult *result;
} Reply;

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  ((Reply *) data)->result = g_object_ref (result);
}

static SoupSession *
new_http (void)
{
  return soup_session_new_with_options ("proxy-resolver", NULL, NULL);
}

static gboolean
accept_any (SoupMessage *message, GTlsCertificate *certificate, int errors, gpointer unused)
{
  return TRUE;
}

static void
on_message (SoupWebsocketConnection *socket, int type, GBytes *bytes, RjtGuest *self)
{
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  JsonObject *object = rj_json_parse_object (text, (gssize) size, NULL);

  g_assert_nonnull (object);
  self->n_answers += !json_object_has_member (object, "method");
  if (json_object_has_member (object, "method"))
    g_ptr_array_add (self->heard, object);
  else
    g_hash_table_replace (self->answers,
                          g_memdup2 (&(gint64){ rj_json_get_int (object, "id", -1) }, 8), object);
}

static void
on_closed (SoupWebsocketConnection *socket, RjtGuest *self)
{
  self->closed = TRUE;
}

RjtGuest *
rjt_guest_new (const char *url)
{
  RjtGuest *self = g_new0 (RjtGuest, 1);
  g_autofree char *address =
    g_strconcat ("ws", url + strlen ("http"), "/openvidu?sessionId=x", NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", address);
  g_autoptr (GError) error = NULL;
  Reply reply = { NULL };

  self->http = new_http ();
  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_any), NULL);
  soup_session_websocket_connect_async (self->http, message, NULL, NULL, 0, NULL, on_done, &reply);
  rjt_wait_until (reply.result != NULL);
  self->socket = soup_session_websocket_connect_finish (self->http, reply.result, &error);
  g_assert_no_error (error);
  g_object_unref (reply.result);
  self->answers =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) json_object_unref);
  self->heard = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_signal_connect (self->socket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (self->socket, "closed", G_CALLBACK (on_closed), self);
  return self;
}

void
rjt_guest_free (RjtGuest *self)
{
  g_signal_handlers_disconnect_by_data (self->socket, self);
  if (!self->closed)
    g_io_stream_close (soup_websocket_connection_get_io_stream (self->socket), NULL, NULL);
  g_object_unref (self->socket);
  g_object_unref (self->http);
  g_hash_table_unref (self->answers);
  g_ptr_array_unref (self->heard);
  g_free (self->connection);
  g_free (self->stream);
  g_free (self->rpc);
  g_free (self);
}

void
rjt_guest_send_text (RjtGuest *self, const char *text)
{
  soup_websocket_connection_send_text (self->socket, text);
}

gint64
rjt_guest_send (RjtGuest *self, const char *method, JsonObject *params)
{
  g_autofree char *text = rj_frame_request (++self->last_id, method, params);

  rjt_guest_send_text (self, text);
  return self->last_id;
}

JsonObject *
rjt_guest_get_answer (RjtGuest *self, gint64 id)
{
  return g_hash_table_lookup (self->answers, &id);
}

guint
rjt_guest_count_answers (RjtGuest *self)
{
  return self->n_answers;
}

JsonObject *
rjt_guest_call (RjtGuest *self, const char *method, JsonObject *params)
{
  gint64 id = rjt_guest_send (self, method, params);

  rjt_wait_until (rjt_guest_get_answer (self, id) != NULL);
  return rjt_guest_get_answer (self, id);
}

static gint64
get_code (JsonObject *answer)
{
  return rj_json_get_int (rj_json_get_object (answer, "error"), "code", 0);
}

gint64
rjt_guest_try (RjtGuest *self, const char *method, JsonObject *params)
{
  return get_code (rjt_guest_call (self, method, params));
}

void
rjt_guest_take_join (RjtGuest *self, JsonObject *answer)
{
  JsonObject *result = rj_json_get_object (answer, "result");

  if (result == NULL)
    return;
  g_free (self->connection);
  g_free (self->rpc);
  self->connection = g_strdup (rj_json_get_string (result, "id", NULL));
  self->rpc = g_strdup (rj_json_get_string (result, "sessionId", NULL));
}

gint64
rjt_guest_join (RjtGuest *self, const char *session, const char *token, const char *name)
{
  g_autofree char *metadata = g_strdup_printf ("{\"clientData\":\"%s\"}", name);
  JsonObject *answer =
    rjt_guest_call (self, "joinRoom",
                    rj_json_build ("token", 's', token, "session", 's', session, "platform", 's',
                                   "test", "metadata", 's', metadata, "secret", 's', "", NULL));

  rjt_guest_take_join (self, answer);
  return get_code (answer);
}

gint64
rjt_guest_publish (RjtGuest *self)
{
  JsonObject *answer =
    rjt_guest_call (self, "publishVideo",
                    rj_json_build ("sdpOffer", 's', OFFER, "hasAudio", 'b', FALSE, "hasVideo", 'b',
                                   TRUE, "doLoopback", 'b', FALSE, "audioActive", 'b', FALSE,
                                   "videoActive", 'b', TRUE, "typeOfVideo", 's', "CAMERA", NULL));

  g_free (self->stream);
  self->stream = g_strdup (rj_json_get_string (rj_json_get_object (answer, "result"), "id", NULL));
  return get_code (answer);
}

gint64
rjt_guest_receive (RjtGuest *self, const char *stream)
{
  return rjt_guest_try (self, "receiveVideoFrom",
                        rj_json_build ("sender", 's', stream, "sdpOffer", 's', OFFER, NULL));
}

const char *
rjt_guest_get_connection (RjtGuest *self)
{
  return self->connection;
}

const char *
rjt_guest_get_stream (RjtGuest *self)
{
  return self->stream;
}

const char *
rjt_guest_get_rpc (RjtGuest *self)
{
  return self->rpc;
}

static const char *
get_subject (JsonObject *params)
{
  return rj_json_get_string (params, "connectionId", rj_json_get_string (params, "id", NULL));
}

guint
rjt_guest_count (RjtGuest *self, const char *method, const char *connection, const char *reason)
{
  guint n = 0;

  for (guint i = 0; i < self->heard->len; i++) {
    JsonObject *message = g_ptr_array_index (self->heard, i);
    JsonObject *params = rj_json_get_object (message, "params");

    n += g_strcmp0 (rj_json_get_string (message, "method", NULL), method) == 0 &&
         (connection == NULL || g_strcmp0 (get_subject (params), connection) == 0) &&
         (reason == NULL || g_strcmp0 (rj_json_get_string (params, "reason", NULL), reason) == 0);
  }
  return n;
}

char *
rjt_guest_tell (RjtGuest *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->heard->len; i++) {
    JsonObject *message = g_ptr_array_index (self->heard, i);
    JsonObject *params = rj_json_get_object (message, "params");
    const char *method = rj_json_get_string (message, "method", "");
    const char *reason = rj_json_get_string (params, "reason", NULL);

    if (g_str_equal (method, "iceCandidate"))
      continue;
    g_string_append_printf (text, "%s%s %s", text->len == 0 ? "" : "; ", method,
                            get_subject (params));
    if (reason != NULL)
      g_string_append_printf (text, " %s", reason);
  }
  return g_string_free (text, FALSE);
}

void
rjt_guest_close (RjtGuest *self, gushort code, const char *text)
{
  soup_websocket_connection_close (self->socket, code, text);
  rjt_wait_until (self->closed);
}

void
rjt_guest_cut (RjtGuest *self)
{
  g_io_stream_close (soup_websocket_connection_get_io_stream (self->socket), NULL, NULL);
  self->closed = TRUE;
}

gboolean
rjt_guest_is_closed (RjtGuest *self)
{
  return self->closed;
}

gushort
rjt_guest_get_close_code (RjtGuest *self)
{
  return soup_websocket_connection_get_close_code (self->socket);
}

const char *
rjt_guest_get_close_text (RjtGuest *self)
{
  return soup_websocket_connection_get_close_data (self->socket);
}

guint
rjt_rest (const char *url,
          const char *secret,
          const char *method,
          const char *path,
          const char *body,
          char **answer)
{
  g_autoptr (SoupSession) http = new_http ();
  g_autofree char *address = g_strconcat (url, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, address);
  g_autoptr (GBytes) bytes = NULL;
  Reply reply = { NULL };

  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_any), NULL);
  if (secret != NULL) {
    g_autofree char *pair = g_strconcat ("OPENVIDUAPP:", secret, NULL);
    g_autofree char *code = g_base64_encode ((const guchar *) pair, strlen (pair));
    g_autofree char *header = g_strconcat ("Basic ", code, NULL);

    soup_message_headers_append (soup_message_get_request_headers (message), "Authorization",
                                 header);
  }
  if (body != NULL) {
    g_autoptr (GBytes) content = g_bytes_new (body, strlen (body));

    soup_message_set_request_body_from_bytes (message, "application/json", content);
  }
  soup_session_send_and_read_async (http, message, 0, NULL, on_done, &reply);
  rjt_wait_until (reply.result != NULL);
  bytes = soup_session_send_and_read_finish (http, reply.result, NULL);
  g_object_unref (reply.result);
  g_assert_nonnull (bytes);
  if (answer != NULL)
    *answer = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return soup_message_get_status (message);
}

char *
rjt_rest_token (const char *url, const char *secret, const char *session, const char *role)
{
  g_autofree char *wish = g_strdup_printf ("{\"customSessionId\":\"%s\"}", session);
  g_autofree char *path = g_strdup_printf ("/openvidu/api/sessions/%s/connection", session);
  g_autofree char *body = g_strdup_printf ("{\"role\":\"%s\"}", role);
  g_autofree char *answer = NULL;
  g_autoptr (JsonObject) object = NULL;

  rjt_rest (url, secret, "POST", "/openvidu/api/sessions", wish, NULL);
  g_assert_cmpuint (rjt_rest (url, secret, "POST", path, body, &answer), ==, 200);
  object = rj_json_parse_object (answer, -1, NULL);
  return g_strdup (rj_json_get_string (object, "token", NULL));
}
