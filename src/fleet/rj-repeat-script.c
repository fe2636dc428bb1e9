#include "rj-repeat-script.h"

#include <string.h>

#include "rj-secret.h"

typedef struct {
  const RjOptionTable *table;
  GString *needs;   /* lines that ask for secrets */
  GString *exports; /* lines that set what came from the environment */
  GString *command;
  GHashTable *given; /* names of options on the command line */
  gboolean is_masked;
} Script;

/* What the run writes, and what the script says itself */
static gboolean
is_left_out (const RjOption *option)
{
  static const char *const names[] = { "events",     "json",   "junit",  "html", "markdown", "csv",
                                       "prometheus", "bundle", "repeat", "seed", NULL };

  return g_strv_contains (names, option->name);
}

static void
append_quoted (Script *self, GString *out, const char *text)
{
  g_autofree char *scrubbed = rj_secret_scrub (text);
  g_autofree char *quoted = g_shell_quote (scrubbed);

  self->is_masked = self->is_masked || !g_str_equal (scrubbed, text);
  g_string_append (out, quoted);
}

static void
ask_for (Script *self, const RjOption *option)
{
  g_autofree char *name = rj_option_get_environment_name (option);

  g_string_append_printf (
    self->needs, ": \"${%s:?set it: it is a secret, and so not in this file}\"\nexport %s\n", name,
    name);
}

static void
append_option (Script *self, const RjOption *option, const char *value)
{
  if (option->secret)
    ask_for (self, option);
  if (option->secret || is_left_out (option))
    return;
  g_string_append_printf (self->command, " \\\n  --%s", option->name);
  if (value == NULL)
    return;
  g_string_append_c (self->command, '=');
  append_quoted (self, self->command, value);
}

static void
take_arguments (Script *self, const char *const *argv)
{
  for (guint i = 0; argv[i] != NULL; i++) {
    const char *equals = strchr (argv[i], '=');
    g_autofree char *name = !g_str_has_prefix (argv[i], "--") ? NULL
                            : equals == NULL                  ? g_strdup (argv[i] + 2)
                                             : g_strndup (argv[i] + 2, equals - argv[i] - 2);
    const RjOption *option = name == NULL ? NULL : rj_option_table_find (self->table, name);
    const char *value = equals == NULL ? NULL : equals + 1;

    if (option == NULL) {
      g_string_append (self->command, " \\\n  ");
      append_quoted (self, self->command, argv[i]);
      continue;
    }
    if (value == NULL && option->kind != RJ_OPTION_FLAG && argv[i + 1] != NULL)
      value = argv[++i];
    g_hash_table_add (self->given, (gpointer) option->name);
    append_option (self, option, value);
  }
}

/* Options that the environment has set and the command line has not */
static void
take_environment (Script *self, const char *const *environment)
{
  for (guint i = 0; i < self->table->n_options; i++) {
    const RjOption *option = &self->table->options[i];
    g_autofree char *name = rj_option_get_environment_name (option);
    const char *value = g_environ_getenv ((char **) environment, name);

    if (value == NULL || g_hash_table_contains (self->given, option->name))
      continue;
    if (option->secret)
      ask_for (self, option);
    else if (!is_left_out (option)) {
      g_string_append_printf (self->exports, "export %s=", name);
      append_quoted (self, self->exports, value);
      g_string_append_c (self->exports, '\n');
    }
  }
}

char *
rj_repeat_script_new (const RjOptionTable *table,
                      const char *const *argv,
                      const char *const *environment,
                      const char *folder,
                      guint seed)
{
  g_autoptr (GHashTable) given = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *quoted = g_shell_quote (folder);
  Script self = {
    table, g_string_new (NULL), g_string_new (NULL), g_string_new (NULL), given, FALSE
  };
  GString *out =
    g_string_new ("#!/bin/sh\n# Makes the run again, with the same options and the same seed. "
                  "More options may be added:\n#   ./repeat.sh --html report.html\nset -e\n");

  take_arguments (&self, argv);
  take_environment (&self, environment);
  if (self.is_masked)
    g_string_append (out,
                     "# <xxxxxxxx> stands for something that looks like a secret: put it back.\n");
  g_string_append_printf (
    out, "if [ -d %s ]; then cd %s; fi\n%s%s\"${REJOIN:-rejoin}\" run%s \\\n  --seed=%u \"$@\"\n",
    quoted, quoted, self.needs->str, self.exports->str, self.command->str, seed);
  g_string_free (self.needs, TRUE);
  g_string_free (self.exports, TRUE);
  g_string_free (self.command, TRUE);
  return g_string_free (out, FALSE);
}
