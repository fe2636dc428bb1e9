#include "rj-socket.h"

G_DEFINE_INTERFACE (RjSocket, rj_socket, G_TYPE_OBJECT)

enum { TEXT, CLOSED, N_SIGNALS };

static guint signals[N_SIGNALS];

static void
rj_socket_default_init (RjSocketInterface *iface)
{
  const GType text = G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE;
  const GType problem = G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE;

  signals[TEXT] = g_signal_new ("text", RJ_TYPE_SOCKET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 2, text, G_TYPE_INT64);
  signals[CLOSED] = g_signal_new ("closed", RJ_TYPE_SOCKET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 3, G_TYPE_UINT, text, problem);
}

void
rj_socket_open_async (RjSocket *self,
                      const char *url,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_return_if_fail (RJ_IS_SOCKET (self));

  RJ_SOCKET_GET_IFACE (self)->open_async (self, url, cancellable, callback, user_data);
}

gboolean
rj_socket_open_finish (RjSocket *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (RJ_IS_SOCKET (self), FALSE);

  return RJ_SOCKET_GET_IFACE (self)->open_finish (self, result, error);
}

void
rj_socket_send (RjSocket *self, const char *text)
{
  g_return_if_fail (RJ_IS_SOCKET (self));

  RJ_SOCKET_GET_IFACE (self)->send (self, text);
}

void
rj_socket_close (RjSocket *self, guint code, const char *reason)
{
  g_return_if_fail (RJ_IS_SOCKET (self));

  RJ_SOCKET_GET_IFACE (self)->close (self, code, reason);
}

void
rj_socket_cut (RjSocket *self, gboolean with_reset)
{
  g_return_if_fail (RJ_IS_SOCKET (self));

  RJ_SOCKET_GET_IFACE (self)->cut (self, with_reset);
}

void
rj_socket_emit_text (RjSocket *self, const char *text, gint64 read_us)
{
  g_signal_emit (self, signals[TEXT], 0, text, read_us);
}

void
rj_socket_emit_closed (RjSocket *self, guint code, const char *reason, const GError *error)
{
  g_signal_emit (self, signals[CLOSED], 0, code, reason, error);
}
