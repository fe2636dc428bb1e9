#include "rj-participant-private.h"

#include "rj-error.h"
#include "rj-pausable-clock.h"
#include "rj-secret.h"

#define TO(s)   RJ_STATE_BIT (RJ_PARTICIPANT_##s)
#define TO_ENDS (TO (LEAVING) | TO (LEFT) | TO (FAILED))

const RjStateRow rj_participant_states[RJ_N_PARTICIPANT_STATES] = {
  [RJ_PARTICIPANT_IDLE] = { "idle", TO (JOINING) | TO_ENDS },
  [RJ_PARTICIPANT_JOINING] = { "joining", TO (JOINED) | TO (WAITING) | TO_ENDS },
  [RJ_PARTICIPANT_JOINED] = { "joined", TO (WAITING) | TO_ENDS },
  [RJ_PARTICIPANT_WAITING] = { "waiting", TO (JOINING) | TO_ENDS },
  [RJ_PARTICIPANT_LEAVING] = { "leaving", TO (LEFT) },
  [RJ_PARTICIPANT_LEFT] = { "left", TO (JOINING) },
  [RJ_PARTICIPANT_FAILED] = { "failed", TO (LEFT) | TO (JOINING) },
};

enum { STATE_CHANGED, PROGRESS, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjParticipant, rj_participant, G_TYPE_OBJECT)

/* --- events --- */

RjEvent *
rj_participant_event (RjParticipant *self, const char *type)
{
  RjEvent *event = rj_event_new_at (type, rj_clock_now_us (self->config->clock));

  event->session = g_strdup (self->config->session);
  event->participant = g_strdup (self->config->name);
  return event;
}

void
rj_participant_emit (RjParticipant *self, RjEvent *event)
{
  rj_event_sink_emit (self->config->events, event);
}

void
rj_participant_move (RjParticipant *self, RjParticipantState to, const char *reason)
{
  RjParticipantState from = self->state;
  RjEvent *event = rj_participant_event (self, RJ_EVENT_PARTICIPANT_STATE);

  g_assert (rj_states_allow (rj_participant_states, RJ_N_PARTICIPANT_STATES, from, to));
  g_debug ("%s: %s -> %s", self->config->name, rj_participant_states[from].name,
           rj_participant_states[to].name);
  self->state = to;
  if (rj_participant_is_ending (self))
    rj_spares_clear (self->spares);
  rj_event_set_string (event, "from", rj_participant_states[from].name);
  rj_event_set_string (event, "to", rj_participant_states[to].name);
  rj_event_set_string (event, "reason", reason);
  rj_participant_emit (self, event);
  g_signal_emit (self, signals[STATE_CHANGED], 0, from, to);
}

gboolean
rj_participant_is_ending (RjParticipant *self)
{
  return self->state == RJ_PARTICIPANT_LEAVING || self->state == RJ_PARTICIPANT_LEFT ||
         self->state == RJ_PARTICIPANT_FAILED;
}

/* --- the end --- */

void
rj_participant_close_attempt (RjParticipant *self, const char *reason)
{
  g_autoptr (RjAttempt) attempt = g_steal_pointer (&self->attempt);

  if (attempt == NULL)
    return;
  g_signal_handlers_disconnect_by_data (attempt, self);
  rj_attempt_close (attempt, reason);
}

static void
stop_timers (RjParticipant *self)
{
  rj_clock_cancel_timer (self->config->clock, &self->timer);
  rj_clock_cancel_timer (self->config->clock, &self->deadline_timer);
}

void
rj_participant_fail (RjParticipant *self, const char *reason)
{
  g_autofree char *text = rj_secret_scrub (reason);
  RjEvent *event;

  if (rj_participant_is_ending (self))
    return;
  g_object_ref (self);
  stop_timers (self);
  rj_participant_close_attempt (self, "failed");
  g_free (self->failure);
  self->failure = g_strdup (text);
  event = rj_participant_event (self, RJ_EVENT_PARTICIPANT_FAILED);
  rj_event_set_string (event, "reason", text);
  rj_participant_emit (self, event);
  rj_participant_move (self, RJ_PARTICIPANT_FAILED, text);
  g_signal_emit (self, signals[FAILED], 0, self->failure);
  g_object_unref (self);
}

void
rj_participant_tell_progress (RjParticipant *self)
{
  g_signal_emit (self, signals[PROGRESS], 0);
}

void
rj_participant_finish_leaving (RjParticipant *self)
{
  g_autoptr (GPtrArray) leavers = g_steal_pointer (&self->leavers);

  self->leavers = g_ptr_array_new_with_free_func (g_object_unref);
  rj_participant_close_attempt (self, "left");
  if (self->state != RJ_PARTICIPANT_LEFT)
    rj_participant_move (self, RJ_PARTICIPANT_LEFT, NULL);
  for (guint i = 0; i < leavers->len; i++)
    g_task_return_boolean (g_ptr_array_index (leavers, i), TRUE);
}

/* --- what the owner wants --- */

void
rj_participant_start (RjParticipant *self)
{
  g_return_if_fail (RJ_IS_PARTICIPANT (self));
  g_return_if_fail (self->state == RJ_PARTICIPANT_IDLE || self->state == RJ_PARTICIPANT_LEFT ||
                    self->state == RJ_PARTICIPANT_FAILED);

  g_clear_pointer (&self->failure, g_free);
  g_clear_pointer (&self->last_error, g_free);
  self->close_expected = self->deleted = FALSE;
  rj_comeback_free (self->comeback);
  self->comeback = rj_comeback_new ();
  self->comeback->deadline_us =
    rj_clock_now_us (self->config->clock) + self->config->limits.deadline_us;
  rj_participant_start_deadline (self);
  rj_participant_start_attempt (self);
}

void
rj_participant_leave_async (RjParticipant *self, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, rj_participant_leave_async);
  g_ptr_array_add (self->leavers, task);
  if (self->state == RJ_PARTICIPANT_LEAVING)
    return;
  stop_timers (self);
  if (self->state == RJ_PARTICIPANT_LEFT || self->state == RJ_PARTICIPANT_FAILED) {
    rj_participant_finish_leaving (self);
    return;
  }
  rj_participant_move (self, RJ_PARTICIPANT_LEAVING, NULL);
  if (self->leaving_attempt)
    return;
  if (self->attempt != NULL && rj_attempt_has_joined (self->attempt))
    rj_participant_leave_attempt (self);
  else
    rj_participant_finish_leaving (self);
}

void
rj_participant_leave_finish (RjParticipant *self, GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, self));

  g_task_propagate_boolean (G_TASK (result), NULL);
}

void
rj_participant_close (RjParticipant *self)
{
  g_return_if_fail (RJ_IS_PARTICIPANT (self));

  self->leaving_attempt = FALSE;
  stop_timers (self);
  rj_participant_finish_leaving (self);
}

/* --- what it does on purpose --- */

static void
on_deed_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (rj_attempt_do_finish (RJ_ATTEMPT (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* An attempt that has not joined yet begins with what is wished now */
static gboolean
is_inside (RjParticipant *self)
{
  if (self->attempt == NULL)
    return FALSE;
  if (rj_attempt_has_joined (self->attempt))
    return TRUE;
  rj_attempt_set_wish (self->attempt, &self->wish);
  return FALSE;
}

/* Returns: whether there was something to remember */
static gboolean
remember (RjParticipant *self, const RjDeed *deed)
{
  if (deed->kind == RJ_DEED_UNPUBLISH)
    self->wish.unpublished = TRUE;
  else if (deed->kind == RJ_DEED_MUTE && deed->video)
    self->wish.video_muted = deed->muted;
  else if (deed->kind == RJ_DEED_MUTE)
    self->wish.audio_muted = deed->muted;
  return deed->kind == RJ_DEED_UNPUBLISH || deed->kind == RJ_DEED_MUTE;
}

void
rj_participant_do_async (RjParticipant *self,
                         const RjDeed *deed,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  gboolean remembered = remember (self, deed);

  g_task_set_source_tag (task, rj_participant_do_async);
  if (is_inside (self))
    rj_attempt_do_async (self->attempt, deed, on_deed_done, g_steal_pointer (&task));
  else if (remembered && !rj_participant_is_ending (self))
    g_task_return_boolean (task, TRUE); /* the next attempt knows */
  else
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_USAGE, "%s is not in the session",
                             self->config->name);
}

gboolean
rj_participant_do_finish (RjParticipant *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
rj_participant_publish (RjParticipant *self, GError **error)
{
  g_return_val_if_fail (RJ_IS_PARTICIPANT (self), FALSE);

  self->wish.unpublished = FALSE;
  return !is_inside (self) || rj_attempt_publish (self->attempt, error);
}

void
rj_participant_cut_websocket (RjParticipant *self, gboolean with_reset)
{
  g_return_if_fail (RJ_IS_PARTICIPANT (self));

  if (self->attempt != NULL)
    rj_attempt_cut (self->attempt, with_reset);
}

/* What it hears first when it goes on is what others have said meanwhile. */
void
rj_participant_freeze (RjParticipant *self, gboolean on)
{
  RjPausableClock *clock = RJ_PAUSABLE_CLOCK (self->config->clock);

  if (on)
    rj_pausable_clock_pause (clock);
  rj_blackhole_switch (self->config->media_hole, on);
  rj_blackhole_switch (self->config->signalling_hole, on);
  if (!on)
    rj_pausable_clock_resume (clock);
}

RjClock *
rj_participant_get_clock (RjParticipant *self)
{
  return self->config->clock;
}

RjBlackhole *
rj_participant_get_media_hole (RjParticipant *self)
{
  return self->config->media_hole;
}

RjBlackhole *
rj_participant_get_signalling_hole (RjParticipant *self)
{
  return self->config->signalling_hole;
}

void
rj_participant_tell_pending (RjParticipant *self)
{
  g_return_if_fail (RJ_IS_PARTICIPANT (self));

  if (self->attempt != NULL && !rj_participant_is_ending (self))
    rj_attempt_tell_pending (self->attempt);
}

void
rj_participant_emit_stats (RjParticipant *self)
{
  g_return_if_fail (RJ_IS_PARTICIPANT (self));

  if (self->attempt != NULL)
    rj_attempt_emit_stats (self->attempt, TRUE);
}

void
rj_participant_forget_publisher (RjParticipant *self, const char *name)
{
  g_return_if_fail (RJ_IS_PARTICIPANT (self));

  rj_comeback_forget (self->comeback, name);
  if (self->attempt != NULL)
    rj_participant_check_progress (self);
}

void
rj_participant_expect_close (RjParticipant *self)
{
  g_return_if_fail (RJ_IS_PARTICIPANT (self));

  self->close_expected = TRUE;
  if (self->attempt != NULL)
    rj_attempt_expect_close (self->attempt, TRUE);
}

RjParticipantState
rj_participant_get_state (RjParticipant *self)
{
  return self->state;
}

const char *
rj_participant_get_name (RjParticipant *self)
{
  return self->config->name;
}

const char *
rj_participant_get_session (RjParticipant *self)
{
  return self->config->session;
}

const char *
rj_participant_get_failure (RjParticipant *self)
{
  return self->failure;
}

gboolean
rj_participant_is_flowing (RjParticipant *self)
{
  return self->attempt != NULL && !rj_participant_is_ending (self) && !self->comeback->rejoin &&
         rj_attempt_get_state (self->attempt) == RJ_ATTEMPT_FLOWING;
}

/* --- life --- */

RjParticipant *
rj_participant_new (RjParticipantConfig *config)
{
  RjParticipant *self = g_object_new (RJ_TYPE_PARTICIPANT, NULL);

  self->config = rj_participant_config_ref (config);
  self->spares = rj_spares_new (config);
  return self;
}

static void
rj_participant_dispose (GObject *object)
{
  RjParticipant *self = RJ_PARTICIPANT (object);

  if (self->config != NULL) {
    stop_timers (self);
    rj_spares_clear (self->spares);
    rj_participant_close_attempt (self, "disposed");
  }
  G_OBJECT_CLASS (rj_participant_parent_class)->dispose (object);
}

static void
rj_participant_finalize (GObject *object)
{
  RjParticipant *self = RJ_PARTICIPANT (object);

  rj_comeback_free (self->comeback);
  rj_spares_unref (self->spares);
  g_ptr_array_unref (self->leavers);
  g_free (self->pause_because);
  g_free (self->failure);
  g_free (self->last_error);
  g_clear_pointer (&self->config, rj_participant_config_unref);
  G_OBJECT_CLASS (rj_participant_parent_class)->finalize (object);
}

static void
rj_participant_class_init (RjParticipantClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = rj_participant_dispose;
  object_class->finalize = rj_participant_finalize;
#define SIGNAL(name, ...)                                                                          \
  g_signal_new (name, RJ_TYPE_PARTICIPANT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,    \
                __VA_ARGS__)
  signals[STATE_CHANGED] = SIGNAL ("state-changed", 2, G_TYPE_UINT, G_TYPE_UINT);
  signals[PROGRESS] = SIGNAL ("progress", 0);
  signals[FAILED] = SIGNAL ("failed", 1, G_TYPE_STRING);
#undef SIGNAL
}

static void
rj_participant_init (RjParticipant *self)
{
  self->comeback = rj_comeback_new ();
  self->leavers = g_ptr_array_new_with_free_func (g_object_unref);
}
