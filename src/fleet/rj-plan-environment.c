#include "rj-plan-environment.h"

#include <string.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-plan-schema.h"
#include "rj-plan-yaml.h"

#define SHORTEST_HIDDEN 4 /* a shorter value is in every other message by chance */

typedef struct {
  const RjPlanDocument *document;
  JsonObject *schema;
  RjPlanSkip skip;
  gpointer user_data;
  RjPlanValues *values;
} Filler;

static JsonNode *fill_node (Filler *self, JsonNode *node, const char *place, GError **error);

static void
reference_free (RjPlanReference *reference)
{
  g_free (reference->value);
  g_free (reference->reference);
  g_free (reference);
}

/* @text: begins with "${". Returns: the length up to and with the brace that ends it; 0: it is no reference */
static gsize
get_length (const char *text)
{
  gsize n = 2;

  if (!g_ascii_isalpha (text[n]) && text[n] != '_')
    return 0;
  while (g_ascii_isalnum (text[n]) || text[n] == '_')
    n++;
  return text[n] == '}' ? n + 1 : 0;
}

gboolean
rj_plan_text_has_reference (const char *text)
{
  for (const char *at = strstr (text, "${"); at != NULL; at = strstr (at + 2, "${")) {
    if (at == text || at[-1] != '$')
      return TRUE;
  }
  return FALSE;
}

static gboolean
append_value (Filler *self, GString *filled, const char *text, gsize length, GError **error)
{
  g_autofree char *name = length == 0 ? NULL : g_strndup (text + 2, length - 3);
  const char *value = name == NULL ? NULL : g_getenv (name);
  RjPlanReference *reference;

  if (name == NULL) {
    g_set_error_literal (error, RJ_ERROR, RJ_ERROR_USAGE,
                         "after ${ the name of an environment variable and } must follow; write "
                         "${NAME}, or $${ for a literal ${");
    return FALSE;
  }
  if (value == NULL || !g_utf8_validate (value, -1, NULL)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "the environment variable %s is %s", name,
                 value == NULL ? "not set; set it, or write $${ for a literal ${"
                               : "no UTF-8 text; set it anew");
    return FALSE;
  }
  g_string_append (filled, value);
  reference = g_new0 (RjPlanReference, 1);
  reference->value = g_strdup (value);
  reference->reference = g_strndup (text, length);
  g_ptr_array_add (self->values->references, reference);
  return TRUE;
}

static JsonNode *
fill_text (Filler *self, const char *text, const char *place, GError **error)
{
  g_autoptr (GString) filled = g_string_new (NULL);

  for (const char *at = text; *at != '\0';) {
    gsize length;

    if (g_str_has_prefix (at, "$${")) {
      g_string_append (filled, "${");
      at += 3;
    } else if (g_str_has_prefix (at, "${")) {
      length = get_length (at);
      if (!append_value (self, filled, at, length, error)) {
        rj_plan_document_blame (self->document, place, error);
        return NULL;
      }
      at += length;
    } else {
      g_string_append_c (filled, *at++);
    }
  }
  return json_node_init_string (json_node_alloc (), filled->str);
}

static gboolean
is_one_of (JsonNode *node, RjPlanTypes types)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  return (type == G_TYPE_INT64 && (types & RJ_PLAN_NUMBER) != 0) ||
         (type == G_TYPE_BOOLEAN && (types & RJ_PLAN_BOOLEAN) != 0);
}

/* @text: a reference, and nothing else. Its value is not shown: it may be a secret in the wrong place. */
static JsonNode *
fill_scalar (Filler *self, const char *text, const char *place, GError **error)
{
  RjPlanTypes types = rj_plan_schema_find_types (self->schema, place);
  g_autoptr (JsonNode) filled = fill_text (self, text, place, error);
  g_autoptr (JsonNode) value = NULL;

  if (filled == NULL || (types & ~RJ_PLAN_TEXT) == 0)
    return g_steal_pointer (&filled);
  value = rj_plan_yaml_read_plain (json_node_get_string (filled));
  if (is_one_of (value, types))
    return g_steal_pointer (&value);
  if ((types & RJ_PLAN_TEXT) != 0)
    return g_steal_pointer (&filled);
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "the environment variable %.*s is %s",
               (int) strlen (text) - 3, text + 2,
               (types & RJ_PLAN_NUMBER) != 0 ? "no whole number; set it to one, such as 4"
                                             : "neither true nor false; set it to one of them");
  rj_plan_document_blame (self->document, place, error);
  return NULL;
}

static gboolean
is_reference (const char *text)
{
  return g_str_has_prefix (text, "${") && get_length (text) == strlen (text);
}

static JsonNode *
fill_array (Filler *self, JsonArray *array, const char *place, GError **error)
{
  g_autoptr (JsonArray) filled = json_array_new ();

  for (guint i = 0; i < json_array_get_length (array); i++) {
    g_autofree char *key = g_strdup_printf ("[%u]", i);
    g_autofree char *there = rj_plan_place (place, key);
    JsonNode *element = fill_node (self, json_array_get_element (array, i), there, error);

    if (element == NULL)
      return NULL;
    json_array_add_element (filled, element);
  }
  return json_node_init_array (json_node_alloc (), filled);
}

static JsonNode *
fill_object (Filler *self, JsonObject *object, const char *place, GError **error)
{
  g_autoptr (JsonObject) filled = json_object_new ();
  JsonObjectIter iter;
  const char *key;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &key, &member)) {
    g_autofree char *there = rj_plan_place (place, key);
    JsonNode *node = fill_node (self, member, there, error);

    if (node == NULL)
      return NULL;
    json_object_set_member (filled, key, node);
  }
  return json_node_init_object (json_node_alloc (), filled);
}

static JsonNode *
fill_node (Filler *self, JsonNode *node, const char *place, GError **error)
{
  const char *text = rj_json_node_get_string (node);

  if (JSON_NODE_HOLDS_OBJECT (node))
    return fill_object (self, json_node_get_object (node), place, error);
  if (JSON_NODE_HOLDS_ARRAY (node))
    return fill_array (self, json_node_get_array (node), place, error);
  if (text == NULL || self->skip (place, self->user_data))
    return json_node_copy (node);
  return is_reference (text) ? fill_scalar (self, text, place, error)
                             : fill_text (self, text, place, error);
}

RjPlanValues *
rj_plan_values_new (const RjPlanDocument *document,
                    JsonObject *schema,
                    RjPlanSkip skip,
                    gpointer user_data,
                    GError **error)
{
  g_autoptr (RjPlanValues) self = g_new0 (RjPlanValues, 1);
  Filler filler = { document, schema, skip, user_data, self };
  g_autoptr (JsonNode) root = NULL;

  self->references = g_ptr_array_new_with_free_func ((GDestroyNotify) reference_free);
  root = fill_object (&filler, rj_plan_document_get_root (document), "", error);
  if (root == NULL)
    return NULL;
  self->root = json_node_dup_object (root);
  return g_steal_pointer (&self);
}

void
rj_plan_values_free (RjPlanValues *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->root, json_object_unref);
  g_ptr_array_unref (self->references);
  g_free (self);
}

void
rj_plan_values_hide (const RjPlanValues *self, GError **error)
{
  for (guint i = 0; error != NULL && *error != NULL && i < self->references->len; i++) {
    const RjPlanReference *reference = g_ptr_array_index (self->references, i);
    g_auto (GStrv) parts = NULL;

    if (strlen (reference->value) < SHORTEST_HIDDEN)
      continue;
    parts = g_strsplit ((*error)->message, reference->value, -1);
    g_free ((*error)->message);
    (*error)->message = g_strjoinv (reference->reference, parts);
  }
}

JsonNode *
rj_plan_find (JsonObject *root, const char *place)
{
  g_auto (GStrv) keys = g_strsplit (place, ".", -1);
  JsonNode *node = NULL;

  for (guint i = 0; keys[i] != NULL; i++) {
    if (i > 0 && (node == NULL || !JSON_NODE_HOLDS_OBJECT (node)))
      return NULL;
    node = json_object_get_member (i == 0 ? root : json_node_get_object (node), keys[i]);
  }
  return node;
}
