#include "rj-report.h"

#include <string.h>

#include "rj-expectation.h"
#include "rj-figures.h"
#include "rj-phases.h"
#include "rj-report-groups.h"

#define MOST_ROWS 20

/* Text of others in a table: nothing of it is markup. */
static char *
escape (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *i = text != NULL ? text : ""; *i != '\0'; i++) {
    if (*i == '\n' || *i == '\r')
      g_string_append_c (out, ' ');
    else if (*i == '<')
      g_string_append (out, "&lt;");
    else if (*i == '&')
      g_string_append (out, "&amp;");
    else if (strchr ("\\`*_{}[]()#+!|~>", *i) != NULL)
      g_string_append_printf (out, "\\%c", *i);
    else
      g_string_append_c (out, *i);
  }
  return g_string_free (out, FALSE);
}

static void
append_duration (GString *out, double ms)
{
  g_autofree char *text = ms < 0 ? g_strdup ("–") : rj_duration_to_text (ms);

  g_string_append_printf (out, " %s |", text);
}

static void
append_verdict (GString *out, RjVerdict verdict, const char *of, const char *why)
{
  static const char *const words[] = {
    [RJ_VERDICT_PASSED] = "✅ passed",
    [RJ_VERDICT_FAILED] = "❌ failed",
    [RJ_VERDICT_INCONCLUSIVE] = "⚠️ inconclusive",
    [RJ_VERDICT_ENVIRONMENT] = "❌ nothing tested",
  };
  g_autofree char *reason = escape (why);
  g_autofree char *name = escape (of != NULL && *of != '\0' ? of : "rejoin");

  g_string_append_printf (out, "### %s: %s\n\n%s\n\n", words[verdict], name, reason);
}

static void
append_expectations (GString *out, const RjResult *result)
{
  static const char *const signs[] = {
    [RJ_EXPECTATION_MET] = "✅",
    [RJ_EXPECTATION_UNMET] = "❌",
    [RJ_EXPECTATION_UNDECIDED] = "❔",
  };

  for (guint i = 0; i < result->expectations->len; i++) {
    const RjExpectationResult *e = g_ptr_array_index (result->expectations, i);
    g_autofree char *text = escape (e->text);
    g_autofree char *found = escape (e->found);

    g_string_append_printf (out, "- %s %s: %s\n", signs[e->state], text, found);
  }
  if (result->expectations->len > 0)
    g_string_append_c (out, '\n');
}

typedef GArray *(*ListFunc) (gconstpointer item, RjFigure figure);

static GArray *
list_of_run (gconstpointer result, RjFigure figure)
{
  return rj_figure_list (result, figure, NULL);
}

static GArray *
list_of_series (gconstpointer series, RjFigure figure)
{
  return rj_series_list_figure (series, figure);
}

static void
append_figures (GString *out, ListFunc list, gconstpointer item)
{
  static const double percents[] = { 0, 50, 95, 100 };
  gboolean begun = FALSE;

  for (guint i = 0; i < RJ_N_FIGURES; i++) {
    g_autoptr (GArray) values = list (item, i);

    if (values->len == 0)
      continue;
    if (!begun)
      g_string_append (
        out, "| | min | p50 | p95 | max | values |\n| :-- | --: | --: | --: | --: | --: |\n");
    begun = TRUE;
    g_string_append_printf (out, "| %s |", rj_figure_rows[i].words);
    for (guint k = 0; k < G_N_ELEMENTS (percents); k++) {
      g_autofree char *text =
        rj_unit_to_text (rj_figure_rows[i].unit, rj_percentile (values, percents[k]));

      g_string_append_printf (out, " %s |", text);
    }
    g_string_append_printf (out, " %u |\n", values->len);
  }
  if (begun)
    g_string_append_c (out, '\n');
}

static void
append_participant (GString *out, const RjParticipantResult *p, gboolean groups)
{
  g_autofree char *group = escape (p->group);
  g_autofree char *name = escape (p->name);
  g_autofree char *session = escape (p->session);
  g_autofree char *problem = escape (p->problem);
  const RjRejoin *last =
    p->rejoins->len > 0 ? g_ptr_array_index (p->rejoins, p->rejoins->len - 1) : NULL;
  g_autofree char *cause = escape (last != NULL ? last->cause : p->affected ? "saw others go" : "");

  g_string_append_printf (out, "| %s %s |", p->problem != NULL ? "❌" : "✅", name);
  if (groups)
    g_string_append_printf (out, " %s |", group);
  g_string_append_printf (out, " %s | %u | %s |", session, p->rejoins->len, cause);
  append_duration (out, last != NULL ? last->total_ms : RJ_MS_UNKNOWN);
  append_duration (out, last != NULL ? last->own_ms : RJ_MS_UNKNOWN);
  append_duration (out, p->longest_gap_ms);
  g_string_append_printf (out, " %s |\n", problem);
}

/* Those with a problem come first, so that a long list that is cut shows them. */
static void
append_participants (GString *out, const RjResult *result)
{
  gboolean groups = rj_report_has_groups (result);
  guint n_rows = 0;

  if (result->participants->len == 0)
    return;
  g_string_append_printf (out,
                          "| participant |%s session | ways back | last cause | took | own part | "
                          "longest gap | problem |\n"
                          "| :-- |%s :-- | --: | :-- | --: | --: | --: | :-- |\n",
                          groups ? " group |" : "", groups ? " :-- |" : "");
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < result->participants->len; i++) {
      const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

      if ((p->problem == NULL) == (pass == 1) && n_rows++ < MOST_ROWS)
        append_participant (out, p, groups);
    }
  if (n_rows > MOST_ROWS)
    g_string_append_printf (out, "\n… and %u more\n", n_rows - MOST_ROWS);
  g_string_append_c (out, '\n');
}

static void
append_faults (GString *out, const RjResult *result)
{
  for (guint i = 0; i < result->faults->len; i++) {
    const RjFaultResult *fault = g_ptr_array_index (result->faults, i);
    g_autofree char *what = escape (fault->what);
    g_autofree char *target = escape (fault->target);
    g_autofree char *error = escape (fault->error);
    g_autofree char *back = fault->back_ms < 0 ? NULL : rj_duration_to_text (fault->back_ms);

    g_string_append_printf (out, "- fault: %s %s%s%s%s%s\n", what, target,
                            back != NULL ? "; everything was back after " : "",
                            back != NULL ? back : "", fault->error != NULL ? "; " : "", error);
  }
  if (result->faults->len > 0)
    g_string_append_c (out, '\n');
}

static void
append_ghosts (GString *out, const RjResult *result)
{
  const GPtrArray *ghosts = result->census.ghosts;

  for (guint i = 0; i < MIN (ghosts->len, MOST_ROWS); i++) {
    const RjGhostResult *ghost = g_ptr_array_index (ghosts, i);
    g_autofree char *name = escape (ghost->name);
    g_autofree char *lifetime = rj_duration_to_text (ghost->lifetime_ms);

    g_string_append_printf (out, "- ghost of %s: listed for %s%s\n", name, lifetime,
                            ghost->gone_us == 0 ? ", and still there at the end" : "");
  }
  if (ghosts->len > MOST_ROWS)
    g_string_append_printf (out, "- … and %u more ghosts\n", ghosts->len - MOST_ROWS);
  if (ghosts->len > 0)
    g_string_append_c (out, '\n');
}

char *
rj_report_markdown (const RjResult *result)
{
  GString *out = g_string_new (NULL);

  append_verdict (out, result->verdict, result->name, result->reason);
  append_expectations (out, result);
  append_faults (out, result);
  append_ghosts (out, result);
  append_figures (out, list_of_run, result);
  append_participants (out, result);
  for (guint i = 0; i < result->warnings->len; i++) {
    g_autofree char *warning = escape (g_ptr_array_index (result->warnings, i));

    g_string_append_printf (out, "> %s\n", warning);
  }
  return g_string_free (out, FALSE);
}

/* --- a series --- */

static void
append_success (GString *out, const RjSeries *series)
{
  RjSuccess success = rj_series_get_success (series);

  if (success.n_tries > 0)
    g_string_append_printf (
      out, "Success rate %.1f %% (%u of %u; 95 %% confidence: %.1f to %.1f %%)\n\n",
      100 * success.share, success.n_passed, success.n_tries, 100 * success.low,
      100 * success.high);
}

static void
append_run (GString *out, const RjResult *result, guint number)
{
  static const char *const signs[] = {
    [RJ_VERDICT_PASSED] = "✅",
    [RJ_VERDICT_FAILED] = "❌",
    [RJ_VERDICT_INCONCLUSIVE] = "⚠️",
    [RJ_VERDICT_ENVIRONMENT] = "❌",
  };
  g_autoptr (GArray) outages = rj_figure_list (result, RJ_FIGURE_OUTAGE, NULL);
  g_autofree char *reason = escape (result->reason);
  g_autofree char *run = escape (result->run);

  g_string_append_printf (out, "| %u | %s %s |", number, signs[result->verdict], run);
  append_duration (out, rj_percentile (outages, 100));
  g_string_append_printf (out, " %s |\n", reason);
}

/* The worst verdicts come first, so that a long list that is cut shows them. */
static void
append_runs (GString *out, const RjSeries *series)
{
  guint n_rows = 0;

  g_string_append (out, "| | run | longest outage | |\n| --: | :-- | --: | :-- |\n");
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < series->runs->len; i++) {
      const RjResult *result = g_ptr_array_index (series->runs, i);

      if ((result->verdict == RJ_VERDICT_PASSED) == (pass == 1) && n_rows++ < MOST_ROWS)
        append_run (out, result, i + 1);
    }
  if (n_rows > MOST_ROWS)
    g_string_append_printf (out, "\n… and %u more\n", n_rows - MOST_ROWS);
  g_string_append_c (out, '\n');
}

char *
rj_report_series_markdown (const RjSeries *series)
{
  const RjResult *worst =
    series->runs->len == 0 ? NULL : g_ptr_array_index (series->runs, rj_series_get_worst (series));
  g_autofree char *reason = rj_series_get_reason (series);
  g_autofree char *detail = worst == NULL ? g_strdup ("") : rj_report_markdown (worst);
  GString *out;

  if (rj_series_is_single (series))
    return g_steal_pointer (&detail);
  out = g_string_new (NULL);
  append_verdict (out, rj_series_get_verdict (series), worst == NULL ? NULL : worst->name, reason);
  append_success (out, series);
  append_figures (out, list_of_series, series);
  append_runs (out, series);
  g_string_append_printf (out, "%s%s", worst == NULL ? "" : "#### The worst run\n\n", detail);
  return g_string_free (out, FALSE);
}
