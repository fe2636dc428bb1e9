/* An event on its way into the facts of a participant. Private to measure. */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

typedef struct {
  RjFacts *facts;
  RjMember *member;
  const RjEvent *event;
  gint64 us;
  JsonObject *data; /* (nullable) */
} RjTaking;

RjAttemptFacts *rj_taking_get_attempt (const RjTaking *t);
/* Returns: (nullable): NULL for an event that names no publisher */
RjEdge *rj_taking_get_edge (const RjTaking *t);
void rj_taking_remember_error (const RjTaking *t);

/* rj-peer-events.c */
void rj_taking_peer_created (const RjTaking *t);
void rj_taking_peer_stamp (const RjTaking *t);
void rj_taking_ice_connected (const RjTaking *t);
void rj_taking_frame_gap (const RjTaking *t);
void rj_taking_peer_stats (const RjTaking *t);
void rj_taking_publication_stats (const RjTaking *t);
void rj_taking_peer_ended (const RjTaking *t);
void rj_taking_picture (const RjTaking *t);

G_END_DECLS
