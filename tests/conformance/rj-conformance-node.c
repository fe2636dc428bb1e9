/* A media node as a process, for the replay: prints its port. Killed and started again by the test.
 *
 *   rj-conformance-node <port, 0: any> */
#include <stdio.h>

#include "rj-log.h"
#include "rj-node.h"

static void
on_ready (guint port, gpointer unused)
{
  printf ("%u\n", port);
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  RjNodeConfig config = { .loopback_only = TRUE };

  rj_log_init (g_getenv ("RJ_DEBUG"));
  config.port = argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 0;
  return rj_node_main (&config, on_ready, NULL);
}
