#include "rj-json-pointer.h"

#include <string.h>

#include "rj-error.h"

#define MOST_NAMES 8 /* in a message */

gboolean
rj_json_pointer_check (const char *pointer, GError **error)
{
  gboolean good = pointer[0] == '\0' || pointer[0] == '/';

  for (const char *tilde = strchr (pointer, '~'); good && tilde != NULL;
       tilde = strchr (tilde + 1, '~'))
    good = tilde[1] == '0' || tilde[1] == '1';
  if (!good)
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "\"%s\" is no JSON pointer; write it like /token or /data/0/token", pointer);
  return good;
}

/* Returns: (transfer full): a part between slashes, as the member is called */
static char *
unescape (const char *part)
{
  GString *name = g_string_new (part);

  g_string_replace (name, "~1", "/", 0);
  g_string_replace (name, "~0", "~", 0);
  return g_string_free (name, FALSE);
}

static JsonNode *
get_element (JsonArray *array, const char *name)
{
  guint64 index = 0;

  if (name[0] == '0' && name[1] != '\0') /* no leading zeros, RFC 6901, 4 */
    return NULL;
  if (!g_ascii_string_to_unsigned (name, 10, 0, G_MAXUINT, &index, NULL) ||
      index >= json_array_get_length (array))
    return NULL;
  return json_array_get_element (array, index);
}

static JsonNode *
step (JsonNode *node, const char *name)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_member (json_node_get_object (node), name);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return get_element (json_node_get_array (node), name);
  return NULL;
}

/* What is there instead, without values */
static char *
describe (JsonNode *node)
{
  g_autoptr (GList) members = NULL;
  GString *text;
  guint n = 0;

  if (JSON_NODE_HOLDS_ARRAY (node))
    return g_strdup_printf ("is a list of %u", json_array_get_length (json_node_get_array (node)));
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return g_strdup_printf ("is a %s", json_node_type_name (node));
  members = json_object_get_members (json_node_get_object (node));
  if (members == NULL)
    return g_strdup ("is an empty object");
  text = g_string_new ("has: ");
  for (GList *item = members; item != NULL && n < MOST_NAMES; item = item->next, n++)
    g_string_append_printf (text, "%s%.40s", n == 0 ? "" : ", ", (const char *) item->data);
  if (g_list_length (members) > MOST_NAMES)
    g_string_append (text, ", …");
  return g_string_free (text, FALSE);
}

JsonNode *
rj_json_pointer_find (JsonNode *root, const char *pointer, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (pointer, "/", -1);
  g_autoptr (GString) place = g_string_new (NULL);
  JsonNode *node = root;

  for (guint i = 1; node != NULL && pointer[0] != '\0' && parts[i] != NULL; i++) {
    g_autofree char *name = unescape (parts[i]);
    JsonNode *next = step (node, name);

    if (next == NULL) {
      g_autofree char *there = describe (node);

      g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "there is nothing at %s: %s%s %s", pointer,
                   place->len == 0 ? "the whole" : "what stands at ", place->str, there);
      return NULL;
    }
    g_string_append_printf (place, "/%s", parts[i]);
    node = next;
  }
  if (node == NULL)
    g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "there is nothing at %s: it is empty",
                 pointer);
  return node;
}
