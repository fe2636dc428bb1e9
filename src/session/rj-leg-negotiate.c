#include "rj-leg-private.h"

#include "rj-answer-check.h"
#include "rj-error.h"

/* @sdp: of the server: the codec that it wants stands in it */
static void
emit_with_codec (RjLeg *self, const char *type, const char *sdp)
{
  RjEvent *event = rj_leg_event (self, type, 0);
  const char *codec = rj_sdp_read_video_codec (sdp);

  if (codec != NULL)
    rj_event_set_string (event, "video_codec", codec);
  rj_stay_emit (self->stay, event);
}

/* --- we offer --- */

static void
on_answer_applied (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjLeg) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean ok = rj_peer_set_answer_finish (RJ_PEER (source), result, &error);

  if (self->state != RJ_LEG_ANSWERING)
    return;
  if (!ok) {
    rj_leg_fail (self, "media", error);
    return;
  }
  rj_leg_move (self, RJ_LEG_CONNECTING);
  rj_leg_advance (self);
}

static void
apply_answer (gpointer owner)
{
  RjLeg *self = owner;

  rj_peer_set_answer_async (self->peer, self->sdp, self->stay->cancellable, on_answer_applied,
                            g_object_ref (self));
}

static void
on_negotiated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjLeg) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RjNegotiated) negotiated =
    rj_signaller_negotiate_finish (RJ_SIGNALLER (source), result, &error);

  if (self->state != RJ_LEG_ASKING || g_error_matches (error, RJ_ERROR, RJ_ERROR_CLOSED))
    return; /* closed by ourselves: we leave */
  if (negotiated == NULL) {
    rj_leg_fail (self, rj_leg_get_request (self), error);
    return;
  }
  emit_with_codec (self, RJ_EVENT_ANSWER_RECEIVED, negotiated->sdp);
  self->sdp = g_strdup (negotiated->sdp);
  rj_leg_move (self, RJ_LEG_ANSWERING);
  rj_leg_arm (self, self->stay->config->limits.peer_us);
  rj_steps_push (self->stay->config->steps, apply_answer, self);
}

static void
send_kept_candidates (RjLeg *self)
{
  for (guint i = 0; i < self->candidates->len; i++) {
    const RjLegCandidate *next = g_ptr_array_index (self->candidates, i);

    rj_signaller_send_candidate (self->stay->signaller, self->connection, next->mline, next->mid,
                                 next->text);
  }
  g_ptr_array_set_size (self->candidates, 0);
}

static void
ask (RjLeg *self, const char *offer)
{
  RjStay *stay = self->stay;
  RjPublishInfo publish = stay->config->publish;

  publish.audio_muted = stay->wish.audio_muted;
  publish.video_muted = stay->wish.video_muted;
  rj_leg_move (self, RJ_LEG_ASKING);
  rj_leg_emit (self, RJ_EVENT_OFFER_SENT, 0);
  rj_leg_arm (self, stay->answer_us);
  if (self->plan.direction == RJ_DIRECTION_SEND)
    rj_signaller_publish_async (stay->signaller, &publish, offer, self->plan.reconnect,
                                stay->cancellable, on_negotiated, g_object_ref (self));
  else
    rj_signaller_subscribe_async (stay->signaller, self->stream->stream, offer,
                                  self->plan.reconnect, stay->cancellable, on_negotiated,
                                  g_object_ref (self));
  /* A candidate that overtakes reconnectStream would go to the old endpoint and be lost. */
  send_kept_candidates (self);
}

static void
on_offer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjLeg) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *offer = rj_peer_create_offer_finish (RJ_PEER (source), result, &error);

  if (self->state != RJ_LEG_OFFERING)
    return;
  if (offer == NULL)
    rj_leg_fail (self, "media", error);
  else
    ask (self, offer);
}

/* --- the server offers --- */

static void
on_accepted (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjLeg) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RjNegotiated) accepted =
    rj_signaller_negotiate_finish (RJ_SIGNALLER (source), result, &error);

  if (self->state != RJ_LEG_ACCEPTING || g_error_matches (error, RJ_ERROR, RJ_ERROR_CLOSED))
    return;
  if (accepted == NULL) {
    rj_leg_fail (self, rj_leg_get_request (self), error);
    return;
  }
  rj_leg_emit (self, RJ_EVENT_ANSWER_ACCEPTED, 0);
  rj_leg_move (self, RJ_LEG_CONNECTING);
  rj_leg_arm (self, self->stay->config->limits.peer_us);
  rj_leg_advance (self);
}

static void
on_own_answer (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjLeg) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = rj_peer_accept_offer_finish (RJ_PEER (source), result, &error);
  RjStay *stay = self->stay;

  if (self->state != RJ_LEG_ANSWERING)
    return;
  if (answer == NULL) {
    rj_leg_fail (self, "media", error);
    return;
  }
  rj_leg_move (self, RJ_LEG_ACCEPTING);
  rj_leg_emit (self, RJ_EVENT_ANSWER_SENT, 0);
  rj_leg_arm (self, stay->answer_us);
  rj_signaller_accept_async (stay->signaller, self->stream->stream, answer, self->accept,
                             stay->cancellable, on_accepted, g_object_ref (self));
  send_kept_candidates (self);
}

static void
accept_offer (gpointer owner)
{
  RjLeg *self = owner;

  rj_peer_accept_offer_async (self->peer, self->sdp, self->stay->cancellable, on_own_answer,
                              g_object_ref (self));
}

static void
take_offer (RjLeg *self)
{
  emit_with_codec (self, RJ_EVENT_OFFER_RECEIVED, self->sdp);
  rj_leg_move (self, RJ_LEG_ANSWERING);
  rj_leg_arm (self, self->stay->config->limits.peer_us);
  rj_steps_push (self->stay->config->steps, accept_offer, self);
}

static void
on_prepared (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjLeg) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RjNegotiated) offered =
    rj_signaller_negotiate_finish (RJ_SIGNALLER (source), result, &error);

  if (self->state != RJ_LEG_ASKING || g_error_matches (error, RJ_ERROR, RJ_ERROR_CLOSED))
    return;
  if (offered == NULL) {
    rj_leg_fail (self, rj_leg_get_request (self), error);
    return;
  }
  self->sdp = g_strdup (offered->sdp);
  take_offer (self);
}

static void
ask_for_offer (RjLeg *self)
{
  RjStay *stay = self->stay;

  rj_leg_move (self, RJ_LEG_ASKING);
  rj_leg_emit (self, RJ_EVENT_OFFER_REQUESTED, 0);
  rj_leg_arm (self, stay->answer_us);
  rj_signaller_prepare_async (stay->signaller, self->stream->stream, self->plan.reconnect,
                              stay->cancellable, on_prepared, g_object_ref (self));
}

void
rj_leg_negotiate (gpointer owner)
{
  RjLeg *self = owner;

  if (!self->answers)
    rj_peer_create_offer_async (self->peer, self->stay->cancellable, on_offer, g_object_ref (self));
  else if (self->sdp != NULL)
    take_offer (self);
  else
    ask_for_offer (self);
}
