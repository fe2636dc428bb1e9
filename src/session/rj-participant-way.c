#include "rj-participant-private.h"

#define MANY 6 /* failures after which the backoff has reached its cap */

/* A joined session that stays dead after this many rejoins is deleted, if allowed. */
#define DEAD_TRIES 2

static void
emit_rejoin_started (RjParticipant *self, const char *detector)
{
  RjEvent *event = rj_participant_event (self, RJ_EVENT_REJOIN_STARTED);

  event->attempt = self->n_attempts;
  rj_event_set_string (event, "cause", self->comeback->cause);
  rj_event_set_string (event, "detected_by", detector);
  rj_participant_emit (self, event);
}

static void
emit_rejoin_ended (RjParticipant *self)
{
  RjEvent *event = rj_participant_event (self, RJ_EVENT_REJOIN_ENDED);

  event->attempt = self->n_attempts;
  rj_event_set_int (event, "tries", self->comeback->tries);
  rj_event_set_string (event, "cause", self->comeback->cause);
  rj_participant_emit (self, event);
}

static void
emit_warning (RjParticipant *self, const char *message)
{
  RjEvent *event = rj_participant_event (self, RJ_EVENT_WARNING);

  rj_event_set_string (event, "message", message);
  rj_participant_emit (self, event);
}

/* --- waiting --- */

static void
on_wait_over (gpointer user_data)
{
  RjParticipant *self = user_data;

  self->timer = NULL;
  rj_participant_start_attempt (self);
}

static void
fail_by_deadline (RjParticipant *self)
{
  double seconds = self->config->limits.deadline_us / (double) G_USEC_PER_SEC;
  g_autofree char *reason = g_strdup_printf (
    "%s within %.3g s, %u tries; the last one: %s",
    self->comeback->rejoin ? "not back" : "not joined", seconds, self->comeback->tries,
    self->last_error != NULL ? self->last_error : "no answer");

  rj_participant_fail (self, reason);
}

static void
on_deadline (gpointer user_data)
{
  RjParticipant *self = user_data;

  self->deadline_timer = NULL;
  rj_spares_clear (self->spares);
  /* in the session, but not everything flows: that is told edge by edge */
  if (self->state == RJ_PARTICIPANT_JOINING || self->state == RJ_PARTICIPANT_WAITING)
    fail_by_deadline (self);
}

void
rj_participant_start_deadline (RjParticipant *self)
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
  event = rj_participant_event (self, RJ_EVENT_WAIT_STARTED);
  rj_event_set_double (event, "delay_ms", delay_us / 1000.0);
  rj_event_set_int (event, "failures", self->comeback->failures);
  rj_event_set_string (event, "because", because);
  rj_participant_emit (self, event);
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
    rj_participant_finish_leaving (self);
    return;
  }
  rj_participant_close_attempt (self, self->pause_because);
  wait_for_next (self, self->pause_us, self->pause_because);
}

void
rj_participant_leave_attempt (RjParticipant *self)
{
  self->leaving_attempt = TRUE;
  rj_attempt_leave_async (self->attempt, on_attempt_left, g_object_ref (self));
}

/* Out of the attempt (in order if we still are in), a pause, and on with the next one. */
static void
pause_then_rejoin (RjParticipant *self, const char *because)
{
  gint64 delay_us = roll_delay_us (self);

  rj_participant_move (self, RJ_PARTICIPANT_WAITING, because);
  if (rj_participant_is_ending (self))
    return;
  if (rj_attempt_has_joined (self->attempt)) {
    self->pause_us = delay_us;
    g_free (self->pause_because);
    self->pause_because = g_strdup (because);
    rj_participant_leave_attempt (self);
    return;
  }
  rj_participant_close_attempt (self, because);
  wait_for_next (self, delay_us, because);
}

/* --- the way back --- */

static void
begin_comeback (RjParticipant *self, const char *cause, const char *detector)
{
  rj_comeback_begin (self->comeback, cause, self->attempt,
                     rj_clock_now_us (self->config->clock) + self->config->limits.deadline_us);
  rj_participant_start_deadline (self);
  rj_spares_prepare (self->spares, MAX (g_hash_table_size (self->comeback->missing),
                                        rj_attempt_count_streams (self->attempt)));
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

/* A rejoin that has not ended yet goes on, whatever else happens, so that each loss is told once; only after
 * its deadline it was waiting for somebody who will not come. */
static gboolean
is_new_loss (RjParticipant *self, const RjAttemptEnd *end)
{
  const RjComeback *comeback = self->comeback;

  if (comeback->rejoin)
    return comeback->flowed && rj_clock_now_us (self->config->clock) >= comeback->deadline_us;
  if (rj_attempt_get_connection (self->attempt) == NULL)
    return FALSE;
  return rj_attempt_has_flowed (self->attempt) || end->lost ||
         end->action == RJ_ACTION_LEAVE_THEN_REJOIN;
}

/* The same rejoin once more, after it had flowed in part. */
static void
renew_comeback (RjParticipant *self)
{
  RjComeback *comeback = self->comeback;

  if (!comeback->flowed)
    return;
  comeback->deadline_us = rj_clock_now_us (self->config->clock) + self->config->limits.deadline_us;
  rj_participant_start_deadline (self);
  if (comeback->rejoin)
    rj_comeback_expect (comeback, self->attempt);
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
  rj_participant_move (self, RJ_PARTICIPANT_WAITING, cause);
  if (rj_participant_is_ending (self))
    return;
  rj_participant_close_attempt (self, cause);
  rj_participant_start_attempt (self);
}

/* No further try is possible; what made it necessary is told, too. */
static void
give_up (RjParticipant *self, const RjAttemptEnd *end)
{
  g_autofree char *reason = NULL;

  if (self->last_error != NULL && g_strcmp0 (self->last_error, end->error->message) != 0)
    reason = g_strdup_printf ("%s; no further try: %s", self->last_error, end->error->message);
  rj_participant_fail (self, reason != NULL ? reason : end->error->message);
}

static void
on_over (RjAttempt *attempt, const RjAttemptEnd *end, RjParticipant *self)
{
  gboolean had_flowed = rj_attempt_has_flowed (attempt);

  if (rj_participant_is_ending (self))
    return;
  if (end->action == RJ_ACTION_GIVE_UP) {
    give_up (self, end);
    return;
  }
  g_free (self->last_error);
  self->last_error = g_strdup (end->error->message);
  if (is_new_loss (self, end)) {
    begin_comeback (self, end->cause, end->detector);
  } else {
    renew_comeback (self);
    note_failure (self, end);
  }
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
  g_clear_pointer (&self->last_error, g_free);
  comeback->dead_tries = 0;
  self->deleted = FALSE;
  self->close_expected = FALSE;
  rj_attempt_expect_close (self->attempt, FALSE);
  rj_clock_cancel_timer (self->config->clock, &self->deadline_timer);
}

static void
on_attempt_state (RjAttempt *attempt, guint from, guint to, RjParticipant *self)
{
  if (rj_participant_is_ending (self))
    return;
  if (to == RJ_ATTEMPT_NEGOTIATING && self->state == RJ_PARTICIPANT_JOINING)
    rj_participant_move (self, RJ_PARTICIPANT_JOINED, NULL);
  if (to == RJ_ATTEMPT_FLOWING)
    note_flowing (self);
}

void
rj_participant_check_progress (RjParticipant *self)
{
  if (self->attempt == NULL || rj_participant_is_ending (self))
    return;
  if (rj_comeback_check (self->comeback, self->attempt)) {
    emit_rejoin_ended (self);
    rj_spares_clear (self->spares);
  }
  rj_participant_tell_progress (self);
}

static void
on_progress (RjAttempt *attempt, RjParticipant *self)
{
  rj_participant_check_progress (self);
}

static void
on_media_reset (RjAttempt *attempt, RjParticipant *self)
{
  if (rj_participant_is_ending (self))
    return;
  if (!self->comeback->rejoin)
    begin_comeback (self, "mediaServerReconnect", "server-event");
  else
    rj_comeback_expect (self->comeback, attempt);
}

void
rj_participant_start_attempt (RjParticipant *self)
{
  RjComeback *comeback = self->comeback;
  RjAttemptPlan plan = { 0 };
  RjSignaller *signaller;

  comeback->tries++;
  comeback->flowed = FALSE;
  plan.spares = self->spares;
  plan.wish = self->wish;
  plan.number = ++self->n_attempts;
  plan.try = comeback->tries;
  plan.rejoin = comeback->rejoin;
  plan.after_silence = comeback->rejoin && g_strcmp0 (comeback->cause, "silence") == 0;
  rj_participant_move (self, RJ_PARTICIPANT_JOINING, NULL);
  if (rj_participant_is_ending (self))
    return;
  signaller = self->config->make_signaller (self, plan.number, self->config->make_signaller_data);
  self->attempt = rj_attempt_new (self->config, signaller, &plan);
  rj_attempt_expect_close (self->attempt, self->close_expected);
  g_signal_connect (self->attempt, "state-changed", G_CALLBACK (on_attempt_state), self);
  g_signal_connect (self->attempt, "progress", G_CALLBACK (on_progress), self);
  g_signal_connect (self->attempt, "media-reset", G_CALLBACK (on_media_reset), self);
  g_signal_connect (self->attempt, "over", G_CALLBACK (on_over), self);
  rj_attempt_start (self->attempt);
}
