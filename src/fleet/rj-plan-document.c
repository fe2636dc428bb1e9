#include "rj-plan-document.h"

#include <string.h>

#include "rj-error.h"
#include "rj-plan-yaml.h"

#define MAX_BYTES (1024 * 1024)

struct _RjPlanDocument {
  char *name;
  JsonNode *root;
  GHashTable *lines; /* place -> line, from 1 */
};

static gboolean
check_text (RjPlanDocument *self, const char *text, gsize length, GError **error)
{
  const char *end = NULL;
  guint line = 1;

  if (length > MAX_BYTES) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "%s: %" G_GSIZE_FORMAT " bytes are more than a plan can have", self->name, length);
    return FALSE;
  }
  if (g_utf8_validate (text, length, &end))
    return TRUE;
  for (const char *at = text; at < end; at++)
    line += *at == '\n';
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "%s:%u: there is %s; save the plan as UTF-8 text",
               self->name, line, *end == '\0' ? "a NUL" : "something that is no UTF-8");
  return FALSE;
}

RjPlanDocument *
rj_plan_document_parse (const char *name, const char *text, gsize length, GError **error)
{
  g_autoptr (RjPlanDocument) self = g_new0 (RjPlanDocument, 1);

  self->name = g_strdup (name);
  self->lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (check_text (self, text, length, error))
    self->root = rj_plan_yaml_read (self, text, length, error);
  return self->root == NULL ? NULL : g_steal_pointer (&self);
}

RjPlanDocument *
rj_plan_document_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;
  gsize length = 0;

  if (g_file_get_contents (path, &text, &length, &problem))
    return rj_plan_document_parse (path, text, length, error);
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT)
                 ? "there is no plan \"%s\"; give the path of a YAML or JSON file, or options only"
                 : "the plan \"%s\" cannot be read; give the path of a YAML or JSON file that you "
                   "may read",
               path);
  return NULL;
}

void
rj_plan_document_free (RjPlanDocument *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->root, json_node_unref);
  g_hash_table_unref (self->lines);
  g_free (self->name);
  g_free (self);
}

JsonObject *
rj_plan_document_get_root (const RjPlanDocument *self)
{
  return json_node_get_object (self->root);
}

const char *
rj_plan_document_get_name (const RjPlanDocument *self)
{
  return self->name;
}

/* --- places --- */

char *
rj_plan_place (const char *place, const char *key)
{
  return g_strconcat (place, *place == '\0' || *key == '[' ? "" : ".", key, NULL);
}

void
rj_plan_document_note_line (RjPlanDocument *self, const char *place, guint line)
{
  if (line > 0 && !g_hash_table_contains (self->lines, place))
    g_hash_table_insert (self->lines, g_strdup (place), GUINT_TO_POINTER (line));
}

guint
rj_plan_document_get_line (const RjPlanDocument *self, const char *place)
{
  g_autofree char *around = g_strdup (place);

  while (*around != '\0') {
    guint line = GPOINTER_TO_UINT (g_hash_table_lookup (self->lines, around));
    char *dot = strrchr (around, '.'), *bracket = strrchr (around, '[');

    if (line > 0)
      return line;
    *MAX (MAX (dot, bracket), around) = '\0';
  }
  return MAX (GPOINTER_TO_UINT (g_hash_table_lookup (self->lines, "")), 1);
}

/* Returns: (transfer full): the key that a message begins with; NULL: none */
static char *
get_key (const char *message)
{
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GRegex) pattern = g_regex_new (
    "^(?:\\[[0-9]+\\]|[A-Za-z_][\\w-]*)(?:\\.[\\w-]+|\\[[0-9]+\\])*(?=: )", 0, 0, NULL);

  g_regex_match (pattern, message, 0, &match);
  return g_match_info_matches (match) ? g_match_info_fetch (match, 0) : NULL;
}

void
rj_plan_document_blame (const RjPlanDocument *self, const char *place, GError **error)
{
  g_autofree char *key = NULL;
  g_autofree char *there = NULL;
  g_autofree char *message = NULL;

  if (error == NULL || *error == NULL)
    return;
  key = get_key ((*error)->message);
  if (key != NULL && *key == '\0')
    g_clear_pointer (&key, g_free);
  there = key == NULL ? g_strdup (place) : rj_plan_place (place, key);
  message = g_strdup ((*error)->message + (key == NULL ? 0 : strlen (key) + 2));
  g_free ((*error)->message);
  (*error)->message =
    g_strdup_printf ("%s:%u: %s%s%s", self->name, rj_plan_document_get_line (self, there), there,
                     *there == '\0' ? "" : ": ", message);
}
