#include "rj-subscription.h"

struct _RjSubscription {
  GObject parent_instance;

  RjStay *stay;
  RjRemoteStream *stream;
  gboolean known;
  RjLeg *leg; /* (nullable) */
  const char *why;
  gboolean interrupted; /* the websocket was lost while its request was under way */
  gboolean tried;
  gboolean flowed;
  gboolean given_up;
  gboolean outdated;    /* its leg ended at the server's side, whatever it looks like here */
  gint64 due_since_us;  /* flowing, unmuted or given up since: silence before means nothing */
  gint64 trouble_at_us; /* 0: none */
  RjTimer *timer;       /* (nullable) reconnects */
};

enum { CHANGED, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjSubscription, rj_subscription, G_TYPE_OBJECT)

static void
close_leg (RjSubscription *self, const char *reason)
{
  g_autoptr (RjLeg) leg = g_steal_pointer (&self->leg);

  rj_clock_cancel_timer (self->stay->config->clock, &self->timer);
  if (leg == NULL)
    return;
  g_signal_handlers_disconnect_by_data (leg, self);
  rj_leg_close (leg, reason);
}

static void
on_leg_changed (RjLeg *leg, RjSubscription *self)
{
  if (rj_leg_is_flowing (leg)) {
    if (!self->flowed)
      self->due_since_us = rj_stay_now_us (self->stay);
    self->flowed = TRUE;
    self->tried = FALSE;
    self->given_up = FALSE;
    self->trouble_at_us = 0;
  }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_leg_failed (RjLeg *leg, const char *step, const GError *error, RjSubscription *self)
{
  if (self->trouble_at_us == 0)
    self->trouble_at_us = rj_stay_now_us (self->stay);
  g_signal_emit (self, signals[FAILED], 0, step, error);
}

static void
open_leg (RjSubscription *self, const char *why, gboolean reconnect, const char *offer)
{
  RjLegPlan plan = { .direction = RJ_DIRECTION_RECEIVE,
                     .why = why,
                     .reconnect = reconnect,
                     .limit_us = reconnect ? self->stay->config->limits.reconnect_us : 0,
                     .stream = self->stream,
                     .offer = offer };

  close_leg (self, why);
  self->interrupted = FALSE;
  self->flowed = FALSE;
  self->given_up = FALSE;
  self->outdated = FALSE;
  self->leg = rj_leg_new (self->stay, &plan);
  g_signal_connect (self->leg, "changed", G_CALLBACK (on_leg_changed), self);
  g_signal_connect (self->leg, "failed", G_CALLBACK (on_leg_failed), self);
  rj_leg_open (self->leg);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
rj_subscription_open (RjSubscription *self, const char *why)
{
  self->why = why;
  open_leg (self, why, FALSE, NULL);
}

void
rj_subscription_reconnect (RjSubscription *self)
{
  self->tried = TRUE;
  open_leg (self, "reconnect", TRUE, NULL);
}

void
rj_subscription_take_offer (RjSubscription *self, const char *offer)
{
  open_leg (self, "reconnect", TRUE, offer);
}

static void
on_timer (gpointer user_data)
{
  RjSubscription *self = user_data;

  self->timer = NULL;
  open_leg (self, self->why, TRUE, NULL);
}

void
rj_subscription_reconnect_later (RjSubscription *self, gint64 delay_us)
{
  close_leg (self, "again");
  self->timer = rj_clock_start_timer (self->stay->config->clock, delay_us, on_timer, self);
}

void
rj_subscription_give_up (RjSubscription *self)
{
  self->given_up = TRUE;
  self->due_since_us = rj_stay_now_us (self->stay);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
rj_subscription_outdate (RjSubscription *self)
{
  self->outdated = TRUE;
  g_signal_emit (self, signals[CHANGED], 0);
}

void
rj_subscription_update (RjSubscription *self, const RjRemoteStream *stream)
{
  gboolean was_muted = rj_subscription_is_muted (self);

  self->stream->audio_active = stream->audio_active;
  self->stream->video_active = stream->video_active;
  if (was_muted && !rj_subscription_is_muted (self))
    self->due_since_us = rj_stay_now_us (self->stay);
  if (self->leg != NULL)
    rj_leg_set_active (self->leg, stream->audio_active, stream->video_active);
}

void
rj_subscription_suspend (RjSubscription *self)
{
  self->interrupted = self->leg != NULL && rj_leg_is_asking (self->leg);
}

void
rj_subscription_resume (RjSubscription *self)
{
  if (self->interrupted)
    open_leg (self, self->why, TRUE, NULL);
}

gboolean
rj_subscription_get_heard_us (RjSubscription *self, gint64 *heard_us)
{
  RjTapCounts counts = { 0 };

  if (rj_subscription_is_muted (self) || self->leg == NULL || (!self->flowed && !self->given_up))
    return FALSE;
  rj_leg_read (self->leg, &counts);
  *heard_us = MAX (counts.last_packet_us, self->due_since_us);
  return TRUE;
}

const RjRemoteStream *
rj_subscription_get_stream (RjSubscription *self)
{
  return self->stream;
}

const char *
rj_subscription_get_name (RjSubscription *self)
{
  return self->stream->name;
}

gboolean
rj_subscription_is_known (RjSubscription *self)
{
  return self->known;
}

gboolean
rj_subscription_is_muted (RjSubscription *self)
{
  return !(self->stream->has_audio && self->stream->audio_active) &&
         !(self->stream->has_video && self->stream->video_active);
}

gboolean
rj_subscription_is_flowing (RjSubscription *self)
{
  return self->leg != NULL && !self->outdated && rj_leg_is_flowing (self->leg);
}

gboolean
rj_subscription_is_broken (RjSubscription *self)
{
  return self->timer == NULL && self->leg != NULL && rj_leg_get_state (self->leg) == RJ_LEG_FAILED;
}

gboolean
rj_subscription_has_flowed (RjSubscription *self)
{
  return self->flowed;
}

gboolean
rj_subscription_has_tried (RjSubscription *self)
{
  return self->tried;
}

gint64
rj_subscription_get_trouble_us (RjSubscription *self)
{
  return self->trouble_at_us == 0 ? 0 : rj_stay_now_us (self->stay) - self->trouble_at_us;
}

void
rj_subscription_add_candidate (RjSubscription *self,
                               guint mline,
                               const char *mid,
                               const char *candidate)
{
  if (self->leg != NULL)
    rj_leg_add_candidate (self->leg, mline, mid, candidate);
}

RjEvent *
rj_subscription_event (RjSubscription *self, const char *type, gint64 at_us)
{
  RjEvent *event = rj_stay_event (self->stay, type, at_us);

  event->edge = rj_stay_get_edge (self->stay, self->stream->name);
  rj_event_set_string (event, "from", self->stream->name);
  rj_event_set_bool (event, "foreign", !self->known);
  return event;
}

void
rj_subscription_emit_failed (RjSubscription *self, const GError *error)
{
  if (self->leg != NULL)
    rj_leg_emit_failed (self->leg, error);
}

void
rj_subscription_tell_pending (RjSubscription *self)
{
  if (self->leg != NULL)
    rj_leg_tell_pending (self->leg);
}

void
rj_subscription_emit_stats (RjSubscription *self, gboolean open)
{
  if (self->leg != NULL)
    rj_leg_emit_stats (self->leg, open);
}

void
rj_subscription_close (RjSubscription *self, const char *reason)
{
  close_leg (self, reason);
}

RjSubscription *
rj_subscription_new (RjStay *stay, const RjRemoteStream *stream)
{
  RjSubscription *self = g_object_new (RJ_TYPE_SUBSCRIPTION, NULL);

  self->stay = rj_stay_ref (stay);
  self->stream = rj_remote_stream_copy (stream);
  self->known = rj_participant_config_knows (stay->config, stream->name, NULL);
  self->why = "join";
  return self;
}

static void
rj_subscription_dispose (GObject *object)
{
  RjSubscription *self = RJ_SUBSCRIPTION (object);

  if (self->stay != NULL)
    close_leg (self, "disposed");
  G_OBJECT_CLASS (rj_subscription_parent_class)->dispose (object);
}

static void
rj_subscription_finalize (GObject *object)
{
  RjSubscription *self = RJ_SUBSCRIPTION (object);

  g_clear_pointer (&self->stream, rj_remote_stream_free);
  g_clear_pointer (&self->stay, rj_stay_unref);
  G_OBJECT_CLASS (rj_subscription_parent_class)->finalize (object);
}

static void
rj_subscription_class_init (RjSubscriptionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = rj_subscription_dispose;
  object_class->finalize = rj_subscription_finalize;
  signals[CHANGED] = g_signal_new ("changed", RJ_TYPE_SUBSCRIPTION, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", RJ_TYPE_SUBSCRIPTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
}

static void
rj_subscription_init (RjSubscription *self)
{
}
