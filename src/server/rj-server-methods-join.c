#include "rj-json.h"
#include "rj-openvidu2-join.h"
#include "rj-openvidu2-names.h"
#include "rj-openvidu2-room.h"
#include "rj-server-evict.h"
#include "rj-server-lock.h"
#include "rj-server-methods.h"
#include "rj-server-negotiate.h"
#include "rj-turn-server.h"

#define RECORDER       "RECORDER"
#define SPEECH_TO_TEXT "SPEECH_TO_TEXT"

/* A join on its way to a session that may have to be started first */
typedef struct {
  RjServerCall *call;
  RjServerParticipant *participant;
} Join;

/* Three numbers with dots, perhaps a "-word" or "+word" after them */
static gboolean
is_semver (const char *text)
{
  return g_regex_match_simple ("^\\d+\\.\\d+\\.\\d+([-+][0-9A-Za-z.+-]+)?$", text, G_REGEX_DEFAULT,
                               G_REGEX_MATCH_DEFAULT);
}

static RjOv2Connection *
describe (RjServerParticipant *participant, gboolean with_stream)
{
  RjOv2Connection *entry = g_new0 (RjOv2Connection, 1);

  entry->id = g_strdup (participant->connection);
  entry->created_at_ms = participant->active_ms;
  entry->metadata = g_strdup (participant->metadata);
  if (with_stream && participant->stream != NULL) {
    entry->streams = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_ov2_stream_free);
    g_ptr_array_add (entry->streams, rj_ov2_stream_copy (participant->stream));
  }
  return entry;
}

static void
add_ice_servers (RjOv2Joined *joined, JsonArray *servers)
{
  for (guint i = 0; i < json_array_get_length (servers); i++) {
    JsonObject *server = json_array_get_object_element (servers, i);

    g_ptr_array_add (joined->custom_ice_servers,
                     rj_ov2_ice_server_new (
                       json_object_get_string_member_with_default (server, "url", ""),
                       json_object_get_string_member_with_default (server, "username", NULL),
                       json_object_get_string_member_with_default (server, "credential", NULL)));
  }
}

static GPtrArray *
make_ice_servers (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) rj_ov2_ice_server_free);
}

/* The deployment's own TURN server, and the list that clients use, which a connection may have of its own */
static void
add_turn (RjOv2Joined *joined, const char *configured, JsonArray *own_servers)
{
  g_autoptr (RjTurnServer) turn =
    configured == NULL ? NULL : rj_turn_server_parse (configured, NULL);
  g_autofree char *url = turn == NULL ? NULL : rj_turn_server_get_url (turn);

  if (json_array_get_length (own_servers) > 0) {
    joined->custom_ice_servers = make_ice_servers ();
    add_ice_servers (joined, own_servers);
  }
  if (turn == NULL)
    return;
  joined->coturn_ip = g_strdup (turn->host);
  joined->coturn_port = turn->port;
  joined->turn_username = g_strdup (turn->username);
  joined->turn_credential = g_strdup (turn->password);
  if (joined->custom_ice_servers != NULL)
    return;
  joined->custom_ice_servers = make_ice_servers ();
  g_ptr_array_add (joined->custom_ice_servers,
                   rj_ov2_ice_server_new (url, turn->username, turn->password));
}

/* The result of joinRoom, made before anybody hears of the joiner: it may list somebody who is evicted
 * while the news goes round (OpenVidu 2 protocol, 12.1). */
static JsonObject *
build_result (RjServerSession *session, RjServerParticipant *joiner)
{
  g_autoptr (RjOv2Joined) joined = rj_ov2_joined_new ();

  joined->id = g_strdup (joiner->connection);
  joined->final_user_id = g_strdup (joiner->user_id);
  joined->created_at_ms = joiner->active_ms;
  joined->metadata = g_strdup (joiner->metadata);
  joined->session = g_strdup (session->id);
  joined->version = g_strdup (RJ_SERVER_VERSION);
  joined->media_server = g_strdup (session->core->config->media_server);
  joined->video_simulcast = RJ_OV2_NO;
  joined->record = joiner->has_record ? rj_ov2_flag_from (joiner->token->record) : RJ_OV2_UNSET;
  joined->role = g_strdup (joiner->token->role);
  joined->life = session->core->config->life;
  joined->has_life = joined->life != 0;
  add_turn (joined, session->core->config->turn, joiner->token->ice_servers);
  for (guint i = 0; i < session->participants->len; i++) {
    RjServerParticipant *other = g_ptr_array_index (session->participants, i);

    if (other != joiner && !other->is_special)
      g_ptr_array_add (joined->value, describe (other, TRUE));
  }
  return rj_ov2_joined_build (joined);
}

static void
announce (RjServerSession *session, RjServerParticipant *joiner)
{
  RjOv2Connection *entry = describe (joiner, FALSE);

  rj_server_session_notify (session, joiner, RJ_OV2_PARTICIPANT_JOINED,
                            rj_ov2_connection_build (entry));
  rj_ov2_connection_free (entry);
}

/* The quirk early-leavers: somebody in the result of whom the joiner hears before that he has left */
static void
add_early_leaver (RjServerSession *session, RjServerParticipant *joiner, JsonObject *result)
{
  g_autofree char *connection = rj_server_make_connection_id (session->core->dice);
  g_autofree char *stream = rj_server_make_stream_id (session->core->dice, "CAMERA", connection);
  JsonArray *streams = json_array_new ();
  g_autoptr (JsonObject) ended = rj_ov2_ended_build (connection, "");

  json_array_add_object_element (
    streams, rj_json_build ("id", 's', stream, "createdAt", 'i', joiner->active_ms, "hasAudio", 'b',
                            TRUE, "hasVideo", 'b', TRUE, "audioActive", 'b', TRUE, "videoActive",
                            'b', TRUE, "typeOfVideo", 's', "CAMERA", NULL));
  json_array_add_object_element (json_object_get_array_member (result, "value"),
                                 rj_json_build ("id", 's', connection, "createdAt", 'i',
                                                joiner->active_ms, "metadata", 's', "", "streams",
                                                'a', streams, NULL));
  rj_server_participant_notify (joiner, RJ_OV2_PARTICIPANT_LEFT, ended);
  rj_server_participant_notify (joiner, RJ_OV2_PARTICIPANT_EVICTED, ended);
}

static void
let_in (RjServerSession *session, RjServerCall *call, RjServerParticipant *joiner)
{
  JsonObject *result;

  joiner->active_ms = rj_server_now_ms ();
  rj_server_session_add (session, joiner);
  rj_server_rpc_set_participant (call->rpc, joiner);
  result = build_result (session, joiner);
  if (session->core->config->quirks & RJ_QUIRK_EARLY_LEAVERS)
    add_early_leaver (session, joiner, result);
  if (!joiner->is_special) {
    announce (session, joiner);
    rj_server_core_emit (
      session->core, rj_server_session_new_event (session, RJ_EVENT_PARTICIPANT_JOINED, joiner));
  }
  rj_server_call_return (call, result);
}

static void
on_locked (RjServerSession *session, gboolean got, gpointer data)
{
  Join *join = data;
  RjServerCall *call = join->call;
  g_autoptr (RjServerParticipant) joiner = join->participant;

  g_free (join);
  if (session->closing || session->state != RJ_SERVER_SESSION_ACTIVE)
    rj_server_call_reply_error (call, RJ_OV2_CODE_ROOM_CLOSED, NULL, "Session '%s' is closed",
                                session->id);
  else if (!got)
    rj_server_call_reply_error (call, RJ_OV2_CODE_GENERIC, NULL,
                                "Timeout waiting for Session lock");
  else
    let_in (session, call, joiner);
  if (got)
    rj_server_unlock (session);
}

static void
on_session_ready (RjServerSession *session, const GError *error, gpointer data)
{
  Join *join = data;

  if (error == NULL) {
    rj_server_lock (session, on_locked, join);
    return;
  }
  rj_server_call_reply_error (join->call, error->code, NULL, "%s", error->message);
  g_object_unref (join->participant);
  g_free (join);
}

/* The server's secret opens any session, for a silent SUBSCRIBER. Returns: (transfer full) */
static RjServerToken *
make_token_by_secret (RjServerCore *core, const RjOv2Join *params)
{
  const char *special = params->recorder == RJ_OV2_YES ? RECORDER
                        : params->stt == RJ_OV2_YES    ? SPEECH_TO_TEXT
                                                       : NULL;
  RjServerToken *token = rj_server_token_new (
    special != NULL ? g_strdup (special) : rj_server_make_connection_id (core->dice),
    g_strdup (params->token));

  g_free (token->role);
  token->role = g_strdup ("SUBSCRIBER");
  return token;
}

static void
start_join (RjServerCall *call,
            RjServerSession *session,
            RjServerToken *token,
            const RjOv2Join *params,
            gboolean by_secret)
{
  Join *join = g_new0 (Join, 1);

  join->call = call;
  join->participant =
    rj_server_participant_new (token, params->metadata, params->platform, call->rpc);
  join->participant->has_record = !by_secret;
  join->participant->is_special =
    g_str_equal (token->connection, RECORDER) || g_str_equal (token->connection, SPEECH_TO_TEXT);
  if (!join->participant->is_special)
    join->participant->user_id = g_strdup (call->socket->user_id);
  rj_server_session_start (session, on_session_ready, join);
}

/* The order of the real server: what is missing here leaves the token alone (OpenVidu 2 protocol, 12.10) */
static gboolean
read_first (RjServerCall *call, RjOv2Join *params, GError **error)
{
  JsonObject *object = call->frame->params;
  const char *method = call->frame->method;

  return rj_ov2_read_string (object, method, "token", &params->token, error) &&
         rj_ov2_read_string (object, method, "secret", &params->secret, error) &&
         rj_ov2_read_string (object, method, "session", &params->session, error) &&
         rj_ov2_read_string (object, method, "platform", &params->platform, error);
}

/* ... and this does not. Only in between is it seen that the session is closing. */
static gboolean
read_second (RjServerCall *call, RjServerSession *session, RjOv2Join *params, GError **error)
{
  JsonObject *object = call->frame->params;
  const char *method = call->frame->method;

  if (!rj_ov2_read_string (object, method, "metadata", &params->metadata, error))
    return FALSE;
  if (session->closing) {
    g_set_error (error, RJ_SERVER_ERROR, RJ_OV2_CODE_ROOM_CLOSED,
                 "Session '%s' cannot be joined: closing", session->id);
    return FALSE;
  }
  if (!json_object_has_member (object, "sdkVersion"))
    return TRUE;
  if (!rj_ov2_read_string (object, method, "sdkVersion", &params->sdk_version, error))
    return FALSE;
  if (is_semver (params->sdk_version))
    return TRUE;
  g_set_error (error, RJ_SERVER_ERROR, RJ_OV2_CODE_JAVA_EXCEPTION, "sdkVersion is no version");
  return FALSE;
}

void
rj_server_method_join (RjServerCall *call)
{
  RjServerCore *core = call->rpc->core;
  g_autoptr (RjOv2Join) params = g_new0 (RjOv2Join, 1);
  g_autoptr (RjServerToken) token = NULL;
  g_autoptr (GError) error = NULL;
  RjServerSession *session;
  gboolean by_secret;

  call->rpc->tried = TRUE;
  if (!read_first (call, params, &error)) {
    rj_server_call_crash (call, error->message);
    return;
  }
  session = g_hash_table_lookup (core->sessions, params->session);
  if (session == NULL) {
    rj_server_call_throw (call, RJ_OV2_CODE_ROOM_NOT_FOUND,
                          "Session '%s' cannot be joined: not found", params->session);
    return;
  }
  params->recorder = rj_ov2_get_flag (call->frame->params, "recorder");
  params->stt = rj_ov2_get_flag (call->frame->params, "stt");
  by_secret = g_strcmp0 (params->secret, core->config->secret) == 0;
  token = by_secret ? make_token_by_secret (core, params)
                    : rj_server_session_take_token (session, params->token);
  if (token == NULL) {
    rj_server_call_throw (call, RJ_OV2_CODE_USER_UNAUTHORIZED,
                          "Session '%s' cannot be joined: the token is not valid", params->session);
    return;
  }
  if (!read_second (call, session, params, &error))
    rj_server_fail (call, error, TRUE, NULL, RJ_OV2_CODE_JAVA_EXCEPTION);
  else
    start_join (call, session, g_steal_pointer (&token), params, by_secret);
}

void
rj_server_method_leave (RjServerCall *call)
{
  g_autoptr (RjServerParticipant) participant = g_object_ref (call->participant);

  if (call->rpc->core->config->quirks & RJ_QUIRK_HELD_LOCK) {
    rj_server_leave_with_lock (call);
    return;
  }
  rj_server_leave (participant, rj_ov2_reason_to_text (RJ_OV2_REASON_DISCONNECT));
  rj_server_call_return (call, NULL);
}

void
rj_server_method_echo (RjServerCall *call)
{
  rj_server_call_return (call, NULL);
}
