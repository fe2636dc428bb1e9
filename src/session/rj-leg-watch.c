#include "rj-leg-private.h"

static void
emit_detector (RjLeg *self, const char *detector, gint64 at_us, gint64 last_us)
{
  RjEvent *event = rj_leg_event (self, RJ_EVENT_DETECTOR_FIRED, at_us);

  rj_event_set_string (event, "detector", detector);
  rj_event_set_bool (event, "acted", FALSE);
  if (last_us != 0)
    rj_event_set_int (event, "last_packet_us", last_us);
  rj_stay_emit (self->stay, event);
}

static void
on_detected (RjPeer *peer, const char *detector, gint64 at_us, RjLeg *self)
{
  if (self->state == RJ_LEG_FLOWING)
    emit_detector (self, detector, at_us, 0);
}

void
rj_leg_listen_for_loss (RjLeg *self)
{
  g_signal_connect (self->peer, "detected", G_CALLBACK (on_detected), self);
}

/* --- RTCP of the media server, for what we send --- */

static void
on_rtcp_due (gpointer user_data)
{
  RjLeg *self = user_data;

  self->watch = NULL;
  rj_leg_watch (self);
}

/* Silence can only be told of one who has spoken. */
void
rj_leg_watch (RjLeg *self)
{
  gint64 limit_us = self->stay->config->limits.rtcp_us;
  gint64 delay_us = limit_us;
  gint64 last_us;

  if (self->plan.direction != RJ_DIRECTION_SEND)
    return;
  last_us = rj_peer_get_last_rtcp_us (self->peer);
  if (last_us != 0 && last_us != self->rtcp_told_us) {
    delay_us = last_us + limit_us - rj_stay_now_us (self->stay);
    if (delay_us <= 0) {
      self->rtcp_told_us = last_us;
      emit_detector (self, "rtcp-silence", last_us + limit_us, last_us);
      delay_us = limit_us;
    }
  }
  self->watch = rj_clock_start_timer (self->stay->config->clock, delay_us, on_rtcp_due, self);
}

void
rj_leg_stop_watching (RjLeg *self)
{
  rj_clock_cancel_timer (self->stay->config->clock, &self->watch);
}
