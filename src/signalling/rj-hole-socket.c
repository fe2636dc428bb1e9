#include "rj-hole-socket.h"

#include "rj-error.h"
#include "rj-http-session.h"

/* What the other side said when it closed, or the network */
typedef struct {
  guint code;
  char *reason;
  GError *error;
} Farewell;

struct _RjHoleSocket {
  GObject parent_instance;

  RjSocket *inner;
  RjBlackhole *blackhole;
  RjClock *clock;
  gint64 open_limit_us;

  char *url;
  GCancellable *cancellable; /* (nullable) of the opening */
  GTask *opening;            /* (nullable) */
  RjTimer *timer;            /* (nullable) while it waits to open */
  GPtrArray *incoming;       /* of text: held */
  GPtrArray *outgoing;       /* of text: held */
  Farewell *theirs;          /* (nullable) held */
  Farewell *ours;            /* (nullable) held; lives on with a reference of its own */
  gboolean is_cut;           /* here, and so it is told here */
  gboolean is_closed;        /* by us: nothing is emitted any more */
};

static void rj_hole_socket_iface_init (RjSocketInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjHoleSocket,
                               rj_hole_socket,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_SOCKET, rj_hole_socket_iface_init))

static Farewell *
farewell_new (guint code, const char *reason, const GError *error)
{
  Farewell *self = g_new0 (Farewell, 1);

  self->code = code;
  self->reason = g_strdup (reason);
  self->error = error == NULL ? NULL : g_error_copy (error);
  return self;
}

static void
farewell_free (Farewell *self)
{
  g_free (self->reason);
  g_clear_error (&self->error);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Farewell, farewell_free)

static void
on_text (RjSocket *inner, const char *text, gint64 read_us, RjHoleSocket *self)
{
  if (rj_blackhole_is_on (self->blackhole))
    g_ptr_array_add (self->incoming, g_strdup (text));
  else
    rj_socket_emit_text (RJ_SOCKET (self), text, read_us);
}

static void
on_closed (RjSocket *inner, guint code, const char *reason, const GError *error, RjHoleSocket *self)
{
  if (rj_blackhole_is_on (self->blackhole) && !self->is_cut)
    self->theirs = farewell_new (code, reason, error);
  else
    rj_socket_emit_closed (RJ_SOCKET (self), code, reason, error);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (rj_socket_open_finish (RJ_SOCKET (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
open_inner (RjHoleSocket *self)
{
  rj_clock_cancel_timer (self->clock, &self->timer);
  rj_socket_open_async (self->inner, self->url, self->cancellable, on_opened,
                        g_steal_pointer (&self->opening));
}

static void
on_late (gpointer user_data)
{
  g_autoptr (RjHoleSocket) self = g_object_ref (user_data);
  g_autoptr (GTask) task = g_steal_pointer (&self->opening);
  g_autofree char *shown = rj_http_show_url (self->url);

  self->timer = NULL;
  g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_TIMEOUT,
                           "%s: the websocket was not open within %.0f s", shown,
                           self->open_limit_us / 1e6);
}

/* Callbacks may close us. */
static void
deliver (RjHoleSocket *self)
{
  g_autoptr (GPtrArray) incoming = g_steal_pointer (&self->incoming);
  g_autoptr (GPtrArray) outgoing = g_steal_pointer (&self->outgoing);
  g_autoptr (Farewell) theirs = g_steal_pointer (&self->theirs);

  self->incoming = g_ptr_array_new_with_free_func (g_free);
  self->outgoing = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < outgoing->len; i++)
    rj_socket_send (self->inner, g_ptr_array_index (outgoing, i));
  for (guint i = 0; i < incoming->len && !self->is_closed; i++)
    rj_socket_emit_text (RJ_SOCKET (self), g_ptr_array_index (incoming, i),
                         rj_clock_now_us (self->clock));
  if (theirs != NULL && !self->is_closed)
    rj_socket_emit_closed (RJ_SOCKET (self), theirs->code, theirs->reason, theirs->error);
}

static void
on_changed (RjBlackhole *blackhole, RjHoleSocket *self)
{
  g_autoptr (RjHoleSocket) alive = g_object_ref (self);
  g_autoptr (Farewell) ours = NULL;

  if (rj_blackhole_is_on (blackhole))
    return;
  ours = g_steal_pointer (&self->ours);
  if (self->opening != NULL)
    open_inner (self);
  else
    deliver (self);
  if (ours != NULL) {
    rj_socket_close (self->inner, ours->code, ours->reason);
    g_object_unref (self); /* the reference that waited */
  }
}

static void
rj_hole_socket_open_async (RjSocket *socket,
                           const char *url,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  RjHoleSocket *self = RJ_HOLE_SOCKET (socket);

  self->url = g_strdup (url);
  g_set_object (&self->cancellable, cancellable);
  self->opening = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->opening, rj_hole_socket_open_async);
  if (rj_blackhole_is_on (self->blackhole))
    self->timer = rj_clock_start_timer (self->clock, self->open_limit_us, on_late, self);
  else
    open_inner (self);
}

static gboolean
rj_hole_socket_open_finish (RjSocket *socket, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
rj_hole_socket_send (RjSocket *socket, const char *text)
{
  RjHoleSocket *self = RJ_HOLE_SOCKET (socket);

  if (rj_blackhole_is_on (self->blackhole))
    g_ptr_array_add (self->outgoing, g_strdup (text));
  else
    rj_socket_send (self->inner, text);
}

static gboolean
on_opening_given_up (gpointer task)
{
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "closed");
  return G_SOURCE_REMOVE;
}

/* Not from within the call that closes: its caller is not prepared to be called */
static void
give_up_opening (GTask *task)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_task_attach_source (task, source, on_opening_given_up);
}

static void
rj_hole_socket_close (RjSocket *socket, guint code, const char *reason)
{
  RjHoleSocket *self = RJ_HOLE_SOCKET (socket);
  g_autoptr (GTask) opening = g_steal_pointer (&self->opening);

  if (self->is_closed)
    return;
  self->is_closed = TRUE;
  g_signal_handlers_disconnect_by_data (self->inner, self);
  rj_clock_cancel_timer (self->clock, &self->timer);
  if (opening != NULL)
    give_up_opening (opening);
  else if (rj_blackhole_is_on (self->blackhole))
    self->ours = (g_object_ref (self), farewell_new (code, reason, NULL));
  else
    rj_socket_close (self->inner, code, reason);
}

static void
rj_hole_socket_cut (RjSocket *socket, gboolean with_reset)
{
  RjHoleSocket *self = RJ_HOLE_SOCKET (socket);

  self->is_cut = TRUE;
  rj_socket_cut (self->inner, with_reset);
}

static void
rj_hole_socket_finalize (GObject *object)
{
  RjHoleSocket *self = RJ_HOLE_SOCKET (object);

  rj_clock_cancel_timer (self->clock, &self->timer);
  g_signal_handlers_disconnect_by_data (self->inner, self);
  rj_socket_close (self->inner, 1001, NULL);
  g_clear_object (&self->inner);
  g_clear_object (&self->blackhole);
  g_clear_object (&self->clock);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->theirs, farewell_free);
  g_ptr_array_unref (self->incoming);
  g_ptr_array_unref (self->outgoing);
  g_free (self->url);
  G_OBJECT_CLASS (rj_hole_socket_parent_class)->finalize (object);
}

static void
rj_hole_socket_iface_init (RjSocketInterface *iface)
{
  iface->open_async = rj_hole_socket_open_async;
  iface->open_finish = rj_hole_socket_open_finish;
  iface->send = rj_hole_socket_send;
  iface->close = rj_hole_socket_close;
  iface->cut = rj_hole_socket_cut;
}

static void
rj_hole_socket_class_init (RjHoleSocketClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_hole_socket_finalize;
}

static void
rj_hole_socket_init (RjHoleSocket *self)
{
  self->incoming = g_ptr_array_new_with_free_func (g_free);
  self->outgoing = g_ptr_array_new_with_free_func (g_free);
}

RjSocket *
rj_hole_socket_new (RjSocket *inner, RjBlackhole *blackhole, RjClock *clock, gint64 open_limit_us)
{
  RjHoleSocket *self = g_object_new (RJ_TYPE_HOLE_SOCKET, NULL);

  self->inner = inner;
  self->blackhole = g_object_ref (blackhole);
  self->clock = g_object_ref (clock);
  self->open_limit_us = open_limit_us;
  g_signal_connect (inner, "text", G_CALLBACK (on_text), self);
  g_signal_connect (inner, "closed", G_CALLBACK (on_closed), self);
  g_signal_connect_object (blackhole, "changed", G_CALLBACK (on_changed), self, 0);
  return RJ_SOCKET (self);
}
