#include "rj-openvidu2-params.h"

#include "rj-error.h"
#include "rj-json.h"

static JsonNode *
find (JsonObject *params, const char *name)
{
  JsonNode *node = params == NULL ? NULL : json_object_get_member (params, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

static gboolean
fail (JsonObject *params, const char *method, const char *name, GError **error)
{
  gboolean present = params != NULL && json_object_has_member (params, name);

  g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL,
               present ? "Request element '%s' has a wrong type in RPC method '%s'"
                       : "Request element '%s' is missing in RPC method '%s'",
               name, method);
  return FALSE;
}

char *
rj_ov2_dup_string (JsonObject *params, const char *name)
{
  JsonNode *node = find (params, name);

  if (node == NULL)
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  return rj_json_node_to_text (node);
}

gboolean
rj_ov2_read_string (
  JsonObject *params, const char *method, const char *name, char **out, GError **error)
{
  char *text = rj_ov2_dup_string (params, name);

  if (text == NULL)
    return fail (params, method, name, error);
  *out = text;
  return TRUE;
}

gboolean
rj_ov2_read_int (
  JsonObject *params, const char *method, const char *name, gint64 *out, GError **error)
{
  JsonNode *node = find (params, name);

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_INT64)
    return fail (params, method, name, error);
  *out = json_node_get_int (node);
  return TRUE;
}

RjOv2Flag
rj_ov2_get_flag (JsonObject *params, const char *name)
{
  JsonNode *node = find (params, name);
  GType type = node == NULL ? G_TYPE_INVALID : json_node_get_value_type (node);

  if (type == G_TYPE_BOOLEAN)
    return rj_ov2_flag_from (json_node_get_boolean (node));
  if (type == G_TYPE_STRING)
    return rj_ov2_flag_from (g_ascii_strcasecmp (json_node_get_string (node), "true") == 0);
  return RJ_OV2_UNSET;
}

gboolean
rj_ov2_read_bool (
  JsonObject *params, const char *method, const char *name, gboolean *out, GError **error)
{
  RjOv2Flag flag = rj_ov2_get_flag (params, name);

  if (flag == RJ_OV2_UNSET)
    return fail (params, method, name, error);
  *out = flag == RJ_OV2_YES;
  return TRUE;
}

void
rj_ov2_set_flag (JsonObject *object, const char *name, RjOv2Flag flag)
{
  if (flag != RJ_OV2_UNSET)
    json_object_set_boolean_member (object, name, flag == RJ_OV2_YES);
}

void
rj_ov2_set_string (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
}

gboolean
rj_ov2_flag_get (RjOv2Flag flag, gboolean fallback)
{
  return flag == RJ_OV2_UNSET ? fallback : flag == RJ_OV2_YES;
}

RjOv2Flag
rj_ov2_flag_from (gboolean value)
{
  return value ? RJ_OV2_YES : RJ_OV2_NO;
}
