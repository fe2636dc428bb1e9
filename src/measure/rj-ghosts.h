/* Connections that the server listed although nobody of ours had them: events into facts, facts into a result.
 * Private to measure. */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

typedef struct {
  gint64 us;                               /* since when nobody had it */
  const char *session, *name, *connection; /* interned */
  gint64 last_seen_us, gone_us;
} RjGhostFacts;

typedef struct _RjCensusFacts {
  guint n_asked, n_answered;
  gint64 answered_us; /* the last answer */
  char *error;        /* (nullable) */
  GArray *ghosts;     /* of RjGhostFacts */
} RjCensusFacts;

RjCensusFacts *rj_census_facts_new (void);
void rj_census_facts_free (RjCensusFacts *self);

void rj_facts_take_ghost_found (RjFacts *self, const RjEvent *event);
void rj_facts_take_ghost_gone (RjFacts *self, const RjEvent *event);
void rj_facts_take_census (RjFacts *self, const RjEvent *event);

void rj_ghosts_conclude (const RjFacts *facts, RjResult *result);
void rj_census_result_clear (RjCensusResult *self);

G_END_DECLS
