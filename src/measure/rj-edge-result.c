#include "rj-edge-result.h"

#include "rj-edge-quality.h"
#include "rj-flow.h"

#define RJ_OUTAGE_LEAST_US   (500 * 1000)
#define RJ_OUTAGE_FRAMES     10
#define RJ_FRAME_INTERVAL_MS (1000.0 / 30)

typedef struct {
  const RjFacts *facts;
  const RjEdge *edge;
  RjEdgeResult *result;
  GArray *pauses; /* of RjSpan */
  gint64 limit_us;
  gint64 end_us; /* nothing counts after it */
} RjWalk;

void
rj_edge_result_free (RjEdgeResult *self)
{
  if (self == NULL)
    return;
  g_free (self->session);
  g_free (self->from);
  g_free (self->to);
  g_array_unref (self->outages);
  g_array_unref (self->outages_ms);
  g_free (self);
}

static gint64
get_first_frame (const RjPeerFacts *peer)
{
  if (peer->key_us > 0)
    return peer->key_us;
  return peer->edge->audio_only ? peer->packet_us : 0;
}

/* Away on purpose: who joins again was missing, but nobody lost it */
static gboolean
is_away (const RjMember *member, gint64 us)
{
  guint n = member == NULL ? 0 : rj_stamped_count (member->presence, us);
  const RjPresence *mark = n == 0 ? NULL : &g_array_index (member->presence, RjPresence, n - 1);

  return mark != NULL && mark->kind != RJ_PRESENCE_HERE &&
         (mark->kind == RJ_PRESENCE_LEFT || member->failed_us != mark->us);
}

static int
compare_stamps (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

static void
add_presence (GArray *moments, const RjMember *member)
{
  for (guint i = 0; member != NULL && i < member->presence->len; i++)
    g_array_append_val (moments, g_array_index (member->presence, RjPresence, i).us);
}

/* Returns: (transfer full) (element-type gint64): when a pause may begin or end */
static GArray *
list_moments (const RjEdge *edge, const RjMember *from)
{
  GArray *moments = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < edge->marks->len; i++)
    g_array_append_val (moments, g_array_index (edge->marks, RjMark, i).us);
  add_presence (moments, from);
  add_presence (moments, edge->to);
  g_array_sort (moments, compare_stamps);
  return moments;
}

/* Who joins again begins anew: until the first frame nothing was lost. Returns: @us when there is none */
static gint64
find_beginning (const RjEdge *edge, gint64 us)
{
  for (guint i = 0; i < edge->peers->len; i++) {
    gint64 first_us = get_first_frame (g_ptr_array_index (edge->peers, i));

    if (first_us > us)
      return first_us;
  }
  return us;
}

static GArray *
find_pauses (const RjFacts *facts, const RjEdge *edge)
{
  const RjMember *from = rj_facts_find_member (facts, edge->from);
  g_autoptr (GArray) moments = list_moments (edge, from);
  GArray *pauses = g_array_new (FALSE, FALSE, sizeof (RjSpan));
  gboolean paused = FALSE, was_away = FALSE;

  for (guint i = 0; i < moments->len; i++) {
    gint64 us = g_array_index (moments, gint64, i);
    gboolean away = is_away (from, us) || is_away (edge->to, us);
    gboolean pauses_now = away || rj_edge_is_paused (edge, us);

    if (pauses_now && !paused) {
      RjSpan span = { us, G_MAXINT64 };

      g_array_append_val (pauses, span);
    } else if (!pauses_now && paused) {
      g_array_index (pauses, RjSpan, pauses->len - 1).to_us =
        was_away ? find_beginning (edge, us) : us;
    }
    paused = pauses_now;
    was_away = away || (was_away && pauses_now);
  }
  return pauses;
}

static gint64
find_end (const RjFacts *facts, const RjEdge *edge)
{
  const RjMember *from = rj_facts_find_member (facts, edge->from);
  gint64 end_us = rj_member_get_end (facts, edge->to);

  return from == NULL ? end_us : MIN (end_us, rj_member_get_end (facts, from));
}

static void
note_silence (RjWalk *w, gint64 from_us, gint64 to_us, gboolean open)
{
  RjSpan span = { from_us, to_us };
  double ms = (to_us - from_us) / 1000.0;

  w->result->longest_gap_ms = MAX (w->result->longest_gap_ms, ms);
  if (to_us - from_us <= w->limit_us)
    return;
  w->result->last_outage_from_us = from_us;
  w->result->last_outage_to_us = open ? 0 : to_us;
  if (open) {
    w->result->down_at_end = TRUE;
    return;
  }
  g_array_append_val (w->result->outages, span);
  g_array_append_val (w->result->outages_ms, ms);
}

/* Nothing complete arrived in (@from_us, @to_us): what of it lies outside of pauses counts. */
static void
take_silence (RjWalk *w, gint64 from_us, gint64 to_us, gboolean open)
{
  to_us = MIN (to_us, w->end_us);
  for (guint i = 0; i < w->pauses->len && from_us < to_us; i++) {
    const RjSpan *pause = &g_array_index (w->pauses, RjSpan, i);

    if (pause->to_us <= from_us || pause->from_us >= to_us)
      continue;
    if (pause->from_us > from_us)
      note_silence (w, from_us, pause->from_us, FALSE);
    from_us = pause->to_us;
  }
  if (from_us < to_us)
    note_silence (w, from_us, to_us, open);
}

static void
take_gaps_until (RjWalk *w, guint *next, gint64 us)
{
  for (; *next < w->edge->gaps->len; (*next)++) {
    const RjFrameGap *gap = &g_array_index (w->edge->gaps, RjFrameGap, *next);

    if (gap->last_us >= us)
      return;
    /* a short one is measured, but the wait for a key frame after it makes no outage of it */
    take_silence (w, gap->last_us,
                  gap->next_us - gap->last_us > w->limit_us ? gap->key_us : gap->next_us, FALSE);
  }
}

/* Without statistics (they were lost, or are still to come) the moment of its loss. 0: it goes on */
static gint64
get_last_frame (const RjWalk *w, const RjPeerFacts *peer)
{
  gint64 end_us = rj_peer_get_flow_end (w->facts, w->edge->to, peer);

  if (peer->has_stats && peer->last_frame_us > 0)
    return peer->last_frame_us;
  return end_us == G_MAXINT64 ? 0 : MAX (end_us, get_first_frame (peer));
}

/* Whether any pause lies in between */
static gboolean
is_interrupted (const RjWalk *w, gint64 from_us, gint64 to_us)
{
  for (guint i = 0; i < w->pauses->len; i++) {
    const RjSpan *pause = &g_array_index (w->pauses, RjSpan, i);

    if (pause->from_us <= to_us && pause->to_us >= from_us)
      return TRUE;
  }
  return FALSE;
}

static void
take_counts (RjWalk *w, const RjPeerFacts *peer)
{
  RjEdgeResult *r = w->result;

  r->frames += peer->frames;
  r->wrong_frames += peer->wrong_frames;
  r->foreign_frames += peer->foreign_frames;
  r->packets += peer->packets;
  r->bytes += peer->bytes;
  r->flowed = r->flowed || rj_peer_get_flow_start (peer) > 0;
  if (peer->has_stats && peer->longest_gap_ms > r->longest_gap_ms &&
      !is_interrupted (w, peer->longest_gap_at_us,
                       peer->longest_gap_at_us + (gint64) (peer->longest_gap_ms * 1000)))
    r->longest_gap_ms = peer->longest_gap_ms;
}

static void
take_end (RjWalk *w, const RjPeerFacts *last, gint64 last_us)
{
  gboolean due = rj_edge_is_expected (w->facts, w->edge, w->end_us - 1);
  const RjMember *from = rj_facts_find_member (w->facts, w->edge->from);
  gint64 to_us = w->end_us;

  if (from != NULL && from->failed_us > 0 && rj_member_sees (w->edge->to, w->edge->from))
    due = TRUE; /* it will not come back, and nobody wanted that */
  if (!due)
    return;
  if (last == NULL) {
    w->result->down_at_end = !w->result->flowed && !rj_edge_is_paused (w->edge, w->end_us);
    return;
  }
  if (last_us == 0) {
    w->result->uncounted = w->facts->n_started > 0 && w->facts->n_ended >= w->facts->n_started;
    return;
  }
  /* statistics of a peer that is still open say nothing of the time after them */
  if (last->has_stats && last->stats_open &&
      rj_peer_get_flow_end (w->facts, w->edge->to, last) >= w->end_us)
    to_us = MIN (to_us, last->stats_us);
  take_silence (w, last_us, to_us, TRUE);
}

static void
walk (RjWalk *w)
{
  const RjPeerFacts *last = NULL;
  gint64 last_us = 0;
  guint next_gap = 0;

  for (guint i = 0; i < w->edge->peers->len; i++) {
    const RjPeerFacts *peer = g_ptr_array_index (w->edge->peers, i);
    gint64 first_us = get_first_frame (peer);

    take_counts (w, peer);
    if (first_us == 0)
      continue;
    take_gaps_until (w, &next_gap, first_us);
    if (last_us > 0 && first_us > last_us)
      take_silence (w, last_us, first_us, FALSE);
    last = peer;
    last_us = get_last_frame (w, peer);
  }
  take_gaps_until (w, &next_gap, G_MAXINT64);
  take_end (w, last, last_us);
}

/* Due if both were there at the same time, before the end. */
static gboolean
was_due (const RjFacts *facts, const RjEdge *edge)
{
  const RjMember *from = rj_facts_find_member (facts, edge->from);
  gint64 end_us = find_end (facts, edge);
  gint64 joined_us = 0;

  if (edge->peers->len > 0)
    return TRUE;
  if (!rj_member_sees (edge->to, edge->from))
    return FALSE;
  if (from == NULL)
    return edge->marks->len > 0;
  for (guint i = 0; i < edge->to->attempts->len && joined_us == 0; i++)
    joined_us = ((RjAttemptFacts *) g_ptr_array_index (edge->to->attempts, i))->joined_us;
  return joined_us > 0 && joined_us < end_us && rj_member_get_first_published (from) > 0 &&
         rj_member_get_first_published (from) < end_us;
}

static double
get_limit_ms (const RjEdge *edge)
{
  double interval_ms = edge->frame_interval_ms > 0 ? edge->frame_interval_ms : RJ_FRAME_INTERVAL_MS;

  return MAX (RJ_OUTAGE_LEAST_US / 1000.0, RJ_OUTAGE_FRAMES * interval_ms);
}

RjEdgeResult *
rj_edge_conclude (const RjFacts *facts, const RjEdge *edge)
{
  RjEdgeResult *result;
  RjWalk w = { .facts = facts, .edge = edge, .limit_us = get_limit_ms (edge) * 1000 };

  if (!was_due (facts, edge))
    return NULL;
  result = g_new0 (RjEdgeResult, 1);
  result->session = g_strdup (edge->to->session);
  result->from = g_strdup (edge->from);
  result->to = g_strdup (edge->to->name);
  result->foreign = rj_facts_find_member (facts, edge->from) == NULL;
  result->outages = g_array_new (FALSE, FALSE, sizeof (RjSpan));
  result->outages_ms = g_array_new (FALSE, FALSE, sizeof (double));
  result->longest_gap_ms = RJ_MS_UNKNOWN;
  result->latency_ms = edge->latency_ms > 0 ? edge->latency_ms : RJ_MS_UNKNOWN;
  result->picture_checks = edge->picture_checks;
  result->picture_failures = edge->picture_failures;
  result->picture_bad_at_end = edge->picture_bad;
  result->picture_due = !edge->audio_only;
  result->candidates = rj_facts_get_candidates (edge->peers);
  w.result = result;
  w.pauses = find_pauses (facts, edge);
  w.end_us = find_end (facts, edge);
  walk (&w);
  rj_edge_conclude_quality (edge, result);
  g_array_unref (w.pauses);
  result->picture_due = result->picture_due && result->flowed;
  result->picture_checked =
    edge->picture_at_us > 0 && edge->picture_at_us >= result->last_outage_to_us;
  return result;
}
