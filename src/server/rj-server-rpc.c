#include "rj-server-rpc.h"

#include "rj-jsonrpc.h"
#include "rj-openvidu2-names.h"
#include "rj-server-call.h"
#include "rj-server-evict.h"
#include "rj-server-methods.h"
#include "rj-server-tokens.h"

G_DEFINE_FINAL_TYPE (RjServerRpc, rj_server_rpc, G_TYPE_OBJECT)

RjServerRpc *
rj_server_rpc_new (RjServerSocket *socket)
{
  RjServerRpc *self = g_object_new (RJ_TYPE_SERVER_RPC, NULL);

  self->core = g_object_ref (socket->core);
  self->id = rj_server_make_rpc_id (socket->core->dice);
  self->socket = g_object_ref (socket);
  g_hash_table_insert (self->core->rpcs, self->id, self);
  socket->rpc = self;
  if (socket->watchdog != NULL)
    rj_server_watchdog_attach (socket->watchdog, self);
  return self;
}

const char *
rj_server_rpc_get_ip (RjServerRpc *self)
{
  return self->socket->ip;
}

void
rj_server_rpc_resume (RjServerRpc *self, RjServerSocket *socket)
{
  g_autoptr (RjServerSocket) old = g_object_ref (self->socket);

  rj_clock_cancel_timer (self->core->clock, &self->grace);
  if (old == socket) {
    socket->rpc = self;
    return;
  }
  if (old->rpc == self)
    old->rpc = NULL;
  if (socket->watchdog != NULL) {
    rj_server_watchdog_attach (socket->watchdog, self);
    g_ptr_array_add (self->orphans, socket->watchdog);
  }
  socket->watchdog = g_steal_pointer (&old->watchdog);
  if (socket->watchdog != NULL)
    rj_server_watchdog_ping (socket->watchdog, 0);
  socket->rpc = self;
  g_set_object (&self->socket, socket);
}

gboolean
rj_server_rpc_notify (RjServerRpc *self, const char *method, JsonObject *params)
{
  if (!rj_server_socket_can_send (self->socket))
    return FALSE;
  rj_server_socket_send (self->socket, rj_frame_notification (method, json_object_ref (params)));
  return TRUE;
}

void
rj_server_rpc_set_participant (RjServerRpc *self, RjServerParticipant *participant)
{
  self->joined = TRUE;
  g_set_object (&self->participant, participant);
}

void
rj_server_rpc_forget (RjServerRpc *self, RjServerParticipant *participant)
{
  if (self->participant == participant)
    g_clear_object (&self->participant);
}

/* --- requests --- */

static void
run (RjServerRpc *self)
{
  g_autoptr (RjServerRpc) keep = g_object_ref (self);

  if (self->in_run) /* a call ended within the loop below, which goes on by itself */
    return;
  self->in_run = TRUE;
  while (self->running == NULL && !g_queue_is_empty (&self->queue)) {
    self->running = g_queue_pop_head (&self->queue);
    rj_server_methods_run (self->running);
  }
  self->in_run = FALSE;
}

void
rj_server_rpc_enqueue (RjServerRpc *self, RjServerCall *call)
{
  g_queue_push_tail (&self->queue, call);
  run (self);
}

void
rj_server_rpc_proceed (RjServerRpc *self)
{
  self->running = NULL;
  run (self);
}

/* --- ends --- */

void
rj_server_rpc_close_socket (RjServerRpc *self, gushort code, const char *text)
{
  rj_server_socket_close (self->socket, code, text);
}

void
rj_server_rpc_abandon (RjServerRpc *self)
{
  self->is_gone = TRUE;
  rj_clock_cancel_timer (self->core->clock, &self->grace);
  rj_clock_cancel_timer (self->core->clock, &self->farewell);
  g_ptr_array_set_size (self->orphans, 0);
  g_queue_clear_full (&self->queue, (GDestroyNotify) rj_server_call_free);
  g_clear_object (&self->participant);
  if (self->socket->rpc == self)
    self->socket->rpc = NULL;
}

void
rj_server_rpc_destroy (RjServerRpc *self)
{
  g_autoptr (RjServerRpc) keep = g_object_ref (self);

  if (self->is_gone)
    return;
  rj_server_rpc_abandon (self);
  g_hash_table_remove (self->core->rpcs, self->id);
}

/* The server decides by the text, not by the code (OpenVidu 2 protocol, 3.3) */
static gboolean
is_a_loss (RjServerRpc *self)
{
  const char *text = self->close_text;

  if (self->core->config->quirks & RJ_QUIRK_GHOSTS)
    return FALSE;
  return text == NULL || *text == '\0' || g_str_equal (text, RJ_OV2_CLOSE_TEXT_RECONNECT) ||
         g_str_equal (text, RJ_OV2_CLOSE_TEXT_NO_PING);
}

static void
destroy_and_evict (RjServerRpc *self)
{
  g_autoptr (RjServerRpc) keep = g_object_ref (self);
  g_autoptr (RjServerParticipant) participant = g_steal_pointer (&self->participant);

  rj_server_rpc_destroy (self);
  if (participant != NULL && participant->session != NULL && is_a_loss (self))
    rj_server_evict (participant, rj_ov2_reason_to_text (RJ_OV2_REASON_NETWORK_DISCONNECT));
}

static void
on_grace_over (gpointer data)
{
  RjServerRpc *self = data;

  self->grace = NULL;
  destroy_and_evict (self);
}

static void
on_farewell (gpointer data)
{
  RjServerRpc *self = data;
  g_autoptr (RjServerSocket) socket = g_object_ref (self->socket);

  self->farewell = NULL;
  rj_server_socket_close (socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  destroy_and_evict (self);
}

void
rj_server_rpc_close_later (RjServerRpc *self)
{
  if (self->is_gone || self->farewell != NULL)
    return;
  self->farewell = rj_clock_start_timer (self->core->clock, (gint64) RJ_OV2_CLOSE_AFTER_MS * 1000,
                                         on_farewell, self);
}

static void
begin_grace (RjServerRpc *self, const char *text)
{
  g_free (self->close_text);
  self->close_text = g_strdup (text);
  rj_clock_cancel_timer (self->core->clock, &self->grace);
  self->grace = rj_clock_start_timer (self->core->clock, (gint64) RJ_OV2_RESUME_GRACE_MS * 1000,
                                      on_grace_over, self);
}

void
rj_server_rpc_lose_socket (RjServerCore *core, RjServerSocket *socket, const char *text)
{
  GHashTableIter iter;
  gpointer value;

  socket->rpc = NULL;
  g_hash_table_iter_init (&iter, core->rpcs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((RjServerRpc *) value)->socket == socket)
      begin_grace (value, text);
}

static void
rj_server_rpc_finalize (GObject *object)
{
  RjServerRpc *self = RJ_SERVER_RPC (object);

  rj_clock_cancel_timer (self->core->clock, &self->grace);
  rj_clock_cancel_timer (self->core->clock, &self->farewell);
  g_ptr_array_unref (self->orphans);
  g_clear_object (&self->participant);
  g_clear_object (&self->socket);
  g_clear_object (&self->core);
  g_free (self->close_text);
  g_free (self->id);
  G_OBJECT_CLASS (rj_server_rpc_parent_class)->finalize (object);
}

static void
rj_server_rpc_class_init (RjServerRpcClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_server_rpc_finalize;
}

static void
rj_server_rpc_init (RjServerRpc *self)
{
  self->orphans = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_server_watchdog_free);
  g_queue_init (&self->queue);
}
