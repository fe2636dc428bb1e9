#include "rj-openvidu2-private.h"

#include "rj-error.h"
#include "rj-hole-socket.h"
#include "rj-log.h"
#include "rj-websocket.h"

#define OPEN_LIMIT_US (10 * G_USEC_PER_SEC)
#define TO(s)         RJ_STATE_BIT (RJ_OV2_##s)

static const RjStateRow ov2_states[RJ_OV2_N_STATES] = {
  [RJ_OV2_NEW] = { "new", TO (TOKEN) | TO (CLOSED) },
  [RJ_OV2_TOKEN] = { "token", TO (CONNECTING) | TO (OVER) | TO (CLOSED) },
  [RJ_OV2_CONNECTING] = { "connecting", TO (JOINING) | TO (OVER) | TO (CLOSED) },
  [RJ_OV2_JOINING] = { "joining", TO (JOINED) | TO (OVER) | TO (CLOSED) },
  [RJ_OV2_JOINED] = { "joined", TO (RESUMING) | TO (LEAVING) | TO (OVER) | TO (CLOSED) },
  [RJ_OV2_RESUMING] = { "resuming", TO (CHECKING) | TO (OVER) | TO (CLOSED) },
  [RJ_OV2_CHECKING] = { "checking", TO (JOINED) | TO (RESUMING) | TO (OVER) | TO (CLOSED) },
  [RJ_OV2_LEAVING] = { "leaving", TO (CLOSED) },
  [RJ_OV2_OVER] = { "over", TO (CLOSED) },
  [RJ_OV2_CLOSED] = { "closed", 0 },
};

const RjStateRow *
rj_ov2_get_states (void)
{
  return ov2_states;
}

static void rj_openvidu2_signaller_iface_init (RjSignallerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjOpenvidu2Signaller,
                               rj_openvidu2_signaller,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_SIGNALLER,
                                                      rj_openvidu2_signaller_iface_init))

void
rj_ov2_move (RjOpenvidu2Signaller *self, RjOv2State state)
{
  gint64 now_us = rj_clock_now_us (self->clock);

  g_assert (rj_states_allow (ov2_states, RJ_OV2_N_STATES, self->state, state));
  g_debug ("%s %u: %s -> %s after %" G_GINT64_FORMAT " ms", self->participant, self->attempt,
           ov2_states[self->state].name, ov2_states[state].name,
           (now_us - self->state_since_us) / 1000);
  self->state = state;
  self->state_since_us = now_us;
}

void
rj_ov2_emit (RjOpenvidu2Signaller *self, RjEvent *event)
{
  event->session = g_strdup (self->session);
  event->participant = g_strdup (self->participant);
  event->attempt = self->attempt;
  if (event->mono_us == 0)
    event->mono_us = rj_clock_now_us (self->clock);
  rj_event_sink_emit (self->events, event);
}

void
rj_ov2_emit_detector (RjOpenvidu2Signaller *self, const char *detector, const char *detail)
{
  RjEvent *event = rj_event_new (RJ_EVENT_DETECTOR_FIRED);

  rj_event_set_string (event, "detector", detector);
  rj_event_set_string (event, "detail", detail);
  rj_event_set_bool (event, "acted", TRUE);
  rj_ov2_emit (self, event);
}

static void
on_text (RjSocket *socket, const char *text, gint64 read_us, RjOpenvidu2Signaller *self)
{
  g_autoptr (RjOpenvidu2Signaller) alive = g_object_ref (self);

  if (socket != self->socket)
    return;
  rj_tape_put (self->tape, read_us, self->attempt, FALSE, text);
  rj_rpc_take (self->rpc, text, read_us);
}

static void
on_closed (
  RjSocket *socket, guint code, const char *reason, const GError *error, RjOpenvidu2Signaller *self)
{
  g_autoptr (RjOpenvidu2Signaller) alive = g_object_ref (self);

  if (socket == self->socket)
    rj_ov2_on_socket_closed (self, code, reason, error);
}

void
rj_ov2_make_socket (RjOpenvidu2Signaller *self)
{
  g_assert (self->socket == NULL);

  self->socket = self->make_socket != NULL
                   ? self->make_socket (self->make_socket_data)
                   : rj_websocket_new (self->http, self->clock, OPEN_LIMIT_US);
  if (self->blackhole != NULL)
    self->socket = rj_hole_socket_new (self->socket, self->blackhole, self->clock, OPEN_LIMIT_US);
  g_signal_connect (self->socket, "text", G_CALLBACK (on_text), self);
  g_signal_connect (self->socket, "closed", G_CALLBACK (on_closed), self);
}

void
rj_ov2_drop_socket (RjOpenvidu2Signaller *self, guint code, const char *reason)
{
  g_autoptr (RjSocket) socket = g_steal_pointer (&self->socket);

  if (socket == NULL)
    return;
  g_signal_handlers_disconnect_by_data (socket, self);
  rj_socket_close (socket, code, reason);
}

void
rj_ov2_lose (RjOpenvidu2Signaller *self,
             const char *reason,
             const char *detector,
             const GError *error)
{
  g_autoptr (RjOpenvidu2Signaller) alive = g_object_ref (self);

  rj_keepalive_stop (self->keepalive);
  rj_clock_cancel_timer (self->clock, &self->resume_timer);
  rj_ov2_move (self, RJ_OV2_OVER);
  g_signal_emit_by_name (self, "lost", reason, detector, error);
  rj_rpc_lose (self->rpc, "the stay in the session is over");
  rj_rpc_close (self->rpc);
}

static void
rj_openvidu2_signaller_join_async (RjSignaller *signaller,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  RjOpenvidu2Signaller *self = RJ_OPENVIDU2_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  RJ_ASSERT_HOME ();
  g_task_set_source_tag (task, rj_openvidu2_signaller_join_async);
  if (self->state != RJ_OV2_NEW) {
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_CLOSED, "a signaller joins once");
    return;
  }
  if (!g_task_return_error_if_cancelled (task))
    rj_ov2_enter (self, cancellable, g_steal_pointer (&task));
}

static RjJoined *
rj_openvidu2_signaller_join_finish (RjSignaller *signaller, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static gboolean
return_error_unless_inside (RjOpenvidu2Signaller *self, GTask *task)
{
  if (self->state == RJ_OV2_JOINED || self->state == RJ_OV2_RESUMING ||
      self->state == RJ_OV2_CHECKING)
    return FALSE;
  if (self->state == RJ_OV2_OVER)
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_LOST, "the stay in the session is over");
  else
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_CLOSED, "not in a session");
  return TRUE;
}

static void
rj_openvidu2_signaller_publish_async (RjSignaller *signaller,
                                      const RjPublishInfo *info,
                                      const char *offer,
                                      gboolean reconnect,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  RjOpenvidu2Signaller *self = RJ_OPENVIDU2_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  RJ_ASSERT_HOME ();
  g_task_set_source_tag (task, rj_openvidu2_signaller_publish_async);
  if (!return_error_unless_inside (self, task))
    rj_ov2_publish (self, info, offer, reconnect, g_steal_pointer (&task));
}

static void
rj_openvidu2_signaller_subscribe_async (RjSignaller *signaller,
                                        const char *stream,
                                        const char *offer,
                                        gboolean reconnect,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer user_data)
{
  RjOpenvidu2Signaller *self = RJ_OPENVIDU2_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  RJ_ASSERT_HOME ();
  g_task_set_source_tag (task, rj_openvidu2_signaller_subscribe_async);
  if (!return_error_unless_inside (self, task))
    rj_ov2_subscribe (self, stream, offer, reconnect, g_steal_pointer (&task));
}

static void
rj_openvidu2_signaller_prepare_async (RjSignaller *signaller,
                                      const char *stream,
                                      gboolean reconnect,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  RjOpenvidu2Signaller *self = RJ_OPENVIDU2_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  RJ_ASSERT_HOME ();
  g_task_set_source_tag (task, rj_openvidu2_signaller_prepare_async);
  if (!return_error_unless_inside (self, task))
    rj_ov2_prepare (self, stream, reconnect, g_steal_pointer (&task));
}

static void
rj_openvidu2_signaller_accept_async (RjSignaller *signaller,
                                     const char *stream,
                                     const char *answer,
                                     RjAccept how,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer user_data)
{
  RjOpenvidu2Signaller *self = RJ_OPENVIDU2_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  RJ_ASSERT_HOME ();
  g_task_set_source_tag (task, rj_openvidu2_signaller_accept_async);
  if (!return_error_unless_inside (self, task))
    rj_ov2_accept (self, stream, answer, how, g_steal_pointer (&task));
}

static RjNegotiated *
rj_openvidu2_signaller_negotiate_finish (RjSignaller *signaller,
                                         GAsyncResult *result,
                                         GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
rj_openvidu2_signaller_deed_async (RjSignaller *signaller,
                                   const RjDeed *deed,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data)
{
  RjOpenvidu2Signaller *self = RJ_OPENVIDU2_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  RJ_ASSERT_HOME ();
  g_task_set_source_tag (task, rj_openvidu2_signaller_deed_async);
  if (!return_error_unless_inside (self, task))
    rj_ov2_do (self, deed, g_steal_pointer (&task));
}

static gboolean
rj_openvidu2_signaller_deed_finish (RjSignaller *signaller, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
rj_openvidu2_signaller_send_candidate (RjSignaller *signaller,
                                       const char *connection,
                                       guint mline,
                                       const char *mid,
                                       const char *candidate)
{
  rj_ov2_send_candidate (RJ_OPENVIDU2_SIGNALLER (signaller), connection, mline, mid, candidate);
}

static void
rj_openvidu2_signaller_unsubscribe (RjSignaller *signaller, const char *connection)
{
  rj_ov2_unsubscribe (RJ_OPENVIDU2_SIGNALLER (signaller), connection);
}

static void
rj_openvidu2_signaller_leave_async (RjSignaller *signaller,
                                    gint64 limit_us,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  RjOpenvidu2Signaller *self = RJ_OPENVIDU2_SIGNALLER (signaller);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  RJ_ASSERT_HOME ();
  g_task_set_source_tag (task, rj_openvidu2_signaller_leave_async);
  rj_ov2_leave (self, limit_us, g_steal_pointer (&task));
}

static gboolean
rj_openvidu2_signaller_leave_finish (RjSignaller *signaller, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
rj_openvidu2_signaller_cut (RjSignaller *signaller, gboolean with_reset)
{
  RjOpenvidu2Signaller *self = RJ_OPENVIDU2_SIGNALLER (signaller);

  if (self->socket != NULL)
    rj_socket_cut (self->socket, with_reset);
}

static void
rj_openvidu2_signaller_close (RjSignaller *signaller)
{
  g_autoptr (RjOpenvidu2Signaller) self = g_object_ref (RJ_OPENVIDU2_SIGNALLER (signaller));
  g_autoptr (GTask) leaving = NULL;

  if (self->state == RJ_OV2_CLOSED)
    return;
  rj_ov2_move (self, RJ_OV2_CLOSED);
  rj_keepalive_stop (self->keepalive);
  rj_clock_cancel_timer (self->clock, &self->resume_timer);
  g_cancellable_cancel (self->lifetime);
  rj_ov2_drop_socket (self, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  leaving = g_steal_pointer (&self->leaving);
  rj_rpc_close (self->rpc);
  if (self->joining != NULL)
    rj_ov2_fail_join (self, g_error_new (RJ_ERROR, RJ_ERROR_CLOSED, "closed while joining"));
  if (leaving != NULL)
    g_task_return_new_error (leaving, RJ_ERROR, RJ_ERROR_CLOSED, "closed while leaving");
}

static void
write_text (const char *text, gpointer user_data)
{
  RjOpenvidu2Signaller *self = user_data;

  if (self->socket == NULL)
    return;
  rj_tape_put (self->tape, rj_clock_now_us (self->clock), self->attempt, TRUE, text);
  rj_socket_send (self->socket, text);
}

static void
take_notification (const char *method, JsonObject *params, gint64 read_us, gpointer user_data)
{
  rj_ov2_take_notification (user_data, method, params, read_us);
}

static void
on_ping_unanswered (const GError *error, gpointer user_data)
{
  g_autoptr (RjOpenvidu2Signaller) self = g_object_ref (user_data);

  rj_ov2_on_ping_unanswered (self, error);
}

static void
rj_openvidu2_signaller_dispose (GObject *object)
{
  RjOpenvidu2Signaller *self = RJ_OPENVIDU2_SIGNALLER (object);

  if (self->rpc != NULL)
    rj_openvidu2_signaller_close (RJ_SIGNALLER (self));
  g_clear_object (&self->keepalive);
  g_clear_object (&self->rpc);
  G_OBJECT_CLASS (rj_openvidu2_signaller_parent_class)->dispose (object);
}

static void
rj_openvidu2_signaller_finalize (GObject *object)
{
  RjOpenvidu2Signaller *self = RJ_OPENVIDU2_SIGNALLER (object);

  rj_ov2_book_clear (self);
  rj_ov2_legs_clear (self);
  g_clear_object (&self->events);
  g_clear_object (&self->clock);
  g_clear_object (&self->tokens);
  g_clear_object (&self->http);
  g_clear_object (&self->blackhole);
  g_clear_pointer (&self->tape, rj_tape_unref);
  g_clear_object (&self->lifetime);
  g_clear_pointer (&self->url, rj_token_url_free);
  g_clear_pointer (&self->session, g_free);
  g_clear_pointer (&self->participant, g_free);
  g_clear_pointer (&self->told, g_free);
  g_clear_pointer (&self->names, rj_names_unref);
  g_clear_pointer (&self->token, g_free);
  g_clear_pointer (&self->connection, g_free);
  g_clear_pointer (&self->rpc_session, g_free);
  g_clear_pointer (&self->last_problem, g_free);
  G_OBJECT_CLASS (rj_openvidu2_signaller_parent_class)->finalize (object);
}

static void
rj_openvidu2_signaller_iface_init (RjSignallerInterface *iface)
{
  iface->join_async = rj_openvidu2_signaller_join_async;
  iface->join_finish = rj_openvidu2_signaller_join_finish;
  iface->publish_async = rj_openvidu2_signaller_publish_async;
  iface->subscribe_async = rj_openvidu2_signaller_subscribe_async;
  iface->prepare_async = rj_openvidu2_signaller_prepare_async;
  iface->accept_async = rj_openvidu2_signaller_accept_async;
  iface->negotiate_finish = rj_openvidu2_signaller_negotiate_finish;
  iface->deed_async = rj_openvidu2_signaller_deed_async;
  iface->deed_finish = rj_openvidu2_signaller_deed_finish;
  iface->send_candidate = rj_openvidu2_signaller_send_candidate;
  iface->unsubscribe = rj_openvidu2_signaller_unsubscribe;
  iface->leave_async = rj_openvidu2_signaller_leave_async;
  iface->leave_finish = rj_openvidu2_signaller_leave_finish;
  iface->cut = rj_openvidu2_signaller_cut;
  iface->close = rj_openvidu2_signaller_close;
}

static void
rj_openvidu2_signaller_class_init (RjOpenvidu2SignallerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rj_openvidu2_signaller_dispose;
  G_OBJECT_CLASS (klass)->finalize = rj_openvidu2_signaller_finalize;
}

static void
rj_openvidu2_signaller_init (RjOpenvidu2Signaller *self)
{
  self->lifetime = g_cancellable_new ();
  rj_ov2_book_init (self);
  rj_ov2_legs_init (self);
}

RjSignaller *
rj_openvidu2_signaller_new (const RjOpenvidu2Config *config)
{
  RjOpenvidu2Signaller *self;

  g_return_val_if_fail (config->session != NULL && config->participant != NULL, NULL);
  g_return_val_if_fail (config->clock != NULL && config->tokens != NULL, NULL);
  g_return_val_if_fail (config->http != NULL || config->make_socket != NULL, NULL);

  self = g_object_new (RJ_TYPE_OPENVIDU2_SIGNALLER, NULL);
  self->session = g_strdup (config->session);
  self->participant = g_strdup (config->participant);
  self->attempt = config->attempt;
  self->names = config->names == NULL ? NULL : rj_names_ref (config->names);
  self->told = self->names == NULL
                 ? g_strdup (config->participant)
                 : rj_names_tell (self->names, config->participant, config->attempt);
  g_set_object (&self->events, config->events);
  g_set_object (&self->clock, config->clock);
  g_set_object (&self->tokens, config->tokens);
  g_set_object (&self->http, config->http);
  self->never_resume = config->never_resume;
  g_set_object (&self->blackhole, config->blackhole);
  self->tape = config->tape == NULL ? NULL : rj_tape_ref (config->tape);
  self->make_socket = config->make_socket;
  self->make_socket_data = config->make_socket_data;
  self->state_since_us = rj_clock_now_us (self->clock);
  self->rpc = rj_rpc_new (self->clock, write_text, take_notification, self);
  self->keepalive = rj_keepalive_new (self->rpc, self->clock, on_ping_unanswered, self);
  return RJ_SIGNALLER (self);
}
