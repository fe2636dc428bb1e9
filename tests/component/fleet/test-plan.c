/* Plan files: what they say, what they cannot say, and that every complaint names file, line, key and remedy. */
#include <string.h>

#include "rj-error.h"
#include "rj-fault.h"
#include "rj-group.h"
#include "rj-json.h"
#include "rj-plan-document.h"
#include "rj-run-options.h"
#include "rj-secret.h"

typedef struct {
  RjRunOptions options;
  GPtrArray *warnings;
  GError *error;
  char *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->warnings = g_ptr_array_new_with_free_func (g_free);
  f->path = g_build_filename (g_get_tmp_dir (), "rejoin-test-plan-XXXXXX", NULL);
  close (g_mkstemp (f->path));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  unlink (f->path);
  g_free (f->path);
  rj_run_options_clear (&f->options);
  g_ptr_array_unref (f->warnings);
  g_clear_error (&f->error);
}

/* @arguments: of the command line, after the plan */
static gboolean
take (Fixture *f, const char *text, gssize length, const char *arguments)
{
  g_autofree char *line = g_strdup_printf ("%s %s", f->path, arguments);
  g_auto (GStrv) argv = NULL;
  g_auto (GStrv) rest = NULL;
  int argc = 0;

  g_assert_true (g_file_set_contents (f->path, text, length, NULL));
  g_assert_true (g_shell_parse_argv (line, &argc, &argv, NULL));
  return rj_option_table_parse (rj_run_options_get_table (), argc, argv, &f->options, &rest,
                                f->warnings, &f->error) &&
         rj_run_options_take_plan (&f->options, rest[0], f->warnings, &f->error) &&
         rj_run_options_check (&f->options, &f->error);
}

static void
test_keys_are_those_of_the_options (Fixture *f, gconstpointer unused)
{
  g_assert_true (take (f,
                       "name: a try\n"
                       "x-common: &common {count: 2}\n"
                       "deployment:\n"
                       "  embedded: {media-nodes: 3, crash-after: 300ms, quirks: [ghosts]}\n"
                       "times: {within: 10s, silence: 500ms}\n"
                       "media: {decode: true}\n"
                       "detectors: [icmp]\n"
                       "seed: 7\n"
                       "participants:\n"
                       "  - {<<: *common, name: \"a-{index}\"}\n"
                       "  - *common\n"
                       "steps:\n"
                       "  - {at: 1s, fault: kill-media-node}\n"
                       "expect: [\"outage.p95 < 6s\", \"rejoined == all\"]\n",
                       -1, ""));
  g_assert_true (f->options.embedded);
  g_assert_cmpstr (f->options.title, ==, "a try");
  g_assert_cmpuint (f->options.media_nodes, ==, 3);
  g_assert_cmpint (f->options.crash_after_us, ==, 300000);
  g_assert_cmpuint (f->options.quirks->len, ==, 1);
  g_assert_cmpint (f->options.within_us, ==, 10 * G_USEC_PER_SEC);
  g_assert_true (f->options.decode);
  g_assert_cmpuint (f->options.seed, ==, 7);
  g_assert_cmpuint (f->options.conditions.expect->len, ==, 2);
  g_assert_cmpuint (f->options.groups->len, ==, 2);
  g_assert_cmpuint (f->options.steps->len, ==, 1);
  g_assert_cmpuint (f->warnings->len, ==, 0);
}

static void
test_flag_wins_over_environment_over_plan (Fixture *f, gconstpointer unused)
{
  g_setenv ("REJOIN_JOIN_DEADLINE", "2s", TRUE);
  g_setenv ("REJOIN_TIMEOUT", "2m", TRUE);
  g_assert_true (take (f,
                       "times: {within: 1s, join-deadline: 1s, timeout: 1m, silence: 2s}\n"
                       "expect: [\"outage.p95 < 6s\"]\n"
                       "steps: [{at: 1s, fault: kill-media-node}]\n"
                       "participants: [{count: 2}]\n",
                       -1,
                       "--within 3s --timeout 3m --expect 'failed == 0' --fault "
                       "freeze-media-node@2s --participants 3"));
  g_assert_cmpint (f->options.within_us, ==, 3 * G_USEC_PER_SEC);
  g_assert_cmpint (f->options.timeout_us, ==, 180 * G_USEC_PER_SEC);
  g_assert_cmpint (f->options.join_deadline_us, ==, 2 * G_USEC_PER_SEC);
  g_assert_cmpint (f->options.silence_us, ==, 2 * G_USEC_PER_SEC);
  g_assert_cmpint (f->options.silence_leave_us, ==, 7 * G_USEC_PER_SEC); /* the default */
  g_assert_cmpuint (f->options.conditions.expect->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (f->options.conditions.expect, 0), ==, "failed == 0");
  g_assert_cmpuint (f->options.steps->len, ==, 1);
  g_assert_cmpint (((RjFault *) g_ptr_array_index (f->options.steps, 0))->kind, ==,
                   RJ_FAULT_FREEZE_MEDIA_NODE);
  g_assert_cmpuint (f->options.groups->len, ==, 1);
  g_unsetenv ("REJOIN_JOIN_DEADLINE");
  g_unsetenv ("REJOIN_TIMEOUT");
}

static void
test_flags_win_over_groups (Fixture *f, gconstpointer unused)
{
  const RjGroup *first, *second;

  g_assert_true (
    take (f,
          "participants:\n"
          "  - {group: a, count: [2, 1], sessions: 2, publish: {video: 320x240@15, bitrate: "
          "200k}}\n"
          "  - {group: b, count: 3, name: \"b-{index}\", publish: false}\n",
          -1, "--bitrate 100k"));
  first = g_ptr_array_index (f->options.groups, 0);
  second = g_ptr_array_index (f->options.groups, 1);
  g_assert_cmpuint (first->publish.bitrate_bps, ==, 100000);
  g_assert_cmpuint (first->publish.width, ==, 320);
  g_assert_cmpuint (rj_group_get_total (first), ==, 3);
  g_assert_cmpstr (first->participant, ==, "{group}-{index}");
  g_assert_cmpint (second->publish.on, ==, 0);
  g_assert_cmpstr (second->participant, ==, "b-{index}");
  g_assert_cmpuint (rj_run_options_count_participants (&f->options), ==, 6);
}

static void
test_a_flag_takes_the_place_of_another_source_of_tokens (Fixture *f, gconstpointer unused)
{
  g_assert_true (take (f, "deployment: {app: {url: \"http://h\"}}", -1, "--token-command true"));
  g_assert_null (f->options.app);
  g_assert_cmpstr (f->options.token_command, ==, "true");
}

static void
test_the_app_server_may_be_asked_in_ones_own_words (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) written = NULL;
  g_autofree char *shown = NULL;

  g_assert_true (
    take (f,
          "deployment:\n"
          "  app:\n"
          "    url: \"http://h/token\"\n"
          "    request: {body: {room: \"{session}\"}, headers: {X-Key: \"open-sesame\"}, token: "
          "/t, create: {url: \"http://h/\", headers: {X-Other: \"open-sesame too\"}}}\n",
          -1, ""));
  g_assert_nonnull (f->options.app_request);
  g_assert_null (f->options.app);
  g_assert_false (f->options.embedded);
  written = rj_plan_to_json (f->options.plan, rj_run_options_get_table ());
  shown = rj_json_object_to_text (written);
  g_assert_nonnull (strstr (shown, "X-Key"));
  g_assert_null (strstr (shown, "open-sesame"));
}

static void
test_a_flag_takes_the_place_of_a_request (Fixture *f, gconstpointer unused)
{
  g_assert_true (
    take (f, "deployment: {app: {request: {url: \"http://h/t\"}}}\n", -1, "--app http://other"));
  g_assert_null (f->options.app_request);
  g_assert_cmpstr (f->options.app, ==, "http://other");
}

/* Whoever names another deployment need not set the variables of the plan's. */
static void
test_what_a_flag_replaces_is_not_looked_up (Fixture *f, gconstpointer unused)
{
  g_assert_true (take (f,
                       "deployment:\n"
                       "  app: {url: \"${PLAN_NOT_SET}\"}\n"
                       "  openvidu: {url: \"http://h\", secret: \"${PLAN_NOT_SET}\"}\n"
                       "  embedded: null\n"
                       "x-old: \"${PLAN_NOT_SET}\"\n"
                       "participants: [{count: 3, session: \"${PLAN_NOT_SET}\"}]\n"
                       "steps: [{at: 1s, fault: {run: \"${PLAN_NOT_SET}\"}}]\n"
                       "expect: [\"${PLAN_NOT_SET}\"]\n",
                       -1,
                       "--token-command true --secret-file /dev/null --participants 2 --fault= "
                       "--expect 'failed == 0'"));
  g_assert_null (f->options.app);
  g_assert_cmpstr (f->options.secret, ==, "");
  g_assert_cmpuint (rj_run_options_count_participants (&f->options), ==, 2);
}

static void
test_another_deployment_takes_the_place_of_the_embedded_cluster (Fixture *f, gconstpointer unused)
{
  g_assert_true (
    take (f, "deployment: {embedded: {quirks: [ghosts], masters: 2}}\n", -1, "--app http://h"));
  g_assert_false (f->options.embedded);
  g_assert_cmpuint (f->options.quirks->len, ==, 0);
}

static void
test_an_empty_flag_means_none (Fixture *f, gconstpointer unused)
{
  g_assert_true (take (f,
                       "expect: [\"failed == 0\"]\nreport: {json: a.json}\n"
                       "steps: [{at: 1s, fault: kill-media-node}]\n",
                       -1, "--expect= --fault= --json="));
  g_assert_cmpuint (f->options.conditions.expect->len, ==, 0);
  g_assert_null (f->options.files.json);
  g_assert_cmpuint (f->options.steps->len, ==, 0);
}

static void
test_json_is_yaml (Fixture *f, gconstpointer unused)
{
  g_assert_true (take (f,
                       "{\n\t\"name\": \"tabs and \\u00e9\",\n\t\"seed\": 5,\n\t\"times\": "
                       "{\"within\": \"4s\"}\n}\n",
                       -1, ""));
  g_assert_cmpstr (f->options.title, ==, "tabs and é");
  g_assert_cmpint (f->options.within_us, ==, 4 * G_USEC_PER_SEC);
}

static void
test_files_that_are_read_lie_beside_the_plan (Fixture *f, gconstpointer unused)
{
  g_autofree char *name = g_path_get_basename (f->path);
  g_autofree char *text = g_strdup_printf ("deployment: {tls: {ca: %s}}\n"
                                           "report: {json: summary.json}\n",
                                           name);

  g_assert_true (take (f, text, -1, ""));
  g_assert_cmpstr (f->options.ca, ==, f->path);
  g_assert_cmpstr (f->options.files.json, ==, "summary.json");
}

static void
test_environment_is_filled_in_and_not_shown (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) values = NULL;
  g_autoptr (JsonObject) written = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *shown_too = NULL;
  g_autofree char *command = g_strdup ("docker login -p knock-knock");
  g_autofree char *scrubbed = NULL;

  g_setenv ("PLAN_SECRET", "open-sesame", TRUE);
  g_setenv ("PLAN_PASSWORD", "knock-knock", TRUE);
  g_setenv ("PLAN_HOST", "h", TRUE);
  g_assert_true (
    take (f,
          "name: \"$${PLAN_HOST} costs $5\"\n"
          "deployment:\n"
          "  openvidu: {url: \"https://${PLAN_HOST}:4443\", secret: \"${PLAN_SECRET}\"}\n"
          "  token-command: \"get ${PLAN_PASSWORD} {session}\"\n"
          "steps:\n"
          "  - {at: 1s, fault: {run: \"docker login -p ${PLAN_PASSWORD} $${HOME}\"}}\n",
          -1, ""));
  g_assert_cmpstr (f->options.title, ==, "${PLAN_HOST} costs $5");
  g_assert_cmpstr (f->options.url, ==, "https://h:4443");
  g_assert_cmpstr (f->options.secret, ==, "open-sesame");
  g_assert_cmpstr (((RjFault *) g_ptr_array_index (f->options.steps, 0))->target, ==,
                   "docker login -p knock-knock ${HOME}");
  values = rj_run_options_to_json (&f->options);
  written = rj_plan_to_json (f->options.plan, rj_run_options_get_table ());
  shown = rj_json_object_to_text (values);
  shown_too = rj_json_object_to_text (written);
  g_assert_null (strstr (shown, "open-sesame"));
  g_assert_null (strstr (shown, "knock"));
  g_assert_nonnull (strstr (shown, "https://${PLAN_HOST}:4443"));
  g_assert_null (strstr (shown_too, "open-sesame"));
  g_assert_null (strstr (shown_too, "knock"));
  g_assert_nonnull (strstr (shown_too, "${PLAN_SECRET}"));
  scrubbed = rj_secret_scrub (command);
  g_assert_cmpstr (scrubbed, ==, "docker login -p ${PLAN_PASSWORD}");
  g_assert_cmpuint (f->warnings->len, ==, 0);
}

static void
set_scalars (void)
{
  g_setenv ("PLAN_NUMBER", "12", TRUE);
  g_setenv ("PLAN_WORD", "many", TRUE);
  g_setenv ("PLAN_HALF", "1.5", TRUE);
  g_setenv ("PLAN_EMPTY", "", TRUE);
  g_setenv ("PLAN_TRUE", "true", TRUE);
  g_setenv ("PLAN_FALSE", "false", TRUE);
}

/* Every way to write a number, or true and false; a text of digits stays one */
static const char *const scalars[] = {
  "name: ${PLAN_NUMBER}\n"
  "seed: ${PLAN_NUMBER}\n"
  "media: {decode: \"${PLAN_TRUE}\"}\n"
  "participants:\n"
  "  - count: ${PLAN_NUMBER}\n"
  "    group: ${PLAN_NUMBER}\n"
  "    publish: {audio: \"${PLAN_FALSE}\", bitrate: 500k}\n"
  "  - count: [\"${PLAN_NUMBER}\", 1]\n"
  "    name: \"${PLAN_TRUE}-{index}\"\n"
  "    publish: ${PLAN_FALSE}\n",
  "{\"name\": \"${PLAN_NUMBER}\", \"seed\": \"${PLAN_NUMBER}\", \"media\": {\"decode\": "
  "\"${PLAN_TRUE}\"}, "
  "\"participants\": [{\"count\": \"${PLAN_NUMBER}\", \"group\": \"${PLAN_NUMBER}\", \"publish\": "
  "{\"audio\": "
  "\"${PLAN_FALSE}\", \"bitrate\": \"500k\"}}, {\"count\": [\"${PLAN_NUMBER}\", 1], \"name\": "
  "\"${PLAN_TRUE}-{index}\", \"publish\": \"${PLAN_FALSE}\"}]}",
};

static void
test_numbers_come_from_the_environment (Fixture *f, gconstpointer text)
{
  const RjGroup *first, *second;

  set_scalars ();
  take (f, text, -1, "");
  g_assert_no_error (f->error);
  first = g_ptr_array_index (f->options.groups, 0);
  second = g_ptr_array_index (f->options.groups, 1);
  g_assert_cmpstr (f->options.title, ==, "12");
  g_assert_cmpuint (f->options.seed, ==, 12);
  g_assert_true (f->options.decode);
  g_assert_cmpstr (first->name, ==, "12");
  g_assert_cmpuint (rj_group_get_total (first), ==, 12);
  g_assert_cmpint (first->publish.audio, ==, FALSE);
  g_assert_cmpuint (second->sessions, ==, 2);
  g_assert_cmpuint (rj_group_get_total (second), ==, 13);
  g_assert_cmpstr (second->participant, ==, "true-{index}");
  g_assert_cmpint (second->publish.on, ==, FALSE);
}

static void
test_a_secret_in_the_file_is_warned_of_and_not_shown (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) written = NULL;
  g_autofree char *shown = NULL;

  g_assert_true (
    take (f, "deployment:\n  openvidu:\n    url: https://h\n    secret: MY_WORD\n", -1, ""));
  g_assert_cmpuint (f->warnings->len, ==, 1);
  g_assert_nonnull (
    strstr (g_ptr_array_index (f->warnings, 0), ":4: deployment.openvidu.secret: a secret stands"));
  g_assert_null (strstr (g_ptr_array_index (f->warnings, 0), "MY_WORD"));
  written = rj_plan_to_json (f->options.plan, rj_run_options_get_table ());
  shown = rj_json_object_to_text (written);
  g_assert_null (strstr (shown, "MY_WORD"));
}

typedef struct {
  const char *text;
  const char *said; /* what the message says after the file's name */
} Refusal;

static const Refusal refusals[] = {
  /* no plan at all */
  { "", ": the plan is empty" },
  { "# a comment\n", ": the plan is empty" },
  { "- 1\n", ":1: a plan is a mapping" },
  { "\n\nword\n", ":3: a plan is a mapping" },
  { "a:\n\tb: 1\n", ":2: column 1: that is no YAML: tab" },
  { "name: [1\n", ":2: column 1: that is no YAML" },
  { "name: a\nseed: 1\n---\nname: b\n", "a plan is one" },
  { "   name: a\n  seed: 1\n", ":2: column 3: that is no YAML" },
  { "name: {a: ${B}}\n", "with quotes round it" },
  { "name: a\nx: \xff\n", ":2: there is something that is no UTF-8" },
  { "name: \"a\\0b\"\n", ":1: name: there is a NUL" },
  /* keys */
  { "name: a\nseed: 1\nname: b\n", ":3: name: this key is there twice, first in line 1" },
  { "times:\n  within: 1s\n  within: 2s\n", ":3: times.within: this key is there twice" },
  { "[1]: 2\n", "write KEY: VALUE" },
  { "naem: a\n", ":1: naem: there is no such key; did you mean \"name\"?" },
  { "deployment:\n  app:\n    ulr: x\n",
    ":3: deployment.app.ulr: there is no such key; did you mean \"url\"?" },
  { "times: {nonsense: 1s}\n", ":1: times.nonsense: there is no such key; there are: " },
  { "participants:\n  - count: 1\n  - rolle: publisher\n", ":3: participants[1].rolle: " },
  { "participants:\n  - count: 1\n    publish:\n      bitrat: 1\n",
    ":4: participants[0].publish.bitrat: " },
  { "steps:\n  - {at: 1s, falt: kill-media-node}\n", ":2: steps[0].falt: " },
  { "deployment:\n  app:\n    request:\n      url: http://h\n      boddy: {}\n",
    ":5: deployment.app.request.boddy: there is no such key" },
  { "deployment:\n  app:\n    url: http://h\n    request: {url: http://i}\n",
    ":4: deployment.app.request.url: the address stands in" },
  { "deployment: {app: {preset: sessions, request: {url: http://i}}}\n",
    ":1: deployment.app.request: it takes the place of deployment.app.preset" },
  /* values */
  { "seed: \"4\"\n", ":1: seed: \"4\" is text" },
  { "seed: 1.5\n", ":1: seed: write a whole number" },
  { "seed: -1\n", ":1: seed: write a whole number" },
  { "seed: 99999999999999999999999999\n", ":1: seed: write a whole number" },
  { "foreign: 5000\n", "from 0 to 1000" },
  { "times: {within: 10}\n", ":1: times.within: write a duration" },
  { "times: {within: soon}\n", ":1: times.within: \"soon\" is no duration" },
  { "steps:\n  - {at: 10, fault: kill-media-node}\n", ":2: steps[0].at: " },
  { "steps:\n  - {name: a, fault: kill-media-node}\n  - {name: a, fault: freeze-media-node}\n",
    ":3: steps[1].name: another step is called \"a\" already" },
  { "participants:\n  - {count: \"4\"}\n", ":2: participants[0].count: " },
  { "participants:\n  - {count: 99999999999999999999999999}\n", ":2: participants[0].count: " },
  { "name: 4\n", ":1: name: write a text, with quotes" },
  { "name: ''\n", ":1: name: the text is empty" },
  { "name: [a]\n", ":1: name: write a text" },
  { "resume: later\n", ":1: resume: \"later\" is not one of: auto, never" },
  { "delete-dead-session: yes\n", "write true or false" },
  { "deployment: here\n", ":1: deployment: write a mapping" },
  { "expect: \"failed == 0\"\n", ":1: expect: write a list" },
  { "expect:\n  - failed == 0\n  - 3\n", ":3: expect[1]: write a text" },
  { "expect:\n  - quickly\n", ":1: expect: \"quickly\" is no expectation" },
  { "participants: 4\n", ":1: participants: write a list" },
  { "participants: []\n", ":1: participants: the list is empty" },
  { "participants: [4]\n", ":1: participants[0]: write a mapping" },
  { "deployment:\n  embedded:\n    quirks: [ghosts, nothing]\n",
    ":3: deployment.embedded.quirks[1]: \"nothing\" is not one of" },
  /* anchors, aliases, tags */
  { "name: *nobody\n", ":1: name: there is no anchor of that name" },
  { "name: &a [*a]\n", ":1: name: this is deeper or longer" },
  { "name: !!str a\n", ":1: name: there is a tag" },
  { "x-a: 1\ntimes:\n  <<: 5\n", ":2: times: << merges mappings only" },
  /* the environment */
  { "deployment:\n  openvidu: {secret: \"${PLAN_NOT_SET}\"}\n",
    ":2: deployment.openvidu.secret: the environment variable PLAN_NOT_SET is not set" },
  { "name: \"${1}\"\n", ":1: name: after ${ the name" },
  { "name: \"${HOME\"\n", ":1: name: after ${ the name" },
  { "name: a\nseed: ${PLAN_WORD}\n", ":2: seed: the environment variable PLAN_WORD is no whole" },
  { "seed: ${PLAN_HALF}\n", ":1: seed: the environment variable PLAN_HALF is no whole number" },
  { "seed: ${PLAN_EMPTY}\n", ":1: seed: the environment variable PLAN_EMPTY is no whole number" },
  { "seed: ${PLAN_SECRET}\n", ":1: seed: the environment variable PLAN_SECRET is no whole number" },
  { "seed: ${PLAN_TRUE}\n", "PLAN_TRUE is no whole number" },
  { "seed: 1${PLAN_NUMBER}\n", "is text; write a number" },
  { "foreign: ${PLAN_NOT_SET}\n", ":1: foreign: the environment variable PLAN_NOT_SET is not set" },
  { "participants:\n  - count:\n      - 1\n      - ${PLAN_WORD}\n",
    ":4: participants[0].count[1]: the environment variable PLAN_WORD is no whole number" },
  { "participants:\n  - publish: {audio: \"${PLAN_NUMBER}\"}\n",
    ":2: participants[0].publish.audio: the environment variable PLAN_NUMBER is neither true nor" },
  { "participants:\n  - publish: {video: \"${PLAN_NUMBER}\"}\n", "write WIDTHxHEIGHT@FPS" },
  { "delete-dead-session: ${PLAN_NUMBER}\n", "PLAN_NUMBER is neither true nor false" },
  { "participants:\n  - publish: ${PLAN_WORD}\n",
    ":2: participants[0].publish: the environment variable PLAN_WORD is neither true nor false" },
  { "naem: ${PLAN_NUMBER}\n", ":1: naem: there is no such key" },
  { "resume: \"${PLAN_SECRET}\"\n", ":1: resume: \"${PLAN_SECRET}\" is not one of" },
  { "deployment: {app: {url: \"${PLAN_SECRET}\"}}\n",
    ":1: deployment.app.url: \"${PLAN_SECRET}\" is no http" },
  /* what does not go together; the complaint is of the plan */
  { "times:\n  silence: 9s\n",
    ":2: times.silence-leave must be longer than times.silence, and both longer than 0" },
  { "deployment: {openvidu: {url: \"https://h\"}}\n", "needs deployment.openvidu.secret" },
  { "deployment:\n  tls: {ca: nowhere.pem}\n", ":2: deployment.tls.ca: there is no such file" },
  { "deployment:\n  app: {url: \"https://h\"}\n  embedded: {masters: 2}\n",
    ":3: deployment.embedded: the embedded cluster takes the place" },
};

static void
test_refusals_have_a_place_and_a_remedy (void)
{
  g_setenv ("PLAN_SECRET", "open-sesame", TRUE);
  set_scalars ();
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    Fixture f = { 0 };

    set_up (&f, NULL);
    g_test_message ("%s", refusals[i].text);
    g_assert_false (take (&f, refusals[i].text, -1, ""));
    g_assert_error (f.error, RJ_ERROR, RJ_ERROR_USAGE);
    if (!g_str_has_prefix (f.error->message, f.path) ||
        strstr (f.error->message, refusals[i].said) == NULL)
      g_error ("%s\"%s\" does not say \"%s\"", refusals[i].text, f.error->message,
               refusals[i].said);
    g_assert_null (strstr (f.error->message, "open-sesame"));
    tear_down (&f, NULL);
  }
}

static void
test_other_files_are_refused (Fixture *f, gconstpointer unused)
{
  g_autofree char *bombs = NULL;
  g_autofree char *large = g_strnfill (1100000, '#');

  g_assert_null (rj_plan_document_load ("/nowhere/plan.yaml", &f->error));
  g_assert_nonnull (strstr (f->error->message, "there is no plan \"/nowhere/plan.yaml\""));
  g_clear_error (&f->error);
  g_assert_null (rj_plan_document_load ("/", &f->error));
  g_assert_nonnull (strstr (f->error->message, "cannot be read"));
  g_clear_error (&f->error);
  g_assert_false (take (f, "name: a\0b\n", 10, ""));
  g_assert_nonnull (strstr (f->error->message, ":1: there is a NUL"));
  g_clear_error (&f->error);
  g_assert_null (rj_plan_document_parse ("p", large, 1100000, &f->error));
  g_assert_nonnull (strstr (f->error->message, "more than a plan can have"));
  g_clear_error (&f->error);
  /* a billion laughs */
  bombs = g_strdup ("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
                    "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
                    "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n");
  g_assert_null (rj_plan_document_parse ("p", bombs, strlen (bombs), &f->error));
  g_assert_nonnull (strstr (f->error->message, "deeper or longer"));
}

/* Each with its own expectations, steps and groups */
static void
test_examples_can_be_read (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("RJ_TEST_DATA"), "plans", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  g_assert_nonnull (dir);
  g_setenv ("APP_URL", "https://h:5000", TRUE);
  g_setenv ("OPENVIDU_URL", "https://h", TRUE);
  g_setenv ("OPENVIDU_SECRET", "open-sesame", TRUE);
  g_setenv ("KMS", "kms-1", TRUE);
  while ((name = g_dir_read_name (dir)) != NULL) {
    RjRunOptions options = { 0 };
    g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
    g_autofree char *path = g_build_filename (folder, name, NULL);
    char *argv[] = { path, NULL };
    g_auto (GStrv) rest = NULL;
    g_autoptr (GError) error = NULL;

    rj_option_table_parse (rj_run_options_get_table (), 1, argv, &options, &rest, warnings, &error);
    g_assert_no_error (error);
    rj_run_options_take_plan (&options, path, warnings, &error);
    g_assert_no_error (error);
    rj_run_options_check (&options, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (warnings->len, ==, 0);
    rj_run_options_clear (&options);
    n++;
  }
  g_assert_cmpuint (n, ==, 6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/plan/keys", test_keys_are_those_of_the_options);
  ADD ("/plan/precedence", test_flag_wins_over_environment_over_plan);
  ADD ("/plan/groups", test_flags_win_over_groups);
  ADD ("/plan/token-source", test_a_flag_takes_the_place_of_another_source_of_tokens);
  ADD ("/plan/request", test_the_app_server_may_be_asked_in_ones_own_words);
  ADD ("/plan/request-or-flag", test_a_flag_takes_the_place_of_a_request);
  ADD ("/plan/not-looked-up", test_what_a_flag_replaces_is_not_looked_up);
  ADD ("/plan/other-deployment", test_another_deployment_takes_the_place_of_the_embedded_cluster);
  ADD ("/plan/empty-flag", test_an_empty_flag_means_none);
  ADD ("/plan/json", test_json_is_yaml);
  ADD ("/plan/files", test_files_that_are_read_lie_beside_the_plan);
  ADD ("/plan/environment", test_environment_is_filled_in_and_not_shown);
  g_test_add ("/plan/numbers-in-yaml", Fixture, scalars[0], set_up,
              test_numbers_come_from_the_environment, tear_down);
  g_test_add ("/plan/numbers-in-json", Fixture, scalars[1], set_up,
              test_numbers_come_from_the_environment, tear_down);
  ADD ("/plan/secret", test_a_secret_in_the_file_is_warned_of_and_not_shown);
  ADD ("/plan/other-files", test_other_files_are_refused);
  g_test_add_func ("/plan/refusals", test_refusals_have_a_place_and_a_remedy);
  g_test_add_func ("/plan/examples", test_examples_can_be_read);
  return g_test_run ();
}
