/* A server as a process */
#include "rj-server.h"

#include <glib-unix.h>
#include <stdio.h>

#include "rj-log.h"

#define EXIT_ENVIRONMENT 4

typedef struct {
  GMainLoop *loop;
  RjServer *server;
  RjServerReadyFunc ready;
  gpointer user_data;
  gboolean signalled;
  int exit_code;
} Process;

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  Process *process = data;

  rj_server_stop_finish (RJ_SERVER (source), result, NULL);
  g_main_loop_quit (process->loop);
}

static gboolean
on_signal (gpointer data)
{
  Process *process = data;

  if (process->signalled) /* once more: at once */
    g_main_loop_quit (process->loop);
  process->signalled = TRUE;
  rj_server_stop_async (process->server, NULL, on_stopped, process);
  return G_SOURCE_CONTINUE;
}

static void
on_warning (RjServer *server, const char *sentence, gpointer unused)
{
  fprintf (stderr, "rejoin: %s\n", sentence);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  Process *process = data;
  g_autoptr (GError) error = NULL;

  if (rj_server_start_finish (RJ_SERVER (source), result, &error)) {
    if (process->ready != NULL)
      process->ready (process->server, process->user_data);
    return;
  }
  fprintf (stderr, "rejoin: %s\n", error->message);
  process->exit_code = EXIT_ENVIRONMENT;
  g_main_loop_quit (process->loop);
}

int
rj_server_main (const RjServerConfig *config,
                RjEventSink *events,
                RjServerReadyFunc ready,
                gpointer user_data)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (RjClock) clock = rj_real_clock_new ();
  g_autoptr (RjServer) server = NULL;
  Process process = { .loop = loop, .ready = ready, .user_data = user_data };
  guint sigterm = g_unix_signal_add (SIGTERM, on_signal, &process);
  guint sigint = g_unix_signal_add (SIGINT, on_signal, &process);

  rj_home_claim ();
  server = rj_server_new (config, clock, events);
  process.server = server;
  g_signal_connect (server, "warning", G_CALLBACK (on_warning), NULL);
  rj_server_start_async (server, NULL, on_started, &process);
  g_main_loop_run (loop);
  g_source_remove (sigterm);
  g_source_remove (sigint);
  return process.exit_code;
}
