/* Why a run has the verdict that it has. Every reason has one name, which the JSON summary carries as
 * "reason_word" (of the run) and "problem_words" (of a participant); the sentence beside it is for people and
 * may change. A verdict is always that of its reason. tests/unit/measure/test-reasons.c has, for each, a run in
 * which it must fire and one beside it in which it must not. Any thread. */
#pragma once

#include "rj-measure.h"

G_BEGIN_DECLS

/* Returns: "dark-edge"; never NULL */
const char *rj_reason_get_word (RjReason reason);
RjVerdict rj_reason_get_verdict (RjReason reason);
/* @bits: RJ_REASON_BIT()s, not 0. Returns: the one that would be told first */
RjReason rj_reason_get_first (guint64 bits);

G_END_DECLS
