#include "rjt-tape-socket.h"

#include "rj-json.h"

struct _RjtTapeSocket {
  GObject parent_instance;

  char *url;
  gboolean is_closed;
  guint code;
  GQueue written; /* of JsonObject */
};

static void rjt_tape_socket_iface_init (RjSocketInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjtTapeSocket,
                               rjt_tape_socket,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_SOCKET, rjt_tape_socket_iface_init))

static void
rjt_tape_socket_open_async (RjSocket *socket,
                            const char *url,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (socket, cancellable, callback, user_data);

  RJT_TAPE_SOCKET (socket)->url = g_strdup (url);
  g_task_return_boolean (task, TRUE);
}

static gboolean
rjt_tape_socket_open_finish (RjSocket *socket, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
rjt_tape_socket_send (RjSocket *socket, const char *text)
{
  RjtTapeSocket *self = RJT_TAPE_SOCKET (socket);

  g_assert_false (self->is_closed);
  g_queue_push_tail (&self->written, rj_json_parse_object (text, -1, NULL));
}

static void
rjt_tape_socket_close (RjSocket *socket, guint code, const char *reason)
{
  RjtTapeSocket *self = RJT_TAPE_SOCKET (socket);

  if (!self->is_closed)
    self->code = code;
  self->is_closed = TRUE;
}

static void
rjt_tape_socket_cut (RjSocket *socket, gboolean with_reset)
{
  rj_socket_emit_closed (socket, 0, NULL, NULL);
}

static void
rjt_tape_socket_finalize (GObject *object)
{
  RjtTapeSocket *self = RJT_TAPE_SOCKET (object);

  g_queue_clear_full (&self->written, (GDestroyNotify) json_object_unref);
  g_free (self->url);
  G_OBJECT_CLASS (rjt_tape_socket_parent_class)->finalize (object);
}

static void
rjt_tape_socket_iface_init (RjSocketInterface *iface)
{
  iface->open_async = rjt_tape_socket_open_async;
  iface->open_finish = rjt_tape_socket_open_finish;
  iface->send = rjt_tape_socket_send;
  iface->close = rjt_tape_socket_close;
  iface->cut = rjt_tape_socket_cut;
}

static void
rjt_tape_socket_class_init (RjtTapeSocketClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rjt_tape_socket_finalize;
}

static void
rjt_tape_socket_init (RjtTapeSocket *self)
{
  g_queue_init (&self->written);
}

RjtTapeSocket *
rjt_tape_socket_new (void)
{
  return g_object_new (RJT_TYPE_TAPE_SOCKET, NULL);
}

const char *
rjt_tape_socket_get_url (RjtTapeSocket *self)
{
  return self->url;
}

gboolean
rjt_tape_socket_is_closed (RjtTapeSocket *self)
{
  return self->is_closed;
}

guint
rjt_tape_socket_get_code (RjtTapeSocket *self)
{
  return self->code;
}

JsonObject *
rjt_tape_socket_take (RjtTapeSocket *self, const char *method)
{
  for (GList *link = self->written.head; link != NULL; link = link->next) {
    JsonObject *request = link->data;

    if (g_strcmp0 (rj_json_get_string (request, "method", NULL), method) != 0)
      continue;
    g_queue_delete_link (&self->written, link);
    return request;
  }
  return NULL;
}

guint
rjt_tape_socket_count (RjtTapeSocket *self)
{
  return self->written.length;
}
