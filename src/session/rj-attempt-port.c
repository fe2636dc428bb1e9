/* The kernel reports that the media server's port is closed (--detect icmp). One such report may mean one
 * endpoint; when all edges fall silent with it, the media server's process is gone. That cannot be a frozen
 * one, and nothing of this stay will come back: leave, so that the room empties, and rejoin at once, where
 * the server's own word takes 3.5 s. */
#include "rj-attempt-private.h"

#include "rj-error.h"

/* Without a packet on any edge: long for media that flow, short for who waits */
#define QUIET_US (300 * 1000)

static void on_look_due (gpointer user_data);

static void
look_again (RjAttempt *self)
{
  self->port_timer = rj_clock_start_timer (self->stay->config->clock,
                                           self->stay->config->limits.tick_us, on_look_due, self);
}

static void
leave (RjAttempt *self, RjAction action)
{
  g_autoptr (GError) error = g_error_new (
    RJ_ERROR, RJ_ERROR_UNREACHABLE,
    "the media server's port is closed (ICMP), and no packet came on any edge for %d ms",
    QUIET_US / 1000);

  rj_attempt_end (self, &(RjAttemptEnd){ .action = action,
                                         .cause = "portClosed",
                                         .detector = "icmp",
                                         .step = "media",
                                         .error = error });
}

static void
on_look_due (gpointer user_data)
{
  RjAttempt *self = user_data;
  gint64 now_us = rj_stay_now_us (self->stay);
  RjAction action;

  self->port_timer = NULL;
  if (self->over)
    return;
  /* the others may leave meanwhile, because of it */
  rj_detectors_get_newest_us (self->detectors, &self->heard_us);
  if (now_us - self->heard_us < QUIET_US) {
    /* by then silence of that one peer has been told, and acted upon */
    if (now_us - self->port_closed_us < self->stay->config->limits.silence_us)
      look_again (self);
    return;
  }
  action = rj_policy_decide (RJ_NEWS_PORT_CLOSED, NULL, self->suspended ? RJ_FACT_SUSPENDED : 0);
  if (action == RJ_ACTION_LEAVE_THEN_REJOIN)
    leave (self, action);
}

void
rj_attempt_note_closed_port (RjAttempt *self)
{
  if (self->port_timer != NULL || self->over || self->detectors == NULL ||
      !rj_detectors_get_newest_us (self->detectors, &self->heard_us))
    return; /* with nothing to hear nothing is certain */
  self->port_closed_us = rj_stay_now_us (self->stay);
  rj_spares_prepare (self->stay->spares, self->subscriptions->len);
  look_again (self);
}

void
rj_attempt_forget_closed_port (RjAttempt *self)
{
  rj_clock_cancel_timer (self->stay->config->clock, &self->port_timer);
}
