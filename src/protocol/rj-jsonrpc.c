#include "rj-jsonrpc.h"

#include <math.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-secret.h"

enum { QUOTED_CHARS = 200 };

static gboolean
is_value (JsonNode *node, GType type)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

static void
read_id (RjFrame *self, JsonNode *node)
{
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return;
  self->id_kind = RJ_FRAME_ID_OTHER;
  if (is_value (node, G_TYPE_INT64)) {
    self->id_kind = RJ_FRAME_ID_INT;
    self->id = json_node_get_int (node);
  } else if (is_value (node, G_TYPE_DOUBLE)) {
    double value = json_node_get_double (node);

    if (isfinite (value) && fabs (value) < 9e15) { /* 2^53: whole numbers are exact below */
      self->id_kind = RJ_FRAME_ID_FRACTION;
      self->id = (gint64) value;
    }
  } else if (is_value (node, G_TYPE_STRING)) {
    self->id_kind = RJ_FRAME_ID_TEXT;
    self->id_text = json_node_dup_string (node);
  }
}

static void
read_call (RjFrame *self, JsonObject *object, JsonNode *method)
{
  JsonNode *params = json_object_get_member (object, "params");

  self->kind = self->id_kind == RJ_FRAME_ID_NONE ? RJ_FRAME_NOTIFICATION : RJ_FRAME_REQUEST;
  self->method = json_node_dup_string (method);
  if (params == NULL)
    return;
  if (JSON_NODE_HOLDS_OBJECT (params))
    self->params = json_node_dup_object (params);
  else
    self->params_odd = TRUE; /* null too: measured, -1 */
}

static void
read_result (RjFrame *self, JsonNode *result)
{
  self->kind = RJ_FRAME_RESULT;
  self->result = json_node_copy (result);
  if (JSON_NODE_HOLDS_OBJECT (result))
    self->session =
      g_strdup (rj_json_get_string (json_node_get_object (result), "sessionId", NULL));
}

static void
read_error (RjFrame *self, JsonObject *object)
{
  JsonNode *data = json_object_get_member (object, "data");

  self->kind = RJ_FRAME_ERROR;
  self->error_code = rj_json_get_int (object, "code", -1);
  self->error_message = g_strdup (rj_json_get_string (object, "message", ""));
  self->session = g_strdup (rj_json_get_string (object, "sessionId", NULL));
  self->error_data = data == NULL ? NULL : json_node_copy (data);
}

static void
read_object (RjFrame *self, JsonObject *object)
{
  JsonNode *method = json_object_get_member (object, "method");
  JsonNode *result = json_object_get_member (object, "result");
  JsonNode *error = json_object_get_member (object, "error");

  self->has_version = g_strcmp0 (rj_json_get_string (object, "jsonrpc", NULL), "2.0") == 0;
  read_id (self, json_object_get_member (object, "id"));
  if (is_value (method, G_TYPE_STRING))
    read_call (self, object, method);
  else if (error != NULL && JSON_NODE_HOLDS_OBJECT (error))
    read_error (self, json_node_get_object (error));
  else if (result != NULL)
    read_result (self, result);
  else
    self->problem = g_strdup ("neither method nor result nor error");
}

RjFrame *
rj_frame_parse (const char *text, gssize length)
{
  RjFrame *self = g_new0 (RjFrame, 1);
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) error = NULL;

  self->id = RJ_FRAME_NO_ID;
  if (text == NULL) /* the bytes of an empty message */
    text = "";
  if (!g_utf8_validate (text, length, NULL)) {
    self->problem = g_strdup ("not UTF-8");
    return self;
  }
  object = rj_json_parse_object (text, length, &error);
  if (object == NULL)
    self->problem = g_strdup (error->domain == RJ_ERROR ? error->message : "not JSON");
  else
    read_object (self, object);
  return self;
}

void
rj_frame_free (RjFrame *self)
{
  if (self == NULL)
    return;
  g_free (self->id_text);
  g_free (self->method);
  g_clear_pointer (&self->params, json_object_unref);
  g_clear_pointer (&self->result, json_node_unref);
  g_free (self->session);
  g_free (self->error_message);
  g_clear_pointer (&self->error_data, json_node_unref);
  g_free (self->problem);
  g_free (self);
}

JsonObject *
rj_frame_get_result_object (const RjFrame *self)
{
  return self->result != NULL && JSON_NODE_HOLDS_OBJECT (self->result)
           ? json_node_get_object (self->result)
           : NULL;
}

void
rj_frame_set_error (const RjFrame *self, GError **error)
{
  g_autofree char *scrubbed = rj_secret_scrub (self->error_message);
  g_autofree char *quoted =
    g_utf8_substring (scrubbed, 0, MIN (QUOTED_CHARS, g_utf8_strlen (scrubbed, -1)));

  g_strdelimit (quoted, "\r\n\t", ' ');
  g_set_error_literal (error, RJ_RPC_ERROR, (int) self->error_code, quoted);
}

static char *
finish (JsonObject *frame)
{
  char *text = rj_json_object_to_text (frame);

  json_object_unref (frame);
  return text;
}

static JsonObject *
begin (gint64 id)
{
  JsonObject *frame = json_object_new ();

  if (id != RJ_FRAME_NO_ID)
    json_object_set_int_member (frame, "id", id);
  return frame;
}

char *
rj_frame_request (gint64 id, const char *method, JsonObject *params)
{
  JsonObject *frame = begin (id);

  json_object_set_string_member (frame, "method", method);
  if (params != NULL)
    json_object_set_object_member (frame, "params", params);
  json_object_set_string_member (frame, "jsonrpc", "2.0");
  return finish (frame);
}

char *
rj_frame_notification (const char *method, JsonObject *params)
{
  return rj_frame_request (RJ_FRAME_NO_ID, method, params);
}

char *
rj_frame_result (gint64 id, JsonObject *result, const char *session)
{
  JsonObject *frame = begin (id);

  if (result == NULL)
    result = json_object_new ();
  if (session != NULL)
    json_object_set_string_member (result, "sessionId", session);
  json_object_set_object_member (frame, "result", result);
  json_object_set_string_member (frame, "jsonrpc", "2.0");
  return finish (frame);
}

char *
rj_frame_result_text (gint64 id, const char *value)
{
  JsonObject *frame = begin (id);

  json_object_set_string_member (frame, "result", value);
  json_object_set_string_member (frame, "jsonrpc", "2.0");
  return finish (frame);
}

char *
rj_frame_result_value (gint64 id, const char *value, const char *session)
{
  return rj_frame_result (id, rj_json_build ("value", 's', value, NULL), session);
}

char *
rj_frame_error (gint64 id, gint64 code, const char *message, JsonNode *data)
{
  JsonObject *frame = begin (id);
  JsonObject *error = rj_json_build ("code", 'i', code, "message", 's', message, NULL);

  if (data != NULL)
    json_object_set_member (error, "data", data);
  json_object_set_object_member (frame, "error", error);
  json_object_set_string_member (frame, "jsonrpc", "2.0");
  return finish (frame);
}

char *
rj_frame_error_replied (
  gint64 id, gint64 code, const char *message, const char *data, const char *session)
{
  JsonObject *frame = begin (id);
  JsonObject *error = rj_json_build ("code", 'i', code, "message", 's', message, "data", 's', data,
                                     "sessionId", 's', session, NULL);

  json_object_set_object_member (frame, "error", error);
  json_object_set_string_member (frame, "jsonrpc", "2.0");
  json_object_set_object_member (frame, "data", json_object_new ());
  return finish (frame);
}
