/* The outages of an edge. Private to measure. */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): NULL for an edge that was never due */
RjEdgeResult *rj_edge_conclude (const RjFacts *facts, const RjEdge *edge);
void rj_edge_result_free (RjEdgeResult *self);

G_END_DECLS
