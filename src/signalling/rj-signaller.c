#include "rj-signaller.h"

G_DEFINE_INTERFACE (RjSignaller, rj_signaller, G_TYPE_OBJECT)

RjRemoteStream *
rj_remote_stream_copy (const RjRemoteStream *self)
{
  RjRemoteStream *copy = g_new0 (RjRemoteStream, 1);

  *copy = *self;
  copy->connection = g_strdup (self->connection);
  copy->stream = g_strdup (self->stream);
  copy->name = g_strdup (self->name);
  return copy;
}

void
rj_remote_stream_free (RjRemoteStream *self)
{
  if (self == NULL)
    return;
  g_free (self->connection);
  g_free (self->stream);
  g_free (self->name);
  g_free (self);
}

void
rj_ice_server_free (RjIceServer *self)
{
  if (self == NULL)
    return;
  g_free (self->uri);
  g_free (self->username);
  g_free (self->credential);
  g_free (self);
}

void
rj_joined_free (RjJoined *self)
{
  if (self == NULL)
    return;
  g_free (self->connection);
  g_clear_pointer (&self->ice_servers, g_ptr_array_unref);
  g_clear_pointer (&self->streams, g_ptr_array_unref);
  g_free (self);
}

void
rj_negotiated_free (RjNegotiated *self)
{
  if (self == NULL)
    return;
  g_free (self->sdp);
  g_free (self->stream);
  g_free (self);
}

static void
add_signal (const char *name, guint n_params, const GType *params)
{
  GType *types = g_memdup2 (params, n_params * sizeof *params);

  g_signal_newv (name, RJ_TYPE_SIGNALLER, G_SIGNAL_RUN_LAST, NULL, NULL, NULL, NULL, G_TYPE_NONE,
                 n_params, types);
  g_free (types);
}

#define ADD_SIGNAL(name, ...)                                                                      \
  add_signal (name, G_N_ELEMENTS (((GType[]){ __VA_ARGS__ })), (GType[]){ __VA_ARGS__ })

static void
rj_signaller_default_init (RjSignallerInterface *iface)
{
  const GType text = G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE;
  const GType problem = G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE;

  ADD_SIGNAL ("progress", text);
  ADD_SIGNAL ("participant-joined", text, text);
  ADD_SIGNAL ("participant-left", text, text);
  ADD_SIGNAL ("stream-published", G_TYPE_POINTER);
  ADD_SIGNAL ("stream-unpublished", text, text);
  ADD_SIGNAL ("stream-changed", G_TYPE_POINTER);
  ADD_SIGNAL ("own-unpublished", text);
  ADD_SIGNAL ("candidate", text, G_TYPE_UINT, text, text);
  ADD_SIGNAL ("offered", text, text);
  ADD_SIGNAL ("signal", text, text, text);
  add_signal ("suspended", 0, NULL);
  add_signal ("resumed", 0, NULL);
  ADD_SIGNAL ("lost", text, text, problem);
}

void
rj_signaller_join_async (RjSignaller *self,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (RJ_IS_SIGNALLER (self));

  RJ_SIGNALLER_GET_IFACE (self)->join_async (self, cancellable, callback, user_data);
}

RjJoined *
rj_signaller_join_finish (RjSignaller *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (RJ_IS_SIGNALLER (self), NULL);

  return RJ_SIGNALLER_GET_IFACE (self)->join_finish (self, result, error);
}

void
rj_signaller_publish_async (RjSignaller *self,
                            const RjPublishInfo *info,
                            const char *offer,
                            gboolean reconnect,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (RJ_IS_SIGNALLER (self));
  g_return_if_fail (info != NULL && offer != NULL);

  RJ_SIGNALLER_GET_IFACE (self)->publish_async (self, info, offer, reconnect, cancellable, callback,
                                                user_data);
}

void
rj_signaller_subscribe_async (RjSignaller *self,
                              const char *stream,
                              const char *offer,
                              gboolean reconnect,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data)
{
  g_return_if_fail (RJ_IS_SIGNALLER (self));
  g_return_if_fail (stream != NULL && offer != NULL);

  RJ_SIGNALLER_GET_IFACE (self)->subscribe_async (self, stream, offer, reconnect, cancellable,
                                                  callback, user_data);
}

void
rj_signaller_prepare_async (RjSignaller *self,
                            const char *stream,
                            gboolean reconnect,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (RJ_IS_SIGNALLER (self));
  g_return_if_fail (stream != NULL);

  RJ_SIGNALLER_GET_IFACE (self)->prepare_async (self, stream, reconnect, cancellable, callback,
                                                user_data);
}

void
rj_signaller_accept_async (RjSignaller *self,
                           const char *stream,
                           const char *answer,
                           RjAccept how,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_return_if_fail (RJ_IS_SIGNALLER (self));
  g_return_if_fail (stream != NULL && answer != NULL);

  RJ_SIGNALLER_GET_IFACE (self)->accept_async (self, stream, answer, how, cancellable, callback,
                                               user_data);
}

RjNegotiated *
rj_signaller_negotiate_finish (RjSignaller *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (RJ_IS_SIGNALLER (self), NULL);

  return RJ_SIGNALLER_GET_IFACE (self)->negotiate_finish (self, result, error);
}

void
rj_signaller_send_candidate (
  RjSignaller *self, const char *connection, guint mline, const char *mid, const char *candidate)
{
  g_return_if_fail (RJ_IS_SIGNALLER (self));
  g_return_if_fail (connection != NULL && candidate != NULL);

  RJ_SIGNALLER_GET_IFACE (self)->send_candidate (self, connection, mline, mid, candidate);
}

void
rj_signaller_unsubscribe (RjSignaller *self, const char *connection)
{
  g_return_if_fail (RJ_IS_SIGNALLER (self));
  g_return_if_fail (connection != NULL);

  RJ_SIGNALLER_GET_IFACE (self)->unsubscribe (self, connection);
}

void
rj_signaller_deed_async (RjSignaller *self,
                         const RjDeed *deed,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_return_if_fail (RJ_IS_SIGNALLER (self));
  g_return_if_fail (deed != NULL);

  RJ_SIGNALLER_GET_IFACE (self)->deed_async (self, deed, cancellable, callback, user_data);
}

gboolean
rj_signaller_deed_finish (RjSignaller *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (RJ_IS_SIGNALLER (self), FALSE);

  return RJ_SIGNALLER_GET_IFACE (self)->deed_finish (self, result, error);
}

void
rj_signaller_leave_async (RjSignaller *self,
                          gint64 limit_us,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (RJ_IS_SIGNALLER (self));

  RJ_SIGNALLER_GET_IFACE (self)->leave_async (self, limit_us, cancellable, callback, user_data);
}

gboolean
rj_signaller_leave_finish (RjSignaller *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (RJ_IS_SIGNALLER (self), FALSE);

  return RJ_SIGNALLER_GET_IFACE (self)->leave_finish (self, result, error);
}

void
rj_signaller_cut (RjSignaller *self, gboolean with_reset)
{
  g_return_if_fail (RJ_IS_SIGNALLER (self));

  RJ_SIGNALLER_GET_IFACE (self)->cut (self, with_reset);
}

void
rj_signaller_close (RjSignaller *self)
{
  g_return_if_fail (RJ_IS_SIGNALLER (self));

  RJ_SIGNALLER_GET_IFACE (self)->close (self);
}
