#include "rj-attempt-private.h"

#include "rj-error.h"
#include "rj-log.h"

#define TO(s) RJ_STATE_BIT (RJ_ATTEMPT_##s)

const RjStateRow rj_attempt_states[RJ_N_ATTEMPT_STATES] = {
  [RJ_ATTEMPT_NEW] = { "new", TO (CONNECTING) | TO (CLOSED) },
  [RJ_ATTEMPT_CONNECTING] = { "connecting", TO (JOINING) | TO (CLOSED) },
  [RJ_ATTEMPT_JOINING] = { "joining", TO (NEGOTIATING) | TO (CLOSED) },
  [RJ_ATTEMPT_NEGOTIATING] = { "negotiating", TO (FLOWING) | TO (CLOSED) },
  [RJ_ATTEMPT_FLOWING] = { "flowing", TO (NEGOTIATING) | TO (CLOSED) },
  [RJ_ATTEMPT_CLOSED] = { "closed", 0 },
};

enum { STATE_CHANGED, PROGRESS, MEDIA_RESET, OVER, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjAttempt, rj_attempt, G_TYPE_OBJECT)

static void
move (RjAttempt *self, RjAttemptState to)
{
  RjAttemptState from = self->state;
  RjEvent *event = rj_stay_event (self->stay, RJ_EVENT_ATTEMPT_STATE, 0);

  g_assert (rj_states_allow (rj_attempt_states, RJ_N_ATTEMPT_STATES, from, to));
  g_debug ("%s attempt %u: %s -> %s", self->stay->config->name, self->plan.number,
           rj_attempt_states[from].name, rj_attempt_states[to].name);
  self->state = to;
  if (to == RJ_ATTEMPT_FLOWING) {
    self->flowed = TRUE;
    self->resetting = FALSE;
  }
  rj_event_set_string (event, "from", rj_attempt_states[from].name);
  rj_event_set_string (event, "to", rj_attempt_states[to].name);
  rj_stay_emit (self->stay, event);
  g_signal_emit (self, signals[STATE_CHANGED], 0, from, to);
}

static void
emit_failed (RjAttempt *self, const RjAttemptEnd *end)
{
  static const char *const words[] = {
    [RJ_RETRY_NEVER] = "never",
    [RJ_RETRY_WITH_NEW_TOKEN] = "with-new-token",
    [RJ_RETRY_LATER] = "later",
  };
  RjEvent *event = rj_stay_event (self->stay, RJ_EVENT_ATTEMPT_FAILED, 0);
  RjRetry retry = rj_error_get_retry (end->error);

  rj_event_set_string (event, "step", end->step);
  rj_event_set_error (event, end->error);
  rj_event_set_string (event, "retry",
                       words[end->action == RJ_ACTION_GIVE_UP ? RJ_RETRY_NEVER : retry]);
  rj_stay_emit (self->stay, event);
}

void
rj_attempt_end (RjAttempt *self, const RjAttemptEnd *end)
{
  if (self->over)
    return;
  g_object_ref (self);
  self->over = TRUE;
  self->lost = end->lost;
  rj_attempt_forget_closed_port (self);
  g_clear_pointer (&self->detectors, rj_detectors_free);
  emit_failed (self, end);
  g_signal_emit (self, signals[OVER], 0, end);
  g_object_unref (self);
}

void
rj_attempt_announce_reset (RjAttempt *self)
{
  if (self->resetting)
    return;
  self->resetting = TRUE;
  if (self->detectors != NULL)
    rj_detectors_end_quiet (self->detectors);
  rj_attempt_emit_detector (self, "server-event", "mediaServerReconnect", TRUE);
  g_signal_emit (self, signals[MEDIA_RESET], 0);
  if (self->publication != NULL)
    rj_publication_outdate (self->publication, self->stay->config->limits.reconnect_us);
  for (guint i = 0; i < self->subscriptions->len; i++)
    rj_subscription_outdate (g_ptr_array_index (self->subscriptions, i));
}

void
rj_attempt_emit_detector (RjAttempt *self, const char *detector, const char *detail, gboolean acted)
{
  RjEvent *event = rj_stay_event (self->stay, RJ_EVENT_DETECTOR_FIRED, 0);

  rj_event_set_string (event, "detector", detector);
  rj_event_set_string (event, "detail", detail);
  rj_event_set_bool (event, "acted", acted);
  rj_stay_emit (self->stay, event);
}

static gboolean
everything_flows (RjAttempt *self)
{
  if (self->publication != NULL && rj_publication_is_wanted (self->publication) &&
      !rj_publication_is_flowing (self->publication))
    return FALSE;
  for (guint i = 0; i < self->subscriptions->len; i++) {
    if (!rj_subscription_is_flowing (g_ptr_array_index (self->subscriptions, i)))
      return FALSE;
  }
  return TRUE;
}

void
rj_attempt_review (RjAttempt *self)
{
  gboolean flows;

  if (self->over)
    return;
  flows = everything_flows (self);
  if (self->detectors != NULL)
    rj_detectors_poke (self->detectors);
  if (self->state == RJ_ATTEMPT_NEGOTIATING && flows)
    move (self, RJ_ATTEMPT_FLOWING);
  else if (self->state == RJ_ATTEMPT_FLOWING && !flows)
    move (self, RJ_ATTEMPT_NEGOTIATING);
  g_signal_emit (self, signals[PROGRESS], 0);
}

static void
on_progress (RjSignaller *signaller, const char *step, RjAttempt *self)
{
  self->step = g_intern_string (step);
  self->step_us = rj_stay_now_us (self->stay);
  if (self->state == RJ_ATTEMPT_CONNECTING && g_str_equal (step, "join"))
    move (self, RJ_ATTEMPT_JOINING);
}

static void
end_refused (RjAttempt *self, RjErrorCode code, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (RJ_ERROR, code, message);

  rj_attempt_end (self,
                  &(RjAttemptEnd){
                    .action = RJ_ACTION_GIVE_UP, .cause = "join", .step = "join", .error = error });
}

static void
enter (RjAttempt *self, const RjJoined *joined)
{
  const RjParticipantConfig *config = self->stay->config;

  rj_stay_set_joined (self->stay, joined);
  if (self->state == RJ_ATTEMPT_CONNECTING)
    move (self, RJ_ATTEMPT_JOINING);
  move (self, RJ_ATTEMPT_NEGOTIATING);
  if (config->publishes && !joined->may_publish) {
    end_refused (self, RJ_ERROR_USAGE,
                 "the token's role does not allow publishing; ask for role PUBLISHER, or run this "
                 "participant with --no-publish");
    return;
  }
  rj_attempt_start_media (self);
  rj_attempt_see_streams (self, joined->streams);
  rj_attempt_review (self);
}

static void
on_joined (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjAttempt) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *word = NULL;
  g_autoptr (RjJoined) joined = rj_signaller_join_finish (RJ_SIGNALLER (source), result, &error);

  if (self->over || self->state == RJ_ATTEMPT_CLOSED)
    return;
  if (joined != NULL) {
    enter (self, joined);
    return;
  }
  word = rj_error_get_word (error);
  rj_attempt_end (self, &(RjAttemptEnd){
                          .action = rj_policy_decide (
                            RJ_NEWS_JOIN_FAILED, word,
                            rj_error_get_retry (error) == RJ_RETRY_NEVER ? RJ_FACT_RETRY_NEVER : 0),
                          .cause = word,
                          .step = self->step,
                          .error = error });
}

static void
on_suspended (RjSignaller *signaller, RjAttempt *self)
{
  self->suspended = TRUE;
  rj_attempt_suspend_media (self);
}

static void
on_resumed (RjSignaller *signaller, RjAttempt *self)
{
  self->suspended = FALSE;
  if (!self->over)
    rj_attempt_resume_media (self);
}

static void
on_lost (RjSignaller *signaller,
         const char *reason,
         const char *detector,
         const GError *error,
         RjAttempt *self)
{
  RjAction action =
    rj_policy_decide (RJ_NEWS_LOST, reason, self->close_expected ? RJ_FACT_CLOSED_BY_US : 0);
  g_autoptr (GError) own = NULL;

  if (g_strcmp0 (detector, "server-event") == 0)
    rj_attempt_emit_detector (self, detector, reason, !self->over);
  self->lost = TRUE;
  if (error == NULL)
    own = g_error_new (RJ_ERROR, RJ_ERROR_LOST, "the stay in the session ended: %s", reason);
  rj_attempt_end (self,
                  &(RjAttemptEnd){ .action = action,
                                   .cause = reason,
                                   .detector = detector,
                                   .step = self->stay->connection != NULL ? "media" : self->step,
                                   .error = error != NULL ? error : own,
                                   .lost = TRUE });
}

void
rj_attempt_start (RjAttempt *self)
{
  RjEvent *event = rj_stay_event (self->stay, RJ_EVENT_ATTEMPT_STARTED, 0);
  RjSignaller *signaller = self->stay->signaller;

  rj_event_set_int (event, "try", self->plan.try);
  rj_event_set_bool (event, "rejoin", self->plan.rejoin);
  rj_stay_emit (self->stay, event);
  self->step_us = rj_stay_now_us (self->stay);
  move (self, RJ_ATTEMPT_CONNECTING);
  g_signal_connect (signaller, "progress", G_CALLBACK (on_progress), self);
  g_signal_connect (signaller, "suspended", G_CALLBACK (on_suspended), self);
  g_signal_connect (signaller, "resumed", G_CALLBACK (on_resumed), self);
  g_signal_connect (signaller, "lost", G_CALLBACK (on_lost), self);
  rj_attempt_listen_to_room (self);
  rj_signaller_join_async (signaller, self->stay->cancellable, on_joined, g_object_ref (self));
}

static const char *
describe_step (const char *step)
{
  if (g_strcmp0 (step, "join") == 0)
    return "joinRoom: the OpenVidu server has not answered";
  if (g_strcmp0 (step, "connect") == 0)
    return "the websocket to the OpenVidu server has not opened";
  return "whoever gives the tokens has not answered";
}

void
rj_attempt_tell_pending (RjAttempt *self)
{
  g_autoptr (GError) error = NULL;
  gint64 waited_us;

  if (self->over || self->state == RJ_ATTEMPT_CLOSED)
    return;
  if (self->stay->connection != NULL) {
    rj_attempt_tell_pending_media (self);
    return;
  }
  waited_us = rj_stay_now_us (self->stay) - self->step_us;
  if (self->plan.try > 1 && waited_us < G_USEC_PER_SEC)
    return; /* what the try before failed with says more */
  error = g_error_new (RJ_ERROR, RJ_ERROR_TIMEOUT, "%s within %.3g s; is it overloaded or stuck?",
                       describe_step (self->step), waited_us / (double) G_USEC_PER_SEC);
  emit_failed (self, &(RjAttemptEnd){ .action = RJ_ACTION_REJOIN_LATER,
                                      .step = self->step != NULL ? self->step : "token",
                                      .error = error });
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  rj_signaller_leave_finish (RJ_SIGNALLER (source), result, NULL);
  g_task_return_boolean (task, TRUE);
}

void
rj_attempt_leave_async (RjAttempt *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, rj_attempt_leave_async);
  self->over = TRUE;
  rj_attempt_forget_closed_port (self);
  g_clear_pointer (&self->detectors, rj_detectors_free);
  if (!rj_attempt_has_joined (self)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  rj_signaller_leave_async (self->stay->signaller, self->stay->config->limits.leave_us, NULL,
                            on_left, g_steal_pointer (&task));
}

void
rj_attempt_leave_finish (RjAttempt *self, GAsyncResult *result)
{
  g_return_if_fail (g_task_is_valid (result, self));

  g_task_propagate_boolean (G_TASK (result), NULL);
}

void
rj_attempt_cut (RjAttempt *self, gboolean with_reset)
{
  if (self->stay->signaller != NULL)
    rj_signaller_cut (self->stay->signaller, with_reset);
}

void
rj_attempt_expect_close (RjAttempt *self, gboolean expected)
{
  self->close_expected = expected;
}

RjAttemptState
rj_attempt_get_state (RjAttempt *self)
{
  return self->state;
}

gboolean
rj_attempt_has_joined (RjAttempt *self)
{
  return self->stay->connection != NULL && !self->lost && self->state != RJ_ATTEMPT_CLOSED;
}

gboolean
rj_attempt_has_flowed (RjAttempt *self)
{
  return self->flowed;
}

guint
rj_attempt_count_streams (RjAttempt *self)
{
  return self->subscriptions->len;
}

const char *
rj_attempt_get_connection (RjAttempt *self)
{
  return self->stay->connection;
}

void
rj_attempt_close (RjAttempt *self, const char *reason)
{
  RjEvent *event;

  if (self->state == RJ_ATTEMPT_CLOSED)
    return;
  self->over = TRUE;
  rj_attempt_forget_closed_port (self);
  g_clear_pointer (&self->detectors, rj_detectors_free);
  g_signal_handlers_disconnect_by_data (self->stay->signaller, self);
  rj_attempt_close_media (self, reason);
  g_cancellable_cancel (self->stay->cancellable);
  rj_signaller_close (self->stay->signaller);
  g_clear_object (&self->stay->signaller);
  move (self, RJ_ATTEMPT_CLOSED);
  event = rj_stay_event (self->stay, RJ_EVENT_ATTEMPT_CLOSED, 0);
  rj_event_set_string (event, "reason", reason);
  rj_stay_emit (self->stay, event);
}

RjAttempt *
rj_attempt_new (RjParticipantConfig *config, RjSignaller *signaller, const RjAttemptPlan *plan)
{
  RjAttempt *self = g_object_new (RJ_TYPE_ATTEMPT, NULL);

  self->stay = rj_stay_new (config, plan->spares, plan->number);
  self->stay->signaller = signaller;
  if (plan->after_silence)
    self->stay->answer_us = config->limits.reconnect_us;
  self->plan = *plan;
  self->stay->wish = plan->wish;
  self->room = rj_room_new (config->name);
  return self;
}

static void
rj_attempt_dispose (GObject *object)
{
  RjAttempt *self = RJ_ATTEMPT (object);

  if (self->stay != NULL)
    rj_attempt_close (self, "disposed");
  G_OBJECT_CLASS (rj_attempt_parent_class)->dispose (object);
}

static void
rj_attempt_finalize (GObject *object)
{
  RjAttempt *self = RJ_ATTEMPT (object);

  g_clear_pointer (&self->room, rj_room_free);
  g_ptr_array_unref (self->subscriptions);
  g_clear_pointer (&self->stay, rj_stay_unref);
  G_OBJECT_CLASS (rj_attempt_parent_class)->finalize (object);
}

static void
rj_attempt_class_init (RjAttemptClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = rj_attempt_dispose;
  object_class->finalize = rj_attempt_finalize;
#define SIGNAL(name, ...)                                                                          \
  g_signal_new (name, RJ_TYPE_ATTEMPT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,        \
                __VA_ARGS__)
  signals[STATE_CHANGED] = SIGNAL ("state-changed", 2, G_TYPE_UINT, G_TYPE_UINT);
  signals[PROGRESS] = SIGNAL ("progress", 0);
  signals[MEDIA_RESET] = SIGNAL ("media-reset", 0);
  signals[OVER] = SIGNAL ("over", 1, G_TYPE_POINTER);
#undef SIGNAL
}

static void
rj_attempt_init (RjAttempt *self)
{
  self->step = "token";
  self->subscriptions = g_ptr_array_new_with_free_func (g_object_unref);
}
