#include "rj-recovery.h"

#include <math.h>

#include "rj-flow.h"
#include "rj-path.h"

/* A fault that precedes a loss by no more than this is its cause. */
#define RJ_FAULT_REACH_US (30 * G_USEC_PER_SEC)

/* The detector that led to a decision fired at most so long before it. */
#define RJ_DECISION_US (1 * G_USEC_PER_SEC)

/* Something from which the participant had to come back. */
typedef struct {
  gint64 us; /* told */
  RjWayKind kind;
  const char *cause, *detected_by;
  const RjResume *resume;
} RjLoss;

void
rj_rejoin_free (RjRejoin *self)
{
  if (self == NULL)
    return;
  g_free (self->cause);
  g_free (self->detected_by);
  g_free (self->last_edge);
  g_free (self->stuck_in);
  g_free (self->node_before);
  g_free (self->node_after);
  g_free (self->master_before);
  g_free (self->master_after);
  g_hash_table_unref (self->detectors);
  g_free (self);
}

double
rj_rejoin_get_server_ms (const RjRejoin *self)
{
  double ms = self->total_ms - self->detect_ms - self->own_ms;

  /* whole microseconds: a difference of doubles may be a little less than nothing */
  return self->total_ms < 0 ? RJ_MS_UNKNOWN : fmax (0, round (ms * 1000) / 1000);
}

/* --- what was lost --- */

/* When the news of it came in: what passes from then to the decision is our own time. */
static gint64
find_told (const RjMember *member, const RjRejoinStart *start)
{
  for (guint i = rj_stamped_count (member->firings, start->us); i > 0; i--) {
    const RjFiring *firing = &g_array_index (member->firings, RjFiring, i - 1);

    if (firing->us < start->us - RJ_DECISION_US)
      break;
    if (firing->acted && firing->detector == start->detected_by)
      return firing->us;
  }
  return start->us;
}

/* What made it give its websocket up */
static const char *
find_resume_detector (const RjMember *member, const RjResume *resume)
{
  const char *found = "websocket-closed";

  for (guint i = 0; i < member->firings->len; i++) {
    const RjFiring *firing = &g_array_index (member->firings, RjFiring, i);

    if (firing->us > resume->us)
      break;
    if (g_str_equal (firing->detector, "websocket-closed") ||
        g_str_equal (firing->detector, "ping-unanswered"))
      found = firing->detector;
  }
  return found;
}

static GArray *
find_losses (const RjMember *member)
{
  GArray *losses = g_array_new (FALSE, FALSE, sizeof (RjLoss));

  for (guint i = 0; i < member->rejoin_starts->len; i++) {
    const RjRejoinStart *start = &g_array_index (member->rejoin_starts, RjRejoinStart, i);
    RjLoss loss = { find_told (member, start), RJ_WAY_REJOIN, start->cause, start->detected_by,
                    NULL };

    rj_stamped_insert (losses, &loss);
  }
  for (guint i = 0; i < member->reconnected->len; i++) {
    RjLoss loss = { g_array_index (member->reconnected, gint64, i), RJ_WAY_REPUBLISH,
                    "mediaServerReconnect", "server-event", NULL };

    rj_stamped_insert (losses, &loss);
  }
  for (guint i = 0; i < member->resumes->len; i++) {
    const RjResume *resume = &g_array_index (member->resumes, RjResume, i);
    RjLoss loss = { resume->us, RJ_WAY_RESUME, "resume", find_resume_detector (member, resume),
                    resume };

    if (resume->done_us > 0)
      rj_stamped_insert (losses, &loss);
  }
  return losses;
}

/* The frame after which the first edge of this participant fell silent. 0: not known */
static gint64
find_first_silence (const RjFacts *facts, const RjMember *member, gint64 after_us, gint64 told_us)
{
  gint64 first_us = 0;

  for (guint i = 0; i < member->edges->len; i++) {
    const RjEdge *edge = g_ptr_array_index (member->edges, i);
    guint n = rj_stamped_count_pointers (edge->peers, told_us);
    const RjPeerFacts *peer = n == 0 ? NULL : g_ptr_array_index (edge->peers, n - 1);

    if (peer == NULL || peer->last_frame_us <= after_us || peer->last_frame_us > told_us ||
        rj_edge_is_paused (edge, peer->last_frame_us + 1) ||
        !rj_edge_is_expected (facts, edge, told_us - 1))
      continue;
    if (first_us == 0 || peer->last_frame_us < first_us)
      first_us = peer->last_frame_us;
  }
  return first_us;
}

/* The last one before that does any harm. 0: none */
static gint64
find_fault (const RjFacts *facts, gint64 us)
{
  for (guint i = rj_stamped_count_pointers (facts->faults, us); i > 0; i--) {
    const RjFaultFacts *fault = g_ptr_array_index (facts->faults, i - 1);

    if (rj_fault_gives_time (fault->what))
      return fault->us;
  }
  return 0;
}

/* @after_us: when everything last flowed: what happened before belongs to an earlier loss */
static gint64
find_lost (const RjFacts *facts, const RjMember *member, gint64 after_us, const RjLoss *loss)
{
  gint64 lost_us = find_fault (facts, loss->us);

  if (lost_us <= after_us || loss->us - lost_us > RJ_FAULT_REACH_US)
    lost_us =
      loss->kind == RJ_WAY_RESUME ? 0 : find_first_silence (facts, member, after_us, loss->us);
  return lost_us > 0 ? lost_us : loss->us;
}

/* --- what is known about it --- */

static const RjPlacement *
find_placement (const RjFacts *facts, const char *session, gint64 us)
{
  for (guint i = rj_stamped_count (facts->placements, us); i > 0; i--) {
    const RjPlacement *placement = &g_array_index (facts->placements, RjPlacement, i - 1);

    if (placement->session == session)
      return placement;
  }
  return NULL;
}

/* What the server said to the participant itself counts before what the cluster tells about the session. */
static const char *
find_node (const RjFacts *facts, RjMember *member, gint64 us)
{
  const RjAttemptFacts *attempt = rj_member_find_attempt (member, us);
  const RjPlacement *placement;

  if (attempt != NULL && attempt->node != NULL)
    return attempt->node;
  placement = find_placement (facts, member->session, us);
  return placement == NULL ? NULL : placement->node;
}

static const char *
find_master (const RjFacts *facts, const RjMember *member, gint64 us)
{
  const RjPlacement *placement = find_placement (facts, member->session, us);

  return placement == NULL ? NULL : placement->master;
}

static void
note_detector (RjRejoin *rejoin, const char *detector, gint64 us)
{
  gint64 *stamp = g_hash_table_lookup (rejoin->detectors, detector);

  if (stamp != NULL && *stamp <= us)
    return;
  stamp = g_new (gint64, 1);
  *stamp = us;
  g_hash_table_insert (rejoin->detectors, g_strdup (detector), stamp);
}

static void
note_signs (RjRejoin *rejoin, const RjMember *member, gint64 until_us)
{
  for (guint i = 0; i < member->firings->len; i++) {
    const RjFiring *firing = &g_array_index (member->firings, RjFiring, i);

    if (firing->us < rejoin->lost_at_us || firing->us >= until_us)
      continue;
    note_detector (rejoin, firing->detector, firing->us);
    if (rejoin->evicted_at_us == 0 && g_str_equal (firing->detector, "server-event"))
      rejoin->evicted_at_us = firing->us;
  }
  for (guint i = 0; i < member->evictions->len; i++) {
    gint64 us = g_array_index (member->evictions, gint64, i);

    if (us >= rejoin->lost_at_us && us < until_us &&
        (rejoin->evicted_at_us == 0 || us < rejoin->evicted_at_us))
      rejoin->evicted_at_us = us;
  }
}

static RjRejoin *
build_rejoin (const RjWay *way, const RjLoss *loss)
{
  RjRejoin *rejoin = g_new0 (RjRejoin, 1);
  gint64 known_until_us = way->flowing_us > 0 ? way->flowing_us : way->until_us;

  rejoin->cause = g_strdup (loss->cause);
  rejoin->detected_by = g_strdup (loss->detected_by);
  rejoin->lost_at_us = way->lost_us;
  rejoin->detected_at_us = way->detected_us;
  rejoin->flowing_at_us = way->flowing_us;
  rejoin->detectors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  note_signs (rejoin, way->member, known_until_us);
  rejoin->node_before = g_strdup (find_node (way->facts, way->member, way->lost_us));
  rejoin->master_before = g_strdup (find_master (way->facts, way->member, way->lost_us));
  if (way->flowing_us > 0) {
    rejoin->node_after = g_strdup (find_node (way->facts, way->member, way->flowing_us));
    rejoin->master_after = g_strdup (find_master (way->facts, way->member, way->flowing_us));
  }
  rj_way_measure (way, rejoin);
  return rejoin;
}

/* --- one after the other --- */

/* A rejoin throws away whatever way was under way; the others wait for the one before to end. */
static gboolean
is_superseded (const RjLoss *loss, const RjLoss *next)
{
  return loss->kind != RJ_WAY_REJOIN && next != NULL && next->kind == RJ_WAY_REJOIN;
}

static const RjLoss *
find_next_rejoin (const GArray *losses, guint after)
{
  for (guint i = after + 1; i < losses->len; i++)
    if (g_array_index (losses, RjLoss, i).kind == RJ_WAY_REJOIN)
      return &g_array_index (losses, RjLoss, i);
  return NULL;
}

static void
find_flowing (RjWay *way)
{
  if (way->kind == RJ_WAY_RESUME)
    way->flowing_us = way->resume->done_us;
  else
    way->flowing_us =
      rj_member_find_flowing (way->facts, way->member, way->detected_us, way->until_us);
}

GPtrArray *
rj_member_find_rejoins (const RjFacts *facts, RjMember *member)
{
  GPtrArray *rejoins = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_rejoin_free);
  g_autoptr (GArray) losses = find_losses (member);
  gint64 busy_until_us = 0; /* a way that has not ended is at it */
  gint64 flowed_us = 0;

  for (guint i = 0; i < losses->len; i++) {
    const RjLoss *loss = &g_array_index (losses, RjLoss, i);
    const RjLoss *next = find_next_rejoin (losses, i);
    RjWay way = { .kind = loss->kind, .facts = facts, .member = member, .resume = loss->resume };

    if (loss->kind != RJ_WAY_REJOIN && loss->us < busy_until_us)
      continue;
    way.detected_us = loss->us;
    way.lost_us = find_lost (facts, member, flowed_us, loss);
    way.until_us = next != NULL ? next->us : rj_member_get_end (facts, member) + 1;
    find_flowing (&way);
    if (way.flowing_us == 0 && is_superseded (loss, next))
      continue;
    g_ptr_array_add (rejoins, build_rejoin (&way, loss));
    busy_until_us = way.flowing_us > 0 ? way.flowing_us : way.until_us;
    flowed_us = MAX (flowed_us, way.flowing_us);
  }
  return rejoins;
}
