#include "rj-server-socket.h"

#include "rj-openvidu2-names.h"
#include "rj-server-gate.h"
#include "rj-server-rpc.h"

/* libsoup's own limit lies above ours, which counts whole messages */
#define TRANSPORT_LIMIT_BYTES (16 * RJ_OV2_MAX_MESSAGE_BYTES)

struct _RjServerWatchdog {
  RjClock *clock;
  RjTimer *timer;
  gint64 interval_us; /* 0: before the first ping */
  RjServerRpc *rpc;
};

G_DEFINE_FINAL_TYPE (RjServerSocket, rj_server_socket, G_TYPE_OBJECT)

/* --- watchdog --- */

RjServerWatchdog *
rj_server_watchdog_new (RjClock *clock)
{
  RjServerWatchdog *self = g_new0 (RjServerWatchdog, 1);

  self->clock = g_object_ref (clock);
  return self;
}

void
rj_server_watchdog_free (RjServerWatchdog *self)
{
  rj_clock_cancel_timer (self->clock, &self->timer);
  g_clear_weak_pointer (&self->rpc);
  g_object_unref (self->clock);
  g_free (self);
}

static void
on_silence (gpointer data)
{
  RjServerWatchdog *self = data;

  self->timer = NULL;
  if (self->rpc != NULL)
    rj_server_rpc_close_socket (self->rpc, SOUP_WEBSOCKET_CLOSE_NORMAL, RJ_OV2_CLOSE_TEXT_NO_PING);
}

void
rj_server_watchdog_ping (RjServerWatchdog *self, gint64 interval_ms)
{
  if (self->interval_us == 0)
    self->interval_us = (interval_ms > 0 ? interval_ms : RJ_OV2_DEFAULT_INTERVAL_MS) * 1000;
  rj_clock_cancel_timer (self->clock, &self->timer);
  self->timer =
    rj_clock_start_timer (self->clock, RJ_OV2_MISSED_PINGS * self->interval_us, on_silence, self);
}

void
rj_server_watchdog_attach (RjServerWatchdog *self, RjServerRpc *rpc)
{
  g_set_weak_pointer (&self->rpc, rpc);
}

void
rj_server_watchdog_suspend (RjServerWatchdog *self)
{
  rj_clock_cancel_timer (self->clock, &self->timer);
}

/* --- socket --- */

/* From here on nothing is sent or read */
static void
lose (RjServerSocket *self, const char *text)
{
  g_autoptr (RjServerSocket) keep = g_object_ref (self);

  if (!self->is_open)
    return;
  self->is_open = FALSE;
  if (self->watchdog != NULL)
    rj_server_watchdog_suspend (self->watchdog);
  rj_server_rpc_lose_socket (self->core, self, text == NULL ? "" : text);
}

/* libsoup knows of a broken connection before it says so */
gboolean
rj_server_socket_can_send (RjServerSocket *self)
{
  return self->is_open &&
         soup_websocket_connection_get_state (self->websocket) == SOUP_WEBSOCKET_STATE_OPEN;
}

void
rj_server_socket_send (RjServerSocket *self, char *text)
{
  if (rj_server_socket_can_send (self))
    soup_websocket_connection_send_text (self->websocket, text);
  g_free (text);
}

void
rj_server_socket_close (RjServerSocket *self, gushort code, const char *text)
{
  g_autoptr (RjServerSocket) keep = g_object_ref (self);
  gboolean can_send = rj_server_socket_can_send (self);

  if (!self->is_open)
    return;
  lose (self, text); /* first: libsoup says "closing" at once, without our text */
  if (can_send)
    soup_websocket_connection_close (self->websocket, code, text);
}

static void
on_message (SoupWebsocketConnection *websocket, int type, GBytes *bytes, RjServerSocket *self)
{
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);

  if (!self->is_open)
    return;
  if (type == SOUP_WEBSOCKET_DATA_BINARY)
    rj_server_socket_close (self, SOUP_WEBSOCKET_CLOSE_UNSUPPORTED_DATA,
                            "Binary messages not supported");
  else if (size > RJ_OV2_MAX_MESSAGE_BYTES)
    rj_server_socket_close (self, SOUP_WEBSOCKET_CLOSE_TOO_BIG,
                            "The text message is larger than 51200 bytes");
  else
    rj_server_gate_take (self, text, size);
}

static void
on_closed (SoupWebsocketConnection *websocket, RjServerSocket *self)
{
  lose (self, soup_websocket_connection_get_close_data (websocket));
  g_signal_handlers_disconnect_by_data (websocket, self);
  g_object_unref (self);
}

/* The close frame of the client has come; the connection itself may live on for a while */
static void
on_closing (SoupWebsocketConnection *websocket, RjServerSocket *self)
{
  lose (self, soup_websocket_connection_get_close_data (websocket));
}

void
rj_server_socket_accept (RjServerCore *core,
                         SoupWebsocketConnection *websocket,
                         const char *ip,
                         const char *user_id)
{
  RjServerSocket *self = g_object_new (RJ_TYPE_SERVER_SOCKET, NULL);

  self->core = g_object_ref (core);
  self->websocket = g_object_ref (websocket);
  self->ip = g_strdup (ip);
  self->user_id = g_strdup (user_id);
  self->is_open = TRUE;
  soup_websocket_connection_set_max_incoming_payload_size (websocket, TRANSPORT_LIMIT_BYTES);
  g_signal_connect (websocket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (websocket, "closing", G_CALLBACK (on_closing), self);
  g_signal_connect (websocket, "closed", G_CALLBACK (on_closed), self);
}

static void
rj_server_socket_finalize (GObject *object)
{
  RjServerSocket *self = RJ_SERVER_SOCKET (object);

  g_clear_pointer (&self->watchdog, rj_server_watchdog_free);
  g_clear_object (&self->websocket);
  g_clear_object (&self->core);
  g_free (self->ip);
  g_free (self->user_id);
  G_OBJECT_CLASS (rj_server_socket_parent_class)->finalize (object);
}

static void
rj_server_socket_class_init (RjServerSocketClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_server_socket_finalize;
}

static void
rj_server_socket_init (RjServerSocket *self)
{
}
