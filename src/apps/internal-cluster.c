/* The supervisor of the embedded cluster as a child process of a run. It reads its configuration and then
 * commands as JSON lines from its standard input, and writes events and answers as JSON lines.
 *
 *   {"id": 1, "do": "kill-media-node", "target": "0"}  ->  type "command-done", data {id, ok, place, error?}
 */
#include <glib-unix.h>
#include <unistd.h>

#include "rj-apps.h"
#include "rj-error.h"
#include "rj-event-log.h"
#include "rj-json.h"
#include "rj-line-reader.h"
#include "rj-process.h"
#include "rj-supervisor.h"

typedef struct {
  GMainLoop *loop;
  RjClock *clock;
  RjEventLog *events;
  RjSupervisor *supervisor;
  gboolean stopping;
  int exit_code;
} App;

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  App *app = user_data;

  rj_supervisor_stop_finish (RJ_SUPERVISOR (source), result, NULL);
  g_main_loop_quit (app->loop);
}

static void
stop (App *app)
{
  if (app->stopping)
    return;
  app->stopping = TRUE;
  if (app->supervisor == NULL)
    g_main_loop_quit (app->loop);
  else
    rj_supervisor_stop_async (app->supervisor, on_stopped, app);
}

static void
fail (App *app, const GError *error)
{
  RjEvent *event = rj_event_new ("failed");

  rj_event_set_error (event, error);
  rj_event_sink_emit (RJ_EVENT_SINK (app->events), event);
  app->exit_code = RJ_EXIT_ENVIRONMENT;
  stop (app);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  App *app = user_data;
  g_autoptr (GError) error = NULL;
  RjEvent *event;

  if (!rj_supervisor_start_finish (RJ_SUPERVISOR (source), result, &error)) {
    if (!app->stopping)
      fail (app, error);
    return;
  }
  event = rj_event_new ("ready");
  rj_event_set_string (event, "app_url", rj_supervisor_get_app_url (app->supervisor));
  rj_event_set_string (event, "server_url", rj_supervisor_get_server_url (app->supervisor));
  rj_event_sink_emit (RJ_EVENT_SINK (app->events), event);
}

static void
on_failed (RjSupervisor *supervisor, const GError *error, App *app)
{
  fail (app, error);
}

static void
start (App *app, JsonObject *line)
{
  RjSupervisorConfig *config = rj_supervisor_config_from_json (line);

  app->supervisor = rj_supervisor_new (config, app->clock, RJ_EVENT_SINK (app->events));
  g_signal_connect (app->supervisor, "failed", G_CALLBACK (on_failed), app);
  rj_supervisor_start_async (app->supervisor, on_started, app);
}

typedef struct {
  App *app;
  gint64 id;
} Command;

static void
on_command_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Command *command = user_data;
  RjEvent *event = rj_event_new ("command-done");
  g_autoptr (GError) error = NULL;
  int place = -1;
  gboolean ok = rj_supervisor_fault_finish (RJ_SUPERVISOR (source), result, &place, &error);

  rj_event_set_int (event, "id", command->id);
  rj_event_set_bool (event, "ok", ok);
  rj_event_set_int (event, "place", place);
  if (!ok)
    rj_event_set_error (event, error);
  rj_event_sink_emit (RJ_EVENT_SINK (command->app->events), event);
}

static void
do_command (App *app, JsonObject *line)
{
  Command *command = g_new0 (Command, 1);

  *command = (Command){ app, rj_json_get_int (line, "id", 0) };
  rj_supervisor_fault_async (app->supervisor, rj_json_get_string (line, "do", ""),
                             rj_json_get_string (line, "target", ""), on_command_done, command);
}

static void
on_line (RjLineReader *reader, JsonObject *line, App *app)
{
  if (app->supervisor == NULL)
    start (app, line);
  else
    do_command (app, line);
}

static void
on_input_ended (RjLineReader *reader, App *app)
{
  stop (app);
}

static gboolean
on_signal (gpointer user_data)
{
  stop (user_data);
  return G_SOURCE_CONTINUE;
}

int
rj_internal_cluster_main (int argc, char **argv)
{
  App app = { .loop = g_main_loop_new (NULL, FALSE), .clock = rj_real_clock_new () };
  g_autoptr (RjLineReader) reader = rj_line_reader_new (STDIN_FILENO);

  app.events = rj_event_log_new_for_fd (RJ_PROCESS_EVENTS_FD, "cluster");
  g_signal_connect (reader, "line", G_CALLBACK (on_line), &app);
  g_signal_connect (reader, "ended", G_CALLBACK (on_input_ended), &app);
  g_unix_signal_add (SIGTERM, on_signal, &app);
  g_unix_signal_add (SIGINT, on_signal, &app);
  g_main_loop_run (app.loop);

  rj_line_reader_close (reader);
  g_clear_object (&app.supervisor);
  g_clear_object (&app.events);
  g_clear_object (&app.clock);
  g_main_loop_unref (app.loop);
  return app.exit_code;
}
