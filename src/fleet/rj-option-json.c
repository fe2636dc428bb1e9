/* Of rj-option-table.h: values as JSON. */
#include "rj-duration.h"
#include "rj-error.h"
#include "rj-option-table.h"
#include "rj-secret.h"

static GType
get_type (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
}

static gboolean
set_count (const RjOption *self, gpointer values, JsonNode *node, GError **error)
{
  g_autofree char *text = NULL;

  if (get_type (node) == G_TYPE_STRING) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "\"%s\" is text; write a number from %u to %u, without quotes",
                 json_node_get_string (node), self->min, self->max);
    return FALSE;
  }
  if (get_type (node) == G_TYPE_INT64 && json_node_get_int (node) >= 0)
    text = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (text != NULL)
    return rj_option_set (self, values, text, error);
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "write a whole number from %u to %u", self->min,
               self->max);
  return FALSE;
}

static gboolean
set_text (const RjOption *self, gpointer values, JsonNode *node, GError **error)
{
  if (get_type (node) == G_TYPE_STRING && *json_node_get_string (node) != '\0')
    return rj_option_set (self, values, json_node_get_string (node), error);
  if (self->kind == RJ_OPTION_DURATION)
    return rj_error_refuse (
      error, "write a duration, a number with its unit, such as 500ms, 3.5s, 2m or 1h");
  if (get_type (node) == G_TYPE_INVALID)
    return rj_error_refuse (error, "write a text");
  return rj_error_refuse (error, get_type (node) == G_TYPE_STRING
                                   ? "the text is empty; fill it in or leave "
                                     "the key out"
                                   : "write a text, with quotes round it");
}

static gboolean
set_list (const RjOption *self, gpointer values, JsonNode *node, GError **error)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = array == NULL ? 0 : json_array_get_length (array);

  if (array == NULL)
    return rj_error_refuse (error,
                            "write a list, an entry a line that begins with -, or [\"…\", \"…\"]");
  g_ptr_array_set_size (*(GPtrArray **) ((char *) values + self->offset), 0);
  for (guint i = 0; i < n; i++) {
    if (!set_text (self, values, json_array_get_element (array, i), error)) {
      g_prefix_error (error, "[%u]: ", i);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
rj_option_set_from_json (const RjOption *self, gpointer values, JsonNode *node, GError **error)
{
  switch (self->kind) {
  case RJ_OPTION_FLAG:
    if (get_type (node) != G_TYPE_BOOLEAN)
      return rj_error_refuse (error, "write true or false, without quotes");
    return rj_option_set (self, values, json_node_get_boolean (node) ? "yes" : "no", error);
  case RJ_OPTION_COUNT:
    return set_count (self, values, node, error);
  case RJ_OPTION_DURATION:
  case RJ_OPTION_TEXT:
  case RJ_OPTION_CHOICE:
    return set_text (self, values, node, error);
  case RJ_OPTION_LIST:
    return set_list (self, values, node, error);
  }
  g_assert_not_reached ();
}

/* Commands and URLs may have a password in them. */
static void
add_scrubbed (JsonArray *list, const char *text)
{
  g_autofree char *scrubbed = rj_secret_scrub (text);

  json_array_add_string_element (list, scrubbed);
}

static JsonNode *
make_node (const RjOption *option, gconstpointer slot)
{
  JsonNode *node = json_node_alloc ();
  g_autofree char *text = NULL;
  JsonArray *list = NULL;

  switch (option->kind) {
  case RJ_OPTION_FLAG:
    return json_node_init_boolean (node, *(const gboolean *) slot);
  case RJ_OPTION_COUNT:
    return json_node_init_int (node, *(const guint *) slot);
  case RJ_OPTION_DURATION:
    text = rj_duration_format (*(const gint64 *) slot);
    return json_node_init_string (node, text);
  case RJ_OPTION_TEXT:
  case RJ_OPTION_CHOICE:
    text = rj_secret_scrub (*(char *const *) slot);
    return json_node_init_string (node, text);
  case RJ_OPTION_LIST:
    list = json_array_new ();
    for (guint i = 0; i < (*(GPtrArray *const *) slot)->len; i++)
      add_scrubbed (list, g_ptr_array_index (*(GPtrArray *const *) slot, i));
    json_node_init_array (node, list);
    json_array_unref (list);
    return node;
  }
  g_assert_not_reached ();
}

static gboolean
is_set (const RjOption *option, gconstpointer slot)
{
  if (option->kind == RJ_OPTION_TEXT || option->kind == RJ_OPTION_CHOICE)
    return *(char *const *) slot != NULL;
  return option->kind != RJ_OPTION_DURATION || *(const gint64 *) slot >= 0;
}

JsonObject *
rj_option_table_to_json (const RjOptionTable *self, gconstpointer values)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < self->n_options; i++) {
    const RjOption *option = &self->options[i];
    gconstpointer slot = (const char *) values + option->offset;

    if (!option->secret && is_set (option, slot))
      json_object_set_member (object, option->name, make_node (option, slot));
  }
  return object;
}
