/* What a user expects of a run, as one line of text, and whether a result meets it:
 *
 *   FIGURE.STATISTIC < DURATION    outage.p95 < 6s, rejoin.own.max <= 500ms, unaffected.gap.max < 500ms
 *   COUNT == NUMBER                wrong_frames == 0, rejoined == all
 *
 * and, of either, only of one session: "… in SESSION". FIGURE is one of rj_figure_rows; STATISTIC: min, p0 …
 * p100, max, mean; operators: < <= == != >= >. Of a figure without any value nothing can be said: the expectation
 * is undecided, and a run with such a one is inconclusive. Any thread. */
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

/* @result: complete but for its expectations and verdict. Returns: (transfer full) */
RjExpectationResult *rj_expectation_judge (const RjExpectation *self, const RjResult *result);
void rj_expectation_result_free (RjExpectationResult *self);

/* Returns: "met", "unmet", "undecided" */
const char *rj_expectation_state_get_name (RjExpectationState state);

G_END_DECLS
