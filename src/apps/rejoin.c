/* The program: picks the subcommand. Each one is a file of its own. */
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "rj-apps.h"
#include "rj-log.h"
#include "rj-openssl.h"

typedef struct {
  const char *name;
  int (*main) (int argc, char **argv);
  const char *help; /* NULL: internal */
} Subcommand;

static const Subcommand subcommands[] = {
  { "run", rj_run_main, "let participants join, do faults, report who came back" },
  { "cluster", rj_cluster_main,
    "only the embedded cluster: OpenVidu server, app server, media nodes" },
  { "report", rj_report_main, "render an event log again" },
  { "doctor", rj_doctor_main, "look whether a run would have what it needs" },
  { "internal-cluster", rj_internal_cluster_main, NULL },
  { "internal-server", rj_internal_server_main, NULL },
  { "internal-media-node", rj_internal_media_node_main, NULL },
};

static void
print_usage (FILE *stream)
{
  fputs ("Usage: rejoin SUBCOMMAND [OPTION…]\n\n"
         "Headless OpenVidu participants that prove a cluster survives a crash.\n\nSubcommands:\n",
         stream);
  for (guint i = 0; i < G_N_ELEMENTS (subcommands); i++) {
    if (subcommands[i].help != NULL)
      fprintf (stream, "  %-10s %s\n", subcommands[i].name, subcommands[i].help);
  }
  fputs ("\n\"rejoin SUBCOMMAND --help\" shows the options, \"rejoin --version\" the version.\n"
         "Without a server at hand: \"rejoin run\" shows the demo on the embedded cluster.\n",
         stream);
}

int
main (int argc, char **argv)
{
  const char *name = argc > 1 ? argv[1] : "--help";

  rj_log_init (g_getenv ("RJ_DEBUG"));
  rj_home_claim ();
  rj_openssl_stay_until_exit ();
  /* a closed reader of the report, and a file size limit, are errors of write */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);

  if (g_str_equal (name, "--help") || g_str_equal (name, "-h") || g_str_equal (name, "help")) {
    print_usage (argc > 1 ? stdout : stderr);
    return argc > 1 ? RJ_EXIT_PASSED : RJ_EXIT_USAGE;
  }
  if (g_str_equal (name, "--version")) {
    puts ("rejoin " RJ_VERSION);
    return RJ_EXIT_PASSED;
  }
  for (guint i = 0; i < G_N_ELEMENTS (subcommands); i++) {
    if (g_str_equal (subcommands[i].name, name))
      return subcommands[i].main (argc - 2, argv + 2);
  }
  fprintf (stderr, "rejoin: there is no subcommand \"%s\"\n\n", name);
  print_usage (stderr);
  return RJ_EXIT_USAGE;
}
