#include "rj-crew.h"

#include "rj-dead-session.h"
#include "rj-fault-act.h"
#include "rj-openvidu2-signaller.h"
#include "rj-participant.h"

struct _RjCrew {
  GObject parent_instance;

  RjCrewConfig config;
  RjSteps *steps;
  GPtrArray *participants; /* of RjParticipant */
  GHashTable *deleted;     /* sessions that were deleted: once each */
  GPtrArray *starts;       /* of Start */
  GTask *leaving;
  RjTimer *leave_limit;
};

G_DEFINE_FINAL_TYPE (RjCrew, rj_crew, G_TYPE_OBJECT)

/* Returns: (transfer none) (nullable) */
static RjTape *
ensure_tape (GHashTable *tapes, const char *name)
{
  if (tapes == NULL)
    return NULL;
  if (!g_hash_table_contains (tapes, name))
    g_hash_table_insert (tapes, g_strdup (name), rj_tape_new ());
  return g_hash_table_lookup (tapes, name);
}

static RjSignaller *
make_signaller (RjParticipant *participant, guint attempt, gpointer user_data)
{
  RjCrew *self = user_data;
  RjOpenvidu2Config signaller = {
    .session = rj_participant_get_session (participant),
    .participant = rj_participant_get_name (participant),
    .names = self->config.roster->names,
    .attempt = attempt,
    .clock = rj_participant_get_clock (participant),
    .events = self->config.events,
    .tokens = self->config.tokens,
    .http = self->config.http,
    .blackhole = rj_participant_get_signalling_hole (participant),
    .tape = ensure_tape (self->config.tapes, rj_participant_get_name (participant)),
    .never_resume = g_str_equal (self->config.options->resume, "never"),
  };

  return rj_openvidu2_signaller_new (&signaller);
}

static gboolean
find_publisher (const char *session, const char *name, RjKnownPublisher *found, gpointer user_data)
{
  RjCrew *self = user_data;
  const RjRosterEntry *entry = rj_roster_find (self->config.roster, session, name);

  if (entry == NULL)
    return FALSE;
  found->number = entry->number;
  found->format = &entry->format;
  found->elsewhere = entry->elsewhere;
  return TRUE;
}

static gboolean
wants (const char *session, const char *name, const char *publisher, gpointer user_data)
{
  RjCrew *self = user_data;
  const RjRosterEntry *entry = rj_roster_find (self->config.roster, session, name);

  return entry == NULL || rj_roster_wants (self->config.roster, entry, publisher);
}

static gboolean
does_anybody_flow (RjCrew *self, const char *session)
{
  for (guint i = 0; i < self->participants->len; i++) {
    RjParticipant *participant = g_ptr_array_index (self->participants, i);

    if (g_str_equal (rj_participant_get_session (participant), session) &&
        rj_participant_is_flowing (participant))
      return TRUE;
  }
  return FALSE;
}

static gboolean
delete_session (RjParticipant *participant, gpointer user_data)
{
  RjCrew *self = user_data;
  const char *session = rj_participant_get_session (participant);

  /* a session in which somebody sees and is seen is not dead */
  if (does_anybody_flow (self, session))
    return FALSE;
  if (!g_hash_table_add (self->deleted, g_strdup (session)))
    return FALSE;
  for (guint i = 0; i < self->participants->len; i++) {
    RjParticipant *other = g_ptr_array_index (self->participants, i);

    if (g_str_equal (rj_participant_get_session (other), session))
      rj_participant_expect_close (other);
  }
  rj_dead_session_delete (self->config.http, self->config.events, self->config.server_url,
                          self->config.secret, session);
  return TRUE;
}

static gboolean
has_detector (const RjRunOptions *options, const char *name)
{
  for (guint i = 0; i < options->detect->len; i++) {
    if (g_str_equal (g_ptr_array_index (options->detect, i), name))
      return TRUE;
  }
  return FALSE;
}

/* Whose stream to expect for one who only watches */
static const RjRosterEntry *
find_model (RjCrew *self, const RjRosterEntry *entry)
{
  const RjRoster *roster = self->config.roster;

  for (guint i = 0; i < roster->entries->len && !entry->publishes; i++) {
    const RjRosterEntry *other = g_ptr_array_index (roster->entries, i);

    if (other->publishes && g_str_equal (other->session, entry->session) &&
        rj_roster_wants (roster, entry, other->name))
      return other;
  }
  return entry;
}

static void
describe_stream (RjCrew *self, RjParticipantConfig *config, const RjRosterEntry *entry)
{
  const RjRosterEntry *model = find_model (self, entry);
  const RjGroupPublish *publish = &model->group->publish;

  config->publish = (RjPublishInfo){ .has_audio = publish->audio,
                                     .has_video = publish->video,
                                     .width = publish->width,
                                     .height = publish->height,
                                     .fps = publish->fps };
  config->has_format = TRUE;
  config->format = model->format;
}

static RjParticipantConfig *
make_config (RjCrew *self, const RjRosterEntry *entry)
{
  const RjRunOptions *options = self->config.options;
  RjParticipantConfig *config =
    rj_participant_config_new (entry->name, entry->session, self->config.clock, self->config.dice,
                               self->config.events, self->config.factory, self->steps);

  config->number = entry->number;
  config->publishes = entry->publishes;
  describe_stream (self, config, entry);
  config->loopback = self->config.loopback;
  config->relay_only = g_str_equal (options->ice, "relay");
  config->detect_icmp = has_detector (options, "icmp");
  config->detect_consent = has_detector (options, "consent");
  config->limits.silence_us = options->silence_us;
  config->limits.silence_leave_us = options->silence_leave_us;
  config->make_signaller = make_signaller;
  config->make_signaller_data = self;
  config->find_publisher = find_publisher;
  config->find_publisher_data = self;
  config->subscribes = entry->group->subscribe != RJ_SUBSCRIBE_NONE;
  config->wants = wants;
  config->wants_data = self;
  if (options->delete_dead_session) {
    config->delete_session = delete_session;
    config->delete_session_data = self;
  }
  return config;
}

/* Nobody waits for one who will not come back; at the end of the run nobody waits anyway. */
static void
forget (RjCrew *self, RjParticipant *gone)
{
  if (self->leaving != NULL)
    return;
  for (guint i = 0; i < self->participants->len; i++) {
    RjParticipant *other = g_ptr_array_index (self->participants, i);

    if (other != gone &&
        g_str_equal (rj_participant_get_session (other), rj_participant_get_session (gone)))
      rj_participant_forget_publisher (other, rj_participant_get_name (gone));
  }
}

static void
on_state (RjParticipant *participant, guint from, guint to, RjCrew *self)
{
  if (to == RJ_PARTICIPANT_LEFT || to == RJ_PARTICIPANT_FAILED)
    forget (self, participant);
}

static void
add_participant (RjCrew *self, const RjRosterEntry *entry)
{
  g_autoptr (RjParticipantConfig) config = make_config (self, entry);
  RjParticipant *participant = rj_participant_new (config);

  g_signal_connect (participant, "state-changed", G_CALLBACK (on_state), self);
  g_ptr_array_add (self->participants, participant);
}

/* One that joins later than the first ones */
typedef struct {
  RjCrew *crew;
  guint index;
  RjTimer *timer;
} Start;

static void
on_start (gpointer user_data)
{
  Start *start = user_data;

  start->timer = NULL;
  rj_participant_start (g_ptr_array_index (start->crew->participants, start->index));
}

static void
start_later (RjCrew *self, guint index, gint64 delay_us)
{
  Start *start = g_new0 (Start, 1);

  start->crew = self;
  start->index = index;
  start->timer = rj_clock_start_timer (self->config.clock, delay_us, on_start, start);
  g_ptr_array_add (self->starts, start);
}

static void
forget_starts (RjCrew *self)
{
  for (guint i = 0; i < self->starts->len; i++)
    rj_clock_cancel_timer (self->config.clock,
                           &((Start *) g_ptr_array_index (self->starts, i))->timer);
  g_ptr_array_set_size (self->starts, 0);
}

void
rj_crew_start (RjCrew *self)
{
  for (guint i = 0; i < self->participants->len; i++) {
    RjParticipant *participant = g_ptr_array_index (self->participants, i);
    const RjRosterEntry *entry =
      rj_roster_find_name (self->config.roster, rj_participant_get_name (participant));

    if (entry->start_us > 0)
      start_later (self, i, entry->start_us);
    else
      rj_participant_start (participant);
  }
}

static gboolean
has_everybody_ended (RjCrew *self)
{
  for (guint i = 0; i < self->participants->len; i++) {
    RjParticipantState state = rj_participant_get_state (g_ptr_array_index (self->participants, i));

    if (state != RJ_PARTICIPANT_LEFT && state != RJ_PARTICIPANT_FAILED)
      return FALSE;
  }
  return TRUE;
}

static void
maybe_left (RjCrew *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->leaving == NULL || !has_everybody_ended (self))
    return;
  task = g_steal_pointer (&self->leaving);
  rj_clock_cancel_timer (self->config.clock, &self->leave_limit);
  g_task_return_boolean (task, TRUE);
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjCrew) self = user_data;

  rj_participant_leave_finish (RJ_PARTICIPANT (source), result);
  maybe_left (self);
}

static void
on_leave_limit (gpointer user_data)
{
  RjCrew *self = user_data;

  self->leave_limit = NULL;
  for (guint i = 0; i < self->participants->len; i++)
    rj_participant_close (g_ptr_array_index (self->participants, i));
  maybe_left (self);
}

void
rj_crew_leave_async (RjCrew *self,
                     gint64 limit_us,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_return_if_fail (self->leaving == NULL);

  self->leaving = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->leaving, rj_crew_leave_async);
  forget_starts (self);
  self->leave_limit = rj_clock_start_timer (self->config.clock, limit_us, on_leave_limit, self);
  for (guint i = 0; i < self->participants->len; i++)
    rj_participant_leave_async (g_ptr_array_index (self->participants, i), on_left,
                                g_object_ref (self));
}

gboolean
rj_crew_leave_finish (RjCrew *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* --- steps --- */

static RjParticipant *
find_participant (RjCrew *self, const RjRosterEntry *entry)
{
  for (guint i = 0; i < self->participants->len; i++) {
    RjParticipant *participant = g_ptr_array_index (self->participants, i);

    if (g_str_equal (rj_participant_get_name (participant), entry->name) &&
        g_str_equal (rj_participant_get_session (participant), entry->session))
      return participant;
  }
  g_return_val_if_reached (NULL);
}

void
rj_crew_act_async (RjCrew *self,
                   const RjFault *step,
                   const char *name,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  const RjRosterEntry *entry = rj_roster_find_name (self->config.roster, name);
  const RjRosterEntry *actor =
    rj_fault_needs_moderator (step) ? rj_roster_find_moderator (self->config.roster, entry) : entry;

  rj_fault_act_async (step, find_participant (self, actor), entry, callback, user_data);
}

/* --- faults --- */

static RjParticipant *
find_name (RjCrew *self, const char *name)
{
  return find_participant (self, rj_roster_find_name (self->config.roster, name));
}

void
rj_crew_cut (RjCrew *self, const char *name, gboolean with_reset)
{
  rj_participant_cut_websocket (find_name (self, name), with_reset);
}

void
rj_crew_blackhole (RjCrew *self, const char *name, gboolean media, gboolean on)
{
  RjParticipant *participant = find_name (self, name);

  rj_blackhole_switch (media ? rj_participant_get_media_hole (participant)
                             : rj_participant_get_signalling_hole (participant),
                       on);
}

void
rj_crew_freeze (RjCrew *self, const char *name, gboolean on)
{
  rj_participant_freeze (find_name (self, name), on);
}

void
rj_crew_tell_pending (RjCrew *self)
{
  for (guint i = 0; i < self->participants->len; i++)
    rj_participant_tell_pending (g_ptr_array_index (self->participants, i));
}

void
rj_crew_emit_stats (RjCrew *self)
{
  for (guint i = 0; i < self->participants->len; i++)
    rj_participant_emit_stats (g_ptr_array_index (self->participants, i));
}

gboolean
rj_crew_is_lost (RjCrew *self)
{
  for (guint i = 0; i < self->participants->len; i++) {
    if (rj_participant_get_state (g_ptr_array_index (self->participants, i)) !=
        RJ_PARTICIPANT_FAILED)
      return FALSE;
  }
  return TRUE;
}

static void
rj_crew_finalize (GObject *object)
{
  RjCrew *self = RJ_CREW (object);

  rj_clock_cancel_timer (self->config.clock, &self->leave_limit);
  forget_starts (self);
  g_ptr_array_unref (self->starts);
  for (guint i = 0; i < self->participants->len; i++) {
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->participants, i), self);
    rj_participant_close (g_ptr_array_index (self->participants, i));
  }
  g_ptr_array_unref (self->participants);
  g_hash_table_unref (self->deleted);
  rj_steps_unref (self->steps);
  G_OBJECT_CLASS (rj_crew_parent_class)->finalize (object);
}

static void
rj_crew_class_init (RjCrewClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_crew_finalize;
}

static void
rj_crew_init (RjCrew *self)
{
  self->participants = g_ptr_array_new_with_free_func (g_object_unref);
  self->starts = g_ptr_array_new_with_free_func (g_free);
  self->deleted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->steps = rj_steps_new ();
}

RjCrew *
rj_crew_new (const RjCrewConfig *config)
{
  RjCrew *self = g_object_new (RJ_TYPE_CREW, NULL);

  self->config = *config;
  for (guint i = 0; i < config->roster->entries->len; i++) {
    const RjRosterEntry *entry = g_ptr_array_index (config->roster->entries, i);

    if (!entry->elsewhere)
      add_participant (self, entry);
  }
  return self;
}
