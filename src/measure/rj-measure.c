#include "rj-measure.h"

#include <math.h>

#include "rj-edge-result.h"
#include "rj-expectation-result.h"
#include "rj-facts.h"
#include "rj-fault-result.h"
#include "rj-flow.h"
#include "rj-ghosts.h"
#include "rj-notices.h"
#include "rj-recovery.h"
#include "rj-shards.h"
#include "rj-verdict.h"
#include "rj-whereabouts.h"

struct _RjMeasure {
  GObject parent_instance;

  RjFacts *facts;
};

static void rj_measure_sink_iface_init (RjEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjMeasure,
                               rj_measure,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_EVENT_SINK,
                                                      rj_measure_sink_iface_init))

static void
rj_measure_sink_take (RjEventSink *sink, const RjEvent *event)
{
  rj_measure_take (RJ_MEASURE (sink), event);
}

static void
rj_measure_sink_iface_init (RjEventSinkInterface *iface)
{
  iface->take = rj_measure_sink_take;
}

static void
rj_measure_finalize (GObject *object)
{
  g_clear_pointer (&RJ_MEASURE (object)->facts, rj_facts_free);
  G_OBJECT_CLASS (rj_measure_parent_class)->finalize (object);
}

static void
rj_measure_class_init (RjMeasureClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_measure_finalize;
}

static void
rj_measure_init (RjMeasure *self)
{
  self->facts = rj_facts_new ();
}

RjMeasure *
rj_measure_new (void)
{
  return g_object_new (RJ_TYPE_MEASURE, NULL);
}

void
rj_measure_set_run (RjMeasure *self, const char *run)
{
  g_return_if_fail (RJ_IS_MEASURE (self));

  g_free (self->facts->run);
  self->facts->run = g_strdup (run);
}

void
rj_measure_take (RjMeasure *self, const RjEvent *event)
{
  g_return_if_fail (RJ_IS_MEASURE (self));

  rj_facts_take (self->facts, event);
}

void
rj_measure_note_missing (RjMeasure *self, guint64 n_events)
{
  g_return_if_fail (RJ_IS_MEASURE (self));

  self->facts->n_missing += n_events;
}

void
rj_measure_want_shards (RjMeasure *self)
{
  g_return_if_fail (RJ_IS_MEASURE (self));

  self->facts->wants_shards = TRUE;
}

void
rj_measure_expect (RjMeasure *self, const char *text)
{
  g_return_if_fail (RJ_IS_MEASURE (self));

  rj_facts_expect (self->facts, text);
}

/* --- live questions --- */

gboolean
rj_measure_everyone_flows (RjMeasure *self)
{
  const RjFacts *facts = self->facts;
  guint n = 0;

  for (guint i = 0; i < facts->members->len; i++) {
    const RjMember *member = g_ptr_array_index (facts->members, i);

    if (member->left_us > 0)
      continue;
    if (!rj_member_flows (facts, member, RJ_NOW))
      return FALSE;
    n++;
  }
  return n > 0;
}

guint
rj_measure_count_flowing (RjMeasure *self)
{
  guint n = 0;

  for (guint i = 0; i < self->facts->members->len; i++)
    if (rj_member_flows (self->facts, g_ptr_array_index (self->facts->members, i), RJ_NOW))
      n++;
  return n;
}

static void
add_edges (GPtrArray *edges, const RjFacts *facts, const RjMember *member)
{
  for (guint i = 0; i < member->edges->len; i++) {
    RjEdgeResult *edge = rj_edge_conclude (facts, g_ptr_array_index (member->edges, i));

    if (edge != NULL)
      g_ptr_array_add (edges, edge);
  }
}

/* Those that are concluded by now. Returns: (transfer full): of RjEdgeResult */
static GPtrArray *
list_edges (const RjFacts *facts)
{
  GPtrArray *edges = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_edge_result_free);

  for (guint i = 0; i < facts->members->len; i++)
    add_edges (edges, facts, g_ptr_array_index (facts->members, i));
  return edges;
}

gboolean
rj_measure_everyone_sees (RjMeasure *self)
{
  g_autoptr (GPtrArray) edges = list_edges (self->facts);

  for (guint i = 0; i < edges->len; i++)
    if (((RjEdgeResult *) g_ptr_array_index (edges, i))->down_at_end)
      return FALSE;
  return TRUE;
}

gboolean
rj_measure_has_checked_pictures (RjMeasure *self)
{
  g_autoptr (GPtrArray) edges = list_edges (self->facts);

  return rj_verdict_has_pictures (edges);
}

gboolean
rj_measure_has_recovered (RjMeasure *self)
{
  const RjFacts *facts = self->facts;

  if (facts->faults->len == 0 ||
      facts->last_loss_us < ((RjFaultFacts *) g_ptr_array_index (facts->faults, 0))->us)
    return FALSE;
  for (guint i = 0; i < facts->faults->len; i++)
    if (((RjFaultFacts *) g_ptr_array_index (facts->faults, i))->ended_us == 0)
      return FALSE;
  return rj_measure_everyone_flows (self);
}

/* --- the result --- */

static void
participant_result_free (gpointer data)
{
  RjParticipantResult *self = data;

  g_free (self->name);
  g_free (self->session);
  g_free (self->group);
  g_free (self->state);
  g_free (self->failure);
  g_free (self->connection);
  g_free (self->strayed_to);
  g_free (self->belongs_to);
  g_free (self->problem);
  g_free (self->last_error);
  g_ptr_array_unref (self->rejoins);
  g_free (self);
}

void
rj_clock_result_free (RjClockResult *self)
{
  g_free (self->host);
  g_free (self->boot_id);
  g_free (self);
}

void
rj_result_free (RjResult *self)
{
  if (self == NULL)
    return;
  g_free (self->run);
  g_free (self->name);
  g_free (self->repetition.series);
  g_free (self->reason);
  g_free (self->ended_reason);
  g_free (self->overload);
  g_array_unref (self->samples);
  rj_census_result_clear (&self->census);
  g_ptr_array_unref (self->participants);
  g_ptr_array_unref (self->edges);
  g_ptr_array_unref (self->faults);
  g_ptr_array_unref (self->expectations);
  g_ptr_array_unref (self->warnings);
  g_ptr_array_unref (self->clocks);
  g_free (self);
}

/* That of the way that was lost is not one of the way back. */
static const char *
find_last_error (const RjMember *member)
{
  guint n = member->rejoin_starts->len;

  if (n > 0 &&
      member->last_error_us <= g_array_index (member->rejoin_starts, RjRejoinStart, n - 1).us)
    return NULL;
  return member->last_error;
}

static void
conclude_round_trip (const RjMember *member, RjParticipantResult *p)
{
  double sum_ms = 0;
  guint64 n = 0;

  p->rtt_ms = p->rtt_max_ms = RJ_MS_UNKNOWN;
  for (guint i = 0; i < member->publications->len; i++) {
    const RjPeerFacts *peer = g_ptr_array_index (member->publications, i);

    n += peer->reports;
    sum_ms += peer->rtt_ms * (double) peer->reports;
    if (peer->reports > 0)
      p->rtt_max_ms = fmax (p->rtt_max_ms, peer->rtt_max_ms);
  }
  if (n > 0)
    p->rtt_ms = sum_ms / (double) n;
}

static RjParticipantResult *
conclude_participant (const RjFacts *facts, RjMember *member)
{
  RjParticipantResult *p = g_new0 (RjParticipantResult, 1);
  gint64 end_us = rj_member_get_end (facts, member);

  p->name = g_strdup (member->name);
  p->session = g_strdup (member->session != NULL ? member->session : "");
  p->group = g_strdup (member->group);
  p->state = g_strdup (member->state);
  p->flowed = rj_member_find_flowing (facts, member, 0, end_us + 1) > 0 ||
              rj_member_flows (facts, member, end_us - 1);
  p->failure = member->failed_us > 0 ? g_strdup (member->failure) : NULL;
  p->rejoins = rj_member_find_rejoins (facts, member);
  p->attempts = member->attempts->len;
  p->connection = g_strdup (member->connection);
  p->same_connection = member->n_connections == 1;
  p->candidates = rj_facts_get_candidates (member->publications);
  p->rejoined = p->rejoins->len > 0;
  p->affected = p->rejoined || member->evictions->len > 0;
  p->sends_nothing = member->failed_us == 0 && !rj_member_is_gone (member, end_us - 1) &&
                     !rj_member_publication_flows (facts, member, end_us - 1);
  p->longest_gap_ms = RJ_MS_UNKNOWN;
  conclude_round_trip (member, p);
  p->last_error = g_strdup (find_last_error (member));
  return p;
}

static void
conclude_edges (const RjFacts *facts, RjResult *result, guint index)
{
  const RjMember *member = g_ptr_array_index (facts->members, index);
  RjParticipantResult *p = g_ptr_array_index (result->participants, index);
  guint first = result->edges->len;

  add_edges (result->edges, facts, member);
  for (guint i = first; i < result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    p->longest_gap_ms = fmax (p->longest_gap_ms, edge->longest_gap_ms);
    if (edge->outages->len > 0 || edge->last_outage_from_us > 0)
      p->affected = TRUE;
  }
}

static int
compare_members (gconstpointer a, gconstpointer b)
{
  const RjMember *left = *(RjMember *const *) a, *right = *(RjMember *const *) b;

  return (left->rank > right->rank) - (left->rank < right->rank);
}

static int
compare_edges (gconstpointer a, gconstpointer b)
{
  const RjEdgeResult *left = *(RjEdgeResult *const *) a, *right = *(RjEdgeResult *const *) b;
  int order = g_strcmp0 (left->session, right->session);

  if (order == 0)
    order = g_strcmp0 (left->from, right->from);
  return order != 0 ? order : g_strcmp0 (left->to, right->to);
}

static RjResult *
result_new (const RjFacts *facts)
{
  RjResult *result = g_new0 (RjResult, 1);
  char *alone = rj_shards_find_others (facts);

  result->run = g_strdup (facts->run != NULL ? facts->run : "");
  result->name = g_strdup (facts->name);
  result->repetition = facts->repetition;
  result->repetition.series = g_strdup (facts->repetition.series);
  result->participants = g_ptr_array_new_with_free_func (participant_result_free);
  result->edges = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_edge_result_free);
  result->faults = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_fault_result_free);
  result->expectations =
    g_ptr_array_new_with_free_func ((GDestroyNotify) rj_expectation_result_free);
  result->warnings = g_ptr_array_new_with_free_func (g_free);
  result->clocks = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_clock_result_free);
  result->started_us = facts->started_us;
  result->flowing_us = facts->flowing_us;
  result->ended_us = facts->n_ended < facts->n_started ? 0 : facts->ended_us;
  result->ended_reason = result->ended_us > 0 ? g_strdup (facts->ended_reason) : NULL;
  result->signal = facts->signal;
  result->within_ms = facts->within_ms;
  result->max_loop_lag_ms = facts->loop_lag_ms;
  result->max_pacing_lag_ms = facts->pacing_lag_ms;
  result->overloaded = facts->overloaded;
  result->overload = g_strdup (facts->overload);
  result->overloaded_us = facts->overloaded_us;
  result->samples = g_array_ref (facts->samples);
  result->n_missing = facts->n_missing;
  for (guint i = 0; i < facts->warnings->len; i++)
    g_ptr_array_add (result->warnings, g_strdup (g_ptr_array_index (facts->warnings, i)));
  if (alone != NULL)
    g_ptr_array_add (result->warnings, alone);
  return result;
}

RjResult *
rj_measure_conclude (RjMeasure *self)
{
  RjFacts *facts = self->facts;
  RjResult *result = result_new (facts);

  g_ptr_array_sort (facts->members, compare_members);
  rj_facts_complete_edges (facts);
  for (guint i = 0; i < facts->members->len; i++)
    g_ptr_array_add (result->participants,
                     conclude_participant (facts, g_ptr_array_index (facts->members, i)));
  for (guint i = 0; i < facts->members->len; i++)
    conclude_edges (facts, result, i);
  g_ptr_array_sort (result->edges, compare_edges);
  rj_whereabouts_find (facts, result);
  rj_faults_conclude (facts, result);
  rj_ghosts_conclude (facts, result);
  rj_notices_conclude (facts, result);
  rj_expectations_conclude (facts, result);
  rj_verdict_find (facts, result);
  return result;
}

const char *
rj_sentence_get_stop (const char *text)
{
  return g_str_has_suffix (text, "?") || g_str_has_suffix (text, ".") ? "" : ".";
}

char *
rj_duration_to_text (double ms)
{
  return ms < 999.5 ? g_strdup_printf ("%.0f ms", ms) : g_strdup_printf ("%.2f s", ms / 1000);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

double
rj_percentile (const GArray *values, double percent)
{
  g_autoptr (GArray) sorted = NULL;
  guint rank;

  if (values == NULL || values->len == 0)
    return RJ_MS_UNKNOWN;
  sorted = g_array_copy ((GArray *) values);
  g_array_sort (sorted, compare_doubles);
  /* multiplied first: 7 / 100 * 100 is more than 7 */
  rank = CLAMP ((int) ceil (percent * sorted->len / 100), 1, (int) sorted->len);
  return g_array_index (sorted, double, rank - 1);
}
