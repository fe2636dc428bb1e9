/* rejoin run: one run or several, the report, the exit code. */
#include <glib-unix.h>
#include <stdio.h>
#include <unistd.h>

#include "rj-apps.h"
#include "rj-bundle.h"
#include "rj-event-log.h"
#include "rj-limits.h"
#include "rj-media-init.h"
#include "rj-one-run.h"
#include "rj-output.h"
#include "rj-plan-schema.h"

typedef struct {
  RjRunOptions options;
  char **argv;      /* not owned */
  RjEventLog *log;  /* (nullable) */
  RjBundle *bundle; /* (nullable) */
  RjSeries *series;
  char *first;   /* id of the first run */
  RjOneRun *one; /* (nullable): that goes on */
  int signal_number;
  GError *error; /* (nullable): what kept a run from beginning */
} App;

static gboolean
on_signal (App *app, int signal_number)
{
  if (app->signal_number != 0)
    _exit (128 + signal_number); /* the second one: at once */
  app->signal_number = signal_number;
  if (app->one != NULL)
    rj_one_run_interrupt (app->one, signal_number);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_sigint (gpointer user_data)
{
  return on_signal (user_data, SIGINT);
}

static gboolean
on_sigterm (gpointer user_data)
{
  return on_signal (user_data, SIGTERM);
}

/* All runs stand in one log, each with its own id. */
static gboolean
prepare_log (App *app, const char *run, GError **error)
{
  if (app->log != NULL)
    rj_event_log_set_run (app->log, run);
  else if (app->options.events != NULL)
    app->log = rj_event_log_new (app->options.events, run, error);
  return app->log != NULL || app->options.events == NULL;
}

/* Where the events of the next run go, beside what judges them */
static RjEventTee *
make_sinks (App *app, const char *run)
{
  RjEventTee *sinks = rj_event_tee_new ();

  if (app->log != NULL)
    rj_event_tee_add (sinks, RJ_EVENT_SINK (app->log));
  if (app->bundle != NULL)
    rj_event_tee_add (sinks, rj_bundle_begin_run (app->bundle, run));
  return sinks;
}

static void
take_result (App *app, RjOneRun *one)
{
  RjResult *result = rj_one_run_conclude (one);

  if (app->bundle != NULL)
    rj_bundle_end_run (app->bundle, result, rj_one_run_get_seed (one));
  rj_series_add (app->series, result);
}

static gboolean
do_one (App *app, GError **error)
{
  g_autoptr (RjOneRun) one = rj_one_run_new (&app->options, app->series->runs->len + 1, app->first);
  GHashTable *tapes = app->bundle == NULL ? NULL : rj_bundle_get_tapes (app->bundle);
  g_autoptr (RjEventTee) sinks = NULL;
  gboolean ok;

  if (!prepare_log (app, rj_one_run_get_id (one), error))
    return FALSE;
  sinks = make_sinks (app, rj_one_run_get_id (one));
  if (app->first == NULL)
    app->first = g_strdup (rj_one_run_get_id (one));
  app->one = one;
  ok = rj_one_run_do (one, RJ_EVENT_SINK (sinks), tapes, error);
  app->one = NULL;
  if (rj_one_run_has_begun (one))
    take_result (app, one);
  return ok;
}

/* After a signal, and where a run could not even begin, there is no further one. */
static void
do_all (App *app)
{
  while (app->series->runs->len < app->options.repeat && app->signal_number == 0)
    if (!do_one (app, &app->error))
      break;
}

/* The first thing that went wrong besides the runs themselves counts where these have passed. */
static void
note_failure (int *code, const GError *failure)
{
  int own = rj_apps_fail (failure);

  if (*code == RJ_EXIT_PASSED)
    *code = own;
}

static void
end_bundle (App *app, FILE *stream, int *code)
{
  g_autoptr (GError) error = NULL;

  if (app->bundle == NULL)
    return;
  if (rj_bundle_end (app->bundle, app->series, &error))
    fprintf (stream, "\nBundle: %s\n", app->options.bundle);
  else if (error != NULL)
    note_failure (code, error);
}

/* Whether the verdict of the last run speaks of what broke it off */
static gboolean
is_error_told (App *app)
{
  const RjResult *last = app->series->runs->len == 0
                           ? NULL
                           : g_ptr_array_index (app->series->runs, app->series->runs->len - 1);

  return last != NULL && g_strcmp0 (last->ended_reason, "error") == 0;
}

static int
report (App *app)
{
  g_autoptr (GError) print_error = NULL;
  g_autoptr (GError) write_error = NULL;
  gboolean stdout_is_taken = g_strcmp0 (app->options.events, "-") == 0;
  int code =
    app->signal_number != 0 ? 128 + app->signal_number : rj_series_get_exit_code (app->series);

  if (!rj_output_print (app->series, stdout_is_taken ? stderr : stdout, &print_error))
    note_failure (&code, print_error);
  end_bundle (app, stdout_is_taken ? stderr : stdout, &code);
  if (app->error != NULL) {
    int own = rj_apps_fail (app->error);

    code = code == RJ_EXIT_FAILED || is_error_told (app) ? code : own;
  }
  if (app->log != NULL && rj_event_log_get_error (app->log) != NULL)
    note_failure (&code, rj_event_log_get_error (app->log));
  if (!rj_output_write (app->series, &app->options.files, &write_error))
    code = rj_apps_fail (write_error);
  return code;
}

static gboolean
prepare_bundle (App *app, GError **error)
{
  if (app->options.bundle != NULL)
    app->bundle = rj_bundle_new (&app->options, (const char *const *) app->argv, error);
  return app->bundle != NULL || app->options.bundle == NULL;
}

static gboolean
prepare (App *app, GError **error)
{
  guint n;

  if (!rj_run_options_check (&app->options, error) ||
      !rj_output_read_conditions (&app->options.conditions, error) ||
      !rj_apps_check_turn (app->options.turn, error) ||
      !rj_output_check (&app->options.files, error) || !prepare_bundle (app, error))
    return FALSE;
  n = rj_shard_count (&app->options.shard, rj_run_options_count_participants (&app->options));
  return rj_limits_raise_files (n, n, error) && rj_media_init (error) &&
         rj_media_check_plugins (error);
}

static int
run (App *app)
{
  g_autoptr (GError) error = NULL;

  if (!prepare (app, &error))
    return rj_apps_fail (error);
  app->series = rj_series_new ();
  g_unix_signal_add (SIGINT, on_sigint, app);
  g_unix_signal_add (SIGTERM, on_sigterm, app);
  do_all (app);
  if (app->series->runs->len == 0) /* the event log cannot be written, a port is taken */
    return rj_apps_fail (app->error);
  return report (app);
}

static void
clear (App *app)
{
  rj_series_free (app->series);
  rj_bundle_free (app->bundle);
  g_clear_object (&app->log);
  g_clear_error (&app->error);
  g_free (app->first);
  rj_run_options_clear (&app->options);
}

int
rj_run_main (int argc, char **argv)
{
  App app = { .argv = argv };
  g_auto (GStrv) rest = NULL;
  int code = rj_apps_parse (rj_run_options_get_table (), "run", argc, argv, &app.options, &rest);

  if (code < 0 && app.options.version) {
    puts ("rejoin " RJ_VERSION);
    code = RJ_EXIT_PASSED;
  }
  if (code < 0 && app.options.plan_schema) {
    g_autofree char *schema = rj_plan_schema_to_text (rj_run_options_get_table ());

    fputs (schema, stdout);
    code = RJ_EXIT_PASSED;
  }
  if (code < 0)
    code = rj_apps_take_plan (&app.options, "run", rest);
  if (code < 0)
    code = run (&app);
  clear (&app);
  rj_media_end ();
  return code;
}
