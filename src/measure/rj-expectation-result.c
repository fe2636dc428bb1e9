#include "rj-expectation-result.h"

/* What a step of the script expected, which the run itself has judged */
static RjExpectationResult *
conclude_check (const RjStepCheck *check)
{
  RjExpectationResult *result = g_new0 (RjExpectationResult, 1);
  g_autofree char *within = rj_duration_to_text (check->within_ms);
  g_autofree char *found = check->found_ms < 0 ? NULL : rj_duration_to_text (check->found_ms);

  result->text = g_strdup_printf ("step %u: recovered within %s%s%s", check->index + 1, within,
                                  check->after != NULL ? " after " : "",
                                  check->after != NULL ? check->after : "");
  result->state = check->ok ? RJ_EXPECTATION_MET : RJ_EXPECTATION_UNMET;
  result->found =
    found != NULL ? g_strdup_printf ("after %s", found) : g_strdup_printf ("not after %s", within);
  return result;
}

void
rj_expectations_conclude (const RjFacts *facts, RjResult *result)
{
  for (guint i = 0; i < facts->expectations->len; i++) {
    const char *text = g_ptr_array_index (facts->expectations, i);
    g_autoptr (RjExpectation) expectation = rj_expectation_parse (text, NULL);
    RjExpectationResult *judged;

    if (expectation != NULL) {
      judged = rj_expectation_judge (expectation, result);
    } else { /* of a log that a newer version wrote */
      judged = g_new0 (RjExpectationResult, 1);
      judged->text = g_strdup (text);
      judged->state = RJ_EXPECTATION_UNDECIDED;
      judged->found = g_strdup ("this version does not understand it");
    }
    g_ptr_array_add (result->expectations, judged);
  }
  for (guint i = 0; i < facts->checks->len; i++)
    g_ptr_array_add (result->expectations,
                     conclude_check (&g_array_index (facts->checks, RjStepCheck, i)));
}

char *
rj_expectations_describe (const RjResult *result, RjExpectationState state)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < result->expectations->len; i++) {
    const RjExpectationResult *e = g_ptr_array_index (result->expectations, i);

    if (e->state == state)
      g_string_append_printf (text, "%s%s (found: %s)", text->len > 0 ? "; " : "", e->text,
                              e->found);
  }
  return g_string_free (text, text->len == 0);
}
