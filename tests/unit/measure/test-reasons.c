/* Every reason that a verdict can have: a run in which it must be the reason, and one beside it, as like as can
 * be, in which it must not. A reason without a row fails. */
#include "rjt-conclusion.h"
#include "rjt-reasons.h"

static guint64
collect_problems (const RjResult *result)
{
  guint64 problems = 0;

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = rjt_get_participant (result, i);

    g_assert_true ((p->problem == NULL) == (p->problems == 0));
    problems |= p->problems;
  }
  return problems;
}

static void
check (const RjtReasonRow *row, gboolean fires)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  RjReason wanted = fires ? row->reason : row->otherwise;
  RjVerdict verdict = rj_reason_get_verdict (wanted);

  row->tell (story, fires);
  result = rjt_conclude (story);
  g_test_message ("%s: %s: %s", rj_reason_get_word (wanted), rj_reason_get_word (result->why),
                  result->reason);
  g_assert_cmpstr (rj_reason_get_word (result->why), ==, rj_reason_get_word (wanted));
  g_assert_cmpint (result->verdict, ==, verdict);
  g_assert_cmpint (rj_result_get_exit_code (result), ==,
                   wanted == RJ_REASON_INTERRUPTED ? 130 : rj_verdict_get_exit_code (verdict));
  g_assert_true (result->why == result->otherwise || result->why == RJ_REASON_OVERLOADED);
  if (!fires)
    g_assert_cmpuint (collect_problems (result) & RJ_REASON_BIT (row->reason), ==, 0);
  if (verdict == RJ_VERDICT_PASSED)
    g_assert_cmpuint (collect_problems (result), ==, 0);
}

static void
test_each_fires (void)
{
  for (guint i = 0; i < rjt_n_run_reasons; i++)
    check (&rjt_run_reasons[i], TRUE);
  for (guint i = 0; i < rjt_n_overload_reasons; i++)
    check (&rjt_overload_reasons[i], TRUE);
  for (guint i = 0; i < rjt_n_problem_reasons; i++)
    check (&rjt_problem_reasons[i], TRUE);
}

static void
test_each_stays_quiet (void)
{
  for (guint i = 0; i < rjt_n_run_reasons; i++)
    check (&rjt_run_reasons[i], FALSE);
  for (guint i = 0; i < rjt_n_overload_reasons; i++)
    check (&rjt_overload_reasons[i], FALSE);
  for (guint i = 0; i < rjt_n_problem_reasons; i++)
    check (&rjt_problem_reasons[i], FALSE);
}

static void
test_none_is_left_out (void)
{
  for (RjReason reason = 0; reason < RJ_N_REASONS; reason++) {
    guint n = 0;

    for (guint i = 0; i < rjt_n_run_reasons; i++)
      n += rjt_run_reasons[i].reason == reason;
    for (guint i = 0; i < rjt_n_overload_reasons; i++)
      n += rjt_overload_reasons[i].reason == reason;
    for (guint i = 0; i < rjt_n_problem_reasons; i++)
      n += rjt_problem_reasons[i].reason == reason;
    g_test_message ("%s: %u runs", rj_reason_get_word (reason), n);
    g_assert_cmpuint (n, >, 0);
  }
}

static void
test_words_are_unique (void)
{
  g_autoptr (GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);

  for (RjReason reason = 0; reason < RJ_N_REASONS; reason++)
    g_assert_true (g_hash_table_add (words, (gpointer) rj_reason_get_word (reason)));
}

static void
test_exit_codes (void)
{
  static const struct {
    RjVerdict verdict;
    const char *name;
    int code;
  } verdicts[] = {
    { RJ_VERDICT_PASSED, "passed", 0 },
    { RJ_VERDICT_FAILED, "failed", 1 },
    { RJ_VERDICT_INCONCLUSIVE, "inconclusive", 3 },
    { RJ_VERDICT_ENVIRONMENT, "environment", 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (verdicts); i++) {
    g_assert_cmpstr (rj_verdict_get_name (verdicts[i].verdict), ==, verdicts[i].name);
    g_assert_cmpint (rj_verdict_get_exit_code (verdicts[i].verdict), ==, verdicts[i].code);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/measure/reasons/" #name, test_##name)
  ADD (each_fires);
  ADD (each_stays_quiet);
  ADD (none_is_left_out);
  ADD (words_are_unique);
  ADD (exit_codes);
  return g_test_run ();
}
