/* What everything inside one attempt shares: who we are, the signaller, what the join answer told, and how
 * events of this attempt are made. Plain and reference counted; owned by the attempt. Home thread only. */
#pragma once

#include "rj-spares.h"

G_BEGIN_DECLS

/* What the participant wants at present, beside its configuration; outlives its attempts. */
typedef struct {
  gboolean unpublished; /* on purpose */
  gboolean audio_muted;
  gboolean video_muted;
} RjWish;

typedef struct {
  guint n_refs;
  RjWish wish;
  RjParticipantConfig *config; /* owned */
  RjSpares *spares;            /* owned */
  RjSignaller *signaller;      /* owned, (nullable) after the end */
  guint attempt;               /* from 1 */
  char *connection;            /* (nullable) own connection id, once joined */
  gboolean server_offers;      /* the server makes the offers of subscriptions */
  GPtrArray *stun_servers;     /* (element-type utf8) "stun://host:port" */
  GPtrArray *turn_servers;     /* (element-type utf8) "turn://user:password@host:port", secrets */
  GCancellable *cancellable;   /* cancelled at the end */
  gint64
    answer_us; /* how long an answer to publish or subscribe may take; 0: the signaller's limit */
} RjStay;

RjStay *rj_stay_new (RjParticipantConfig *config, RjSpares *spares, guint attempt);
RjStay *rj_stay_ref (RjStay *self);
void rj_stay_unref (RjStay *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjStay, rj_stay_unref)

/* Takes over what the join answer says: connection id, ICE servers, who makes the offers. */
void rj_stay_set_joined (RjStay *self, const RjJoined *joined);

gint64 rj_stay_now_us (RjStay *self);

/* An event of this attempt. @at_us: 0: now by the clock. Returns: (transfer full) */
RjEvent *rj_stay_event (RjStay *self, const char *type, gint64 at_us);
void rj_stay_emit (RjStay *self, RjEvent *event);

/* Returns: (transfer full): "<publisher>><own name>" */
char *rj_stay_get_edge (RjStay *self, const char *publisher);

/* "turn:host:3478?transport=udp" with user and password becomes "turn://user:password@host:3478?…", with
 * both escaped; "stun:host" becomes "stun://host:3478". IPv6 literals keep their brackets.
 * Returns: (transfer full) (nullable): NULL for another scheme, or TURN without credentials */
char *rj_ice_server_to_url (const RjIceServer *server);

G_END_DECLS
