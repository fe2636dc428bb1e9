/* rejoin run: one run, its report, its exit code. */
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rj-apps.h"
#include "rj-embedded-deployment.h"
#include "rj-error.h"
#include "rj-event-log.h"
#include "rj-http-session.h"
#include "rj-limits.h"
#include "rj-media-init.h"
#include "rj-output.h"
#include "rj-outside.h"
#include "rj-plan-schema.h"
#include "rj-progress.h"
#include "rj-remote-deployment.h"
#include "rj-report.h"
#include "rj-runner.h"

#define DECODE_PAUSE_US (2 * G_USEC_PER_SEC)

typedef struct {
  RjRunOptions options;
  GMainLoop *loop;
  RjClock *clock;
  RjDice *dice;
  char *run;
  RjEventTee *events;
  RjEventLog *log; /* (nullable) */
  RjMeasure *measure;
  RjProgress *progress; /* (nullable) */
  RjDeployment *deployment;
  RjMediaEngine *engine;
  RjRunner *runner;
  RjOutside *outside;
  int signal_number;
  GError *error;
} App;

static RjDeployment *
make_deployment (App *app, GError **error)
{
  const RjRunOptions *options = &app->options;
  g_autoptr (SoupSession) http = NULL;
  g_autofree char *app_url = NULL;

  if (options->embedded) {
    g_autoptr (RjDice) dice = rj_dice_new_from_kernel ();
    RjSupervisorConfig *config = rj_supervisor_config_new ();

    config->n_nodes = options->media_nodes;
    config->media_server = g_strdup (options->media_server);
    config->n_masters = options->masters;
    config->forced_video_codec = g_strdup (rj_run_options_get_forced_codec (options));
    config->turn = g_strdup (options->turn);
    config->crash_after_us = options->crash_after_us;
    config->quirks = rj_quirks_from_names (options->quirks);
    config->restart_after_us = options->restart_after_us;
    config->secret = options->secret != NULL ? g_strdup (options->secret)
                                             : rj_dice_roll_text (dice, RJ_ALPHABET_ALNUM, 24);
    return RJ_DEPLOYMENT (rj_embedded_deployment_new (config, app->clock));
  }
  app_url = options->app_request != NULL ? rj_request_template_get_origin (options->app_request)
                                         : g_strdup (options->app);
  http = rj_http_session_new (1, options->ca, options->insecure, "rejoin/" RJ_VERSION, error);
  if (http == NULL)
    return NULL;
  return RJ_DEPLOYMENT (rj_remote_deployment_new (http, app->clock, app_url, options->url,
                                                  options->secret, options->wait_for_us));
}

/* Those of groups that publish; of the first one in any case */
static GArray *
list_formats (const RjRunOptions *options)
{
  GArray *formats = g_array_new (FALSE, FALSE, sizeof (RjClipFormat));

  for (guint i = 0; i < options->groups->len; i++) {
    const RjGroup *group = g_ptr_array_index (options->groups, i);
    RjClipFormat format = rj_group_get_format (group);

    if (i == 0 || group->publish.on != 0)
      g_array_append_val (formats, format);
  }
  return formats;
}

static RjMediaEngine *
make_engine (App *app)
{
  const RjRunOptions *options = &app->options;
  g_autoptr (GArray) formats = list_formats (options);
  RjMediaEngineConfig config = {
    .run = app->run,
    .run_start_us = rj_clock_now_us (app->clock),
    .format = g_array_index (formats, RjClipFormat, 0),
    .formats = (const RjClipFormat *) formats->data,
    .n_formats = formats->len,
    .clock = app->clock,
    .decode_pause_us = options->decode ? DECODE_PAUSE_US : 0,
  };

  return rj_media_engine_new (&config);
}

static gboolean
set_up_sinks (App *app, GError **error)
{
  const char *no_color = g_getenv ("NO_COLOR");

  app->events = rj_event_tee_new ();
  app->measure = rj_measure_new ();
  rj_measure_set_run (app->measure, app->run);
  if (app->options.events != NULL) {
    app->log = rj_event_log_new (app->options.events, app->run, error);
    if (app->log == NULL)
      return FALSE;
    rj_event_tee_add (app->events, RJ_EVENT_SINK (app->log));
  }
  rj_event_tee_add (app->events, RJ_EVENT_SINK (app->measure));
  if (!app->options.quiet) {
    app->progress = rj_progress_new (app->clock, STDERR_FILENO, isatty (STDERR_FILENO),
                                     no_color == NULL || *no_color == '\0');
    rj_event_tee_add (app->events, RJ_EVENT_SINK (app->progress));
  }
  return TRUE;
}

static gboolean
set_up_outside (App *app, GError **error)
{
  const RjOutsideConfig config = { &app->options, app->runner,
                                   app->clock,    RJ_EVENT_SINK (app->events),
                                   app->measure,  rj_report_prometheus };
  const char *url;

  app->outside = rj_outside_new (&config, error);
  if (app->outside == NULL)
    return FALSE;
  url = rj_outside_get_url (app->outside);
  if (url != NULL)
    fprintf (stderr, "rejoin: control at %s\n", url);
  return TRUE;
}

static gboolean
set_up (App *app, GError **error)
{
  guint n = rj_run_options_count_participants (&app->options);
  g_autoptr (RjDice) kernel = rj_dice_new_from_kernel ();
  RjRunnerConfig config;

  app->clock = rj_real_clock_new ();
  app->run = rj_dice_roll_text (kernel, RJ_ALPHABET_HEX, 6);
  app->dice = rj_dice_new (app->options.seed != 0 ? app->options.seed : rj_dice_roll_u32 (kernel));
  if (!set_up_sinks (app, error) || !rj_limits_raise_files (n, n, error) ||
      !rj_media_init (error) || !rj_media_check_plugins (error))
    return FALSE;
  app->deployment = make_deployment (app, error);
  if (app->deployment == NULL)
    return FALSE;
  app->engine = make_engine (app);
  config = (RjRunnerConfig){
    &app->options, app->run,        app->clock, app->dice, RJ_EVENT_SINK (app->events),
    app->measure,  app->deployment, app->engine
  };
  app->runner = rj_runner_new (&config);
  rj_event_tee_add (app->events, RJ_EVENT_SINK (app->runner));
  return set_up_outside (app, error);
}

static void
on_run_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  App *app = user_data;

  rj_runner_run_finish (RJ_RUNNER (source), result, &app->error);
  g_main_loop_quit (app->loop);
}

static gboolean
on_signal (App *app, int signal_number)
{
  if (app->signal_number != 0)
    _exit (128 + signal_number); /* the second one: at once */
  app->signal_number = signal_number;
  rj_runner_interrupt (app->runner, signal_number);
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

static int
report (App *app)
{
  g_autoptr (RjSeries) series = rj_series_new ();
  g_autoptr (GError) error = NULL;
  gboolean stdout_is_taken = g_strcmp0 (app->options.events, "-") == 0;
  int code;

  rj_series_add (series, rj_measure_conclude (app->measure));
  code = rj_series_get_exit_code (series);
  if (!rj_output_print (series, stdout_is_taken ? stderr : stdout, &error)) {
    int print_code = rj_apps_fail (error);

    code = code == RJ_EXIT_PASSED ? print_code : code;
    g_clear_error (&error);
  }
  if (app->error != NULL)
    code = rj_apps_fail (app->error);
  if (app->log != NULL && rj_event_log_get_error (app->log) != NULL) {
    int log_code = rj_apps_fail (rj_event_log_get_error (app->log));

    code = code == RJ_EXIT_PASSED ? log_code : code;
  }
  if (!rj_output_write (series, &app->options.files, &error))
    code = rj_apps_fail (error);
  return code;
}

static int
run (App *app)
{
  g_autoptr (GError) error = NULL;

  if (!rj_run_options_check (&app->options, &error) ||
      !rj_output_read_conditions (&app->options.conditions, &error) ||
      !rj_apps_check_turn (app->options.turn, &error) ||
      !rj_output_check (&app->options.files, &error) || !set_up (app, &error))
    return rj_apps_fail (error);
  app->loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGINT, on_sigint, app);
  g_unix_signal_add (SIGTERM, on_sigterm, app);
  rj_runner_run_async (app->runner, on_run_done, app);
  rj_outside_begin (app->outside);
  g_main_loop_run (app->loop);
  if (app->progress != NULL)
    rj_progress_end (app->progress);
  rj_media_engine_wait_for_teardown (app->engine, G_USEC_PER_SEC);
  return report (app);
}

static void
clear (App *app)
{
  g_clear_object (&app->events);
  g_clear_pointer (&app->outside, rj_outside_free);
  g_clear_object (&app->runner);
  g_clear_object (&app->engine);
  g_clear_object (&app->deployment);
  g_clear_object (&app->progress);
  g_clear_object (&app->measure);
  g_clear_object (&app->log);
  g_clear_object (&app->clock);
  g_clear_pointer (&app->dice, rj_dice_free);
  g_clear_pointer (&app->loop, g_main_loop_unref);
  g_clear_error (&app->error);
  g_free (app->run);
  rj_run_options_clear (&app->options);
}

int
rj_run_main (int argc, char **argv)
{
  App app = { 0 };
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
