/* What came of each fault. Private to measure. */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

/* Adds the faults to @result, whose participants and edges must be there. */
void rj_faults_conclude (const RjFacts *facts, RjResult *result);
void rj_fault_result_free (RjFaultResult *self);

/* Whether somebody ought to lose something by it. Somebody who left because that was the fault has lost nothing, and
 * nobody had to; a thawed node hurts nobody; one that was hit before may have been left by everybody. */
gboolean rj_fault_should_harm (const RjFaultResult *self);

/* For sentences. Returns: (transfer full): "kill-media-node 1", "kill-media-node 1 at +3.00 s" */
char *rj_fault_describe (const RjFaultResult *self);
char *rj_fault_describe_with_time (const RjResult *result, const RjFaultResult *self);

G_END_DECLS
