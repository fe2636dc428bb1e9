#include "rj-attempt-private.h"

#include "rj-error.h"

/* --- facts for the policy --- */

static guint
get_common_facts (RjAttempt *self, RjSubscription *except, gint64 trouble_us)
{
  guint facts = 0;

  if (self->detectors != NULL && rj_detectors_is_quiet (self->detectors))
    facts |= RJ_FACT_QUIET;
  if (self->detectors != NULL && rj_detectors_others_flow (self->detectors, except))
    facts |= RJ_FACT_OTHERS_FLOW;
  if (self->suspended)
    facts |= RJ_FACT_SUSPENDED;
  if (self->plan.after_silence && !self->flowed)
    facts |= RJ_FACT_AFTER_SILENCE;
  if (trouble_us >= self->stay->config->limits.silence_leave_us)
    facts |= RJ_FACT_WAITED;
  return facts;
}

static guint
get_subscription_facts (RjAttempt *self, RjSubscription *subscription)
{
  guint facts =
    get_common_facts (self, subscription, rj_subscription_get_trouble_us (subscription));

  if (rj_subscription_is_muted (subscription))
    facts |= RJ_FACT_MUTED;
  if (rj_subscription_has_tried (subscription))
    facts |= RJ_FACT_TRIED;
  if (rj_subscription_has_flowed (subscription))
    facts |= RJ_FACT_FLOWED;
  return facts;
}

static guint
get_publication_facts (RjAttempt *self)
{
  guint facts = get_common_facts (self, NULL, rj_publication_get_trouble_us (self->publication));

  if (rj_publication_has_tried (self->publication))
    facts |= RJ_FACT_TRIED;
  if (rj_publication_has_flowed (self->publication))
    facts |= RJ_FACT_FLOWED;
  return facts;
}

static guint
get_retry_fact (const GError *error)
{
  return rj_error_get_retry (error) == RJ_RETRY_NEVER ? RJ_FACT_RETRY_NEVER : 0;
}

static const char *
get_detector (const char *step, const GError *error)
{
  if (!g_str_equal (step, "media"))
    return "server-event";
  return g_error_matches (error, RJ_ERROR, RJ_ERROR_UNREACHABLE) ? "icmp" : "ice-failed";
}

static void
end_by_failure (RjAttempt *self, RjAction action, const char *step, const GError *error)
{
  g_autofree char *word = rj_error_get_word (error);

  rj_attempt_end (self, &(RjAttemptEnd){ .action = action,
                                         .cause = word,
                                         .detector = get_detector (step, error),
                                         .step = step,
                                         .error = error });
}

/* Of a peer that has flowed; before that its own limits decide */
static gboolean
is_closed_port (const char *step, const GError *error, gboolean had_flowed)
{
  return had_flowed && g_str_equal (step, "media") &&
         g_error_matches (error, RJ_ERROR, RJ_ERROR_UNREACHABLE);
}

/* --- the own stream --- */

static void
on_publication_failed (RjPublication *publication,
                       const char *step,
                       const GError *error,
                       RjAttempt *self)
{
  const RjLimits *limits = &self->stay->config->limits;
  gboolean refused = g_str_equal (step, "publish");
  g_autofree char *word = rj_error_get_word (error);
  RjAction action;

  if (self->over)
    return;
  if (is_closed_port (step, error, rj_publication_has_flowed (publication)))
    rj_attempt_note_closed_port (self);
  action = rj_policy_decide (refused ? RJ_NEWS_PUBLISH_FAILED : RJ_NEWS_PUBLISHER_FAILED, word,
                             get_publication_facts (self) | get_retry_fact (error));
  switch (action) {
  case RJ_ACTION_REPUBLISH_LATER:
    rj_publication_open_later (publication, self->resetting ? "republish" : "join",
                               limits->again_us);
    break;
  case RJ_ACTION_RECONNECT_STREAM:
    rj_publication_reconnect (publication);
    break;
  case RJ_ACTION_WAIT:
    if (rj_publication_has_flowed (publication))
      rj_publication_ask_again (publication, error, limits->silence_us + limits->tick_us);
    break;
  case RJ_ACTION_REJOIN_LATER:
  case RJ_ACTION_GIVE_UP:
    end_by_failure (self, action, step, error);
    return;
  case RJ_ACTION_IGNORE:
  case RJ_ACTION_STAY:
  case RJ_ACTION_RESUME:
  case RJ_ACTION_REPUBLISH:
  case RJ_ACTION_RESUBSCRIBE_LATER:
  case RJ_ACTION_REJOIN_NOW:
  case RJ_ACTION_LEAVE_THEN_REJOIN:
    break;
  }
  rj_attempt_review (self);
}

static void
on_publication_changed (RjPublication *publication, RjAttempt *self)
{
  rj_attempt_review (self);
}

/* --- streams of others --- */

RjSubscription *
rj_attempt_find (RjAttempt *self, const char *connection)
{
  for (guint i = 0; i < self->subscriptions->len; i++) {
    RjSubscription *subscription = g_ptr_array_index (self->subscriptions, i);

    if (g_str_equal (rj_subscription_get_stream (subscription)->connection, connection))
      return subscription;
  }
  return NULL;
}

void
rj_attempt_drop (RjAttempt *self,
                 RjSubscription *subscription,
                 const char *reason,
                 gboolean unsubscribe)
{
  g_autoptr (RjSubscription) dropped = g_object_ref (subscription);

  if (self->detectors != NULL)
    rj_detectors_forget (self->detectors, subscription);
  g_signal_handlers_disconnect_by_data (dropped, self);
  g_ptr_array_remove_fast (self->subscriptions, subscription);
  rj_subscription_close (dropped, reason);
  if (unsubscribe)
    rj_signaller_unsubscribe (self->stay->signaller,
                              rj_subscription_get_stream (dropped)->connection);
}

/* Of several streams with the same name of ours that the join answer listed, the first that flows is the
 * living one. */
static void
drop_dead_namesakes (RjAttempt *self, RjSubscription *living)
{
  for (guint i = self->subscriptions->len; i > 0; i--) {
    RjSubscription *other = g_ptr_array_index (self->subscriptions, i - 1);

    if (other != living && !rj_subscription_is_flowing (other) &&
        g_str_equal (rj_subscription_get_name (other), rj_subscription_get_name (living)))
      rj_attempt_drop (self, other, "ghost", TRUE);
  }
}

static void
on_subscription_changed (RjSubscription *subscription, RjAttempt *self)
{
  if (rj_subscription_is_known (subscription) && rj_subscription_is_flowing (subscription))
    drop_dead_namesakes (self, subscription);
  rj_attempt_review (self);
}

static void
reconnect_or_wait (RjAttempt *self, RjSubscription *subscription, RjAction action)
{
  if (action == RJ_ACTION_RECONNECT_STREAM)
    rj_subscription_reconnect (subscription);
  else if (action == RJ_ACTION_STAY)
    rj_subscription_give_up (subscription);
  else if (!rj_subscription_has_flowed (subscription) && !rj_subscription_is_broken (subscription))
    rj_subscription_give_up (
      subscription); /* it may still come; until then it is one of the silent */
}

static void
on_subscription_failed (RjSubscription *subscription,
                        const char *step,
                        const GError *error,
                        RjAttempt *self)
{
  gboolean refused = g_str_equal (step, "subscribe");
  g_autofree char *word = rj_error_get_word (error);
  RjAction action;

  if (self->over)
    return;
  if (is_closed_port (step, error, rj_subscription_has_flowed (subscription)))
    rj_attempt_note_closed_port (self);
  action = rj_policy_decide (refused ? RJ_NEWS_SUBSCRIBE_FAILED : RJ_NEWS_EDGE_FAILED, word,
                             get_subscription_facts (self, subscription) | get_retry_fact (error));
  if (action != RJ_ACTION_IGNORE)
    rj_subscription_emit_failed (subscription, error);
  switch (action) {
  case RJ_ACTION_IGNORE:
    rj_attempt_drop (self, subscription, "publisher left", FALSE);
    break;
  case RJ_ACTION_RESUBSCRIBE_LATER:
    rj_subscription_reconnect_later (subscription, self->stay->config->limits.again_us);
    break;
  case RJ_ACTION_RECONNECT_STREAM:
  case RJ_ACTION_STAY:
  case RJ_ACTION_WAIT:
    reconnect_or_wait (self, subscription, action);
    break;
  case RJ_ACTION_REJOIN_LATER:
  case RJ_ACTION_GIVE_UP:
    end_by_failure (self, action, step, error);
    return;
  case RJ_ACTION_RESUME:
  case RJ_ACTION_REPUBLISH:
  case RJ_ACTION_REPUBLISH_LATER:
  case RJ_ACTION_REJOIN_NOW:
  case RJ_ACTION_LEAVE_THEN_REJOIN:
    break;
  }
  rj_attempt_review (self);
}

void
rj_attempt_subscribe (RjAttempt *self, const RjRemoteStream *stream)
{
  RjSubscription *subscription = rj_subscription_new (self->stay, stream);

  g_ptr_array_add (self->subscriptions, subscription);
  g_signal_connect (subscription, "changed", G_CALLBACK (on_subscription_changed), self);
  g_signal_connect (subscription, "failed", G_CALLBACK (on_subscription_failed), self);
  rj_subscription_open (subscription, self->resetting ? "republish" : "join");
}

/* --- silence --- */

static void
emit_silence (RjAttempt *self, RjSubscription *subscription, gint64 at_us, gboolean acted)
{
  RjEvent *event = rj_subscription_event (subscription, RJ_EVENT_DETECTOR_FIRED, at_us);

  rj_event_set_string (event, "detector", "rtp-silence");
  rj_event_set_bool (event, "acted", acted);
  rj_event_set_int (event, "last_packet_us", at_us - self->stay->config->limits.silence_us);
  rj_stay_emit (self->stay, event);
}

static void
on_edge_silent (RjSubscription *subscription, gint64 since_us, gpointer user_data)
{
  g_autoptr (RjAttempt) self = g_object_ref (user_data);
  RjAction action = rj_policy_decide (
    RJ_NEWS_EDGE_SILENT, NULL, get_subscription_facts (self, subscription) | RJ_FACT_OTHERS_FLOW);

  emit_silence (self, subscription, since_us, action == RJ_ACTION_RECONNECT_STREAM);
  if (action == RJ_ACTION_RECONNECT_STREAM)
    rj_subscription_reconnect (subscription);
}

static void
on_all_silent (GPtrArray *subscriptions, gint64 since_us, gpointer user_data)
{
  RjAttempt *self = user_data;
  gint64 heard_us;

  /* what follows needs new peers, unless packets return */
  rj_spares_prepare (self->stay->spares, subscriptions->len);
  for (guint i = 0; i < subscriptions->len; i++) {
    RjSubscription *subscription = g_ptr_array_index (subscriptions, i);

    if (rj_subscription_get_heard_us (subscription, &heard_us))
      emit_silence (self, subscription, heard_us + self->stay->config->limits.silence_us, FALSE);
  }
}

static void
on_limit_reached (gpointer user_data)
{
  RjAttempt *self = user_data;
  RjAction action =
    rj_policy_decide (RJ_NEWS_SILENCE_LIMIT, NULL, self->suspended ? RJ_FACT_SUSPENDED : 0);
  g_autoptr (GError) error = NULL;

  if (action != RJ_ACTION_LEAVE_THEN_REJOIN)
    return;
  error = g_error_new (RJ_ERROR, RJ_ERROR_NO_MEDIA,
                       "no packet on any edge for %.3g s, and no word from the server",
                       self->stay->config->limits.silence_leave_us / (double) G_USEC_PER_SEC);
  rj_attempt_end (self, &(RjAttemptEnd){ .action = action,
                                         .cause = "silence",
                                         .detector = "rtp-silence",
                                         .step = "media",
                                         .error = error });
}

/* What failed in the meantime, and was not asked for again, is asked for now. */
static void
mend (RjAttempt *self)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < self->subscriptions->len; i++)
    g_ptr_array_add (all, g_object_ref (g_ptr_array_index (self->subscriptions, i)));
  for (guint i = 0; i < all->len && !self->over; i++) {
    if (rj_subscription_is_broken (g_ptr_array_index (all, i)))
      rj_subscription_reconnect (g_ptr_array_index (all, i));
  }
  if (!self->over && self->publication != NULL)
    rj_publication_mend (self->publication);
}

static void
on_quiet_ended (gpointer user_data)
{
  g_autoptr (RjAttempt) self = g_object_ref (user_data);

  mend (self);
  rj_spares_clear (self->stay->spares);
}

/* --- life --- */

void
rj_attempt_start_media (RjAttempt *self)
{
  static const RjDetectorsFuncs funcs = { .edge_silent = on_edge_silent,
                                          .all_silent = on_all_silent,
                                          .limit_reached = on_limit_reached,
                                          .quiet_ended = on_quiet_ended };

  self->detectors = rj_detectors_new (self->stay, self->subscriptions, &funcs, self);
  if (!self->stay->config->publishes)
    return;
  self->publication = rj_publication_new (self->stay);
  g_signal_connect (self->publication, "changed", G_CALLBACK (on_publication_changed), self);
  g_signal_connect (self->publication, "failed", G_CALLBACK (on_publication_failed), self);
  if (self->stay->wish.unpublished)
    rj_publication_withdraw (self->publication, "unpublish");
  else
    rj_publication_open (self->publication, "join");
}

void
rj_attempt_suspend_media (RjAttempt *self)
{
  if (self->publication != NULL)
    rj_publication_suspend (self->publication);
  for (guint i = 0; i < self->subscriptions->len; i++)
    rj_subscription_suspend (g_ptr_array_index (self->subscriptions, i));
}

/* Nothing was done about edges that fell silent while nothing could be asked for: they are told again. */
static void
forget_untried (RjAttempt *self)
{
  for (guint i = 0; i < self->subscriptions->len; i++) {
    RjSubscription *subscription = g_ptr_array_index (self->subscriptions, i);

    if (!rj_subscription_has_tried (subscription))
      rj_detectors_forget (self->detectors, subscription);
  }
}

void
rj_attempt_resume_media (RjAttempt *self)
{
  if (self->publication != NULL)
    rj_publication_resume (self->publication);
  for (guint i = 0; i < self->subscriptions->len; i++)
    rj_subscription_resume (g_ptr_array_index (self->subscriptions, i));
  mend (self);
  if (self->detectors == NULL)
    return;
  forget_untried (self);
  rj_detectors_poke (self->detectors);
}

void
rj_attempt_tell_pending_media (RjAttempt *self)
{
  if (self->publication != NULL)
    rj_publication_tell_pending (self->publication);
  for (guint i = 0; i < self->subscriptions->len; i++)
    rj_subscription_tell_pending (g_ptr_array_index (self->subscriptions, i));
}

void
rj_attempt_close_media (RjAttempt *self, const char *reason)
{
  while (self->subscriptions->len > 0)
    rj_attempt_drop (self, g_ptr_array_index (self->subscriptions, self->subscriptions->len - 1),
                     reason, FALSE);
  if (self->publication == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->publication, self);
  rj_publication_close (self->publication, reason);
  g_clear_object (&self->publication);
}

void
rj_attempt_emit_stats (RjAttempt *self, gboolean open)
{
  for (guint i = 0; i < self->subscriptions->len; i++)
    rj_subscription_emit_stats (g_ptr_array_index (self->subscriptions, i), open);
  if (self->publication != NULL)
    rj_publication_emit_stats (self->publication, open);
}

gboolean
rj_attempt_sees (RjAttempt *self, const char *name)
{
  for (guint i = 0; i < self->subscriptions->len; i++) {
    RjSubscription *subscription = g_ptr_array_index (self->subscriptions, i);

    if (g_str_equal (rj_subscription_get_name (subscription), name) &&
        rj_subscription_is_flowing (subscription))
      return TRUE;
  }
  return FALSE;
}

void
rj_attempt_list_names (RjAttempt *self, GHashTable *names)
{
  for (guint i = 0; i < self->subscriptions->len; i++) {
    RjSubscription *subscription = g_ptr_array_index (self->subscriptions, i);

    if (rj_subscription_is_known (subscription))
      g_hash_table_add (names, g_strdup (rj_subscription_get_name (subscription)));
  }
}
