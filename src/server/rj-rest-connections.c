#include "rj-json.h"
#include "rj-openvidu2-message.h"
#include "rj-openvidu2-names.h"
#include "rj-rest-json.h"
#include "rj-rest.h"
#include "rj-server-evict.h"
#include "rj-server-record.h"

static const char *const roles[] = { "SUBSCRIBER", "PUBLISHER", "MODERATOR", NULL };
static const char *const types[] = { "WEBRTC", "IPCAM", NULL };

/* Returns: (transfer full) (nullable): NULL after having replied */
static JsonArray *
read_ice_servers (RjRestRequest *request)
{
  JsonNode *node =
    request->body == NULL ? NULL : json_object_get_member (request->body, "customIceServers");
  JsonArray *array;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return json_array_new ();
  array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (rj_json_get_string (rj_json_array_get_object (array, i), "url", NULL) == NULL)
      array = NULL;
  if (array == NULL)
    rj_rest_reply_error (request, SOUP_STATUS_BAD_REQUEST,
                         "Type error in parameter 'customIceServers'");
  return array == NULL ? NULL : json_array_ref (array);
}

static gboolean
read_token (RjRestRequest *request, RjServerToken *token)
{
  g_autofree char *type = g_strdup ("WEBRTC");
  JsonArray *ice_servers;
  JsonObject *options;

  if (!rj_rest_read_string (request, "type", types, &type) ||
      !rj_rest_read_string (request, "role", roles, &token->role) ||
      !rj_rest_read_string (request, "data", NULL, &token->server_data) ||
      !rj_rest_read_bool (request, "record", &token->record))
    return FALSE;
  if (g_str_equal (type, "IPCAM")) {
    rj_rest_reply_error (request, SOUP_STATUS_BAD_REQUEST, "This server has no IP cameras");
    return FALSE;
  }
  options = rj_json_get_object (request->body, "kurentoOptions");
  if (options != NULL)
    token->kurento_options = json_node_init_object (json_node_alloc (), options);
  ice_servers = read_ice_servers (request);
  if (ice_servers == NULL)
    return FALSE;
  json_array_unref (token->ice_servers);
  token->ice_servers = ice_servers;
  return TRUE;
}

/* Returns: (transfer none) (nullable): NULL after having replied */
static RjServerToken *
add_token (RjRestRequest *request)
{
  RjServerCore *core = request->core;
  RjServerToken *token =
    rj_server_token_new (rj_server_make_connection_id (core->dice),
                         rj_server_make_token (core->dice, core->ws_origin, request->session->id));

  if (!read_token (request, token)) {
    rj_server_token_free (token);
    return NULL;
  }
  rj_server_session_add_token (request->session, token);
  return token;
}

void
rj_rest_create_connection (RjRestRequest *request)
{
  RjServerToken *token;

  if (request->session->closing) {
    rj_rest_reply_error (request, SOUP_STATUS_NOT_FOUND, "Session %s is closing",
                         request->session->id);
    return;
  }
  token = add_token (request);
  if (token != NULL)
    rj_rest_reply_json (request, SOUP_STATUS_OK, rj_rest_token_to_json (request->session, token));
}

/* Finds the session that the body names. Returns: FALSE after having replied */
static gboolean
want_session (RjRestRequest *request)
{
  const char *id = rj_json_get_string (request->body, "session", NULL);

  if (id == NULL) {
    rj_rest_reply_error (request, SOUP_STATUS_BAD_REQUEST, "Parameter \"session\" is mandatory");
    return FALSE;
  }
  g_set_object (&request->session, g_hash_table_lookup (request->core->sessions, id));
  if (request->session == NULL)
    rj_rest_reply_empty (request, SOUP_STATUS_NOT_FOUND);
  return request->session != NULL;
}

void
rj_rest_create_token (RjRestRequest *request)
{
  RjServerToken *token;
  JsonObject *object;

  if (!want_session (request))
    return;
  token = add_token (request);
  if (token == NULL)
    return;
  object = rj_json_build ("id", 's', token->token, "token", 's', token->token, "createdAt", 'i',
                          token->created_ms, "connectionId", 's', token->connection, "session", 's',
                          request->session->id, "data", 's', token->server_data, "role", 's',
                          token->role, NULL);
  if (token->kurento_options != NULL)
    json_object_set_member (object, "kurentoOptions", json_node_copy (token->kurento_options));
  rj_rest_reply_json (request, SOUP_STATUS_OK, object);
}

void
rj_rest_list_connections (RjRestRequest *request)
{
  guint show = rj_rest_get_show (request, TRUE);

  rj_rest_reply_json (request, SOUP_STATUS_OK,
                      rj_rest_list (rj_rest_connections (request->session, show)));
}

void
rj_rest_get_connection (RjRestRequest *request)
{
  RjServerParticipant *participant = rj_server_session_find (request->session, request->parts[3]);
  RjServerToken *token = rj_server_session_find_pending (request->session, request->parts[3]);

  if (participant != NULL)
    rj_rest_reply_json (
      request, SOUP_STATUS_OK,
      rj_rest_participant_to_json (participant, rj_rest_get_show (request, TRUE)));
  else if (token != NULL)
    rj_rest_reply_json (request, SOUP_STATUS_OK, rj_rest_token_to_json (request->session, token));
  else
    rj_rest_reply_empty (request, SOUP_STATUS_NOT_FOUND);
}

static void
tell_property (RjServerParticipant *participant, const char *property, const char *value)
{
  g_autoptr (JsonObject) params =
    rj_json_build ("property", 's', property, "newValue", 's', value, NULL);

  rj_server_participant_notify (participant, RJ_OV2_CONNECTION_PROPERTY_CHANGED, params);
}

static void
change_role (RjServerParticipant *participant)
{
  if (!rj_server_participant_has_role (participant, "SUBSCRIBER")) {
    if (participant->publisher == NULL)
      rj_server_participant_renew_publisher (participant);
    return;
  }
  if (participant->stream == NULL)
    rj_server_participant_release_publisher (participant, NULL, TRUE);
  else
    rj_server_unpublish (participant,
                         rj_ov2_reason_to_text (RJ_OV2_REASON_FORCE_UNPUBLISH_BY_SERVER), TRUE);
}

/* @participant: (nullable): its token is still unused */
static void
change_connection (RjServerParticipant *participant,
                   RjServerToken *token,
                   char *role,
                   gboolean record)
{
  gboolean new_role = !g_str_equal (role, token->role);
  gboolean new_record = record != token->record;

  g_free (token->role);
  token->role = g_strdup (role);
  token->record = record;
  if (participant == NULL)
    return;
  if (new_role)
    change_role (participant);
  if (new_role)
    tell_property (participant, "role", role);
  if (new_record)
    tell_property (participant, "record", record ? "true" : "false");
}

void
rj_rest_change_connection (RjRestRequest *request)
{
  g_autoptr (RjServerParticipant) participant = NULL;
  RjServerToken *token = rj_server_session_find_pending (request->session, request->parts[3]);
  g_autofree char *role = NULL;
  gboolean record;

  g_set_object (&participant, rj_server_session_find (request->session, request->parts[3]));
  if (participant != NULL)
    token = participant->token;
  if (token == NULL) {
    rj_rest_reply_empty (request, SOUP_STATUS_NOT_FOUND);
    return;
  }
  role = g_strdup (token->role);
  record = token->record;
  if (!rj_rest_read_string (request, "role", roles, &role) ||
      !rj_rest_read_bool (request, "record", &record))
    return;
  change_connection (participant, token, role, record);
  if (participant != NULL && participant->session == NULL)
    rj_rest_reply_empty (request, SOUP_STATUS_NOT_FOUND); /* nobody was there to hear it */
  else
    rj_rest_reply_json (request, SOUP_STATUS_OK,
                        participant != NULL ? rj_rest_participant_to_json (participant, 0)
                                            : rj_rest_token_to_json (request->session, token));
}

void
rj_rest_delete_connection (RjRestRequest *request)
{
  RjServerParticipant *participant = rj_server_session_find (request->session, request->parts[3]);

  if (participant != NULL)
    rj_server_evict (participant, rj_ov2_reason_to_text (RJ_OV2_REASON_FORCE_DISCONNECT_BY_SERVER));
  if (participant != NULL || rj_server_session_drop_pending (request->session, request->parts[3]))
    rj_rest_reply_empty (request, SOUP_STATUS_NO_CONTENT);
  else
    rj_rest_reply_empty (request, SOUP_STATUS_NOT_FOUND);
}

void
rj_rest_delete_stream (RjRestRequest *request)
{
  RjServerParticipant *owner = rj_server_session_find_stream (request->session, request->parts[3]);

  if (owner != NULL)
    rj_server_unpublish (owner, rj_ov2_reason_to_text (RJ_OV2_REASON_FORCE_UNPUBLISH_BY_SERVER),
                         TRUE);
  rj_rest_reply_empty (request, owner != NULL ? SOUP_STATUS_NO_CONTENT : SOUP_STATUS_NOT_FOUND);
}

/* Returns: (transfer full) (nullable): targets; NULL after having replied */
static GPtrArray *
read_targets (RjRestRequest *request)
{
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func (g_object_unref);
  JsonArray *to = rj_json_get_array (request->body, "to");

  for (guint i = 0; to != NULL && i < json_array_get_length (to); i++) {
    JsonNode *node = json_array_get_element (to, i);
    RjServerParticipant *target =
      json_node_get_value_type (node) == G_TYPE_STRING
        ? rj_server_session_find (request->session, json_node_get_string (node))
        : NULL;

    if (target == NULL) {
      rj_rest_reply_empty (request, SOUP_STATUS_NOT_ACCEPTABLE);
      return NULL;
    }
    g_ptr_array_add (targets, g_object_ref (target));
  }
  return g_steal_pointer (&targets);
}

static void
send_signal (RjRestRequest *request, GPtrArray *targets, RjOv2Signal *signal)
{
  g_autoptr (JsonObject) params = rj_ov2_signal_build (signal);
  g_autoptr (GPtrArray) to = g_ptr_array_new ();

  if (targets->len == 0)
    rj_server_session_notify (request->session, NULL, RJ_OV2_SEND_MESSAGE,
                              json_object_ref (params));
  for (guint i = 0; i < targets->len; i++) {
    RjServerParticipant *target = g_ptr_array_index (targets, i);

    rj_server_participant_notify (target, RJ_OV2_SEND_MESSAGE, params);
    g_ptr_array_add (to, target->connection);
  }
  rj_server_record_signal (request->session, NULL, to, signal->type, signal->data);
}

void
rj_rest_signal (RjRestRequest *request)
{
  g_autofree char *type = NULL;
  g_autofree char *data = NULL;
  g_autoptr (GPtrArray) targets = NULL;
  RjOv2Signal signal = { 0 };

  if (!want_session (request) || !rj_rest_read_string (request, "type", NULL, &type) ||
      !rj_rest_read_string (request, "data", NULL, &data))
    return;
  if (request->session->state != RJ_SERVER_SESSION_ACTIVE) {
    rj_rest_reply_empty (request, SOUP_STATUS_NOT_ACCEPTABLE);
    return;
  }
  targets = read_targets (request);
  if (targets == NULL)
    return;
  signal.type = type;
  signal.data = data;
  send_signal (request, targets, &signal);
  rj_rest_reply_empty (request, SOUP_STATUS_OK);
}
