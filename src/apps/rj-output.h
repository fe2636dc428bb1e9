/* Where results go: text on a stream, and files. Main thread. */
#pragma once

#include <stdio.h>

#include "rj-series.h"
#include "rj-run-options.h"

G_BEGIN_DECLS

/* In colours on a terminal, unless NO_COLOR is set. RJ_ERROR_ENVIRONMENT when it cannot be written */
gboolean rj_output_print (const RjSeries *series, FILE *stream, GError **error);

/* Checks what was expected, and adds what the baseline asks for to it. Errors: RJ_ERROR_USAGE */
gboolean rj_output_read_conditions (RjConditions *conditions, GError **error);

/* Before a run: whether that will be possible, as far as can be seen. */
gboolean rj_output_check (const RjOutputFiles *files, GError **error);

/* All that can be. RJ_ERROR_ENVIRONMENT when one cannot be written */
gboolean rj_output_write (const RjSeries *series, const RjOutputFiles *files, GError **error);

G_END_DECLS
