/* The critical path of a way back: what held it, phase by phase. Private to measure. */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

typedef enum {
  RJ_WAY_REJOIN,    /* new attempt: token, websocket, join, everything */
  RJ_WAY_REPUBLISH, /* same attempt: new peers */
  RJ_WAY_RESUME,    /* same attempt: new websocket, the peers went on */
} RjWayKind;

typedef struct {
  RjWayKind kind;
  const RjFacts *facts;
  RjMember *member;
  const RjResume *resume; /* RJ_WAY_RESUME */
  gint64 lost_us, detected_us;
  gint64 until_us;   /* the next loss, or the end */
  gint64 flowing_us; /* 0: not */
} RjWay;

/* Fills in the phases, own_ms, total_ms, tries, last_edge and stuck_in of @rejoin. */
void rj_way_measure (const RjWay *self, RjRejoin *rejoin);

G_END_DECLS
