/* Where a result goes: text on a stream, and files. Main thread. */
#pragma once

#include <stdio.h>

#include "rj-measure.h"

G_BEGIN_DECLS

/* In colours on a terminal, unless NO_COLOR is set */
void rj_output_print (const RjResult *result, FILE *stream);

/* Before a run: whether that will be possible, as far as can be seen. @summary, @junit: (nullable): paths */
gboolean rj_output_check (const char *summary, const char *junit, GError **error);

/* @summary, @junit: (nullable): paths. RJ_ERROR_ENVIRONMENT when one cannot be written */
gboolean
rj_output_write (const RjResult *result, const char *summary, const char *junit, GError **error);

G_END_DECLS
