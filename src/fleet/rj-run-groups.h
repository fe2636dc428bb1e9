/* From the options of a run to its groups: one that the command line makes, or those of the plan, which take from
 * the options what they leave out. Part of rj_run_options_check(). Home thread. */
#pragma once

#include "rj-roster.h"
#include "rj-run-options.h"

G_BEGIN_DECLS

/* Makes or completes self->groups. Returns: (transfer full) (nullable): the roster that they make, with a run id that
 * is an example. Errors: RJ_ERROR_USAGE: they begin with the option, or with the place in the plan
 * ("participants[1].name: ") */
RjRoster *rj_run_options_make_groups (RjRunOptions *self, GError **error);

G_END_DECLS
