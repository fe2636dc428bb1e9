/* rejoin cluster: only the embedded cluster, until a signal comes. */
#include <glib-unix.h>
#include <gio/gio.h>
#include <stddef.h>
#include <stdio.h>

#include "rj-apps.h"
#include "rj-dice.h"
#include "rj-error.h"
#include "rj-event-log.h"
#include "rj-supervisor.h"
#include "rj-webhook.h"

typedef struct {
  guint media_nodes;
  guint masters;
  guint app_port;
  guint port;
  guint node_port;
  char *secret;
  char *tls_cert;
  char *tls_key;
  char *media_server;
  char *forced_video_codec;
  char *turn;
  gint64 crash_after_us;
  gint64 restart_after_us;
  char *events;
  GPtrArray *quirks; /* names */
  char *webhook;
  GPtrArray *webhook_headers; /* of char * */
} Options;

#define AT(member) offsetof (Options, member)

static const RjOption options[] = {
  { "media-nodes", RJ_OPTION_COUNT, AT (media_nodes), "N", "2", "media nodes", 1, 16 },
  { "masters", RJ_OPTION_COUNT, AT (masters), "N", "1",
    "master nodes, OpenVidu servers; several stand behind a front, which has the port", 1, 8 },
  { "app-port", RJ_OPTION_COUNT, AT (app_port), "PORT", "5000", "of the app server; 0: any", 0,
    65535 },
  { "port", RJ_OPTION_COUNT, AT (port), "PORT", "4443", "of the OpenVidu server; 0: any", 0,
    65535 },
  { "node-port", RJ_OPTION_COUNT, AT (node_port), "PORT", "8888",
    "of the first media node, the others follow; 0: any", 0, 65535 },
  { "secret", RJ_OPTION_TEXT, AT (secret), "SECRET", NULL, "OpenVidu secret [made up and printed]",
    .secret = TRUE },
  { "tls-cert", RJ_OPTION_TEXT, AT (tls_cert), "FILE", NULL, "PEM file: serve https and wss" },
  { "tls-key", RJ_OPTION_TEXT, AT (tls_key), "FILE", NULL,
    "PEM file of the key, if not in the other file" },
  { "media-server", RJ_OPTION_CHOICE, AT (media_server), "NAME", "kurento",
    "with mediasoup the server makes the offers of subscriptions", .choices = "kurento|mediasoup" },
  { "forced-video-codec", RJ_OPTION_CHOICE, AT (forced_video_codec), "CODEC",
    "MEDIA_SERVER_PREFERRED", "of sessions that ask for none",
    .choices = "MEDIA_SERVER_PREFERRED|NONE|VP8|H264" },
  { "turn", RJ_OPTION_TEXT, AT (turn), "SERVER", NULL,
    "USER:PASSWORD@HOST:PORT of a TURN server for the participants, for TCP with ?transport=tcp",
    .secret = TRUE },
  { "crash-after", RJ_OPTION_DURATION, AT (crash_after_us), "DURATION", NULL,
    "from a node's death to its crash being declared [as the real server: 3.5s]" },
  { "restart-after", RJ_OPTION_DURATION, AT (restart_after_us), "DURATION", NULL,
    "start a dead media node again after this time" },
  { "quirk", RJ_OPTION_LIST, AT (quirks), "NAME", NULL,
    "do this wrong, as the real server does; see below; may be repeated",
    .choices = RJ_QUIRK_NAMES },
  { "webhook", RJ_OPTION_TEXT, AT (webhook), "URL", NULL,
    "post OpenVidu's webhook events (sessionCreated, nodeCrashed, …) to this URL" },
  { "webhook-header", RJ_OPTION_LIST, AT (webhook_headers), "HEADER", NULL,
    "a header of these posts, such as \"Authorization: Basic …\"; may be repeated",
    .secret = TRUE },
  { "events", RJ_OPTION_TEXT, AT (events), "FILE", NULL, "write the cluster's events, JSON lines" },
};

static const RjOptionTable table = {
  options,
  G_N_ELEMENTS (options),
  "[OPTION…]",
  "Runs an OpenVidu-compatible server, an app server and media nodes on 127.0.0.1, each a process\n"
  "that can be killed. Ends on SIGINT or SIGTERM.",
  RJ_QUIRK_HELP,
};

typedef struct {
  GMainLoop *loop;
  RjSupervisor *supervisor;
  const char *made_up_secret; /* NULL: the user gave one, it is not printed */
  gboolean stopping;
  int exit_code;
} App;

static void
print_masters (RjSupervisor *supervisor)
{
  const char *url = rj_supervisor_get_server_url (supervisor);
  guint n = rj_supervisor_get_n_masters (supervisor);

  if (n == 1) {
    printf ("OpenVidu server  %s  (pid %d)\n", url, rj_supervisor_get_master_pid (supervisor, 0));
    return;
  }
  printf ("OpenVidu server  %s  (front of %u masters, in this process)\n", url, n);
  for (guint i = 0; i < n; i++)
    printf ("master %u         http://127.0.0.1:%u  (pid %d)\n", i,
            rj_supervisor_get_master_port (supervisor, i),
            rj_supervisor_get_master_pid (supervisor, i));
}

static void
print_cluster (App *app)
{
  RjSupervisor *supervisor = app->supervisor;

  print_masters (supervisor);
  printf ("app server       %s  (POST /api/get-token, POST /api/sessions)\n",
          rj_supervisor_get_app_url (supervisor));
  for (guint i = 0; i < rj_supervisor_get_n_nodes (supervisor); i++)
    printf ("media node %u     ws://127.0.0.1:%u/kurento  (pid %d)\n", i,
            rj_supervisor_get_node_port (supervisor, i),
            rj_supervisor_get_node_pid (supervisor, i));
  if (app->made_up_secret != NULL)
    printf ("secret           %s\n", app->made_up_secret);
  printf ("\nA tutorial's web app needs this line:\n"
          "  var APPLICATION_SERVER_URL = \"%s/\";\n"
          "Participants for it, in another terminal:\n"
          "  rejoin run --app %s\n"
          "Ctrl-C ends it.\n",
          rj_supervisor_get_app_url (supervisor), rj_supervisor_get_app_url (supervisor));
  fflush (stdout);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer user_data)
{
  rj_supervisor_stop_finish (RJ_SUPERVISOR (source), result, NULL);
  g_main_loop_quit (((App *) user_data)->loop);
}

static void
stop (App *app)
{
  if (app->stopping)
    return;
  app->stopping = TRUE;
  rj_supervisor_stop_async (app->supervisor, on_stopped, app);
}

static void
on_failed (RjSupervisor *supervisor, const GError *error, App *app)
{
  app->exit_code = rj_apps_fail (error);
  stop (app);
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  App *app = user_data;
  g_autoptr (GError) error = NULL;

  if (rj_supervisor_start_finish (RJ_SUPERVISOR (source), result, &error))
    print_cluster (app);
  else if (!app->stopping)
    on_failed (app->supervisor, error, app);
}

static gboolean
on_signal (gpointer user_data)
{
  stop (user_data);
  return G_SOURCE_CONTINUE;
}

static char **
dup_list (GPtrArray *array)
{
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();

  for (guint i = 0; i < array->len; i++)
    g_strv_builder_add (list, g_ptr_array_index (array, i));
  return g_strv_builder_end (list);
}

static RjSupervisorConfig *
make_config (const Options *values)
{
  RjSupervisorConfig *config = rj_supervisor_config_new ();

  config->n_nodes = values->media_nodes;
  config->n_masters = values->masters;
  config->app_port = values->app_port;
  config->server_port = values->port;
  config->first_node_port = values->node_port;
  config->tls_certificate = g_strdup (values->tls_cert);
  config->tls_key = g_strdup (values->tls_key);
  config->media_server = g_strdup (values->media_server);
  config->forced_video_codec = g_strdup (values->forced_video_codec);
  config->turn = g_strdup (values->turn);
  config->crash_after_us = values->crash_after_us;
  config->restart_after_us = values->restart_after_us;
  config->quirks = rj_quirks_from_names (values->quirks);
  config->webhook = g_strdup (values->webhook);
  config->webhook_headers = dup_list (values->webhook_headers);
  return config;
}

static gboolean
check_certificate (const Options *values, GError **error)
{
  const char *key = values->tls_key != NULL ? values->tls_key : values->tls_cert;
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) problem = NULL;

  if (values->tls_cert == NULL && values->tls_key == NULL)
    return TRUE;
  if (values->tls_cert == NULL) {
    g_set_error_literal (error, RJ_ERROR, RJ_ERROR_USAGE, "--tls-key needs --tls-cert");
    return FALSE;
  }
  certificate = g_tls_certificate_new_from_files (values->tls_cert, key, &problem);
  if (certificate != NULL)
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               "--tls-cert, --tls-key: %s; give a PEM file with the certificate (%s), and the one "
               "with its key (%s)",
               problem->message, values->tls_cert, key);
  return FALSE;
}

static gboolean
check_webhook (const Options *values, GError **error)
{
  g_auto (GStrv) headers = dup_list (values->webhook_headers);

  return rj_webhook_check (values->webhook, (const char *const *) headers, error);
}

static void
serve (App *app, const Options *values, RjEventSink *events)
{
  g_autoptr (RjDice) dice = rj_dice_new_from_kernel ();
  g_autofree char *made_up = rj_dice_roll_text (dice, RJ_ALPHABET_ALNUM, 24);
  g_autoptr (RjClock) clock = rj_real_clock_new ();
  RjSupervisorConfig *config = make_config (values);

  config->secret = g_strdup (values->secret != NULL ? values->secret : made_up);
  app->made_up_secret = values->secret == NULL ? made_up : NULL;
  app->loop = g_main_loop_new (NULL, FALSE);
  app->supervisor = rj_supervisor_new (config, clock, events);
  g_signal_connect (app->supervisor, "failed", G_CALLBACK (on_failed), app);
  g_unix_signal_add (SIGINT, on_signal, app);
  g_unix_signal_add (SIGTERM, on_signal, app);
  rj_supervisor_start_async (app->supervisor, on_started, app);
  g_main_loop_run (app->loop);
  g_clear_object (&app->supervisor);
  g_main_loop_unref (app->loop);
}

int
rj_cluster_main (int argc, char **argv)
{
  Options values = { 0 };
  App app = { 0 };
  g_auto (GStrv) rest = NULL;
  g_autoptr (RjEventLog) log = NULL;
  g_autoptr (GError) error = NULL;
  int code = rj_apps_parse (&table, "cluster", argc, argv, &values, &rest);

  if (code < 0 && rest[0] != NULL) {
    fprintf (stderr, "rejoin: cluster takes no argument \"%s\"; see rejoin cluster --help\n",
             rest[0]);
    code = RJ_EXIT_USAGE;
  }
  if (code < 0 && !check_certificate (&values, &error))
    code = rj_apps_fail (error);
  if (code < 0 && !rj_apps_check_turn (values.turn, &error))
    code = rj_apps_fail (error);
  if (code < 0 && !check_webhook (&values, &error))
    code = rj_apps_fail (error);
  if (code < 0 && values.events != NULL) {
    log = rj_event_log_new (values.events, "cluster", &error);
    code = log == NULL ? rj_apps_fail (error) : -1;
  }
  if (code < 0) {
    serve (&app, &values, log == NULL ? NULL : RJ_EVENT_SINK (log));
    code = app.exit_code;
  }
  rj_option_table_clear (&table, &values);
  return code;
}
