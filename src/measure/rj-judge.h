/* What is wrong with a participant, by the default expectations. Private to measure. */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

typedef struct {
  const RjFacts *facts;
  RjResult *result;
  guint n_problems;
  guint n_early; /* of them: what may still have been on its way when the run timed out */
} RjJudge;

/* Writes the problem of @p, if it has any, and counts it. */
void rj_judge_participant (RjJudge *j, RjParticipantResult *p);

const char *rj_judge_plural (guint n, const char *one, const char *many);

/* "a, b, c, d and 3 more". @names: (element-type utf8). Returns: (transfer full) */
char *rj_judge_list (const GPtrArray *names);

G_END_DECLS
