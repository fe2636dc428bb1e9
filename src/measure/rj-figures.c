#include "rj-figures.h"

const RjFigureRow rj_figure_rows[RJ_N_FIGURES] = {
  [RJ_FIGURE_OUTAGE] = { "outage", "outage", "outage of an edge", RJ_UNIT_MS },
  [RJ_FIGURE_REJOIN_TOTAL] = { "rejoin", "rejoin_total", "way back of a participant", RJ_UNIT_MS },
  [RJ_FIGURE_REJOIN_OWN] = { "rejoin.own", "rejoin_own", "our own part of a way back", RJ_UNIT_MS },
  [RJ_FIGURE_REJOIN_SERVER] = { "rejoin.server", "rejoin_server", "the server's part of a way back",
                                RJ_UNIT_MS },
  [RJ_FIGURE_REJOIN_DETECT] = { "rejoin.detect", "rejoin_detect", "time until a loss was noticed",
                                RJ_UNIT_MS },
  [RJ_FIGURE_UNAFFECTED_GAP] = { "unaffected.gap", "unaffected_gap",
                                 "longest gap of those who lost nothing", RJ_UNIT_MS },
  [RJ_FIGURE_FAULT_BACK] = { "fault.back", "fault_back",
                             "time from a fault until everything was back", RJ_UNIT_MS },
  [RJ_FIGURE_LOSS] = { "loss", "loss", "packets lost on an edge", RJ_UNIT_PERCENT },
  [RJ_FIGURE_JITTER] = { "jitter", "jitter", "jitter of an edge", RJ_UNIT_MS },
  [RJ_FIGURE_LATENCY] = { "latency", "latency", "time of a frame from sender to receiver",
                          RJ_UNIT_MS },
  [RJ_FIGURE_BITRATE] = { "bitrate", "bitrate", "bit rate of an edge while packets came",
                          RJ_UNIT_BPS },
  [RJ_FIGURE_FPS] = { "fps", "fps", "frame rate of an edge while frames came", RJ_UNIT_FPS },
  [RJ_FIGURE_RTT] = { "rtt", "rtt", "round trip from a publisher to its media node", RJ_UNIT_MS },
};

const RjParticipantResult *
rj_result_find_participant (const RjResult *result, const char *name)
{
  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (g_str_equal (p->name, name))
      return p;
  }
  return NULL;
}

const char *
rj_result_find_group (const RjResult *result, const char *participant)
{
  const RjParticipantResult *p = rj_result_find_participant (result, participant);

  return p == NULL ? NULL : p->group;
}

guint
rj_result_count_problems (const RjResult *result)
{
  guint n = 0;

  for (guint i = 0; i < result->participants->len; i++)
    n += ((RjParticipantResult *) g_ptr_array_index (result->participants, i))->problem != NULL;
  return n;
}

static gboolean
is_wanted (const char *value, const char *wanted)
{
  return wanted == NULL || g_strcmp0 (value, wanted) == 0;
}

gboolean
rj_scope_has_participant (const RjScope *scope, const RjParticipantResult *participant)
{
  return scope == NULL || (is_wanted (participant->session, scope->session) &&
                           is_wanted (participant->group, scope->group));
}

gboolean
rj_scope_has_edge (const RjScope *scope, const RjResult *result, const RjEdgeResult *edge)
{
  return scope == NULL || (is_wanted (edge->session, scope->session) &&
                           (scope->group == NULL ||
                            is_wanted (rj_result_find_group (result, edge->to), scope->group)));
}

static void
append_known (GArray *values, double value)
{
  if (value >= 0)
    g_array_append_val (values, value);
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
  if (figure == RJ_FIGURE_RTT)
    append_known (values, p->rtt_ms);
}

static void
append_of_edge (GArray *values, const RjEdgeResult *edge, RjFigure figure)
{
  switch (figure) {
  case RJ_FIGURE_OUTAGE:
    g_array_append_vals (values, edge->outages_ms->data, edge->outages_ms->len);
    break;
  case RJ_FIGURE_LOSS:
    append_known (values, edge->loss_percent);
    break;
  case RJ_FIGURE_JITTER:
    append_known (values, edge->jitter_ms);
    break;
  case RJ_FIGURE_LATENCY:
    append_known (values, edge->latency_ms);
    break;
  case RJ_FIGURE_BITRATE:
    append_known (values, edge->bitrate_bps);
    break;
  case RJ_FIGURE_FPS:
    append_known (values, edge->fps);
    break;
  default:
    break;
  }
}

GArray *
rj_figure_list (const RjResult *result, RjFigure figure, const RjScope *scope)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (rj_scope_has_participant (scope, p))
      append_of_participant (values, p, figure);
  }
  for (guint i = 0; i < result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    if (rj_scope_has_edge (scope, result, edge))
      append_of_edge (values, edge, figure);
  }
  for (guint i = 0; i < result->faults->len && figure == RJ_FIGURE_FAULT_BACK; i++)
    append_known (values, ((RjFaultResult *) g_ptr_array_index (result->faults, i))->back_ms);
  return values;
}
