/* The command that makes a run again */
#include <string.h>

#include "rj-repeat-script.h"
#include "rj-run-options.h"

static const char *const nothing[] = { NULL };

static char *
make (const char *const *argv, const char *const *environment)
{
  return rj_repeat_script_new (rj_run_options_get_table (), argv, environment, "/there it's", 42);
}

/* The words of the command that the script ends with */
static GStrv
read_command (const char *script)
{
  const char *at = strstr (script, "\"${REJOIN:-rejoin}\"");
  g_auto (GStrv) lines = g_strsplit (at, " \\\n", -1);
  g_autofree char *line = g_strjoinv (" ", lines);
  GStrv words = NULL;

  g_assert_true (g_shell_parse_argv (line, NULL, &words, NULL));
  return words;
}

static void
test_the_same_options_and_the_same_seed (void)
{
  static const char *const argv[] = {
    "plan.yaml", "--participants", "4,2", "--fault=run:echo 'a b' $X@1s",
    "--decode",  "--seed",         "7",   "--repeat=20",
    "--json",    "out.json",       NULL
  };
  g_autofree char *script = make (argv, nothing);
  g_auto (GStrv) words = read_command (script);
  static const char *const wanted[] = { "run",
                                        "plan.yaml",
                                        "--participants=4,2",
                                        "--fault=run:echo 'a b' $X@1s",
                                        "--decode",
                                        "--seed=42",
                                        "$@",
                                        NULL };

  g_assert_true (g_strv_equal ((const char *const *) words + 1, wanted));
  g_assert_nonnull (strstr (script, "cd '/there it'\\''s'"));
}

static void
test_secrets_are_asked_for (void)
{
  static const char *const argv[] = { "--secret", "hunter22",
                                      "--token-command=get --password=hunter33", NULL };
  static const char *const environment[] = { "REJOIN_TURN=u:hunter44@h:1", "REJOIN_WITHIN=3s",
                                             "REJOIN_SECRET=hunter55", "OTHER=x", NULL };
  g_autofree char *script = make (argv, environment);

  g_assert_null (strstr (script, "hunter"));
  g_assert_nonnull (strstr (script, "${REJOIN_SECRET:?"));
  g_assert_nonnull (strstr (script, "${REJOIN_TURN:?"));
  g_assert_nonnull (strstr (script, "export REJOIN_WITHIN='3s'"));
  g_assert_null (strstr (script, "OTHER"));
  g_assert_nonnull (strstr (script, "put it back"));
}

/* As sh reads it: what the program would get */
static void
test_the_shell_agrees (void)
{
  static const char *const argv[] = { "--fault=run:echo \"$HOME\" `id` 'q' \\ @1s", NULL };
  g_autofree char *script = make (argv, nothing);
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "REJOIN", "/bin/echo", TRUE);
  char *command[] = { (char *) "sh", (char *) "-c", script, NULL };
  g_autofree char *out = NULL;
  int status;

  g_assert_true (g_spawn_sync ("/", command, environment, G_SPAWN_SEARCH_PATH, NULL, NULL, &out,
                               NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (out, ==, "run --fault=run:echo \"$HOME\" `id` 'q' \\ @1s --seed=42\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/repeat-script/" #name, test_##name)
  ADD (the_same_options_and_the_same_seed);
  ADD (secrets_are_asked_for);
  ADD (the_shell_agrees);
  return g_test_run ();
}
