#include "rjt-fake-kurento.h"

#include <libsoup/soup.h>

#include "rj-kurento-event.h"

#define ANSWER                                                                                     \
  "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=Kurento Media Server\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"       \
  "m=video 1 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\na=mid:0\r\n"

struct _RjtFakeKurento {
  SoupServer *http;
  guint port;
  char *url;
  char *session;
  GPtrArray *sockets; /* of SoupWebsocketConnection */
  GHashTable *objects;
  GPtrArray *log;
  GPtrArray *held; /* of GBytes: requests taken while frozen, of the first socket */
  gboolean frozen;
  RjtKurentoHook hook; /* (nullable) */
  gpointer hook_data;
};

static void
send_text (RjtFakeKurento *self, SoupWebsocketConnection *socket, char *text)
{
  if ((self->hook == NULL || !self->hook (self, socket, FALSE, text, self->hook_data)) &&
      g_ptr_array_find (self->sockets, socket, NULL))
    soup_websocket_connection_send_text (socket, text);
  g_free (text);
}

static void
note (RjtFakeKurento *self, const RjFrame *frame, const RjKmsParams *params)
{
  const char *what = params->operation != NULL ? params->operation
                     : params->type != NULL    ? params->type
                                               : NULL;

  g_ptr_array_add (self->log, what == NULL ? g_strdup (frame->method)
                                           : g_strdup_printf ("%s %s", frame->method, what));
}

static void
send_candidates (RjtFakeKurento *self, SoupWebsocketConnection *socket, const char *object)
{
  for (int mline = 0; mline < 2; mline++) {
    g_autoptr (RjKmsEvent) event = rj_kms_event_new (RJ_KMS_EVENT_CANDIDATE, object, 1);

    event->candidate = g_new0 (RjKmsCandidate, 1);
    *event->candidate =
      (RjKmsCandidate){ g_strdup ("candidate:1 1 UDP 2015364095 127.0.0.1 30473 typ host"),
                        g_strdup_printf ("%d", mline), mline };
    send_text (self, socket, rj_frame_notification (RJ_KMS_ON_EVENT, rj_kms_event_build (event)));
  }
}

static char *
create (RjtFakeKurento *self, const RjFrame *frame, const RjKmsParams *params)
{
  const char *pipeline = rj_kms_params_get_argument (params, "mediaPipeline");
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *id = rj_kms_object_id (pipeline, uuid, params->type);

  if (pipeline != NULL && !g_hash_table_contains (self->objects, pipeline))
    return rj_kms_error_no_object (frame->id, pipeline);
  g_hash_table_add (self->objects, g_strdup (id));
  return rj_kms_result_text (frame->id, self->session, id);
}

static char *
invoke (RjtFakeKurento *self,
        SoupWebsocketConnection *socket,
        const RjFrame *frame,
        const RjKmsParams *params)
{
  const char *offer = rj_kms_params_get_argument (params, "offer");

  if (g_str_equal (params->operation, RJ_KMS_GET_INFO))
    return rj_kms_result_info (frame->id, self->session, "7.3.0", "today");
  if (!g_hash_table_contains (self->objects, params->object))
    return rj_kms_error_no_object (frame->id, params->object);
  if (g_str_equal (params->operation, RJ_KMS_PROCESS_OFFER))
    return offer != NULL && g_str_has_prefix (offer, "v=0")
             ? rj_kms_result_text (frame->id, self->session, ANSWER)
             : rj_kms_error_sdp (frame->id);
  if (g_str_equal (params->operation, RJ_KMS_GENERATE_OFFER))
    return rj_kms_result_text (frame->id, self->session, ANSWER);
  if (g_str_equal (params->operation, RJ_KMS_GATHER_CANDIDATES))
    send_candidates (self, socket, params->object);
  return rj_kms_result_null (frame->id, self->session);
}

static gboolean
is_part_of (gpointer key, gpointer value, gpointer whole)
{
  return g_str_has_prefix (key, whole);
}

static char *
answer (RjtFakeKurento *self,
        SoupWebsocketConnection *socket,
        const RjFrame *frame,
        const RjKmsParams *params)
{
  if (g_str_equal (frame->method, RJ_KMS_PING))
    return rj_kms_result_pong (frame->id);
  if (g_str_equal (frame->method, RJ_KMS_CONNECT))
    return params->session != NULL && g_strcmp0 (params->session, self->session) != 0
             ? rj_kms_error_invalid_session (frame->id)
             : rj_kms_result_empty (frame->id, self->session, "server");
  if (g_str_equal (frame->method, RJ_KMS_CREATE))
    return create (self, frame, params);
  if (g_str_equal (frame->method, RJ_KMS_INVOKE))
    return invoke (self, socket, frame, params);
  if (g_str_equal (frame->method, RJ_KMS_SUBSCRIBE))
    return g_hash_table_contains (self->objects, params->object)
             ? rj_kms_result_text (frame->id, self->session, "subscription")
             : rj_kms_error_no_object (frame->id, params->object);
  if (g_str_equal (frame->method, RJ_KMS_RELEASE))
    g_hash_table_foreach_remove (self->objects, is_part_of, params->object);
  return rj_kms_result_empty (frame->id, self->session, NULL);
}

static void
take_text (RjtFakeKurento *self, SoupWebsocketConnection *socket, const char *text)
{
  g_autoptr (RjFrame) frame = rj_frame_parse (text, -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (RjKmsParams) params = rj_kms_params_parse (frame->method, frame->params, &error);

  g_assert_no_error (error);
  note (self, frame, params);
  send_text (self, socket, answer (self, socket, frame, params));
}

static void
take (RjtFakeKurento *self, SoupWebsocketConnection *socket, GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_strndup (data, size);

  if (self->hook == NULL || !self->hook (self, socket, TRUE, text, self->hook_data))
    take_text (self, socket, text);
}

static void
on_message (SoupWebsocketConnection *socket, int type, GBytes *bytes, RjtFakeKurento *self)
{
  if (self->frozen)
    g_ptr_array_add (self->held, g_bytes_ref (bytes));
  else
    take (self, socket, bytes);
}

static void
on_closed (SoupWebsocketConnection *socket, RjtFakeKurento *self)
{
  g_ptr_array_remove (self->sockets, socket);
}

static void
on_websocket (SoupServer *http,
              SoupServerMessage *message,
              const char *path,
              SoupWebsocketConnection *socket,
              gpointer data)
{
  RjtFakeKurento *self = data;

  g_ptr_array_add (self->sockets, g_object_ref (socket));
  g_signal_connect (socket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (socket, "closed", G_CALLBACK (on_closed), self);
}

void
rjt_fake_kurento_revive (RjtFakeKurento *self)
{
  g_autoptr (GSocketAddress) address =
    g_inet_socket_address_new_from_string ("127.0.0.1", self->port);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  self->http = soup_server_new (NULL, NULL);
  soup_server_listen (self->http, address, 0, &error);
  g_assert_no_error (error);
  soup_server_add_websocket_handler (self->http, "/kurento", NULL, NULL, on_websocket, self, NULL);
  uris = soup_server_get_uris (self->http);
  self->port = (guint) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  g_free (self->session);
  self->session = g_uuid_string_random ();
}

void
rjt_fake_kurento_cut (RjtFakeKurento *self)
{
  for (guint i = 0; i < self->sockets->len; i++) {
    SoupWebsocketConnection *socket = g_ptr_array_index (self->sockets, i);

    g_signal_handlers_disconnect_by_data (socket, self);
    g_io_stream_close (soup_websocket_connection_get_io_stream (socket), NULL, NULL);
  }
  g_ptr_array_set_size (self->sockets, 0);
  g_ptr_array_set_size (self->held, 0);
}

void
rjt_fake_kurento_set_hook (RjtFakeKurento *self, RjtKurentoHook hook, gpointer user_data)
{
  self->hook = hook;
  self->hook_data = user_data;
}

void
rjt_fake_kurento_pass (RjtFakeKurento *self, gpointer socket, gboolean up, const char *text)
{
  if (!g_ptr_array_find (self->sockets, socket, NULL))
    return;
  if (up)
    take_text (self, socket, text);
  else
    soup_websocket_connection_send_text (socket, text);
}

gboolean
rjt_fake_kurento_is_alive (RjtFakeKurento *self)
{
  return self->http != NULL;
}

guint
rjt_fake_kurento_count_sockets (RjtFakeKurento *self)
{
  return self->sockets->len;
}

void
rjt_fake_kurento_kill (RjtFakeKurento *self)
{
  rjt_fake_kurento_cut (self);
  soup_server_disconnect (self->http);
  g_clear_object (&self->http);
  g_hash_table_remove_all (self->objects);
}

void
rjt_fake_kurento_freeze (RjtFakeKurento *self)
{
  self->frozen = TRUE;
}

void
rjt_fake_kurento_thaw (RjtFakeKurento *self)
{
  self->frozen = FALSE;
  for (guint i = 0; i < self->held->len; i++)
    take (self, g_ptr_array_index (self->sockets, 0), g_ptr_array_index (self->held, i));
  g_ptr_array_set_size (self->held, 0);
}

const char *
rjt_fake_kurento_get_url (RjtFakeKurento *self)
{
  return self->url;
}

GPtrArray *
rjt_fake_kurento_get_log (RjtFakeKurento *self)
{
  return self->log;
}

guint
rjt_fake_kurento_count (RjtFakeKurento *self, const char *request)
{
  guint n = 0;

  for (guint i = 0; i < self->log->len; i++)
    n += g_str_equal (g_ptr_array_index (self->log, i), request);
  return n;
}

void
rjt_fake_kurento_forget (RjtFakeKurento *self)
{
  g_ptr_array_set_size (self->log, 0);
}

guint
rjt_fake_kurento_count_objects (RjtFakeKurento *self)
{
  return g_hash_table_size (self->objects);
}

RjtFakeKurento *
rjt_fake_kurento_new (void)
{
  RjtFakeKurento *self = g_new0 (RjtFakeKurento, 1);

  self->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  self->objects = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->log = g_ptr_array_new_with_free_func (g_free);
  self->held = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  rjt_fake_kurento_revive (self);
  self->url = g_strdup_printf ("ws://127.0.0.1:%u/kurento", self->port);
  return self;
}

void
rjt_fake_kurento_free (RjtFakeKurento *self)
{
  if (self->http != NULL)
    rjt_fake_kurento_kill (self);
  g_ptr_array_unref (self->sockets);
  g_ptr_array_unref (self->log);
  g_ptr_array_unref (self->held);
  g_hash_table_unref (self->objects);
  g_free (self->session);
  g_free (self->url);
  g_free (self);
}
