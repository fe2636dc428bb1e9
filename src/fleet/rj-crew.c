#include "rj-crew.h"

#include "rj-dead-session.h"
#include "rj-openvidu2-signaller.h"
#include "rj-participant.h"

struct _RjCrew {
  GObject parent_instance;

  RjCrewConfig config;
  RjSteps *steps;
  GPtrArray *participants; /* of RjParticipant */
  GHashTable *deleted;     /* sessions that were deleted: once each */
  GTask *leaving;
  RjTimer *leave_limit;
};

G_DEFINE_FINAL_TYPE (RjCrew, rj_crew, G_TYPE_OBJECT)

static RjSignaller *
make_signaller (RjParticipant *participant, guint attempt, gpointer user_data)
{
  RjCrew *self = user_data;
  const RjParticipantConfig *config = rj_participant_get_config (participant);
  RjOpenvidu2Config signaller = {
    .name = config->name,
    .session = config->session,
    .attempt = attempt,
    .clock = self->config.clock,
    .events = self->config.events,
    .tokens = self->config.tokens,
    .http = self->config.http,
    .resume = !g_str_equal (self->config.options->resume, "never"),
  };

  return rj_openvidu2_signaller_new (&signaller);
}

static gboolean
find_publisher (const char *session, const char *name, guint16 *number, gpointer user_data)
{
  RjCrew *self = user_data;
  const RjRosterEntry *entry = rj_roster_find (self->config.roster, session, name);

  if (entry == NULL)
    return FALSE;
  *number = entry->number;
  return TRUE;
}

static gboolean
delete_session (RjParticipant *participant, gpointer user_data)
{
  RjCrew *self = user_data;
  const RjParticipantConfig *config = rj_participant_get_config (participant);

  if (!g_hash_table_add (self->deleted, g_strdup (config->session)))
    return FALSE;
  rj_dead_session_delete (self->config.http,
                          self->config.events,
                          self->config.server_url,
                          self->config.secret,
                          config->session);
  return TRUE;
}

static RjParticipantConfig *
make_config (RjCrew *self, const RjRosterEntry *entry)
{
  const RjRunOptions *options = self->config.options;
  RjParticipantConfig *config = rj_participant_config_new (entry->name,
                                                           entry->session,
                                                           self->config.clock,
                                                           self->config.dice,
                                                           self->config.events,
                                                           self->config.factory,
                                                           self->steps);

  config->number = entry->number;
  config->publishes = !options->no_publish;
  config->publish = (RjPublishInfo){ .has_audio = !options->no_audio,
                                     .has_video = TRUE,
                                     .width = options->width,
                                     .height = options->height,
                                     .fps = options->fps };
  config->loopback_only = self->config.loopback_only;
  config->limits.silence_us = options->silence_us;
  config->limits.silence_leave_us = options->silence_leave_us;
  config->make_signaller = make_signaller;
  config->make_signaller_data = self;
  config->find_publisher = find_publisher;
  config->find_publisher_data = self;
  if (options->delete_dead_session) {
    config->delete_session = delete_session;
    config->delete_session_data = self;
  }
  return config;
}
