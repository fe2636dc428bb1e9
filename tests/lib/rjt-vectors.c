#include "rjt-vectors.h"

#include <string.h>

#include "rj-json.h"

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_files (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  GDir *dir = g_dir_open (folder, 0, &error);

  g_assert_no_error (error);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    if (g_str_has_suffix (name, ".jsonl"))
      g_ptr_array_add (names, g_strdup (name));
  g_dir_close (dir);
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
fill_message (RjtVector *vector)
{
  JsonNode *message = json_object_get_member (vector->entry, "msg");

  if (message == NULL)
    return;
  if (JSON_NODE_HOLDS_VALUE (message) && json_node_get_value_type (message) == G_TYPE_STRING) {
    vector->text = json_node_dup_string (message);
    vector->message = json_from_string (vector->text, NULL);
  } else {
    vector->text = rj_json_node_to_text (message);
    vector->message = json_node_copy (message);
  }
}

static void
call_for_line (
  const char *file, guint number, const char *line, RjtVectorFunc func, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) entry = rj_json_parse_object (line, -1, &error);
  RjtVector vector = { .file = file, .line = number, .entry = entry };

  g_assert_no_error (error);
  vector.who = rj_json_get_string (entry, "who", NULL);
  vector.from = rj_json_get_string (entry, "from", NULL);
  vector.media = rj_json_has (entry, "media");
  vector.socket = rj_json_get_int (entry, vector.media ? "media" : "socket", 0);
  fill_message (&vector);
  func (&vector, user_data);
  g_free (vector.text);
  g_clear_pointer (&vector.message, json_node_unref);
}

static guint
each_line (const char *prefix, const char *mark, RjtVectorFunc func, gpointer user_data)
{
  const char *folder = g_getenv ("RJT_VECTORS");
  g_autoptr (GPtrArray) names = NULL;
  guint n_lines = 0;

  g_assert_nonnull (folder);
  names = list_files (folder);
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_ptr_array_index (names, i);
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autofree char *text = NULL;
    g_auto (GStrv) lines = NULL;
    g_autoptr (GError) error = NULL;

    if (!g_str_has_prefix (name, prefix))
      continue;
    g_file_get_contents (path, &text, NULL, &error);
    g_assert_no_error (error);
    lines = g_strsplit (text, "\n", -1);
    for (guint k = 0; lines[k] != NULL; k++) {
      if (*lines[k] == '\0' || strstr (lines[k], mark) == NULL)
        continue;
      n_lines++;
      call_for_line (name, k + 1, lines[k], func, user_data);
    }
  }
  return n_lines;
}

guint
rjt_vectors_each (RjtVectorFunc func, gpointer user_data)
{
  return each_line ("", "", func, user_data);
}

guint
rjt_vectors_each_of_clients (const char *prefix, RjtVectorFunc func, gpointer user_data)
{
  return each_line (prefix, "\"who\"", func, user_data);
}

char *
rjt_vector_get_call_key (const RjtVector *vector)
{
  JsonObject *object = vector->message != NULL && JSON_NODE_HOLDS_OBJECT (vector->message)
                         ? json_node_get_object (vector->message)
                         : NULL;
  JsonNode *id = object == NULL ? NULL : json_object_get_member (object, "id");
  g_autofree char *id_text = NULL;

  if (id == NULL || JSON_NODE_HOLDS_NULL (id))
    return NULL;
  id_text = rj_json_node_to_text (id);
  return g_strdup_printf ("%s %s %s %" G_GINT64_FORMAT " %s", vector->file,
                          vector->media ? "media" : "client",
                          vector->who == NULL ? "-" : vector->who, vector->socket, id_text);
}

void
rjt_assert_json_equal (const RjtVector *where, JsonNode *got, JsonNode *wanted)
{
  g_autofree char *got_text = NULL;
  g_autofree char *wanted_text = NULL;

  if (json_node_equal (got, wanted))
    return;
  got_text = rj_json_node_to_text (got);
  wanted_text = rj_json_node_to_text (wanted);
  g_error ("%s:%u\n got    %s\n wanted %s", where->file, where->line, got_text, wanted_text);
}
