#include "rjt-fake-signaller.h"

#include "rj-error.h"

struct _RjtFakeSignaller {
  GObject parent_instance;

  RjClock *clock;
  char *connection;
  gboolean server_forbids;
  gboolean server_offers;
  GPtrArray *listed;  /* of RjRemoteStream */
  GPtrArray *pending; /* of Pending */
  GString *log;
  gboolean joined;
  gboolean closed;
  RjtDecideFunc decide;
  gpointer decide_data;
};

typedef struct {
  RjtFakeSignaller *owner;
  char *request;
  GTask *task;
  GError *error; /* (nullable) */
  RjTimer *timer;
} Pending;

static void rjt_fake_signaller_iface_init (RjSignallerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjtFakeSignaller,
                               rjt_fake_signaller,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_SIGNALLER,
                                                      rjt_fake_signaller_iface_init))

static void
pending_free (gpointer data)
{
  Pending *self = data;

  rj_clock_cancel_timer (self->owner->clock, &self->timer);
  g_free (self->request);
  g_object_unref (self->task);
  g_clear_error (&self->error);
  g_free (self);
}

static void
note (RjtFakeSignaller *self, const char *entry, const char *detail)
{
  g_string_append_printf (self->log, "%s%s%s%s", self->log->len > 0 ? " " : "", entry,
                          detail[0] != '\0' ? ":" : "", detail);
}

static gpointer
copy_stream (gconstpointer stream, gpointer unused)
{
  return rj_remote_stream_copy (stream);
}

static void
answer_join (RjtFakeSignaller *self, GTask *task)
{
  RjJoined *joined = g_new0 (RjJoined, 1);

  self->joined = TRUE;
  joined->connection = g_strdup (self->connection);
  joined->ice_servers = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_ice_server_free);
  joined->streams = g_ptr_array_copy (self->listed, copy_stream, NULL);
  g_ptr_array_set_free_func (joined->streams, (GDestroyNotify) rj_remote_stream_free);
  joined->may_publish = !self->server_forbids;
  joined->server_offers = self->server_offers;
  g_task_return_pointer (task, joined, (GDestroyNotify) rj_joined_free);
  for (guint i = 0; i < self->listed->len && !self->closed; i++)
    g_signal_emit_by_name (self, "stream-published", g_ptr_array_index (self->listed, i));
}

static gboolean
is_deed (const char *request)
{
  static const char *const deeds[] = {
    "unpublish", "mute", "signal", "force-disconnect", "force-unpublish", NULL,
  };

  return g_strv_contains (deeds, request);
}

static void
answer_well (RjtFakeSignaller *self, const char *request, GTask *task)
{
  RjNegotiated *negotiated;

  if (g_str_equal (request, "join")) {
    answer_join (self, task);
    return;
  }
  if (g_str_equal (request, "leave")) {
    g_task_return_boolean (task, TRUE);
    rj_signaller_close (RJ_SIGNALLER (self));
    return;
  }
  if (is_deed (request)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  negotiated = g_new0 (RjNegotiated, 1);
  negotiated->sdp = g_strdup (g_str_has_suffix (request, "prepare") ? "server's offer" : "answer");
  negotiated->stream = g_strdup ("own");
  g_task_return_pointer (task, negotiated, (GDestroyNotify) rj_negotiated_free);
}

static void
on_due (gpointer user_data)
{
  Pending *pending = user_data;
  g_autoptr (RjtFakeSignaller) self = g_object_ref (pending->owner);
  g_autoptr (GTask) task = g_object_ref (pending->task);
  g_autofree char *request = g_strdup (pending->request);
  g_autoptr (GError) error = g_steal_pointer (&pending->error);

  pending->timer = NULL;
  g_ptr_array_remove (self->pending, pending);
  if (error != NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    answer_well (self, request, task);
}

static void
ask (RjtFakeSignaller *self,
     const char *request,
     const char *detail,
     gint64 timeout_us,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer user_data)
{
  RjtAnswer answer = { .delay_us = RJT_ANSWER_US };
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Pending *pending;

  note (self, request, detail);
  if (self->closed) {
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_CLOSED, "closed");
    return;
  }
  if (self->decide != NULL)
    self->decide (self, request, detail, &answer, self->decide_data);
  if (answer.silent) {
    answer.delay_us = timeout_us;
    answer.error = g_error_new (RJ_ERROR, RJ_ERROR_TIMEOUT, "%s was not answered", request);
  }
  answer.delay_us = MIN (answer.delay_us, timeout_us);
  pending = g_new0 (Pending, 1);
  pending->owner = self;
  pending->request = g_strdup (request);
  pending->task = g_steal_pointer (&task);
  pending->error = answer.error;
  pending->timer = rj_clock_start_timer (self->clock, answer.delay_us, on_due, pending);
  g_ptr_array_add (self->pending, pending);
}

static void
fake_join_async (RjSignaller *signaller,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  RjtFakeSignaller *self = RJT_FAKE_SIGNALLER (signaller);

  ask (self, "join", "", RJT_TIMEOUT_US, cancellable, callback, user_data);
  g_signal_emit_by_name (self, "progress", "connect");
  g_signal_emit_by_name (self, "progress", "join");
}

static RjJoined *
fake_join_finish (RjSignaller *signaller, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_publish_async (RjSignaller *signaller,
                    const RjPublishInfo *info,
                    const char *offer,
                    gboolean reconnect,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  ask (RJT_FAKE_SIGNALLER (signaller), reconnect ? "republish" : "publish", "", RJT_TIMEOUT_US,
       cancellable, callback, user_data);
}

static void
fake_subscribe_async (RjSignaller *signaller,
                      const char *stream,
                      const char *offer,
                      gboolean reconnect,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  ask (RJT_FAKE_SIGNALLER (signaller), reconnect ? "resubscribe" : "subscribe", stream,
       RJT_TIMEOUT_US, cancellable, callback, user_data);
}

static void
fake_prepare_async (RjSignaller *signaller,
                    const char *stream,
                    gboolean reconnect,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  ask (RJT_FAKE_SIGNALLER (signaller), reconnect ? "re-prepare" : "prepare", stream, RJT_TIMEOUT_US,
       cancellable, callback, user_data);
}

static void
fake_accept_async (RjSignaller *signaller,
                   const char *stream,
                   const char *answer,
                   RjAccept how,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  static const char *const words[] = {
    [RJ_ACCEPT_FIRST] = "accept",
    [RJ_ACCEPT_AGAIN] = "re-accept",
    [RJ_ACCEPT_FORCED] = "forced-accept",
  };

  g_assert_cmpstr (answer, ==, "own answer");
  ask (RJT_FAKE_SIGNALLER (signaller), words[how], stream, RJT_TIMEOUT_US, cancellable, callback,
       user_data);
}

static void
fake_deed_async (RjSignaller *signaller,
                 const RjDeed *deed,
                 GCancellable *cancellable,
                 GAsyncReadyCallback callback,
                 gpointer user_data)
{
  static const char *const words[] = {
    [RJ_DEED_UNPUBLISH] = "unpublish",
    [RJ_DEED_MUTE] = "mute",
    [RJ_DEED_SIGNAL] = "signal",
    [RJ_DEED_FORCE_DISCONNECT] = "force-disconnect",
    [RJ_DEED_FORCE_UNPUBLISH] = "force-unpublish",
  };
  const char *medium = deed->video ? "video" : "audio";
  g_autofree char *mute = g_strdup_printf ("%s-%s", medium, deed->muted ? "off" : "on");

  ask (RJT_FAKE_SIGNALLER (signaller), words[deed->kind],
       deed->kind == RJ_DEED_MUTE ? mute
       : deed->text != NULL       ? deed->text
                                  : "",
       RJT_TIMEOUT_US, cancellable, callback, user_data);
}

static gboolean
fake_deed_finish (RjSignaller *signaller, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static RjNegotiated *
fake_negotiate_finish (RjSignaller *signaller, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_send_candidate (RjSignaller *signaller,
                     const char *connection,
                     guint mline,
                     const char *mid,
                     const char *candidate)
{
  note (RJT_FAKE_SIGNALLER (signaller), "candidate", connection);
}

static void
fake_unsubscribe (RjSignaller *signaller, const char *connection)
{
  note (RJT_FAKE_SIGNALLER (signaller), "unsubscribe", connection);
}

static void
fake_leave_async (RjSignaller *signaller,
                  gint64 limit_us,
                  GCancellable *cancellable,
                  GAsyncReadyCallback callback,
                  gpointer user_data)
{
  ask (RJT_FAKE_SIGNALLER (signaller), "leave", "", limit_us, cancellable, callback, user_data);
}

static gboolean
fake_leave_finish (RjSignaller *signaller, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_cut (RjSignaller *signaller, gboolean with_reset)
{
  note (RJT_FAKE_SIGNALLER (signaller), "cut", with_reset ? "rst" : "fin");
}

static void
fake_close (RjSignaller *signaller)
{
  RjtFakeSignaller *self = RJT_FAKE_SIGNALLER (signaller);

  if (self->closed)
    return;
  self->closed = TRUE;
  note (self, "close", "");
  while (self->pending->len > 0) {
    Pending *pending = g_ptr_array_index (self->pending, 0);
    g_autoptr (GTask) task = g_object_ref (pending->task);

    g_ptr_array_remove_index (self->pending, 0);
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_CLOSED, "closed");
  }
}

static void
rjt_fake_signaller_iface_init (RjSignallerInterface *iface)
{
  iface->join_async = fake_join_async;
  iface->join_finish = fake_join_finish;
  iface->publish_async = fake_publish_async;
  iface->subscribe_async = fake_subscribe_async;
  iface->prepare_async = fake_prepare_async;
  iface->accept_async = fake_accept_async;
  iface->deed_async = fake_deed_async;
  iface->deed_finish = fake_deed_finish;
  iface->negotiate_finish = fake_negotiate_finish;
  iface->send_candidate = fake_send_candidate;
  iface->unsubscribe = fake_unsubscribe;
  iface->leave_async = fake_leave_async;
  iface->leave_finish = fake_leave_finish;
  iface->cut = fake_cut;
  iface->close = fake_close;
}

RjtFakeSignaller *
rjt_fake_signaller_new (RjClock *clock, const char *connection)
{
  RjtFakeSignaller *self = g_object_new (RJT_TYPE_FAKE_SIGNALLER, NULL);

  self->clock = g_object_ref (clock);
  self->connection = g_strdup (connection);
  return self;
}

void
rjt_fake_signaller_set_decide (RjtFakeSignaller *self, RjtDecideFunc func, gpointer user_data)
{
  self->decide = func;
  self->decide_data = user_data;
}

void
rjt_answer_refuse (RjtAnswer *self, int rpc_code)
{
  g_clear_error (&self->error);
  self->error = g_error_new (RJ_RPC_ERROR, rpc_code, "refused. Code: %d", rpc_code);
}

void
rjt_answer_timeout (RjtAnswer *self)
{
  self->silent = TRUE;
}

static RjRemoteStream *
new_stream (const char *connection, const char *stream, const char *name)
{
  RjRemoteStream *self = g_new0 (RjRemoteStream, 1);

  self->connection = g_strdup (connection);
  self->stream = g_strdup (stream);
  self->name = g_strdup (name);
  self->has_audio = self->has_video = self->audio_active = self->video_active = TRUE;
  return self;
}

void
rjt_fake_signaller_list (RjtFakeSignaller *self,
                         const char *connection,
                         const char *stream,
                         const char *name)
{
  g_ptr_array_add (self->listed, new_stream (connection, stream, name));
}

void
rjt_fake_signaller_forbid_publishing (RjtFakeSignaller *self)
{
  self->server_forbids = TRUE;
}

void
rjt_fake_signaller_make_offers (RjtFakeSignaller *self)
{
  self->server_offers = TRUE;
}

void
rjt_fake_signaller_offer (RjtFakeSignaller *self, const char *stream)
{
  g_signal_emit_by_name (self, "offered", stream, "server's offer");
}

void
rjt_fake_signaller_publish (RjtFakeSignaller *self,
                            const char *connection,
                            const char *stream,
                            const char *name)
{
  g_autoptr (RjRemoteStream) news = new_stream (connection, stream, name);

  g_signal_emit_by_name (self, "participant-joined", connection, name);
  g_signal_emit_by_name (self, "stream-published", news);
}

void
rjt_fake_signaller_mute (RjtFakeSignaller *self,
                         const char *connection,
                         const char *stream,
                         const char *name,
                         gboolean audio_active,
                         gboolean video_active)
{
  g_autoptr (RjRemoteStream) news = new_stream (connection, stream, name);

  news->audio_active = audio_active;
  news->video_active = video_active;
  g_signal_emit_by_name (self, "stream-changed", news);
}

void
rjt_fake_signaller_unpublish (RjtFakeSignaller *self, const char *connection, const char *reason)
{
  g_signal_emit_by_name (self, "stream-unpublished", connection, reason);
}

void
rjt_fake_signaller_own_unpublish (RjtFakeSignaller *self, const char *reason)
{
  g_signal_emit_by_name (self, "own-unpublished", reason);
}

void
rjt_fake_signaller_remote_left (RjtFakeSignaller *self, const char *connection, const char *reason)
{
  g_signal_emit_by_name (self, "participant-left", connection, reason);
}

void
rjt_fake_signaller_suspend (RjtFakeSignaller *self)
{
  for (guint i = 0; i < self->pending->len; i++) {
    Pending *pending = g_ptr_array_index (self->pending, i);

    if (g_str_equal (pending->request, "leave"))
      continue; /* bounded by itself */
    g_clear_error (&pending->error);
    pending->error = g_error_new (RJ_ERROR, RJ_ERROR_TIMEOUT, "the socket died");
    rj_clock_cancel_timer (self->clock, &pending->timer);
    pending->timer = rj_clock_start_timer (self->clock, RJT_TIMEOUT_US, on_due, pending);
  }
  g_signal_emit_by_name (self, "suspended");
}

void
rjt_fake_signaller_resume (RjtFakeSignaller *self)
{
  g_signal_emit_by_name (self, "resumed");
}

void
rjt_fake_signaller_lose (RjtFakeSignaller *self, const char *reason, const char *detector)
{
  g_autoptr (RjtFakeSignaller) held = g_object_ref (self);

  g_signal_emit_by_name (held, "lost", reason, detector, NULL);
}

const char *
rjt_fake_signaller_get_log (RjtFakeSignaller *self)
{
  return self->log->str;
}

guint
rjt_fake_signaller_count (RjtFakeSignaller *self, const char *entry)
{
  g_auto (GStrv) entries = g_strsplit (self->log->str, " ", -1);
  guint n = 0;

  for (guint i = 0; entries[i] != NULL; i++)
    n += g_str_equal (entries[i], entry);
  return n;
}

gboolean
rjt_fake_signaller_is_closed (RjtFakeSignaller *self)
{
  return self->closed;
}

static void
rjt_fake_signaller_dispose (GObject *object)
{
  fake_close (RJ_SIGNALLER (object));
  G_OBJECT_CLASS (rjt_fake_signaller_parent_class)->dispose (object);
}

static void
rjt_fake_signaller_finalize (GObject *object)
{
  RjtFakeSignaller *self = RJT_FAKE_SIGNALLER (object);

  g_ptr_array_unref (self->pending);
  g_ptr_array_unref (self->listed);
  g_string_free (self->log, TRUE);
  g_free (self->connection);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (rjt_fake_signaller_parent_class)->finalize (object);
}

static void
rjt_fake_signaller_class_init (RjtFakeSignallerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rjt_fake_signaller_dispose;
  G_OBJECT_CLASS (klass)->finalize = rjt_fake_signaller_finalize;
}

static void
rjt_fake_signaller_init (RjtFakeSignaller *self)
{
  self->pending = g_ptr_array_new_with_free_func (pending_free);
  self->listed = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_remote_stream_free);
  self->log = g_string_new (NULL);
}
