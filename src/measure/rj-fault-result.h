/* What came of each fault. Private to measure. */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

/* Adds the faults to @result, whose participants and edges must be there. */
void rj_faults_conclude (const RjFacts *facts, RjResult *result);
void rj_fault_result_free (RjFaultResult *self);

G_END_DECLS
