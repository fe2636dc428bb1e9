/* The groups of a run's participants, for reports, which name them only where there are several. Private to report. */
#pragma once

#include "rj-measure.h"

G_BEGIN_DECLS

/* Whether not all participants are of the same group */
gboolean rj_report_has_groups (const RjResult *result);

/* Returns: (transfer full): "stage 2, viewers 3" */
char *rj_report_count_groups (const RjResult *result);

G_END_DECLS
