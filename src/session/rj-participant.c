#include "rj-participant.h"

#include "rj-attempt.h"
#include "rj-comeback.h"
#include "rj-error.h"
#include "rj-log.h"
#include "rj-secret.h"

#define TO(s)   RJ_STATE_BIT (RJ_PARTICIPANT_##s)
#define TO_ENDS (TO (LEAVING) | TO (LEFT) | TO (FAILED))
#define MANY    6 /* failures after which the backoff has reached its cap */

/* A joined session that stays dead after this many rejoins is deleted, if allowed. */
#define DEAD_TRIES 2

const RjStateRow rj_participant_states[RJ_N_PARTICIPANT_STATES] = {
  [RJ_PARTICIPANT_IDLE] = { "idle", TO (JOINING) | TO_ENDS },
  [RJ_PARTICIPANT_JOINING] = { "joining", TO (JOINED) | TO (WAITING) | TO_ENDS },
  [RJ_PARTICIPANT_JOINED] = { "joined", TO (WAITING) | TO_ENDS },
  [RJ_PARTICIPANT_WAITING] = { "waiting", TO (JOINING) | TO_ENDS },
  [RJ_PARTICIPANT_LEAVING] = { "leaving", TO (LEFT) },
  [RJ_PARTICIPANT_LEFT] = { "left", 0 },
  [RJ_PARTICIPANT_FAILED] = { "failed", TO (LEFT) },
};

struct _RjParticipant {
  GObject parent_instance;

  RjParticipantConfig *config;
  RjParticipantState state;
  RjAttempt *attempt; /* (nullable) */
  guint n_attempts;
  RjComeback *comeback;
  RjTimer *timer;           /* (nullable) the wait before the next try */
  RjTimer *deadline_timer;  /* (nullable) */
  gboolean leaving_attempt; /* leaveRoom of the attempt is under way */
  gint64 pause_us;          /* the wait that follows it */
  char *pause_because;
  gboolean close_expected;
  gboolean deleted;
  char *failure;
  char *last_error;
  GPtrArray *leavers; /* of GTask: leave_async under way */
};

enum { STATE_CHANGED, PROGRESS, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjParticipant, rj_participant, G_TYPE_OBJECT)

static void start_attempt (RjParticipant *self);

/* --- events --- */

static RjEvent *
new_event (RjParticipant *self, const char *type)
{
  RjEvent *event = rj_event_new_at (type, rj_clock_now_us (self->config->clock));

  event->session = g_strdup (self->config->session);
  event->participant = g_strdup (self->config->name);
  return event;
}

static void
emit (RjParticipant *self, RjEvent *event)
{
  rj_event_sink_emit (self->config->events, event);
}

static void
move (RjParticipant *self, RjParticipantState to, const char *reason)
{
  RjParticipantState from = self->state;
  RjEvent *event = new_event (self, RJ_EVENT_PARTICIPANT_STATE);

  g_assert (rj_states_allow (rj_participant_states, RJ_N_PARTICIPANT_STATES, from, to));
  g_debug ("%s: %s -> %s", self->config->name, rj_participant_states[from].name,
           rj_participant_states[to].name);
  self->state = to;
  rj_event_set_string (event, "from", rj_participant_states[from].name);
  rj_event_set_string (event, "to", rj_participant_states[to].name);
  rj_event_set_string (event, "reason", reason);
  emit (self, event);
  g_signal_emit (self, signals[STATE_CHANGED], 0, from, to);
}

static gboolean
is_ending (RjParticipant *self)
{
  return self->state == RJ_PARTICIPANT_LEAVING || self->state == RJ_PARTICIPANT_LEFT ||
         self->state == RJ_PARTICIPANT_FAILED;
}

static void
emit_rejoin_started (RjParticipant *self, const char *detector)
{
  RjEvent *event = new_event (self, RJ_EVENT_REJOIN_STARTED);

  event->attempt = self->n_attempts;
  rj_event_set_string (event, "cause", self->comeback->cause);
  rj_event_set_string (event, "detected_by", detector);
  emit (self, event);
}

static void
emit_rejoin_ended (RjParticipant *self)
{
  RjEvent *event = new_event (self, RJ_EVENT_REJOIN_ENDED);

  event->attempt = self->n_attempts;
  rj_event_set_int (event, "tries", self->comeback->tries);
  rj_event_set_string (event, "cause", self->comeback->cause);
  emit (self, event);
}

static void
emit_warning (RjParticipant *self, const char *message)
{
  RjEvent *event = new_event (self, RJ_EVENT_WARNING);

  rj_event_set_string (event, "message", message);
  emit (self, event);
}

/* --- the end --- */

static void
close_attempt (RjParticipant *self, const char *reason)
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

static void
fail (RjParticipant *self, const char *reason)
{
  g_autofree char *text = rj_secret_scrub (reason);
  RjEvent *event;

  if (is_ending (self))
    return;
  g_object_ref (self);
  stop_timers (self);
  close_attempt (self, "failed");
  g_free (self->failure);
  self->failure = g_strdup (text);
  event = new_event (self, RJ_EVENT_PARTICIPANT_FAILED);
  rj_event_set_string (event, "reason", text);
  emit (self, event);
  move (self, RJ_PARTICIPANT_FAILED, text);
  g_signal_emit (self, signals[FAILED], 0, self->failure);
  g_object_unref (self);
}

static void
finish_leaving (RjParticipant *self)
{
  g_autoptr (GPtrArray) leavers = g_steal_pointer (&self->leavers);

  self->leavers = g_ptr_array_new_with_free_func (g_object_unref);
  close_attempt (self, "left");
  if (self->state != RJ_PARTICIPANT_LEFT)
    move (self, RJ_PARTICIPANT_LEFT, NULL);
  for (guint i = 0; i < leavers->len; i++)
    g_task_return_boolean (g_ptr_array_index (leavers, i), TRUE);
}

/* --- waiting --- */

static void
on_wait_over (gpointer user_data)
{
  RjParticipant *self = user_data;

  self->timer = NULL;
  start_attempt (self);
}

static void
fail_by_deadline (RjParticipant *self)
{
  double seconds = self->config->limits.deadline_us / (double) G_USEC_PER_SEC;
  g_autofree char *reason = g_strdup_printf (
    "%s within %.3g s, %u tries; the last one: %s",
    self->comeback->rejoin ? "not back" : "not joined", seconds, self->comeback->tries,
    self->last_error != NULL ? self->last_error : "no answer");

  fail (self, reason);
}

static void
on_deadline (gpointer user_data)
{
  RjParticipant *self = user_data;

  self->deadline_timer = NULL;
  /* in the session, but not everything flows: that is told edge by edge */
  if (self->state == RJ_PARTICIPANT_JOINING || self->state == RJ_PARTICIPANT_WAITING)
    fail_by_deadline (self);
}

static void
start_deadline (RjParticipant *self)
{
  gint64 delay_us = self->comeback->deadline_us - rj_clock_now_us (self->config->clock);

  rj_clock_cancel_timer (self->config->clock, &self->deadline_timer);
  self->deadline_timer =
    rj_clock_start_timer (self->config->clock, MAX (delay_us, 0), on_deadline, self);
}

static void
wait_for_next (RjParticipant *self, gint64 delay_us, const char *because)
{
  RjEvent *event;

  if (rj_clock_now_us (self->config->clock) + delay_us >= self->comeback->deadline_us) {
    fail_by_deadline (self);
    return;
  }
  event = new_event (self, RJ_EVENT_WAIT_STARTED);
  rj_event_set_double (event, "delay_ms", delay_us / 1000.0);
  rj_event_set_int (event, "failures", self->comeback->failures);
  rj_event_set_string (event, "because", because);
  emit (self, event);
  self->timer = rj_clock_start_timer (self->config->clock, delay_us, on_wait_over, self);
}

static gint64
roll_delay_us (RjParticipant *self)
{
  return rj_backoff_delay_us (&self->config->limits.backoff, MAX (self->comeback->failures, 1),
                              rj_dice_roll (self->config->dice));
}

static void
on_attempt_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjParticipant) self = user_data;

  rj_attempt_leave_finish (RJ_ATTEMPT (source), result);
  if (!self->leaving_attempt || self->attempt != RJ_ATTEMPT (source))
    return;
  self->leaving_attempt = FALSE;
  if (self->state == RJ_PARTICIPANT_LEAVING) {
    finish_leaving (self);
    return;
  }
  close_attempt (self, self->pause_because);
  wait_for_next (self, self->pause_us, self->pause_because);
}

static void
leave_attempt (RjParticipant *self)
{
  self->leaving_attempt = TRUE;
  rj_attempt_leave_async (self->attempt, on_attempt_left, g_object_ref (self));
}

/* Out of the attempt (in order if we still are in), a pause, and on with the next one. */
static void
pause_then_rejoin (RjParticipant *self, const char *because)
{
  gint64 delay_us = roll_delay_us (self);

  move (self, RJ_PARTICIPANT_WAITING, because);
  if (is_ending (self))
    return;
  if (rj_attempt_has_joined (self->attempt)) {
    self->pause_us = delay_us;
    g_free (self->pause_because);
    self->pause_because = g_strdup (because);
    leave_attempt (self);
    return;
  }
  close_attempt (self, because);
  wait_for_next (self, delay_us, because);
}

/* --- the way back --- */

static void
begin_comeback (RjParticipant *self, const char *cause, const char *detector)
{
  rj_comeback_begin (self->comeback, cause, self->attempt,
                     rj_clock_now_us (self->config->clock) + self->config->limits.deadline_us);
  start_deadline (self);
  emit_rejoin_started (self, detector != NULL ? detector : "server-event");
}

/* (d) of the silence table: joins succeed, and nothing flows, for nobody was told that the session is dead */
static void
bury_dead_session (RjParticipant *self)
{
  gboolean deleting;
  g_autofree char *message = NULL;

  if (self->deleted || self->comeback->dead_tries < DEAD_TRIES)
    return;
  self->deleted = TRUE;
  deleting = self->config->delete_session != NULL &&
             self->config->delete_session (self, self->config->delete_session_data);
  message = g_strdup_printf (
    "session %s is dead without any notice of the server: joins succeed, but no media flows; %s",
    self->config->session,
    deleting ? "it is deleted over REST, so that the next join makes a new one"
             : "deleting it over REST would help, but is not allowed or not possible here");
  emit_warning (self, message);
}

/* Whether this ends something that worked, or is one more failure of the way in or back. */
static gboolean
is_new_loss (RjParticipant *self, const RjAttemptEnd *end)
{
  const RjComeback *comeback = self->comeback;

  if (rj_attempt_get_connection (self->attempt) == NULL)
    return FALSE;
  if (comeback->rejoin && !comeback->flowed &&
      rj_clock_now_us (self->config->clock) < comeback->deadline_us)
    return FALSE;
  return rj_attempt_has_flowed (self->attempt) || end->lost ||
         end->action == RJ_ACTION_LEAVE_THEN_REJOIN;
}

static void
note_failure (RjParticipant *self, const RjAttemptEnd *end)
{
  RjComeback *comeback = self->comeback;

  /* evicted before anything flowed: as soon as possible, but no faster than one step of the backoff */
  comeback->failures = end->action == RJ_ACTION_REJOIN_NOW ? 1 : comeback->failures + 1;
  if (!end->lost && g_strcmp0 (comeback->cause, "silence") == 0 &&
      rj_attempt_has_joined (self->attempt))
    comeback->dead_tries++;
  bury_dead_session (self);
}

static void
rejoin_now (RjParticipant *self, const char *cause)
{
  move (self, RJ_PARTICIPANT_WAITING, cause);
  if (is_ending (self))
    return;
  close_attempt (self, cause);
  start_attempt (self);
}

static void
on_over (RjAttempt *attempt, const RjAttemptEnd *end, RjParticipant *self)
{
  gboolean had_flowed = rj_attempt_has_flowed (attempt);

  if (is_ending (self))
    return;
  g_free (self->last_error);
  self->last_error = g_strdup (end->error->message);
  if (end->action == RJ_ACTION_GIVE_UP) {
    fail (self, end->error->message);
    return;
  }
  if (is_new_loss (self, end))
    begin_comeback (self, end->cause, end->detector);
  else
    note_failure (self, end);
  if (g_strcmp0 (end->cause, "openviduServerStopped") == 0)
    self->comeback->failures = MANY;
  if (end->action == RJ_ACTION_REJOIN_NOW && had_flowed)
    rejoin_now (self, end->cause);
  else
    pause_then_rejoin (self, end->cause);
}

static void
note_flowing (RjParticipant *self)
{
  RjComeback *comeback = self->comeback;

  comeback->flowed = TRUE;
  comeback->failures = 0;
  comeback->dead_tries = 0;
  self->deleted = FALSE;
  self->close_expected = FALSE;
  rj_clock_cancel_timer (self->config->clock, &self->deadline_timer);
}

static void
on_attempt_state (RjAttempt *attempt, guint from, guint to, RjParticipant *self)
{
  if (is_ending (self))
    return;
  if (to == RJ_ATTEMPT_NEGOTIATING && self->state == RJ_PARTICIPANT_JOINING)
    move (self, RJ_PARTICIPANT_JOINED, NULL);
  if (to == RJ_ATTEMPT_FLOWING)
    note_flowing (self);
}

static void
on_progress (RjAttempt *attempt, RjParticipant *self)
{
  if (is_ending (self))
    return;
  if (rj_comeback_check (self->comeback, attempt))
    emit_rejoin_ended (self);
  g_signal_emit (self, signals[PROGRESS], 0);
}

static void
on_media_reset (RjAttempt *attempt, RjParticipant *self)
{
  if (is_ending (self) || (self->comeback->rejoin && !self->comeback->flowed))
    return;
  begin_comeback (self, "mediaServerReconnect", "server-event");
}

static void
start_attempt (RjParticipant *self)
{
  RjComeback *comeback = self->comeback;
  RjAttemptPlan plan = { 0 };
  RjSignaller *signaller;

  comeback->tries++;
  comeback->flowed = FALSE;
  plan.number = ++self->n_attempts;
  plan.try = comeback->tries;
  plan.rejoin = comeback->rejoin;
  plan.after_silence = comeback->rejoin && g_strcmp0 (comeback->cause, "silence") == 0;
  move (self, RJ_PARTICIPANT_JOINING, NULL);
  if (is_ending (self))
    return;
  signaller = self->config->make_signaller (self, plan.number, self->config->make_signaller_data);
  self->attempt = rj_attempt_new (self->config, signaller, &plan);
  if (self->close_expected)
    rj_attempt_expect_close (self->attempt);
  g_signal_connect (self->attempt, "state-changed", G_CALLBACK (on_attempt_state), self);
  g_signal_connect (self->attempt, "progress", G_CALLBACK (on_progress), self);
  g_signal_connect (self->attempt, "media-reset", G_CALLBACK (on_media_reset), self);
  g_signal_connect (self->attempt, "over", G_CALLBACK (on_over), self);
  rj_attempt_start (self->attempt);
}

/* --- what the owner wants --- */

void
rj_participant_start (RjParticipant *self)
{
  g_return_if_fail (RJ_IS_PARTICIPANT (self));
  g_return_if_fail (self->state == RJ_PARTICIPANT_IDLE);

  self->comeback->deadline_us =
    rj_clock_now_us (self->config->clock) + self->config->limits.deadline_us;
  start_deadline (self);
  start_attempt (self);
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
    finish_leaving (self);
    return;
  }
  move (self, RJ_PARTICIPANT_LEAVING, NULL);
  if (self->leaving_attempt)
    return;
  if (self->attempt != NULL && rj_attempt_has_joined (self->attempt))
    leave_attempt (self);
  else
    finish_leaving (self);
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
  finish_leaving (self);
}

void
rj_participant_cut_websocket (RjParticipant *self, gboolean with_reset)
{
  g_return_if_fail (RJ_IS_PARTICIPANT (self));

  if (self->attempt != NULL)
    rj_attempt_cut (self->attempt, with_reset);
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
    on_progress (self->attempt, self);
}

void
rj_participant_expect_close (RjParticipant *self)
{
  g_return_if_fail (RJ_IS_PARTICIPANT (self));

  self->close_expected = TRUE;
  if (self->attempt != NULL)
    rj_attempt_expect_close (self->attempt);
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
rj_participant_get_connection (RjParticipant *self)
{
  return self->attempt == NULL ? NULL : rj_attempt_get_connection (self->attempt);
}

const char *
rj_participant_get_failure (RjParticipant *self)
{
  return self->failure;
}

guint
rj_participant_get_attempt (RjParticipant *self)
{
  return self->n_attempts;
}

gboolean
rj_participant_is_flowing (RjParticipant *self)
{
  return self->attempt != NULL && !is_ending (self) && !self->comeback->rejoin &&
         rj_attempt_get_state (self->attempt) == RJ_ATTEMPT_FLOWING;
}

/* --- life --- */

RjParticipant *
rj_participant_new (RjParticipantConfig *config)
{
  RjParticipant *self = g_object_new (RJ_TYPE_PARTICIPANT, NULL);

  self->config = rj_participant_config_ref (config);
  return self;
}

static void
rj_participant_dispose (GObject *object)
{
  RjParticipant *self = RJ_PARTICIPANT (object);

  if (self->config != NULL) {
    stop_timers (self);
    close_attempt (self, "disposed");
  }
  G_OBJECT_CLASS (rj_participant_parent_class)->dispose (object);
}

static void
rj_participant_finalize (GObject *object)
{
  RjParticipant *self = RJ_PARTICIPANT (object);

  rj_comeback_free (self->comeback);
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
