#include "rj-token-sources.h"

#include "rj-error.h"
#include "rj-http-call.h"
#include "rj-json.h"

/* Returns: (transfer full) (nullable): the text itself, the JSON string, or a member of the JSON object */
static char *
read_text_or_member (const char *text, const char *const *members)
{
  g_autofree char *trimmed = g_strstrip (g_utf8_make_valid (text, -1));
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object;

  if (strchr ("{[\"", trimmed[0]) == NULL || trimmed[0] == '\0')
    return g_steal_pointer (&trimmed);
  root = rj_json_parse_node (trimmed, -1, NULL);
  if (root != NULL && json_node_get_value_type (root) == G_TYPE_STRING)
    return g_strstrip (json_node_dup_string (root));
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return NULL;
  object = json_node_get_object (root);
  for (guint i = 0; members[i] != NULL; i++) {
    JsonNode *node = json_object_get_member (object, members[i]);

    if (node != NULL && json_node_get_value_type (node) == G_TYPE_STRING)
      return g_strstrip (json_node_dup_string (node));
  }
  return NULL;
}

gboolean
rj_token_is_one (const char *text)
{
  static const char *const schemes[] = { "wss", "ws", "https", "http", NULL };
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);

  return uri != NULL && g_strv_contains (schemes, g_uri_get_scheme (uri)) &&
         g_uri_get_host (uri) != NULL && g_uri_get_query (uri) != NULL;
}

char *
rj_token_read (const char *text, const char *what, GError **error)
{
  static const char *const members[] = { "token", NULL };
  g_autofree char *token = read_text_or_member (text, members);
  g_autofree char *excerpt = NULL;

  if (token != NULL && rj_token_is_one (token))
    return g_steal_pointer (&token);
  excerpt = rj_http_excerpt (text, NULL);
  g_set_error (
    error, RJ_ERROR, RJ_ERROR_PROTOCOL,
    "%s gave no token (a wss:// URL with sessionId and token), neither as text nor as JSON with a "
    "member token, but: %s",
    what, excerpt[0] == '\0' ? "nothing" : excerpt);
  return NULL;
}

static gboolean
is_session_id (const char *text)
{
  /* the server allows [a-zA-Z0-9_-]+ */
  return text[0] != '\0' &&
         text[strspn (text, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-~.")] == '\0';
}

char *
rj_session_id_read (const char *text, const char *what, GError **error)
{
  static const char *const members[] = { "id", "sessionId", NULL };
  g_autofree char *id = read_text_or_member (text, members);
  g_autofree char *excerpt = NULL;

  if (id != NULL && is_session_id (id))
    return g_steal_pointer (&id);
  excerpt = rj_http_excerpt (text, NULL);
  g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "%s gave no session id, but: %s", what,
               excerpt[0] == '\0' ? "nothing" : excerpt);
  return NULL;
}
