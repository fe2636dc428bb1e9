/* The first event of a run: what it was going to be. Home thread. */
#pragma once

#include "rj-roster.h"
#include "rj-runner.h"

G_BEGIN_DECLS

void rj_run_started_emit (const RjRunnerConfig *config, const RjRoster *roster);

G_END_DECLS
