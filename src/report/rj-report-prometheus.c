#include "rj-report.h"

#include <string.h>

#include "rj-figures.h"

/* Text exposition format 0.0.4: backslash, quote and line feed of a label value are escaped. */
static void
append_label (GString *out, const char *name, const char *value, gboolean first)
{
  g_autofree char *valid = g_utf8_make_valid (value != NULL ? value : "", -1);

  g_string_append_printf (out, "%s%s=\"", first ? "" : ",", name);
  for (const char *i = valid; *i != '\0'; i++) {
    if (*i == '\n')
      g_string_append (out, "\\n");
    else if (*i == '\\' || *i == '"')
      g_string_append_printf (out, "\\%c", *i);
    else
      g_string_append_c (out, *i);
  }
  g_string_append_c (out, '"');
}

static void
append_head (GString *out, const char *name, const char *type, const char *help)
{
  g_string_append_printf (out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
append_number (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (out, " %s\n", g_ascii_formatd (text, sizeof text, "%.10g", value));
}

static void
append_single (GString *out, const char *name, const char *help, double value)
{
  append_head (out, name, "gauge", help);
  g_string_append (out, name);
  append_number (out, value);
}

static void
append_quantiles (GString *out, const GArray *values, RjFigure figure)
{
  static const struct {
    double percent;
    const char *label;
  } quantiles[] = { { 50, "0.5" }, { 95, "0.95" }, { 100, "1" } };
  const char *member = rj_figure_rows[figure].member;
  const RjUnitRow *unit = &rj_unit_rows[rj_figure_rows[figure].unit];
  g_autofree char *name = g_strdup_printf (
    "%s%s_%s", g_str_has_prefix (member, "rejoin_") ? "" : "rejoin_", member, unit->metric);
  double sum = 0;

  append_head (out, name, "summary", rj_figure_rows[figure].words);
  for (guint i = 0; i < G_N_ELEMENTS (quantiles) && values->len > 0; i++) {
    g_string_append_printf (out, "%s{quantile=\"%s\"}", name, quantiles[i].label);
    append_number (out, rj_percentile (values, quantiles[i].percent) * unit->to_metric);
  }
  for (guint i = 0; i < values->len; i++)
    sum += g_array_index (values, double, i);
  g_string_append_printf (out, "%s_sum", name);
  append_number (out, sum * unit->to_metric);
  g_string_append_printf (out, "%s_count %u\n", name, values->len);
}

static double
get_frames (const RjEdgeResult *edge)
{
  return (double) edge->frames;
}

static double
get_down (const RjEdgeResult *edge)
{
  return edge->down_at_end;
}

static double
get_lost_packets (const RjEdgeResult *edge)
{
  return (double) edge->lost_packets;
}

static double
get_jitter (const RjEdgeResult *edge)
{
  return edge->jitter_ms / 1000;
}

static double
get_bitrate (const RjEdgeResult *edge)
{
  return edge->bitrate_bps;
}

static double
get_fps (const RjEdgeResult *edge)
{
  return edge->fps;
}

static const struct {
  const char *name, *type, *help;
  double (*get) (const RjEdgeResult *edge); /* negative: not known */
} edge_metrics[] = {
  { "rejoin_edge_frames_total", "counter", "complete frames received on an edge", get_frames },
  { "rejoin_edge_down", "gauge", "1: expected, and dark at the end", get_down },
  { "rejoin_edge_lost_packets_total", "counter", "packets lost on an edge", get_lost_packets },
  { "rejoin_edge_jitter_seconds", "gauge", "mean jitter (RFC 3550)", get_jitter },
  { "rejoin_edge_bits_per_second", "gauge", "bit rate while packets came", get_bitrate },
  { "rejoin_edge_frames_per_second", "gauge", "frame rate while frames came", get_fps },
};

static void
append_edge (GString *out, const char *name, const RjEdgeResult *edge, double value)
{
  g_string_append_printf (out, "%s{", name);
  append_label (out, "session", edge->session, TRUE);
  append_label (out, "from", edge->from, FALSE);
  append_label (out, "to", edge->to, FALSE);
  g_string_append_c (out, '}');
  append_number (out, value);
}

static void
append_edges (GString *out, const RjResult *result)
{
  for (guint m = 0; m < G_N_ELEMENTS (edge_metrics); m++) {
    append_head (out, edge_metrics[m].name, edge_metrics[m].type, edge_metrics[m].help);
    for (guint i = 0; i < result->edges->len; i++) {
      const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);
      double value = edge_metrics[m].get (edge);

      if (value >= 0)
        append_edge (out, edge_metrics[m].name, edge, value);
    }
  }
}

static void
append_participants (GString *out, const RjResult *result)
{
  append_head (out, "rejoin_participant_rejoins_total", "counter", "ways back of a participant");
  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    g_string_append (out, "rejoin_participant_rejoins_total{");
    append_label (out, "session", p->session, TRUE);
    append_label (out, "participant", p->name, FALSE);
    if (p->group != NULL)
      append_label (out, "group", p->group, FALSE);
    g_string_append_printf (out, "} %u\n", p->rejoins->len);
  }
}

static void
append_verdict (GString *out, RjVerdict verdict)
{
  append_head (out, "rejoin_verdict", "gauge", "1 for the verdict, 0 for the others");
  for (guint i = RJ_VERDICT_PASSED; i <= RJ_VERDICT_ENVIRONMENT; i++) {
    g_string_append (out, "rejoin_verdict{");
    append_label (out, "verdict", rj_verdict_get_name (i), TRUE);
    g_string_append_printf (out, "} %d\n", verdict == i);
  }
}

/* Only where the server could be asked: nothing is not 0 */
static void
append_ghosts (GString *out, const RjResult *result)
{
  const GPtrArray *ghosts = result->census.ghosts;
  guint n_left = 0;

  for (guint i = 0; i < ghosts->len; i++)
    n_left += ((RjGhostResult *) g_ptr_array_index (ghosts, i))->gone_us == 0;
  if (result->census.n_answered == 0)
    return;
  append_single (out, "rejoin_ghosts",
                 "connections that the server listed although nobody had them", ghosts->len);
  append_single (out, "rejoin_ghosts_left", "of them those that were still there", n_left);
}

char *
rj_report_prometheus (const RjResult *result)
{
  GString *out = g_string_new (NULL);
  guint n_flowed = 0;

  for (guint i = 0; i < result->participants->len; i++)
    n_flowed += ((RjParticipantResult *) g_ptr_array_index (result->participants, i))->flowed;
  append_verdict (out, result->verdict);
  append_single (out, "rejoin_participants", "participants of the run", result->participants->len);
  append_single (out, "rejoin_participants_flowed", "participants that flowed at least once",
                 n_flowed);
  append_single (out, "rejoin_faults", "faults that were made", result->faults->len);
  append_single (out, "rejoin_loop_lag_seconds", "longest lag of the tester's main loop",
                 result->max_loop_lag_ms / 1000);
  append_single (out, "rejoin_pacing_lag_seconds", "longest lag of the tester's senders",
                 result->max_pacing_lag_ms / 1000);
  append_ghosts (out, result);
  for (guint i = 0; i < RJ_N_FIGURES; i++) {
    g_autoptr (GArray) values = rj_figure_list (result, i, NULL);

    append_quantiles (out, values, i);
  }
  append_participants (out, result);
  append_edges (out, result);
  return g_string_free (out, FALSE);
}

/* --- a series: no figure of a single run or edge, which would come twice under one name --- */

static void
append_runs (GString *out, const RjSeries *series)
{
  append_head (out, "rejoin_runs", "gauge", "runs of the series, by verdict");
  for (guint i = RJ_VERDICT_PASSED; i <= RJ_VERDICT_ENVIRONMENT; i++) {
    g_string_append (out, "rejoin_runs{");
    append_label (out, "verdict", rj_verdict_get_name (i), TRUE);
    g_string_append_printf (out, "} %u\n", rj_series_count (series, i));
  }
}

char *
rj_report_series_prometheus (const RjSeries *series)
{
  RjSuccess success = rj_series_get_success (series);
  GString *out;

  if (rj_series_is_single (series))
    return rj_report_prometheus (g_ptr_array_index (series->runs, 0));
  out = g_string_new (NULL);
  append_verdict (out, rj_series_get_verdict (series));
  append_single (out, "rejoin_runs_wanted", "runs that were asked for",
                 rj_series_count_wanted (series));
  append_runs (out, series);
  if (success.n_tries > 0) {
    append_single (out, "rejoin_success_ratio",
                   "share of the runs that passed or failed that passed", success.share);
    append_single (out, "rejoin_success_low_ratio", "95 % confidence interval of it, lower end",
                   success.low);
    append_single (out, "rejoin_success_high_ratio", "95 % confidence interval of it, upper end",
                   success.high);
  }
  for (guint i = 0; i < RJ_N_FIGURES; i++) {
    g_autoptr (GArray) values = rj_series_list_figure (series, i);

    append_quantiles (out, values, i);
  }
  return g_string_free (out, FALSE);
}
