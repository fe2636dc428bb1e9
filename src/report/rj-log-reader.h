/* Reads event logs back into a measure: one log, or those of several machines of the same run.
 *
 * The lines of all logs are merged by time. CLOCK_MONOTONIC of another machine (another boot_id) is moved to
 * that of the first line by the wall clocks of both, with every stamp in its data; that is as good as the
 * machines' time synchronization. A torn last line is what a killed runner leaves behind: it is left out and
 * the measure gets a warning. Any other bad line is an error that names file and line. */
#pragma once

#include "rj-measure.h"

G_BEGIN_DECLS

/* @paths: files, "-" is stdin; ended by NULL. Errors: RJ_ERROR_USAGE with a remedy (no such file, not an
 * event log, logs of different runs, written by a newer version). */
gboolean rj_log_read (const char *const *paths, RjMeasure *measure, GError **error);

G_END_DECLS
