/* The steps of an endpoint's operations: create, set up, process SDP, gather. */
#include "rj-server-endpoint-private.h"

#include "rj-error.h"
#include "rj-json.h"
#include "rj-openvidu2-names.h"

static const struct {
  const char *operation;
  const char *argument;
  int kbps;
} bandwidths[] = {
  { "setMaxVideoRecvBandwidth", "maxVideoRecvBandwidth", 1000 },
  { "setMinVideoRecvBandwidth", "minVideoRecvBandwidth", 300 },
  { "setMaxVideoSendBandwidth", "maxVideoSendBandwidth", 1000 },
  { "setMinVideoSendBandwidth", "minVideoSendBandwidth", 300 },
};

/* @params: (transfer full). @callback: (nullable): gets a reference of its own on @self */
/* Ends the operation: @error (transfer full) or self->result */
static void
finish (RjServerEndpoint *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  g_clear_error (&self->failure);
  g_clear_pointer (&self->sdp, g_free);
  if (self->released)
    g_clear_error (&error);
  if (self->released)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "endpoint released");
  else if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&self->result), g_free);
  g_clear_pointer (&self->result, g_free);
}

/* Reads the reply of one step. Returns: (transfer full) (nullable): NULL when the operation is over */
static JsonNode *
take_reply (RjServerEndpoint *self, GObject *source, GAsyncResult *result)
{
  GError *error = NULL;
  JsonNode *value =
    rj_media_node_client_call_finish (RJ_MEDIA_NODE_CLIENT (source), result, &error);

  if (value != NULL && !self->released)
    return value;
  g_clear_pointer (&value, json_node_unref);
  finish (self, error);
  return NULL;
}

static void
flush_candidates (RjServerEndpoint *self)
{
  self->negotiated = TRUE;
  for (guint i = 0; i < self->early->len; i++)
    rj_server_endpoint_send_candidate (self, g_ptr_array_index (self->early, i));
  g_ptr_array_set_size (self->early, 0);
}

static void
connect_sink (RjServerEndpoint *self, const char *source, const char *sink)
{
  rj_server_endpoint_call (self, RJ_KMS_INVOKE,
                           rj_kms_invoke_text (NULL, source, RJ_KMS_LINK, "sink", sink), NULL);
}

static void
on_gathering (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RjServerEndpoint) self = data;
  g_autoptr (JsonNode) value = take_reply (self, source, result);

  if (value == NULL)
    return;
  flush_candidates (self);
  if (self->work == RJ_SERVER_WORK_SUBSCRIBE)
    connect_sink (self, self->hub, self->object);
  finish (self, NULL);
}

static void
gather (RjServerEndpoint *self)
{
  rj_server_endpoint_call (self, RJ_KMS_INVOKE,
                           rj_kms_invoke (NULL, self->object, RJ_KMS_GATHER_CANDIDATES, NULL),
                           on_gathering);
}

static void
on_candidates_subscribed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RjServerEndpoint) self = data;
  g_autoptr (JsonNode) value = take_reply (self, source, result);

  if (value == NULL)
    return;
  connect_sink (self, self->object, self->hub);
  if (self->loopback)
    connect_sink (self, self->hub, self->object);
  gather (self);
}

static void
on_sdp (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RjServerEndpoint) self = data;
  g_autoptr (JsonNode) value = take_reply (self, source, result);

  if (value == NULL)
    return;
  if (json_node_get_value_type (value) != G_TYPE_STRING) {
    finish (self, g_error_new (RJ_ERROR, RJ_ERROR_PROTOCOL, "media node: no SDP in the answer"));
    return;
  }
  self->result = json_node_dup_string (value);
  rj_server_stats_note_sdp (self->stats, FALSE, self->result);
  if (self->work == RJ_SERVER_WORK_PUBLISH)
    rj_server_endpoint_subscribe (self, self->object, RJ_KMS_EVENT_CANDIDATE,
                                  on_candidates_subscribed);
  else
    gather (self);
}

static void
negotiate (RjServerEndpoint *self)
{
  if (self->work == RJ_SERVER_WORK_PREPARE) {
    JsonObject *options = rj_json_build ("__type__", 's', "OfferOptions", "__module__", 's',
                                         "kurento", "offerToReceiveAudio", 'b', self->audio,
                                         "offerToReceiveVideo", 'b', self->video, NULL);

    connect_sink (self, self->hub, self->object);
    rj_server_endpoint_call (self, RJ_KMS_INVOKE,
                             rj_kms_invoke (NULL, self->object, RJ_KMS_GENERATE_OFFER,
                                            rj_json_build ("options", 'o', options, NULL)),
                             on_sdp);
    return;
  }
  rj_server_endpoint_invoke_text (self, RJ_KMS_PROCESS_OFFER, "offer", self->sdp, on_sdp);
}

static void
on_last_subscribed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RjServerEndpoint) self = data;
  g_autoptr (JsonNode) value = take_reply (self, source, result);

  if (value != NULL)
    negotiate (self);
}

static void
on_hub_subscribed (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RjServerEndpoint) self = data;
  g_autoptr (JsonNode) value =
    rj_media_node_client_call_finish (RJ_MEDIA_NODE_CLIENT (source), result, NULL);

  if (value != NULL && json_node_get_value_type (value) == G_TYPE_STRING)
    self->hub_subscription = json_node_dup_string (value);
}

static void
set_bandwidth (RjServerEndpoint *self, guint row)
{
  rj_server_endpoint_call (self, RJ_KMS_INVOKE,
                           rj_kms_invoke_int (NULL, self->object, bandwidths[row].operation,
                                              bandwidths[row].argument, bandwidths[row].kbps),
                           NULL);
}

/* Name, bandwidths and events are sent in one go; the last subscription is waited for, because a node may
 * work on requests in parallel. */
static void
set_up (RjServerEndpoint *self)
{
  const char *last = rj_kms_webrtc_events[0];

  rj_media_node_client_watch (self->client, self->object, rj_server_endpoint_on_event, self);
  rj_server_endpoint_subscribe (self, self->object, RJ_KMS_EVENT_ERROR, NULL);
  rj_server_endpoint_invoke_text (self, RJ_KMS_SET_NAME, "name", self->name, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (bandwidths); i++)
    set_bandwidth (self, i);
  for (guint i = 1; rj_kms_webrtc_events[i] != NULL; i++) {
    rj_server_endpoint_subscribe (self, self->object, last, NULL);
    last = rj_kms_webrtc_events[i];
  }
  if (self->work != RJ_SERVER_WORK_PUBLISH) {
    rj_server_endpoint_subscribe (self, self->object, last, NULL);
    last = RJ_KMS_EVENT_CANDIDATE;
  }
  rj_server_endpoint_subscribe (self, self->object, last, on_last_subscribed);
}

static void
on_all_created (RjServerEndpoint *self)
{
  GError *error = NULL;

  if (!self->released && self->failure == NULL) {
    set_up (self);
    return;
  }
  rj_server_endpoint_release_object (self, &self->object, TRUE);
  if (self->released_hub)
    rj_server_endpoint_release_object (self, &self->hub, TRUE);
  /* a refused PassThrough is an exception in the real server: the node's own error, -1 for the client */
  if (self->hub == NULL && self->work == RJ_SERVER_WORK_PUBLISH && self->failure != NULL &&
      self->failure->domain == RJ_RPC_ERROR)
    error = g_error_copy (self->failure);
  else if (self->failure != NULL)
    error = g_error_new (RJ_SERVER_ERROR, RJ_OV2_CODE_MEDIA_ENDPOINT,
                         "The media endpoint could not be created (%s)", self->failure->message);
  finish (self, error);
}

static void
take_created (RjServerEndpoint *self, GObject *source, GAsyncResult *result, char **id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) value =
    rj_media_node_client_call_finish (RJ_MEDIA_NODE_CLIENT (source), result, &error);

  if (value != NULL && json_node_get_value_type (value) == G_TYPE_STRING)
    *id = json_node_dup_string (value);
  else if (error == NULL)
    error = g_error_new (RJ_ERROR, RJ_ERROR_PROTOCOL, "media node: no id in the answer");
  if (error != NULL && self->failure == NULL)
    self->failure = g_steal_pointer (&error);
}

static void
on_object_created (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RjServerEndpoint) self = data;

  take_created (self, source, result, &self->object);
  if (--self->n_creating == 0)
    on_all_created (self);
}

static void
on_hub_created (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RjServerEndpoint) self = data;

  take_created (self, source, result, &self->hub);
  if (self->hub != NULL && !self->released)
    rj_server_endpoint_subscribe (self, self->hub, RJ_KMS_EVENT_ERROR, on_hub_subscribed);
  if (--self->n_creating == 0)
    on_all_created (self);
}

static void
begin (RjServerEndpoint *self,
       RjServerWork work,
       RjMediaNodeClient *client,
       const char *pipeline,
       const char *hub,
       GAsyncReadyCallback callback,
       gpointer user_data)
{
  g_assert (self->task == NULL);
  self->task = g_task_new (self, NULL, callback, user_data);
  self->work = work;
  g_set_object (&self->client, client);
  g_free (self->pipeline);
  self->pipeline = g_strdup (pipeline);
  if (hub != NULL) {
    g_free (self->hub);
    self->hub = g_strdup (hub);
  }
  self->n_creating = hub == NULL ? 2 : 1;
  rj_server_endpoint_call (self, RJ_KMS_CREATE, rj_kms_create (NULL, RJ_KMS_WEBRTC, pipeline),
                           on_object_created);
  if (hub == NULL)
    rj_server_endpoint_call (self, RJ_KMS_CREATE,
                             rj_kms_create (NULL, RJ_KMS_PASS_THROUGH, pipeline), on_hub_created);
}

void
rj_server_endpoint_publish_async (RjServerEndpoint *self,
                                  RjMediaNodeClient *client,
                                  const char *pipeline,
                                  const char *hub,
                                  const char *offer,
                                  gboolean loopback,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  self->sdp = g_strdup (offer);
  rj_server_stats_note_sdp (self->stats, TRUE, offer);
  self->loopback = loopback;
  begin (self, RJ_SERVER_WORK_PUBLISH, client, pipeline, hub, callback, user_data);
}

void
rj_server_endpoint_subscribe_async (RjServerEndpoint *self,
                                    RjMediaNodeClient *client,
                                    const char *pipeline,
                                    const char *hub,
                                    const char *offer,
                                    GAsyncReadyCallback callback,
                                    gpointer user_data)
{
  self->sdp = g_strdup (offer);
  rj_server_stats_note_sdp (self->stats, TRUE, offer);
  begin (self, RJ_SERVER_WORK_SUBSCRIBE, client, pipeline, hub, callback, user_data);
}

void
rj_server_endpoint_prepare_async (RjServerEndpoint *self,
                                  RjMediaNodeClient *client,
                                  const char *pipeline,
                                  const char *hub,
                                  gboolean audio,
                                  gboolean video,
                                  GAsyncReadyCallback callback,
                                  gpointer user_data)
{
  self->audio = audio;
  self->video = video;
  begin (self, RJ_SERVER_WORK_PREPARE, client, pipeline, hub, callback, user_data);
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RjServerEndpoint) self = data;
  g_autoptr (JsonNode) value = take_reply (self, source, result);

  if (value == NULL)
    return;
  self->result = g_strdup ("");
  finish (self, NULL);
}

void
rj_server_endpoint_answer_async (RjServerEndpoint *self,
                                 const char *answer,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data)
{
  g_assert (self->task == NULL && self->object != NULL);
  self->task = g_task_new (self, NULL, callback, user_data);
  self->work = RJ_SERVER_WORK_ANSWER;
  rj_server_stats_note_sdp (self->stats, TRUE, answer);
  rj_server_endpoint_invoke_text (self, RJ_KMS_PROCESS_ANSWER, "answer", answer, on_answered);
}
