/* What happens to an endpoint, and what it tells about it: ICE, DTLS and RTP upwards, the media graph sideways */
#include "rj-endpoint-private.h"

#include "rj-candidate.h"

#define STREAM_ID 1 /* all m-lines share Kurento's stream 1 */

static void
tell (RjEndpoint *self, RjKmsEvent *event)
{
  self->event (event, self->user_data);
}

static RjKmsEvent *
make_event (RjEndpoint *self, const char *type)
{
  return rj_kms_event_new (type, self->id, g_get_real_time () / 1000);
}

static void
tell_ice_state (RjEndpoint *self, gint64 component, const char *state)
{
  RjKmsEvent *event = make_event (self, RJ_KMS_EVENT_ICE_STATE);

  event->stream_id = STREAM_ID;
  event->component_id = component;
  event->state = g_strdup (state);
  tell (self, event);
}

/* Kurento names both components, although rtcp-mux leaves one */
void
rj_endpoint_tell_gathering (RjEndpoint *self)
{
  tell_ice_state (self, 1, "GATHERING");
  tell_ice_state (self, 2, "GATHERING");
}

void
rj_endpoint_tell_connecting (RjEndpoint *self)
{
  if (!self->ice_connected)
    tell_ice_state (self, 1, "CONNECTING");
}

static void
tell_connected (RjEndpoint *self, const char *type)
{
  RjKmsEvent *event = make_event (self, type);

  event->old_state = g_strdup ("DISCONNECTED");
  event->new_state = g_strdup ("CONNECTED");
  tell (self, event);
}

/* --- transport --- */

static void
tell_candidate (RjEndpoint *self, const char *line)
{
  for (guint i = 0; i < self->mids->len; i++) {
    const char *mid = g_ptr_array_index (self->mids, i);
    RjKmsEvent *event;

    if (mid == NULL)
      continue;
    event = make_event (self, RJ_KMS_EVENT_CANDIDATE);
    event->candidate = g_new0 (RjKmsCandidate, 1);
    event->candidate->candidate = g_strdup (line);
    event->candidate->mid = g_strdup (mid);
    event->candidate->mline = (gint64) i;
    tell (self, event);
  }
}

/* In Kurento's spelling. Returns: (transfer full) (nullable) */
static RjCandidate *
parse_candidate (const char *line)
{
  RjCandidate *candidate = rj_candidate_parse (line, NULL);

  if (candidate == NULL)
    return NULL;
  g_free (candidate->transport);
  candidate->transport = g_strdup ("UDP");
  g_clear_pointer (&candidate->extensions, g_free);
  return candidate;
}

/* Once more as component 2: the same port, where STUN is answered too (RFC 5761, 5.1.3) */
static void
on_candidate (RjIcePeer *peer, const char *line, gpointer user_data)
{
  RjEndpoint *self = user_data;
  g_autoptr (RjCandidate) candidate = parse_candidate (line);

  if (candidate == NULL)
    return;
  for (guint component = 1; component <= 2; component++) {
    g_autofree char *text = NULL;

    candidate->component = component;
    candidate->priority -= component - 1;
    text = rj_candidate_format (candidate);
    tell_candidate (self, text);
  }
}

static void
on_gathering_done (RjIcePeer *peer, gpointer user_data)
{
  RjEndpoint *self = user_data;

  tell (self, make_event (self, RJ_KMS_EVENT_GATHERING_DONE));
}

/* Returns: (transfer full): @line itself when it is odd. @line: (transfer full) */
static char *
respell (char *line)
{
  g_autoptr (RjCandidate) candidate = parse_candidate (line);

  if (candidate == NULL)
    return line;
  g_free (line);
  return rj_candidate_format (candidate);
}

static void
tell_pair (RjEndpoint *self)
{
  char *local = NULL;
  char *remote = NULL;
  RjKmsEvent *event;

  if (!rj_ice_peer_get_pair (self->peer, &local, &remote))
    return;
  event = make_event (self, RJ_KMS_EVENT_PAIR_SELECTED);
  event->stream_id = STREAM_ID;
  event->component_id = 1;
  event->local_candidate = respell (local);
  event->remote_candidate = respell (remote);
  tell (self, event);
}

static void
on_ice_connected (RjIcePeer *peer, gpointer user_data)
{
  RjEndpoint *self = user_data;

  self->ice_connected = TRUE;
  tell_pair (self);
  tell_ice_state (self, 1, "CONNECTED");
  tell_ice_state (self, 1, "READY");
}

static void
on_connected (RjIcePeer *peer, gpointer user_data)
{
  RjEndpoint *self = user_data;

  tell_connected (self, RJ_KMS_EVENT_CONNECTION_STATE);
  rj_rtp_session_start (self->rtp);
}

static void
on_failed (RjIcePeer *peer, const GError *error, gpointer user_data)
{
  RjEndpoint *self = user_data;

  g_debug ("endpoint %u: %s", self->number, error->message);
  if (!self->ice_connected)
    tell_ice_state (self, 1, "FAILED");
}

static void
on_rtp (RjIcePeer *peer, guint8 *packet, gsize size, gint64 at_us, gpointer user_data)
{
  RjEndpoint *self = user_data;

  rj_rtp_session_take_rtp (self->rtp, packet, size, at_us);
}

static void
on_rtcp (RjIcePeer *peer, guint8 *packet, gsize size, gint64 at_us, gpointer user_data)
{
  RjEndpoint *self = user_data;

  rj_rtp_session_take_rtcp (self->rtp, packet, size, at_us);
}

const RjIcePeerCallbacks rj_endpoint_peer_callbacks = {
  .candidate = on_candidate,
  .gathering_done = on_gathering_done,
  .ice_connected = on_ice_connected,
  .connected = on_connected,
  .failed = on_failed,
  .rtp = on_rtp,
  .rtcp = on_rtcp,
};

/* --- RTP --- */

static void
on_send_rtp (const guint8 *packet, gsize size, gpointer user_data)
{
  RjEndpoint *self = user_data;

  rj_ice_peer_send_rtp (self->peer, packet, size);
}

static void
on_send_rtcp (const guint8 *packet, gsize size, gpointer user_data)
{
  RjEndpoint *self = user_data;

  rj_ice_peer_send_rtcp (self->peer, packet, size);
}

static void
on_receive (const RjUnit *unit, gpointer user_data)
{
  RjEndpoint *self = user_data;

  rj_element_push (self->element, unit);
}

static void
on_need_key_frame (gpointer user_data)
{
  RjEndpoint *self = user_data;

  rj_element_demand_key_frame (self->element);
}

static gboolean
on_find (RjMedium medium, guint source, guint16 sequence, RjUnit *unit, gpointer user_data)
{
  RjEndpoint *self = user_data;

  return rj_element_find_above (self->element, medium, source, sequence, unit);
}

static void
tell_transcoding (RjEndpoint *self, RjMedium medium)
{
  RjKmsEvent *event = make_event (self, RJ_KMS_EVENT_TRANSCODING);

  event->bin_name =
    g_strdup_printf ("kmswebrtcendpoint%u_kmsagnosticbin2-%u", self->number, self->n_bins++);
  event->media_type = g_strdup (rj_medium_get_name (medium));
  event->state = g_strdup ("NOT_TRANSCODING");
  tell (self, event);
}

static void
on_flow (RjMedium medium, gboolean into_graph, gboolean flowing, gpointer user_data)
{
  RjEndpoint *self = user_data;
  RjKmsEvent *event = make_event (self, into_graph ? RJ_KMS_EVENT_FLOW_OUT : RJ_KMS_EVENT_FLOW_IN);

  event->media_type = g_strdup (rj_medium_get_name (medium));
  event->pad_name = g_strdup ("default");
  event->state = g_strdup (flowing ? "FLOWING" : "NOT_FLOWING");
  tell (self, event);
  if (into_graph && flowing)
    tell_transcoding (self, medium);
}

static void
on_media_connected (gpointer user_data)
{
  tell_connected (user_data, RJ_KMS_EVENT_MEDIA_STATE);
}

const RjRtpSessionCallbacks rj_endpoint_rtp_callbacks = {
  .send_rtp = on_send_rtp,
  .send_rtcp = on_send_rtcp,
  .receive = on_receive,
  .need_key_frame = on_need_key_frame,
  .find = on_find,
  .flow = on_flow,
  .media_connected = on_media_connected,
};

/* --- the media graph; before the answer there is nobody to serve --- */

static void
take (gpointer owner, const RjUnit *unit)
{
  RjEndpoint *self = owner;

  if (self->rtp != NULL)
    rj_rtp_session_send (self->rtp, unit);
}

static void
want_key_frame (gpointer owner)
{
  RjEndpoint *self = owner;

  if (self->rtp != NULL)
    rj_rtp_session_want_key_frame (self->rtp);
}

static gboolean
find (gpointer owner, RjMedium medium, guint source, guint16 sequence, RjUnit *unit)
{
  RjEndpoint *self = owner;

  return self->rtp != NULL && rj_rtp_session_find (self->rtp, medium, source, sequence, unit);
}

static void
source_changed (gpointer owner)
{
  RjEndpoint *self = owner;

  if (self->rtp != NULL)
    rj_rtp_session_source_changed (self->rtp);
}

const RjElementFuncs rj_endpoint_element_funcs = {
  .take = take,
  .want_key_frame = want_key_frame,
  .find = find,
  .source_changed = source_changed,
};
