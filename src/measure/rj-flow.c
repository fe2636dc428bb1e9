#include "rj-flow.h"

const RjMark *
rj_edge_find_mark (const RjEdge *edge, gint64 us)
{
  for (guint i = rj_stamped_count (edge->marks, us); i > 0; i--) {
    const RjMark *mark = &g_array_index (edge->marks, RjMark, i - 1);

    if (mark->kind != RJ_MARK_LOST)
      return mark;
  }
  return NULL;
}

static gboolean
mark_is_pause (const RjMark *mark)
{
  if (mark == NULL)
    return FALSE;
  return mark->kind == RJ_MARK_MUTED || mark->kind == RJ_MARK_UNPUBLISHED ||
         (mark->kind == RJ_MARK_ANNOUNCED && mark->muted);
}

gboolean
rj_edge_is_paused (const RjEdge *edge, gint64 us)
{
  return mark_is_pause (rj_edge_find_mark (edge, us));
}

gint64
rj_peer_get_flow_start (const RjPeerFacts *peer)
{
  if (peer->edge == NULL)
    return peer->dtls_us;
  if (peer->key_us > 0)
    return peer->key_us;
  if (peer->edge->audio_only && peer->packet_us > 0)
    return peer->packet_us;
  if (peer->dtls_us > 0 && rj_edge_is_paused (peer->edge, peer->dtls_us))
    return MAX (peer->answer_us, peer->dtls_us);
  return 0;
}

static gint64
earlier (gint64 a_us, gint64 b_us)
{
  return b_us > 0 ? MIN (a_us, b_us) : a_us;
}

/* When the stream of @publisher was gone for those who subscribed at @us. */
static gint64
find_stream_end (const RjMember *publisher, gint64 us)
{
  if (publisher == NULL)
    return G_MAXINT64;
  return MIN (rj_stamped_next (publisher->rejoin_starts, us),
              rj_stamped_next (publisher->taken, us));
}

gint64
rj_peer_get_flow_end (const RjFacts *facts, const RjMember *member, const RjPeerFacts *peer)
{
  gint64 end_us = G_MAXINT64;

  end_us = earlier (end_us, peer->closed_us);
  end_us = earlier (end_us, peer->failed_us);
  end_us = earlier (end_us, peer->attempt->closed_us);
  end_us = earlier (end_us, peer->attempt->failed_us);
  end_us = MIN (end_us, rj_stamped_next (member->rejoin_starts, peer->us));
  if (peer->edge == NULL)
    return MIN (end_us, rj_stamped_next (member->taken, peer->us));
  return MIN (end_us, find_stream_end (rj_facts_find_member (facts, peer->edge->from), peer->us));
}

static const RjPeerFacts *
find_peer_at (const GPtrArray *peers, gint64 us)
{
  guint n = rj_stamped_count_pointers (peers, us);

  return n == 0 ? NULL : g_ptr_array_index (peers, n - 1);
}

static gboolean
peer_flows (const RjFacts *facts, const RjMember *member, const RjPeerFacts *peer, gint64 us)
{
  gint64 start_us = peer == NULL ? 0 : rj_peer_get_flow_start (peer);

  if (start_us == 0 || start_us > us)
    return FALSE;
  if (us == RJ_NOW && peer->silent_us > MAX (peer->sound_us, peer->key_us))
    return FALSE;
  return rj_peer_get_flow_end (facts, member, peer) > us;
}

gboolean
rj_edge_flows (const RjFacts *facts, const RjEdge *edge, gint64 us)
{
  return peer_flows (facts, edge->to, find_peer_at (edge->peers, us), us);
}

gboolean
rj_member_is_gone (const RjMember *member, gint64 us)
{
  guint n = rj_stamped_count (member->presence, us);

  return n > 0 && g_array_index (member->presence, RjPresence, n - 1).kind != RJ_PRESENCE_HERE;
}

/* Taken away because somebody wanted it, and not published again since */
static gboolean
is_taken_on_purpose (const RjMember *member, gint64 us)
{
  guint n = rj_stamped_count (member->taken, us);
  const RjTaken *taken = n == 0 ? NULL : &g_array_index (member->taken, RjTaken, n - 1);
  const RjPeerFacts *last = find_peer_at (member->publications, us);

  return taken != NULL && taken->on_purpose && (last == NULL || last->us < taken->us);
}

/* Announced more often than taken back, in this stay: one that reloads may be there twice for a while. */
static gboolean
is_foreign_expected (const RjEdge *edge, gint64 us)
{
  guint n = rj_stamped_count (edge->to->rejoin_starts, us);
  gint64 stay_us = n == 0 ? 0 : g_array_index (edge->to->rejoin_starts, RjRejoinStart, n - 1).us;
  int streams = 0;

  for (guint i = rj_stamped_count (edge->marks, stay_us - 1); i < edge->marks->len; i++) {
    const RjMark *mark = &g_array_index (edge->marks, RjMark, i);

    if (mark->us > us)
      break;
    if (mark->kind == RJ_MARK_ANNOUNCED)
      streams++;
    else if (mark->kind == RJ_MARK_LOST || mark->kind == RJ_MARK_UNPUBLISHED)
      streams = MAX (0, streams - 1);
  }
  return streams > 0;
}

static gboolean
is_publisher_expected (const RjMember *from, const RjMember *to, gint64 us)
{
  gint64 first_us = rj_member_get_first_published (from);

  return from != to && from->session == to->session && rj_member_publishes (from) &&
         rj_member_sees (to, from->name) && first_us > 0 && first_us <= us &&
         !rj_member_is_gone (from, us) && !is_taken_on_purpose (from, us);
}

gboolean
rj_edge_is_expected (const RjFacts *facts, const RjEdge *edge, gint64 us)
{
  const RjMember *from = rj_facts_find_member (facts, edge->from);
  const RjMark *mark = rj_edge_find_mark (edge, us);

  if (!rj_member_sees (edge->to, edge->from))
    return FALSE;
  if (from == NULL)
    return is_foreign_expected (edge, us);
  return is_publisher_expected (from, edge->to, us) &&
         (mark == NULL || mark->kind != RJ_MARK_UNPUBLISHED);
}

gboolean
rj_member_publication_flows (const RjFacts *facts, const RjMember *member, gint64 us)
{
  if (!rj_member_publishes (member) || is_taken_on_purpose (member, us))
    return TRUE;
  return peer_flows (facts, member, find_peer_at (member->publications, us), us);
}

static gboolean
is_joined (const RjMember *member, gint64 us)
{
  RjAttemptFacts *attempt = rj_member_find_attempt ((RjMember *) member, us);

  return attempt != NULL && attempt->joined_us > 0 && attempt->joined_us <= us &&
         !(attempt->closed_us > 0 && attempt->closed_us <= us) &&
         !(attempt->failed_us > 0 && attempt->failed_us <= us) &&
         rj_stamped_next (member->rejoin_starts, attempt->us) > us;
}

/* Does not publish and never will again: nobody's way back waits for it, though its edges are down. */
static gboolean
is_lost_for_good (const RjFacts *facts, const RjMember *publisher, gint64 us)
{
  if (publisher == NULL || rj_member_publication_flows (facts, publisher, us))
    return FALSE;
  for (guint i = publisher->publications->len; i > 0; i--) {
    const RjPeerFacts *peer = g_ptr_array_index (publisher->publications, i - 1);

    if (rj_peer_get_flow_start (peer) > us)
      return FALSE;
  }
  return TRUE;
}

gboolean
rj_member_flows (const RjFacts *facts, const RjMember *member, gint64 us)
{
  if (rj_member_is_gone (member, us) || !is_joined (member, us) ||
      !rj_member_publication_flows (facts, member, us))
    return FALSE;
  for (guint i = 0; i < member->edges->len; i++) {
    const RjEdge *edge = g_ptr_array_index (member->edges, i);

    if (rj_edge_is_expected (facts, edge, us) && !rj_edge_flows (facts, edge, us) &&
        !is_lost_for_good (facts, rj_facts_find_member (facts, edge->from), us))
      return FALSE;
  }
  for (guint i = 0; i < facts->members->len; i++) {
    const RjMember *from = g_ptr_array_index (facts->members, i);

    if (is_publisher_expected (from, member, us) &&
        rj_member_find_edge ((RjMember *) member, from->name) == NULL &&
        !is_lost_for_good (facts, from, us))
      return FALSE;
  }
  return TRUE;
}

static int
compare_stamps (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

static void
add_starts (GArray *moments, const GPtrArray *peers, gint64 after_us, gint64 until_us)
{
  for (guint i = 0; i < peers->len; i++) {
    gint64 us = rj_peer_get_flow_start (g_ptr_array_index (peers, i));

    if (us > after_us && us < until_us)
      g_array_append_val (moments, us);
  }
}

/* Those who failed for good are not waited for any longer. */
static void
add_failures (
  GArray *moments, const RjFacts *facts, const RjMember *member, gint64 after_us, gint64 until_us)
{
  for (guint i = 0; i < facts->members->len; i++) {
    const RjMember *other = g_ptr_array_index (facts->members, i);

    if (other != member && other->session == member->session && other->failed_us > after_us &&
        other->failed_us < until_us)
      g_array_append_val (moments, other->failed_us);
  }
}

static gint64
find_last_at (const GArray *moments, gint64 us)
{
  guint n = rj_stamped_count (moments, us);

  return n == 0 ? 0 : g_array_index (moments, gint64, n - 1);
}

gint64
rj_member_find_flowing (const RjFacts *facts,
                        const RjMember *member,
                        gint64 after_us,
                        gint64 until_us)
{
  g_autoptr (GArray) starts = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GArray) moments = NULL;

  add_starts (starts, member->publications, after_us, until_us);
  for (guint i = 0; i < member->edges->len; i++)
    add_starts (starts, ((const RjEdge *) g_ptr_array_index (member->edges, i))->peers, after_us,
                until_us);
  g_array_sort (starts, compare_stamps);
  moments = g_array_copy (starts);
  add_failures (moments, facts, member, after_us, until_us);
  g_array_sort (moments, compare_stamps);
  for (guint i = 0; i < moments->len; i++) {
    gint64 us = g_array_index (moments, gint64, i);

    if (rj_member_flows (facts, member, us))
      return find_last_at (starts, us);
  }
  return 0;
}

void
rj_facts_complete_edges (RjFacts *facts)
{
  for (guint i = 0; i < facts->members->len; i++)
    for (guint j = 0; j < facts->members->len; j++) {
      RjMember *to = g_ptr_array_index (facts->members, i);
      const RjMember *from = g_ptr_array_index (facts->members, j);

      if (i != j && from->session == to->session && rj_member_publishes (from) &&
          rj_member_sees (to, from->name))
        rj_member_ensure_edge (to, from->name);
    }
}
