#include "rj-run-options.h"

#include <stddef.h>

#include "rj-quirks.h"

#define AT(member)           offsetof (RjRunOptions, member)
#define AT_CONDITION(member) AT (conditions.member)
#define AT_FILE(member)      AT (files.member)

static const RjOption options[] = {
  { "title", RJ_OPTION_TEXT, AT (title), "TEXT", NULL, "what the run is about, for its reports",
    .plan = "name" },
  { "participants", RJ_OPTION_TEXT, AT (participants), "N[,N…]", NULL,
    "participants in each session; a list gives each session its own number [4]; plan: "
    "participants" },
  { "sessions", RJ_OPTION_COUNT, AT (sessions), "N", NULL,
    "sessions [1, or the length of the list]", 1, 1000 },
  { "session", RJ_OPTION_TEXT, AT (session), "NAME", "rejoin-{run}-{session}",
    "session id; {run} and {session} are filled in" },
  { "name", RJ_OPTION_TEXT, AT (name), "NAME", "bot-{index}",
    "name of a participant; {index}, {session}, {run} are filled in; {attempt} for the server "
    "only" },
  { "ramp", RJ_OPTION_TEXT, AT (ramp), "RATE", NULL,
    "how many join in which time, such as 10/s or 30/min; without it all at once" },
  { "foreign", RJ_OPTION_COUNT, AT (foreign), "N", "0",
    "publishers that are not ours, to wait for in each session before time starts", 0, 1000,
    .plan = "foreign" },
  { "run-id", RJ_OPTION_TEXT, AT (run_id), "ID", NULL,
    "id of the run, {run} in names; logs with one id are put together as one run [made up]",
    .plan = "run-id" },
  { "shard", RJ_OPTION_TEXT, AT (shard_text), "I/N", NULL,
    "make only the Ith of N shares of the participants; N processes with one --run-id and one plan "
    "make one run" },
  { "duration", RJ_OPTION_DURATION, AT (duration_us), "DURATION", NULL,
    "stay this long after everybody flowed; without it the run ends 2 s after recovery",
    .plan = "times.duration" },
  { "join-deadline", RJ_OPTION_DURATION, AT (join_deadline_us), "DURATION", "20s",
    "everybody must see everybody within this time", .plan = "times.join-deadline" },
  { "within", RJ_OPTION_DURATION, AT (within_us), "DURATION", "15s",
    "every edge must be back this long after the fault ended", .plan = "times.within" },
  RJ_CONDITION_OPTIONS (AT_CONDITION),
  { "on-overload", RJ_OPTION_CHOICE, AT (on_overload), "VERDICT", "inconclusive",
    "of a run that would pass, when this machine was too busy: warn lets it",
    .choices = "inconclusive|warn", .plan = "on-overload" },
  { "timeout", RJ_OPTION_DURATION, AT (timeout_us), "DURATION", "5m",
    "end the whole run, inconclusive, after this time", .plan = "times.timeout" },
  { "wait-for", RJ_OPTION_DURATION, AT (wait_for_us), "DURATION", NULL,
    "before joining, wait up to this long for the deployment to answer",
    .plan = "deployment.wait-for" },
  { "url", RJ_OPTION_TEXT, AT (url), "URL", NULL,
    "OpenVidu server, for tokens by REST (needs --secret)", .plan = "deployment.openvidu.url" },
  { "secret", RJ_OPTION_TEXT, AT (secret), "SECRET", NULL,
    "OpenVidu secret, also of the embedded cluster; better in REJOIN_SECRET or --secret-file",
    .secret = TRUE, .plan = "deployment.openvidu.secret" },
  { "secret-file", RJ_OPTION_TEXT, AT (secret_file), "FILE", NULL, "file with the OpenVidu secret",
    .plan = "deployment.openvidu.secret-file", .is_input = TRUE },
  { "app", RJ_OPTION_TEXT, AT (app), "URL", NULL, "app server that hands out tokens",
    .plan = "deployment.app.url" },
  { "app-preset", RJ_OPTION_CHOICE, AT (app_preset), "PRESET", "fault-tolerance",
    "contract of the app server", .choices = "fault-tolerance|sessions",
    .plan = "deployment.app.preset" },
  { "token", RJ_OPTION_TEXT, AT (token), "TOKEN", NULL,
    "one literal token, for one participant and no rejoin", .secret = TRUE,
    .plan = "deployment.token" },
  { "token-command", RJ_OPTION_TEXT, AT (token_command), "COMMAND", NULL,
    "shell command that prints a token; {session} and {name} are filled in",
    .plan = "deployment.token-command" },
  { "insecure", RJ_OPTION_FLAG, AT (insecure), NULL, NULL, "accept any TLS certificate",
    .plan = "deployment.tls.insecure" },
  { "ca", RJ_OPTION_TEXT, AT (ca), "FILE", NULL, "PEM file of the certificate authority to trust",
    .plan = "deployment.tls.ca", .is_input = TRUE },
  { "no-publish", RJ_OPTION_FLAG, AT (no_publish), NULL, NULL, "only watch" },
  { "resolution", RJ_OPTION_TEXT, AT (resolution), "WxH", "640x480", "of the published video" },
  { "fps", RJ_OPTION_COUNT, AT (fps), "N", "30", "frames per second", 1, 60 },
  { "bitrate", RJ_OPTION_TEXT, AT (bitrate), "RATE", "500k",
    "of the published video, such as 500k or 1.5M" },
  { "video-codec", RJ_OPTION_CHOICE, AT (video_codec), "CODEC", NULL,
    "offered first, and forced in sessions that this run makes itself; else what the server wants "
    "[vp8]",
    .choices = "vp8|h264", .plan = "media.video-codec" },
  { "no-audio", RJ_OPTION_FLAG, AT (no_audio), NULL, NULL, "publish video only" },
  { "no-video", RJ_OPTION_FLAG, AT (no_video), NULL, NULL, "publish audio only" },
  { "role", RJ_OPTION_LIST, AT (roles), "ROLE[:NAME]", NULL,
    "ask for tokens of this role: SUBSCRIBER, PUBLISHER, MODERATOR; of one participant, or all; "
    "may be "
    "repeated" },
  { "decode", RJ_OPTION_FLAG, AT (decode), NULL, NULL,
    "decode a rotating sample of the received video", .plan = "media.decode" },
  { "silence", RJ_OPTION_DURATION, AT (silence_us), "DURATION", "1s",
    "no packet for this long is silence", .plan = "times.silence" },
  { "silence-leave", RJ_OPTION_DURATION, AT (silence_leave_us), "DURATION", "7s",
    "all media silent and no word from the server for this long: leave and rejoin",
    .plan = "times.silence-leave" },
  { "resume", RJ_OPTION_CHOICE, AT (resume), "WHEN", "auto",
    "resume a lost websocket, or rejoin at once", .choices = "auto|never", .plan = "resume" },
  { "delete-dead-session", RJ_OPTION_FLAG, AT (delete_dead_session), NULL, NULL,
    "delete a session over REST, once, when two rejoins after silence did not flow",
    .plan = "delete-dead-session" },
  { "media-server", RJ_OPTION_CHOICE, AT (media_server), "NAME", "kurento",
    "embedded cluster: with mediasoup the server makes the offers of subscriptions",
    .choices = "kurento|mediasoup", .plan = "deployment.embedded.media-server" },
  { "ice", RJ_OPTION_CHOICE, AT (ice), "CANDIDATES", "all",
    "relay: media only through the TURN server that the join answer names", .choices = "all|relay",
    .plan = "media.ice" },
  { "turn", RJ_OPTION_TEXT, AT (turn), "SERVER", NULL,
    "embedded cluster: USER:PASSWORD@HOST:PORT of a TURN server for the participants, for TCP with "
    "?transport=tcp",
    .secret = TRUE, .plan = "deployment.embedded.turn" },
  { "crash-after", RJ_OPTION_DURATION, AT (crash_after_us), "DURATION", NULL,
    "embedded cluster: from the node's death to its crash being declared [as the real server: "
    "3.5s]",
    .plan = "deployment.embedded.crash-after" },
  { "media-nodes", RJ_OPTION_COUNT, AT (media_nodes), "N", "2", "embedded cluster: media nodes", 1,
    16, .plan = "deployment.embedded.media-nodes" },
  { "masters", RJ_OPTION_COUNT, AT (masters), "N", "1",
    "embedded cluster: master nodes, OpenVidu servers; several stand behind a front", 1, 8,
    .plan = "deployment.embedded.masters" },
  { "restart-after", RJ_OPTION_DURATION, AT (restart_after_us), "DURATION", NULL,
    "embedded cluster: start a killed media node again after this time",
    .plan = "deployment.embedded.restart-after" },
  { "quirk", RJ_OPTION_LIST, AT (quirks), "NAME", NULL,
    "embedded cluster: do this wrong, as the real server does; see below; may be repeated",
    .choices = RJ_QUIRK_NAMES, .plan = "deployment.embedded.quirks" },
  { "fault", RJ_OPTION_LIST, AT (faults), "WHAT@T", NULL,
    "do this then; see below; may be repeated; plan: steps" },
  { "marks", RJ_OPTION_COUNT, AT (marks), "N", NULL,
    "do not end before N marks have come from outside, each a fault that somebody else does [1 "
    "with --mark-file]",
    0, 1000, .plan = "control.marks" },
  { "mark-file", RJ_OPTION_TEXT, AT (mark_file), "FILE", NULL,
    "that this file appears is a mark, as are SIGUSR1 and POST /mark",
    .plan = "control.mark-file" },
  { "control", RJ_OPTION_TEXT, AT (control), "PORT", NULL,
    "HTTP control on 127.0.0.1: GET /healthz, GET /metrics, POST /mark, POST /fault; 0: any free "
    "port",
    .plan = "control.port" },
  { "detect", RJ_OPTION_LIST, AT (detect), "DETECTOR", NULL,
    "further detector: icmp (closed ports; acts at once), consent (RFC 7675); may be repeated",
    .plan = "detectors" },
  { "seed", RJ_OPTION_COUNT, AT (seed), "N", NULL, "seed of all random numbers [drawn anew]", 0,
    G_MAXUINT, .plan = "seed" },
  { "repeat", RJ_OPTION_COUNT, AT (repeat), "N", "1",
    "make the run N times, one after the other, and report them as a series", 1, 10000,
    .plan = "repeat" },
  { "events", RJ_OPTION_TEXT, AT (events), "FILE", NULL,
    "write the event log, JSON lines; - is stdout", .plan = "report.events" },
  { "bundle", RJ_OPTION_TEXT, AT (bundle), "DIR", NULL,
    "when a run does not pass, make this folder: reports, log, last messages, how to repeat it",
    .plan = "report.bundle" },
  RJ_OUTPUT_FILE_OPTIONS (AT_FILE),
  { "quiet", RJ_OPTION_FLAG, AT (quiet), NULL, NULL, "no progress; only the report and errors" },
  { "plan-schema", RJ_OPTION_FLAG, AT (plan_schema), NULL, NULL, "print the JSON schema of plans" },
  { "version", RJ_OPTION_FLAG, AT (version), NULL, NULL, "print the version" },
};

static const RjOptionTable table = {
  options,
  G_N_ELEMENTS (options),
  "[PLAN] [OPTION…]",
  "Lets participants join, does faults, and reports who came back, when, and where the time went.\n"
  "Without --app, --url, --token or --token-command the embedded cluster is started; without\n"
  "--participants, --sessions and --fault it then shows the demo: --participants 4,2\n"
  "--fault kill-media-node@3s. With --repeat the verdict is that of all runs: failed when one has.",
  "Faults and other steps, WHAT@T:\n"
  "  kill-media-node[:NODE]       SIGKILL\n"
  "  freeze-media-node[:NODE]     SIGSTOP\n"
  "  thaw-media-node[:NODE]       SIGCONT\n"
  "  restart-media-node[:NODE]    SIGKILL and start again on the same port\n"
  "  stop-media-node[:NODE]       take it out of service in order: sessions closed, then SIGTERM\n"
  "  roll-media-node[:NODE]       the same, and back; with all one after the other\n"
  "  kill-master[:MASTER]         SIGKILL to an OpenVidu server; needs --masters 2 or more\n"
  "  freeze-master, thaw-master, restart-master   as for media nodes\n"
  "  roll-master[:MASTER]         SIGTERM, so that it evicts everybody, and start again\n"
  "  cut-websocket[:fin|:rst][:WHO][/PAUSE]\n"
  "                               break their sockets\n"
  "  blackhole-media[:WHO][/LENGTH]\n"
  "                               no packet of their media passes for LENGTH [12s]\n"
  "  blackhole-signalling[:WHO][/LENGTH]\n"
  "                               the same with their websockets: half-open TCP\n"
  "  freeze-participant:WHO[/LENGTH]\n"
  "                               they stand still for LENGTH [12s], like a laptop that sleeps\n"
  "  leave:WHO[/PAUSE], join:WHO[/PAUSE]\n"
  "                               they leave, for good or until they join again\n"
  "  unpublish:WHO, publish:WHO\n"
  "  mute:WHO[:audio|:video], unmute:WHO[:audio|:video]\n"
  "  signal:WHO                   they send a signal to everybody\n"
  "  force-unpublish:NAME, force-disconnect:NAME\n"
  "                               a moderator (--role) does that to it\n"
  "  run:COMMAND                  a shell command, for instance \"run:docker kill kms-1@5s\"\n"
  "  repair:COMMAND               the same, and nobody should lose anything by it\n"
  "  mark[:TEXT]                  at this moment somebody else does something\n"
  "  expect-recovered[/WITHIN]    everybody must be back WITHIN [15s] after that\n"
  "NODE is 0, 1, …, all, or same: the one that the fault before has hit. Without it: the one that\n"
  "hosts the first session now; for a thaw the same. MASTER is alike, without all. WHO is the "
  "name\n"
  "of a participant, or all; without it those of the first session. With PAUSE one after the "
  "other,\n"
  "so far apart.\n"
  "T is 5s: so long after everybody flowed for the first time; +5s: after the end of the step\n"
  "before; recovered or recovered+5s: after everybody is back, and has been for 2 s.\n"
  "\n" RJ_QUIRK_HELP "\n"
  "\n"
  "Every option can also be given as REJOIN_<NAME>, for instance REJOIN_JOIN_DEADLINE=30s.\n"
  "Exit codes: 0 passed, 1 failed, 2 usage, 3 inconclusive, 4 environment, 130 SIGINT, 143 "
  "SIGTERM.",
  AT (sources),
};

const RjOptionTable *
rj_run_options_get_table (void)
{
  return &table;
}

gboolean
rj_run_options_take_plan (RjRunOptions *self, const char *path, GPtrArray *warnings, GError **error)
{
  self->plan = rj_plan_load (path, error);
  if (self->plan == NULL || !rj_plan_fill (self->plan, &table, self, warnings, error))
    return FALSE;
  self->app_request = g_steal_pointer (&self->plan->request);
  self->groups = g_steal_pointer (&self->plan->groups);
  self->steps = g_steal_pointer (&self->plan->steps);
  return TRUE;
}

JsonObject *
rj_run_options_to_json (const RjRunOptions *self)
{
  JsonObject *object = rj_option_table_to_json (&table, self);

  for (guint i = 0; self->plan != NULL && i < G_N_ELEMENTS (options); i++) {
    JsonNode *written =
      options[i].plan == NULL || self->sources[i] != RJ_OPTION_FROM_PLAN
        ? NULL
        : rj_plan_find (rj_plan_document_get_root (self->plan->document), options[i].plan);

    if (written != NULL && json_object_has_member (object, options[i].name))
      json_object_set_member (object, options[i].name, json_node_copy (written));
  }
  return object;
}

void
rj_run_options_clear (RjRunOptions *self)
{
  rj_option_table_clear (&table, self);
  g_clear_pointer (&self->app_request, rj_request_template_unref);
  g_clear_pointer (&self->groups, g_ptr_array_unref);
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  g_clear_pointer (&self->plan, rj_plan_free);
}
