/* Reads event logs back into a series of results: one log or several. Lines of the same run are put together,
 * whichever log they stand in: those of several machines are shards of one run. Different runs are those of a
 * series, in the order in which they begin to appear. A line that stands in two logs counts once.
 *
 * Clocks: CLOCK_MONOTONIC of another machine (another boot_id) is moved to that of the run's first line by the
 * wall clocks of both, with every stamp in the data (rj-log-clocks.h says how far that can be trusted, and what is
 * done where it cannot). The result says so for each machine.
 *
 * A torn last line is what a killed runner leaves behind: it is left out and the result warns. Any other bad line
 * is an error that names file and line. */
#pragma once

#include "rj-series.h"

G_BEGIN_DECLS

/* @paths: files, "-" is stdin; ended by NULL. @expect: (element-type utf8) (nullable): what every run must hold
 * beyond what its log says. Returns: (transfer full) (nullable). Errors: RJ_ERROR_USAGE with a remedy (no such
 * file, not an event log, written by a newer version). */
RjSeries *rj_log_read (const char *const *paths, const GPtrArray *expect, GError **error);

G_END_DECLS
