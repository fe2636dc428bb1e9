/* The inside of an attempt, for rj-attempt.c (its life), rj-attempt-room.c (what the signaller tells of
 * others) and rj-attempt-media.c (what becomes of publication and subscriptions). */
#pragma once

#include "rj-attempt.h"
#include "rj-detectors.h"
#include "rj-publication.h"
#include "rj-room.h"

G_BEGIN_DECLS

struct _RjAttempt {
  GObject parent_instance;

  RjStay *stay;
  RjAttemptPlan plan;
  RjAttemptState state;
  const char *step; /* of the join: "token", "connect", "join" */
  gint64 step_us;   /* when it began */
  gboolean over;    /* "over" was emitted, or it is being left: no news is taken any more */
  gboolean lost;
  gboolean flowed;
  gboolean suspended; /* the websocket is being resumed */
  gboolean resetting; /* mediaServerReconnect was told, and not everything flows yet */
  gboolean close_expected;

  RjRoom *room;
  RjPublication *publication; /* (nullable) */
  GPtrArray *subscriptions;   /* of RjSubscription */
  RjDetectors *detectors;     /* (nullable) once joined */

  gint64 port_closed_us; /* when a port of the media server was reported closed */
  gint64 heard_us;       /* last packet of any edge, from then on */
  RjTimer *port_timer;   /* (nullable) until it is clear what that means */
};

/* rj-attempt.c */
void rj_attempt_end (RjAttempt *self, const RjAttemptEnd *end);
void rj_attempt_announce_reset (RjAttempt *self);
void rj_attempt_emit_detector (RjAttempt *self,
                               const char *detector,
                               const char *detail,
                               gboolean acted);
/* Something changed in media: flowing? */
void rj_attempt_review (RjAttempt *self);

/* rj-attempt-room.c */
void rj_attempt_listen_to_room (RjAttempt *self);
/* @streams: (nullable) of the join answer */
void rj_attempt_see_streams (RjAttempt *self, GPtrArray *streams);

/* rj-attempt-port.c */
void rj_attempt_note_closed_port (RjAttempt *self);
void rj_attempt_forget_closed_port (RjAttempt *self);

/* rj-attempt-media.c */
void rj_attempt_start_media (RjAttempt *self);
void rj_attempt_subscribe (RjAttempt *self, const RjRemoteStream *stream);
/* @reason: for the event. @unsubscribe: tell the server */
void rj_attempt_drop (RjAttempt *self,
                      RjSubscription *subscription,
                      const char *reason,
                      gboolean unsubscribe);
RjSubscription *rj_attempt_find (RjAttempt *self, const char *connection);
void rj_attempt_suspend_media (RjAttempt *self);
void rj_attempt_resume_media (RjAttempt *self);
void rj_attempt_tell_pending_media (RjAttempt *self);
void rj_attempt_close_media (RjAttempt *self, const char *reason);

G_END_DECLS
