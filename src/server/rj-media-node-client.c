#include "rj-media-node-client-private.h"

#include "rj-error.h"

#define REQUEST_LIMIT_US  (10 * G_USEC_PER_SEC) /* OpenVidu 2 protocol, 8.1 */
#define NOTHING_ASKED     -1                    /* a time that never is */
#define HEARTBEAT_US      ((gint64) RJ_KMS_PING_INTERVAL_MS * 1000)
#define MAX_MESSAGE_BYTES (4 * 1024 * 1024)

typedef struct {
  GTask *task;
  RjTimer *limit;
  gint64 id;
} Pending;

typedef struct {
  RjMediaNodeEventFunc func;
  gpointer user_data;
} Watch;

enum { CLOSED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjMediaNodeClient, rj_media_node_client, G_TYPE_OBJECT)

static void
pending_free (gpointer data)
{
  Pending *pending = data;
  RjMediaNodeClient *self = g_task_get_source_object (pending->task);

  rj_clock_cancel_timer (self->clock, &pending->limit);
  g_object_unref (pending->task);
  g_free (pending);
}

static Pending *
steal_pending (RjMediaNodeClient *self, gint64 id)
{
  Pending *pending = g_hash_table_lookup (self->pending, &id);

  if (pending == NULL)
    return NULL;
  g_hash_table_steal (self->pending, &id);
  rj_clock_cancel_timer (self->clock, &pending->limit);
  return pending;
}

static void
fail_pending (RjMediaNodeClient *self, const char *why)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Pending *pending = value;

    g_hash_table_iter_steal (&iter);
    g_task_return_new_error (pending->task, RJ_ERROR, RJ_ERROR_UNREACHABLE, "media node: %s", why);
    pending_free (pending);
    g_hash_table_iter_init (&iter, self->pending);
  }
}

void
rj_media_node_client_drop_socket (RjMediaNodeClient *self, const char *why)
{
  self->unheard_us = NOTHING_ASKED;
  self->ready = FALSE;
  rj_clock_cancel_timer (self->clock, &self->heartbeat);
  if (self->socket != NULL) {
    g_signal_handlers_disconnect_by_data (self->socket, self);
    if (soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN)
      soup_websocket_connection_close (self->socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    g_clear_object (&self->socket);
  }
  fail_pending (self, why);
}

void
rj_media_node_client_lose_socket (RjMediaNodeClient *self, const char *why)
{
  gboolean was_ready = self->ready;
  g_autoptr (RjMediaNodeClient) keep = g_object_ref (self);

  if (self->socket == NULL)
    return;
  g_debug ("media node %s: socket lost: %s", self->url, why);
  rj_media_node_client_drop_socket (self, why);
  if (was_ready && !self->closed)
    g_signal_emit (self, signals[CLOSED], 0);
}

static void
on_call_limit (gpointer data)
{
  Pending *pending = data;
  RjMediaNodeClient *self = g_task_get_source_object (pending->task);

  pending->limit = NULL;
  g_hash_table_steal (self->pending, &pending->id);
  g_task_return_new_error (pending->task, RJ_ERROR, RJ_ERROR_TIMEOUT,
                           "media node: no answer within 10 s");
  pending_free (pending);
}

/* libsoup knows of a broken connection before it says so */
static gboolean
has_socket (RjMediaNodeClient *self)
{
  return self->socket != NULL &&
         soup_websocket_connection_get_state (self->socket) == SOUP_WEBSOCKET_STATE_OPEN;
}

/* Sends also while the node is being greeted, and without a session of its own accord */
void
rj_media_node_client_call_raw (RjMediaNodeClient *self,
                               const char *method,
                               JsonObject *params,
                               GAsyncReadyCallback callback,
                               gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  g_autofree char *text = NULL;
  Pending *pending;

  g_task_set_source_tag (task, rj_media_node_client_call_raw);
  if (!has_socket (self)) {
    json_object_unref (params);
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_UNREACHABLE, "media node: not connected");
    return;
  }
  pending = g_new0 (Pending, 1);
  pending->id = ++self->last_id;
  pending->task = g_steal_pointer (&task);
  if (self->unheard_us == NOTHING_ASKED)
    self->unheard_us = rj_clock_now_us (self->clock);
  pending->limit = rj_clock_start_timer (self->clock, REQUEST_LIMIT_US, on_call_limit, pending);
  g_hash_table_insert (self->pending, &pending->id, pending);
  text = rj_frame_request (pending->id, method, params);
  soup_websocket_connection_send_text (self->socket, text);
}

void
rj_media_node_client_call_async (RjMediaNodeClient *self,
                                 const char *method,
                                 JsonObject *params,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  if (self->ready) {
    json_object_set_string_member (params, "sessionId", self->session);
    rj_media_node_client_call_raw (self, method, params, callback, user_data);
    return;
  }
  json_object_unref (params);
  g_task_report_new_error (self, callback, user_data, rj_media_node_client_call_async, RJ_ERROR,
                           RJ_ERROR_UNREACHABLE, "media node: not connected");
}

JsonNode *
rj_media_node_client_call_finish (RjMediaNodeClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
take_answer (RjMediaNodeClient *self, const RjFrame *frame)
{
  Pending *pending = steal_pending (self, frame->id);
  GError *error = NULL;

  if (pending == NULL)
    return;
  if (frame->kind == RJ_FRAME_ERROR) {
    rj_frame_set_error (frame, &error);
    g_task_return_error (pending->task, error);
  } else {
    JsonObject *result = rj_frame_get_result_object (frame);
    JsonNode *value = result == NULL ? NULL : json_object_get_member (result, "value");

    if (self->session == NULL && frame->session != NULL)
      self->session = g_strdup (frame->session);
    g_task_return_pointer (pending->task,
                           value == NULL ? json_node_new (JSON_NODE_NULL) : json_node_copy (value),
                           (GDestroyNotify) json_node_unref);
  }
  pending_free (pending);
}

static void
take_event (RjMediaNodeClient *self, const RjFrame *frame)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjKmsEvent) event = rj_kms_event_parse (frame->params, &error);
  Watch *watch;

  if (event == NULL) {
    g_debug ("media node %s: event: %s", self->url, error->message);
    return;
  }
  watch = event->object == NULL ? NULL : g_hash_table_lookup (self->watches, event->object);
  if (watch != NULL)
    watch->func (event, watch->user_data);
}

static void
on_message (SoupWebsocketConnection *socket, int type, GBytes *bytes, RjMediaNodeClient *self)
{
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  g_autoptr (RjFrame) frame = rj_frame_parse (text, (gssize) size);

  self->unheard_us =
    g_hash_table_size (self->pending) > 1 ? rj_clock_now_us (self->clock) : NOTHING_ASKED;
  switch (frame->kind) {
  case RJ_FRAME_RESULT:
  case RJ_FRAME_ERROR:
    take_answer (self, frame);
    break;
  case RJ_FRAME_NOTIFICATION:
    take_event (self, frame);
    break;
  case RJ_FRAME_REQUEST:
  case RJ_FRAME_INVALID:
    g_debug ("media node %s: not understood", self->url);
    break;
  }
}

static void
on_socket_closed (SoupWebsocketConnection *socket, RjMediaNodeClient *self)
{
  rj_media_node_client_lose_socket (self, "closed by the node");
}

void
rj_media_node_client_adopt (RjMediaNodeClient *self, SoupWebsocketConnection *socket)
{
  self->socket = socket;
  soup_websocket_connection_set_max_incoming_payload_size (socket, MAX_MESSAGE_BYTES);
  g_signal_connect (socket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (socket, "closed", G_CALLBACK (on_socket_closed), self);
}

static void
on_heartbeat_answer (GObject *source, GAsyncResult *result, gpointer unused)
{
  RjMediaNodeClient *self = RJ_MEDIA_NODE_CLIENT (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) value = rj_media_node_client_call_finish (self, result, &error);

  if (value == NULL && g_error_matches (error, RJ_ERROR, RJ_ERROR_TIMEOUT))
    rj_media_node_client_lose_socket (self, "heartbeat unanswered");
}

static void
on_heartbeat (gpointer data)
{
  RjMediaNodeClient *self = data;

  self->heartbeat = NULL;
  rj_media_node_client_call_async (self, RJ_KMS_PING, rj_kms_ping (RJ_KMS_PING_INTERVAL_MS),
                                   on_heartbeat_answer, NULL);
  rj_media_node_client_start_heartbeat (self);
}

void
rj_media_node_client_start_heartbeat (RjMediaNodeClient *self)
{
  self->heartbeat = rj_clock_start_timer (self->clock, HEARTBEAT_US, on_heartbeat, self);
}

gboolean
rj_media_node_client_is_open (RjMediaNodeClient *self)
{
  return self->ready;
}

gboolean
rj_media_node_client_is_same_process (RjMediaNodeClient *self)
{
  return self->same_process;
}

void
rj_media_node_client_release (RjMediaNodeClient *self, const char *object)
{
  rj_media_node_client_call_async (self, RJ_KMS_RELEASE, rj_kms_release (NULL, object), NULL, NULL);
}

void
rj_media_node_client_watch (RjMediaNodeClient *self,
                            const char *object,
                            RjMediaNodeEventFunc func,
                            gpointer user_data)
{
  Watch *watch;

  if (func == NULL) {
    g_hash_table_remove (self->watches, object);
    return;
  }
  watch = g_new (Watch, 1);
  *watch = (Watch){ func, user_data };
  g_hash_table_replace (self->watches, g_strdup (object), watch);
}

gboolean
rj_media_node_client_is_silent (RjMediaNodeClient *self, gint64 us)
{
  return self->unheard_us != NOTHING_ASKED && rj_clock_now_us (self->clock) - self->unheard_us > us;
}

void
rj_media_node_client_close (RjMediaNodeClient *self)
{
  if (self->closed)
    return;
  self->closed = TRUE;
  g_cancellable_cancel (self->opening);
  rj_media_node_client_drop_socket (self, "the server stops");
  g_hash_table_remove_all (self->watches);
}

RjMediaNodeClient *
rj_media_node_client_new (const char *url, gint64 open_limit_us, RjClock *clock)
{
  RjMediaNodeClient *self = g_object_new (RJ_TYPE_MEDIA_NODE_CLIENT, NULL);

  self->url = g_strdup (url);
  self->open_limit_us = open_limit_us;
  self->clock = g_object_ref (clock);
  return self;
}

static void
rj_media_node_client_finalize (GObject *object)
{
  RjMediaNodeClient *self = RJ_MEDIA_NODE_CLIENT (object);

  rj_media_node_client_close (self);
  rj_clock_cancel_timer (self->clock, &self->limit);
  g_clear_object (&self->opening);
  g_clear_object (&self->http);
  g_clear_object (&self->clock);
  g_hash_table_unref (self->pending);
  g_hash_table_unref (self->watches);
  g_free (self->session);
  g_free (self->url);
  G_OBJECT_CLASS (rj_media_node_client_parent_class)->finalize (object);
}

static void
rj_media_node_client_class_init (RjMediaNodeClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_media_node_client_finalize;
  signals[CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
rj_media_node_client_init (RjMediaNodeClient *self)
{
  self->unheard_us = NOTHING_ASKED;
  self->pending = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  /* no proxy: the node is on this machine or in this network */
  self->http = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
}
