/* How the socket to a media node is opened: websocket; ping or connect; getInfo. */
#include "rj-media-node-client-private.h"

#include "rj-error.h"

static void
finish_opening (GTask *task, GError *error)
{
  RjMediaNodeClient *self = g_task_get_source_object (task);

  rj_clock_cancel_timer (self->clock, &self->limit);
  g_clear_object (&self->opening);
  if (error == NULL && self->socket == NULL)
    error = g_error_new (RJ_ERROR, RJ_ERROR_UNREACHABLE, "media node: closed while being greeted");
  if (error != NULL) {
    rj_media_node_client_drop_socket (self, "not greeted");
    g_task_return_error (task, error);
  } else {
    self->ready = TRUE;
    rj_media_node_client_start_heartbeat (self);
    g_task_return_boolean (task, TRUE);
  }
  g_object_unref (task);
}

static void
on_info (GObject *source, GAsyncResult *result, gpointer task)
{
  GError *error = NULL;
  g_autoptr (JsonNode) value =
    rj_media_node_client_call_finish (RJ_MEDIA_NODE_CLIENT (source), result, &error);

  finish_opening (task, error);
}

static void
ask_info (RjMediaNodeClient *self, GTask *task)
{
  JsonObject *params = rj_kms_invoke (self->session, RJ_KMS_MANAGER, RJ_KMS_GET_INFO, NULL);

  rj_media_node_client_call_raw (self, RJ_KMS_INVOKE, params, on_info, task);
}

static void
on_greeted (GObject *source, GAsyncResult *result, gpointer data)
{
  RjMediaNodeClient *self = RJ_MEDIA_NODE_CLIENT (source);
  GTask *task = data;
  GError *error = NULL;
  g_autoptr (JsonNode) value = rj_media_node_client_call_finish (self, result, &error);

  if (error == NULL)
    ask_info (self, task);
  else
    finish_opening (task, error);
}

static void
on_resumed (GObject *source, GAsyncResult *result, gpointer data)
{
  RjMediaNodeClient *self = RJ_MEDIA_NODE_CLIENT (source);
  GTask *task = data;
  GError *error = NULL;
  g_autoptr (JsonNode) value = rj_media_node_client_call_finish (self, result, &error);

  if (g_error_matches (error, RJ_RPC_ERROR, RJ_KMS_CODE_INVALID_SESSION)) {
    /* another process: a fresh session there; the old id goes on being sent, as the real server does */
    g_clear_error (&error);
    self->same_process = FALSE;
    rj_media_node_client_call_raw (self, RJ_KMS_CONNECT, rj_kms_connect (NULL), on_greeted, task);
  } else if (error == NULL) {
    self->same_process = TRUE;
    ask_info (self, task);
  } else {
    finish_opening (task, error);
  }
}

static void
greet (RjMediaNodeClient *self, GTask *task)
{
  if (self->session == NULL)
    rj_media_node_client_call_raw (self, RJ_KMS_PING, rj_kms_ping (RJ_KMS_PING_INTERVAL_MS),
                                   on_greeted, task);
  else
    rj_media_node_client_call_raw (self, RJ_KMS_CONNECT, rj_kms_connect (self->session), on_resumed,
                                   task);
}

static void
on_socket_open (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  RjMediaNodeClient *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (SoupWebsocketConnection) socket =
    soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);

  if (socket == NULL) {
    finish_opening (task, error);
    return;
  }
  rj_media_node_client_adopt (self, g_steal_pointer (&socket));
  greet (self, task);
}

static void
on_open_limit (gpointer data)
{
  RjMediaNodeClient *self = data;

  self->limit = NULL;
  g_cancellable_cancel (self->opening);
  rj_media_node_client_lose_socket (self, "not greeted in time");
}

void
rj_media_node_client_open_async (RjMediaNodeClient *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, self->url);

  g_task_set_source_tag (task, rj_media_node_client_open_async);
  if (message == NULL || self->closed || self->socket != NULL || self->opening != NULL) {
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_USAGE,
                             "media node: \"%s\" cannot be opened now", self->url);
    g_object_unref (task);
    return;
  }
  self->opening = g_cancellable_new ();
  self->limit = rj_clock_start_timer (self->clock, self->open_limit_us, on_open_limit, self);
  soup_session_websocket_connect_async (self->http, message, NULL, NULL, G_PRIORITY_DEFAULT,
                                        self->opening, on_socket_open, task);
}

gboolean
rj_media_node_client_open_finish (RjMediaNodeClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
