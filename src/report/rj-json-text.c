#include "rj-json-text.h"

#include <math.h>
#include <string.h>

static void append_node (GString *out, JsonNode *node, guint depth);

static void
append_indent (GString *out, guint depth)
{
  g_string_append_c (out, '\n');
  for (guint i = 0; i < depth; i++)
    g_string_append (out, "  ");
}

static void
append_string (GString *out, const char *text)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), text);
  g_autofree char *quoted = json_to_string (node, FALSE);

  g_string_append (out, quoted);
}

static void
append_double (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value)) { /* JSON has none; nobody should have made one */
    g_string_append (out, "null");
    return;
  }
  g_ascii_formatd (text, sizeof text, "%.3f", value);
  while (text[strlen (text) - 1] == '0')
    text[strlen (text) - 1] = '\0';
  if (text[strlen (text) - 1] == '.')
    text[strlen (text) - 1] = '\0';
  g_string_append (out, g_str_equal (text, "-0") ? "0" : text);
}

static void
append_value (GString *out, JsonNode *node)
{
  switch (json_node_get_value_type (node)) {
  case G_TYPE_STRING:
    append_string (out, json_node_get_string (node));
    break;
  case G_TYPE_INT64:
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
    break;
  case G_TYPE_BOOLEAN:
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
    break;
  default:
    append_double (out, json_node_get_double (node));
    break;
  }
}

static gboolean
is_plain (JsonArray *array)
{
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!JSON_NODE_HOLDS_VALUE (json_array_get_element (array, i)))
      return FALSE;
  return TRUE;
}

static void
append_array (GString *out, JsonArray *array, guint depth)
{
  guint n = json_array_get_length (array);
  gboolean one_line = is_plain (array);

  g_string_append_c (out, '[');
  for (guint i = 0; i < n; i++) {
    if (!one_line)
      append_indent (out, depth + 1);
    append_node (out, json_array_get_element (array, i), depth + 1);
    if (i + 1 < n)
      g_string_append (out, one_line ? ", " : ",");
  }
  if (!one_line)
    append_indent (out, depth);
  g_string_append_c (out, ']');
}

static void
append_object (GString *out, JsonObject *object, guint depth)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  gboolean first = TRUE;

  g_string_append_c (out, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node)) {
    if (!first)
      g_string_append_c (out, ',');
    first = FALSE;
    append_indent (out, depth + 1);
    append_string (out, name);
    g_string_append (out, ": ");
    append_node (out, node, depth + 1);
  }
  if (!first)
    append_indent (out, depth);
  g_string_append_c (out, '}');
}

static void
append_node (GString *out, JsonNode *node, guint depth)
{
  switch (json_node_get_node_type (node)) {
  case JSON_NODE_OBJECT:
    append_object (out, json_node_get_object (node), depth);
    break;
  case JSON_NODE_ARRAY:
    append_array (out, json_node_get_array (node), depth);
    break;
  case JSON_NODE_VALUE:
    append_value (out, node);
    break;
  case JSON_NODE_NULL:
    g_string_append (out, "null");
    break;
  }
}

char *
rj_json_text (JsonObject *object)
{
  GString *out = g_string_new (NULL);

  append_object (out, object, 0);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}
