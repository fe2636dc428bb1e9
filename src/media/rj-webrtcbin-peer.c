#include "rj-webrtcbin-peer.h"

#include "rj-error.h"
#include "rj-life-signs.h"
#include "rj-log.h"
#include "rj-negotiation.h"
#include "rj-peer-hole.h"
#include "rj-sending.h"
#include "rj-states.h"
#include "rj-webrtcbin-build.h"
#include "rj-webrtcbin-news.h"

/*  open ─► failed ─► closed      open ─► closed  */
typedef enum {
  PEER_OPEN,
  PEER_FAILED,
  PEER_CLOSED,
} PeerState;

#define TO(s) RJ_STATE_BIT (PEER_##s)

static const RjStateRow peer_states[] = {
  [PEER_OPEN] = { "open", TO (FAILED) | TO (CLOSED) },
  [PEER_FAILED] = { "failed", TO (CLOSED) },
  [PEER_CLOSED] = { "closed", 0 },
};

struct _RjWebrtcbinPeer {
  GObject parent_instance;

  PeerState state;
  RjMailbox *mailbox;
  RjReaper *reaper;
  RjDecoder *decoder;
  RjReceiver *receiver; /* of receiving peers */
  RjSending *sending;   /* of sending peers */
  GstElement *pipeline, *webrtc;
  RjNegotiation *negotiation;
  RjLifeSigns *life_signs;
  RjPeerHole *hole;
  gboolean detect_icmp, detect_consent;
  gboolean ahead; /* not assigned yet */
  gboolean ice_told, dtls_told;
};

static void rj_webrtcbin_peer_iface_init (RjPeerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjWebrtcbinPeer,
                               rj_webrtcbin_peer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_PEER, rj_webrtcbin_peer_iface_init))

static gboolean
move (RjWebrtcbinPeer *self, PeerState state)
{
  if (!rj_states_allow (peer_states, G_N_ELEMENTS (peer_states), self->state, state))
    return FALSE;
  g_debug ("peer %p: %s -> %s", self, peer_states[self->state].name, peer_states[state].name);
  self->state = state;
  return TRUE;
}

static gboolean
is_alive (RjWebrtcbinPeer *self)
{
  return self->state == PEER_OPEN;
}

/* Who waits for an offer or an answer is told by the error of that, everybody else by the signal */
static void
fail (RjWebrtcbinPeer *self, const GError *error)
{
  if (move (self, PEER_FAILED) && !rj_negotiation_close (self->negotiation, error))
    g_signal_emit_by_name (self, "failed", error);
}

/* ---- negotiation ---- */

static void
exchange_candidate (
  gboolean ours, guint mline, const char *mid, const char *text, gpointer user_data)
{
  RjWebrtcbinPeer *self = user_data;

  if (!is_alive (self) || rj_peer_hole_hold (self->hole, ours, mline, mid, text))
    return;
  if (ours)
    g_signal_emit_by_name (self, "candidate", mline, mid, text);
  else
    rj_negotiation_add_remote (self->negotiation, mline, text);
}

static void
on_local_candidate (gpointer owner, guint mline, const char *mid, const char *text)
{
  exchange_candidate (TRUE, mline, mid, text, owner);
}

static void
on_answered (gpointer owner)
{
  RjWebrtcbinPeer *self = owner;
  RjVideoCodec codec;

  if (!is_alive (self))
    return;
  if (self->receiver != NULL)
    rj_webrtcbin_shorten_rtcp (self->webrtc);
  else if (rj_negotiation_get_video_codec (self->negotiation, &codec))
    rj_sending_set_codec (self->sending, codec);
}

static void
on_negotiation_failed (gpointer owner, const GError *error)
{
  if (move (owner, PEER_FAILED) && error != NULL)
    g_signal_emit_by_name (owner, "failed", error);
}

static const RjNegotiationNews negotiation_news = {
  .candidate = on_local_candidate,
  .answered = on_answered,
  .failed = on_negotiation_failed,
};

static void
on_candidate (gpointer owner, guint mline, const char *text)
{
  RjWebrtcbinPeer *self = owner;

  RJ_ASSERT_HOME ();
  if (is_alive (self))
    rj_negotiation_add_local (self->negotiation, mline, text);
}

/* ---- connection ---- */

static void
on_ice_connected (gpointer owner, gint64 at_us)
{
  RjWebrtcbinPeer *self = owner;
  g_autofree char *local = NULL;
  g_autofree char *remote = NULL;

  RJ_ASSERT_HOME ();
  if (!is_alive (self) || self->ice_told)
    return;
  self->ice_told = TRUE;
  rj_peer_hole_cover (self->hole);
  if (self->detect_icmp)
    rj_life_signs_watch_icmp (self->life_signs, self->webrtc);
  rj_webrtcbin_read_selected_pair (self->webrtc, &local, &remote);
  g_signal_emit_by_name (self, "ice-connected", at_us, local, remote);
}

static void
on_dtls_connected (gpointer owner, gint64 at_us)
{
  RjWebrtcbinPeer *self = owner;
  g_autoptr (GError) error = NULL;

  RJ_ASSERT_HOME ();
  if (!is_alive (self) || self->dtls_told)
    return;
  self->dtls_told = TRUE;
  if (!rj_negotiation_check_certificate (self->negotiation, &error)) {
    fail (self, error);
    return;
  }
  if (self->sending != NULL)
    rj_sending_start (self->sending);
  g_signal_emit_by_name (self, "dtls-connected", at_us);
}

/* Once connected, libnice knows of no other reason to fail than lost consent */
static const char *
name_detector (RjWebrtcbinPeer *self, gboolean port_is_closed)
{
  if (port_is_closed)
    return "icmp";
  return self->detect_consent ? "consent" : "ice-failed";
}

/* Both states tell it when ICE fails; the second one finds the peer closed or failed */
static void
on_connection_failed (gpointer owner, gint64 at_us)
{
  g_autoptr (RjWebrtcbinPeer) self = g_object_ref (owner);
  g_autoptr (GError) error = NULL;
  gboolean closed;

  RJ_ASSERT_HOME ();
  if (!is_alive (self))
    return;
  closed = rj_life_signs_has_seen_icmp (self->life_signs);
  if (self->dtls_told)
    g_signal_emit_by_name (self, "detected", name_detector (self, closed), at_us);
  if (closed)
    g_set_error (&error, RJ_ERROR, RJ_ERROR_UNREACHABLE,
                 "the media server's port is closed (ICMP)");
  else
    g_set_error (&error, RJ_ERROR, RJ_ERROR_NO_MEDIA,
                 self->dtls_told  ? "ICE failed: the other side does not answer any more"
                 : self->ice_told ? "DTLS failed"
                                  : "ICE failed: no pair of addresses connects");
  fail (self, error);
}

static void
on_pipeline_error (gpointer owner, const GError *cause)
{
  g_autoptr (GError) error = g_error_copy (cause);

  RJ_ASSERT_HOME ();
  g_prefix_error (&error, "pipeline: ");
  fail (owner, error);
}

static void
on_sending_failed (gpointer owner, const GError *error)
{
  fail (owner, error);
}

static const RjWebrtcbinNews news = {
  .candidate = on_candidate,
  .ice_connected = on_ice_connected,
  .dtls_connected = on_dtls_connected,
  .ice_failed = on_connection_failed,
  .connection_failed = on_connection_failed,
  .pipeline_error = on_pipeline_error,
};

/* ---- media of a receiving peer ---- */

static void
on_first_packet (gpointer owner, gint64 at_us)
{
  RJ_ASSERT_HOME ();
  if (is_alive (owner))
    g_signal_emit_by_name (owner, "first-packet", at_us);
}

static void
on_first_key_frame (gpointer owner, gint64 at_us)
{
  RJ_ASSERT_HOME ();
  if (is_alive (owner))
    g_signal_emit_by_name (owner, "first-key-frame", at_us);
}

static void
on_gap_ended (gpointer owner, const RjGap *gap)
{
  RJ_ASSERT_HOME ();
  if (is_alive (owner))
    g_signal_emit_by_name (owner, "frame-gap", gap);
}

static const RjReceiverNews receiver_news = {
  .first_packet = on_first_packet,
  .first_key_frame = on_first_key_frame,
  .gap_ended = on_gap_ended,
};

static void
on_picture_checked (gpointer owner, const RjPictureCheck *check)
{
  RJ_ASSERT_HOME ();
  if (is_alive (owner))
    g_signal_emit_by_name (owner, "picture-checked", check);
}

/* ---- the interface ---- */

static void
rj_webrtcbin_peer_create_offer_async (RjPeer *peer,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  RjWebrtcbinPeer *self = RJ_WEBRTCBIN_PEER (peer);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, rj_webrtcbin_peer_create_offer_async);
  rj_negotiation_offer (self->negotiation, task);
}

static char *
rj_webrtcbin_peer_create_offer_finish (RjPeer *peer, GAsyncResult *result, GError **error)
{
  RjWebrtcbinPeer *self = RJ_WEBRTCBIN_PEER (peer);
  char *offer = g_task_propagate_pointer (G_TASK (result), error);

  if (offer != NULL)
    rj_negotiation_let_candidates_go (self->negotiation);
  return offer;
}

static void
rj_webrtcbin_peer_set_answer_async (RjPeer *peer,
                                    const char *sdp,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  RjWebrtcbinPeer *self = RJ_WEBRTCBIN_PEER (peer);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, rj_webrtcbin_peer_set_answer_async);
  rj_negotiation_answer (self->negotiation, sdp, task);
}

static gboolean
rj_webrtcbin_peer_set_answer_finish (RjPeer *peer, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
rj_webrtcbin_peer_accept_offer_async (RjPeer *peer,
                                      const char *sdp,
                                      GCancellable *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer user_data)
{
  RjWebrtcbinPeer *self = RJ_WEBRTCBIN_PEER (peer);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, rj_webrtcbin_peer_accept_offer_async);
  rj_negotiation_accept (self->negotiation, sdp, task);
}

static char *
rj_webrtcbin_peer_accept_offer_finish (RjPeer *peer, GAsyncResult *result, GError **error)
{
  RjWebrtcbinPeer *self = RJ_WEBRTCBIN_PEER (peer);
  char *answer = g_task_propagate_pointer (G_TASK (result), error);

  if (answer != NULL)
    rj_negotiation_let_candidates_go (self->negotiation);
  return answer;
}

static void
rj_webrtcbin_peer_add_candidate (RjPeer *peer, guint mline, const char *mid, const char *text)
{
  RJ_ASSERT_HOME ();
  exchange_candidate (FALSE, mline, mid, text, peer);
}

static RjTap *
rj_webrtcbin_peer_get_tap (RjPeer *peer)
{
  RjWebrtcbinPeer *self = RJ_WEBRTCBIN_PEER (peer);

  return self->receiver == NULL ? NULL : rj_receiver_get_tap (self->receiver);
}

/* What a peer that was made ahead learns late */
static gboolean
rj_webrtcbin_peer_assign (RjPeer *peer, const RjPeerConfig *config, GError **error)
{
  RjWebrtcbinPeer *self = RJ_WEBRTCBIN_PEER (peer);

  RJ_ASSERT_HOME ();
  g_return_val_if_fail (self->ahead, FALSE);
  if (!is_alive (self) || !rj_webrtcbin_add_ice_servers (self->webrtc, config, error))
    return FALSE;
  self->ahead = FALSE;
  self->detect_icmp = config->detect_icmp;
  if (self->receiver != NULL)
    rj_peer_kit_assign_receiver (self->receiver, config);
  if (self->decoder != NULL)
    rj_decoder_add (self->decoder, self->receiver, rj_peer_kit_get_fps (config), on_picture_checked,
                    self);
  rj_negotiation_let_gather (self->negotiation);
  return TRUE;
}

static gint64
rj_webrtcbin_peer_get_last_rtcp_us (RjPeer *peer)
{
  return rj_life_signs_get_last_rtcp_us (RJ_WEBRTCBIN_PEER (peer)->life_signs);
}

static void
rj_webrtcbin_peer_get_round_trip (RjPeer *peer, RjRoundTrip *out)
{
  rj_life_signs_get_round_trip (RJ_WEBRTCBIN_PEER (peer)->life_signs, out);
}

static void
rj_webrtcbin_peer_set_muted (RjPeer *peer, gboolean audio, gboolean video)
{
  RjWebrtcbinPeer *self = RJ_WEBRTCBIN_PEER (peer);

  if (self->sending != NULL)
    rj_sending_set_muted (self->sending, audio, video);
}

static gboolean
rj_webrtcbin_peer_is_open (RjPeer *peer)
{
  return is_alive (RJ_WEBRTCBIN_PEER (peer));
}

static void
rj_webrtcbin_peer_close (RjPeer *peer)
{
  RjWebrtcbinPeer *self = RJ_WEBRTCBIN_PEER (peer);
  g_autoptr (GError) error = NULL;

  RJ_ASSERT_HOME ();
  if (!move (self, PEER_CLOSED))
    return;
  error = g_error_new_literal (RJ_ERROR, RJ_ERROR_CLOSED, "the peer was closed");
  g_clear_pointer (&self->sending, rj_sending_stop);
  if (self->decoder != NULL)
    rj_decoder_remove (self->decoder, self);
  if (self->life_signs != NULL)
    rj_life_signs_stop (self->life_signs);
  g_clear_pointer (&self->hole, rj_peer_hole_free);
  if (self->mailbox != NULL)
    rj_mailbox_close (self->mailbox);
  /* its reference must not be the last one: that is the reaper's */
  if (self->negotiation != NULL)
    rj_negotiation_close (self->negotiation, error);
  self->webrtc = NULL;
  if (self->pipeline != NULL)
    rj_reaper_take (self->reaper, g_steal_pointer (&self->pipeline));
}

static void
rj_webrtcbin_peer_dispose (GObject *object)
{
  rj_webrtcbin_peer_close (RJ_PEER (object));
  G_OBJECT_CLASS (rj_webrtcbin_peer_parent_class)->dispose (object);
}

static void
rj_webrtcbin_peer_finalize (GObject *object)
{
  RjWebrtcbinPeer *self = RJ_WEBRTCBIN_PEER (object);

  g_clear_pointer (&self->mailbox, rj_mailbox_unref);
  g_clear_pointer (&self->reaper, rj_reaper_unref);
  g_clear_object (&self->decoder);
  g_clear_pointer (&self->receiver, rj_receiver_unref);
  g_clear_pointer (&self->life_signs, rj_life_signs_free);
  g_clear_object (&self->negotiation);
  G_OBJECT_CLASS (rj_webrtcbin_peer_parent_class)->finalize (object);
}

static void
rj_webrtcbin_peer_class_init (RjWebrtcbinPeerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = rj_webrtcbin_peer_dispose;
  object_class->finalize = rj_webrtcbin_peer_finalize;
}

static void
rj_webrtcbin_peer_iface_init (RjPeerInterface *iface)
{
  iface->create_offer_async = rj_webrtcbin_peer_create_offer_async;
  iface->create_offer_finish = rj_webrtcbin_peer_create_offer_finish;
  iface->set_answer_async = rj_webrtcbin_peer_set_answer_async;
  iface->set_answer_finish = rj_webrtcbin_peer_set_answer_finish;
  iface->accept_offer_async = rj_webrtcbin_peer_accept_offer_async;
  iface->accept_offer_finish = rj_webrtcbin_peer_accept_offer_finish;
  iface->add_candidate = rj_webrtcbin_peer_add_candidate;
  iface->get_tap = rj_webrtcbin_peer_get_tap;
  iface->is_open = rj_webrtcbin_peer_is_open;
  iface->close = rj_webrtcbin_peer_close;
  iface->set_muted = rj_webrtcbin_peer_set_muted;
  iface->assign = rj_webrtcbin_peer_assign;
  iface->get_round_trip = rj_webrtcbin_peer_get_round_trip;
  iface->get_last_rtcp_us = rj_webrtcbin_peer_get_last_rtcp_us;
}

static void
rj_webrtcbin_peer_init (RjWebrtcbinPeer *self)
{
}

static void
prepare_receiver (RjWebrtcbinPeer *self, const RjPeerKit *kit, const RjPeerConfig *config)
{
  self->receiver = rj_peer_kit_make_receiver (kit, config, &receiver_news, self->mailbox);
  rj_receiver_attach (self->receiver, self->webrtc);
  if (kit->decoder != NULL && config->has_video) {
    self->decoder = g_object_ref (kit->decoder);
    if (!self->ahead)
      rj_decoder_add (self->decoder, self->receiver, rj_peer_kit_get_fps (config),
                      on_picture_checked, self);
  }
}

RjPeer *
rj_webrtcbin_peer_new (const RjPeerKit *kit, const RjPeerConfig *config, GError **error)
{
  g_autoptr (RjWebrtcbinPeer) self = g_object_new (RJ_TYPE_WEBRTCBIN_PEER, NULL);
  RjWebrtcbinParts parts = { .codec = kit->format.codec };
  gboolean built;

  g_return_val_if_fail (config->has_audio || config->has_video, NULL);
  g_return_val_if_fail (config->direction == RJ_DIRECTION_RECEIVE || kit->clip != NULL, NULL);
  RJ_ASSERT_HOME ();

  self->detect_icmp = config->detect_icmp;
  self->detect_consent = config->detect_consent;
  self->ahead = config->ahead;
  self->reaper = rj_reaper_ref (kit->reaper);
  self->mailbox = rj_mailbox_new (G_OBJECT (self), G_PRIORITY_DEFAULT);
  built = rj_webrtcbin_build (&parts, config, kit->clip, error);
  self->pipeline = parts.pipeline;
  self->webrtc = parts.webrtc;
  if (!built)
    return NULL;
  rj_peer_census_add (self->webrtc);
  self->life_signs = rj_life_signs_new (self->webrtc);
  self->hole = rj_peer_hole_new (config->blackhole, self->webrtc, exchange_candidate, self);
  self->negotiation = rj_negotiation_new (self->webrtc, config->direction == RJ_DIRECTION_SEND,
                                          &negotiation_news, self);
  rj_webrtcbin_listen (self->pipeline, self->webrtc, &news, self->mailbox);
  if (config->direction == RJ_DIRECTION_RECEIVE)
    prepare_receiver (self, kit, config);
  else
    self->sending = rj_sending_new (kit, config, &parts, on_sending_failed, self);
  if (!rj_webrtcbin_start (&parts, config, error))
    return NULL;
  if (self->ahead && !config->answers)
    rj_negotiation_offer_ahead (self->negotiation);
  return RJ_PEER (g_steal_pointer (&self));
}
