#include "rj-websocket.h"

#include <sys/socket.h>

#include "rj-error.h"
#include "rj-http-session.h"

#define MAX_MESSAGE_BYTES (16 * 1024 * 1024)

struct _RjWebsocket {
  GObject parent_instance;

  SoupSession *session;
  RjClock *clock;
  gint64 open_limit_us;

  char *url;
  SoupMessage *message;
  GSocket *tcp; /* below TLS, for the fault "cut" */
  SoupWebsocketConnection *connection;
  GTask *opening; /* (nullable) */
  GCancellable *lifetime;
  RjTimer *timer;
  gboolean is_late;
  gboolean is_closed; /* by us, or "closed" was emitted */
  GError *problem;    /* what libsoup said before it closed */
};

static void rj_websocket_iface_init (RjSocketInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjWebsocket,
                               rj_websocket,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_SOCKET, rj_websocket_iface_init))

static void
on_message (SoupWebsocketConnection *connection,
            SoupWebsocketDataType type,
            GBytes *bytes,
            RjWebsocket *self)
{
  gint64 read_us = rj_clock_now_us (self->clock);

  if (type != SOUP_WEBSOCKET_DATA_TEXT) {
    g_debug ("binary message of %zu bytes dropped", g_bytes_get_size (bytes));
    return;
  }
  /* libsoup puts a zero byte behind the message */
  rj_socket_emit_text (RJ_SOCKET (self), g_bytes_get_data (bytes, NULL), read_us);
}

static void
on_error (SoupWebsocketConnection *connection, const GError *error, RjWebsocket *self)
{
  g_debug ("websocket: %s", error->message);
  if (self->problem == NULL)
    self->problem = g_error_copy (error);
}

/* Runs at the close frame of the other side, or when the connection broke, whichever comes first */
static void
on_closed (SoupWebsocketConnection *connection, RjWebsocket *self)
{
  guint code = soup_websocket_connection_get_close_code (connection);
  g_autofree char *reason = g_strdup (soup_websocket_connection_get_close_data (connection));

  if (self->is_closed)
    return;
  self->is_closed = TRUE;
  rj_socket_emit_closed (RJ_SOCKET (self), code, reason, self->problem);
}

static void
take_connection (RjWebsocket *self, SoupWebsocketConnection *connection)
{
  self->connection = connection;
  soup_websocket_connection_set_max_incoming_payload_size (connection, MAX_MESSAGE_BYTES);
  g_signal_connect_object (connection, "message", G_CALLBACK (on_message), self, 0);
  g_signal_connect_object (connection, "error", G_CALLBACK (on_error), self, 0);
  g_signal_connect_object (connection, "closing", G_CALLBACK (on_closed), self, 0);
  g_signal_connect_object (connection, "closed", G_CALLBACK (on_closed), self, 0);
}

static GError *
explain (RjWebsocket *self, const GError *error)
{
  g_autofree char *shown = rj_http_show_url (self->url);
  guint status = soup_message_get_status (self->message);

  if (self->is_late)
    return g_error_new (RJ_ERROR, RJ_ERROR_TIMEOUT, "%s: the websocket was not open within %.0f s",
                        shown, self->open_limit_us / 1e6);
  if (status >= 500)
    return g_error_new (RJ_ERROR, RJ_ERROR_UNREACHABLE,
                        "%s answered HTTP %u: the server behind it is down or starting", shown,
                        status);
  if (status >= 200 && error->domain == SOUP_WEBSOCKET_ERROR)
    return g_error_new (RJ_ERROR, RJ_ERROR_REJECTED,
                        "%s answered HTTP %u instead of opening a websocket: is this an OpenVidu 2 "
                        "server?",
                        shown, status);
  return rj_http_explain (error, self->url, self->message);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjWebsocket) self = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&self->opening);
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection *connection =
    soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);

  rj_clock_cancel_timer (self->clock, &self->timer);
  if (connection != NULL && self->is_closed) {
    /* closed while it was being opened */
    soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
    g_object_unref (connection);
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "closed");
    return;
  }
  if (connection == NULL) {
    self->is_closed = TRUE;
    g_task_return_error (task, explain (self, error));
    return;
  }
  take_connection (self, connection);
  g_task_return_boolean (task, TRUE);
}

static void
on_late (gpointer user_data)
{
  RjWebsocket *self = user_data;

  self->timer = NULL;
  self->is_late = TRUE;
  g_cancellable_cancel (self->lifetime);
}

static void
on_network (SoupMessage *message, GSocketClientEvent event, GIOStream *stream, RjWebsocket *self)
{
  if (event == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION (stream))
    g_set_object (&self->tcp, g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)));
}

static void
on_outer_cancelled (GCancellable *outer, GCancellable *lifetime)
{
  g_cancellable_cancel (lifetime);
}

static void
rj_websocket_open_async (RjSocket *socket,
                         const char *url,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  RjWebsocket *self = RJ_WEBSOCKET (socket);
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  GError *error = NULL;

  g_return_if_fail (self->url == NULL);

  g_task_set_source_tag (task, rj_websocket_open_async);
  self->url = g_strdup (url);
  self->message = rj_http_message_new (self->session, "GET", url, &error);
  if (self->message == NULL) {
    g_task_return_error (task, error);
    return;
  }
  g_signal_connect_object (self->message, "network-event", G_CALLBACK (on_network), self, 0);
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (on_outer_cancelled),
                             self->lifetime, 0);
  self->timer = rj_clock_start_timer (self->clock, self->open_limit_us, on_late, self);
  self->opening = g_steal_pointer (&task);
  soup_session_websocket_connect_async (self->session, self->message, NULL, NULL,
                                        G_PRIORITY_DEFAULT, self->lifetime, on_opened,
                                        g_object_ref (self));
}

static gboolean
rj_websocket_open_finish (RjSocket *socket, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
is_open (RjWebsocket *self)
{
  return !self->is_closed && self->connection != NULL &&
         soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN;
}

static void
rj_websocket_send (RjSocket *socket, const char *text)
{
  RjWebsocket *self = RJ_WEBSOCKET (socket);

  if (is_open (self))
    soup_websocket_connection_send_text (self->connection, text);
}

static void
forget (SoupWebsocketConnection *connection, gpointer unused)
{
  g_object_unref (connection);
}

static void
rj_websocket_close (RjSocket *socket, guint code, const char *reason)
{
  RjWebsocket *self = RJ_WEBSOCKET (socket);

  rj_clock_cancel_timer (self->clock, &self->timer);
  if (self->opening != NULL)
    g_cancellable_cancel (self->lifetime);
  self->is_closed = TRUE;
  if (self->connection == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->connection, self);
  if (soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN) {
    /* lives on until the close frame is out and answered */
    g_signal_connect (g_object_ref (self->connection), "closed", G_CALLBACK (forget), NULL);
    soup_websocket_connection_close (self->connection, code, reason);
  }
  g_clear_object (&self->connection);
}

static void
rj_websocket_cut (RjSocket *socket, gboolean with_reset)
{
  RjWebsocket *self = RJ_WEBSOCKET (socket);
  const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
  int fd = self->tcp == NULL ? -1 : g_socket_get_fd (self->tcp);
  int result;

  if (fd < 0 || self->is_closed)
    return;
  /* Dissolving the association of a connected TCP socket sends RST and leaves the descriptor valid, which
   * closing it with SO_LINGER 0 would not: libsoup still polls it. */
  result = with_reset ? connect (fd, &nowhere, sizeof nowhere) : shutdown (fd, SHUT_RDWR);
  if (result != 0)
    g_debug ("cut: %s", g_strerror (errno));
}

static void
rj_websocket_dispose (GObject *object)
{
  RjWebsocket *self = RJ_WEBSOCKET (object);

  rj_websocket_close (RJ_SOCKET (self), SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  g_clear_object (&self->message);
  g_clear_object (&self->tcp);
  G_OBJECT_CLASS (rj_websocket_parent_class)->dispose (object);
}

static void
rj_websocket_finalize (GObject *object)
{
  RjWebsocket *self = RJ_WEBSOCKET (object);

  g_clear_object (&self->lifetime);
  g_clear_object (&self->session);
  g_clear_object (&self->clock);
  g_clear_error (&self->problem);
  g_clear_pointer (&self->url, g_free);
  G_OBJECT_CLASS (rj_websocket_parent_class)->finalize (object);
}

static void
rj_websocket_iface_init (RjSocketInterface *iface)
{
  iface->open_async = rj_websocket_open_async;
  iface->open_finish = rj_websocket_open_finish;
  iface->send = rj_websocket_send;
  iface->close = rj_websocket_close;
  iface->cut = rj_websocket_cut;
}

static void
rj_websocket_class_init (RjWebsocketClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rj_websocket_dispose;
  G_OBJECT_CLASS (klass)->finalize = rj_websocket_finalize;
}

static void
rj_websocket_init (RjWebsocket *self)
{
  self->lifetime = g_cancellable_new ();
}

RjSocket *
rj_websocket_new (SoupSession *session, RjClock *clock, gint64 open_limit_us)
{
  RjWebsocket *self = g_object_new (RJ_TYPE_WEBSOCKET, NULL);

  self->session = g_object_ref (session);
  self->clock = g_object_ref (clock);
  self->open_limit_us = open_limit_us;
  return RJ_SOCKET (self);
}
