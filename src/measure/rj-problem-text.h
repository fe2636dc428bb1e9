/* What is wrong with participants, in one sentence. Private to measure. Any thread. */
#pragma once

#include "rj-measure.h"

G_BEGIN_DECLS

/* Those whose own problem it is come first; the same with several is told once. @result: somebody has a problem.
 * @worst: (out): the reason that is told first. Returns: (transfer full): without a full stop */
char *rj_problems_describe (const RjResult *result, RjReason *worst);

G_END_DECLS
