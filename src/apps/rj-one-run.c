#include "rj-one-run.h"

#include <stdio.h>
#include <unistd.h>

#include "rj-embedded-deployment.h"
#include "rj-http-session.h"
#include "rj-outside.h"
#include "rj-progress.h"
#include "rj-remote-deployment.h"
#include "rj-report.h"
#include "rj-runner.h"

#define DECODE_PAUSE_US (2 * G_USEC_PER_SEC)

struct _RjOneRun {
  const RjRunOptions *options;
  GMainLoop *loop;
  RjClock *clock;
  RjDice *dice;
  char *run;
  RjRepetition repetition;
  RjEventTee *events;
  RjMeasure *measure;
  RjProgress *progress; /* (nullable) */
  RjDeployment *deployment;
  RjMediaEngine *engine;
  RjRunner *runner;
  RjOutside *outside;
  gboolean has_begun;
  GError *error;
};

static RjDeployment *
make_deployment (RjOneRun *self, GError **error)
{
  const RjRunOptions *options = self->options;
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
    return RJ_DEPLOYMENT (rj_embedded_deployment_new (config, self->clock));
  }
  app_url = options->app_request != NULL ? rj_request_template_get_origin (options->app_request)
                                         : g_strdup (options->app);
  http = rj_http_session_new (1, options->ca, options->insecure, "rejoin/" RJ_VERSION, error);
  if (http == NULL)
    return NULL;
  return RJ_DEPLOYMENT (rj_remote_deployment_new (http, self->clock, app_url, options->url,
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
make_engine (RjOneRun *self)
{
  const RjRunOptions *options = self->options;
  g_autoptr (GArray) formats = list_formats (options);
  RjMediaEngineConfig config = {
    .run = self->run,
    .run_start_us = rj_clock_now_us (self->clock),
    .format = g_array_index (formats, RjClipFormat, 0),
    .formats = (const RjClipFormat *) formats->data,
    .n_formats = formats->len,
    .clock = self->clock,
    .decode_pause_us = options->decode ? DECODE_PAUSE_US : 0,
  };

  return rj_media_engine_new (&config);
}

static void
set_up_sinks (RjOneRun *self, RjEventSink *log)
{
  const char *no_color = g_getenv ("NO_COLOR");

  if (log != NULL)
    rj_event_tee_add (self->events, log);
  rj_event_tee_add (self->events, RJ_EVENT_SINK (self->measure));
  if (self->options->quiet)
    return;
  if (self->repetition.series != NULL)
    fprintf (stderr, "run %u of %u\n", self->repetition.number, self->repetition.wanted);
  self->progress = rj_progress_new (self->clock, STDERR_FILENO, isatty (STDERR_FILENO),
                                    no_color == NULL || *no_color == '\0');
  rj_event_tee_add (self->events, RJ_EVENT_SINK (self->progress));
}

static gboolean
set_up_outside (RjOneRun *self, GError **error)
{
  const RjOutsideConfig config = { self->options, self->runner,
                                   self->clock,   RJ_EVENT_SINK (self->events),
                                   self->measure, rj_report_prometheus };
  const char *url;

  self->outside = rj_outside_new (&config, error);
  if (self->outside == NULL)
    return FALSE;
  url = rj_outside_get_url (self->outside);
  if (url != NULL)
    fprintf (stderr, "rejoin: control at %s\n", url);
  return TRUE;
}

static gboolean
set_up (RjOneRun *self, RjEventSink *log, GHashTable *tapes, GError **error)
{
  RjRunnerConfig config;

  self->deployment = make_deployment (self, error);
  if (self->deployment == NULL)
    return FALSE;
  set_up_sinks (self, log);
  self->engine = make_engine (self);
  config = (RjRunnerConfig){
    .options = self->options,
    .run = self->run,
    .repetition = &self->repetition,
    .clock = self->clock,
    .dice = self->dice,
    .events = RJ_EVENT_SINK (self->events),
    .measure = self->measure,
    .deployment = self->deployment,
    .engine = self->engine,
    .tapes = tapes,
  };
  self->runner = rj_runner_new (&config);
  rj_event_tee_add (self->events, RJ_EVENT_SINK (self->runner));
  return set_up_outside (self, error);
}

static void
on_run_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RjOneRun *self = user_data;

  rj_runner_run_finish (RJ_RUNNER (source), result, &self->error);
  g_main_loop_quit (self->loop);
}

gboolean
rj_one_run_do (RjOneRun *self, RjEventSink *log, GHashTable *tapes, GError **error)
{
  if (!set_up (self, log, tapes, error))
    return FALSE;
  self->has_begun = TRUE;
  rj_runner_run_async (self->runner, on_run_done, self);
  rj_outside_begin (self->outside);
  g_main_loop_run (self->loop);
  if (self->progress != NULL)
    rj_progress_end (self->progress);
  rj_media_engine_wait_for_teardown (self->engine, G_USEC_PER_SEC);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

void
rj_one_run_interrupt (RjOneRun *self, int signal_number)
{
  if (self->runner != NULL)
    rj_runner_interrupt (self->runner, signal_number);
}

gboolean
rj_one_run_has_begun (const RjOneRun *self)
{
  return self->has_begun;
}

RjResult *
rj_one_run_conclude (RjOneRun *self)
{
  return rj_measure_conclude (self->measure);
}

const char *
rj_one_run_get_id (const RjOneRun *self)
{
  return self->run;
}

guint
rj_one_run_get_seed (const RjOneRun *self)
{
  return rj_dice_get_seed (self->dice);
}

RjOneRun *
rj_one_run_new (const RjRunOptions *options, guint number, const char *series)
{
  RjOneRun *self = g_new0 (RjOneRun, 1);
  g_autoptr (RjDice) kernel = rj_dice_new_from_kernel ();

  self->options = options;
  self->loop = g_main_loop_new (NULL, FALSE);
  self->clock = rj_real_clock_new ();
  self->run = options->run_id != NULL ? g_strdup (options->run_id)
                                      : rj_dice_roll_text (kernel, RJ_ALPHABET_HEX, 6);
  self->dice =
    rj_dice_new (options->seed != 0 ? options->seed + number - 1 : rj_dice_roll_u32 (kernel));
  if (options->repeat > 1)
    self->repetition =
      (RjRepetition){ g_strdup (series != NULL ? series : self->run), number, options->repeat };
  self->events = rj_event_tee_new ();
  self->measure = rj_measure_new ();
  rj_measure_set_run (self->measure, self->run);
  return self;
}

void
rj_one_run_free (RjOneRun *self)
{
  g_clear_object (&self->events);
  g_clear_pointer (&self->outside, rj_outside_free);
  g_clear_object (&self->runner);
  g_clear_object (&self->engine);
  g_clear_object (&self->deployment);
  g_clear_object (&self->progress);
  g_clear_object (&self->measure);
  g_clear_object (&self->clock);
  rj_dice_free (self->dice);
  g_main_loop_unref (self->loop);
  g_clear_error (&self->error);
  g_free (self->repetition.series);
  g_free (self->run);
  g_free (self);
}
