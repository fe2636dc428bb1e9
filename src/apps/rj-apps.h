/* The subcommands, and what they share. Main thread. */
#pragma once

#include <gio/gio.h>

#include "rj-run-options.h"

G_BEGIN_DECLS

/* Exit codes, as documented in the man page */
enum {
  RJ_EXIT_PASSED = 0,
  RJ_EXIT_FAILED = 1,
  RJ_EXIT_USAGE = 2,
  RJ_EXIT_INCONCLUSIVE = 3,
  RJ_EXIT_ENVIRONMENT = 4,
  RJ_EXIT_SIGINT = 130,
  RJ_EXIT_SIGTERM = 143,
};

/* Each gets the arguments after its name; argv ends with NULL. */
int rj_run_main (int argc, char **argv);
int rj_cluster_main (int argc, char **argv);
int rj_report_main (int argc, char **argv);
int rj_doctor_main (int argc, char **argv);
int rj_internal_cluster_main (int argc, char **argv);
int rj_internal_server_main (int argc, char **argv);
int rj_internal_media_node_main (int argc, char **argv);

/* Handles --help, errors and warnings of the option table alike for all subcommands. Returns: -1 to go on,
 * else the exit code */
int rj_apps_parse (const RjOptionTable *table,
                   const char *subcommand,
                   int argc,
                   char **argv,
                   gpointer values,
                   char ***ret_rest);

/* The plan of a run, if there is one among what is left after the options. Returns: -1 to go on, else the exit code */
int rj_apps_take_plan (RjRunOptions *options, const char *subcommand, char **rest);

/* @turn: (nullable): of --turn. Errors: RJ_ERROR_USAGE */
gboolean rj_apps_check_turn (const char *turn, GError **error);

/* Prints "rejoin: <message>" without secrets. Returns: RJ_EXIT_USAGE for RJ_ERROR_USAGE, else
 * RJ_EXIT_ENVIRONMENT */
int rj_apps_fail (const GError *error);

G_END_DECLS
