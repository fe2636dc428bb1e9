#include "rj-openvidu2-join.h"

#include "rj-error.h"
#include "rj-json.h"
#include "rj-openvidu2-names.h"

RjOv2Join *
rj_ov2_join_parse (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Join) self = g_new0 (RjOv2Join, 1);
  const char *method = RJ_OV2_JOIN_ROOM;

  if (!rj_ov2_read_string (params, method, "token", &self->token, error) ||
      !rj_ov2_read_string (params, method, "session", &self->session, error) ||
      !rj_ov2_read_string (params, method, "platform", &self->platform, error) ||
      !rj_ov2_read_string (params, method, "secret", &self->secret, error) ||
      !rj_ov2_read_string (params, method, "metadata", &self->metadata, error))
    return NULL;
  self->sdk_version = rj_ov2_dup_string (params, "sdkVersion");
  self->recorder = rj_ov2_get_flag (params, "recorder");
  self->stt = rj_ov2_get_flag (params, "stt");
  return g_steal_pointer (&self);
}

JsonObject *
rj_ov2_join_build (const RjOv2Join *self)
{
  JsonObject *object =
    rj_json_build ("token", 's', self->token, "session", 's', self->session, "platform", 's',
                   self->platform, "sdkVersion", 's', self->sdk_version, "metadata", 's',
                   self->metadata, "secret", 's', self->secret, NULL);

  rj_ov2_set_flag (object, "recorder", self->recorder);
  rj_ov2_set_flag (object, "stt", self->stt);
  return object;
}

void
rj_ov2_join_free (RjOv2Join *self)
{
  if (self == NULL)
    return;
  g_free (self->token);
  g_free (self->session);
  g_free (self->platform);
  g_free (self->metadata);
  g_free (self->secret);
  g_free (self->sdk_version);
  g_free (self);
}

RjOv2IceServer *
rj_ov2_ice_server_new (const char *url, const char *username, const char *credential)
{
  RjOv2IceServer *self = g_new0 (RjOv2IceServer, 1);

  self->url = g_strdup (url);
  self->username = g_strdup (username);
  self->credential = g_strdup (credential);
  return self;
}

void
rj_ov2_ice_server_free (RjOv2IceServer *self)
{
  if (self == NULL)
    return;
  g_free (self->url);
  g_free (self->username);
  g_free (self->credential);
  g_free (self);
}

static GPtrArray *
parse_ice_servers (JsonArray *array)
{
  GPtrArray *servers = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_ov2_ice_server_free);

  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonObject *entry = rj_json_array_get_object (array, i);
    const char *url = entry == NULL ? NULL : rj_json_get_string (entry, "url", NULL);

    if (url != NULL)
      g_ptr_array_add (servers,
                       rj_ov2_ice_server_new (url, rj_json_get_string (entry, "username", NULL),
                                              rj_json_get_string (entry, "credential", NULL)));
  }
  return servers;
}

static JsonArray *
build_ice_servers (GPtrArray *servers)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < servers->len; i++) {
    const RjOv2IceServer *server = g_ptr_array_index (servers, i);

    json_array_add_object_element (array, rj_json_build ("url", 's', server->url, "username", 's',
                                                         server->username, "credential", 's',
                                                         server->credential, NULL));
  }
  return array;
}

static gboolean
parse_value (RjOv2Joined *self, JsonArray *value, GError **error)
{
  for (guint i = 0; value != NULL && i < json_array_get_length (value); i++) {
    RjOv2Connection *entry = rj_ov2_connection_parse (rj_json_array_get_object (value, i), error);

    if (entry == NULL) {
      g_prefix_error (error, "joinRoom result: ");
      return FALSE;
    }
    g_ptr_array_add (self->value, entry);
  }
  return TRUE;
}

static void
parse_turn (RjOv2Joined *self, JsonObject *result)
{
  JsonArray *servers = rj_json_get_array (result, "customIceServers");

  self->coturn_ip = rj_ov2_dup_string (result, "coturnIp");
  self->coturn_port = rj_json_get_int (result, "coturnPort", 0);
  self->turn_username = rj_ov2_dup_string (result, "turnUsername");
  self->turn_credential = rj_ov2_dup_string (result, "turnCredential");
  if (servers != NULL)
    self->custom_ice_servers = parse_ice_servers (servers);
}

RjOv2Joined *
rj_ov2_joined_parse (JsonObject *result, GError **error)
{
  g_autoptr (RjOv2Joined) self = rj_ov2_joined_new ();

  if (!rj_ov2_read_string (result, "joinRoom result", "id", &self->id, error) ||
      !rj_ov2_read_string (result, "joinRoom result", "session", &self->session, error) ||
      !parse_value (self, rj_json_get_array (result, "value"), error))
    return NULL;
  self->final_user_id = rj_ov2_dup_string (result, "finalUserId");
  self->created_at_ms = rj_json_get_int (result, "createdAt", 0);
  self->metadata = rj_ov2_dup_string (result, "metadata");
  self->version = rj_ov2_dup_string (result, "version");
  self->media_server = rj_ov2_dup_string (result, "mediaServer");
  self->video_simulcast = rj_ov2_get_flag (result, "videoSimulcast");
  self->record = rj_ov2_get_flag (result, "record");
  self->role = rj_ov2_dup_string (result, "role");
  parse_turn (self, result);
  self->recording_id = rj_ov2_dup_string (result, "recordingId");
  self->recording_name = rj_ov2_dup_string (result, "recordingName");
  self->has_life = rj_json_has (result, "life");
  self->life = rj_json_get_int (result, "life", 0);
  return g_steal_pointer (&self);
}

static void
build_optional (const RjOv2Joined *self, JsonObject *object)
{
  rj_ov2_set_flag (object, "videoSimulcast", self->video_simulcast);
  rj_ov2_set_flag (object, "record", self->record);
  if (self->coturn_port != 0)
    json_object_set_int_member (object, "coturnPort", self->coturn_port);
  rj_ov2_set_string (object, "coturnIp", self->coturn_ip);
  rj_ov2_set_string (object, "turnUsername", self->turn_username);
  rj_ov2_set_string (object, "turnCredential", self->turn_credential);
  if (self->custom_ice_servers != NULL)
    json_object_set_array_member (object, "customIceServers",
                                  build_ice_servers (self->custom_ice_servers));
  rj_ov2_set_string (object, "recordingId", self->recording_id);
  rj_ov2_set_string (object, "recordingName", self->recording_name);
  if (self->has_life)
    json_object_set_int_member (object, "life", self->life);
}

JsonObject *
rj_ov2_joined_build (const RjOv2Joined *self)
{
  JsonObject *object = json_object_new ();
  JsonArray *value = json_array_new ();

  for (guint i = 0; i < self->value->len; i++)
    json_array_add_object_element (value,
                                   rj_ov2_connection_build (g_ptr_array_index (self->value, i)));
  rj_ov2_set_string (object, "id", self->id);
  rj_ov2_set_string (object, "finalUserId", self->final_user_id);
  json_object_set_int_member (object, "createdAt", self->created_at_ms);
  rj_ov2_set_string (object, "metadata", self->metadata);
  json_object_set_array_member (object, "value", value);
  rj_ov2_set_string (object, "session", self->session);
  rj_ov2_set_string (object, "version", self->version);
  rj_ov2_set_string (object, "mediaServer", self->media_server);
  rj_ov2_set_string (object, "role", self->role);
  build_optional (self, object);
  return object;
}

RjOv2Joined *
rj_ov2_joined_new (void)
{
  RjOv2Joined *self = g_new0 (RjOv2Joined, 1);

  self->value = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_ov2_connection_free);
  return self;
}

void
rj_ov2_joined_free (RjOv2Joined *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->final_user_id);
  g_free (self->metadata);
  g_clear_pointer (&self->value, g_ptr_array_unref);
  g_free (self->session);
  g_free (self->version);
  g_free (self->media_server);
  g_free (self->role);
  g_free (self->coturn_ip);
  g_free (self->turn_username);
  g_free (self->turn_credential);
  g_clear_pointer (&self->custom_ice_servers, g_ptr_array_unref);
  g_free (self->recording_id);
  g_free (self->recording_name);
  g_free (self);
}

JsonObject *
rj_ov2_connect_build (const char *session, RjOv2Flag reconnect)
{
  JsonObject *object = json_object_new ();

  rj_ov2_set_string (object, "sessionId", session);
  rj_ov2_set_flag (object, "reconnect", reconnect);
  return object;
}

char *
rj_ov2_connect_parse (JsonObject *params)
{
  return rj_ov2_dup_string (params, "sessionId");
}

JsonObject *
rj_ov2_session_status_build (const char *session)
{
  return rj_json_build ("sessionId", 's', session, NULL);
}

JsonObject *
rj_ov2_session_status_result (gint64 life)
{
  return rj_json_build ("life", 'i', life, NULL);
}

gboolean
rj_ov2_session_status_parse (JsonObject *result, gint64 *ret_life)
{
  if (!rj_json_has (result, "life"))
    return FALSE;
  *ret_life = rj_json_get_int (result, "life", 0);
  return TRUE;
}

JsonObject *
rj_ov2_ping_build (gint64 interval_ms)
{
  return rj_json_build ("interval", 'i', interval_ms, NULL);
}

gint64
rj_ov2_ping_parse (JsonObject *params)
{
  return params == NULL ? 0 : rj_json_get_int (params, "interval", 0);
}
