#include "rj-apps.h"

#include <stdio.h>

#include "rj-error.h"
#include "rj-secret.h"
#include "rj-turn-server.h"

static gboolean
wants_help (char **argv)
{
  for (guint i = 0; argv[i] != NULL && !g_str_equal (argv[i], "--"); i++) {
    if (g_str_equal (argv[i], "--help") || g_str_equal (argv[i], "-h"))
      return TRUE;
  }
  return FALSE;
}

static void
warn (GPtrArray *warnings)
{
  for (guint i = 0; i < warnings->len; i++)
    fprintf (stderr, "rejoin: warning: %s\n", (const char *) g_ptr_array_index (warnings, i));
}

int
rj_apps_parse (const RjOptionTable *table,
               const char *subcommand,
               int argc,
               char **argv,
               gpointer values,
               char ***ret_rest)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  if (wants_help (argv)) {
    g_autofree char *help = rj_option_table_get_help (table, subcommand);

    fputs (help, stdout);
    return RJ_EXIT_PASSED;
  }
  if (!rj_option_table_parse (table, argc, argv, values, ret_rest, warnings, &error))
    return rj_apps_fail (error);
  warn (warnings);
  return -1;
}

int
rj_apps_take_plan (RjRunOptions *options, const char *subcommand, char **rest)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  if (rest[0] == NULL)
    return -1;
  if (rest[1] != NULL) {
    fprintf (stderr, "rejoin: %s takes one plan, what is \"%s\"? See rejoin run --help\n",
             subcommand, rest[1]);
    return RJ_EXIT_USAGE;
  }
  if (!rj_run_options_take_plan (options, rest[0], warnings, &error))
    return rj_apps_fail (error);
  warn (warnings);
  return -1;
}

int
rj_apps_fail (const GError *error)
{
  g_autofree char *text = rj_secret_scrub (error->message);

  fprintf (stderr, "rejoin: %s\n", text);
  return g_error_matches (error, RJ_ERROR, RJ_ERROR_USAGE) ? RJ_EXIT_USAGE : RJ_EXIT_ENVIRONMENT;
}

gboolean
rj_apps_check_turn (const char *turn, GError **error)
{
  g_autoptr (RjTurnServer) server = turn == NULL ? NULL : rj_turn_server_parse (turn, error);

  return turn == NULL || server != NULL;
}
