#include "rj-figures.h"

const RjFigureRow rj_figure_rows[RJ_N_FIGURES] = {
  [RJ_FIGURE_OUTAGE] = { "outage", "outage", "outage of an edge" },
  [RJ_FIGURE_REJOIN_TOTAL] = { "rejoin", "rejoin_total", "way back of a participant" },
  [RJ_FIGURE_REJOIN_OWN] = { "rejoin.own", "rejoin_own", "our own part of a way back" },
  [RJ_FIGURE_REJOIN_SERVER] = { "rejoin.server", "rejoin_server",
                                "the server's part of a way back" },
  [RJ_FIGURE_REJOIN_DETECT] = { "rejoin.detect", "rejoin_detect", "time until a loss was noticed" },
  [RJ_FIGURE_UNAFFECTED_GAP] = { "unaffected.gap", "unaffected_gap",
                                 "longest gap of those who lost nothing" },
  [RJ_FIGURE_FAULT_BACK] = { "fault.back", "fault_back",
                             "time from a fault until everything was back" },
};

static void
append_known (GArray *values, double ms)
{
  if (ms >= 0)
    g_array_append_val (values, ms);
}

static double
get_of_rejoin (const RjRejoin *rejoin, RjFigure figure)
{
  if (rejoin->flowing_at_us == 0)
    return RJ_MS_UNKNOWN;
  switch (figure) {
  case RJ_FIGURE_REJOIN_TOTAL:
    return rejoin->total_ms;
  case RJ_FIGURE_REJOIN_OWN:
    return rejoin->own_ms;
  case RJ_FIGURE_REJOIN_SERVER:
    return rj_rejoin_get_server_ms (rejoin);
  case RJ_FIGURE_REJOIN_DETECT:
    return rejoin->detect_ms;
  default:
    return RJ_MS_UNKNOWN;
  }
}

static void
append_of_participant (GArray *values, const RjParticipantResult *p, RjFigure figure)
{
  for (guint i = 0; i < p->rejoins->len; i++)
    append_known (values, get_of_rejoin (g_ptr_array_index (p->rejoins, i), figure));
  if (figure == RJ_FIGURE_UNAFFECTED_GAP && p->flowed && !p->affected)
    append_known (values, p->longest_gap_ms);
}

static gboolean
is_wanted (const char *session, const char *wanted)
{
  return wanted == NULL || g_str_equal (session, wanted);
}

GArray *
rj_figure_list (const RjResult *result, RjFigure figure, const char *session)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (is_wanted (p->session, session))
      append_of_participant (values, p, figure);
  }
  for (guint i = 0; i < result->edges->len && figure == RJ_FIGURE_OUTAGE; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    if (is_wanted (edge->session, session))
      g_array_append_vals (values, edge->outages_ms->data, edge->outages_ms->len);
  }
  for (guint i = 0; i < result->faults->len && figure == RJ_FIGURE_FAULT_BACK; i++)
    append_known (values, ((RjFaultResult *) g_ptr_array_index (result->faults, i))->back_ms);
  return values;
}
