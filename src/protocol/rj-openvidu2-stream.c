#include "rj-openvidu2-stream.h"

#include <string.h>

#include "rj-error.h"
#include "rj-json.h"

#define WHAT "stream"

RjOv2Stream *
rj_ov2_stream_parse (JsonObject *object, GError **error)
{
  g_autoptr (RjOv2Stream) self = g_new0 (RjOv2Stream, 1);
  JsonObject *filter;

  if (!rj_ov2_read_string (object, WHAT, "id", &self->id, error) ||
      !rj_ov2_read_bool (object, WHAT, "hasAudio", &self->has_audio, error) ||
      !rj_ov2_read_bool (object, WHAT, "hasVideo", &self->has_video, error))
    return NULL;
  self->created_at_ms = rj_json_get_int (object, "createdAt", 0);
  self->audio_active = rj_ov2_get_flag (object, "audioActive");
  self->video_active = rj_ov2_get_flag (object, "videoActive");
  self->type_of_video = rj_ov2_dup_string (object, "typeOfVideo");
  self->has_frame_rate = rj_json_has (object, "frameRate");
  self->frame_rate = rj_json_get_int (object, "frameRate", -1);
  self->video_dimensions = rj_ov2_dup_string (object, "videoDimensions");
  filter = rj_json_get_object (object, "filter");
  if (filter != NULL)
    self->filter = json_object_ref (filter);
  return g_steal_pointer (&self);
}

JsonObject *
rj_ov2_stream_build (const RjOv2Stream *self)
{
  JsonObject *object =
    rj_json_build ("id", 's', self->id, "createdAt", 'i', self->created_at_ms, "hasAudio", 'b',
                   self->has_audio, "hasVideo", 'b', self->has_video, NULL);

  rj_ov2_set_flag (object, "audioActive", self->audio_active);
  rj_ov2_set_flag (object, "videoActive", self->video_active);
  rj_ov2_set_string (object, "typeOfVideo", self->type_of_video);
  if (self->has_frame_rate)
    json_object_set_int_member (object, "frameRate", self->frame_rate);
  rj_ov2_set_string (object, "videoDimensions", self->video_dimensions);
  if (self->filter != NULL)
    json_object_set_object_member (object, "filter", json_object_ref (self->filter));
  return object;
}

RjOv2Stream *
rj_ov2_stream_copy (const RjOv2Stream *self)
{
  RjOv2Stream *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->type_of_video = g_strdup (self->type_of_video);
  copy->video_dimensions = g_strdup (self->video_dimensions);
  copy->filter = self->filter == NULL ? NULL : json_object_ref (self->filter);
  return copy;
}

void
rj_ov2_stream_free (RjOv2Stream *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->type_of_video);
  g_free (self->video_dimensions);
  g_clear_pointer (&self->filter, json_object_unref);
  g_free (self);
}

char *
rj_ov2_stream_make_id (gboolean has_video,
                       const char *type_of_video,
                       const char *unique,
                       const char *connection)
{
  return g_strdup_printf ("str_%.3s_%s_%s",
                          has_video && type_of_video != NULL ? type_of_video : "MIC", unique,
                          connection);
}

const char *
rj_ov2_stream_get_connection (const char *stream_id)
{
  const char *camera = strstr (stream_id, "ipc_");

  return camera != NULL ? camera : g_strrstr (stream_id, "con_");
}

char *
rj_ov2_dimensions_build (gint64 width, gint64 height)
{
  g_autoptr (JsonObject) object = rj_json_build ("width", 'i', width, "height", 'i', height, NULL);

  return rj_json_object_to_text (object);
}

gboolean
rj_ov2_dimensions_parse (const char *text, gint64 *width, gint64 *height)
{
  g_autoptr (JsonObject) object = text == NULL ? NULL : rj_json_parse_object (text, -1, NULL);

  return object != NULL && rj_json_read_int (object, "width", width, NULL) &&
         rj_json_read_int (object, "height", height, NULL);
}

GPtrArray *
rj_ov2_streams_parse (JsonArray *array, GError **error)
{
  g_autoptr (GPtrArray) streams =
    g_ptr_array_new_with_free_func ((GDestroyNotify) rj_ov2_stream_free);

  for (guint i = 0; i < json_array_get_length (array); i++) {
    RjOv2Stream *stream = rj_ov2_stream_parse (rj_json_array_get_object (array, i), error);

    if (stream == NULL)
      return NULL;
    g_ptr_array_add (streams, stream);
  }
  return g_steal_pointer (&streams);
}

JsonArray *
rj_ov2_streams_build (GPtrArray *streams)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < streams->len; i++)
    json_array_add_object_element (array, rj_ov2_stream_build (g_ptr_array_index (streams, i)));
  return array;
}

RjOv2Connection *
rj_ov2_connection_parse (JsonObject *object, GError **error)
{
  g_autoptr (RjOv2Connection) self = g_new0 (RjOv2Connection, 1);
  JsonArray *streams = object == NULL ? NULL : rj_json_get_array (object, "streams");

  if (!rj_ov2_read_string (object, "participant", "id", &self->id, error))
    return NULL;
  self->created_at_ms = rj_json_get_int (object, "createdAt", 0);
  self->metadata = rj_ov2_dup_string (object, "metadata");
  if (streams != NULL) {
    self->streams = rj_ov2_streams_parse (streams, error);
    if (self->streams == NULL)
      return NULL;
  }
  return g_steal_pointer (&self);
}

JsonObject *
rj_ov2_connection_build (const RjOv2Connection *self)
{
  JsonObject *object = rj_json_build ("id", 's', self->id, "createdAt", 'i', self->created_at_ms,
                                      "metadata", 's', self->metadata, NULL);

  if (self->streams != NULL)
    json_object_set_array_member (object, "streams", rj_ov2_streams_build (self->streams));
  return object;
}

void
rj_ov2_connection_free (RjOv2Connection *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->metadata);
  g_clear_pointer (&self->streams, g_ptr_array_unref);
  g_free (self);
}
