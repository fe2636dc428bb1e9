#include "rj-run-options.h"

#include <stdio.h>
#include <stddef.h>
#include <string.h>

#include "rj-error.h"
#include "rj-expectation.h"
#include "rj-fault.h"
#include "rj-roster.h"
#include "rj-quirks.h"

#define AT(member)           offsetof (RjRunOptions, member)
#define AT_CONDITION(member) AT (conditions.member)
#define AT_FILE(member)      AT (files.member)

static const RjOption options[] = {
  { "participants", RJ_OPTION_TEXT, AT (participants), "N[,N…]", NULL,
    "participants in each session; a list gives each session its own number [4]" },
  { "sessions", RJ_OPTION_COUNT, AT (sessions), "N", NULL,
    "sessions [1, or the length of the list]", 1, 1000 },
  { "session", RJ_OPTION_TEXT, AT (session), "NAME", "rejoin-{run}-{session}",
    "session id; {run} and {session} are filled in" },
  { "name", RJ_OPTION_TEXT, AT (name), "NAME", "bot-{index}",
    "name of a participant; {index} is filled in" },
  { "foreign", RJ_OPTION_COUNT, AT (foreign), "N", "0",
    "publishers that are not ours, to wait for in each session before time starts", 0, 1000 },
  { "duration", RJ_OPTION_DURATION, AT (duration_us), "DURATION", NULL,
    "stay this long after everybody flowed; without it the run ends 2 s after recovery" },
  { "join-deadline", RJ_OPTION_DURATION, AT (join_deadline_us), "DURATION", "20s",
    "everybody must see everybody within this time" },
  { "within", RJ_OPTION_DURATION, AT (within_us), "DURATION", "15s",
    "every edge must be back this long after the fault ended" },
  RJ_CONDITION_OPTIONS (AT_CONDITION),
  { "timeout", RJ_OPTION_DURATION, AT (timeout_us), "DURATION", "5m",
    "end the whole run, inconclusive, after this time" },
  { "wait-for", RJ_OPTION_DURATION, AT (wait_for_us), "DURATION", NULL,
    "before joining, wait up to this long for the deployment to answer" },
  { "url", RJ_OPTION_TEXT, AT (url), "URL", NULL,
    "OpenVidu server, for tokens by REST (needs --secret)" },
  { "secret", RJ_OPTION_TEXT, AT (secret), "SECRET", NULL,
    "OpenVidu secret, also of the embedded cluster; better in REJOIN_SECRET or --secret-file",
    .secret = TRUE },
  { "secret-file", RJ_OPTION_TEXT, AT (secret_file), "FILE", NULL,
    "file with the OpenVidu secret" },
  { "app", RJ_OPTION_TEXT, AT (app), "URL", NULL, "app server that hands out tokens" },
  { "app-preset", RJ_OPTION_CHOICE, AT (app_preset), "PRESET", "fault-tolerance",
    "contract of the app server", .choices = "fault-tolerance|sessions" },
  { "token", RJ_OPTION_TEXT, AT (token), "TOKEN", NULL,
    "one literal token, for one participant and no rejoin", .secret = TRUE },
  { "token-command", RJ_OPTION_TEXT, AT (token_command), "COMMAND", NULL,
    "shell command that prints a token; {session} and {name} are filled in" },
  { "insecure", RJ_OPTION_FLAG, AT (insecure), NULL, NULL, "accept any TLS certificate" },
  { "ca", RJ_OPTION_TEXT, AT (ca), "FILE", NULL, "PEM file of the certificate authority to trust" },
  { "no-publish", RJ_OPTION_FLAG, AT (no_publish), NULL, NULL, "only watch" },
  { "resolution", RJ_OPTION_TEXT, AT (resolution), "WxH", "640x480", "of the published video" },
  { "fps", RJ_OPTION_COUNT, AT (fps), "N", "30", "frames per second", 1, 60 },
  { "bitrate", RJ_OPTION_TEXT, AT (bitrate), "RATE", "500k",
    "of the published video, such as 500k or 1.5M" },
  { "video-codec", RJ_OPTION_CHOICE, AT (video_codec), "CODEC", NULL,
    "offered first, and forced in sessions that this run makes itself; else what the server wants "
    "[vp8]",
    .choices = "vp8|h264" },
  { "no-audio", RJ_OPTION_FLAG, AT (no_audio), NULL, NULL, "publish video only" },
  { "no-video", RJ_OPTION_FLAG, AT (no_video), NULL, NULL, "publish audio only" },
  { "role", RJ_OPTION_LIST, AT (roles), "ROLE[:NAME]", NULL,
    "ask for tokens of this role: SUBSCRIBER, PUBLISHER, MODERATOR; of one participant, or all; "
    "may be "
    "repeated" },
  { "decode", RJ_OPTION_FLAG, AT (decode), NULL, NULL,
    "decode a rotating sample of the received video" },
  { "silence", RJ_OPTION_DURATION, AT (silence_us), "DURATION", "1s",
    "no packet for this long is silence" },
  { "silence-leave", RJ_OPTION_DURATION, AT (silence_leave_us), "DURATION", "7s",
    "all media silent and no word from the server for this long: leave and rejoin" },
  { "resume", RJ_OPTION_CHOICE, AT (resume), "WHEN", "auto",
    "resume a lost websocket, or rejoin at once", .choices = "auto|never" },
  { "delete-dead-session", RJ_OPTION_FLAG, AT (delete_dead_session), NULL, NULL,
    "delete a session over REST, once, when two rejoins after silence did not flow" },
  { "media-server", RJ_OPTION_CHOICE, AT (media_server), "NAME", "kurento",
    "embedded cluster: with mediasoup the server makes the offers of subscriptions",
    .choices = "kurento|mediasoup" },
  { "ice", RJ_OPTION_CHOICE, AT (ice), "CANDIDATES", "all",
    "relay: media only through the TURN server that the join answer names",
    .choices = "all|relay" },
  { "turn", RJ_OPTION_TEXT, AT (turn), "SERVER", NULL,
    "embedded cluster: USER:PASSWORD@HOST:PORT of a TURN server for the participants, for TCP with "
    "?transport=tcp",
    .secret = TRUE },
  { "crash-after", RJ_OPTION_DURATION, AT (crash_after_us), "DURATION", NULL,
    "embedded cluster: from the node's death to its crash being declared [as the real server: "
    "3.5s]" },
  { "media-nodes", RJ_OPTION_COUNT, AT (media_nodes), "N", "2", "embedded cluster: media nodes", 1,
    16 },
  { "masters", RJ_OPTION_COUNT, AT (masters), "N", "1",
    "embedded cluster: master nodes, OpenVidu servers; several stand behind a front", 1, 8 },
  { "restart-after", RJ_OPTION_DURATION, AT (restart_after_us), "DURATION", NULL,
    "embedded cluster: start a killed media node again after this time" },
  { "quirk", RJ_OPTION_LIST, AT (quirks), "NAME", NULL,
    "embedded cluster: do this wrong, as the real server does; see below; may be repeated",
    .choices = RJ_QUIRK_NAMES },
  { "fault", RJ_OPTION_LIST, AT (faults), "WHAT@T", NULL,
    "do this at that time; see below; may be repeated" },
  { "detect", RJ_OPTION_LIST, AT (detect), "DETECTOR", NULL,
    "further detector: icmp (closed ports; acts at once), consent (RFC 7675); may be repeated" },
  { "seed", RJ_OPTION_COUNT, AT (seed), "N", NULL, "seed of all random numbers [drawn anew]", 0,
    G_MAXUINT },
  { "events", RJ_OPTION_TEXT, AT (events), "FILE", NULL,
    "write the event log, JSON lines; - is stdout" },
  RJ_OUTPUT_FILE_OPTIONS (AT_FILE),
  { "quiet", RJ_OPTION_FLAG, AT (quiet), NULL, NULL, "no progress; only the report and errors" },
  { "version", RJ_OPTION_FLAG, AT (version), NULL, NULL, "print the version" },
};

static const RjOptionTable table = {
  options,
  G_N_ELEMENTS (options),
  "[OPTION…]",
  "Lets participants join, does faults, and reports who came back, when, and where the time went.\n"
  "Without --app, --url, --token or --token-command the embedded cluster is started; without\n"
  "--participants, --sessions and --fault it then shows the demo: --participants 4,2\n"
  "--fault kill-media-node@3s.",
  "Faults (T counts from the moment when everybody flowed for the first time):\n"
  "  kill-media-node[:NODE]@T     SIGKILL\n"
  "  freeze-media-node[:NODE]@T   SIGSTOP\n"
  "  thaw-media-node[:NODE]@T     SIGCONT\n"
  "  restart-media-node[:NODE]@T  SIGKILL and start again on the same port\n"
  "  stop-media-node[:NODE]@T     take it out of service in order: sessions closed, then SIGTERM\n"
  "  roll-media-node[:NODE]@T     the same, and back; with all one after the other\n"
  "  kill-master[:MASTER]@T       SIGKILL to an OpenVidu server; needs --masters 2 or more\n"
  "  freeze-master, thaw-master, restart-master   as for media nodes\n"
  "  roll-master[:MASTER]@T       SIGTERM, so that it evicts everybody, and start again\n"
  "  cut-websocket[:fin|:rst]@T   break the sockets of every participant of the first session\n"
  "  blackhole-media[:NAME][/LENGTH]@T\n"
  "                                 no packet of the media of participant NAME passes for LENGTH "
  "[12s];\n"
  "                                 without NAME of all participants of the first session\n"
  "  blackhole-signalling[:NAME][/LENGTH]@T\n"
  "                                 the same with the websockets: half-open TCP\n"
  "  leave:NAME@T, join:NAME@T    that participant leaves, for good or until it joins again\n"
  "  unpublish:NAME@T, publish:NAME@T\n"
  "  mute:NAME[:audio|:video]@T, unmute:NAME[:audio|:video]@T\n"
  "  signal:NAME@T                it sends a signal to everybody\n"
  "  force-unpublish:NAME@T, force-disconnect:NAME@T\n"
  "                               a moderator (--role) does that to it\n"
  "  run:COMMAND@T                a shell command, for instance \"run:docker kill kms-1@5s\"\n"
  "  NODE is 0, 1, …, all, or same: the one that the fault before has hit. Without it: the one "
  "that\n"
  "  hosts the first session now; for a thaw the same. MASTER is alike, without all.\n"
  "\n" RJ_QUIRK_HELP "\n"
  "\n"
  "Every option can also be given as REJOIN_<NAME>, for instance REJOIN_JOIN_DEADLINE=30s.\n"
  "Exit codes: 0 passed, 1 failed, 2 usage, 3 inconclusive, 4 environment, 130 SIGINT, 143 "
  "SIGTERM.",
};

const RjOptionTable *
rj_run_options_get_table (void)
{
  return &table;
}

static gboolean
fail (GError **error, const char *sentence)
{
  g_set_error_literal (error, RJ_ERROR, RJ_ERROR_USAGE, sentence);
  return FALSE;
}

guint
rj_run_options_count_participants (const RjRunOptions *self)
{
  guint n = 0;

  for (guint i = 0; i < self->counts->len; i++)
    n += g_array_index (self->counts, guint, i);
  return n;
}

/* The demo needs no server and no option. */
static void
choose_defaults (RjRunOptions *self)
{
  if (self->participants == NULL && self->sessions == 0 && self->faults->len == 0 &&
      self->embedded) {
    self->participants = g_strdup ("4,2");
    g_ptr_array_add (self->faults, g_strdup ("kill-media-node@3s"));
  }
  if (self->participants == NULL)
    self->participants = g_strdup (self->token != NULL ? "1" : "4");
}

static gboolean
check_participants (RjRunOptions *self, GError **error)
{
  g_auto (GStrv) numbers = g_strsplit (self->participants, ",", -1);
  guint n_numbers = g_strv_length (numbers);

  self->counts = g_array_new (FALSE, FALSE, sizeof (guint));
  if (self->sessions == 0)
    self->sessions = n_numbers;
  if (n_numbers != 1 && n_numbers != self->sessions)
    return fail (error,
                 "--participants: give one number for all sessions, or as many as --sessions says");
  for (guint i = 0; i < self->sessions; i++) {
    guint64 number = 0;
    guint count;

    if (!g_ascii_string_to_unsigned (numbers[n_numbers == 1 ? 0 : i], 10, 1, 1000, &number, NULL))
      return fail (error,
                   "--participants: write a number from 1 to 1000, or a list of them such as 4,2");
    count = number;
    g_array_append_val (self->counts, count);
  }
  return TRUE;
}

static gboolean
check_picture (RjRunOptions *self, GError **error)
{
  char *end = NULL;
  double rate;
  int n_read = 0;

  if (sscanf (self->resolution, "%dx%d%n", &self->width, &self->height, &n_read) != 2 ||
      self->resolution[n_read] != '\0' || self->width < 64 || self->height < 64 ||
      self->width > 3840 || self->height > 2160 || self->width % 2 != 0 || self->height % 2 != 0)
    return fail (error,
                 "--resolution: write WIDTHxHEIGHT with even numbers from 64x64 to 3840x2160, "
                 "such as 640x480");
  rate = g_ascii_strtod (self->bitrate, &end);
  if (g_ascii_strcasecmp (end, "k") == 0)
    rate *= 1e3;
  else if (g_ascii_strcasecmp (end, "m") == 0)
    rate *= 1e6;
  else if (*end != '\0')
    rate = 0;
  if (rate < 30e3 || rate > 20e6)
    return fail (error, "--bitrate: write a rate from 30k to 20M, such as 500k or 1.5M");
  self->bitrate_bps = rate;
  return TRUE;
}

static gboolean
read_secret_file (RjRunOptions *self, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;

  if (self->secret_file == NULL)
    return TRUE;
  if (self->secret != NULL)
    return fail (error, "--secret and --secret-file exclude each other; give one of them");
  if (!g_file_get_contents (self->secret_file, &text, NULL, &problem)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "--secret-file: %s", problem->message);
    return FALSE;
  }
  self->secret = g_strdup (g_strstrip (text));
  return TRUE;
}

static gboolean
check_url (const char *option, const char *url, GError **error)
{
  g_autoptr (GUri) uri = url == NULL ? NULL : g_uri_parse (url, G_URI_FLAGS_NONE, NULL);

  if (url == NULL)
    return TRUE;
  if (uri != NULL && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0' &&
      (g_str_equal (g_uri_get_scheme (uri), "http") ||
       g_str_equal (g_uri_get_scheme (uri), "https")))
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               "--%s: \"%s\" is no http or https URL; write it like https://ov.example:4443",
               option, url);
  return FALSE;
}

static gboolean
is_token (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri == NULL ? "" : g_uri_get_scheme (uri);

  return (g_str_equal (scheme, "ws") || g_str_equal (scheme, "wss")) &&
         g_uri_get_host (uri) != NULL && g_uri_get_query (uri) != NULL;
}

static gboolean
check_deployment (RjRunOptions *self, GError **error)
{
  guint n_sources = (self->app != NULL) + (self->token != NULL) + (self->token_command != NULL);

  if (!check_url ("app", self->app, error) || !check_url ("url", self->url, error))
    return FALSE;
  if (n_sources > 1)
    return fail (
      error, "--app, --token and --token-command exclude each other; give one source of tokens");
  if (n_sources == 0 && self->url != NULL && self->secret == NULL)
    return fail (error,
                 "--url needs --secret, --secret-file or REJOIN_SECRET to make tokens, or another "
                 "source of tokens: --app, --token-command, --token");
  if (self->token != NULL && rj_run_options_count_participants (self) > 1)
    return fail (error,
                 "--token serves one participant: add --participants 1, or use --token-command");
  if (self->token != NULL && self->faults->len > 0)
    return fail (error,
                 "--token is used up by the first join, so nobody could rejoin after --fault: use "
                 "--token-command, --app or --url");
  if (self->token != NULL && !is_token (self->token))
    return fail (error, "--token: that is no token; it looks like "
                        "wss://ov.example:4443?sessionId=SESSION&token=TOKEN");
  if (self->delete_dead_session && !self->embedded && (self->url == NULL || self->secret == NULL))
    return fail (error, "--delete-dead-session needs --url and --secret");
  if (self->quirks->len > 0 && !self->embedded)
    return fail (error, "--quirk is for the embedded cluster; your own server has its own");
  if (self->embedded && self->turn == NULL && g_str_equal (self->ice, "relay"))
    return fail (error, "--ice relay needs --turn with the embedded cluster, which has no TURN "
                        "server of its own");
  if (!self->embedded && self->turn != NULL)
    return fail (error, "--turn is for the embedded cluster; a deployment names its TURN server in "
                        "the join answer");
  if (self->embedded && self->wait_for_us >= 0)
    return fail (
      error, "--wait-for is for a deployment of your own; the embedded cluster is ready at once");
  return TRUE;
}

static char *
list_names (const RjRoster *roster)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < roster->entries->len && i < 8; i++)
    g_string_append_printf (list, "%s%s", i == 0 ? "" : ", ",
                            ((RjRosterEntry *) g_ptr_array_index (roster->entries, i))->name);
  if (roster->entries->len > 8)
    g_string_append (list, ", …");
  return g_string_free (list, FALSE);
}

gboolean
rj_conditions_check (const RjConditions *self, GError **error)
{
  for (guint i = 0; i < self->expect->len; i++) {
    g_autoptr (RjExpectation) expectation =
      rj_expectation_parse (g_ptr_array_index (self->expect, i), error);

    if (expectation == NULL) {
      g_prefix_error (error, "--expect: ");
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
check_name (
  const RjRoster *roster, const char *option, const char *text, const char *name, GError **error)
{
  g_autofree char *list = NULL;

  if (rj_roster_find_name (roster, name) != NULL)
    return TRUE;
  list = list_names (roster);
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               "--%s %s: there is no participant \"%s\"; there are: %s", option, text, name, list);
  return FALSE;
}

static gboolean
check_roles (RjRunOptions *self, const RjRoster *roster, GError **error)
{
  for (guint i = 0; i < self->roles->len; i++) {
    const char *text = g_ptr_array_index (self->roles, i);
    const char *name = NULL;

    if (rj_role_parse (text, &name) == NULL) {
      g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                   "--role %s: write ROLE or ROLE:NAME, where ROLE is SUBSCRIBER, PUBLISHER or "
                   "MODERATOR",
                   text);
      return FALSE;
    }
    if (name != NULL && !check_name (roster, "role", text, name, error))
      return FALSE;
  }
  if (self->roles->len > 0 && !self->embedded &&
      (self->token != NULL || self->token_command != NULL ||
       (self->app != NULL && !g_str_equal (self->app_preset, "sessions"))))
    return fail (error,
                 "--role: whoever makes these tokens decides on their role; rejoin can ask for one "
                 "with --url and --secret, or --app-preset sessions");
  return TRUE;
}

static gboolean
check_step (const RjRoster *roster, const RjFault *fault, const char *text, GError **error)
{
  const RjRosterEntry *entry;

  if (!check_name (roster, "fault", text, fault->target, error))
    return FALSE;
  entry = rj_roster_find_name (roster, fault->target);
  if (rj_fault_needs_moderator (fault) && rj_roster_find_moderator (roster, entry) == NULL)
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "--fault %s: nobody else there may do that; add --role MODERATOR:NAME", text);
  else if (!entry->publishes && fault->kind >= RJ_FAULT_PUBLISH && fault->kind <= RJ_FAULT_UNMUTE)
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "--fault %s: %s does not publish", text,
                 entry->name);
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_faults (RjRunOptions *self, const RjRoster *roster, GError **error)
{
  for (guint i = 0; i < self->faults->len; i++) {
    g_autoptr (RjFault) fault = rj_fault_parse (g_ptr_array_index (self->faults, i), error);

    if (fault == NULL)
      return FALSE;
    if (rj_fault_is_step (fault) &&
        !check_step (roster, fault, g_ptr_array_index (self->faults, i), error))
      return FALSE;
    if (rj_fault_needs_embedded (fault) && !self->embedded) {
      g_set_error (
        error, RJ_ERROR, RJ_ERROR_USAGE,
        "--fault %s: only the embedded cluster can do that; for your own deployment give a "
        "command, such as --fault 'run:docker kill kms-1@5s'",
        (const char *) g_ptr_array_index (self->faults, i));
      return FALSE;
    }
    if (rj_fault_needs_masters (fault) && self->masters < 2) {
      g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                   "--fault %s: nobody could come back from the loss of the only master; add "
                   "--masters 2, or give restart-master",
                   (const char *) g_ptr_array_index (self->faults, i));
      return FALSE;
    }
  }
  return TRUE;
}

/* What names participants */
static gboolean
check_people (RjRunOptions *self, GError **error)
{
  g_autoptr (RjRoster) roster = rj_roster_new (self, "run");

  return check_roles (self, roster, error) && check_faults (self, roster, error);
}

static gboolean
check_detectors (RjRunOptions *self, GError **error)
{
  for (guint i = 0; i < self->detect->len; i++) {
    const char *word = g_ptr_array_index (self->detect, i);

    if (!g_str_equal (word, "icmp") && !g_str_equal (word, "consent")) {
      g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                   "--detect: \"%s\" is not one of: icmp, consent (all others are always on)",
                   word);
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
rj_run_options_check (RjRunOptions *self, GError **error)
{
  self->embedded =
    self->app == NULL && self->token == NULL && self->token_command == NULL && self->url == NULL;
  choose_defaults (self);
  if (!read_secret_file (self, error) || !check_participants (self, error) ||
      !check_picture (self, error) || !check_deployment (self, error) ||
      !check_people (self, error) || !rj_conditions_check (&self->conditions, error) ||
      !check_detectors (self, error))
    return FALSE;
  if (self->no_audio && self->no_video && !self->no_publish)
    return fail (error, "--no-audio and --no-video leave nothing to publish: use --no-publish");
  if (self->sessions > 1 && strstr (self->session, "{session}") == NULL)
    return fail (error, "--session: with several sessions the name must contain {session}");
  if (rj_run_options_count_participants (self) > 1 && strstr (self->name, "{index}") == NULL)
    return fail (error, "--name: with several participants the name must contain {index}");
  if (self->silence_us <= 0 || self->silence_leave_us <= self->silence_us)
    return fail (error, "--silence-leave must be longer than --silence, and both longer than 0");
  if (self->ca != NULL && !g_file_test (self->ca, G_FILE_TEST_IS_REGULAR))
    return fail (error,
                 "--ca: there is no such file; give the PEM file of the certificate authority");
  return TRUE;
}

JsonObject *
rj_run_options_to_json (const RjRunOptions *self)
{
  return rj_option_table_to_json (&table, self);
}

void
rj_run_options_clear (RjRunOptions *self)
{
  rj_option_table_clear (&table, self);
  g_clear_pointer (&self->counts, g_array_unref);
}
