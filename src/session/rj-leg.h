/* One peer connection from its making to its end: peer made, offer made, request sent, answer applied, ICE,
 * DTLS, media. Never repaired: a reconnected or republished stream is a new leg. Owned by a publication or
 * a subscription; emits the events of the peer. Home thread only.
 *
 *   new → offering → asking → answering → connecting → connected → flowing     any → failed     any → closed
 *
 * Where the server makes the offers: asking is for its offer, answering is our own part, and accepting lies between
 * answering and connecting.
 *
 * flowing, when sending: DTLS is up. Receiving: the first complete key frame (audio only, or video muted:
 * the first packet; all muted: DTLS is up). */
#pragma once

#include "rj-states.h"
#include "rj-stay.h"

G_BEGIN_DECLS

typedef enum {
  RJ_LEG_NEW,
  RJ_LEG_OFFERING,
  RJ_LEG_ASKING,
  RJ_LEG_ANSWERING,
  RJ_LEG_ACCEPTING,
  RJ_LEG_CONNECTING,
  RJ_LEG_CONNECTED,
  RJ_LEG_FLOWING,
  RJ_LEG_FAILED,
  RJ_LEG_CLOSED,
  RJ_N_LEG_STATES
} RjLegState;

extern const RjStateRow rj_leg_states[RJ_N_LEG_STATES];

typedef struct {
  RjDirection direction;
  const char *why;              /* static: "join", "publish", "republish", "reconnect" */
  gboolean reconnect;           /* reconnectStream instead of a new publication or subscription */
  gint64 limit_us;              /* from opening to flowing; 0: limits.peer_us from the answer */
  const RjRemoteStream *stream; /* receiving: copied */
  const char *offer;            /* (nullable) receiving: that the server made unasked. Copied */
} RjLegPlan;

/* Signals:
 *   "changed" ()                      state, or what the tap has seen for the first time
 *   "failed"  (const char *step, const GError *error)
 *             at most once. step: "publish", "subscribe" (the request failed; error of the server), "media"
 *             (everything else). When no media came in time the leg stays open and may still flow. */
#define RJ_TYPE_LEG (rj_leg_get_type ())
G_DECLARE_FINAL_TYPE (RjLeg, rj_leg, RJ, LEG, GObject)

RjLeg *rj_leg_new (RjStay *stay, const RjLegPlan *plan);
void rj_leg_open (RjLeg *self);

/* A remote candidate, at any time. */
void rj_leg_add_candidate (RjLeg *self, guint mline, const char *mid, const char *candidate);

/* Muted or unmuted; changes what flowing means. */
void rj_leg_set_active (RjLeg *self, gboolean audio, gboolean video);

/* Sending: muted or not, as the stay's wish says. */
void rj_leg_mute (RjLeg *self);

RjLegState rj_leg_get_state (RjLeg *self);
gboolean rj_leg_is_asking (RjLeg *self); /* a request of it is under way */
gboolean rj_leg_is_flowing (RjLeg *self);

/* Whether media is due at all: FALSE when sending, or all muted */
gboolean rj_leg_expects_media (RjLeg *self);

/* Returns: FALSE without a tap */
gboolean rj_leg_read (RjLeg *self, RjTapCounts *out);

/* Events: peer-failed; peer-stats (receiving only). @open: the run ends, the peer does not */
void rj_leg_emit_failed (RjLeg *self, const GError *error);
/* Emits peer-failed with what it is still waiting for, if it is. */
void rj_leg_tell_pending (RjLeg *self);
void rj_leg_emit_stats (RjLeg *self, gboolean open);

/* Emits the last stats and lets go. @reason: for the event. Idempotent. */
void rj_leg_close (RjLeg *self, const char *reason);

G_END_DECLS
