#include "rj-rest-request.h"

#include "rj-json.h"
#include "rj-rest-json.h"

#define JSON_TYPE "application/json"

static void
reply (RjRestRequest *self, guint status, const char *type, char *text)
{
  soup_server_message_set_status (self->message, status, NULL);
  /* libsoup 3.2 reads the end of a connection that was kept alive, and keeps its descriptor for ever */
  soup_message_headers_replace (soup_server_message_get_response_headers (self->message),
                                "Connection", "close");
  if (text != NULL)
    soup_server_message_set_response (self->message, type, SOUP_MEMORY_TAKE, text, strlen (text));
}

void
rj_rest_reply_json (RjRestRequest *self, guint status, JsonObject *object)
{
  g_autoptr (JsonObject) owned = object;

  reply (self, status, JSON_TYPE, rj_json_object_to_text (owned));
}

void
rj_rest_reply_text (RjRestRequest *self, const char *text)
{
  reply (self, SOUP_STATUS_OK, "text/plain;charset=UTF-8", g_strdup (text));
}

void
rj_rest_reply_empty (RjRestRequest *self, guint status)
{
  reply (self, status, NULL, NULL);
}

void
rj_rest_reply_error (RjRestRequest *self, guint status, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  rj_rest_reply_json (self, status,
                      rj_json_build ("timestamp", 'i', rj_server_now_ms (), "status", 'i',
                                     (gint64) status, "error", 's', soup_status_get_phrase (status),
                                     "message", 's', text, "path", 's', self->path, NULL));
}

gboolean
rj_rest_get_flag (RjRestRequest *self, const char *name, gboolean fallback)
{
  const char *value = self->query == NULL ? NULL : g_hash_table_lookup (self->query, name);

  return value == NULL ? fallback : g_ascii_strcasecmp (value, "true") == 0;
}

guint
rj_rest_get_show (RjRestRequest *self, gboolean pending)
{
  return (rj_rest_get_flag (self, "pendingConnections", pending) ? RJ_REST_SHOW_PENDING : 0) |
         (rj_rest_get_flag (self, "webRtcStats", FALSE) ? RJ_REST_SHOW_STATS : 0);
}

gboolean
rj_rest_read_string (RjRestRequest *self, const char *name, const char *const *allowed, char **out)
{
  JsonNode *node = self->body == NULL ? NULL : json_object_get_member (self->body, name);
  const char *text;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_STRING) {
    rj_rest_reply_error (self, SOUP_STATUS_BAD_REQUEST, "Type error in parameter '%s'", name);
    return FALSE;
  }
  text = json_node_get_string (node);
  if (allowed != NULL && !g_strv_contains (allowed, text)) {
    rj_rest_reply_error (self, SOUP_STATUS_BAD_REQUEST, "Parameter '%s': \"%s\" is not defined",
                         name, text);
    return FALSE;
  }
  g_free (*out);
  *out = g_strdup (text);
  return TRUE;
}

gboolean
rj_rest_read_bool (RjRestRequest *self, const char *name, gboolean *out)
{
  JsonNode *node = self->body == NULL ? NULL : json_object_get_member (self->body, name);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_BOOLEAN) {
    rj_rest_reply_error (self, SOUP_STATUS_BAD_REQUEST, "Type error in parameter '%s'", name);
    return FALSE;
  }
  *out = json_node_get_boolean (node);
  return TRUE;
}
