#include "rj-series.h"

#include <signal.h>

#include "rjt-conclusion.h"

#define assert_share(a, b) g_assert_cmpfloat_with_epsilon (a, b, 0.0001)

/* A run in which nothing was lost, and what it is made into */
static RjResult *
make (RjVerdict verdict, double outage_ms)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  RjResult *result;

  rjt_tell_crash (story, "a b");
  result = rjt_conclude (story);
  result->verdict = verdict;
  for (guint i = 0; i < result->edges->len; i++) {
    RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    g_array_set_size (edge->outages_ms, 0);
    g_array_append_val (edge->outages_ms, outage_ms);
  }
  return result;
}

static RjSeries *
make_series (const char *verdicts)
{
  RjSeries *series = rj_series_new ();

  for (const char *i = verdicts; *i != '\0'; i++)
    rj_series_add (series, make (*i == 'p'   ? RJ_VERDICT_PASSED
                                 : *i == 'f' ? RJ_VERDICT_FAILED
                                 : *i == 'i' ? RJ_VERDICT_INCONCLUSIVE
                                             : RJ_VERDICT_ENVIRONMENT,
                                 100));
  return series;
}

static void
test_the_verdict_is_the_worst (void)
{
  static const struct {
    const char *verdicts;
    RjVerdict verdict;
    int exit_code;
    guint worst;
  } rows[] = {
    { "p", RJ_VERDICT_PASSED, 0, 0 },         { "ppp", RJ_VERDICT_PASSED, 0, 0 },
    { "pip", RJ_VERDICT_INCONCLUSIVE, 3, 1 }, { "pifp", RJ_VERDICT_FAILED, 1, 2 },
    { "pei", RJ_VERDICT_ENVIRONMENT, 4, 1 },  { "peif", RJ_VERDICT_FAILED, 1, 3 },
    { "", RJ_VERDICT_INCONCLUSIVE, 3, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RjSeries) series = make_series (rows[i].verdicts);

    g_assert_cmpint (rj_series_get_verdict (series), ==, rows[i].verdict);
    g_assert_cmpint (rj_series_get_exit_code (series), ==, rows[i].exit_code);
    g_assert_cmpuint (rj_series_get_worst (series), ==, rows[i].worst);
  }
}

static void
test_what_is_inconclusive_is_no_try (void)
{
  g_autoptr (RjSeries) series = make_series ("ppifpe");
  g_autoptr (RjSeries) nothing = make_series ("iie");
  RjSuccess success = rj_series_get_success (series);

  g_assert_cmpuint (success.n_tries, ==, 4);
  g_assert_cmpuint (success.n_passed, ==, 3);
  assert_share (success.share, 0.75);
  success = rj_series_get_success (nothing);
  g_assert_cmpuint (success.n_tries, ==, 0);
  g_assert_cmpfloat (success.share, ==, RJ_SHARE_UNKNOWN);
}

/* Worked out by an independent calculation (Python) */
static void
test_the_interval_is_wilsons (void)
{
  static const struct {
    guint passed, tries;
    double low, high;
  } rows[] = {
    { 18, 19, 0.7536, 0.9906 }, { 0, 10, 0, 0.2775 },          { 10, 10, 0.7225, 1 },
    { 1, 2, 0.0945, 0.9055 },   { 950, 1000, 0.9347, 0.9618 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    RjSuccess success = rj_success_of (rows[i].passed, rows[i].tries);

    assert_share (success.low, rows[i].low);
    assert_share (success.high, rows[i].high);
  }
}

static void
test_the_figures_are_of_all_runs (void)
{
  g_autoptr (RjSeries) series = rj_series_new ();
  g_autoptr (GArray) values = NULL;

  rj_series_add (series, make (RJ_VERDICT_PASSED, 100));
  rj_series_add (series, make (RJ_VERDICT_PASSED, 900));
  rj_series_add (series, make (RJ_VERDICT_PASSED, 200));
  values = rj_series_list_figure (series, RJ_FIGURE_OUTAGE);
  g_assert_cmpuint (values->len, ==, 6);
  rjt_assert_ms (rj_percentile (values, 50), 200);
  rjt_assert_ms (rj_percentile (values, 100), 900);
  g_assert_cmpuint (rj_series_get_worst (series), ==,
                    1); /* of those that passed the longest outage */
}

static void
set_repetition (RjResult *result, const char *series, guint number, guint wanted)
{
  g_free (result->repetition.series);
  result->repetition = (RjRepetition){ g_strdup (series), number, wanted };
}

static void
test_runs_that_are_missing_do_not_pass (void)
{
  g_autoptr (RjSeries) series = make_series ("p");
  g_autofree char *reason = NULL;

  set_repetition (g_ptr_array_index (series->runs, 0), "s", 1, 3);
  g_assert_false (rj_series_is_single (series));
  g_assert_cmpuint (rj_series_count_wanted (series), ==, 3);
  g_assert_cmpint (rj_series_get_verdict (series), ==, RJ_VERDICT_INCONCLUSIVE);
  g_assert_cmpint (rj_series_get_why (series), ==, RJ_REASON_LOG_WITHOUT_END);
  reason = rj_series_get_reason (series);
  g_assert_cmpstr (reason, ==, "1 of 3 runs passed, 2 not made.");
}

static void
test_series_that_are_read_together_add_up (void)
{
  g_autoptr (RjSeries) series = make_series ("ppp");

  set_repetition (g_ptr_array_index (series->runs, 0), "s", 1, 2);
  set_repetition (g_ptr_array_index (series->runs, 1), "s", 2, 2);
  g_assert_cmpuint (rj_series_count_wanted (series), ==, 3);
  g_assert_cmpint (rj_series_get_verdict (series), ==, RJ_VERDICT_PASSED);
  set_repetition (g_ptr_array_index (series->runs, 2), "t", 1, 2);
  g_assert_cmpuint (rj_series_count_wanted (series), ==, 4);
  g_assert_cmpint (rj_series_get_verdict (series), ==, RJ_VERDICT_INCONCLUSIVE);
}

static void
test_a_signal_is_the_exit_code (void)
{
  g_autoptr (RjSeries) series = make_series ("pfi");

  ((RjResult *) g_ptr_array_index (series->runs, 2))->signal = SIGINT;
  g_assert_cmpint (rj_series_get_exit_code (series), ==, 130);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/series/" #name, test_##name)
  ADD (the_verdict_is_the_worst);
  ADD (what_is_inconclusive_is_no_try);
  ADD (the_interval_is_wilsons);
  ADD (the_figures_are_of_all_runs);
  ADD (runs_that_are_missing_do_not_pass);
  ADD (series_that_are_read_together_add_up);
  ADD (a_signal_is_the_exit_code);
  return g_test_run ();
}
