#include "rj-path.h"

#include "rj-flow.h"

/* Longer than this between DTLS and the first packet is the sender's doing. */
#define RJ_PACKET_GRACE_US (50 * 1000)

/* Ends of the phases, in order; each phase begins where the one before ends. */
typedef enum {
  RJ_PHASE_DETECT,
  RJ_PHASE_WAIT,
  RJ_PHASE_TOKEN,
  RJ_PHASE_CONNECT,
  RJ_PHASE_JOIN,
  RJ_PHASE_PUBLISH,
  RJ_PHASE_SUBSCRIBE,
  RJ_PHASE_ICE,
  RJ_PHASE_DTLS,
  RJ_PHASE_FIRST_PACKET,
  RJ_PHASE_FIRST_KEY_FRAME,
  RJ_N_PHASES,
} RjPhase;

static const struct {
  const char *name;
  gsize offset;
} phases[RJ_N_PHASES] = {
  [RJ_PHASE_DETECT] = { "detect", G_STRUCT_OFFSET (RjRejoin, detect_ms) },
  [RJ_PHASE_WAIT] = { "wait", G_STRUCT_OFFSET (RjRejoin, wait_ms) },
  [RJ_PHASE_TOKEN] = { "token", G_STRUCT_OFFSET (RjRejoin, token_ms) },
  [RJ_PHASE_CONNECT] = { "connect", G_STRUCT_OFFSET (RjRejoin, connect_ms) },
  [RJ_PHASE_JOIN] = { "join", G_STRUCT_OFFSET (RjRejoin, join_ms) },
  [RJ_PHASE_PUBLISH] = { "publish", G_STRUCT_OFFSET (RjRejoin, publish_ms) },
  [RJ_PHASE_SUBSCRIBE] = { "subscribe", G_STRUCT_OFFSET (RjRejoin, subscribe_ms) },
  [RJ_PHASE_ICE] = { "ice", G_STRUCT_OFFSET (RjRejoin, ice_ms) },
  [RJ_PHASE_DTLS] = { "dtls", G_STRUCT_OFFSET (RjRejoin, dtls_ms) },
  [RJ_PHASE_FIRST_PACKET] = { "first_packet", G_STRUCT_OFFSET (RjRejoin, first_packet_ms) },
  [RJ_PHASE_FIRST_KEY_FRAME] = { "first_key_frame",
                                 G_STRUCT_OFFSET (RjRejoin, first_key_frame_ms) },
};

/* What was found on the path. */
typedef struct {
  const RjWay *way;
  const RjPeerFacts *peer;       /* (nullable) the one that flows last */
  const RjAttemptFacts *attempt; /* (nullable) the one that succeeded */
  gint64 announced_us;           /* its stream, when that had to be waited for; else 0 */
  gint64 ends[RJ_N_PHASES];      /* 0: not known */
  GArray *waits;                 /* of RjSpan: not our own time */
} RjPath;

static void
add_wait (RjPath *path, gint64 from_us, gint64 to_us)
{
  RjSpan span = { MAX (from_us, path->way->detected_us), MIN (to_us, path->way->flowing_us) };

  if (from_us > 0 && to_us > 0 && span.from_us < span.to_us)
    g_array_append_val (path->waits, span);
}

static int
compare_spans (gconstpointer a, gconstpointer b)
{
  const RjSpan *left = a, *right = b;

  return (left->from_us > right->from_us) - (left->from_us < right->from_us);
}

/* Time that is covered by any of the spans; what two of them share counts once. */
static gint64
measure_union (GArray *spans)
{
  gint64 total_us = 0, end_us = 0;

  g_array_sort (spans, compare_spans);
  for (guint i = 0; i < spans->len; i++) {
    const RjSpan *span = &g_array_index (spans, RjSpan, i);

    total_us += MAX (0, span->to_us - MAX (span->from_us, end_us));
    end_us = MAX (end_us, span->to_us);
  }
  return total_us;
}

/* --- finding the path --- */

static const RjPeerFacts *
find_starting_at (const GPtrArray *peers, gint64 us)
{
  for (guint i = 0; i < peers->len; i++) {
    const RjPeerFacts *peer = g_ptr_array_index (peers, i);

    if (rj_peer_get_flow_start (peer) == us)
      return peer;
  }
  return NULL;
}

/* An edge before the publication, should both begin at the same moment */
static const RjPeerFacts *
find_last_peer (const RjWay *way)
{
  for (guint i = 0; i < way->member->edges->len; i++) {
    const RjEdge *edge = g_ptr_array_index (way->member->edges, i);
    const RjPeerFacts *peer = find_starting_at (edge->peers, way->flowing_us);

    if (peer != NULL)
      return peer;
  }
  return find_starting_at (way->member->publications, way->flowing_us);
}

/* When the stream that the peer receives was announced: the last time before it was asked for. */
static gint64
find_announced (const RjPeerFacts *peer)
{
  gint64 us = peer->offer_us > 0 ? peer->offer_us : peer->us;

  for (guint i = rj_stamped_count (peer->edge->marks, us); i > 0; i--) {
    const RjMark *mark = &g_array_index (peer->edge->marks, RjMark, i - 1);

    if (mark->kind == RJ_MARK_ANNOUNCED)
      return mark->us;
  }
  return 0;
}

/* --- phases --- */

static void
set_attempt_ends (RjPath *path)
{
  const RjAttemptFacts *a = path->attempt;

  path->ends[RJ_PHASE_WAIT] = a->token_requested_us > 0 ? a->token_requested_us : a->us;
  path->ends[RJ_PHASE_TOKEN] = a->token_received_us;
  path->ends[RJ_PHASE_CONNECT] = a->connected_us;
  path->ends[RJ_PHASE_JOIN] = a->joined_us;
}

static void
set_peer_ends (RjPath *path)
{
  const RjPeerFacts *peer = path->peer;

  if (peer->edge == NULL) {
    path->ends[RJ_PHASE_PUBLISH] = peer->answer_us;
  } else {
    path->ends[RJ_PHASE_PUBLISH] = path->announced_us;
    path->ends[RJ_PHASE_SUBSCRIBE] = peer->answer_us;
  }
  path->ends[RJ_PHASE_ICE] = peer->ice_us;
  path->ends[RJ_PHASE_DTLS] = peer->dtls_us;
  path->ends[RJ_PHASE_FIRST_PACKET] = peer->packet_us;
}

static void
set_resume_ends (RjPath *path)
{
  const RjResume *resume = path->way->resume;

  path->ends[RJ_PHASE_WAIT] = resume->connect_us;
  path->ends[RJ_PHASE_CONNECT] = resume->connected_us > 0 ? resume->connected_us : resume->done_us;
  path->ends[RJ_PHASE_JOIN] = resume->done_us;
  if (resume->connected_us == 0)
    return; /* what cannot be told apart counts as our own */
  add_wait (path, resume->connect_us, resume->connected_us);
  add_wait (path, resume->connected_us, resume->done_us);
}

/* A stamp that is missing, or was taken on another thread before the one that it follows, makes an empty
 * phase; the next known one takes the time. So the phases always add up. */
static void
write_phases (RjPath *path, RjRejoin *rejoin)
{
  gint64 before_us = path->way->lost_us;

  path->ends[RJ_PHASE_DETECT] = path->way->detected_us;
  path->ends[RJ_PHASE_FIRST_KEY_FRAME] = path->way->flowing_us;
  for (guint i = 0; i < RJ_N_PHASES; i++) {
    gint64 end_us = CLAMP (path->ends[i], before_us, path->way->flowing_us);

    G_STRUCT_MEMBER (double, rejoin, phases[i].offset) = (end_us - before_us) / 1000.0;
    before_us = end_us;
  }
  rejoin->total_ms = (path->way->flowing_us - path->way->lost_us) / 1000.0;
}

/* A publication ends with DTLS: what comes after its last known stamp belongs to that. */
static void
close_publication (RjPath *path)
{
  if (path->peer != NULL && path->peer->edge == NULL)
    path->ends[RJ_PHASE_DTLS] = path->way->flowing_us;
}

/* --- own part --- */

static void
add_attempt_waits (RjPath *path, const RjAttemptFacts *a)
{
  gint64 failed_us = a->failed_us > 0 ? a->failed_us : a->closed_us;

  add_wait (path, a->token_requested_us,
            a->token_received_us > 0 ? a->token_received_us : failed_us);
  add_wait (path, a->connect_us, a->connected_us > 0 ? a->connected_us : failed_us);
  add_wait (path, a->join_us, a->joined_us > 0 ? a->joined_us : failed_us);
}

/* Of a try that joined and came to nothing: the offer that was never answered, the first one. */
static void
add_unanswered (RjPath *path, const RjAttemptFacts *attempt)
{
  gint64 failed_us = attempt->failed_us > 0 ? attempt->failed_us : attempt->closed_us;
  gint64 first_us = G_MAXINT64;
  const RjMember *member = path->way->member;

  for (guint i = 0; i <= member->edges->len; i++) {
    const GPtrArray *peers = i == member->edges->len
                               ? member->publications
                               : ((RjEdge *) g_ptr_array_index (member->edges, i))->peers;

    for (guint j = 0; j < peers->len; j++) {
      const RjPeerFacts *peer = g_ptr_array_index (peers, j);

      if (peer->attempt == attempt && peer->offer_us > 0 && peer->answer_us == 0)
        first_us = MIN (first_us, peer->offer_us);
    }
  }
  if (first_us < G_MAXINT64)
    add_wait (path, first_us, failed_us);
}

static void
add_failed_tries (RjPath *path, guint *tries)
{
  const RjWay *way = path->way;

  for (guint i = 0; i < way->member->attempts->len; i++) {
    const RjAttemptFacts *a = g_ptr_array_index (way->member->attempts, i);

    if (a->us < way->detected_us || a->us >= way->flowing_us)
      continue;
    (*tries)++;
    if (a == path->attempt)
      continue;
    add_attempt_waits (path, a);
    add_unanswered (path, a);
  }
}

static gint64
find_next_attempt (const RjMember *member, gint64 us)
{
  for (guint i = 0; i < member->attempts->len; i++) {
    const RjAttemptFacts *a = g_ptr_array_index (member->attempts, i);

    if (a->us > us)
      return a->us;
  }
  return G_MAXINT64;
}

static void
add_server_away (RjPath *path)
{
  const RjWay *way = path->way;

  for (guint i = 0; i < way->member->waits->len; i++) {
    const RjWait *wait = &g_array_index (way->member->waits, RjWait, i);

    if (wait->server_away && wait->us >= way->detected_us && wait->us < way->flowing_us)
      add_wait (path, wait->us, find_next_attempt (way->member, wait->us));
  }
}

static void
add_peer_waits (RjPath *path)
{
  const RjPeerFacts *peer = path->peer;
  gint64 joined_us =
    path->way->kind == RJ_WAY_REJOIN ? path->attempt->joined_us : path->way->detected_us;

  if (peer->offered_us > 0) { /* between the two we make the answer */
    add_wait (path, peer->offer_us, peer->offered_us);
    add_wait (path, peer->reply_us, peer->answer_us);
  } else {
    add_wait (path, peer->offer_us, peer->answer_us);
  }
  if (peer->edge == NULL)
    return;
  if (path->announced_us > joined_us)
    add_wait (path, joined_us, path->announced_us);
  if (peer->dtls_us > 0 && peer->packet_us > peer->dtls_us + RJ_PACKET_GRACE_US)
    add_wait (path, peer->dtls_us + RJ_PACKET_GRACE_US, peer->packet_us);
}

/* --- ways that did not end --- */

/* Closing it because the participant leaves for good does not count. */
static gboolean
has_ended (const RjAttemptFacts *attempt, gint64 before_us)
{
  return (attempt->failed_us > 0 && attempt->failed_us < before_us) ||
         (attempt->closed_us > 0 && attempt->closed_us < before_us);
}

static const char *
find_stuck_phase (const RjWay *way)
{
  const RjAttemptFacts *a = rj_member_find_attempt (way->member, way->until_us - 1);

  if (way->kind == RJ_WAY_REPUBLISH)
    return "publish";
  if (a == NULL || a->us < way->detected_us || has_ended (a, way->until_us))
    return "wait";
  if (a->joined_us == 0)
    return a->connected_us > 0 ? "join" : a->token_received_us > 0 ? "connect" : "token";
  return rj_member_publication_flows (way->facts, way->member, way->until_us - 1) ? "subscribe"
                                                                                  : "publish";
}

static guint
count_tries (const RjWay *way)
{
  return rj_stamped_count_pointers (way->member->attempts, way->until_us - 1) -
         rj_stamped_count_pointers (way->member->attempts, way->detected_us - 1);
}

static void
measure_stuck (const RjWay *way, RjRejoin *rejoin)
{
  for (guint i = 0; i < RJ_N_PHASES; i++)
    G_STRUCT_MEMBER (double, rejoin, phases[i].offset) = RJ_MS_UNKNOWN;
  rejoin->detect_ms = (way->detected_us - way->lost_us) / 1000.0;
  rejoin->own_ms = rejoin->total_ms = RJ_MS_UNKNOWN;
  rejoin->tries = count_tries (way);
  rejoin->stuck_in = g_strdup (find_stuck_phase (way));
}

static void
measure_resume (RjPath *path, RjRejoin *rejoin)
{
  set_resume_ends (path);
  write_phases (path, rejoin);
  rejoin->tries = path->way->resume->tries;
}

void
rj_way_measure (const RjWay *self, RjRejoin *rejoin)
{
  RjPath path = { .way = self };
  guint tries = 0;

  if (self->flowing_us == 0) {
    measure_stuck (self, rejoin);
    return;
  }
  path.waits = g_array_new (FALSE, FALSE, sizeof (RjSpan));
  if (self->kind == RJ_WAY_RESUME) {
    measure_resume (&path, rejoin);
  } else {
    path.peer = find_last_peer (self);
    path.attempt = path.peer != NULL ? path.peer->attempt
                                     : rj_member_find_attempt (self->member, self->flowing_us);
    if (path.peer != NULL && path.peer->edge != NULL) {
      path.announced_us = find_announced (path.peer);
      rejoin->last_edge = g_strdup_printf ("%s>%s", path.peer->edge->from, self->member->name);
    }
    if (self->kind == RJ_WAY_REJOIN && path.attempt != NULL) {
      set_attempt_ends (&path);
      add_attempt_waits (&path, path.attempt);
      add_failed_tries (&path, &tries);
      add_server_away (&path);
    }
    if (path.peer != NULL) {
      set_peer_ends (&path);
      add_peer_waits (&path);
      close_publication (&path);
    }
    write_phases (&path, rejoin);
    rejoin->tries = MAX (1, tries);
  }
  rejoin->own_ms = (self->flowing_us - self->detected_us - measure_union (path.waits)) / 1000.0;
  g_array_unref (path.waits);
}
