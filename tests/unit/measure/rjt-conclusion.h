/* What a measure concludes from a story, and short ways into the result. */
#pragma once

#include "rj-measure.h"
#include "rjt-story.h"

G_BEGIN_DECLS

#define rjt_assert_ms(a, b) g_assert_cmpfloat_with_epsilon (a, b, 0.0005)

/* Returns: (transfer full) */
RjResult *rjt_conclude (RjtStory *story);
/* @sorted: the events come in the order of their stamps, not in that in which they were told */
RjResult *rjt_conclude_sorted (RjtStory *story, gboolean sorted);

const RjParticipantResult *rjt_get_participant (const RjResult *result, guint index);
/* A way back that must be there */
const RjRejoin *rjt_get_rejoin (const RjResult *result, guint participant, guint index);
/* An edge that must be there */
const RjEdgeResult *rjt_get_edge (const RjResult *result, const char *from, const char *to);
/* Returns: "met", "unmet", "undecided". @found_part: (nullable): must stand in what was found */
const char *rjt_judge (const RjResult *result, const char *text, const char *found_part);
/* Sum of its phases, ms */
double rjt_add_phases (const RjRejoin *r);

G_END_DECLS
