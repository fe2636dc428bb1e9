#include "rj-counts.h"

/* --- of participants --- */

static guint64
has_flowed (const RjParticipantResult *p, const RjCountQuery *query)
{
  return p->flowed;
}

static guint64
has_failed (const RjParticipantResult *p, const RjCountQuery *query)
{
  return p->failure != NULL;
}

static guint64
is_affected (const RjParticipantResult *p, const RjCountQuery *query)
{
  return p->affected;
}

static guint64
get_rejoins (const RjParticipantResult *p, const RjCountQuery *query)
{
  return p->rejoins->len;
}

/* Of those who had to */
static guint64
has_rejoined (const RjParticipantResult *p, const RjCountQuery *query)
{
  const RjRejoin *last = g_ptr_array_index (p->rejoins, p->rejoins->len - 1);

  return last->flowing_at_us > 0 && (query->at_us == 0 || last->flowing_at_us <= query->at_us);
}

static void
finish_rejoined (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  if (out->found < out->of_all && query->at_us > 0 && result->ended_us < query->at_us)
    out->undecided = "the run ended before that time was over";
}

static guint64
get_double_events (const RjParticipantResult *p, const RjCountQuery *query)
{
  return p->n_double;
}

static guint64
get_missing_events (const RjParticipantResult *p, const RjCountQuery *query)
{
  return p->n_missing;
}

static void
finish_events (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  if (!result->has_notices)
    out->undecided = "nobody was told of anybody";
}

static void
sum_participants (const RjCountRow *row,
                  const RjResult *result,
                  const RjCountQuery *query,
                  RjCount *out)
{
  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (!rj_scope_has_participant (&query->scope, p) ||
        (row->is_one != NULL && !row->is_one (p, query)))
      continue;
    out->of_all++;
    out->found += row->of_participant (p, query);
  }
}

/* --- of edges --- */

static void
sum_edges (const RjResult *result, const RjCountQuery *query, RjCount *out, RjCountEdgeFunc get)
{
  for (guint i = 0; i < result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    if (!rj_scope_has_edge (&query->scope, result, edge))
      continue;
    out->of_all++;
    out->found += get (edge, query);
  }
  if (out->of_all == 0)
    out->undecided = "there were no edges";
}

static gboolean
was_dark (const RjEdgeResult *edge, gint64 us)
{
  for (guint i = 0; i < edge->outages->len; i++) {
    const RjSpan *outage = &g_array_index (edge->outages, RjSpan, i);

    if (outage->from_us <= us && us < outage->to_us)
      return TRUE;
  }
  return edge->down_at_end && edge->last_outage_from_us <= us;
}

static guint64
get_dark (const RjEdgeResult *edge, const RjCountQuery *query)
{
  return query->at_us == 0 ? edge->down_at_end : was_dark (edge, query->at_us);
}

static guint64
get_wrong_frames (const RjEdgeResult *edge, const RjCountQuery *query)
{
  return edge->wrong_frames;
}

/* That say whose they are */
static guint64
get_stamped_frames (const RjEdgeResult *edge, const RjCountQuery *query)
{
  return edge->foreign ? 0 : edge->frames - MIN (edge->frames, edge->foreign_frames);
}

static guint64
get_picture_checks (const RjEdgeResult *edge, const RjCountQuery *query)
{
  return (guint64) edge->picture_checks;
}

static guint64
get_picture_failures (const RjEdgeResult *edge, const RjCountQuery *query)
{
  return (guint64) edge->picture_failures;
}

static guint64
get_outages (const RjEdgeResult *edge, const RjCountQuery *query)
{
  return edge->outages_ms->len + edge->down_at_end;
}

static guint64
get_sequence_gaps (const RjEdgeResult *edge, const RjCountQuery *query)
{
  return edge->sequence_gaps;
}

static void
finish_dark (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  if (out->found > 0 && query->at_us > 0 && result->ended_us < query->at_us)
    out->undecided = "the run ended before that time was over";
}

static void
finish_wrong_frames (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  RjCount stamped = { 0 };

  sum_edges (result, query, &stamped, get_stamped_frames);
  if (out->found == 0 && stamped.found == 0)
    out->undecided = "no frame said whose it was";
}

static void
finish_picture_failures (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  RjCount checks = { 0 };

  sum_edges (result, query, &checks, get_picture_checks);
  if (checks.found == 0)
    out->undecided = "no picture was decoded";
}

/* --- of the server --- */

static gboolean
is_after_faults (const RjResult *result, gint64 us)
{
  for (guint i = 0; i < result->faults->len; i++)
    if (((RjFaultResult *) g_ptr_array_index (result->faults, i))->started_us >= us)
      return FALSE;
  return TRUE;
}

static gboolean
is_in_scope (const RjResult *result, const RjCountQuery *query, const RjGhostResult *ghost)
{
  const RjParticipantResult *p = rj_result_find_participant (result, ghost->name);

  if (p != NULL)
    return rj_scope_has_participant (&query->scope, p);
  return query->scope.group == NULL && query->scope.session == NULL;
}

/* All that there were, or those that were seen after that moment */
static void
count_ghosts (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  const RjCensusResult *census = &result->census;

  if (census->n_answered == 0 && census->n_asked == 0)
    out->undecided = "the server was not asked which connections it has: that takes --url, and "
                     "REJOIN_SECRET or --secret-file";
  else if (census->n_answered == 0 || !is_after_faults (result, census->answered_us))
    out->undecided =
      "the server did not answer which connections it has; see --url and --secret-file";
  for (guint i = 0; i < census->ghosts->len; i++) {
    const RjGhostResult *ghost = g_ptr_array_index (census->ghosts, i);

    if (!is_in_scope (result, query, ghost))
      continue;
    if (query->at_us > 0 && ghost->gone_us == 0 && ghost->last_seen_us < query->at_us)
      out->undecided = "the run ended before that time was over, and there were some";
    out->found += query->at_us == 0 || ghost->last_seen_us >= query->at_us;
  }
}

const RjCountRow rj_count_rows[] = {
  { .name = "joined", .words = "participants", .of_participant = has_flowed },
  { .name = "rejoined",
    .words = "participants that were lost",
    .timed = TRUE,
    .of_participant = has_rejoined,
    .is_one = get_rejoins,
    .finish = finish_rejoined },
  { .name = "failed", .words = "participants", .of_participant = has_failed },
  { .name = "affected", .words = "participants", .of_participant = is_affected },
  { .name = "rejoins", .of_participant = get_rejoins },
  { .name = "outages", .of_edge = get_outages },
  { .name = "dark", .words = "edges", .timed = TRUE, .of_edge = get_dark, .finish = finish_dark },
  { .name = "wrong_frames", .of_edge = get_wrong_frames, .finish = finish_wrong_frames },
  { .name = "picture_failures",
    .of_edge = get_picture_failures,
    .finish = finish_picture_failures },
  { .name = "events.double", .of_participant = get_double_events, .finish = finish_events },
  { .name = "events.missing", .of_participant = get_missing_events, .finish = finish_events },
  { .name = "ghosts", .timed = TRUE, .finish = count_ghosts },
  { .name = "sequence_gaps", .of_edge = get_sequence_gaps },
};

const guint rj_n_count_rows = G_N_ELEMENTS (rj_count_rows);

void
rj_count (const RjCountRow *row, const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  if (row->of_participant != NULL)
    sum_participants (row, result, query, out);
  if (row->of_edge != NULL)
    sum_edges (result, query, out, row->of_edge);
  if (row->finish != NULL)
    row->finish (result, query, out);
}
