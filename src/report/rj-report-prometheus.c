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

  g_string_append_printf (out, " %s\n", g_ascii_formatd (text, sizeof text, "%.6g", value));
}

static void
append_single (GString *out, const char *name, const char *help, double value)
{
  append_head (out, name, "gauge", help);
  g_string_append (out, name);
  append_number (out, value);
}

static void
append_quantiles (GString *out, const RjResult *result, RjFigure figure)
{
  static const struct {
    double percent;
    const char *label;
  } quantiles[] = { { 50, "0.5" }, { 95, "0.95" }, { 100, "1" } };
  g_autoptr (GArray) values = rj_figure_list (result, figure, NULL);
  const char *member = rj_figure_rows[figure].member;
  g_autofree char *name =
    g_strdup_printf ("%s%s_seconds", g_str_has_prefix (member, "rejoin_") ? "" : "rejoin_", member);
  double sum_ms = 0;

  append_head (out, name, "summary", rj_figure_rows[figure].words);
  for (guint i = 0; i < G_N_ELEMENTS (quantiles) && values->len > 0; i++) {
    g_string_append_printf (out, "%s{quantile=\"%s\"}", name, quantiles[i].label);
    append_number (out, rj_percentile (values, quantiles[i].percent) / 1000);
  }
  for (guint i = 0; i < values->len; i++)
    sum_ms += g_array_index (values, double, i);
  g_string_append_printf (out, "%s_sum", name);
  append_number (out, sum_ms / 1000);
  g_string_append_printf (out, "%s_count %u\n", name, values->len);
}

static void
append_edges (GString *out, const RjResult *result)
{
  append_head (out, "rejoin_edge_frames_total", "counter", "complete frames received on an edge");
  for (guint i = 0; i < result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    g_string_append (out, "rejoin_edge_frames_total{");
    append_label (out, "session", edge->session, TRUE);
    append_label (out, "from", edge->from, FALSE);
    append_label (out, "to", edge->to, FALSE);
    g_string_append_printf (out, "} %" G_GUINT64_FORMAT "\n", edge->frames);
  }
  append_head (out, "rejoin_edge_down", "gauge", "1: expected, and dark at the end");
  for (guint i = 0; i < result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    g_string_append (out, "rejoin_edge_down{");
    append_label (out, "session", edge->session, TRUE);
    append_label (out, "from", edge->from, FALSE);
    append_label (out, "to", edge->to, FALSE);
    g_string_append_printf (out, "} %d\n", edge->down_at_end);
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
append_verdict (GString *out, const RjResult *result)
{
  append_head (out, "rejoin_verdict", "gauge", "1 for the verdict of the run, 0 for the others");
  for (guint i = RJ_VERDICT_PASSED; i <= RJ_VERDICT_ENVIRONMENT; i++) {
    g_string_append (out, "rejoin_verdict{");
    append_label (out, "verdict", rj_verdict_get_name (i), TRUE);
    g_string_append_printf (out, "} %d\n", result->verdict == i);
  }
}

char *
rj_report_prometheus (const RjResult *result)
{
  GString *out = g_string_new (NULL);
  guint n_flowed = 0;

  for (guint i = 0; i < result->participants->len; i++)
    n_flowed += ((RjParticipantResult *) g_ptr_array_index (result->participants, i))->flowed;
  append_verdict (out, result);
  append_single (out, "rejoin_participants", "participants of the run", result->participants->len);
  append_single (out, "rejoin_participants_flowed", "participants that flowed at least once",
                 n_flowed);
  append_single (out, "rejoin_faults", "faults that were made", result->faults->len);
  append_single (out, "rejoin_loop_lag_seconds", "longest lag of the tester's main loop",
                 result->max_loop_lag_ms / 1000);
  append_single (out, "rejoin_pacing_lag_seconds", "longest lag of the tester's senders",
                 result->max_pacing_lag_ms / 1000);
  for (guint i = 0; i < RJ_N_FIGURES; i++)
    append_quantiles (out, result, i);
  append_participants (out, result);
  append_edges (out, result);
  return g_string_free (out, FALSE);
}
