/* Loss, jitter, bit rate and frame rate of an edge, over all its peers. Private to measure. */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

void rj_edge_conclude_quality (const RjEdge *edge, RjEdgeResult *result);

G_END_DECLS
