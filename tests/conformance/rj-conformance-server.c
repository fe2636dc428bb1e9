/* The server as a process, for tests in Python: prints its port on the first line, then its events as
 * JSON lines.
 *
 *   rj-conformance-server <crash-after-ms> [mediasoup] <control URL of a media node>… */
#include <stdio.h>
#include <stdlib.h>

#include "rj-event-log.h"
#include "rj-log.h"
#include "rj-server.h"

#define SECRET "MY_SECRET"

static void
on_ready (RjServer *server, gpointer unused)
{
  printf ("%u\n", rj_server_get_port (server));
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  g_autoptr (RjServerConfig) config = rj_server_config_new (SECRET);
  g_autoptr (RjEventLog) events = rj_event_log_new ("-", "replay", NULL);
  int first;

  if (argc < 3) {
    fprintf (stderr, "usage: %s crash-after-ms [mediasoup] control-url…\n", argv[0]);
    return 2;
  }
  rj_log_init (g_getenv ("RJ_DEBUG"));
  config->crash_after_us = g_ascii_strtoll (argv[1], NULL, 10) * 1000;
  first = g_str_equal (argv[2], "mediasoup") ? 3 : 2;
  if (first == 3) {
    g_free (config->media_server);
    config->media_server = g_strdup (argv[2]);
  }
  for (int i = first; i < argc; i++)
    rj_server_config_add_media_node (config, argv[i]);
  return rj_server_main (config, RJ_EVENT_SINK (events), on_ready, NULL);
}
