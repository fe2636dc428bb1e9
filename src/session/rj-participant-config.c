#include "rj-participant-config.h"

#include "rj-pausable-clock.h"

RjParticipantConfig *
rj_participant_config_new (const char *name,
                           const char *session,
                           RjClock *clock,
                           RjDice *dice,
                           RjEventSink *events,
                           RjPeerFactory *factory,
                           RjSteps *steps)
{
  RjParticipantConfig *self = g_new0 (RjParticipantConfig, 1);

  self->n_refs = 1;
  self->name = g_strdup (name);
  self->session = g_strdup (session);
  self->clock = rj_pausable_clock_new (clock);
  self->dice = dice;
  self->events = events != NULL ? g_object_ref (events) : NULL;
  self->factory = g_object_ref (factory);
  self->steps = rj_steps_ref (steps);
  self->media_hole = rj_blackhole_new ();
  self->signalling_hole = rj_blackhole_new ();
  self->subscribes = TRUE;
  self->engine = "webrtcbin";
  self->limits = RJ_LIMITS_DEFAULT;
  return self;
}

RjParticipantConfig *
rj_participant_config_ref (RjParticipantConfig *self)
{
  self->n_refs++;
  return self;
}

void
rj_participant_config_unref (RjParticipantConfig *self)
{
  if (self == NULL || --self->n_refs > 0)
    return;
  g_free (self->name);
  g_free (self->session);
  g_clear_object (&self->clock);
  g_clear_object (&self->events);
  g_clear_object (&self->factory);
  g_clear_object (&self->media_hole);
  g_clear_object (&self->signalling_hole);
  g_clear_pointer (&self->steps, rj_steps_unref);
  g_free (self);
}

gboolean
rj_participant_config_knows (const RjParticipantConfig *self,
                             const char *name,
                             RjKnownPublisher *found)
{
  RjKnownPublisher publisher = { 0 };
  gboolean known =
    self->find_publisher != NULL &&
    self->find_publisher (self->session, name, &publisher, self->find_publisher_data);

  if (found != NULL)
    *found = publisher;
  return known;
}

const RjClipFormat *
rj_participant_config_get_format (const RjParticipantConfig *self)
{
  return self->has_format ? &self->format : NULL;
}

gboolean
rj_participant_config_wants (const RjParticipantConfig *self, const char *publisher)
{
  return self->subscribes && (self->wants == NULL ||
                              self->wants (self->session, self->name, publisher, self->wants_data));
}
