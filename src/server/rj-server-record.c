#include "rj-server-record.h"

#include "rj-json.h"
#include "rj-openvidu2-names.h"

#define SESSION_CREATED   "sessionCreated"
#define SESSION_DESTROYED "sessionDestroyed"
#define JOINED            "participantJoined"
#define LEFT              "participantLeft"
#define CREATED           "webrtcConnectionCreated"
#define DESTROYED         "webrtcConnectionDestroyed"
#define SIGNAL_SENT       "signalSent"
#define STATUS_CHANGED    "mediaNodeStatusChanged"
#define NODE_CRASHED      "nodeCrashed"
#define NODE_RECOVERED    "nodeRecovered"
#define CLUSTER           "rejoin"
#define SIGNAL_PREFIX     "signal:"

const char *const rj_server_record_events[] = {
  SESSION_CREATED, SESSION_DESTROYED, JOINED,       LEFT,           CREATED, DESTROYED,
  SIGNAL_SENT,     STATUS_CHANGED,    NODE_CRASHED, NODE_RECOVERED, NULL
};

/* An explicit null where there is nothing, as the real server writes it */
static void
set_text (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
  else
    json_object_set_null_member (object, name);
}

static JsonObject *
begin (RjServerSession *session, gint64 timestamp_ms)
{
  g_autofree char *unique =
    g_strdup_printf ("%s_%" G_GINT64_FORMAT, session->id, session->created_ms);

  return rj_json_build ("sessionId", 's', session->id, "uniqueSessionId", 's', unique, "timestamp",
                        'i', timestamp_ms, NULL);
}

static JsonObject *
begin_end (RjServerSession *session, gint64 start_ms, const char *reason)
{
  gint64 now_ms = rj_server_now_ms ();
  JsonObject *object = begin (session, now_ms);

  json_object_set_int_member (object, "startTime", start_ms);
  json_object_set_int_member (object, "duration", (now_ms - start_ms) / 1000);
  if (reason != NULL && *reason != '\0')
    json_object_set_string_member (object, "reason", reason);
  return object;
}

/* --- sessions --- */

void
rj_server_record_session_created (RjServerSession *session)
{
  if (session->core->webhook != NULL)
    rj_webhook_post (session->core->webhook, SESSION_CREATED, begin (session, session->created_ms));
}

/* However the last one went by itself, the session ended because it was the last one */
static const char *
get_final_reason (const char *reason)
{
  static const RjOv2Reason by_themselves[] = {
    RJ_OV2_REASON_DISCONNECT,
    RJ_OV2_REASON_FORCE_DISCONNECT_BY_USER,
    RJ_OV2_REASON_FORCE_DISCONNECT_BY_SERVER,
    RJ_OV2_REASON_NETWORK_DISCONNECT,
  };

  for (guint i = 0; i < G_N_ELEMENTS (by_themselves); i++)
    if (g_strcmp0 (reason, rj_ov2_reason_to_text (by_themselves[i])) == 0)
      return rj_ov2_reason_to_text (RJ_OV2_REASON_LAST_PARTICIPANT_LEFT);
  return reason;
}

void
rj_server_record_session_destroyed (RjServerSession *session, const char *reason)
{
  if (session->core->webhook != NULL)
    rj_webhook_post (session->core->webhook, SESSION_DESTROYED,
                     begin_end (session, session->created_ms, get_final_reason (reason)));
}

/* --- participants --- */

static void
post_participant (RjServerParticipant *participant, const char *event, JsonObject *object)
{
  json_object_set_string_member (object, "participantId", participant->connection);
  json_object_set_string_member (object, "connectionId", participant->connection);
  json_object_set_string_member (object, "location", "unknown");
  set_text (object, "ip", participant->ip);
  set_text (object, "platform", participant->platform);
  set_text (object, "clientData", participant->client_data);
  set_text (object, "serverData", participant->token->server_data);
  rj_webhook_post (participant->session->core->webhook, event, object);
}

/* Recorders and the like are not told of */
static gboolean
is_told (RjServerParticipant *participant)
{
  return participant->session != NULL && participant->session->core->webhook != NULL &&
         !participant->is_special;
}

void
rj_server_record_joined (RjServerParticipant *participant)
{
  if (is_told (participant))
    post_participant (participant, JOINED, begin (participant->session, participant->active_ms));
}

void
rj_server_record_left (RjServerParticipant *participant, const char *reason)
{
  if (is_told (participant))
    post_participant (participant, LEFT,
                      begin_end (participant->session, participant->active_ms, reason));
}

/* --- streams --- */

/* @publisher: (nullable): of a subscription */
static void
post_connection (RjServerParticipant *participant,
                 const RjOv2Stream *stream,
                 const char *publisher,
                 const char *event,
                 JsonObject *object)
{
  json_object_set_string_member (object, "streamId", stream->id);
  json_object_set_string_member (object, "participantId", participant->connection);
  json_object_set_string_member (object, "connectionId", participant->connection);
  json_object_set_string_member (object, "connection", publisher != NULL ? "INBOUND" : "OUTBOUND");
  if (publisher != NULL)
    json_object_set_string_member (object, "receivingFrom", publisher);
  if (stream->has_video) {
    set_text (object, "videoSource", stream->type_of_video);
    if (stream->has_frame_rate)
      json_object_set_int_member (object, "videoFramerate", stream->frame_rate);
    else
      json_object_set_null_member (object, "videoFramerate");
    set_text (object, "videoDimensions", stream->video_dimensions);
  }
  json_object_set_boolean_member (object, "audioEnabled", stream->has_audio);
  json_object_set_boolean_member (object, "videoEnabled", stream->has_video);
  rj_webhook_post (participant->session->core->webhook, event, object);
}

void
rj_server_record_published (RjServerParticipant *participant)
{
  if (is_told (participant))
    post_connection (participant, participant->stream, NULL, CREATED,
                     begin (participant->session, participant->published_ms));
}

void
rj_server_record_unpublished (RjServerParticipant *participant, const char *reason)
{
  if (is_told (participant) && participant->stream != NULL)
    post_connection (participant, participant->stream, NULL, DESTROYED,
                     begin_end (participant->session, participant->published_ms, reason));
}

void
rj_server_record_subscribed (RjServerParticipant *participant,
                             const char *publisher,
                             const RjServerSubscription *subscription)
{
  if (is_told (participant))
    post_connection (participant, subscription->told, publisher, CREATED,
                     begin (participant->session, subscription->created_ms));
}

void
rj_server_record_unsubscribed (RjServerParticipant *participant,
                               const char *publisher,
                               const RjServerSubscription *subscription,
                               const char *reason)
{
  if (is_told (participant) && subscription->told != NULL)
    post_connection (participant, subscription->told, publisher, DESTROYED,
                     begin_end (participant->session, subscription->created_ms, reason));
}

/* --- signals --- */

void
rj_server_record_signal (
  RjServerSession *session, const char *from, GPtrArray *to, const char *type, const char *data)
{
  JsonArray *targets;
  JsonObject *object;

  if (session->core->webhook == NULL)
    return;
  if (from != NULL && type != NULL && g_str_has_prefix (type, SIGNAL_PREFIX))
    type += strlen (SIGNAL_PREFIX);
  targets = json_array_new ();
  for (guint i = 0; i < to->len; i++)
    json_array_add_string_element (targets, g_ptr_array_index (to, i));
  for (guint i = 0; to->len == 0 && i < session->participants->len; i++)
    json_array_add_string_element (
      targets, ((RjServerParticipant *) g_ptr_array_index (session->participants, i))->connection);
  object = begin (session, rj_server_now_ms ());
  set_text (object, "from", from);
  json_object_set_array_member (object, "to", targets);
  set_text (object, "type", type);
  set_text (object, "data", data);
  rj_webhook_post (session->core->webhook, SIGNAL_SENT, object);
}

/* --- media nodes --- */

static JsonObject *
begin_node (RjNodeWatcher *node)
{
  g_autofree char *ip = rj_node_watcher_dup_host (node);
  g_autofree char *environment =
    g_strdup_printf ("media-node-%u", rj_node_watcher_get_index (node));

  return rj_json_build ("timestamp", 'i', rj_server_now_ms (), "id", 's',
                        rj_node_watcher_get_id (node), "environmentId", 's', environment, "ip", 's',
                        ip, "uri", 's', rj_node_watcher_get_url (node), "clusterId", 's', CLUSTER,
                        NULL);
}

static JsonArray *
list_sessions (RjServerCore *core, RjNodeWatcher *node)
{
  JsonArray *array = json_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((RjServerSession *) value)->node == node)
      json_array_add_string_element (array, ((RjServerSession *) value)->id);
  return array;
}

void
rj_server_record_node_crashed (RjServerCore *core, RjNodeWatcher *node)
{
  JsonObject *object;

  if (core->webhook == NULL)
    return;
  object = begin_node (node);
  json_object_set_string_member (object, "nodeRole", "medianode");
  json_object_set_array_member (object, "sessionIds", list_sessions (core, node));
  json_object_set_array_member (object, "recordingIds", json_array_new ());
  json_object_set_array_member (object, "broadcasts", json_array_new ());
  rj_webhook_post (core->webhook, NODE_CRASHED, object);
}

void
rj_server_record_node_recovered (RjServerCore *core, RjNodeWatcher *node)
{
  JsonObject *object;

  if (core->webhook == NULL)
    return;
  object = begin_node (node);
  json_object_set_string_member (object, "nodeRole", "medianode");
  rj_webhook_post (core->webhook, NODE_RECOVERED, object);
}

void
rj_server_record_node_status (RjServerCore *core,
                              RjNodeWatcher *node,
                              const char *from,
                              const char *to)
{
  JsonObject *object;

  if (core->webhook == NULL)
    return;
  object = begin_node (node);
  set_text (object, "oldStatus", from);
  json_object_set_string_member (object, "newStatus", to);
  rj_webhook_post (core->webhook, STATUS_CHANGED, object);
}
