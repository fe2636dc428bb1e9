#include "rj-counts.h"

/* --- of participants --- */

typedef gboolean (*ParticipantFunc) (const RjParticipantResult *p, const RjCountQuery *query);

/* @counts: (nullable): whether somebody is one of all of them */
static void
count_participants (const RjResult *result,
                    const RjCountQuery *query,
                    RjCount *out,
                    ParticipantFunc counts,
                    ParticipantFunc is_found)
{
  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (!rj_scope_has_participant (&query->scope, p) || (counts != NULL && !counts (p, query)))
      continue;
    out->of_all++;
    out->found += is_found (p, query);
  }
}

static gboolean
has_flowed (const RjParticipantResult *p, const RjCountQuery *query)
{
  return p->flowed;
}

static gboolean
has_failed (const RjParticipantResult *p, const RjCountQuery *query)
{
  return p->failure != NULL;
}

static gboolean
is_affected (const RjParticipantResult *p, const RjCountQuery *query)
{
  return p->affected;
}

static gboolean
had_to_rejoin (const RjParticipantResult *p, const RjCountQuery *query)
{
  return p->rejoins->len > 0;
}

static gboolean
has_rejoined (const RjParticipantResult *p, const RjCountQuery *query)
{
  const RjRejoin *last = g_ptr_array_index (p->rejoins, p->rejoins->len - 1);

  return last->flowing_at_us > 0 && (query->at_us == 0 || last->flowing_at_us <= query->at_us);
}

static void
count_joined (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  count_participants (result, query, out, NULL, has_flowed);
}

/* Of those who had to come back: those who have */
static void
count_rejoined (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  count_participants (result, query, out, had_to_rejoin, has_rejoined);
  if (out->found < out->of_all && query->at_us > 0 && result->ended_us < query->at_us)
    out->undecided = "the run ended before that time was over";
}

static void
count_double_events (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  if (!result->has_notices)
    out->undecided = "nobody was told of anybody";
  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (rj_scope_has_participant (&query->scope, p))
      out->found += p->n_double;
  }
}

static void
count_missing_events (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  if (!result->has_notices)
    out->undecided = "nobody was told of anybody";
  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (rj_scope_has_participant (&query->scope, p))
      out->found += p->n_missing;
  }
}

static void
count_failed (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  count_participants (result, query, out, NULL, has_failed);
}

static void
count_affected (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  count_participants (result, query, out, NULL, is_affected);
}

static void
count_rejoins (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (rj_scope_has_participant (&query->scope, p))
      out->found += p->rejoins->len;
  }
}

/* --- of edges --- */

typedef guint64 (*EdgeFunc) (const RjEdgeResult *edge, const RjCountQuery *query);

static void
sum_edges (const RjResult *result, const RjCountQuery *query, RjCount *out, EdgeFunc get)
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
count_dark (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  sum_edges (result, query, out, get_dark);
  if (out->found > 0 && query->at_us > 0 && result->ended_us < query->at_us)
    out->undecided = "the run ended before that time was over";
}

static void
count_wrong_frames (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  RjCount stamped = { 0 };

  sum_edges (result, query, out, get_wrong_frames);
  sum_edges (result, query, &stamped, get_stamped_frames);
  if (out->found == 0 && stamped.found == 0)
    out->undecided = "no frame said whose it was";
}

static void
count_picture_failures (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  RjCount checks = { 0 };

  sum_edges (result, query, out, get_picture_failures);
  sum_edges (result, query, &checks, get_picture_checks);
  if (checks.found == 0)
    out->undecided = "no picture was decoded";
}

static void
count_outages (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  sum_edges (result, query, out, get_outages);
}

static void
count_sequence_gaps (const RjResult *result, const RjCountQuery *query, RjCount *out)
{
  sum_edges (result, query, out, get_sequence_gaps);
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
  { "joined", count_joined, "participants", FALSE },
  { "rejoined", count_rejoined, "participants that were lost", TRUE },
  { "failed", count_failed, "participants", FALSE },
  { "affected", count_affected, "participants", FALSE },
  { "rejoins", count_rejoins, NULL, FALSE },
  { "outages", count_outages, NULL, FALSE },
  { "dark", count_dark, "edges", TRUE },
  { "wrong_frames", count_wrong_frames, NULL, FALSE },
  { "picture_failures", count_picture_failures, NULL, FALSE },
  { "events.double", count_double_events, NULL, FALSE },
  { "events.missing", count_missing_events, NULL, FALSE },
  { "ghosts", count_ghosts, NULL, TRUE },
  { "sequence_gaps", count_sequence_gaps, NULL, FALSE },
};

const guint rj_n_count_rows = G_N_ELEMENTS (rj_count_rows);
