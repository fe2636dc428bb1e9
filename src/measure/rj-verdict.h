/* What a result means, by the default expectations. Private to measure. */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

/* Fills in the problem of each participant, verdict, reason, and adds warnings. Everything else of @result
 * must be there. */
void rj_verdict_find (const RjFacts *facts, RjResult *result);

/* Whether one picture at least was decoded of the edges that were dark, or else of all that have any.
 * @edges: of RjEdgeResult */
gboolean rj_verdict_has_pictures (const GPtrArray *edges);

G_END_DECLS
