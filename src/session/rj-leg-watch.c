#include "rj-error.h"
#include "rj-leg-private.h"

/* Silence of everything acts first, see rj-policy.c */
#define AFTER_SILENCE_US G_USEC_PER_SEC

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
  g_autoptr (RjLeg) self = g_object_ref (user_data);

  self->watch = NULL;
  rj_leg_watch (self);
}

static gint64
get_patience_us (RjLeg *self)
{
  return self->stay->config->limits.silence_leave_us + AFTER_SILENCE_US;
}

static void
lose_media_server (RjLeg *self)
{
  g_autoptr (GError) error = g_error_new (
    RJ_ERROR, RJ_ERROR_NO_MEDIA, "no RTCP of the media server for what is published within %.3g s",
    get_patience_us (self) / (double) G_USEC_PER_SEC);

  rj_leg_fail (self, "media", error);
}

/* Silence can only be told of one who has spoken. First it is stamped; a media server that says nothing for so
 * long has forgotten the stream, whatever the peer believes. */
void
rj_leg_watch (RjLeg *self)
{
  gint64 limit_us = self->stay->config->limits.rtcp_us;
  gint64 silent_us;
  gint64 last_us;

  if (self->plan.direction != RJ_DIRECTION_SEND)
    return;
  last_us = rj_peer_get_last_rtcp_us (self->peer);
  silent_us = last_us == 0 ? 0 : rj_stay_now_us (self->stay) - last_us;
  if (silent_us >= limit_us && last_us != self->rtcp_told_us) {
    self->rtcp_told_us = last_us;
    emit_detector (self, "rtcp-silence", last_us + limit_us, last_us);
  }
  if (silent_us >= get_patience_us (self)) {
    lose_media_server (self);
    return;
  }
  self->watch = rj_clock_start_timer (self->stay->config->clock,
                                      silent_us >= limit_us ? get_patience_us (self) - silent_us
                                                            : limit_us - silent_us,
                                      on_rtcp_due, self);
}

void
rj_leg_stop_watching (RjLeg *self)
{
  rj_clock_cancel_timer (self->stay->config->clock, &self->watch);
}
