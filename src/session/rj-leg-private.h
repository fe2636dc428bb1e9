/* The inside of a leg, for rj-leg.c (its life), rj-leg-negotiate.c (offers and answers), rj-leg-events.c (what it
 * tells) and rj-leg-watch.c (how it learns that the other side is lost). */
#pragma once

#include "rj-leg.h"

G_BEGIN_DECLS

struct _RjLeg {
  GObject parent_instance;

  RjStay *stay;
  RjLegPlan plan;
  RjLegState state;
  RjRemoteStream *stream; /* (nullable) receiving */
  char *label;            /* "publish", "subscribe:<name>" */
  char *edge;             /* (nullable) */
  char *connection;       /* key of the candidates */
  gboolean foreign;
  gboolean elsewhere; /* the publisher is in another process */
  gint64 frame_interval_us;

  RjPeer *peer;          /* (nullable) */
  gboolean answers;      /* the server makes the offer */
  RjAccept accept;       /* then */
  char *sdp;             /* (nullable) the server's: answer, or offer */
  GPtrArray *candidates; /* of RjLegCandidate: found before the request was sent */
  RjTimer *timer;        /* (nullable) */
  gint64 limit_us;       /* of that timer */
  RjTimer *watch;        /* (nullable) while flowing, when sending */
  gint64 rtcp_told_us;   /* the last RTCP when its silence was told */
  gint64 armed_us;       /* when the present step began */
  gboolean complained;
  gint64 ice_us, dtls_us, packet_us, key_frame_us; /* 0: not yet */
};

typedef struct {
  guint mline;
  char *mid;
  char *text;
} RjLegCandidate;

RjLegCandidate *rj_leg_candidate_new (guint mline, const char *mid, const char *text);
void rj_leg_candidate_free (gpointer candidate);

/* rj-leg.c */
void rj_leg_move (RjLeg *self, RjLegState to);
void rj_leg_fail (RjLeg *self, const char *step, const GError *error);
/* Starts the clock of the next step; 0: none. */
void rj_leg_arm (RjLeg *self, gint64 delay_us);
/* After whatever arrived: connected? flowing? */
void rj_leg_advance (RjLeg *self);
/* Returns: static: "publish" or "subscribe" */
const char *rj_leg_get_request (RjLeg *self);

/* rj-leg-negotiate.c: with the peer that is there now. A step */
void rj_leg_negotiate (gpointer owner);

/* rj-leg-events.c */
void rj_leg_name (RjLeg *self, const RjRemoteStream *stream);
RjPeer *rj_leg_create_peer (RjLeg *self, GError **error);
/* Returns: (transfer full) (nullable) */
RjPeer *rj_leg_take_spare_peer (RjLeg *self);
RjEvent *rj_leg_event (RjLeg *self, const char *type, gint64 at_us);
void rj_leg_emit (RjLeg *self, const char *type, gint64 at_us);
void rj_leg_emit_created (RjLeg *self);
void rj_leg_emit_closed (RjLeg *self, const char *reason);

/* ice-connected, frame-gap, picture-checked: told, without consequence */
void rj_leg_listen_for_events (RjLeg *self);

/* rj-leg-watch.c: the detectors of one peer. They are stamped; what follows is decided by others. */
void rj_leg_listen_for_loss (RjLeg *self);
void rj_leg_watch (RjLeg *self);
void rj_leg_stop_watching (RjLeg *self);

/* Why nothing flows after limit_us. Returns: (transfer full) */
GError *rj_leg_explain_limit (RjLeg *self);

G_END_DECLS
