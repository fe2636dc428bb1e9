#include "rj-plan.h"

#include <string.h>

#include "rj-error.h"
#include "rj-fault.h"
#include "rj-group.h"
#include "rj-json.h"
#include "rj-nearest.h"
#include "rj-secret.h"

#define EXTENSION "x-" /* keys at the top that hold what anchors stand for */

/* Keys that are no option's */
#define REQUEST "deployment.app.request"
static const char *const others[] = { "participants", "steps", REQUEST, NULL };
#define N_OTHERS (G_N_ELEMENTS (others) - 1)

typedef struct {
  RjPlan *plan;
  const RjOptionTable *table;
  gpointer values;
  GPtrArray *warnings;
} Filler;

static gboolean
complain (const RjPlan *self, const char *place, GError **error, const char *format, ...)
  G_GNUC_PRINTF (4, 5);

static gboolean
complain (const RjPlan *self, const char *place, GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_clear_error (error);
  if (error != NULL)
    *error = g_error_new_valist (RJ_ERROR, RJ_ERROR_USAGE, format, arguments);
  va_end (arguments);
  rj_plan_document_blame (self->document, place, error);
  return FALSE;
}

RjPlan *
rj_plan_load (const char *path, GError **error)
{
  g_autoptr (RjPlan) self = g_new0 (RjPlan, 1);

  self->document = rj_plan_document_load (path, error);
  if (self->document == NULL)
    return NULL;
  self->values = rj_plan_values_new (self->document, error);
  return self->values == NULL ? NULL : g_steal_pointer (&self);
}

void
rj_plan_free (RjPlan *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->document, rj_plan_document_free);
  g_clear_pointer (&self->values, rj_plan_values_free);
  g_clear_pointer (&self->request, rj_request_template_unref);
  g_clear_pointer (&self->groups, g_ptr_array_unref);
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  g_free (self);
}

/* --- which keys there are --- */

static const RjOption *
find_option (const RjOptionTable *table, const char *place)
{
  for (guint i = 0; i < table->n_options; i++) {
    if (g_strcmp0 (table->options[i].plan, place) == 0)
      return &table->options[i];
  }
  return NULL;
}

/* Returns: (transfer full): the keys that may stand in the mapping at @place; none: there is no such mapping */
static GStrv
list_keys (const RjOptionTable *table, const char *place)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *prefix = *place == '\0' ? g_strdup ("") : g_strconcat (place, ".", NULL);

  for (guint i = 0; i < table->n_options + N_OTHERS; i++) {
    const char *path = i < table->n_options ? table->options[i].plan : others[i - table->n_options];
    const char *rest =
      path != NULL && g_str_has_prefix (path, prefix) ? path + strlen (prefix) : NULL;
    g_autofree char *key = rest == NULL ? NULL : g_strndup (rest, strcspn (rest, "."));

    if (key != NULL && !g_ptr_array_find_with_equal_func (keys, key, g_str_equal, NULL))
      g_ptr_array_add (keys, g_steal_pointer (&key));
  }
  g_ptr_array_add (keys, NULL);
  return (GStrv) g_ptr_array_steal (keys, NULL);
}

static gboolean
complain_of_key (const Filler *self, const char *place, const char *around, GError **error)
{
  g_auto (GStrv) words = list_keys (self->table, around);
  const char *key = *around == '\0' ? place : place + strlen (around) + 1;
  const char *near = rj_nearest_word (key, (const char *const *) words);
  g_autofree char *list = g_strjoinv (", ", words);

  if (near != NULL)
    return complain (self->plan, place, error, "there is no such key; did you mean \"%s\"?", near);
  return complain (self->plan, place, error, "there is no such key; there are: %s", list);
}

/* --- options --- */

/* Sources of tokens exclude each other: one that was given on the command line takes the place of the plan's. */
static const char *const sources[] = { "app", "token", "token-command", NULL };

static gboolean
has_given_source (const Filler *self)
{
  for (guint i = 0; sources[i] != NULL; i++) {
    const RjOption *option = rj_option_table_find (self->table, sources[i]);

    if (*rj_option_table_get_source (self->table, self->values, option) > RJ_OPTION_FROM_PLAN)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_overruled (const Filler *self, const RjOption *option)
{
  return *rj_option_table_get_source (self->table, self->values, option) > RJ_OPTION_FROM_PLAN ||
         (g_strv_contains (sources, option->name) && has_given_source (self));
}

static const char *
get_text (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
             json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

static void
look_after_secret (Filler *self, const RjOption *option)
{
  const char *text =
    get_text (rj_plan_find (rj_plan_document_get_root (self->plan->document), option->plan));

  if (text != NULL && *text != '\0' && !rj_plan_text_has_reference (text))
    g_ptr_array_add (
      self->warnings,
      g_strdup_printf ("%s:%u: %s: a secret stands in the file; write \"${NAME}\" to take it from "
                       "the environment",
                       rj_plan_document_get_name (self->plan->document),
                       rj_plan_document_get_line (self->plan->document, option->plan),
                       option->plan));
}

/* A file that is read lies where the plan says, seen from the plan. */
static void
find_file (Filler *self, const RjOption *option)
{
  char **slot = (char **) ((char *) self->values + option->offset);
  g_autofree char *folder = NULL;
  g_autofree char *path = g_steal_pointer (slot);

  folder = g_path_get_dirname (rj_plan_document_get_name (self->plan->document));
  *slot = g_path_is_absolute (path) || g_str_equal (folder, ".")
            ? g_steal_pointer (&path)
            : g_build_filename (folder, path, NULL);
}

static gboolean
set_option (Filler *self, const RjOption *option, JsonNode *node, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (option->secret)
    look_after_secret (self, option);
  if (is_overruled (self, option))
    return TRUE;
  if (!rj_option_set_from_json (option, self->values, node, &problem)) {
    rj_plan_document_blame (self->plan->document, option->plan, &problem);
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  *rj_option_table_get_source (self->table, self->values, option) = RJ_OPTION_FROM_PLAN;
  if (option->is_input)
    find_file (self, option);
  return TRUE;
}

static gboolean
set_options (Filler *self, JsonObject *object, const char *around, GError **error)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &key, &node)) {
    g_autofree char *place = rj_plan_place (around, key);
    const RjOption *option = find_option (self->table, place);
    g_auto (GStrv) keys = list_keys (self->table, place);
    gboolean is_other = g_strv_contains (others, place);
    g_autofree char *list = g_strjoinv (", ", keys);

    if (*around == '\0' && g_str_has_prefix (key, EXTENSION))
      continue;
    if (option == NULL && keys[0] == NULL && !is_other)
      return complain_of_key (self, place, around, error);
    if (JSON_NODE_HOLDS_NULL (node) || is_other)
      continue;
    if (option != NULL && !set_option (self, option, node, error))
      return FALSE;
    if (option == NULL && !JSON_NODE_HOLDS_OBJECT (node))
      return complain (self->plan, place, error, "write a mapping with some of: %s", list);
    if (option == NULL && !set_options (self, json_node_get_object (node), place, error))
      return FALSE;
  }
  return TRUE;
}

/* --- lists --- */

typedef gpointer (*ReadEntry) (JsonObject *object, GError **error);

static gboolean
read_list (const RjPlan *self, const char *key, ReadEntry read, GPtrArray *list, GError **error)
{
  JsonNode *node = json_object_get_member (self->values->root, key);
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (array == NULL)
    return complain (self, key, error, "write a list, an entry a line that begins with -");
  for (guint i = 0; i < json_array_get_length (array); i++) {
    g_autofree char *place = g_strdup_printf ("%s[%u]", key, i);
    JsonNode *element = json_array_get_element (array, i);
    gpointer entry;

    if (!JSON_NODE_HOLDS_OBJECT (element))
      return complain (self, place, error, "write a mapping, such as {KEY: VALUE, …}");
    entry = read (json_node_get_object (element), error);
    if (entry == NULL) {
      rj_plan_document_blame (self->document, place, error);
      return FALSE;
    }
    g_ptr_array_add (list, entry);
  }
  return TRUE;
}

/* @option: whose flag takes the place of the list. Returns: FALSE: an error; @list is NULL where there is none */
static gboolean
take_list (Filler *self,
           const char *key,
           const char *option,
           ReadEntry read,
           GDestroyNotify free_entry,
           GPtrArray **list,
           GError **error)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (free_entry);
  const RjOption *flag = rj_option_table_find (self->table, option);

  if (!rj_json_has (self->plan->values->root, key))
    return TRUE;
  if (!read_list (self->plan, key, read, entries, error))
    return FALSE;
  if (*rj_option_table_get_source (self->table, self->values, flag) <= RJ_OPTION_FROM_PLAN)
    *list = g_steal_pointer (&entries);
  return TRUE;
}

static gboolean
take_lists (Filler *self, GError **error)
{
  RjPlan *plan = self->plan;

  if (!take_list (self, "participants", "participants", (ReadEntry) rj_group_from_json,
                  (GDestroyNotify) rj_group_free, &plan->groups, error) ||
      !take_list (self, "steps", "fault", (ReadEntry) rj_fault_from_json,
                  (GDestroyNotify) rj_fault_free, &plan->steps, error))
    return FALSE;
  if (plan->groups != NULL && plan->groups->len == 0)
    return complain (plan, "participants", error,
                     "the list is empty; write at least one, such as - {count: 4}");
  return TRUE;
}

/* --- how the app server is asked --- */

/* Its address may stand beside it, where there is no more to say. */
static gboolean
complete_request (const RjPlan *self, JsonObject *app, JsonObject *request, GError **error)
{
  const char *url = get_text (json_object_get_member (app, "url"));

  if (url == NULL)
    return TRUE;
  if (json_object_has_member (request, "url"))
    return complain (self, REQUEST ".url", error,
                     "the address stands in deployment.app.url, too; take one of them out");
  json_object_set_string_member (request, "url", url);
  json_object_remove_member (app, "url");
  return TRUE;
}

static gboolean
take_request (RjPlan *self, GError **error)
{
  JsonNode *node = rj_plan_find (self->values->root, REQUEST);
  JsonNode *app = rj_plan_find (self->values->root, "deployment.app");

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return complain (self, REQUEST, error,
                     "write a mapping such as {url: …, body: {…}, token: /token}");
  if (rj_plan_find (self->values->root, "deployment.app.preset") != NULL)
    return complain (self, REQUEST, error,
                     "it takes the place of deployment.app.preset; take one of them out");
  if (!complete_request (self, json_node_get_object (app), json_node_get_object (node), error))
    return FALSE;
  self->request = rj_request_template_from_json (json_node_get_object (node), error);
  if (self->request == NULL)
    rj_plan_document_blame (self->document, REQUEST, error);
  return self->request != NULL;
}

/* --- all of it --- */

/* Either the embedded cluster, or a deployment that is there */
static gboolean
check_deployment (const RjPlan *self, GError **error)
{
  static const char *const keys[] = { "deployment.app.url", REQUEST, "deployment.openvidu.url",
                                      "deployment.token", "deployment.token-command" };
  JsonNode *embedded = rj_plan_find (self->values->root, "deployment.embedded");

  for (guint i = 0; embedded != NULL && i < G_N_ELEMENTS (keys); i++) {
    JsonNode *node = rj_plan_find (self->values->root, keys[i]);

    if (node != NULL && !JSON_NODE_HOLDS_NULL (node))
      return complain (self, "deployment.embedded", error,
                       "the embedded cluster takes the place of a deployment; take out this, or %s",
                       keys[i]);
  }
  return TRUE;
}

/* What the environment has given to places where secrets belong is in no output. */
static void
remember_secrets_at (const RjPlan *self, const char *place)
{
  JsonNode *node = rj_plan_find (rj_plan_document_get_root (self->document), place);
  g_autofree char *text = node == NULL ? NULL : rj_json_node_to_text (node);

  for (guint i = 0; text != NULL && i < self->values->references->len; i++) {
    const RjPlanReference *one = g_ptr_array_index (self->values->references, i);

    if (strstr (text, one->reference) != NULL)
      rj_secret_remember (one->value, one->reference);
  }
}

static void
remember_secrets (const RjPlan *self, const RjOptionTable *table)
{
  for (guint i = 0; i < table->n_options; i++)
    if (table->options[i].secret && table->options[i].plan != NULL)
      remember_secrets_at (self, table->options[i].plan);
  remember_secrets_at (self, REQUEST);
  remember_secrets_at (self, "deployment.token-command");
  remember_secrets_at (self, "steps");
}

gboolean
rj_plan_fill (
  RjPlan *self, const RjOptionTable *table, gpointer values, GPtrArray *warnings, GError **error)
{
  Filler filler = { self, table, values, warnings };

  remember_secrets (self, table);
  if (check_deployment (self, error) && take_request (self, error) &&
      set_options (&filler, self->values->root, "", error) && take_lists (&filler, error)) {
    if (has_given_source (&filler))
      g_clear_pointer (&self->request, rj_request_template_unref);
    return TRUE;
  }
  rj_plan_values_hide (self->values, error);
  return FALSE;
}
