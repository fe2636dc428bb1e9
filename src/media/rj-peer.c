#include "rj-peer.h"

G_DEFINE_INTERFACE (RjPeer, rj_peer, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (RjPeerFactory, rj_peer_factory, G_TYPE_OBJECT)

static void
add_signal (const char *name, guint n_params, GType *params)
{
  g_signal_newv (name, RJ_TYPE_PEER, G_SIGNAL_RUN_LAST, NULL, NULL, NULL, NULL, G_TYPE_NONE,
                 n_params, params);
}

static void
rj_peer_default_init (RjPeerInterface *iface)
{
  GType candidate[] = { G_TYPE_UINT, G_TYPE_STRING, G_TYPE_STRING };
  GType ice_connected[] = { G_TYPE_INT64, G_TYPE_STRING, G_TYPE_STRING };
  GType moment[] = { G_TYPE_INT64 };
  GType detected[] = { G_TYPE_STRING, G_TYPE_INT64 };
  GType pointer[] = { G_TYPE_POINTER };
  GType error[] = { G_TYPE_ERROR };

  add_signal ("candidate", G_N_ELEMENTS (candidate), candidate);
  add_signal ("ice-connected", G_N_ELEMENTS (ice_connected), ice_connected);
  add_signal ("dtls-connected", G_N_ELEMENTS (moment), moment);
  add_signal ("first-packet", G_N_ELEMENTS (moment), moment);
  add_signal ("first-key-frame", G_N_ELEMENTS (moment), moment);
  add_signal ("frame-gap", G_N_ELEMENTS (pointer), pointer);
  add_signal ("picture-checked", G_N_ELEMENTS (pointer), pointer);
  add_signal ("detected", G_N_ELEMENTS (detected), detected);
  add_signal ("failed", G_N_ELEMENTS (error), error);
}

static void
rj_peer_factory_default_init (RjPeerFactoryInterface *iface)
{
}

gboolean
rj_peer_assign (RjPeer *self, const RjPeerConfig *config, GError **error)
{
  g_return_val_if_fail (RJ_IS_PEER (self), FALSE);

  return RJ_PEER_GET_IFACE (self)->assign (self, config, error);
}

void
rj_peer_create_offer_async (RjPeer *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (RJ_IS_PEER (self));

  RJ_PEER_GET_IFACE (self)->create_offer_async (self, cancellable, callback, user_data);
}

char *
rj_peer_create_offer_finish (RjPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (RJ_IS_PEER (self), NULL);

  return RJ_PEER_GET_IFACE (self)->create_offer_finish (self, result, error);
}

void
rj_peer_set_answer_async (RjPeer *self,
                          const char *sdp,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_return_if_fail (RJ_IS_PEER (self));
  g_return_if_fail (sdp != NULL);

  RJ_PEER_GET_IFACE (self)->set_answer_async (self, sdp, cancellable, callback, user_data);
}

gboolean
rj_peer_set_answer_finish (RjPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (RJ_IS_PEER (self), FALSE);

  return RJ_PEER_GET_IFACE (self)->set_answer_finish (self, result, error);
}

void
rj_peer_accept_offer_async (RjPeer *self,
                            const char *sdp,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data)
{
  g_return_if_fail (RJ_IS_PEER (self));
  g_return_if_fail (sdp != NULL);

  RJ_PEER_GET_IFACE (self)->accept_offer_async (self, sdp, cancellable, callback, user_data);
}

char *
rj_peer_accept_offer_finish (RjPeer *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (RJ_IS_PEER (self), NULL);

  return RJ_PEER_GET_IFACE (self)->accept_offer_finish (self, result, error);
}

void
rj_peer_add_candidate (RjPeer *self, guint mline, const char *mid, const char *candidate)
{
  g_return_if_fail (RJ_IS_PEER (self));
  g_return_if_fail (candidate != NULL);

  RJ_PEER_GET_IFACE (self)->add_candidate (self, mline, mid, candidate);
}

RjTap *
rj_peer_get_tap (RjPeer *self)
{
  g_return_val_if_fail (RJ_IS_PEER (self), NULL);

  return RJ_PEER_GET_IFACE (self)->get_tap (self);
}

void
rj_peer_get_round_trip (RjPeer *self, RjRoundTrip *out)
{
  g_return_if_fail (RJ_IS_PEER (self));

  *out = (RjRoundTrip){ 0 };
  if (RJ_PEER_GET_IFACE (self)->get_round_trip != NULL)
    RJ_PEER_GET_IFACE (self)->get_round_trip (self, out);
}

gint64
rj_peer_get_last_rtcp_us (RjPeer *self)
{
  RjPeerInterface *iface;

  g_return_val_if_fail (RJ_IS_PEER (self), 0);

  iface = RJ_PEER_GET_IFACE (self);
  return iface->get_last_rtcp_us == NULL ? 0 : iface->get_last_rtcp_us (self);
}

void
rj_peer_set_muted (RjPeer *self, gboolean audio, gboolean video)
{
  g_return_if_fail (RJ_IS_PEER (self));

  RJ_PEER_GET_IFACE (self)->set_muted (self, audio, video);
}

gboolean
rj_peer_is_open (RjPeer *self)
{
  g_return_val_if_fail (RJ_IS_PEER (self), FALSE);

  return RJ_PEER_GET_IFACE (self)->is_open (self);
}

void
rj_peer_close (RjPeer *self)
{
  g_return_if_fail (RJ_IS_PEER (self));

  RJ_PEER_GET_IFACE (self)->close (self);
}

RjPeer *
rj_peer_factory_create (RjPeerFactory *self, const RjPeerConfig *config, GError **error)
{
  g_return_val_if_fail (RJ_IS_PEER_FACTORY (self), NULL);
  g_return_val_if_fail (config != NULL, NULL);

  return RJ_PEER_FACTORY_GET_IFACE (self)->create (self, config, error);
}
