/* The text report of a series: how it went, each run in a line, and the worst one in detail. */
#include "rj-figures.h"
#include "rj-report.h"
#include "rj-text-sections.h"

#define MOST_RUNS 40

static void
add_success (RjText *text, const RjSeries *series)
{
  RjSuccess success = rj_series_get_success (series);
  guint n_others = series->runs->len - success.n_tries;
  g_autoptr (GString) line = g_string_new (NULL);

  if (success.n_tries == 0)
    g_string_append (line, "Success rate unknown: no run passed or failed.");
  else
    g_string_append_printf (
      line, "Success rate %.1f %% (%u of %u); 95 %% confidence interval: %.1f to %.1f %%.",
      100 * success.share, success.n_passed, success.n_tries, 100 * success.low,
      100 * success.high);
  if (success.n_tries > 0 && n_others > 0)
    g_string_append_printf (
      line, " Runs that were inconclusive or tested nothing (%u) do not count.", n_others);
  rj_text_append_wrapped (text->out, line->str, 2, RJ_TEXT_WIDTH);
  g_string_append_c (text->out, '\n');
}

static char *
describe (double ms)
{
  return ms < 0 ? g_strdup ("–") : rj_duration_to_text (ms);
}

static void
add_heads (RjTable *table, const char *const *heads, guint n)
{
  rj_table_begin_row (table, RJ_INK_DIM);
  for (guint i = 0; i < n; i++)
    rj_table_add (table, g_strdup (heads[i]), RJ_INK_DIM);
}

static void
add_figures (RjText *text, const RjSeries *series)
{
  static const double percents[] = { 0, 50, 95, 100 };
  static const char *const heads[] = { "", "min", "p50", "p95", "max", "values" };
  g_autoptr (RjTable) table = rj_table_new (G_N_ELEMENTS (heads));
  guint n = 0;

  add_heads (table, heads, G_N_ELEMENTS (heads));
  for (guint i = 0; i < RJ_N_FIGURES; i++) {
    g_autoptr (GArray) values = rj_series_list_figure (series, i);

    if (values->len == 0)
      continue;
    n++;
    rj_table_begin_row (table, RJ_INK_PLAIN);
    rj_table_add (table, g_strdup (rj_figure_rows[i].words), RJ_INK_PLAIN);
    for (guint k = 0; k < G_N_ELEMENTS (percents); k++)
      rj_table_add (table,
                    rj_unit_to_text (rj_figure_rows[i].unit, rj_percentile (values, percents[k])),
                    RJ_INK_PLAIN);
    rj_table_add (table, g_strdup_printf ("%u", values->len), RJ_INK_PLAIN);
  }
  if (n == 0)
    return;
  rj_text_heading (text, "Over all runs", NULL);
  rj_table_write (table, text->out, RJ_TEXT_WIDTH, text->colour);
  g_string_append_c (text->out, '\n');
}

static guint
count_dark (const RjResult *run)
{
  guint n = 0;

  for (guint i = 0; i < run->edges->len; i++)
    n += ((RjEdgeResult *) g_ptr_array_index (run->edges, i))->down_at_end;
  return n;
}

static void
add_row (RjTable *table, const RjResult *run, guint number)
{
  static const RjInk inks[] = {
    [RJ_VERDICT_PASSED] = RJ_INK_GOOD,
    [RJ_VERDICT_FAILED] = RJ_INK_BAD,
    [RJ_VERDICT_INCONCLUSIVE] = RJ_INK_DOUBT,
    [RJ_VERDICT_ENVIRONMENT] = RJ_INK_BAD,
  };
  g_autoptr (GArray) outages = rj_figure_list (run, RJ_FIGURE_OUTAGE, NULL);
  g_autoptr (GArray) backs = rj_figure_list (run, RJ_FIGURE_FAULT_BACK, NULL);

  rj_table_begin_row (table, RJ_INK_PLAIN);
  rj_table_add (table, g_strdup_printf ("%u", number), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup (run->run), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup (rj_verdict_get_name (run->verdict)), inks[run->verdict]);
  rj_table_add (table, g_strdup_printf ("%u", outages->len), RJ_INK_PLAIN);
  rj_table_add (table, describe (rj_percentile (outages, 100)), RJ_INK_PLAIN);
  rj_table_add (table, g_strdup_printf ("%u", count_dark (run)), RJ_INK_PLAIN);
  rj_table_add (table, describe (rj_percentile (backs, 100)), RJ_INK_PLAIN);
}

/* The verdicts other than passed come first where the list is cut. */
static void
add_runs (RjText *text, const RjSeries *series)
{
  static const char *const heads[] = {
    "", "run", "", "outages", "longest", "dark at end", "all back after"
  };
  g_autoptr (RjTable) table = rj_table_new (G_N_ELEMENTS (heads));
  guint n_passes = series->runs->len > MOST_RUNS ? 2 : 1;
  guint n = 0;

  rj_table_set_left (table, 1);
  rj_table_set_left (table, 2);
  add_heads (table, heads, G_N_ELEMENTS (heads));
  for (guint pass = 0; pass < n_passes; pass++)
    for (guint i = 0; i < series->runs->len; i++) {
      const RjResult *run = g_ptr_array_index (series->runs, i);

      if ((n_passes == 1 || (run->verdict == RJ_VERDICT_PASSED) == (pass == 1)) && n++ < MOST_RUNS)
        add_row (table, run, i + 1);
    }
  rj_text_heading (text, "Runs", NULL);
  rj_table_write (table, text->out, RJ_TEXT_WIDTH, text->colour);
  if (n > MOST_RUNS)
    g_string_append_printf (text->out, "  … and %u more\n", n - MOST_RUNS);
  g_string_append_c (text->out, '\n');
}

char *
rj_report_series_text (const RjSeries *series, gboolean colour)
{
  RjText text = { .colour = colour };
  const RjResult *worst;
  g_autofree char *reason = NULL;
  g_autofree char *detail = NULL;
  g_autofree char *heading = NULL;

  if (rj_series_is_single (series))
    return rj_report_text (g_ptr_array_index (series->runs, 0), colour);
  text.out = g_string_new (NULL);
  reason = rj_series_get_reason (series);
  rj_text_append_verdict (text.out, rj_series_get_verdict (series), reason, colour);
  if (series->runs->len == 0)
    return g_string_free (text.out, FALSE);
  add_success (&text, series);
  add_figures (&text, series);
  add_runs (&text, series);
  worst = g_ptr_array_index (series->runs, rj_series_get_worst (series));
  heading = g_strdup_printf ("The worst run: %s", worst->run);
  rj_text_heading (&text, heading, NULL);
  detail = rj_report_text (worst, colour);
  g_string_append_printf (text.out, "\n%s", detail);
  return g_string_free (text.out, FALSE);
}
