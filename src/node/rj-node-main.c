/* A media node as a process */
#include "rj-node.h"

#include <glib-unix.h>
#include <stdio.h>

#include "rj-log.h"

#define EXIT_ENVIRONMENT 4

static gboolean
on_signal (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

int
rj_node_main (const RjNodeConfig *config, RjNodeReadyFunc ready, gpointer user_data)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (RjNode) node = NULL;
  guint sigterm = g_unix_signal_add (SIGTERM, on_signal, loop);
  guint sigint = g_unix_signal_add (SIGINT, on_signal, loop);
  int exit_code = 0;

  rj_home_claim ();
  node = rj_node_new (config);
  if (rj_node_listen (node, &error)) {
    if (ready != NULL)
      ready (rj_node_get_port (node), user_data);
    g_main_loop_run (loop);
  } else {
    fprintf (stderr, "rejoin: %s\n", error->message);
    exit_code = EXIT_ENVIRONMENT;
  }
  rj_node_close (node);
  g_source_remove (sigterm);
  g_source_remove (sigint);
  return exit_code;
}
