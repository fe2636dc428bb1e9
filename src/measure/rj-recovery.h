/* The ways back of a participant: rejoins, republications, resumes. Private to measure. */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

/* Returns: (transfer full) (element-type RjRejoin), in order */
GPtrArray *rj_member_find_rejoins (const RjFacts *facts, RjMember *member);
void rj_rejoin_free (RjRejoin *self);

G_END_DECLS
