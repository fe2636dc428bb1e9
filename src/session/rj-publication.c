#include "rj-publication.h"

struct _RjPublication {
  GObject parent_instance;

  RjStay *stay;
  RjLeg *leg; /* (nullable) */
  const char *why;
  gboolean withdrawn;
  gboolean interrupted; /* the websocket was lost while its request was under way */
  gboolean published;   /* the server has answered: only reconnectStream is possible now */
  gboolean complained;  /* its leg has failed */
  gboolean tried;
  gboolean flowed;
  gint64 trouble_at_us; /* 0: none */

  RjTimer *timer;    /* (nullable) */
  GError *question;  /* (nullable): what the timer asks again; NULL: it opens */
  gboolean outdated; /* its media server is gone; the server will say so in a moment */
};

enum { CHANGED, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjPublication, rj_publication, G_TYPE_OBJECT)

static void
stop_timer (RjPublication *self)
{
  rj_clock_cancel_timer (self->stay->config->clock, &self->timer);
  g_clear_error (&self->question);
}

static void
close_leg (RjPublication *self, const char *reason)
{
  g_autoptr (RjLeg) leg = g_steal_pointer (&self->leg);

  if (leg == NULL)
    return;
  g_signal_handlers_disconnect_by_data (leg, self);
  rj_leg_close (leg, reason);
}

static void
on_leg_changed (RjLeg *leg, RjPublication *self)
{
  self->published = TRUE; /* a leg changes for the first time when its answer is applied */
  if (rj_leg_is_flowing (leg)) {
    self->complained = FALSE;
    self->flowed = TRUE;
    self->tried = FALSE;
    self->trouble_at_us = 0;
  }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_leg_failed (RjLeg *leg, const char *step, const GError *error, RjPublication *self)
{
  if (self->trouble_at_us == 0)
    self->trouble_at_us = rj_stay_now_us (self->stay);
  self->complained = TRUE;
  rj_leg_emit_failed (leg, error);
  g_signal_emit (self, signals[FAILED], 0, step, error);
}

static void
open_leg (RjPublication *self, const char *why, gboolean reconnect)
{
  RjLegPlan plan = { .direction = RJ_DIRECTION_SEND, .why = why, .reconnect = reconnect };

  stop_timer (self);
  close_leg (self, why);
  self->withdrawn = FALSE;
  self->published = reconnect;
  self->complained = FALSE;
  self->interrupted = FALSE;
  self->flowed = FALSE;
  self->outdated = FALSE;
  self->leg = rj_leg_new (self->stay, &plan);
  g_signal_connect (self->leg, "changed", G_CALLBACK (on_leg_changed), self);
  g_signal_connect (self->leg, "failed", G_CALLBACK (on_leg_failed), self);
  rj_leg_open (self->leg);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
rj_publication_open (RjPublication *self, const char *why)
{
  self->why = why;
  open_leg (self, why, FALSE);
}

static void
on_timer (gpointer user_data)
{
  g_autoptr (RjPublication) self = g_object_ref (user_data);
  g_autoptr (GError) question = g_steal_pointer (&self->question);

  self->timer = NULL;
  if (question == NULL) {
    open_leg (self, self->why, self->published);
    return;
  }
  self->flowed = FALSE; /* a moment ago it flowed; now it has had its time */
  g_signal_emit (self, signals[FAILED], 0, "media", question);
}

void
rj_publication_open_later (RjPublication *self, const char *why, gint64 delay_us)
{
  stop_timer (self);
  close_leg (self, "again");
  self->why = why;
  self->timer = rj_clock_start_timer (self->stay->config->clock, delay_us, on_timer, self);
}

void
rj_publication_reconnect (RjPublication *self)
{
  self->tried = TRUE;
  open_leg (self, "reconnect", TRUE);
}

void
rj_publication_ask_again (RjPublication *self, const GError *error, gint64 delay_us)
{
  stop_timer (self);
  self->question = g_error_copy (error);
  self->timer = rj_clock_start_timer (self->stay->config->clock, delay_us, on_timer, self);
}

void
rj_publication_withdraw (RjPublication *self, const char *reason)
{
  stop_timer (self);
  close_leg (self, reason);
  self->complained = FALSE;
  self->interrupted = FALSE;
  self->trouble_at_us = 0;
  self->withdrawn = TRUE;
  g_signal_emit (self, signals[CHANGED], 0);
}

void
rj_publication_update (RjPublication *self)
{
  if (self->leg != NULL)
    rj_leg_mute (self->leg);
}

void
rj_publication_tell_pending (RjPublication *self)
{
  if (self->leg != NULL)
    rj_leg_tell_pending (self->leg);
}

void
rj_publication_suspend (RjPublication *self)
{
  self->interrupted = self->leg != NULL && rj_leg_is_asking (self->leg);
}

void
rj_publication_resume (RjPublication *self)
{
  if (self->interrupted)
    open_leg (self, self->why, self->published);
}

void
rj_publication_mend (RjPublication *self)
{
  if (self->complained && self->timer == NULL && !rj_publication_is_flowing (self))
    open_leg (self, "reconnect", self->published);
}

gboolean
rj_publication_is_wanted (RjPublication *self)
{
  return !self->withdrawn;
}

gboolean
rj_publication_is_flowing (RjPublication *self)
{
  return !self->outdated && self->leg != NULL && rj_leg_is_flowing (self->leg);
}

void
rj_publication_outdate (RjPublication *self, gint64 delay_us)
{
  self->outdated = TRUE;
  if (self->withdrawn)
    return;
  stop_timer (self);
  self->why = "republish";
  self->published = FALSE;
  self->timer = rj_clock_start_timer (self->stay->config->clock, delay_us, on_timer, self);
}

gboolean
rj_publication_has_flowed (RjPublication *self)
{
  return self->flowed;
}

gboolean
rj_publication_has_tried (RjPublication *self)
{
  return self->tried;
}

gint64
rj_publication_get_trouble_us (RjPublication *self)
{
  return self->trouble_at_us == 0 ? 0 : rj_stay_now_us (self->stay) - self->trouble_at_us;
}

void
rj_publication_add_candidate (RjPublication *self,
                              guint mline,
                              const char *mid,
                              const char *candidate)
{
  if (self->leg != NULL)
    rj_leg_add_candidate (self->leg, mline, mid, candidate);
}

void
rj_publication_emit_stats (RjPublication *self, gboolean open)
{
  if (self->leg != NULL)
    rj_leg_emit_stats (self->leg, open);
}

void
rj_publication_close (RjPublication *self, const char *reason)
{
  stop_timer (self);
  close_leg (self, reason);
}

RjPublication *
rj_publication_new (RjStay *stay)
{
  RjPublication *self = g_object_new (RJ_TYPE_PUBLICATION, NULL);

  self->stay = rj_stay_ref (stay);
  self->why = "join";
  return self;
}

static void
rj_publication_dispose (GObject *object)
{
  RjPublication *self = RJ_PUBLICATION (object);

  if (self->stay != NULL)
    rj_publication_close (self, "disposed");
  G_OBJECT_CLASS (rj_publication_parent_class)->dispose (object);
}

static void
rj_publication_finalize (GObject *object)
{
  g_clear_pointer (&RJ_PUBLICATION (object)->stay, rj_stay_unref);
  G_OBJECT_CLASS (rj_publication_parent_class)->finalize (object);
}

static void
rj_publication_class_init (RjPublicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = rj_publication_dispose;
  object_class->finalize = rj_publication_finalize;
  signals[CHANGED] = g_signal_new ("changed", RJ_TYPE_PUBLICATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", RJ_TYPE_PUBLICATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
}

static void
rj_publication_init (RjPublication *self)
{
}
