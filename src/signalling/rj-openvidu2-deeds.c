#include "rj-openvidu2-private.h"

#include "rj-error.h"

static void
on_done (JsonObject *result, const GError *error, gint64 read_us, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_unpublished (JsonObject *result, const GError *error, gint64 read_us, gpointer user_data)
{
  RjOpenvidu2Signaller *self = g_task_get_source_object (user_data);

  if (error == NULL) {
    g_clear_pointer (&self->own_stream, g_free);
    if (self->connection != NULL)
      rj_ov2_drop_leg (self, self->connection);
  }
  on_done (result, error, read_us, user_data);
}

/* Somebody who left without a word may still be there under the same name: who publishes is meant.
 * Returns: (transfer none) (nullable): connection id */
static const char *
find_connection (RjOpenvidu2Signaller *self, const char *name, const RjRemoteStream **stream)
{
  GHashTableIter iter;
  gpointer connection, value;

  *stream = NULL;
  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    if (g_str_equal (((RjRemoteStream *) value)->name, name)) {
      *stream = value;
      return (*stream)->connection;
    }
  }
  g_hash_table_iter_init (&iter, self->people);
  while (g_hash_table_iter_next (&iter, &connection, &value)) {
    if (g_str_equal (value, name))
      return connection;
  }
  return NULL;
}

/* Returns: (transfer full) (nullable): NULL when it cannot be done */
static JsonObject *
build_force (RjOpenvidu2Signaller *self, const RjDeed *deed, GError **error)
{
  const RjRemoteStream *stream;
  const char *connection = find_connection (self, deed->text, &stream);

  if (connection == NULL)
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "%s is not in the session", deed->text);
  else if (deed->kind == RJ_DEED_FORCE_DISCONNECT)
    return rj_ov2_force_disconnect_build (connection);
  else if (stream == NULL) /* the real server would never answer */
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "%s publishes nothing", deed->text);
  else
    return rj_ov2_force_unpublish_build (stream->stream);
  return NULL;
}

static JsonObject *
build_mute (RjOpenvidu2Signaller *self, const RjDeed *deed, GError **error)
{
  if (self->own_stream != NULL)
    return rj_ov2_property_build_active (self->own_stream,
                                         deed->video ? "videoActive" : "audioActive", !deed->muted);
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "nothing is published");
  return NULL;
}

static JsonObject *
build_signal (const char *text)
{
  g_autoptr (RjOv2Message) message = rj_ov2_message_new ("signal:rejoin-signal", text);

  message->has_to = TRUE;
  return rj_ov2_message_build (message);
}

void
rj_ov2_do (RjOpenvidu2Signaller *self, const RjDeed *deed, GTask *owned)
{
  static const char *const methods[] = {
    [RJ_DEED_UNPUBLISH] = RJ_OV2_UNPUBLISH_VIDEO,
    [RJ_DEED_MUTE] = RJ_OV2_STREAM_PROPERTY_CHANGED,
    [RJ_DEED_SIGNAL] = RJ_OV2_SEND_MESSAGE,
    [RJ_DEED_FORCE_DISCONNECT] = RJ_OV2_FORCE_DISCONNECT,
    [RJ_DEED_FORCE_UNPUBLISH] = RJ_OV2_FORCE_UNPUBLISH,
  };
  g_autoptr (GTask) task = owned;
  JsonObject *params = NULL;
  GError *error = NULL;

  switch (deed->kind) {
  case RJ_DEED_UNPUBLISH:
    params = json_object_new ();
    break;
  case RJ_DEED_MUTE:
    params = build_mute (self, deed, &error);
    break;
  case RJ_DEED_SIGNAL:
    params = build_signal (deed->text);
    break;
  case RJ_DEED_FORCE_DISCONNECT:
  case RJ_DEED_FORCE_UNPUBLISH:
    params = build_force (self, deed, &error);
    break;
  }
  if (params == NULL)
    g_task_return_error (task, error);
  else
    rj_rpc_call (self->rpc, methods[deed->kind], params, RJ_RPC_PLAIN, RJ_RPC_LIMIT_US,
                 deed->kind == RJ_DEED_UNPUBLISH ? on_unpublished : on_done,
                 g_steal_pointer (&task));
}
