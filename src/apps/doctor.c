/* rejoin doctor: whether a run would have what it needs, one thing after the other, with a remedy for what is
 * missing. Takes the options of the run. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/timex.h>
#include <unistd.h>

#include "rj-apps.h"
#include "rj-json.h"
#include "rj-limits.h"
#include "rj-media-init.h"
#include "rj-run-options.h"
#include "rj-secret.h"
#include "rj-template.h"

#define BUSY_LOAD 0.8 /* for each processor, over the last minute */

typedef struct {
  RjRunOptions options;
  char **argv;
  guint n_bad;
} Doctor;

typedef enum {
  WELL,
  DOUBTFUL,
  BAD,
} Finding;

static void tell (Doctor *self, Finding finding, const char *what, const char *format, ...)
  G_GNUC_PRINTF (4, 5);

static void
tell (Doctor *self, Finding finding, const char *what, const char *format, ...)
{
  static const char *const signs[] = { "✓", "!", "✗" };
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  clean = rj_secret_scrub (text);
  printf ("%s %-11s %s\n", signs[finding], what, clean);
  fflush (stdout); /* the next step may take a while */
  self->n_bad += finding == BAD;
}

static gboolean
check_options (Doctor *self)
{
  g_autoptr (GError) error = NULL;

  if (!rj_run_options_check (&self->options, &error) ||
      !rj_conditions_check (&self->options.conditions, &error)) {
    tell (self, BAD, "options", "%s", error->message);
    return FALSE;
  }
  tell (self, WELL, "options", "%s",
        self->options.embedded ? "for the embedded cluster" : "for a deployment that is there");
  return TRUE;
}

static gboolean
check_plugins (Doctor *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *version = NULL;

  if (!rj_media_init (&error) || !rj_media_check_plugins (&error)) {
    tell (self, BAD, "plugins", "%s", error->message);
    return FALSE;
  }
  version = gst_version_string ();
  tell (self, WELL, "plugins", "%s, with every element that is needed", version);
  return TRUE;
}

static void
check_files (Doctor *self)
{
  guint n =
    rj_shard_count (&self->options.shard, rj_run_options_count_participants (&self->options));
  g_autoptr (GError) error = NULL;
  struct rlimit limit;

  if (!rj_limits_raise_files (n, n, &error)) {
    tell (self, BAD, "open files", "%s", error->message);
    return;
  }
  getrlimit (RLIMIT_NOFILE, &limit);
  tell (self, WELL, "open files", "%llu may be open, enough for %u %s",
        (unsigned long long) limit.rlim_cur, n, n == 1 ? "participant" : "participants");
}

static void
check_clock (Doctor *self)
{
  struct timex state = { 0 };

  if (adjtimex (&state) == TIME_ERROR)
    tell (self, DOUBTFUL, "clock",
          "not synchronized: fine for one machine; logs of several could not be put side by side");
  else
    tell (self, WELL, "clock", "synchronized, to %.1f ms", state.maxerror / 1000.0);
}

static void
check_machine (Doctor *self)
{
  guint n = g_get_num_processors ();
  double load;

  if (getloadavg (&load, 1) != 1)
    tell (self, DOUBTFUL, "processors", "%u; how busy they are cannot be read", n);
  else if (load > BUSY_LOAD * n)
    tell (self, DOUBTFUL, "processors",
          "%u, with a load of %.1f: a run may be inconclusive; end what else is running", n, load);
  else
    tell (self, WELL, "processors", "%u, with a load of %.1f", n, load);
}

/* --- a join of its own --- */

/* What a look has its own of, or must not do, and what it says instead, so that plan and environment do not count
 * either. NULL: it is said with the rest, or nothing has to be */
static const struct {
  const char *name, *instead;
} own[] = {
  { "participants", NULL }, { "sessions", NULL },      { "duration", NULL }, { "json", NULL },
  { "foreign", "0" },       { "repeat", "1" },         { "marks", "0" },     { "mark-file", "" },
  { "control", "" },        { "fault", "" },           { "expect", "" },     { "baseline", "" },
  { "events", "" },         { "bundle", "" },          { "junit", "" },      { "html", "" },
  { "markdown", "" },       { "prometheus", "" },      { "csv", "" },        { "run-id", "" },
  { "shard", "" },          { "on-overload", "warn" },
};

static gboolean
is_own (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (g_str_equal (own[i].name, name))
      return TRUE;
  return FALSE;
}

/* Arguments of the run, without those. All of them take a value. */
static void
add_arguments (GStrvBuilder *arguments, char **argv)
{
  for (guint i = 0; argv[i] != NULL; i++) {
    const char *equals = strchr (argv[i], '=');
    g_autofree char *name = NULL;

    if (!g_str_has_prefix (argv[i], "--")) {
      g_strv_builder_add (arguments, argv[i]);
      continue;
    }
    name = equals == NULL ? g_strdup (argv[i] + 2)
                          : g_strndup (argv[i] + 2, (gsize) (equals - argv[i] - 2));
    if (!is_own (name))
      g_strv_builder_add (arguments, argv[i]);
    else if (equals == NULL && argv[i + 1] != NULL)
      i++;
  }
}

static void
add_own (GStrvBuilder *arguments)
{
  for (guint i = 0; i < G_N_ELEMENTS (own); i++) {
    g_autofree char *argument = NULL;

    if (own[i].instead == NULL)
      continue;
    argument = g_strconcat ("--", own[i].name, "=", own[i].instead, NULL);
    g_strv_builder_add (arguments, argument);
  }
}

/* Two of the plan's first group come to where it would. */
static void
go_where_the_plan_says (Doctor *self, GStrvBuilder *arguments)
{
  const RjGroup *first = g_ptr_array_index (self->options.groups, 0);

  if (self->options.plan == NULL || rj_template_has (first->session, "group") ||
      rj_template_has (first->participant, "group"))
    return;
  g_strv_builder_add_many (arguments, "--session", first->session, NULL);
  if (rj_template_has (first->participant, "index"))
    g_strv_builder_add_many (arguments, "--name", first->participant, NULL);
}

static GSubprocess *
start_run (Doctor *self, const char *summary, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr (GStrvBuilder) arguments = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  g_strv_builder_add_many (arguments, "/proc/self/exe", "run", NULL);
  go_where_the_plan_says (self, arguments);
  add_arguments (arguments, self->argv);
  add_own (arguments);
  g_strv_builder_add_many (arguments, "--participants", self->options.token != NULL ? "1" : "2",
                           "--duration", "1s", "--quiet", "--json", summary, NULL);
  list = g_strv_builder_end (arguments);
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) list, error);
}

static void
tell_of_run (Doctor *self, const char *path, const char *complaint)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonObject *summary;
  const char *reason;

  if (!json_parser_load_from_file (parser, path, NULL) || json_parser_get_root (parser) == NULL) {
    tell (self, BAD, "join", "%s",
          g_str_has_prefix (complaint, "rejoin: ") ? complaint + 8 : complaint);
    return;
  }
  summary = json_node_get_object (json_parser_get_root (parser));
  reason = rj_json_get_string (summary, "reason", "");
  if (g_str_equal (rj_json_get_string (summary, "verdict", ""), "passed"))
    tell (self, WELL, "join", "%s Media flowed %.2f s after the start.", reason,
          rj_json_get_double (summary, "flowing_at_ms", 0) / 1000);
  else
    tell (self, BAD, "join", "%s", reason);
}

static void
check_join (Doctor *self)
{
  g_autofree char *folder = g_dir_make_tmp ("rejoin-doctor-XXXXXX", NULL);
  g_autofree char *summary =
    folder == NULL ? NULL : g_build_filename (folder, "summary.json", NULL);
  g_autoptr (GSubprocess) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *complaint = NULL;

  if (folder == NULL) {
    tell (self, BAD, "join",
          "no temporary file can be made; set TMPDIR to a folder that you may write to");
    return;
  }
  run = start_run (self, summary, &error);
  if (run == NULL || !g_subprocess_communicate_utf8 (run, NULL, NULL, NULL, &complaint, &error))
    tell (self, BAD, "join", "%s", error->message);
  else
    tell_of_run (self, summary, g_strchomp (complaint));
  g_unlink (summary);
  g_rmdir (folder);
}

static int
examine (Doctor *self)
{
  gboolean can_join;

  printf ("rejoin %s\n", RJ_VERSION);
  if (!check_options (self))
    return RJ_EXIT_USAGE;
  can_join = check_plugins (self);
  check_files (self);
  check_clock (self);
  check_machine (self);
  if (can_join && self->n_bad == 0)
    check_join (self);
  if (self->n_bad == 0)
    puts ("All is well.");
  return self->n_bad == 0 ? RJ_EXIT_PASSED : RJ_EXIT_ENVIRONMENT;
}

/* The options of a run under a heading of our own */
static RjOptionTable
make_table (void)
{
  RjOptionTable table = *rj_run_options_get_table ();

  table.summary =
    "Looks whether a run with these options would have what it needs, and lets two participants "
    "join\n"
    "to see it: no fault is made, no file is written. Prints what is missing, with a remedy.";
  table.details = "Exit codes: 0 all is well, 2 usage, 4 something is missing.";
  return table;
}

int
rj_doctor_main (int argc, char **argv)
{
  Doctor self = { .argv = argv };
  const RjOptionTable table = make_table ();
  g_auto (GStrv) rest = NULL;
  int code = rj_apps_parse (&table, "doctor", argc, argv, &self.options, &rest);

  if (code < 0)
    code = rj_apps_take_plan (&self.options, "doctor", rest);
  if (code < 0)
    code = examine (&self);
  rj_run_options_clear (&self.options);
  rj_media_end ();
  return code;
}
