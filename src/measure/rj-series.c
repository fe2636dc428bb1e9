#include "rj-series.h"

#include <math.h>

#define Z 1.959963984540054 /* of the normal distribution, 95 % two-sided */

RjSeries *
rj_series_new (void)
{
  RjSeries *self = g_new0 (RjSeries, 1);

  self->runs = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_result_free);
  return self;
}

void
rj_series_add (RjSeries *self, RjResult *result)
{
  g_ptr_array_add (self->runs, result);
}

void
rj_series_free (RjSeries *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->runs);
  g_free (self);
}

static const RjResult *
get_run (const RjSeries *self, guint index)
{
  return g_ptr_array_index (self->runs, index);
}

gboolean
rj_series_is_single (const RjSeries *self)
{
  return self->runs->len == 1 && rj_series_count_wanted (self) == 1;
}

/* Logs of several series may be read together. */
guint
rj_series_count_wanted (const RjSeries *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  guint wanted = 0;

  for (guint i = 0; i < self->runs->len; i++) {
    const RjRepetition *repetition = &get_run (self, i)->repetition;

    if (repetition->series == NULL)
      wanted++;
    else if (g_hash_table_add (seen, repetition->series))
      wanted += repetition->wanted;
  }
  return MAX (wanted, self->runs->len);
}

guint
rj_series_count (const RjSeries *self, RjVerdict verdict)
{
  guint n = 0;

  for (guint i = 0; i < self->runs->len; i++)
    n += get_run (self, i)->verdict == verdict;
  return n;
}

static gboolean
is_incomplete (const RjSeries *self)
{
  return self->runs->len < rj_series_count_wanted (self);
}

RjVerdict
rj_series_get_verdict (const RjSeries *self)
{
  static const RjVerdict order[] = { RJ_VERDICT_FAILED, RJ_VERDICT_ENVIRONMENT,
                                     RJ_VERDICT_INCONCLUSIVE };

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    if (rj_series_count (self, order[i]) > 0)
      return order[i];
  return self->runs->len == 0 || is_incomplete (self) ? RJ_VERDICT_INCONCLUSIVE : RJ_VERDICT_PASSED;
}

RjReason
rj_series_get_why (const RjSeries *self)
{
  const RjResult *worst;

  if (self->runs->len == 0)
    return RJ_REASON_LOG_WITHOUT_START;
  worst = get_run (self, rj_series_get_worst (self));
  if (worst->verdict == RJ_VERDICT_PASSED && is_incomplete (self))
    return RJ_REASON_LOG_WITHOUT_END;
  return worst->why;
}

static void
append_count (GString *words, guint n, const char *what)
{
  if (n > 0)
    g_string_append_printf (words, ", %u %s", n, what);
}

char *
rj_series_get_reason (const RjSeries *self)
{
  GString *words = g_string_new (NULL);
  const RjResult *worst;

  if (self->runs->len == 0)
    return g_string_free (g_string_append (words, "There is no run."), FALSE);
  worst = get_run (self, rj_series_get_worst (self));
  g_string_append_printf (words, "%u of %u runs passed", rj_series_count (self, RJ_VERDICT_PASSED),
                          rj_series_count_wanted (self));
  append_count (words, rj_series_count (self, RJ_VERDICT_FAILED), "failed");
  append_count (words, rj_series_count (self, RJ_VERDICT_INCONCLUSIVE), "inconclusive");
  append_count (words, rj_series_count (self, RJ_VERDICT_ENVIRONMENT), "could test nothing");
  append_count (words, rj_series_count_wanted (self) - self->runs->len, "not made");
  g_string_append_c (words, '.');
  if (worst->verdict != RJ_VERDICT_PASSED)
    g_string_append_printf (words, " The worst, run %s: %s", worst->run, worst->reason);
  return g_string_free (words, FALSE);
}

int
rj_series_get_exit_code (const RjSeries *self)
{
  for (guint i = 0; i < self->runs->len; i++)
    if (get_run (self, i)->signal != 0)
      return rj_result_get_exit_code (get_run (self, i));
  return rj_verdict_get_exit_code (rj_series_get_verdict (self));
}

/* --- the worst --- */

static int
get_rank (RjVerdict verdict)
{
  switch (verdict) {
  case RJ_VERDICT_PASSED:
    return 0;
  case RJ_VERDICT_INCONCLUSIVE:
    return 1;
  case RJ_VERDICT_ENVIRONMENT:
    return 2;
  case RJ_VERDICT_FAILED:
    return 3;
  }
  g_assert_not_reached ();
}

static double
get_longest_outage (const RjResult *result)
{
  g_autoptr (GArray) outages = rj_figure_list (result, RJ_FIGURE_OUTAGE, NULL);

  return rj_percentile (outages, 100);
}

static gboolean
is_worse (const RjResult *a, const RjResult *b)
{
  int by_verdict = get_rank (a->verdict) - get_rank (b->verdict);
  int by_problems = (int) rj_result_count_problems (a) - (int) rj_result_count_problems (b);

  if (by_verdict != 0)
    return by_verdict > 0;
  if (by_problems != 0)
    return by_problems > 0;
  return get_longest_outage (a) > get_longest_outage (b);
}

guint
rj_series_get_worst (const RjSeries *self)
{
  guint worst = 0;

  for (guint i = 1; i < self->runs->len; i++)
    if (is_worse (get_run (self, i), get_run (self, worst)))
      worst = i;
  return worst;
}

/* --- figures over all --- */

RjSuccess
rj_success_of (guint n_passed, guint n_tries)
{
  RjSuccess self = { n_tries, n_passed, RJ_SHARE_UNKNOWN, RJ_SHARE_UNKNOWN, RJ_SHARE_UNKNOWN };
  double n = n_tries, middle, half;

  if (n_tries == 0)
    return self;
  self.share = n_passed / n;
  middle = (self.share + Z * Z / (2 * n)) / (1 + Z * Z / n);
  half = Z / (1 + Z * Z / n) * sqrt (self.share * (1 - self.share) / n + Z * Z / (4 * n * n));
  self.low = n_passed == 0 ? 0 : fmax (0, middle - half);
  self.high = n_passed == n_tries ? 1 : fmin (1, middle + half);
  return self;
}

RjSuccess
rj_series_get_success (const RjSeries *self)
{
  guint n_passed = rj_series_count (self, RJ_VERDICT_PASSED);

  return rj_success_of (n_passed, n_passed + rj_series_count (self, RJ_VERDICT_FAILED));
}

GArray *
rj_series_list_figure (const RjSeries *self, RjFigure figure)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < self->runs->len; i++) {
    g_autoptr (GArray) some = rj_figure_list (get_run (self, i), figure, NULL);

    g_array_append_vals (values, some->data, some->len);
  }
  return values;
}
