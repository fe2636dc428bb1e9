/* What a user expects of a run, as one line of text, and whether a result meets it:
 *
 *   FIGURE.STATISTIC < VALUE       outage.p95 < 6s, unaffected.gap.max < 500ms, loss.max < 2%, fps.min >= 15
 *   COUNT == NUMBER                wrong_frames == 0, rejoined == all
 *
 * and, of either, only of one group or session, "… of GROUP", "… in SESSION"; of some counts how it was so long
 * after the last fault had ended, "ghosts == 0 within 15s". FIGURE is one of rj_figure_rows, VALUE in its unit
 * (rj-unit.h); COUNT one of rj_count_rows; STATISTIC: min, p0 … p100, max, mean; operators: < <= == != >= >.
 * Where nothing was measured nothing can be said: the expectation is undecided, and a run with such a one is
 * inconclusive. Any thread. */
#pragma once

#include "rj-figures.h"

G_BEGIN_DECLS

typedef enum {
  RJ_EXPECTATION_MET,
  RJ_EXPECTATION_UNMET,
  RJ_EXPECTATION_UNDECIDED,
} RjExpectationState;

typedef struct _RjExpectation RjExpectation;

/* What became of one, in RjResult.expectations */
typedef struct {
  char *text; /* as given */
  RjExpectationState state;
  char *found; /* the value: "4.07 s", "3 of 4" */
} RjExpectationResult;

/* Errors: RJ_ERROR_USAGE, with what is wrong and what would be right */
RjExpectation *rj_expectation_parse (const char *text, GError **error);
void rj_expectation_free (RjExpectation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjExpectation, rj_expectation_free)

/* Returns: the time of "COUNT … within", milliseconds; RJ_MS_UNKNOWN where it expects something else */
double rj_expectation_get_within_ms (const RjExpectation *self, const char *count);

/* @result: complete but for its expectations and verdict. Returns: (transfer full) */
RjExpectationResult *rj_expectation_judge (const RjExpectation *self, const RjResult *result);
void rj_expectation_result_free (RjExpectationResult *self);

/* Returns: "met", "unmet", "undecided" */
const char *rj_expectation_state_get_name (RjExpectationState state);

G_END_DECLS
