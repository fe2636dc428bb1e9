/* Events of a participant, its attempts and its peers, into facts. */
#include "rj-taking.h"

#include "rj-json.h"
#include "rj-notices.h"

/* Reasons that say that somebody wanted it (OpenVidu 2 protocol, end reasons). */
static gboolean
is_on_purpose (const char *reason)
{
  static const char *const reasons[] = {
    "unsubscribe",
    "unpublish",
    "disconnect",
    "forceUnpublishByUser",
    "forceUnpublishByServer",
    "forceDisconnectByUser",
    "forceDisconnectByServer",
    "lastParticipantLeft",
    "sessionClosedByServer",
  };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_str_equal (reasons[i], reason))
      return TRUE;
  return FALSE;
}

static const char *
get_intern (const RjTaking *t, const char *name, const char *fallback)
{
  return g_intern_string (rj_json_get_string (t->data, name, fallback));
}

RjAttemptFacts *
rj_taking_get_attempt (const RjTaking *t)
{
  return rj_member_ensure_attempt (t->member, t->event->attempt, t->us);
}

/* Who publishes what this event is about. Returns: (nullable) (transfer full) */
static char *
dup_from (const RjTaking *t)
{
  const char *from = rj_json_get_string (t->data, "from", NULL);
  g_autofree char *suffix = g_strconcat (">", t->member->name, NULL);

  if (t->event->edge != NULL && g_str_has_suffix (t->event->edge, suffix))
    return g_strndup (t->event->edge, strlen (t->event->edge) - strlen (suffix));
  if (t->event->peer != NULL && g_str_has_prefix (t->event->peer, "subscribe:"))
    return g_strdup (t->event->peer + strlen ("subscribe:"));
  return g_strdup (from);
}

RjEdge *
rj_taking_get_edge (const RjTaking *t)
{
  g_autofree char *from = dup_from (t);
  RjEdge *edge = from == NULL ? NULL : rj_member_ensure_edge (t->member, from);

  if (edge != NULL && rj_json_get_bool (t->data, "foreign", FALSE))
    edge->foreign = TRUE;
  return edge;
}

/* --- the participant --- */

static void
note_presence (const RjTaking *t, RjPresenceKind kind)
{
  RjPresence mark = { .us = t->us, .kind = kind };

  rj_stamped_insert (t->member->presence, &mark);
  rj_member_settle_presence (t->member);
}

static void
take_state (const RjTaking *t)
{
  const char *to = get_intern (t, "to", "idle");

  if (t->us >= t->member->state_us) {
    t->member->state = to;
    t->member->state_us = t->us;
  }
  if (g_str_equal (to, "leaving") || g_str_equal (to, "left"))
    note_presence (t, RJ_PRESENCE_LEFT);
  else if (g_str_equal (to, "joining"))
    note_presence (t, RJ_PRESENCE_HERE);
}

static void
take_failed (const RjTaking *t)
{
  note_presence (t, RJ_PRESENCE_FAILED);
  g_free (t->member->failure);
  t->member->failure = g_strdup (rj_json_get_string (t->data, "reason", "unknown"));
}

static void
set_silent (RjEdge *edge, gint64 us)
{
  for (guint i = 0; i < edge->peers->len; i++) {
    RjPeerFacts *peer = g_ptr_array_index (edge->peers, i);

    if (peer->closed_us == 0)
      peer->silent_us = MAX (peer->silent_us, us);
  }
}

static void
take_firing (const RjTaking *t)
{
  RjFiring firing = {
    .us = t->us,
    .detector = get_intern (t, "detector", "unknown"),
    .acted = rj_json_get_bool (t->data, "acted", FALSE),
  };
  RjEdge *edge;

  rj_stamped_insert (t->member->firings, &firing);
  if (!g_str_equal (firing.detector, "rtp-silence"))
    return;
  rj_facts_note_loss (t->facts, t->us);
  edge = rj_taking_get_edge (t);
  if (edge != NULL) {
    set_silent (edge, t->us);
    return;
  }
  for (guint i = 0; i < t->member->edges->len; i++)
    set_silent (g_ptr_array_index (t->member->edges, i), t->us);
}

static gboolean
is_reconnection (const char *reason)
{
  return g_str_equal (reason, "mediaServerReconnect");
}

static void
take_rejoin_started (const RjTaking *t)
{
  RjRejoinStart start = {
    .us = t->us,
    .cause = get_intern (t, "cause", "unknown"),
    .detected_by = get_intern (t, "detected_by", "unknown"),
  };

  rj_facts_note_loss (t->facts, t->us);
  if (is_reconnection (start.cause)) /* the attempt goes on */
    rj_stamped_insert (t->member->reconnected, &t->us);
  else
    rj_stamped_insert (t->member->rejoin_starts, &start);
}

static void
take_wait_started (const RjTaking *t)
{
  RjWait wait = {
    .us = t->us,
    .server_away = g_str_equal (rj_json_get_string (t->data, "because", ""), "rpc-204"),
  };

  rj_stamped_insert (t->member->waits, &wait);
}

/* --- an attempt --- */

static void
take_attempt_started (const RjTaking *t)
{
  RjAttemptFacts *attempt = rj_taking_get_attempt (t);

  attempt->us = MIN (attempt->us, t->us);
  attempt->rejoin = rj_json_get_bool (t->data, "rejoin", FALSE);
}

static void
take_attempt_state (const RjTaking *t)
{
  if (!g_str_equal (rj_json_get_string (t->data, "to", ""), "flowing"))
    return;
  for (guint i = 0; i < t->member->edges->len; i++) {
    RjEdge *edge = g_ptr_array_index (t->member->edges, i);

    for (guint j = 0; j < edge->peers->len; j++) {
      RjPeerFacts *peer = g_ptr_array_index (edge->peers, j);

      peer->sound_us = MAX (peer->sound_us, t->us);
    }
  }
}

/* A resume that is under way. Returns: (nullable) */
static RjResume *
find_resume (const RjTaking *t)
{
  guint n = rj_stamped_count (t->member->resumes, t->us);
  RjResume *resume = n == 0 ? NULL : &g_array_index (t->member->resumes, RjResume, n - 1);

  if (resume == NULL || (resume->done_us > 0 && resume->done_us < t->us) ||
      rj_stamped_next (t->member->rejoin_starts, resume->us) <= t->us)
    return NULL;
  return resume;
}

/* Returns: whether it was one of a resume, which connects again within the same attempt */
static gboolean
take_resume_stamp (const RjTaking *t)
{
  RjResume *resume = find_resume (t);

  if (resume == NULL)
    return FALSE;
  if (g_str_equal (t->event->type, RJ_EVENT_CONNECT_STARTED))
    resume->connect_us = MAX (resume->connect_us, t->us);
  else if (g_str_equal (t->event->type, RJ_EVENT_CONNECTED))
    resume->connected_us = MAX (resume->connected_us, t->us);
  else
    return FALSE;
  return TRUE;
}

static void
take_attempt_stamp (const RjTaking *t)
{
  RjAttemptFacts *attempt = rj_taking_get_attempt (t);
  const struct {
    const char *type;
    gint64 *stamp;
  } stamps[] = {
    { RJ_EVENT_TOKEN_REQUESTED, &attempt->token_requested_us },
    { RJ_EVENT_TOKEN_RECEIVED, &attempt->token_received_us },
    { RJ_EVENT_CONNECT_STARTED, &attempt->connect_us },
    { RJ_EVENT_CONNECTED, &attempt->connected_us },
    { RJ_EVENT_JOIN_SENT, &attempt->join_us },
    { RJ_EVENT_ATTEMPT_CLOSED, &attempt->closed_us },
  };

  if (take_resume_stamp (t))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (stamps); i++)
    if (g_str_equal (stamps[i].type, t->event->type) &&
        (*stamps[i].stamp == 0 || t->us < *stamps[i].stamp))
      *stamps[i].stamp = t->us;
}

static void
take_joined (const RjTaking *t)
{
  RjAttemptFacts *attempt = rj_taking_get_attempt (t);
  const char *connection = rj_json_get_string (t->data, "connection", NULL);

  const char *place = rj_json_get_string (t->data, "server_session", NULL);

  attempt->joined_us = t->us;
  attempt->connection = g_intern_string (connection);
  attempt->node = g_intern_string (rj_json_get_string (t->data, "node", NULL));
  if (t->event->session != NULL)
    t->member->session = g_intern_string (t->event->session);
  if (place != NULL && g_strcmp0 (place, t->member->session) == 0)
    t->member->was_where_planned = TRUE;
  if (connection == NULL)
    return;
  if (g_strcmp0 (connection, t->member->connection) != 0)
    t->member->n_connections++;
  if (t->us < t->member->connection_us)
    return;
  t->member->server_session = g_intern_string (place);
  g_free (t->member->connection);
  t->member->connection = g_strdup (connection);
  t->member->connection_us = t->us;
}

void
rj_taking_remember_error (const RjTaking *t)
{
  const char *error = rj_json_get_string (t->data, "error", NULL);

  if (error == NULL || t->us < t->member->last_error_us)
    return;
  g_free (t->member->last_error);
  t->member->last_error = g_strdup (error);
  t->member->last_error_us = t->us;
}

static void
take_attempt_failed (const RjTaking *t)
{
  RjAttemptFacts *attempt = rj_taking_get_attempt (t);

  attempt->failed_us = t->us;
  attempt->step = get_intern (t, "step", "unknown");
  rj_taking_remember_error (t);
}

static void
take_resume_started (const RjTaking *t)
{
  RjResume resume = { .us = t->us };

  rj_stamped_insert (t->member->resumes, &resume);
  rj_facts_note_loss (t->facts, t->us);
}

static void
take_resumed (const RjTaking *t)
{
  RjResume *resume = find_resume (t);

  if (resume == NULL)
    return;
  resume->done_us = t->us;
  resume->tries = rj_json_get_int (t->data, "tries", 1);
}

/* --- other participants, as this one sees them --- */

static void
add_mark (const RjTaking *t, RjEdge *edge, RjMarkKind kind, gboolean muted)
{
  RjMark mark = { .us = t->us, .kind = kind, .muted = muted };

  rj_stamped_insert (edge->marks, &mark);
}

static void
take_remote_published (const RjTaking *t)
{
  RjEdge *edge = rj_taking_get_edge (t);
  gboolean has_video = rj_json_get_bool (t->data, "has_video", TRUE);
  const char *active = has_video ? "video_active" : "audio_active";

  rj_taking_notice (t);
  if (edge == NULL)
    return;
  edge->audio_only = !has_video;
  add_mark (t, edge, RJ_MARK_ANNOUNCED, !rj_json_get_bool (t->data, active, TRUE));
}

static void
take_remote_gone (const RjTaking *t)
{
  RjEdge *edge = rj_taking_get_edge (t);
  const char *reason = rj_json_get_string (t->data, "reason", "");
  gboolean left = g_str_equal (t->event->type, RJ_EVENT_REMOTE_LEFT);
  gboolean on_purpose = is_on_purpose (reason);

  if (left)
    rj_taking_notice (t);
  if (is_reconnection (reason))
    rj_stamped_insert (t->member->reconnected, &t->us);
  if (edge == NULL)
    return;
  /* Ours also say "disconnect" when they leave in order to come back: their own state tells. */
  if (left && !edge->foreign)
    on_purpose = FALSE;
  add_mark (t, edge, on_purpose ? RJ_MARK_UNPUBLISHED : RJ_MARK_LOST, FALSE);
  if (!on_purpose)
    rj_facts_note_loss (t->facts, t->us);
}

static gboolean
read_value (JsonObject *data)
{
  const char *text = rj_json_get_string (data, "value", NULL);

  return text == NULL ? rj_json_get_bool (data, "value", TRUE) : !g_str_equal (text, "false");
}

static void
take_remote_property (const RjTaking *t)
{
  RjEdge *edge = rj_taking_get_edge (t);
  const char *property = rj_json_get_string (t->data, "property", "");

  if (edge == NULL || !g_str_equal (property, edge->audio_only ? "audioActive" : "videoActive"))
    return;
  add_mark (t, edge, read_value (t->data) ? RJ_MARK_UNMUTED : RJ_MARK_MUTED, FALSE);
}

static void
take_own_unpublished (const RjTaking *t)
{
  const char *reason = rj_json_get_string (t->data, "reason", "");
  RjTaken taken = {
    .us = t->us,
    .on_purpose = is_on_purpose (reason),
    .reconnected = is_reconnection (reason),
  };

  rj_stamped_insert (t->member->taken, &taken);
  if (taken.reconnected)
    rj_stamped_insert (t->member->reconnected, &t->us);
  if (!taken.on_purpose)
    rj_facts_note_loss (t->facts, t->us);
}

static const struct {
  const char *type;
  void (*take) (const RjTaking *t);
} member_events[] = {
  { RJ_EVENT_PARTICIPANT_STATE, take_state },
  { RJ_EVENT_DETECTOR_FIRED, take_firing },
  { RJ_EVENT_REJOIN_STARTED, take_rejoin_started },
  { RJ_EVENT_WAIT_STARTED, take_wait_started },
  { RJ_EVENT_PARTICIPANT_FAILED, take_failed },
  { RJ_EVENT_ATTEMPT_STARTED, take_attempt_started },
  { RJ_EVENT_ATTEMPT_STATE, take_attempt_state },
  { RJ_EVENT_TOKEN_REQUESTED, take_attempt_stamp },
  { RJ_EVENT_TOKEN_RECEIVED, take_attempt_stamp },
  { RJ_EVENT_CONNECT_STARTED, take_attempt_stamp },
  { RJ_EVENT_CONNECTED, take_attempt_stamp },
  { RJ_EVENT_JOIN_SENT, take_attempt_stamp },
  { RJ_EVENT_JOINED, take_joined },
  { RJ_EVENT_ATTEMPT_FAILED, take_attempt_failed },
  { RJ_EVENT_ATTEMPT_CLOSED, take_attempt_stamp },
  { RJ_EVENT_RESUME_STARTED, take_resume_started },
  { RJ_EVENT_RESUMED, take_resumed },
  { RJ_EVENT_REMOTE_JOINED, rj_taking_notice },
  { RJ_EVENT_NOTIFICATION_DOUBLE, rj_taking_double_notice },
  { RJ_EVENT_REMOTE_PUBLISHED, take_remote_published },
  { RJ_EVENT_REMOTE_UNPUBLISHED, take_remote_gone },
  { RJ_EVENT_REMOTE_LEFT, take_remote_gone },
  { RJ_EVENT_REMOTE_PROPERTY, take_remote_property },
  { RJ_EVENT_OWN_UNPUBLISHED, take_own_unpublished },
  { RJ_EVENT_PEER_CREATED, rj_taking_peer_created },
  { RJ_EVENT_OFFER_SENT, rj_taking_peer_stamp },
  { RJ_EVENT_ANSWER_RECEIVED, rj_taking_peer_stamp },
  { RJ_EVENT_OFFER_REQUESTED, rj_taking_peer_stamp },
  { RJ_EVENT_OFFER_RECEIVED, rj_taking_peer_stamp },
  { RJ_EVENT_ANSWER_SENT, rj_taking_peer_stamp },
  { RJ_EVENT_ANSWER_ACCEPTED, rj_taking_peer_stamp },
  { RJ_EVENT_ICE_CONNECTED, rj_taking_ice_connected },
  { RJ_EVENT_DTLS_CONNECTED, rj_taking_peer_stamp },
  { RJ_EVENT_FIRST_PACKET, rj_taking_peer_stamp },
  { RJ_EVENT_FIRST_KEY_FRAME, rj_taking_peer_stamp },
  { RJ_EVENT_FRAME_GAP, rj_taking_frame_gap },
  { RJ_EVENT_PEER_STATS, rj_taking_peer_stats },
  { RJ_EVENT_PUBLICATION_STATS, rj_taking_publication_stats },
  { RJ_EVENT_PEER_FAILED, rj_taking_peer_ended },
  { RJ_EVENT_PEER_CLOSED, rj_taking_peer_ended },
  { RJ_EVENT_PICTURE_CHECKED, rj_taking_picture },
};

void
rj_facts_take_member_event (RjFacts *self, RjMember *member, const RjEvent *event)
{
  RjTaking taking = {
    .facts = self,
    .member = member,
    .event = event,
    .us = event->mono_us,
    .data = event->data,
  };

  if (member->session == NULL && event->session != NULL)
    member->session = g_intern_string (event->session);
  for (guint i = 0; i < G_N_ELEMENTS (member_events); i++)
    if (g_str_equal (member_events[i].type, event->type)) {
      member_events[i].take (&taking);
      return;
    }
}
