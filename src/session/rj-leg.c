#include "rj-leg.h"

#include "rj-error.h"
#include "rj-leg-private.h"
#include "rj-log.h"

#define TO(s) RJ_STATE_BIT (RJ_LEG_##s)

const RjStateRow rj_leg_states[RJ_N_LEG_STATES] = {
  [RJ_LEG_NEW] = { "new", TO (OFFERING) | TO (CLOSED) },
  [RJ_LEG_OFFERING] = { "offering", TO (ASKING) | TO (ANSWERING) | TO (FAILED) | TO (CLOSED) },
  [RJ_LEG_ASKING] = { "asking", TO (ANSWERING) | TO (FAILED) | TO (CLOSED) },
  [RJ_LEG_ANSWERING] = { "answering",
                         TO (ACCEPTING) | TO (CONNECTING) | TO (FAILED) | TO (CLOSED) },
  [RJ_LEG_ACCEPTING] = { "accepting", TO (CONNECTING) | TO (FAILED) | TO (CLOSED) },
  [RJ_LEG_CONNECTING] = { "connecting", TO (CONNECTED) | TO (FAILED) | TO (CLOSED) },
  [RJ_LEG_CONNECTED] = { "connected", TO (FLOWING) | TO (FAILED) | TO (CLOSED) },
  [RJ_LEG_FLOWING] = { "flowing", TO (FAILED) | TO (CLOSED) },
  [RJ_LEG_FAILED] = { "failed", TO (CLOSED) },
  [RJ_LEG_CLOSED] = { "closed", 0 },
};

enum { CHANGED, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjLeg, rj_leg, G_TYPE_OBJECT)

void
rj_leg_move (RjLeg *self, RjLegState to)
{
  g_assert (rj_states_allow (rj_leg_states, RJ_N_LEG_STATES, self->state, to));
  g_debug ("%s %s: %s -> %s", self->stay->config->name, self->label,
           rj_leg_states[self->state].name, rj_leg_states[to].name);
  self->state = to;
}

static gboolean
is_open (RjLeg *self)
{
  return self->state != RJ_LEG_CLOSED && self->state != RJ_LEG_FAILED;
}

const char *
rj_leg_get_request (RjLeg *self)
{
  return self->plan.direction == RJ_DIRECTION_SEND ? "publish" : "subscribe";
}

/* Tells the owner, once. */
static void
complain (RjLeg *self, const char *step, const GError *error)
{
  rj_clock_cancel_timer (self->stay->config->clock, &self->timer);
  if (self->complained)
    return;
  self->complained = TRUE;
  g_signal_emit (self, signals[FAILED], 0, step, error);
}

void
rj_leg_fail (RjLeg *self, const char *step, const GError *error)
{
  if (!is_open (self))
    return;
  rj_leg_move (self, RJ_LEG_FAILED);
  rj_leg_stop_watching (self);
  rj_steps_drop (self->stay->config->steps, self);
  complain (self, step, error);
}

static gboolean
has_what_is_expected (RjLeg *self)
{
  if (!rj_leg_expects_media (self))
    return TRUE;
  if (self->stream->has_video && self->stream->video_active)
    return self->key_frame_us != 0;
  return self->packet_us != 0;
}

/* After whatever arrived: connected? flowing? */
void
rj_leg_advance (RjLeg *self)
{
  if (self->state == RJ_LEG_CONNECTING && self->dtls_us != 0)
    rj_leg_move (self, RJ_LEG_CONNECTED);
  if (self->state == RJ_LEG_CONNECTED && has_what_is_expected (self)) {
    rj_leg_move (self, RJ_LEG_FLOWING);
    rj_clock_cancel_timer (self->stay->config->clock, &self->timer);
    rj_leg_watch (self);
  }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_limit (gpointer user_data)
{
  g_autoptr (RjLeg) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;

  self->timer = NULL;
  error = rj_leg_explain_limit (self);
  if (self->state == RJ_LEG_CONNECTING || self->state == RJ_LEG_CONNECTED) {
    complain (self, "media", error); /* it stays open: media may come yet */
    return;
  }
  rj_leg_fail (self, rj_leg_is_asking (self) ? rj_leg_get_request (self) : "media", error);
}

/* A plan with a limit has one for all steps, the others get one per step. */
void
rj_leg_arm (RjLeg *self, gint64 delay_us)
{
  if (self->plan.limit_us != 0 && self->timer != NULL)
    return;
  rj_clock_cancel_timer (self->stay->config->clock, &self->timer);
  self->armed_us = rj_stay_now_us (self->stay);
  if (self->plan.limit_us != 0)
    delay_us = self->plan.limit_us;
  self->limit_us = delay_us;
  if (delay_us != 0)
    self->timer = rj_clock_start_timer (self->stay->config->clock, delay_us, on_limit, self);
}

static void
on_peer_candidate (RjPeer *peer, guint mline, const char *mid, const char *text, RjLeg *self)
{
  if (!is_open (self))
    return;
  if (self->state == RJ_LEG_OFFERING || (self->answers && self->state == RJ_LEG_ANSWERING))
    g_ptr_array_add (self->candidates, rj_leg_candidate_new (mline, mid, text));
  else
    rj_signaller_send_candidate (self->stay->signaller, self->connection, mline, mid, text);
}

static void
on_peer_dtls_connected (RjPeer *peer, gint64 at_us, RjLeg *self)
{
  self->dtls_us = at_us;
  rj_leg_emit (self, RJ_EVENT_DTLS_CONNECTED, at_us);
  rj_leg_advance (self);
}

static void
on_peer_first_packet (RjPeer *peer, gint64 at_us, RjLeg *self)
{
  self->packet_us = at_us;
  rj_leg_emit (self, RJ_EVENT_FIRST_PACKET, at_us);
  rj_leg_advance (self);
}

static void
on_peer_first_key_frame (RjPeer *peer, gint64 at_us, RjLeg *self)
{
  self->key_frame_us = at_us;
  rj_leg_emit (self, RJ_EVENT_FIRST_KEY_FRAME, at_us);
  rj_leg_advance (self);
}

static void
on_peer_failed (RjPeer *peer, const GError *error, RjLeg *self)
{
  g_object_ref (self);
  rj_leg_fail (self, "media", error);
  g_object_unref (self);
}

static void
listen_to_peer (RjLeg *self)
{
  rj_leg_listen_for_events (self);
  rj_leg_listen_for_loss (self);
  g_signal_connect (self->peer, "candidate", G_CALLBACK (on_peer_candidate), self);
  g_signal_connect (self->peer, "dtls-connected", G_CALLBACK (on_peer_dtls_connected), self);
  g_signal_connect (self->peer, "first-packet", G_CALLBACK (on_peer_first_packet), self);
  g_signal_connect (self->peer, "first-key-frame", G_CALLBACK (on_peer_first_key_frame), self);
  g_signal_connect (self->peer, "failed", G_CALLBACK (on_peer_failed), self);
}

static void
use_peer (RjLeg *self)
{
  rj_leg_emit_created (self);
  listen_to_peer (self);
  rj_leg_mute (self);
}

static void
make_peer (gpointer owner)
{
  g_autoptr (RjLeg) self = g_object_ref (owner);
  g_autoptr (GError) error = NULL;

  self->peer = rj_leg_create_peer (self, &error);
  if (self->peer == NULL) {
    rj_leg_fail (self, "media", error);
    return;
  }
  use_peer (self);
  rj_steps_push (self->stay->config->steps, rj_leg_negotiate, self);
}

void
rj_leg_open (RjLeg *self)
{
  g_return_if_fail (RJ_IS_LEG (self));

  rj_leg_move (self, RJ_LEG_OFFERING);
  rj_leg_arm (self, self->stay->config->limits.peer_us);
  self->peer = rj_leg_take_spare_peer (self);
  if (self->peer == NULL) {
    rj_steps_push (self->stay->config->steps, make_peer, self);
    return;
  }
  use_peer (self);
  rj_leg_negotiate (self); /* it is ready, or nearly */
}

void
rj_leg_add_candidate (RjLeg *self, guint mline, const char *mid, const char *candidate)
{
  if (is_open (self) && self->peer != NULL)
    rj_peer_add_candidate (self->peer, mline, mid, candidate);
}

void
rj_leg_set_active (RjLeg *self, gboolean audio, gboolean video)
{
  if (!is_open (self) || self->stream == NULL)
    return;
  self->stream->audio_active = audio;
  self->stream->video_active = video;
  rj_leg_advance (self);
}

void
rj_leg_mute (RjLeg *self)
{
  const RjWish *wish = &self->stay->wish;

  if (self->plan.direction == RJ_DIRECTION_SEND && self->peer != NULL)
    rj_peer_set_muted (self->peer, wish->audio_muted, wish->video_muted);
}

RjLegState
rj_leg_get_state (RjLeg *self)
{
  return self->state;
}

gboolean
rj_leg_is_asking (RjLeg *self)
{
  return self->state == RJ_LEG_ASKING || self->state == RJ_LEG_ACCEPTING;
}

gboolean
rj_leg_is_flowing (RjLeg *self)
{
  return self->state == RJ_LEG_FLOWING;
}

gboolean
rj_leg_expects_media (RjLeg *self)
{
  const RjRemoteStream *stream = self->stream;

  return stream != NULL && ((stream->has_audio && stream->audio_active) ||
                            (stream->has_video && stream->video_active));
}

gboolean
rj_leg_read (RjLeg *self, RjTapCounts *out)
{
  RjTap *tap = self->peer != NULL ? rj_peer_get_tap (self->peer) : NULL;

  if (tap == NULL)
    return FALSE;
  rj_tap_read (tap, out);
  return TRUE;
}

void
rj_leg_tell_pending (RjLeg *self)
{
  g_autoptr (GError) error = NULL;

  if (!is_open (self) || rj_leg_is_flowing (self) || self->complained)
    return;
  self->limit_us = rj_stay_now_us (self->stay) - self->armed_us;
  if ((self->stay->attempt > 1 || self->plan.reconnect) && self->limit_us < G_USEC_PER_SEC)
    return; /* what the try before failed with says more */
  error = rj_leg_explain_limit (self);
  rj_leg_emit_failed (self, error);
}

void
rj_leg_close (RjLeg *self, const char *reason)
{
  if (self->state == RJ_LEG_CLOSED)
    return;
  rj_leg_move (self, RJ_LEG_CLOSED);
  rj_leg_stop_watching (self);
  rj_clock_cancel_timer (self->stay->config->clock, &self->timer);
  rj_steps_drop (self->stay->config->steps, self);
  if (self->peer == NULL)
    return;
  rj_leg_emit_stats (self, FALSE);
  rj_leg_emit_closed (self, reason);
  g_signal_handlers_disconnect_by_data (self->peer, self);
  rj_peer_close (self->peer);
  g_clear_object (&self->peer);
}

RjLeg *
rj_leg_new (RjStay *stay, const RjLegPlan *plan)
{
  RjLeg *self = g_object_new (RJ_TYPE_LEG, NULL);

  self->stay = rj_stay_ref (stay);
  self->plan = *plan;
  self->plan.stream = NULL;
  self->plan.offer = NULL;
  self->sdp = g_strdup (plan->offer);
  self->accept = plan->offer != NULL ? RJ_ACCEPT_FORCED
                 : plan->reconnect   ? RJ_ACCEPT_AGAIN
                                     : RJ_ACCEPT_FIRST;
  self->answers =
    plan->direction == RJ_DIRECTION_RECEIVE && (stay->server_offers || plan->offer != NULL);
  rj_leg_name (self, plan->stream);
  return self;
}

static void
rj_leg_dispose (GObject *object)
{
  RjLeg *self = RJ_LEG (object);

  if (self->stay != NULL)
    rj_leg_close (self, "disposed");
  G_OBJECT_CLASS (rj_leg_parent_class)->dispose (object);
}

static void
rj_leg_finalize (GObject *object)
{
  RjLeg *self = RJ_LEG (object);

  g_free (self->label);
  g_free (self->edge);
  g_free (self->connection);
  g_free (self->sdp);
  rj_remote_stream_free (self->stream);
  g_ptr_array_unref (self->candidates);
  g_clear_pointer (&self->stay, rj_stay_unref);
  G_OBJECT_CLASS (rj_leg_parent_class)->finalize (object);
}

static void
rj_leg_class_init (RjLegClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = rj_leg_dispose;
  object_class->finalize = rj_leg_finalize;
  signals[CHANGED] =
    g_signal_new ("changed", RJ_TYPE_LEG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", RJ_TYPE_LEG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
}

static void
rj_leg_init (RjLeg *self)
{
  self->candidates = g_ptr_array_new_with_free_func (rj_leg_candidate_free);
}
