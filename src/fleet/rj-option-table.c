#include "rj-option-table.h"

#include <string.h>

#include "rj-duration.h"
#include "rj-error.h"

#define HELP_COLUMN     30
#define MAX_EXPLANATION 96

char *
rj_option_get_environment_name (const RjOption *self)
{
  g_autofree char *upper = g_ascii_strup (self->name, -1);

  return g_strconcat ("REJOIN_", g_strdelimit (upper, "-", '_'), NULL);
}

const RjOption *
rj_option_table_find (const RjOptionTable *self, const char *name)
{
  for (guint i = 0; i < self->n_options; i++) {
    if (g_str_equal (self->options[i].name, name))
      return &self->options[i];
  }
  return NULL;
}

static gboolean
set_count (const RjOption *option, guint *slot, const char *text, GError **error)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (text, 10, option->min, option->max, &number, NULL)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "\"%s\" is not a number from %u to %u", text,
                 option->min, option->max);
    return FALSE;
  }
  *slot = number;
  return TRUE;
}

static gboolean
check_choice (const RjOption *option, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit (option->choices, "|", -1);
  g_autofree char *list = NULL;

  if (g_strv_contains ((const char *const *) words, text))
    return TRUE;
  list = g_strjoinv (", ", words);
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "\"%s\" is not one of: %s", text, list);
  return FALSE;
}

static gboolean
set_choice (const RjOption *option, char **slot, const char *text, GError **error)
{
  if (!check_choice (option, text, error))
    return FALSE;
  g_free (*slot);
  *slot = g_strdup (text);
  return TRUE;
}

static gboolean
add_to_list (const RjOption *option, GPtrArray *list, const char *text, GError **error)
{
  if (option->choices != NULL && !check_choice (option, text, error))
    return FALSE;
  g_ptr_array_add (list, g_strdup (text));
  return TRUE;
}

static gboolean
set_flag (gboolean *slot, const char *text, GError **error)
{
  static const char *const yes[] = { "1", "true", "yes", "on", NULL };
  static const char *const no[] = { "0", "false", "no", "off", "", NULL };

  if (!g_strv_contains (yes, text) && !g_strv_contains (no, text)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "\"%s\" is neither yes nor no", text);
    return FALSE;
  }
  *slot = g_strv_contains (yes, text);
  return TRUE;
}

gboolean
rj_option_set (const RjOption *option, gpointer values, const char *text, GError **error)
{
  gpointer slot = (char *) values + option->offset;

  switch (option->kind) {
  case RJ_OPTION_FLAG:
    return set_flag (slot, text, error);
  case RJ_OPTION_COUNT:
    return set_count (option, slot, text, error);
  case RJ_OPTION_DURATION:
    return rj_duration_parse (text, slot, error);
  case RJ_OPTION_TEXT:
    g_free (*(char **) slot);
    *(char **) slot = g_strdup (*text == '\0' ? option->fallback : text);
    return TRUE;
  case RJ_OPTION_CHOICE:
    return set_choice (option, slot, text, error);
  case RJ_OPTION_LIST:
    return *text == '\0' || add_to_list (option, *(GPtrArray **) slot, text, error);
  }
  g_assert_not_reached ();
}

RjOptionSource *
rj_option_table_get_source (const RjOptionTable *self, gpointer values, const RjOption *option)
{
  return *(RjOptionSource **) ((char *) values + self->sources) + (option - self->options);
}

gboolean
rj_option_table_is_given (const RjOptionTable *self, gconstpointer values, const char *name)
{
  const RjOption *option = rj_option_table_find (self, name);

  return option != NULL &&
         *rj_option_table_get_source (self, (gpointer) values, option) > RJ_OPTION_FROM_PLAN;
}

static void
note_source (const RjOptionTable *self,
             gpointer values,
             const RjOption *option,
             RjOptionSource source)
{
  if (self->sources != 0)
    *rj_option_table_get_source (self, values, option) = source;
}

static void
set_nothing (const RjOption *option, gpointer values)
{
  gpointer slot = (char *) values + option->offset;

  if (option->kind == RJ_OPTION_DURATION)
    *(gint64 *) slot = -1;
  if (option->kind == RJ_OPTION_LIST)
    *(GPtrArray **) slot = g_ptr_array_new_with_free_func (g_free);
}

static gboolean
blame (const char *variable, GError **error)
{
  g_prefix_error (error, "environment variable %s: ", variable);
  return FALSE;
}

static gboolean
set_from_environment (const RjOptionTable *self,
                      const RjOption *option,
                      gpointer values,
                      GError **error)
{
  g_autofree char *name = rj_option_get_environment_name (option);
  const char *text = g_getenv (name);
  g_auto (GStrv) lines = NULL;

  if (text == NULL)
    return TRUE;
  note_source (self, values, option, RJ_OPTION_FROM_ENVIRONMENT);
  lines = option->kind == RJ_OPTION_LIST ? g_strsplit (text, "\n", -1) : NULL;
  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    if (*g_strstrip (lines[i]) != '\0' && !rj_option_set (option, values, lines[i], error))
      return blame (name, error);
  if (lines == NULL && !rj_option_set (option, values, text, error))
    return blame (name, error);
  return TRUE;
}

static void
warn_of_unknown_environment (const RjOptionTable *self, GPtrArray *warnings)
{
  g_auto (GStrv) names = g_listenv ();

  for (guint i = 0; names[i] != NULL; i++) {
    gboolean known = FALSE;

    if (!g_str_has_prefix (names[i], "REJOIN_"))
      continue;
    for (guint k = 0; k < self->n_options && !known; k++) {
      g_autofree char *name = rj_option_get_environment_name (&self->options[k]);

      known = g_str_equal (name, names[i]);
    }
    if (!known)
      g_ptr_array_add (warnings,
                       g_strdup_printf ("environment variable %s means nothing here", names[i]));
  }
}

/* A list on the command line replaces the one of the environment. */
static void
forget_list_once (const RjOption *option, gpointer values, GHashTable *seen)
{
  if (option->kind == RJ_OPTION_LIST && g_hash_table_add (seen, (gpointer) option))
    g_ptr_array_set_size (*(GPtrArray **) ((char *) values + option->offset), 0);
}

static gboolean
take_argument (const RjOptionTable *self,
               char **argv,
               guint *index,
               gpointer values,
               GHashTable *seen,
               GError **error)
{
  const char *argument = argv[*index] + 2;
  const char *equals = strchr (argument, '=');
  g_autofree char *name =
    equals == NULL ? g_strdup (argument) : g_strndup (argument, equals - argument);
  const RjOption *option = rj_option_table_find (self, name);
  const char *text = equals == NULL ? NULL : equals + 1;

  if (option == NULL) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "there is no option --%s; --help lists those that there are", name);
    return FALSE;
  }
  if (text == NULL && option->kind == RJ_OPTION_FLAG)
    text = "yes";
  if (text == NULL)
    text = argv[*index + 1] == NULL ? NULL : argv[++*index];
  if (text == NULL) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "--%s needs a value: %s", name, option->argument);
    return FALSE;
  }
  forget_list_once (option, values, seen);
  note_source (self, values, option, RJ_OPTION_FROM_FLAG);
  if (!rj_option_set (option, values, text, error)) {
    g_prefix_error (error, "--%s: ", name);
    return FALSE;
  }
  return TRUE;
}

static gboolean
take_arguments (
  const RjOptionTable *self, char **argv, gpointer values, GPtrArray *rest, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  gboolean only_rest = FALSE;

  for (guint i = 0; argv[i] != NULL; i++) {
    if (!only_rest && g_str_equal (argv[i], "--"))
      only_rest = TRUE;
    else if (only_rest || !g_str_has_prefix (argv[i], "-") || g_str_equal (argv[i], "-"))
      g_ptr_array_add (rest, g_strdup (argv[i]));
    else if (!g_str_has_prefix (argv[i], "--")) {
      g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                   "there is no option %s; --help lists those that there are", argv[i]);
      return FALSE;
    } else if (!take_argument (self, argv, &i, values, seen, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
rj_option_table_parse (const RjOptionTable *self,
                       int argc,
                       char **argv,
                       gpointer values,
                       char ***ret_rest,
                       GPtrArray *ret_warnings,
                       GError **error)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new_with_free_func (g_free);

  if (self->sources != 0)
    *(RjOptionSource **) ((char *) values + self->sources) =
      g_new0 (RjOptionSource, self->n_options);
  for (guint i = 0; i < self->n_options; i++) {
    const RjOption *option = &self->options[i];

    set_nothing (option, values);
    if (option->fallback != NULL && !rj_option_set (option, values, option->fallback, error))
      return FALSE;
  }
  for (guint i = 0; i < self->n_options; i++) {
    if (!set_from_environment (self, &self->options[i], values, error))
      return FALSE;
  }
  if (!take_arguments (self, argv, values, rest, error))
    return FALSE;
  warn_of_unknown_environment (self, ret_warnings);
  g_ptr_array_add (rest, NULL);
  *ret_rest = (char **) g_ptr_array_steal (rest, NULL);
  return TRUE;
}

void
rj_option_table_clear (const RjOptionTable *self, gpointer values)
{
  if (self->sources != 0)
    g_clear_pointer ((RjOptionSource **) ((char *) values + self->sources), g_free);
  for (guint i = 0; i < self->n_options; i++) {
    const RjOption *option = &self->options[i];
    gpointer slot = (char *) values + option->offset;

    if (option->kind == RJ_OPTION_TEXT || option->kind == RJ_OPTION_CHOICE)
      g_clear_pointer ((char **) slot, g_free);
    if (option->kind == RJ_OPTION_LIST)
      g_clear_pointer ((GPtrArray **) slot, g_ptr_array_unref);
  }
}

/* --- help --- */

/* What stands right of the name */
static void
append_explanation (GString *help, const RjOption *option, gboolean has_plan)
{
  g_autofree char *key =
    option->plan == NULL || !has_plan ? NULL : g_strconcat ("plan: ", option->plan, NULL);
  gsize start = help->len;

  g_string_append (help, option->help);
  if (option->choices != NULL && option->kind == RJ_OPTION_CHOICE)
    g_string_append_printf (help, " (%s)", option->choices);
  if (option->fallback != NULL && option->kind != RJ_OPTION_FLAG)
    g_string_append_printf (help, " [%s]", option->fallback);
  if (key != NULL && help->len - start + strlen (key) < MAX_EXPLANATION)
    g_string_append_printf (help, "; %s", key);
  else if (key != NULL)
    g_string_append_printf (help, "\n%*s%s", HELP_COLUMN, "", key);
  g_string_append_c (help, '\n');
}

char *
rj_option_table_get_help (const RjOptionTable *self, const char *subcommand)
{
  GString *help = g_string_new (NULL);

  g_string_append_printf (help, "Usage: rejoin %s %s\n\n%s\n\nOptions:\n", subcommand, self->usage,
                          self->summary);
  for (guint i = 0; i < self->n_options; i++) {
    const RjOption *option = &self->options[i];
    g_autofree char *left =
      g_strdup_printf ("  --%s%s%s", option->name, option->argument == NULL ? "" : " ",
                       option->argument == NULL ? "" : option->argument);
    guint width = g_utf8_strlen (left, -1);

    g_string_append (help, left);
    g_string_append_printf (help, width < HELP_COLUMN - 1 ? "%*s" : "\n%*s",
                            (int) (width < HELP_COLUMN - 1 ? HELP_COLUMN - width : HELP_COLUMN),
                            "");
    append_explanation (help, option, self->sources != 0);
  }
  g_string_append_printf (help, "  --help%*sShow this text\n", HELP_COLUMN - 8, "");
  if (self->details != NULL)
    g_string_append_printf (help, "\n%s\n", self->details);
  return g_string_free (help, FALSE);
}
