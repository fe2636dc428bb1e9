#include "rj-openvidu2-message.h"

#include <string.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-openvidu2-names.h"
#include "rj-openvidu2-params.h"

RjOv2Message *
rj_ov2_message_new (const char *type, const char *data)
{
  RjOv2Message *self = g_new0 (RjOv2Message, 1);

  self->to = g_ptr_array_new_with_free_func (g_free);
  self->type = g_strdup (type);
  self->data = g_strdup (data);
  return self;
}

static gboolean
fail_format (const char *text, GError **error)
{
  g_set_error (error, RJ_RPC_ERROR, RJ_OV2_CODE_SIGNAL_FORMAT_INVALID,
               "Provided signal object '%s' has not a valid JSON format", text);
  return FALSE;
}

static gboolean
parse_to (RjOv2Message *self, JsonObject *inner, const char *text, GError **error)
{
  JsonNode *node = json_object_get_member (inner, "to");
  JsonArray *array;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail_format (text, error);
  self->has_to = TRUE;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    JsonNode *element = json_array_get_element (array, i);
    g_autofree char *wrong = NULL;

    if (JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING) {
      g_ptr_array_add (self->to, json_node_dup_string (element));
      continue;
    }
    wrong = rj_json_node_to_text (element);
    g_set_error (error, RJ_RPC_ERROR, RJ_OV2_CODE_SIGNAL_TO_INVALID,
                 "Signal \"to\" field invalid format: %s", wrong);
    return FALSE;
  }
  return TRUE;
}

/* Optional, but not an object */
static gboolean
parse_text (JsonObject *inner, const char *name, char **out, GError **error)
{
  return !rj_json_has (inner, name) ||
         rj_ov2_read_string (inner, RJ_OV2_SEND_MESSAGE, name, out, error);
}

RjOv2Message *
rj_ov2_message_parse (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Message) self = rj_ov2_message_new (NULL, NULL);
  g_autoptr (JsonObject) inner = NULL;
  g_autofree char *text = NULL;

  if (!rj_ov2_read_string (params, RJ_OV2_SEND_MESSAGE, "message", &text, error))
    return NULL;
  inner = rj_json_parse_object (text, -1, NULL);
  if (inner == NULL) {
    fail_format (text, error);
    return NULL;
  }
  if (!parse_to (self, inner, text, error) || !parse_text (inner, "data", &self->data, error) ||
      !parse_text (inner, "type", &self->type, error))
    return NULL;
  return g_steal_pointer (&self);
}

JsonObject *
rj_ov2_message_build (const RjOv2Message *self)
{
  g_autoptr (JsonObject) inner = json_object_new ();
  g_autofree char *text = NULL;

  if (self->has_to || self->to->len > 0) {
    JsonArray *to = json_array_new ();

    for (guint i = 0; i < self->to->len; i++)
      json_array_add_string_element (to, g_ptr_array_index (self->to, i));
    json_object_set_array_member (inner, "to", to);
  }
  rj_ov2_set_string (inner, "data", self->data);
  rj_ov2_set_string (inner, "type", self->type);
  text = rj_json_object_to_text (inner);
  return rj_json_build ("message", 's', text, NULL);
}

void
rj_ov2_message_free (RjOv2Message *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->to, g_ptr_array_unref);
  g_free (self->data);
  g_free (self->type);
  g_free (self);
}

RjOv2Signal *
rj_ov2_signal_parse (JsonObject *params)
{
  RjOv2Signal *self = g_new0 (RjOv2Signal, 1);

  self->data = rj_ov2_dup_string (params, "data");
  self->type = rj_ov2_dup_string (params, "type");
  self->from = rj_ov2_dup_string (params, "from");
  return self;
}

JsonObject *
rj_ov2_signal_build (const RjOv2Signal *self)
{
  return rj_json_build ("data", 's', self->data, "type", 's', self->type, "from", 's', self->from,
                        NULL);
}

void
rj_ov2_signal_free (RjOv2Signal *self)
{
  if (self == NULL)
    return;
  g_free (self->data);
  g_free (self->type);
  g_free (self->from);
  g_free (self);
}

static RjOv2Property *
parse_property (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Property) self = g_new0 (RjOv2Property, 1);
  const char *method = RJ_OV2_STREAM_PROPERTY_CHANGED;
  JsonNode *value = params == NULL ? NULL : json_object_get_member (params, "newValue");

  if (!rj_ov2_read_string (params, method, "streamId", &self->stream, error) ||
      !rj_ov2_read_string (params, method, "property", &self->property, error) ||
      !rj_ov2_read_string (params, method, "reason", &self->reason, error))
    return NULL;
  if (value == NULL) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL,
                 "Request element 'newValue' is missing in RPC method '%s'", method);
    return NULL;
  }
  self->value = json_node_copy (value);
  return g_steal_pointer (&self);
}

RjOv2Property *
rj_ov2_property_parse_request (JsonObject *params, GError **error)
{
  return parse_property (params, error);
}

static JsonObject *
build_property (const RjOv2Property *self, JsonNode *value)
{
  JsonObject *object =
    rj_json_build ("connectionId", 's', self->connection, "streamId", 's', self->stream, "property",
                   's', self->property, "reason", 's', self->reason, NULL);

  json_object_set_member (object, "newValue", value);
  return object;
}

JsonObject *
rj_ov2_property_build_request (const RjOv2Property *self)
{
  return build_property (self, json_node_copy (self->value));
}

RjOv2Property *
rj_ov2_property_parse (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Property) self = parse_property (params, error);
  JsonNode *inner;

  if (self == NULL || !rj_ov2_read_string (params, RJ_OV2_STREAM_PROPERTY_CHANGED, "connectionId",
                                           &self->connection, error))
    return NULL;
  if (JSON_NODE_HOLDS_VALUE (self->value) &&
      json_node_get_value_type (self->value) == G_TYPE_STRING) {
    inner = rj_json_parse_node (json_node_get_string (self->value), -1, error);
    if (inner == NULL) {
      g_prefix_error (error, "streamPropertyChanged: newValue: ");
      return NULL;
    }
    json_node_unref (self->value);
    self->value = inner;
  }
  return g_steal_pointer (&self);
}

JsonObject *
rj_ov2_property_build (const RjOv2Property *self)
{
  g_autofree char *text = NULL;

  if (strcmp (self->property, "filter") == 0)
    return rj_ov2_property_build_request (self);
  text = rj_json_node_to_text (self->value);
  return build_property (self, json_node_init_string (json_node_alloc (), text));
}

void
rj_ov2_property_free (RjOv2Property *self)
{
  if (self == NULL)
    return;
  g_free (self->connection);
  g_free (self->stream);
  g_free (self->property);
  g_free (self->reason);
  g_clear_pointer (&self->value, json_node_unref);
  g_free (self);
}

gboolean
rj_ov2_property_get_bool (const RjOv2Property *self, gboolean fallback)
{
  return JSON_NODE_HOLDS_VALUE (self->value) &&
             json_node_get_value_type (self->value) == G_TYPE_BOOLEAN
           ? json_node_get_boolean (self->value)
           : fallback;
}

JsonObject *
rj_ov2_property_build_active (const char *stream, const char *property, gboolean active)
{
  gboolean video = strcmp (property, "videoActive") == 0;

  return rj_json_build ("streamId", 's', stream, "property", 's', property, "newValue", 'b', active,
                        "reason", 's', video ? "publishVideo" : "publishAudio", NULL);
}

gboolean
rj_ov2_video_data_parse (JsonObject *params, RjOv2VideoData *out, GError **error)
{
  const char *method = RJ_OV2_VIDEO_DATA;

  return rj_ov2_read_int (params, method, "height", &out->height, error) &&
         rj_ov2_read_int (params, method, "width", &out->width, error) &&
         rj_ov2_read_bool (params, method, "videoActive", &out->video_active, error) &&
         rj_ov2_read_bool (params, method, "audioActive", &out->audio_active, error);
}

JsonObject *
rj_ov2_video_data_build (const RjOv2VideoData *self)
{
  return rj_json_build ("height", 'i', self->height, "width", 'i', self->width, "videoActive", 'b',
                        self->video_active, "audioActive", 'b', self->audio_active, NULL);
}
