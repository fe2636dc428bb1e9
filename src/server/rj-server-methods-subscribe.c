/* Methods about the streams of others, candidates, reconnection. */
#include "rj-openvidu2-candidate.h"
#include "rj-openvidu2-media.h"
#include "rj-openvidu2-names.h"
#include "rj-server-methods.h"
#include "rj-server-negotiate.h"
#include "rj-server-record.h"

/* Finds who is meant by a stream or connection id. Returns: (transfer none) (nullable): the call is over */
static RjServerParticipant *
find_sender (RjServerCall *call, const char *sender)
{
  const char *connection = rj_ov2_stream_get_connection (sender);
  RjServerParticipant *found;

  if (connection == NULL) {
    rj_server_call_crash (call, "no connection in 'sender'");
    return NULL;
  }
  found = rj_server_session_find (call->participant->session, connection);
  if (found == NULL)
    rj_server_call_reply_error (call, RJ_OV2_CODE_USER_NOT_FOUND, NULL,
                                "User '%s' not found in this session", connection);
  else if (found->stream == NULL)
    rj_server_call_reply_error (call, RJ_OV2_CODE_USER_NOT_STREAMING, NULL,
                                "User '%s' is not streaming media", connection);
  else if (found == call->participant)
    rj_server_call_reply_error (call, RJ_OV2_CODE_USER_NOT_STREAMING, NULL,
                                "Nobody subscribes to himself");
  else
    return found;
  return NULL;
}

/* Names the endpoint. Returns: (transfer none) (nullable): NULL when there is a subscription already */
static RjServerSubscription *
begin_subscription (RjServerCall *call, RjServerParticipant *sender)
{
  RjServerSubscription *subscription =
    rj_server_participant_want_subscription (call->participant, sender->connection);
  g_autofree char *name = NULL;

  if (subscription->stream != NULL)
    return NULL;
  subscription->stream = g_strdup (sender->stream->id);
  subscription->created_ms = rj_server_now_ms ();
  name = g_strdup_printf ("%s_%s", call->participant->connection, sender->stream->id);
  rj_server_endpoint_set_name (subscription->endpoint, name);
  call->note = g_strdup (sender->connection);
  return subscription;
}

/* A subscription anew, in place of one that may be there; whoever was told of that one hears nothing */
static RjServerSubscription *
replace_subscription (RjServerCall *call, RjServerParticipant *sender)
{
  RjServerParticipant *self = call->participant;
  RjServerSubscription *old = g_hash_table_lookup (self->subscriptions, sender->connection);
  RjOv2Stream *told = NULL;
  gint64 created_ms = 0;
  RjServerSubscription *subscription;

  if (old != NULL && old->stream != NULL) {
    told = g_steal_pointer (&old->told);
    created_ms = old->created_ms;
    rj_server_participant_drop_subscription (self, sender->connection, NULL, TRUE);
  }
  subscription = begin_subscription (call, sender);
  subscription->told = told;
  if (told != NULL)
    subscription->created_ms = created_ms;
  return subscription;
}

static void
tell_subscribed (RjServerCall *call)
{
  RjServerParticipant *self = call->participant;
  RjServerSubscription *subscription = g_hash_table_lookup (self->subscriptions, call->note);
  RjServerParticipant *sender = rj_server_session_find (self->session, call->note);

  if (subscription == NULL || subscription->told != NULL || sender == NULL ||
      sender->stream == NULL)
    return;
  subscription->told = rj_ov2_stream_copy (sender->stream);
  rj_server_record_subscribed (self, call->note, subscription);
}

/* The endpoint of a failed negotiation goes, unless it was replaced or dropped meanwhile */
static void
forget_failed (RjServerCall *call, GObject *endpoint)
{
  RjServerSubscription *subscription =
    g_hash_table_lookup (call->participant->subscriptions, call->note);

  if (subscription != NULL && G_OBJECT (subscription->endpoint) == endpoint)
    rj_server_participant_drop_subscription (call->participant, call->note, NULL, TRUE);
}

static gboolean
is_reconnection (RjServerCall *call)
{
  return g_str_equal (call->frame->method, RJ_OV2_RECONNECT_STREAM);
}

static void
on_subscribed (GObject *source, GAsyncResult *result, gpointer data)
{
  RjServerCall *call = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer =
    rj_server_endpoint_negotiate_finish (RJ_SERVER_ENDPOINT (source), result, &error);
  RjOv2Negotiated negotiated = { .sdp_answer = answer };

  if (!rj_server_call_is_alive (call))
    return;
  if (answer != NULL) {
    if (!is_reconnection (call))
      tell_subscribed (call);
    rj_server_call_return (call, rj_ov2_negotiated_build (&negotiated));
    return;
  }
  forget_failed (call, source);
  if (error->domain != RJ_SERVER_ERROR)
    g_prefix_error (&error, "No answer for '%s': ", call->participant->connection);
  rj_server_fail (call, error, FALSE, is_reconnection (call) ? "{}" : NULL, RJ_OV2_CODE_MEDIA_SDP);
}

static gboolean
has_lost_node (RjServerCore *core)
{
  for (guint i = 0; i < core->nodes->len; i++)
    if (rj_node_watcher_get_lost_ms (g_ptr_array_index (core->nodes, i)) > 0)
      return TRUE;
  return FALSE;
}

/* Whoever publishes in the session, the first but for these two. Returns: (transfer none) (nullable) */
static RjServerParticipant *
find_publisher (RjServerSession *session, RjServerParticipant *but, RjServerParticipant *nor)
{
  for (guint i = 0; i < session->participants->len; i++) {
    RjServerParticipant *other = g_ptr_array_index (session->participants, i);

    if (other != but && other != nor && other->stream != NULL)
      return other;
  }
  return NULL;
}

/* Where the stream comes from; with quirks from somebody else. Returns: (transfer none) (nullable): NULL: a hub that
 * nothing flows into */
static const char *
get_hub (RjServerCall *call, RjServerParticipant *sender)
{
  RjServerSession *session = call->participant->session;
  guint quirks = session->core->config->quirks;
  RjServerParticipant *other = find_publisher (session, call->participant, sender);

  if (quirks & RJ_QUIRK_DARK_STREAM && has_lost_node (session->core) &&
      sender == find_publisher (session, NULL, NULL))
    return NULL;
  return rj_server_endpoint_get_hub (
    quirks & RJ_QUIRK_CROSSED_STREAMS && other != NULL ? other->publisher : sender->publisher);
}

static void
subscribe (RjServerCall *call,
           RjServerSubscription *subscription,
           RjServerParticipant *sender,
           const char *offer)
{
  rj_server_endpoint_subscribe_async (subscription->endpoint, rj_server_get_client (call),
                                      call->participant->session->pipeline, get_hub (call, sender),
                                      offer, on_subscribed, call);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  RjServerCall *call = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *nothing =
    rj_server_endpoint_negotiate_finish (RJ_SERVER_ENDPOINT (source), result, &error);

  if (!rj_server_call_is_alive (call))
    return;
  if (nothing == NULL)
    forget_failed (call, source);
  else if (!is_reconnection (call))
    tell_subscribed (call);
  if (nothing == NULL && !is_reconnection (call))
    rj_server_fail (call, error, FALSE, NULL, RJ_OV2_CODE_JAVA_EXCEPTION);
  else /* reconnectStream succeeds either way (OpenVidu 2 protocol, 5.9) */
    rj_server_call_return (call, NULL);
}

/* The client's answer to an offer of prepareReceiveVideoFrom */
static void
take_answer (RjServerCall *call, RjServerParticipant *sender, const char *answer)
{
  RjServerSubscription *subscription =
    g_hash_table_lookup (call->participant->subscriptions, sender->connection);

  if (subscription == NULL || subscription->stream == NULL) {
    rj_server_call_crash (call, "an answer without an offer");
    return;
  }
  call->note = g_strdup (sender->connection);
  rj_server_endpoint_answer_async (subscription->endpoint, answer, on_answered, call);
}

void
rj_server_method_receive (RjServerCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjOv2Receive) receive = rj_ov2_receive_parse (call->frame->params, &error);
  g_autofree char *offer = NULL;
  RjServerParticipant *sender;
  RjServerSubscription *subscription;

  if (receive == NULL) {
    rj_server_call_crash (call, error->message);
    return;
  }
  if (receive->sdp_offer == NULL && receive->sdp_answer == NULL) {
    rj_server_call_drop (call);
    return;
  }
  sender = find_sender (call, receive->sender);
  if (sender == NULL)
    return;
  if (receive->sdp_offer == NULL) {
    take_answer (call, sender, receive->sdp_answer);
    return;
  }
  offer = rj_server_munge (call, receive->sdp_offer, &error);
  if (offer == NULL || !rj_server_check_pipeline (call, &error)) {
    rj_server_fail (call, error, FALSE, NULL, RJ_OV2_CODE_MEDIA_SDP);
    return;
  }
  subscription = begin_subscription (call, sender);
  if (subscription == NULL)
    rj_server_call_crash (call, "subscribed already");
  else
    subscribe (call, subscription, sender, offer);
}

static void
on_prepared (GObject *source, GAsyncResult *result, gpointer data)
{
  RjServerCall *call = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *offer =
    rj_server_endpoint_negotiate_finish (RJ_SERVER_ENDPOINT (source), result, &error);
  g_autofree char *munged = NULL;
  RjOv2Negotiated negotiated = { 0 };

  if (!rj_server_call_is_alive (call))
    return;
  if (offer != NULL)
    munged = rj_server_munge (call, offer, &error);
  if (munged != NULL) {
    negotiated.sdp_offer = munged;
    rj_server_call_return (call, rj_ov2_negotiated_build (&negotiated));
    return;
  }
  forget_failed (call, source);
  rj_server_fail (call, error, FALSE, NULL, RJ_OV2_CODE_MEDIA_SDP);
}

void
rj_server_method_prepare (RjServerCall *call)
{
  RjServerParticipant *self = call->participant;
  g_autoptr (GError) error = NULL;
  g_autoptr (RjOv2Prepare) prepare = rj_ov2_prepare_parse (call->frame->params, &error);
  RjServerParticipant *sender;
  RjServerSubscription *subscription;

  if (prepare == NULL) {
    rj_server_call_crash (call, error->message);
    return;
  }
  sender = find_sender (call, prepare->sender);
  if (sender == NULL)
    return;
  if (!rj_server_check_pipeline (call, &error)) {
    rj_server_fail (call, error, FALSE, NULL, RJ_OV2_CODE_MEDIA_SDP);
    return;
  }
  subscription =
    prepare->reconnect ? replace_subscription (call, sender) : begin_subscription (call, sender);
  if (subscription == NULL) {
    rj_server_call_crash (call, "subscribed already");
    return;
  }
  rj_server_endpoint_prepare_async (subscription->endpoint, rj_server_get_client (call),
                                    self->session->pipeline, get_hub (call, sender),
                                    sender->stream->has_audio, sender->stream->has_video,
                                    on_prepared, call);
}

void
rj_server_method_unsubscribe (RjServerCall *call)
{
  g_autoptr (RjServerParticipant) self = g_object_ref (call->participant);
  g_autoptr (GError) error = NULL;
  g_autofree char *sender = rj_ov2_unsubscribe_parse (call->frame->params, &error);

  if (sender == NULL) {
    rj_server_call_crash (call, error->message);
    return;
  }
  if (rj_server_session_find (self->session, sender) == NULL) {
    rj_server_call_throw (call, RJ_OV2_CODE_USER_NOT_FOUND, "User '%s' not found in this session",
                          sender);
    return;
  }
  rj_server_call_return (call, NULL);
  rj_server_participant_drop_subscription (self, sender,
                                           rj_ov2_reason_to_text (RJ_OV2_REASON_UNSUBSCRIBE), TRUE);
}

void
rj_server_method_candidate (RjServerCall *call)
{
  RjServerParticipant *self = call->participant;
  g_autoptr (GError) error = NULL;
  g_autoptr (RjOv2Candidate) candidate =
    rj_ov2_on_ice_candidate_parse (call->frame->params, &error);
  RjServerEndpoint *endpoint;

  if (candidate == NULL) {
    rj_server_call_crash (call, error->message);
    return;
  }
  endpoint = g_str_equal (candidate->endpoint, self->connection)
               ? self->publisher
               : rj_server_participant_want_subscription (self, candidate->endpoint)->endpoint;
  if (endpoint == NULL) {
    rj_server_call_crash (call, "a candidate of a SUBSCRIBER's own stream");
    return;
  }
  rj_server_endpoint_add_candidate (endpoint, candidate->candidate, candidate->mid,
                                    candidate->mline);
  rj_server_call_return (call, NULL);
}

/* --- reconnection --- */

static void
resubscribe (RjServerCall *call, RjServerParticipant *sender, const char *offer)
{
  subscribe (call, replace_subscription (call, sender), sender, offer);
}

void
rj_server_method_reconnect (RjServerCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjOv2Reconnect) reconnect = rj_ov2_reconnect_parse (call->frame->params, &error);
  g_autofree char *munged = NULL;
  RjServerParticipant *owner;
  gboolean own;
  const char *offer;

  if (reconnect == NULL) {
    rj_server_call_crash (call, error->message);
    return;
  }
  owner = rj_server_session_find_stream (call->participant->session, reconnect->stream);
  if (owner == NULL) {
    rj_server_call_reply_error (call, RJ_OV2_CODE_USER_NOT_STREAMING, "{}",
                                "Stream '%s' does not exist in this session", reconnect->stream);
    return;
  }
  own = owner == call->participant;
  if (!own && reconnect->sdp_string != NULL) {
    take_answer (call, owner, reconnect->sdp_string);
    return;
  }
  offer = own && reconnect->sdp_string != NULL ? reconnect->sdp_string : reconnect->sdp_offer;
  if (offer == NULL) {
    rj_server_call_crash (call, "an SDP is missing");
    return;
  }
  munged = rj_server_munge (call, offer, &error);
  if (munged == NULL || !rj_server_check_pipeline (call, &error))
    rj_server_fail (call, error, FALSE, "{}", RJ_OV2_CODE_MEDIA_SDP);
  else if (own)
    rj_server_republish (call, munged);
  else
    resubscribe (call, owner, munged);
}
