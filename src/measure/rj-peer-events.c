/* Events of peer connections, into facts. */
#include "rj-taking.h"

#include "rj-json.h"

/* Peers of this publication or subscription, within the attempt. Returns: (nullable) the one that was made
 * last at or before @us, else the first one */
static RjPeerFacts *
find_peer (GPtrArray *peers, const RjAttemptFacts *attempt, gint64 us)
{
  RjPeerFacts *found = NULL;

  for (guint i = peers->len; i > 0; i--) {
    RjPeerFacts *peer = g_ptr_array_index (peers, i - 1);

    if (peer->attempt != attempt)
      continue;
    found = peer;
    if (peer->us <= us)
      break;
  }
  return found;
}

/* Which one has ended? Where one is replaced, the old one may be closed after the new one began, and a ghost
 * of an earlier connection bears the same name. @accepts: which of the open ones are preferred.
 * Returns: (nullable): the oldest */
static RjPeerFacts *
find_open_peer (GPtrArray *peers,
                const RjAttemptFacts *attempt,
                gboolean (*accepts) (const RjPeerFacts *peer))
{
  RjPeerFacts *other = NULL;

  for (guint i = peers->len; i > 0; i--) {
    RjPeerFacts *peer = g_ptr_array_index (peers, i - 1);

    if (peer->attempt == attempt && peer->closed_us == 0 &&
        (other == NULL || accepts (peer) || !accepts (other)))
      other = peer;
  }
  return other;
}

static gboolean
has_no_frame (const RjPeerFacts *peer)
{
  return peer->key_us == 0 && !peer->has_stats;
}

static gboolean
has_last_stats (const RjPeerFacts *peer)
{
  return peer->has_stats && !peer->stats_open;
}

static gboolean
has_no_reports (const RjPeerFacts *peer)
{
  return peer->reports == 0;
}

static gboolean
is_publication (const RjTaking *t)
{
  return g_strcmp0 (t->event->peer, "publish") == 0 ||
         g_str_equal (rj_json_get_string (t->data, "direction", ""), "publish");
}

/* Returns: (nullable): NULL for an event that names no peer */
static GPtrArray *
get_peers (const RjTaking *t, RjEdge **edge)
{
  *edge = is_publication (t) ? NULL : rj_taking_get_edge (t);
  if (*edge != NULL)
    return (*edge)->peers;
  return is_publication (t) ? t->member->publications : NULL;
}

static RjPeerFacts *
get_peer (const RjTaking *t)
{
  RjEdge *edge;
  GPtrArray *peers = get_peers (t, &edge);
  RjAttemptFacts *attempt = rj_taking_get_attempt (t);
  RjPeerFacts *peer;

  if (peers == NULL)
    return NULL;
  peer = find_peer (peers, attempt, t->us);
  if (peer != NULL)
    return peer;
  peer = rj_member_add_peer (t->member, edge, attempt, t->us);
  peer->implicit = TRUE;
  return peer;
}

void
rj_taking_peer_created (const RjTaking *t)
{
  RjEdge *edge;
  GPtrArray *peers = get_peers (t, &edge);
  RjAttemptFacts *attempt = rj_taking_get_attempt (t);
  RjPeerFacts *peer;

  if (peers == NULL)
    return;
  peer = find_peer (peers, attempt, t->us);
  if (peer == NULL || !peer->implicit)
    peer = rj_member_add_peer (t->member, edge, attempt, t->us);
  peer->us = MIN (peer->us, t->us);
  peer->implicit = FALSE;
}

void
rj_taking_peer_stamp (const RjTaking *t)
{
  RjPeerFacts *peer = get_peer (t);
  const struct {
    const char *type;
    gsize offset;
  } stamps[] = {
    { RJ_EVENT_OFFER_SENT, G_STRUCT_OFFSET (RjPeerFacts, offer_us) },
    { RJ_EVENT_ANSWER_RECEIVED, G_STRUCT_OFFSET (RjPeerFacts, answer_us) },
    { RJ_EVENT_OFFER_REQUESTED, G_STRUCT_OFFSET (RjPeerFacts, offer_us) },
    { RJ_EVENT_OFFER_RECEIVED, G_STRUCT_OFFSET (RjPeerFacts, offered_us) },
    { RJ_EVENT_ANSWER_SENT, G_STRUCT_OFFSET (RjPeerFacts, reply_us) },
    { RJ_EVENT_ANSWER_ACCEPTED, G_STRUCT_OFFSET (RjPeerFacts, answer_us) },
    { RJ_EVENT_ICE_CONNECTED, G_STRUCT_OFFSET (RjPeerFacts, ice_us) },
    { RJ_EVENT_DTLS_CONNECTED, G_STRUCT_OFFSET (RjPeerFacts, dtls_us) },
    { RJ_EVENT_FIRST_PACKET, G_STRUCT_OFFSET (RjPeerFacts, packet_us) },
    { RJ_EVENT_FIRST_KEY_FRAME, G_STRUCT_OFFSET (RjPeerFacts, key_us) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (stamps) && peer != NULL; i++) {
    gint64 *stamp = G_STRUCT_MEMBER_P (peer, stamps[i].offset);

    if (g_str_equal (stamps[i].type, t->event->type) && (*stamp == 0 || t->us < *stamp))
      *stamp = t->us;
  }
}

void
rj_taking_ice_connected (const RjTaking *t)
{
  RjPeerFacts *peer = get_peer (t);

  rj_taking_peer_stamp (t);
  if (peer == NULL)
    return;
  peer->local = g_intern_string (rj_json_get_string (t->data, "local", NULL));
  peer->remote = g_intern_string (rj_json_get_string (t->data, "remote", NULL));
}

void
rj_taking_frame_gap (const RjTaking *t)
{
  RjPeerFacts *peer = get_peer (t);
  RjFrameGap gap = {
    .last_us = rj_json_get_int (t->data, "last_frame_us", 0),
    .next_us = rj_json_get_int (t->data, "next_frame_us", 0),
    .key_us = rj_json_get_int (t->data, "next_key_frame_us", 0),
  };

  if (peer == NULL || peer->edge == NULL || gap.last_us == 0 || gap.next_us == 0)
    return;
  gap.key_us = MAX (gap.key_us, gap.next_us);
  rj_stamped_insert (peer->edge->gaps, &gap);
  peer->sound_us = MAX (peer->sound_us, t->us);
  rj_facts_note_loss (t->facts, gap.key_us);
}

static void
read_quality (RjPeerFacts *peer, JsonObject *data)
{
  peer->lost_packets = rj_json_get_int (data, "lost_packets", 0);
  peer->sequence_gaps = rj_json_get_int (data, "sequence_gaps", 0);
  peer->duplicates = rj_json_get_int (data, "duplicates", 0);
  peer->reordered = rj_json_get_int (data, "reordered", 0);
  peer->played_frames = rj_json_get_int (data, "played_frames", 0);
  peer->receiving_ms = rj_json_get_double (data, "receiving_ms", 0);
  peer->playing_ms = rj_json_get_double (data, "playing_ms", 0);
  peer->jitter_ms = rj_json_get_double (data, "jitter_ms", RJ_MS_UNKNOWN);
  peer->jitter_max_ms = rj_json_get_double (data, "jitter_max_ms", RJ_MS_UNKNOWN);
}

static void
read_stats (RjPeerFacts *peer, JsonObject *data, gint64 us)
{
  peer->stats_us = us;
  peer->has_stats = TRUE;
  peer->stats_open = rj_json_get_bool (data, "open", FALSE);
  peer->frames = rj_json_get_int (data, "frames", 0);
  peer->wrong_frames = rj_json_get_int (data, "wrong_frames", 0);
  peer->foreign_frames = rj_json_get_int (data, "foreign_frames", 0);
  peer->packets = rj_json_get_int (data, "packets", 0);
  peer->bytes = rj_json_get_int (data, "bytes", 0);
  peer->last_frame_us = rj_json_get_int (data, "last_frame_us", 0);
  peer->longest_gap_ms = rj_json_get_double (data, "longest_gap_ms", 0);
  peer->longest_gap_at_us = rj_json_get_int (data, "longest_gap_at_us", 0);
  read_quality (peer, data);
}

void
rj_taking_peer_stats (const RjTaking *t)
{
  RjEdge *edge;
  GPtrArray *peers = get_peers (t, &edge);
  gint64 first_us = rj_json_get_int (t->data, "first_frame_us", 0);
  RjPeerFacts *peer = NULL;

  if (peers == NULL || edge == NULL)
    return;
  if (first_us > 0)
    peer = find_peer (peers, rj_taking_get_attempt (t), first_us);
  else
    peer = find_open_peer (peers, rj_taking_get_attempt (t), has_no_frame);
  if (peer == NULL)
    peer = get_peer (t);
  /* at the end of the run and at the close: the later one has more */
  if (!peer->has_stats || peer->stats_open)
    read_stats (peer, t->data, t->us);
  if (rj_json_get_double (t->data, "frame_interval_ms", 0) > 0)
    edge->frame_interval_ms = rj_json_get_double (t->data, "frame_interval_ms", 0);
  if (t->us >= edge->latency_at_us && rj_json_has (t->data, "latency_ms")) {
    edge->latency_ms = rj_json_get_double (t->data, "latency_ms", 0);
    edge->latency_at_us = t->us;
  }
}

void
rj_taking_publication_stats (const RjTaking *t)
{
  RjPeerFacts *peer =
    find_open_peer (t->member->publications, rj_taking_get_attempt (t), has_no_reports);
  guint64 reports = rj_json_get_int (t->data, "reports", 0);

  /* at the end of the run and at the close: the later one has more */
  if (peer == NULL || reports < peer->reports)
    return;
  peer->reports = reports;
  peer->rtt_ms = rj_json_get_double (t->data, "rtt_ms", 0);
  peer->rtt_max_ms = rj_json_get_double (t->data, "rtt_max_ms", 0);
}

void
rj_taking_peer_ended (const RjTaking *t)
{
  RjEdge *edge;
  GPtrArray *peers = get_peers (t, &edge);
  RjPeerFacts *peer = NULL;

  if (peers != NULL)
    peer = find_open_peer (peers, rj_taking_get_attempt (t), has_last_stats);

  if (peer == NULL)
    return;
  if (g_str_equal (t->event->type, RJ_EVENT_PEER_FAILED)) {
    peer->failed_us = t->us;
    rj_taking_remember_error (t);
    return;
  }
  peer->closed_us = t->us;
}

void
rj_taking_picture (const RjTaking *t)
{
  RjEdge *edge = rj_taking_get_edge (t);
  gboolean ok = rj_json_get_bool (t->data, "ok", FALSE);

  if (edge == NULL)
    return;
  edge->picture_checks++;
  edge->picture_failures += ok ? 0 : 1;
  if (t->us < edge->picture_at_us)
    return;
  edge->picture_at_us = t->us;
  edge->picture_bad = !ok;
}
