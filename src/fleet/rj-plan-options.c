/* From the keys of a plan to the options of the table. */
#include <string.h>

#include "rj-error.h"
#include "rj-json-keys.h"
#include "rj-json.h"
#include "rj-plan-private.h"

#define EXTENSION "x-" /* keys at the top that hold what anchors stand for */

/* Keys that are no option's */
static const char *const others[] = { "participants", "steps", RJ_PLAN_REQUEST, NULL };
#define N_OTHERS (G_N_ELEMENTS (others) - 1)

gboolean
rj_plan_complain (const RjPlan *self, const char *place, GError **error, const char *format, ...)
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

    rj_json_keys_add_name (keys, path, prefix);
  }
  g_ptr_array_add (keys, NULL);
  return (GStrv) g_ptr_array_steal (keys, NULL);
}

static gboolean
complain_of_key (const RjPlanFiller *self, const char *place, const char *around, GError **error)
{
  g_auto (GStrv) words = list_keys (self->table, around);
  const char *key = *around == '\0' ? place : place + strlen (around) + 1;
  g_autofree char *sentence = rj_json_keys_explain (key, (const char *const *) words);

  return rj_plan_complain (self->plan, place, error, "%s", sentence);
}

/* --- options --- */

/* Options that exclude each other: one that was given takes the place of the plan's. */
static const char *const rivals[][4] = {
  { "app", "token", "token-command", NULL },
  { "secret", "secret-file", NULL },
};

static gboolean
is_given (const RjPlanFiller *self, const char *name)
{
  return rj_option_table_is_given (self->table, self->values, name);
}

static gboolean
is_any_given (const RjPlanFiller *self, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (is_given (self, names[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_option_overruled (const RjPlanFiller *self, const RjOption *option)
{
  if (is_given (self, option->name))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (rivals); i++)
    if (g_strv_contains (rivals[i], option->name) && is_any_given (self, rivals[i]))
      return TRUE;
  return g_str_has_prefix (option->plan, "deployment.embedded.") &&
         (is_given (self, "url") || is_any_given (self, rivals[0]));
}

/* Whether @place is @outer or lies in it */
static gboolean
is_within (const char *place, const char *outer)
{
  gsize length = strlen (outer);

  return strncmp (place, outer, length) == 0 && strchr (".[", place[length]) != NULL;
}

gboolean
rj_plan_is_overruled (const RjPlanFiller *self, const char *place)
{
  for (guint i = 0; i < self->table->n_options; i++) {
    const RjOption *option = &self->table->options[i];

    if (option->plan != NULL && is_within (place, option->plan))
      return is_option_overruled (self, option);
  }
  return g_str_has_prefix (place, EXTENSION) ||
         (is_within (place, "participants") && is_given (self, "participants")) ||
         (is_within (place, "steps") && is_given (self, "fault")) ||
         (is_within (place, RJ_PLAN_REQUEST) && is_any_given (self, rivals[0]));
}

static void
look_after_secret (const RjPlanFiller *self, const RjOption *option)
{
  const char *text = rj_json_node_get_string (
    rj_plan_find (rj_plan_document_get_root (self->plan->document), option->plan));

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
find_file (const RjPlanFiller *self, const RjOption *option)
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
set_option (const RjPlanFiller *self, const RjOption *option, JsonNode *node, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (option->secret)
    look_after_secret (self, option);
  if (is_option_overruled (self, option))
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

gboolean
rj_plan_set_options (const RjPlanFiller *self,
                     JsonObject *object,
                     const char *around,
                     GError **error)
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
      return rj_plan_complain (self->plan, place, error, "write a mapping with some of: %s", list);
    if (option == NULL && !rj_plan_set_options (self, json_node_get_object (node), place, error))
      return FALSE;
  }
  return TRUE;
}
