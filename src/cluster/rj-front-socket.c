/* A websocket through the front, message by message. When its master is lost, the client is told or cut. */
#include "rj-front-private.h"

#include <sys/socket.h>

#include "rj-json.h"
#include "rj-states.h"

/* OpenVidu 2 protocol, 6.16 and 4.6 */
#define CRASHED     "{\"jsonrpc\":\"2.0\",\"method\":\"masterNodeCrashedNotification\",\"params\":{}}"
#define NO_SESSION  40007
#define LIMIT_BYTES (1024 * 1024)

typedef enum {
  OPENING, /* the connection to the master is being made; what the client says waits */
  OPEN,
  ORPHANED, /* the connection to the master broke: is the master lost? */
  TOLD,     /* the client knows that it is, and goes */
  OVER,
  N_STATES,
} State;

#define TO(state) RJ_STATE_BIT (state)

static const RjStateRow states[] = {
  [OPENING] = { "opening", TO (OPEN) | TO (ORPHANED) | TO (OVER) },
  [OPEN] = { "open", TO (ORPHANED) | TO (OVER) },
  [ORPHANED] = { "orphaned", TO (TOLD) | TO (OVER) },
  [TOLD] = { "told", TO (OVER) },
  [OVER] = { "over", 0 },
};

typedef struct {
  SoupWebsocketDataType type;
  GBytes *bytes;
} Waiting;

struct _RjFrontSocket {
  RjFront *front; /* (unowned) */
  RjFrontMaster *master;
  State state;
  char *session;    /* (nullable) as the query names it */
  gboolean resumes; /* it replaces one that was lost, and `connect` is not answered yet */
  SoupWebsocketConnection *client;
  GSocket *client_tcp;
  SoupWebsocketConnection *backend; /* (nullable): before OPEN, and from ORPHANED on */
  GSocket *backend_tcp;             /* (nullable) */
  SoupMessage *request;             /* that opens it */
  GQueue waiting;                   /* of Waiting, while OPENING */
  GCancellable *lifetime;
};

/* While the connection to the master is being made: the socket may go first */
typedef struct {
  RjFrontSocket *socket; /* (nullable) */
  GCancellable *lifetime;
} Opening;

static void
move (RjFrontSocket *self, State state)
{
  g_return_if_fail (rj_states_allow (states, N_STATES, self->state, state));
  self->state = state;
}

static void
waiting_free (Waiting *waiting)
{
  g_bytes_unref (waiting->bytes);
  g_free (waiting);
}

static void
forget (SoupWebsocketConnection *websocket, gpointer unused)
{
  g_object_unref (websocket);
}

/* Lets go of one side. @code 0: without a close frame, as the other side went. Takes the reference. */
static void
end_side (SoupWebsocketConnection *websocket, GSocket *tcp, gushort code, const char *text)
{
  if (websocket == NULL)
    return;
  if (soup_websocket_connection_get_state (websocket) == SOUP_WEBSOCKET_STATE_CLOSED) {
    g_object_unref (websocket);
    return;
  }
  /* it lives on until libsoup is done with it */
  g_signal_connect (websocket, "closed", G_CALLBACK (forget), NULL);
  if (code == 0 && tcp != NULL && g_socket_get_fd (tcp) >= 0)
    shutdown (g_socket_get_fd (tcp), SHUT_RDWR); /* libsoup still polls the descriptor */
  else if (soup_websocket_connection_get_state (websocket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (websocket, code == 0 ? SOUP_WEBSOCKET_CLOSE_GOING_AWAY : code,
                                     text);
}

/* Returns: 0: the connection broke, or the code must not be passed on */
static gushort
get_code (SoupWebsocketConnection *websocket)
{
  gushort code = soup_websocket_connection_get_close_code (websocket);

  if (code >= 4000 || code == SOUP_WEBSOCKET_CLOSE_NORMAL ||
      code == SOUP_WEBSOCKET_CLOSE_GOING_AWAY || code == SOUP_WEBSOCKET_CLOSE_UNSUPPORTED_DATA ||
      code == SOUP_WEBSOCKET_CLOSE_TOO_BIG || code == SOUP_WEBSOCKET_CLOSE_NO_STATUS)
    return code;
  return 0;
}

static void
drop_backend (RjFrontSocket *self, gushort code, const char *text)
{
  if (self->backend != NULL)
    g_signal_handlers_disconnect_by_data (self->backend, self);
  end_side (g_steal_pointer (&self->backend), self->backend_tcp, code, text);
  g_clear_object (&self->backend_tcp);
}

static void
drop_client (RjFrontSocket *self, gushort code, const char *text)
{
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  end_side (g_steal_pointer (&self->client), self->client_tcp, code, text);
}

/* The socket is freed. */
static void
end (RjFrontSocket *self)
{
  move (self, OVER);
  g_ptr_array_remove_fast (self->front->sockets, self);
}

void
rj_front_socket_free (RjFrontSocket *self)
{
  g_cancellable_cancel (self->lifetime);
  g_object_unref (self->lifetime);
  g_signal_handlers_disconnect_by_data (self->request, self);
  g_object_unref (self->request);
  drop_client (self, 0, NULL);
  drop_backend (self, 0, NULL);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) waiting_free);
  g_clear_object (&self->client_tcp);
  g_free (self->session);
  g_free (self);
}

/* --- the master is lost --- */

static void
tell (RjFrontSocket *self)
{
  if (soup_websocket_connection_get_state (self->client) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->client, CRASHED);
}

static void
orphan (RjFrontSocket *self)
{
  drop_backend (self, 0, NULL);
  move (self, ORPHANED);
}

/* Returns: whether it is still there */
static gboolean
settle (RjFrontSocket *self)
{
  if (self->state != ORPHANED)
    orphan (self);
  if (self->session != NULL)
    rj_front_add_orphan (self->front, self->session);
  if (self->front->n_broken++ % 2 == 0) {
    tell (self);
    move (self, TOLD);
    return TRUE;
  }
  end (self);
  return FALSE;
}

void
rj_front_socket_settle (RjFront *front, RjFrontMaster *master)
{
  guint i = 0;

  while (i < front->sockets->len) {
    RjFrontSocket *socket = g_ptr_array_index (front->sockets, i);
    gboolean is_hit = socket->master == master && socket->state < TOLD &&
                      (socket->state == ORPHANED || master->is_lost);

    /* the array fills a gap with its last element: look at this place again */
    if (!is_hit || settle (socket))
      i++;
  }
}

/* Who comes back, but not to the master that knew it, is told why `connect` is refused: every second one, so
 * that clients that ask with sessionStatus are met, too */
static void
explain_refusal (RjFrontSocket *self, GBytes *bytes)
{
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  g_autoptr (JsonObject) answer = rj_json_parse_object (text, (gssize) size, NULL);
  JsonObject *error = answer == NULL ? NULL : rj_json_get_object (answer, "error");

  if (answer == NULL || !(rj_json_has (answer, "error") || rj_json_has (answer, "result")))
    return;
  self->resumes = FALSE;
  if (error == NULL || rj_json_get_int (error, "code", 0) != NO_SESSION || self->session == NULL ||
      !rj_front_is_orphan (self->front, self->session))
    return;
  if (self->front->n_refused++ % 2 == 0)
    tell (self);
}

/* --- both sides --- */

static void
on_backend_message (SoupWebsocketConnection *backend,
                    SoupWebsocketDataType type,
                    GBytes *bytes,
                    RjFrontSocket *self)
{
  if (self->resumes)
    explain_refusal (self, bytes);
  if (soup_websocket_connection_get_state (self->client) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_message (self->client, type, bytes);
}

static void
on_backend_closed (SoupWebsocketConnection *backend, RjFrontSocket *self)
{
  gushort code = soup_websocket_connection_get_close_code (backend);

  if (code != 0 && code != SOUP_WEBSOCKET_CLOSE_ABNORMAL) {
    drop_client (self, get_code (backend), soup_websocket_connection_get_close_data (backend));
    end (self);
    return;
  }
  orphan (self);
  rj_front_master_suspect (self->master);
}

static void
on_client_message (SoupWebsocketConnection *client,
                   SoupWebsocketDataType type,
                   GBytes *bytes,
                   RjFrontSocket *self)
{
  if (self->state == OPENING) {
    Waiting *waiting = g_new0 (Waiting, 1);

    waiting->type = type;
    waiting->bytes = g_bytes_ref (bytes);
    g_queue_push_tail (&self->waiting, waiting);
  } else if (self->state == OPEN &&
             soup_websocket_connection_get_state (self->backend) == SOUP_WEBSOCKET_STATE_OPEN) {
    soup_websocket_connection_send_message (self->backend, type, bytes);
  }
}

static void
on_client_closed (SoupWebsocketConnection *client, RjFrontSocket *self)
{
  drop_backend (self, get_code (client), soup_websocket_connection_get_close_data (client));
  g_signal_handlers_disconnect_by_data (client, self);
  if (soup_websocket_connection_get_state (client) != SOUP_WEBSOCKET_STATE_CLOSED)
    g_signal_connect (g_object_ref (client), "closed", G_CALLBACK (forget), NULL);
  g_clear_object (&self->client);
  end (self);
}

static void
listen_to (RjFrontSocket *self,
           SoupWebsocketConnection *websocket,
           gpointer message,
           gpointer closed)
{
  soup_websocket_connection_set_max_incoming_payload_size (websocket, LIMIT_BYTES);
  g_signal_connect (websocket, "message", G_CALLBACK (message), self);
  g_signal_connect (websocket, "closing", G_CALLBACK (closed), self);
  g_signal_connect (websocket, "closed", G_CALLBACK (closed), self);
}

static void
take_backend (RjFrontSocket *self, SoupWebsocketConnection *backend)
{
  Waiting *waiting;

  self->backend = backend;
  move (self, OPEN);
  listen_to (self, backend, on_backend_message, on_backend_closed);
  while ((waiting = g_queue_pop_head (&self->waiting)) != NULL) {
    soup_websocket_connection_send_message (backend, waiting->type, waiting->bytes);
    waiting_free (waiting);
  }
}

static void
on_backend_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Opening *opening = user_data;
  RjFrontSocket *self = g_cancellable_is_cancelled (opening->lifetime) ? NULL : opening->socket;
  SoupWebsocketConnection *backend =
    soup_session_websocket_connect_finish (SOUP_SESSION (source), result, NULL);

  g_object_unref (opening->lifetime);
  g_free (opening);
  if (self != NULL && self->state == OPENING && backend != NULL) {
    take_backend (self, backend);
    return;
  }
  end_side (backend, NULL, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  if (self == NULL || self->state != OPENING)
    return;
  orphan (self);
  rj_front_master_suspect (self->master);
}

static void
on_network (SoupMessage *message, GSocketClientEvent event, GIOStream *stream, RjFrontSocket *self)
{
  if (event == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION (stream))
    g_set_object (&self->backend_tcp,
                  g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)));
}

static void
open_backend (RjFrontSocket *self, SoupServerMessage *from)
{
  static const char *const passed[] = { "Cookie", "Origin", "User-Agent" };
  g_autofree char *url = rj_front_get_url (self->master, "ws", soup_server_message_get_uri (from));
  SoupMessage *message = soup_message_new ("GET", url);
  SoupMessageHeaders *in = soup_server_message_get_request_headers (from);
  SoupMessageHeaders *out = soup_message_get_request_headers (message);
  Opening *opening = g_new0 (Opening, 1);

  for (guint i = 0; i < G_N_ELEMENTS (passed); i++) {
    const char *value = soup_message_headers_get_list (in, passed[i]);

    if (value != NULL)
      soup_message_headers_replace (out, passed[i], value);
  }
  soup_message_headers_replace (out, "x-real-ip", soup_server_message_get_remote_host (from));
  self->request = message;
  opening->socket = self;
  opening->lifetime = g_object_ref (self->lifetime);
  g_signal_connect (message, "network-event", G_CALLBACK (on_network), self);
  soup_session_websocket_connect_async (self->front->http, message, NULL, NULL, G_PRIORITY_DEFAULT,
                                        self->lifetime, on_backend_open, opening);
}

void
rj_front_socket_accept (RjFront *front,
                        RjFrontMaster *master,
                        SoupServerMessage *message,
                        SoupWebsocketConnection *client)
{
  RjFrontSocket *self = g_new0 (RjFrontSocket, 1);
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  g_autoptr (GHashTable) fields = query == NULL ? NULL : soup_form_decode (query);

  self->front = front;
  self->master = master;
  self->session = fields == NULL ? NULL : g_strdup (g_hash_table_lookup (fields, "sessionId"));
  self->resumes = fields != NULL && g_hash_table_contains (fields, "reconnect");
  self->client = g_object_ref (client);
  g_set_object (&self->client_tcp, soup_server_message_get_socket (message));
  self->lifetime = g_cancellable_new ();
  g_queue_init (&self->waiting);
  g_ptr_array_add (front->sockets, self);
  listen_to (self, client, on_client_message, on_client_closed);
  open_backend (self, message);
}
