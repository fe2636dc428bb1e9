#include "rjt-control.h"

static gboolean
wake_up (gpointer unused)
{
  return G_SOURCE_REMOVE;
}

void
rjt_iterate_briefly (void)
{
  guint id = g_timeout_add (20, wake_up, NULL);

  g_main_context_iteration (NULL, TRUE);
  if (g_main_context_find_source_by_id (NULL, id) != NULL)
    g_source_remove (id);
}

static void
take_event (RjtControl *self, const RjFrame *frame)
{
  g_autoptr (GError) error = NULL;
  RjKmsEvent *event = rj_kms_event_parse (frame->params, &error);

  g_assert_no_error (error);
  g_ptr_array_add (self->events, event);
  if (self->on_event != NULL)
    self->on_event (event, self->user_data);
}

static void
on_message (SoupWebsocketConnection *socket, int type, GBytes *message, gpointer user_data)
{
  RjtControl *self = user_data;
  gsize size;
  const char *text = g_bytes_get_data (message, &size);
  RjFrame *frame = rj_frame_parse (text, (gssize) size);

  g_assert_cmpint (type, ==, SOUP_WEBSOCKET_DATA_TEXT);
  g_ptr_array_add (self->texts, g_strndup (text, size));
  if (frame->kind == RJ_FRAME_NOTIFICATION) {
    g_assert_cmpstr (frame->method, ==, RJ_KMS_ON_EVENT);
    take_event (self, frame);
    rj_frame_free (frame);
  } else {
    gint64 *id = g_new (gint64, 1);

    *id = frame->id;
    g_assert_false (g_hash_table_contains (self->answers, id));
    g_hash_table_insert (self->answers, id, frame);
  }
}

static void
on_closed (SoupWebsocketConnection *socket, gpointer user_data)
{
  ((RjtControl *) user_data)->closed = TRUE;
}

static void
on_connected (GObject *http, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection **socket = user_data;

  *socket = soup_session_websocket_connect_finish (SOUP_SESSION (http), result, &error);
  g_assert_no_error (error);
}

RjtControl *
rjt_control_new (guint port)
{
  RjtControl *self = g_new0 (RjtControl, 1);
  g_autofree char *uri = g_strdup_printf ("ws://127.0.0.1:%u/kurento", port);
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, uri);

  self->answers =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) rj_frame_free);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_kms_event_free);
  self->texts = g_ptr_array_new_with_free_func (g_free);
  self->http = soup_session_new ();
  soup_session_websocket_connect_async (self->http, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL,
                                        on_connected, &self->socket);
  RJT_WAIT (self->socket != NULL);
  g_signal_connect (self->socket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (self->socket, "closed", G_CALLBACK (on_closed), self);
  return self;
}

void
rjt_control_free (RjtControl *self)
{
  if (self == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->socket, self);
  if (soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (self->socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  g_object_unref (self->socket);
  g_object_unref (self->http);
  g_hash_table_unref (self->answers);
  g_ptr_array_unref (self->events);
  g_ptr_array_unref (self->texts);
  g_free (self->session);
  g_free (self);
}

gint64
rjt_control_send (RjtControl *self, const char *method, JsonObject *params)
{
  g_autofree char *text = rj_frame_request (++self->last_id, method, params);

  soup_websocket_connection_send_text (self->socket, text);
  return self->last_id;
}

const RjFrame *
rjt_control_call (RjtControl *self, const char *method, JsonObject *params)
{
  gint64 id = rjt_control_send (self, method, params);

  RJT_WAIT (g_hash_table_contains (self->answers, &id));
  return g_hash_table_lookup (self->answers, &id);
}

const char *
rjt_control_do (RjtControl *self, const char *method, JsonObject *params)
{
  const RjFrame *frame = rjt_control_call (self, method, params);

  if (frame->kind == RJ_FRAME_ERROR)
    g_error ("%s: %s", method, frame->error_message);
  return rj_kms_result_get_text (frame);
}

void
rjt_control_fail (RjtControl *self, const char *method, JsonObject *params, gint64 code)
{
  const RjFrame *frame = rjt_control_call (self, method, params);

  g_assert_cmpint (frame->kind, ==, RJ_FRAME_ERROR);
  g_assert_cmpint (frame->error_code, ==, code);
}

void
rjt_control_greet (RjtControl *self)
{
  const RjFrame *info;

  g_assert_cmpstr (rjt_control_do (self, RJ_KMS_PING, rj_kms_ping (RJ_KMS_PING_INTERVAL_MS)), ==,
                   "pong");
  info = rjt_control_call (self, RJ_KMS_INVOKE,
                           rj_kms_invoke (NULL, RJ_KMS_MANAGER, RJ_KMS_GET_INFO, NULL));
  g_assert_cmpint (info->kind, ==, RJ_FRAME_RESULT);
  g_assert_nonnull (info->session);
  self->session = g_strdup (info->session);
}

const char *
rjt_control_create (RjtControl *self, const char *type, const char *pipeline)
{
  return rjt_control_do (self, RJ_KMS_CREATE, rj_kms_create (self->session, type, pipeline));
}

void
rjt_control_connect (RjtControl *self, const char *source, const char *sink)
{
  rjt_control_do (self, RJ_KMS_INVOKE,
                  rj_kms_invoke_text (self->session, source, RJ_KMS_LINK, "sink", sink));
}

void
rjt_control_subscribe_all (RjtControl *self, const char *object)
{
  for (guint i = 0; rj_kms_webrtc_events[i] != NULL; i++)
    rjt_control_do (self, RJ_KMS_SUBSCRIBE,
                    rj_kms_subscribe (self->session, object, rj_kms_webrtc_events[i]));
  rjt_control_do (self, RJ_KMS_SUBSCRIBE,
                  rj_kms_subscribe (self->session, object, RJ_KMS_EVENT_CANDIDATE));
}

guint
rjt_control_count (RjtControl *self, const char *type, const char *object, const char *state)
{
  guint count = 0;

  for (guint i = 0; i < self->events->len; i++) {
    const RjKmsEvent *event = g_ptr_array_index (self->events, i);

    if (g_str_equal (event->type, type) &&
        (object == NULL || g_str_equal (event->object, object)) &&
        (state == NULL || g_strcmp0 (event->state, state) == 0 ||
         g_strcmp0 (event->new_state, state) == 0))
      count++;
  }
  return count;
}
