#include "rj-overload.h"

#include "rj-fault-result.h"

/* Returns: (transfer full): "loop lag, first 3.2 s after the start" */
static char *
describe (const RjFacts *facts)
{
  return g_strdup_printf ("%s, first %.1f s after the start",
                          facts->overload != NULL ? facts->overload : "self-check",
                          MAX (0, facts->overloaded_us - facts->started_us) / 1e6);
}

/* The first one of whose effect nothing but late frames tells. Returns: (nullable) */
static const RjFaultResult *
find_doubtful_effect (const RjResult *result)
{
  for (guint i = 0; i < result->faults->len; i++) {
    const RjFaultResult *fault = g_ptr_array_index (result->faults, i);

    if (rj_fault_should_harm (fault) && fault->only_late)
      return fault;
  }
  return NULL;
}

/* The end of the sentence is what was found. */
static char *
explain (const RjResult *result, const char *overload)
{
  static const char *const ways[] = {
    [RJ_VERDICT_PASSED] = "its times prove nothing; otherwise all was well",
    [RJ_VERDICT_FAILED] = "this may be its own fault",
    [RJ_VERDICT_INCONCLUSIVE] = "its times prove nothing; and besides",
  };

  return g_strdup_printf ("This machine was overloaded (%s), so %s: %s", overload,
                          ways[result->verdict], result->reason);
}

static char *
explain_doubt (const RjResult *result, const char *overload, const RjFaultResult *fault)
{
  g_autofree char *name = rj_fault_describe_with_time (result, fault);

  return g_strdup_printf (
    "This machine was overloaded (%s), so it may have made frames late itself, "
    "and nothing else tells of an effect of the fault (%s); otherwise all was "
    "well: %s",
    overload, name, result->reason);
}

/* Overload makes times longer, never shorter: what is back in spite of it is back. Only a fault may have had no
 * effect. @result: passed */
static char *
judge_passed (RjResult *result, const char *overload)
{
  const RjFaultResult *doubtful = find_doubtful_effect (result);

  if (doubtful != NULL)
    return explain_doubt (result, overload, doubtful);
  g_ptr_array_add (result->warnings,
                   g_strdup_printf ("this machine was overloaded (%s): the times are too long "
                                    "rather than too short",
                                    overload));
  return NULL;
}

char *
rj_overload_judge (const RjFacts *facts, RjResult *result)
{
  g_autofree char *overload = NULL;

  if (!facts->overloaded)
    return NULL;
  overload = describe (facts);
  if (result->verdict != RJ_VERDICT_PASSED)
    return explain (result, overload);
  if (!facts->overload_spoils)
    return judge_passed (result, overload);
  g_ptr_array_add (result->warnings,
                   g_strdup ("end what else this machine does, or let fewer participants join; "
                             "where only coming back matters, and no time, --on-overload warn "
                             "lets such a run pass"));
  return explain (result, overload);
}
