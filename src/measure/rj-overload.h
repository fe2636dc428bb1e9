/* What it means for a verdict that the tester itself was overloaded (self-check). Private to measure. */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

/* @result: concluded without regard to that. One that stands in spite of it (--on-overload warn) gets a warning.
 * Returns: (transfer full) (nullable): why it proves nothing, and what it would have been; NULL: it stands */
char *rj_overload_judge (const RjFacts *facts, RjResult *result);

G_END_DECLS
