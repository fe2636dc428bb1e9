#include "rj-detectors.h"

#define SOONEST_US 1000

struct _RjDetectors {
  RjStay *stay;
  GPtrArray *subscriptions;
  RjDetectorsFuncs funcs;
  gpointer user_data;

  GHashTable *told; /* set of RjSubscription (only compared): their silence was told */
  gboolean quiet;
  gint64 heard_us; /* while quiet: last packet of any edge */
  gboolean *gone;  /* (nullable): set when we are freed inside a callback */
  RjTimer *timer;
};

/* What one look at all edges has found */
typedef struct {
  guint n_judged;
  guint n_silent;
  gint64 newest_us; /* last packet of any edge */
  gint64 oldest_us;
} Look;

static gboolean
is_silent (RjDetectors *self, RjSubscription *subscription, gint64 now_us, gint64 *heard_us)
{
  return rj_subscription_get_heard_us (subscription, heard_us) &&
         now_us - *heard_us >= self->stay->config->limits.silence_us;
}

static Look
look (RjDetectors *self, gint64 now_us)
{
  Look found = { .oldest_us = G_MAXINT64 };

  for (guint i = 0; i < self->subscriptions->len; i++) {
    RjSubscription *subscription = g_ptr_array_index (self->subscriptions, i);
    gint64 heard_us;

    if (!rj_subscription_get_heard_us (subscription, &heard_us))
      continue;
    found.n_judged++;
    found.newest_us = MAX (found.newest_us, heard_us);
    found.oldest_us = MIN (found.oldest_us, heard_us);
    if (is_silent (self, subscription, now_us, &heard_us))
      found.n_silent++;
    else
      g_hash_table_remove (self->told, subscription);
  }
  return found;
}

gboolean
rj_detectors_others_flow (RjDetectors *self, RjSubscription *except)
{
  gint64 limit_us = self->stay->config->limits.silence_us / 2;
  gint64 now_us = rj_stay_now_us (self->stay);

  for (guint i = 0; i < self->subscriptions->len; i++) {
    RjSubscription *other = g_ptr_array_index (self->subscriptions, i);
    gint64 heard_us;

    if (other != except && rj_subscription_get_heard_us (other, &heard_us) &&
        now_us - heard_us < limit_us)
      return TRUE;
  }
  return FALSE;
}

static void
tell_all_silent (RjDetectors *self, const Look *found)
{
  g_autoptr (GPtrArray) news = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 heard_us;

  for (guint i = 0; i < self->subscriptions->len; i++) {
    RjSubscription *subscription = g_ptr_array_index (self->subscriptions, i);

    if (rj_subscription_get_heard_us (subscription, &heard_us) &&
        g_hash_table_add (self->told, subscription))
      g_ptr_array_add (news, g_object_ref (subscription));
  }
  self->funcs.all_silent (news, found->newest_us + self->stay->config->limits.silence_us,
                          self->user_data);
}

/* Returns: FALSE when there was one, so that the rest is looked at anew */
static gboolean
tell_one_silent (RjDetectors *self, gint64 now_us)
{
  for (guint i = 0; i < self->subscriptions->len; i++) {
    RjSubscription *subscription = g_ptr_array_index (self->subscriptions, i);
    gint64 heard_us;

    if (!is_silent (self, subscription, now_us, &heard_us) ||
        g_hash_table_contains (self->told, subscription) ||
        !rj_detectors_others_flow (self, subscription))
      continue;
    g_hash_table_add (self->told, subscription);
    self->funcs.edge_silent (subscription, heard_us + self->stay->config->limits.silence_us,
                             self->user_data);
    return FALSE;
  }
  return TRUE;
}

static void on_timer (gpointer user_data);

static void
schedule (RjDetectors *self, const Look *found, gint64 now_us)
{
  const RjLimits *limits = &self->stay->config->limits;
  gint64 delay_us = limits->tick_us;

  rj_clock_cancel_timer (self->stay->config->clock, &self->timer);
  if (found->n_judged == 0 && !self->quiet)
    return;
  if (!self->quiet && found->n_silent == 0)
    delay_us = found->oldest_us + limits->silence_us - now_us;
  else if (self->quiet && now_us - found->newest_us < limits->silence_leave_us)
    delay_us = MIN (delay_us, found->newest_us + limits->silence_leave_us - now_us);
  self->timer =
    rj_clock_start_timer (self->stay->config->clock, MAX (delay_us, SOONEST_US), on_timer, self);
}

/* Callbacks may free us. */
static void
judge (RjDetectors *self)
{
  gint64 now_us = rj_stay_now_us (self->stay);
  Look found = look (self, now_us);
  gboolean was_quiet = self->quiet;
  gboolean gone = FALSE;

  self->gone = &gone;
  /* others who leave a dead room are no sign of life of it: quiet goes on without them */
  if (was_quiet && found.n_judged == 0)
    found.newest_us = self->heard_us;
  self->quiet = found.n_silent == found.n_judged && (was_quiet || found.n_judged > 0);
  self->heard_us = found.newest_us;
  if (self->quiet && !was_quiet)
    tell_all_silent (self, &found);
  else if (was_quiet && !self->quiet) {
    g_hash_table_remove_all (self->told); /* those that stay silent are now told one by one */
    self->funcs.quiet_ended (self->user_data);
  } else if (self->quiet &&
             now_us - found.newest_us >= self->stay->config->limits.silence_leave_us) {
    self->funcs.limit_reached (self->user_data);
  }
  while (!gone && !self->quiet && !tell_one_silent (self, now_us))
    continue;
  if (gone)
    return;
  self->gone = NULL;
  schedule (self, &found, now_us);
}

static void
on_timer (gpointer user_data)
{
  RjDetectors *self = user_data;

  self->timer = NULL;
  judge (self);
}

void
rj_detectors_poke (RjDetectors *self)
{
  if (self->timer == NULL)
    self->timer = rj_clock_start_timer (self->stay->config->clock,
                                        self->stay->config->limits.tick_us, on_timer, self);
}

void
rj_detectors_end_quiet (RjDetectors *self)
{
  self->quiet = FALSE;
  g_hash_table_remove_all (self->told);
}

void
rj_detectors_forget (RjDetectors *self, RjSubscription *subscription)
{
  g_hash_table_remove (self->told, subscription);
}

gboolean
rj_detectors_get_newest_us (RjDetectors *self, gint64 *newest_us)
{
  Look found = look (self, rj_stay_now_us (self->stay));

  if (found.n_judged == 0)
    return FALSE;
  *newest_us = found.newest_us;
  return TRUE;
}

gboolean
rj_detectors_is_quiet (RjDetectors *self)
{
  return self->quiet;
}

RjDetectors *
rj_detectors_new (RjStay *stay,
                  GPtrArray *subscriptions,
                  const RjDetectorsFuncs *funcs,
                  gpointer user_data)
{
  RjDetectors *self = g_new0 (RjDetectors, 1);

  self->stay = rj_stay_ref (stay);
  self->subscriptions = g_ptr_array_ref (subscriptions);
  self->funcs = *funcs;
  self->user_data = user_data;
  self->told = g_hash_table_new (NULL, NULL);
  return self;
}

void
rj_detectors_free (RjDetectors *self)
{
  if (self == NULL)
    return;
  if (self->gone != NULL)
    *self->gone = TRUE;
  rj_clock_cancel_timer (self->stay->config->clock, &self->timer);
  g_hash_table_unref (self->told);
  g_ptr_array_unref (self->subscriptions);
  rj_stay_unref (self->stay);
  g_free (self);
}
