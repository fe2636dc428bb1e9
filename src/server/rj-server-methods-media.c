/* Methods that negotiate media with the node. */
#include "rj-error.h"
#include "rj-openvidu2-candidate.h"
#include "rj-openvidu2-media.h"
#include "rj-openvidu2-names.h"
#include "rj-openvidu2-room.h"
#include "rj-sdp-munge.h"
#include "rj-server-evict.h"
#include "rj-server-methods.h"

static RjMediaNodeClient *
get_client (RjServerCall *call)
{
  return rj_node_watcher_get_client (call->participant->session->node);
}

/* Rewrites the offer for the forced codec. Returns: (transfer full) (nullable): NULL with code 800 */
static char *
munge (RjServerCall *call, const char *sdp, GError **error)
{
  RjServerSession *session = call->participant->session;
  g_autoptr (GError) lack = NULL;
  char *munged = rj_sdp_munge_codec (sdp, session->codec, &lack);

  if (munged != NULL)
    return munged;
  if (session->allow_transcoding)
    return g_strdup (sdp);
  g_set_error (error, RJ_SERVER_ERROR, RJ_OV2_CODE_FORCED_CODEC_NOT_FOUND,
               "Codec '%s' cannot be forced for participant '%s' in session '%s': it is not in the "
               "offer.\nSDP:\n%s",
               session->codec, call->participant->connection, session->id, sdp);
  return NULL;
}

/* Without a pipeline nothing can be created: the node is away, or its new process is being set up */
static gboolean
check_pipeline (RjServerCall *call, GError **error)
{
  if (call->participant->session->pipeline != NULL &&
      rj_media_node_client_is_open (get_client (call)))
    return TRUE;
  g_set_error (error, RJ_SERVER_ERROR, RJ_OV2_CODE_MEDIA_ENDPOINT,
               "The media endpoint could not be created");
  return FALSE;
}

/* --- publishing --- */

static RjOv2Stream *
describe (RjServerCall *call, const RjOv2Publish *info)
{
  RjOv2Stream *stream = g_new0 (RjOv2Stream, 1);

  stream->id =
    rj_server_make_stream_id (call->rpc->core->dice, info->has_video ? info->type_of_video : NULL,
                              call->participant->connection);
  stream->has_audio = info->has_audio;
  stream->has_video = info->has_video;
  if (info->has_audio)
    stream->audio_active = info->audio_active;
  if (info->has_video) {
    stream->video_active = info->video_active;
    stream->type_of_video = g_strdup (info->type_of_video);
    stream->has_frame_rate = info->has_frame_rate;
    stream->frame_rate = info->frame_rate;
    stream->video_dimensions = g_strdup (info->video_dimensions);
  }
  stream->filter = json_object_new ();
  return stream;
}

typedef struct {
  RjServerCall *call;
  RjOv2Stream *stream;
} Publishing;

static void
tell_published (RjServerParticipant *publisher)
{
  g_autoptr (GPtrArray) streams = g_ptr_array_new ();

  g_ptr_array_add (streams, publisher->stream);
  rj_server_session_notify (publisher->session, publisher, RJ_OV2_PARTICIPANT_PUBLISHED,
                            rj_ov2_published_build (publisher->connection, streams));
}

static void
return_published (RjServerCall *call, const RjOv2Stream *stream, char *answer)
{
  RjOv2Negotiated result = { .sdp_answer = answer,
                             .id = stream->id,
                             .created_at_ms = stream->created_at_ms };

  rj_server_call_return (call, rj_ov2_negotiated_build (&result));
}

/* @thrown: shape of the coded errors of this method. Errors of the node become @fallback. */
static void
fail (RjServerCall *call, const GError *error, gboolean thrown, const char *data, int fallback)
{
  int code = error->domain == RJ_SERVER_ERROR ? error->code : fallback;

  if (code == RJ_OV2_CODE_JAVA_EXCEPTION)
    rj_server_call_crash (call, error->message);
  else if (thrown)
    rj_server_call_throw (call, code, "%s", error->message);
  else
    rj_server_call_reply_error (call, code, data, "%s", error->message);
}

static void
on_published (GObject *source, GAsyncResult *result, gpointer data)
{
  Publishing *publishing = data;
  RjServerCall *call = publishing->call;
  g_autoptr (RjServerParticipant) self = g_object_ref (call->participant);
  g_autoptr (RjOv2Stream) stream = publishing->stream;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer =
    rj_server_endpoint_negotiate_finish (RJ_SERVER_ENDPOINT (source), result, &error);

  g_free (publishing);
  if (!rj_server_call_is_alive (call))
    return;
  if (answer == NULL) {
    if (self->publisher == RJ_SERVER_ENDPOINT (source))
      rj_server_participant_release_publisher (self, TRUE);
    fail (call, error, TRUE, NULL, RJ_OV2_CODE_JAVA_EXCEPTION);
    return;
  }
  stream->created_at_ms = rj_server_now_ms ();
  g_clear_pointer (&self->stream, rj_ov2_stream_free);
  self->stream = g_steal_pointer (&stream);
  return_published (call, self->stream, answer);
  if (self->session != NULL && self->stream != NULL)
    tell_published (self);
}

static gboolean
check_publish (RjServerCall *call, const RjOv2Publish *info)
{
  RjServerParticipant *self = call->participant;

  if (info->has_video && info->type_of_video == NULL)
    rj_server_call_crash (call, "typeOfVideo is missing");
  else if (self->stream != NULL)
    rj_server_call_throw (call, RJ_OV2_CODE_USER_ALREADY_STREAMING,
                          "User '%s' is already publishing in session '%s'", self->connection,
                          self->session->id);
  else
    return TRUE;
  return FALSE;
}

void
rj_server_method_publish (RjServerCall *call)
{
  RjServerParticipant *self = call->participant;
  g_autoptr (GError) error = NULL;
  g_autoptr (RjOv2Publish) info = NULL;
  g_autofree char *offer = NULL;
  Publishing *publishing;

  if (rj_server_participant_has_role (self, "SUBSCRIBER")) {
    rj_server_call_throw (call, RJ_OV2_CODE_USER_UNAUTHORIZED,
                          "The token does not allow to publish");
    return;
  }
  info = rj_ov2_publish_parse (call->frame->params, &error);
  if (info == NULL) {
    rj_server_call_crash (call, error->message);
    return;
  }
  if (!check_publish (call, info))
    return;
  offer = munge (call, info->sdp_offer, &error);
  if (offer == NULL || !check_pipeline (call, &error)) {
    fail (call, error, TRUE, NULL, RJ_OV2_CODE_JAVA_EXCEPTION);
    return;
  }
  publishing = g_new0 (Publishing, 1);
  publishing->call = call;
  publishing->stream = describe (call, info);
  rj_server_endpoint_set_name (self->publisher, publishing->stream->id);
  rj_server_endpoint_publish_async (self->publisher, get_client (call), self->session->pipeline,
                                    NULL, offer, info->do_loopback, on_published, publishing);
}

void
rj_server_method_unpublish (RjServerCall *call)
{
  g_autoptr (RjServerParticipant) self = g_object_ref (call->participant);

  if (rj_server_unpublish (self, rj_ov2_reason_to_text (RJ_OV2_REASON_UNPUBLISH), FALSE))
    rj_server_call_return (call, NULL);
  else
    rj_server_call_reply_error (call, RJ_OV2_CODE_USER_NOT_STREAMING, NULL,
                                "Participant '%s' is not streaming media", self->connection);
}

/* --- subscribing --- */

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

/* The endpoint of a failed negotiation goes, unless it was replaced or dropped meanwhile */
static void
forget_failed (RjServerCall *call, GObject *endpoint)
{
  RjServerSubscription *subscription =
    g_hash_table_lookup (call->participant->subscriptions, call->note);

  if (subscription != NULL && G_OBJECT (subscription->endpoint) == endpoint)
    rj_server_participant_drop_subscription (call->participant, call->note, TRUE);
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
    rj_server_call_return (call, rj_ov2_negotiated_build (&negotiated));
    return;
  }
  forget_failed (call, source);
  if (error->domain != RJ_SERVER_ERROR)
    g_prefix_error (&error, "No answer for '%s': ", call->participant->connection);
  fail (call, error, FALSE, is_reconnection (call) ? "{}" : NULL, RJ_OV2_CODE_MEDIA_SDP);
}

static void
subscribe (RjServerCall *call,
           RjServerSubscription *subscription,
           RjServerParticipant *sender,
           const char *offer)
{
  rj_server_endpoint_subscribe_async (
    subscription->endpoint, get_client (call), call->participant->session->pipeline,
    rj_server_endpoint_get_hub (sender->publisher), offer, on_subscribed, call);
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
  if (nothing == NULL && !is_reconnection (call))
    fail (call, error, FALSE, NULL, RJ_OV2_CODE_JAVA_EXCEPTION);
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
  offer = munge (call, receive->sdp_offer, &error);
  if (offer == NULL || !check_pipeline (call, &error)) {
    fail (call, error, FALSE, NULL, RJ_OV2_CODE_MEDIA_SDP);
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
    munged = munge (call, offer, &error);
  if (munged != NULL) {
    negotiated.sdp_offer = munged;
    rj_server_call_return (call, rj_ov2_negotiated_build (&negotiated));
    return;
  }
  forget_failed (call, source);
  fail (call, error, FALSE, NULL, RJ_OV2_CODE_MEDIA_SDP);
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
  if (!check_pipeline (call, &error)) {
    fail (call, error, FALSE, NULL, RJ_OV2_CODE_MEDIA_SDP);
    return;
  }
  if (prepare->reconnect)
    rj_server_participant_drop_subscription (self, sender->connection, TRUE);
  subscription = begin_subscription (call, sender);
  if (subscription == NULL) {
    rj_server_call_crash (call, "subscribed already");
    return;
  }
  rj_server_endpoint_prepare_async (
    subscription->endpoint, get_client (call), self->session->pipeline,
    rj_server_endpoint_get_hub (sender->publisher), sender->stream->has_audio,
    sender->stream->has_video, on_prepared, call);
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
  rj_server_participant_drop_subscription (self, sender, TRUE);
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
on_republished (GObject *source, GAsyncResult *result, gpointer data)
{
  RjServerCall *call = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer =
    rj_server_endpoint_negotiate_finish (RJ_SERVER_ENDPOINT (source), result, &error);
  RjOv2Stream *stream = call->participant->stream;

  if (!rj_server_call_is_alive (call))
    return;
  if (answer != NULL && stream != NULL) {
    stream->created_at_ms = rj_server_now_ms ();
    return_published (call, stream, answer);
  } else if (error != NULL) {
    fail (call, error, FALSE, "{}", RJ_OV2_CODE_MEDIA_SDP);
  } else {
    rj_server_call_reply_error (call, RJ_OV2_CODE_USER_NOT_STREAMING, "{}", "The stream went away");
  }
}

/* A new endpoint in place of the old one, at the same hub: subscribers keep flowing */
static void
republish (RjServerCall *call, const char *offer)
{
  RjServerParticipant *self = call->participant;
  g_autofree char *hub = g_strdup (rj_server_endpoint_get_hub (self->publisher));

  rj_server_endpoint_release (self->publisher, FALSE, TRUE);
  rj_server_participant_renew_publisher (self);
  rj_server_endpoint_set_name (self->publisher, self->stream->id);
  rj_server_endpoint_publish_async (self->publisher, get_client (call), self->session->pipeline,
                                    hub, offer, FALSE, on_republished, call);
}

static void
resubscribe (RjServerCall *call, RjServerParticipant *sender, const char *offer)
{
  RjServerSubscription *subscription =
    g_hash_table_lookup (call->participant->subscriptions, sender->connection);

  if (subscription != NULL && subscription->stream != NULL)
    rj_server_participant_drop_subscription (call->participant, sender->connection, TRUE);
  subscribe (call, begin_subscription (call, sender), sender, offer);
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
  munged = munge (call, offer, &error);
  if (munged == NULL || !check_pipeline (call, &error))
    fail (call, error, FALSE, "{}", RJ_OV2_CODE_MEDIA_SDP);
  else if (own)
    republish (call, munged);
  else
    resubscribe (call, owner, munged);
}
