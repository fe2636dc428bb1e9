#include "rj-openvidu2-room.h"

#include "rj-error.h"
#include "rj-json.h"

RjOv2Ended *
rj_ov2_ended_parse (JsonObject *params, const char *method, GError **error)
{
  g_autoptr (RjOv2Ended) self = g_new0 (RjOv2Ended, 1);

  if (!rj_ov2_read_string (params, method, "connectionId", &self->connection, error))
    return NULL;
  self->reason_text = rj_ov2_dup_string (params, "reason");
  if (self->reason_text == NULL)
    self->reason_text = g_strdup ("");
  self->reason = rj_ov2_reason_from_text (self->reason_text);
  return g_steal_pointer (&self);
}

JsonObject *
rj_ov2_ended_build (const char *connection, const char *reason)
{
  return rj_json_build ("connectionId", 's', connection, "reason", 's', reason, NULL);
}

void
rj_ov2_ended_free (RjOv2Ended *self)
{
  if (self == NULL)
    return;
  g_free (self->connection);
  g_free (self->reason_text);
  g_free (self);
}

RjOv2Published *
rj_ov2_published_parse (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Published) self = g_new0 (RjOv2Published, 1);
  const char *method = RJ_OV2_PARTICIPANT_PUBLISHED;
  JsonArray *streams;

  if (!rj_ov2_read_string (params, method, "id", &self->connection, error))
    return NULL;
  streams = rj_json_get_array (params, "streams");
  if (streams == NULL) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "%s: no streams", method);
    return NULL;
  }
  self->streams = rj_ov2_streams_parse (streams, error);
  return self->streams == NULL ? NULL : g_steal_pointer (&self);
}

JsonObject *
rj_ov2_published_build (const char *connection, GPtrArray *streams)
{
  return rj_json_build ("id", 's', connection, "streams", 'a', rj_ov2_streams_build (streams),
                        NULL);
}

void
rj_ov2_published_free (RjOv2Published *self)
{
  if (self == NULL)
    return;
  g_free (self->connection);
  g_clear_pointer (&self->streams, g_ptr_array_unref);
  g_free (self);
}

JsonObject *
rj_ov2_force_disconnect_build (const char *connection)
{
  return rj_json_build ("connectionId", 's', connection, NULL);
}

char *
rj_ov2_force_disconnect_parse (JsonObject *params, GError **error)
{
  char *connection = NULL;

  rj_ov2_read_string (params, RJ_OV2_FORCE_DISCONNECT, "connectionId", &connection, error);
  return connection;
}

JsonObject *
rj_ov2_force_unpublish_build (const char *stream)
{
  return rj_json_build ("streamId", 's', stream, NULL);
}

char *
rj_ov2_force_unpublish_parse (JsonObject *params, GError **error)
{
  char *stream = NULL;

  rj_ov2_read_string (params, RJ_OV2_FORCE_UNPUBLISH, "streamId", &stream, error);
  return stream;
}
