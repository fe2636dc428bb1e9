#include "rj-rest-json.h"

#include <libsoup/soup.h>

#include "rj-json.h"
#include "rj-server-record.h"

static void
set_nulls (JsonObject *object, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    json_object_set_null_member (object, names[i]);
}

JsonObject *
rj_rest_list (JsonArray *content)
{
  return rj_json_build ("numberOfElements", 'i', (gint64) json_array_get_length (content),
                        "content", 'a', content, NULL);
}

/* Members that pending and active connections share */
static JsonObject *
begin_connection (const char *session, const RjServerToken *token, const char *status)
{
  static const char *const camera[] = { "rtspUri", "adaptativeBitrate", "onlyPlayWithSubscribers",
                                        "networkCache", NULL };
  JsonObject *object = rj_json_build (
    "id", 's', token->connection, "object", 's', "connection", "status", 's', status,
    "connectionId", 's', token->connection, "sessionId", 's', session, "createdAt", 'i',
    token->created_ms, "type", 's', "WEBRTC", "record", 'b', token->record, "role", 's',
    token->role, "serverData", 's', token->server_data, "token", 's', token->token, NULL);

  if (token->kurento_options != NULL)
    json_object_set_member (object, "kurentoOptions", json_node_copy (token->kurento_options));
  else
    json_object_set_null_member (object, "kurentoOptions");
  json_object_set_array_member (object, "customIceServers", json_array_ref (token->ice_servers));
  set_nulls (object, camera);
  return object;
}

JsonObject *
rj_rest_token_to_json (RjServerSession *session, const RjServerToken *token)
{
  static const char *const not_yet[] = { "activeAt",   "location",   "ip",          "platform",
                                         "clientData", "publishers", "subscribers", NULL };
  JsonObject *object = begin_connection (session->id, token, "pending");

  set_nulls (object, not_yet);
  return object;
}

static JsonObject *
media_options_to_json (const RjOv2Stream *stream)
{
  JsonObject *object = rj_json_build ("hasAudio", 'b', stream->has_audio, "hasVideo", 'b',
                                      stream->has_video, "filter", 'o', json_object_new (), NULL);

  if (stream->has_audio)
    rj_ov2_set_flag (object, "audioActive", stream->audio_active);
  if (stream->has_video) {
    rj_ov2_set_flag (object, "videoActive", stream->video_active);
    rj_ov2_set_string (object, "typeOfVideo", stream->type_of_video);
    rj_ov2_set_string (object, "videoDimensions", stream->video_dimensions);
    if (stream->has_frame_rate)
      json_object_set_int_member (object, "frameRate", stream->frame_rate);
  }
  return object;
}

static JsonArray *
list_publishers (RjServerParticipant *participant, guint show)
{
  JsonArray *array = json_array_new ();
  JsonObject *object;

  if (participant->stream == NULL)
    return array;
  object = rj_json_build ("createdAt", 'i', participant->stream->created_at_ms, "streamId", 's',
                          participant->stream->id, "mediaOptions", 'o',
                          media_options_to_json (participant->stream), NULL);
  if (show & RJ_REST_SHOW_STATS)
    rj_server_endpoint_describe (participant->publisher, object);
  json_array_add_object_element (array, object);
  return array;
}

static JsonObject *
subscription_to_json (const RjServerSubscription *subscription, guint show)
{
  JsonObject *object = rj_json_build ("createdAt", 'i', subscription->created_ms, "streamId", 's',
                                      subscription->stream, NULL);

  if (show & RJ_REST_SHOW_STATS)
    rj_server_endpoint_describe (subscription->endpoint, object);
  return object;
}

static JsonArray *
list_subscribers (RjServerParticipant *participant, guint show)
{
  JsonArray *array = json_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, participant->subscriptions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((RjServerSubscription *) value)->stream != NULL)
      json_array_add_object_element (array, subscription_to_json (value, show));
  return array;
}

JsonObject *
rj_rest_participant_to_json (RjServerParticipant *participant, guint show)
{
  JsonObject *object = begin_connection (participant->session->id, participant->token, "active");

  json_object_set_int_member (object, "activeAt", participant->active_ms);
  json_object_set_string_member (object, "location", "unknown");
  json_object_set_string_member (object, "ip", participant->ip);
  json_object_set_string_member (object, "platform", participant->platform);
  json_object_set_string_member (object, "clientData", participant->client_data);
  json_object_set_array_member (object, "publishers", list_publishers (participant, show));
  json_object_set_array_member (object, "subscribers", list_subscribers (participant, show));
  return object;
}

JsonArray *
rj_rest_connections (RjServerSession *session, guint show)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < session->participants->len; i++) {
    RjServerParticipant *participant = g_ptr_array_index (session->participants, i);

    if (!participant->is_special)
      json_array_add_object_element (array, rj_rest_participant_to_json (participant, show));
  }
  for (guint i = 0; (show & RJ_REST_SHOW_PENDING) && i < session->tokens->len; i++)
    json_array_add_object_element (
      array, rj_rest_token_to_json (session, g_ptr_array_index (session->tokens, i)));
  return array;
}

JsonObject *
rj_rest_session_to_json (RjServerSession *session, guint show)
{
  JsonObject *object = rj_json_build (
    "id", 's', session->id, "object", 's', "session", "sessionId", 's', session->id, "createdAt",
    'i', session->created_ms, "recording", 'b', FALSE, "broadcasting", 'b', FALSE, "mediaMode", 's',
    session->media_mode, "recordingMode", 's', session->recording_mode,
    "defaultRecordingProperties", 'o', json_object_ref (session->recording_properties),
    "customSessionId", 's', session->custom_id, "forcedVideoCodec", 's', session->forced_codec,
    "allowTranscoding", 'b', session->allow_transcoding, "connections", 'o',
    rj_rest_list (rj_rest_connections (session, show)), NULL);

  /* the clustered editions say more */
  if (session->wanted_node != NULL)
    json_object_set_object_member (object, "mediaNode",
                                   rj_json_build ("id", 's', session->wanted_node, NULL));
  if (rj_server_core_is_cluster (session->core) && session->node != NULL)
    json_object_set_string_member (object, "mediaNodeId", rj_node_watcher_get_id (session->node));
  return object;
}

JsonObject *
rj_rest_recording_properties (JsonObject *wanted)
{
  JsonObject *object =
    rj_json_build ("name", 's', "", "hasAudio", 'b', TRUE, "hasVideo", 'b', TRUE, "outputMode", 's',
                   "COMPOSED", "recordingLayout", 's', "BEST_FIT", "resolution", 's', "1280x720",
                   "frameRate", 'i', (gint64) 25, "shmSize", 'i', (gint64) 536870912, NULL);
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (wanted == NULL)
    return object;
  json_object_iter_init (&iter, wanted);
  while (json_object_iter_next (&iter, &name, &node))
    if (json_object_has_member (object, name) && !JSON_NODE_HOLDS_NULL (node))
      json_object_set_member (object, name, json_node_copy (node));
  return object;
}

static JsonArray *
list_texts (const char *const *texts)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    json_array_add_string_element (array, texts[i]);
  return array;
}

static void
add_webhook (JsonObject *object, const RjServerConfig *config)
{
  json_object_set_string_member (object, "OPENVIDU_WEBHOOK_ENDPOINT", config->webhook);
  json_object_set_array_member (object, "OPENVIDU_WEBHOOK_HEADERS",
                                list_texts ((const char *const *) config->webhook_headers));
  json_object_set_array_member (object, "OPENVIDU_WEBHOOK_EVENTS",
                                list_texts (rj_server_record_events));
}

JsonObject *
rj_rest_config_to_json (RjServerCore *core)
{
  g_autoptr (GUri) uri = g_uri_parse (core->public_url, SOUP_HTTP_URI_FLAGS, NULL);
  JsonObject *object = rj_json_build (
    "VERSION", 's', RJ_SERVER_VERSION, "DOMAIN_OR_PUBLIC_IP", 's',
    uri == NULL ? "" : g_uri_get_host (uri), "HTTPS_PORT", 'i',
    (gint64) (uri == NULL ? 0 : g_uri_get_port (uri)), "OPENVIDU_PUBLICURL", 's', core->public_url,
    "OPENVIDU_CDR", 'b', FALSE, "OPENVIDU_STREAMS_VIDEO_MAX_RECV_BANDWIDTH", 'i', (gint64) 1000,
    "OPENVIDU_STREAMS_VIDEO_MIN_RECV_BANDWIDTH", 'i', (gint64) 300,
    "OPENVIDU_STREAMS_VIDEO_MAX_SEND_BANDWIDTH", 'i', (gint64) 1000,
    "OPENVIDU_STREAMS_VIDEO_MIN_SEND_BANDWIDTH", 'i', (gint64) 300,
    "OPENVIDU_STREAMS_FORCED_VIDEO_CODEC", 's', "MEDIA_SERVER_PREFERRED",
    "OPENVIDU_STREAMS_ALLOW_TRANSCODING", 'b', FALSE, "OPENVIDU_WEBRTC_SIMULCAST", 'b', FALSE,
    "OPENVIDU_SESSIONS_GARBAGE_INTERVAL", 'i', (gint64) 900, "OPENVIDU_SESSIONS_GARBAGE_THRESHOLD",
    'i', (gint64) 3600, "OPENVIDU_RECORDING", 'b', FALSE, "OPENVIDU_WEBHOOK", 'b',
    core->webhook != NULL, NULL);

  if (core->webhook != NULL)
    add_webhook (object, core->config);
  return object;
}
