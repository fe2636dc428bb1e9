/* What became of everything that was expected of a run, beyond the default. Private to measure. */
#pragma once

#include "rj-expectation.h"
#include "rj-facts.h"

G_BEGIN_DECLS

/* Fills in the expectations of @result. All that was measured must be there */
void rj_expectations_conclude (const RjFacts *facts, RjResult *result);

/* Returns: (transfer full) (nullable): those in that state, in one sentence; NULL: none */
char *rj_expectations_describe (const RjResult *result, RjExpectationState state);

G_END_DECLS
