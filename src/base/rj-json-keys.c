#include "rj-json-keys.h"

#include <string.h>

#include "rj-error.h"
#include "rj-nearest.h"

void
rj_json_keys_add_name (GPtrArray *names, const char *path, const char *prefix)
{
  const char *rest =
    path != NULL && g_str_has_prefix (path, prefix) ? path + strlen (prefix) : NULL;
  g_autofree char *name = rest == NULL ? NULL : g_strndup (rest, strcspn (rest, "."));

  if (name != NULL && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, g_steal_pointer (&name));
}

char *
rj_json_keys_explain (const char *key, const char *const *names)
{
  const char *near = rj_nearest_word (key, names);
  g_autofree char *list = g_strjoinv (", ", (char **) names);

  if (near != NULL)
    return g_strdup_printf ("there is no such key; did you mean \"%s\"?", near);
  return g_strdup_printf ("there is no such key; there are: %s", list);
}

gboolean
rj_json_keys_check (
  const RjJsonKey *keys, guint n_keys, JsonObject *object, const char *prefix, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GList) members = json_object_get_members (object);

  for (guint i = 0; i < n_keys; i++)
    rj_json_keys_add_name (names, keys[i].path, prefix);
  g_ptr_array_add (names, NULL);
  for (GList *item = members; item != NULL; item = item->next) {
    const char *const *words = (const char *const *) names->pdata;
    g_autofree char *sentence = NULL;

    if (g_strv_contains (words, item->data))
      continue;
    sentence = rj_json_keys_explain (item->data, words);
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "%s%s: %s", prefix, (const char *) item->data,
                 sentence);
    return FALSE;
  }
  return TRUE;
}
