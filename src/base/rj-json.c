#include "rj-json.h"

#include <math.h>
#include <string.h>

#include "rj-error.h"

/* The parser of json-glib calls itself once per level: 50 KiB of brackets would eat the stack. */
enum { MAX_DEPTH = 64 };

/* Value of "uXXXX" at @text, of which @length bytes are there; -1: no such escape */
static int
read_unicode (const char *text, gsize length)
{
  int value = 0;

  if (length < 5 || text[0] != 'u')
    return -1;
  for (guint i = 1; i < 5; i++) {
    int digit = g_ascii_xdigit_value (text[i]);

    if (digit < 0)
      return -1;
    value = value * 16 + digit;
  }
  return value;
}

/* @begin: of a backslash inside a string. Half a surrogate pair is no text, and json-glib loses memory over it.
 * Returns: index of the last character of the escape; -1: half a pair */
static gssize
skip_escape (const char *text, gsize length, gsize begin)
{
  int high = read_unicode (text + begin + 1, length - begin - 1);
  int low;

  if (high < 0xd800 || high > 0xdbff)
    return (gssize) begin + 1;
  if (length - begin < 12 || text[begin + 6] != '\\')
    return -1;
  low = read_unicode (text + begin + 7, length - begin - 7);
  return low < 0xdc00 || low > 0xdfff ? -1 : (gssize) begin + 11;
}

/* Returns: index of the quote that ends the string which begins at @begin; @length: none; -1: half a pair */
static gssize
skip_string (const char *text, gsize length, gsize begin)
{
  gssize i = (gssize) begin + 1;

  for (; i < (gssize) length && text[i] != '"'; i++) {
    if (text[i] != '\\')
      continue;
    i = skip_escape (text, length, i);
    if (i < 0)
      return -1;
  }
  return MIN (i, (gssize) length);
}

/* json-glib takes more than JSON: single quotes, comments, "var x = …;", a second value behind the first (and
 * loses the first one's memory). Returns: (nullable): what is wrong, before the parser sees it */
static const char *
find_problem (const char *text, gsize length)
{
  guint depth = 0;
  gboolean word = FALSE;  /* inside a number or a word that stands alone */
  gboolean ended = FALSE; /* the value is complete */

  for (gsize i = 0; i < length; i++) {
    char c = text[i];
    gboolean opens = c == '{' || c == '[';

    if (g_ascii_isspace (c)) {
      ended = ended || word;
      continue;
    }
    if (ended || (word && (opens || c == '"')))
      return "something follows";
    if (strchr ("'/#=;$", c) != NULL)
      return "unexpected character";
    if (c == '"') {
      gssize end = skip_string (text, length, i);

      if (end < 0)
        return "half a surrogate pair";
      i = (gsize) end;
    } else if (opens)
      depth++;
    else if ((c == '}' || c == ']') && depth > 0)
      depth--;
    else
      word = depth == 0;
    ended = depth == 0 && !word;
    if (depth > MAX_DEPTH)
      return "nested too deep";
  }
  return NULL;
}

JsonNode *
rj_json_parse_node (const char *text, gssize length, GError **error)
{
  const char *problem = find_problem (text, length < 0 ? strlen (text) : (gsize) length);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  if (problem != NULL) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "not JSON: %s", problem);
    return NULL;
  }
  if (!json_parser_load_from_data (parser, text, length, error)) {
    g_prefix_error (error, "not JSON: ");
    return NULL;
  }
  root = json_parser_steal_root (parser);
  if (root == NULL)
    g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "not JSON: empty");
  return root;
}

JsonObject *
rj_json_parse_object (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonNode) root = rj_json_parse_node (text, length, error);

  if (root == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (root)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "not a JSON object");
    return NULL;
  }
  return json_node_dup_object (root);
}

static JsonNode *
find (JsonObject *object, const char *name)
{
  JsonNode *node = object == NULL ? NULL : json_object_get_member (object, name);

  return node == NULL || JSON_NODE_HOLDS_NULL (node) ? NULL : node;
}

static JsonNode *
find_required (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = find (object, name);

  if (node == NULL)
    g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "member \"%s\" is missing", name);
  return node;
}

static gboolean
fail_type (const char *name, const char *wanted, GError **error)
{
  g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "member \"%s\" is not %s", name, wanted);
  return FALSE;
}

gboolean
rj_json_read_string (JsonObject *object, const char *name, char **out, GError **error)
{
  JsonNode *node = find_required (object, name, error);

  if (node == NULL)
    return FALSE;
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return fail_type (name, "a string", error);
  *out = json_node_dup_string (node);
  return TRUE;
}

gboolean
rj_json_read_int (JsonObject *object, const char *name, gint64 *out, GError **error)
{
  JsonNode *node = find_required (object, name, error);

  if (node == NULL)
    return FALSE;
  if (json_node_get_value_type (node) != G_TYPE_INT64)
    return fail_type (name, "an integer", error);
  *out = json_node_get_int (node);
  return TRUE;
}

gboolean
rj_json_read_bool (JsonObject *object, const char *name, gboolean *out, GError **error)
{
  JsonNode *node = find_required (object, name, error);

  if (node == NULL)
    return FALSE;
  if (json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return fail_type (name, "true or false", error);
  *out = json_node_get_boolean (node);
  return TRUE;
}

gboolean
rj_json_read_object (JsonObject *object, const char *name, JsonObject **out, GError **error)
{
  JsonNode *node = find_required (object, name, error);

  if (node == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail_type (name, "an object", error);
  *out = json_node_get_object (node);
  return TRUE;
}

gboolean
rj_json_read_array (JsonObject *object, const char *name, JsonArray **out, GError **error)
{
  JsonNode *node = find_required (object, name, error);

  if (node == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail_type (name, "an array", error);
  *out = json_node_get_array (node);
  return TRUE;
}

const char *
rj_json_node_get_string (JsonNode *node)
{
  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

const char *
rj_json_get_string (JsonObject *object, const char *name, const char *fallback)
{
  const char *text = rj_json_node_get_string (find (object, name));

  return text != NULL ? text : fallback;
}

gint64
rj_json_get_int (JsonObject *object, const char *name, gint64 fallback)
{
  JsonNode *node = find (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                         : fallback;
}

double
rj_json_get_double (JsonObject *object, const char *name, double fallback)
{
  JsonNode *node = find (object, name);
  GType type = node == NULL ? G_TYPE_INVALID : json_node_get_value_type (node);
  double value = fallback;

  if (type == G_TYPE_INT64 || type == G_TYPE_DOUBLE)
    value = json_node_get_double (node);
  return isfinite (value) ? value : fallback; /* 1e999 is read as infinity */
}

gboolean
rj_json_get_bool (JsonObject *object, const char *name, gboolean fallback)
{
  JsonNode *node = find (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_BOOLEAN
           ? json_node_get_boolean (node)
           : fallback;
}

JsonObject *
rj_json_get_object (JsonObject *object, const char *name)
{
  JsonNode *node = find (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
rj_json_get_array (JsonObject *object, const char *name)
{
  JsonNode *node = find (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

gboolean
rj_json_has (JsonObject *object, const char *name)
{
  return find (object, name) != NULL;
}

JsonObject *
rj_json_array_get_object (JsonArray *array, guint index)
{
  JsonNode *node =
    index < json_array_get_length (array) ? json_array_get_element (array, index) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

char *
rj_json_object_to_text (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return json_to_string (node, FALSE);
}

char *
rj_json_node_to_text (JsonNode *node)
{
  return json_to_string (node, FALSE);
}

static void
add_member (JsonObject *object, const char *name, int type, va_list *arguments)
{
  const char *text;

  switch (type) {
  case 's':
    text = va_arg (*arguments, const char *);
    if (text != NULL)
      json_object_set_string_member (object, name, text);
    break;
  case 'i':
    json_object_set_int_member (object, name, va_arg (*arguments, gint64));
    break;
  case 'b':
    json_object_set_boolean_member (object, name, va_arg (*arguments, gboolean));
    break;
  case 'd':
    json_object_set_double_member (object, name, va_arg (*arguments, double));
    break;
  case 'o':
    json_object_set_object_member (object, name, va_arg (*arguments, JsonObject *));
    break;
  case 'a':
    json_object_set_array_member (object, name, va_arg (*arguments, JsonArray *));
    break;
  case 'n':
    json_object_set_null_member (object, name);
    break;
  default:
    g_assert_not_reached ();
  }
}

JsonObject *
rj_json_build (const char *first_name, ...)
{
  JsonObject *object = json_object_new ();
  va_list arguments;

  va_start (arguments, first_name);
  for (const char *name = first_name; name != NULL; name = va_arg (arguments, const char *)) {
    int type = va_arg (arguments, int);

    add_member (object, name, type, &arguments);
  }
  va_end (arguments);
  return object;
}
