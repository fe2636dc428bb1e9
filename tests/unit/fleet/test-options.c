/* Options: the table, the environment, and what is refused, with the remedy in the message. */
#include "rj-duration.h"
#include "rj-error.h"
#include "rj-fault.h"
#include "rj-roster.h"
#include "rj-run-options.h"

#include <string.h>

typedef struct {
  RjRunOptions options;
  GPtrArray *warnings;
  GError *error;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->warnings = g_ptr_array_new_with_free_func (g_free);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rj_run_options_clear (&f->options);
  g_ptr_array_unref (f->warnings);
  g_clear_error (&f->error);
}

static gboolean
parse (Fixture *f, const char *line)
{
  g_auto (GStrv) argv = NULL;
  g_auto (GStrv) rest = NULL;
  int argc = 0;

  if (*line == '\0')
    argv = g_new0 (char *, 1);
  else
    g_assert_true (g_shell_parse_argv (line, &argc, &argv, NULL));
  return rj_option_table_parse (rj_run_options_get_table (), argc, argv, &f->options, &rest,
                                f->warnings, &f->error) &&
         rj_run_options_check (&f->options, &f->error);
}

/* That of the command line */
static const RjGroup *
get_group (Fixture *f)
{
  return g_ptr_array_index (f->options.groups, 0);
}

static void
test_nothing_is_the_demo (Fixture *f, gconstpointer unused)
{
  g_assert_true (parse (f, ""));
  g_assert_true (f->options.embedded);
  g_assert_cmpuint (f->options.groups->len, ==, 1);
  g_assert_cmpuint (get_group (f)->sessions, ==, 2);
  g_assert_cmpuint (rj_group_get_count (get_group (f), 0), ==, 4);
  g_assert_cmpuint (rj_group_get_count (get_group (f), 1), ==, 2);
  g_assert_cmpuint (f->options.faults->len, ==, 1);
  g_assert_cmpint (f->options.within_us, ==, 15 * G_USEC_PER_SEC);
  g_assert_cmpint (f->options.silence_leave_us, ==, 7 * G_USEC_PER_SEC);
}

static void
test_participants_alone_make_no_fault (Fixture *f, gconstpointer unused)
{
  g_assert_true (parse (f, "--participants 3"));
  g_assert_cmpuint (f->options.faults->len, ==, 0);
  g_assert_cmpuint (rj_run_options_count_participants (&f->options), ==, 3);
}

static void
test_flag_wins_over_environment (Fixture *f, gconstpointer unused)
{
  g_setenv ("REJOIN_WITHIN", "3s", TRUE);
  g_setenv ("REJOIN_FAULT", "kill-media-node@1s\nkill-media-node:same@2s", TRUE);
  g_setenv ("REJOIN_NONSENSE", "1", TRUE);
  g_assert_true (parse (f, "--within=4s --bitrate 1.5M"));
  g_assert_cmpint (f->options.within_us, ==, 4 * G_USEC_PER_SEC);
  g_assert_cmpuint (get_group (f)->publish.bitrate_bps, ==, 1500000);
  g_assert_cmpuint (f->options.faults->len, ==, 2);
  g_assert_cmpuint (f->warnings->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (f->warnings, 0), "REJOIN_NONSENSE"));
  g_unsetenv ("REJOIN_WITHIN");
  g_unsetenv ("REJOIN_FAULT");
  g_unsetenv ("REJOIN_NONSENSE");
}

static void
test_secrets_are_not_in_the_plan (Fixture *f, gconstpointer unused)
{
  g_autoptr (JsonObject) plan = NULL;

  g_assert_true (parse (f, "--url http://127.0.0.1:1 --secret hush --participants 2"));
  plan = rj_run_options_to_json (&f->options);
  g_assert_false (json_object_has_member (plan, "secret"));
  g_assert_cmpstr (json_object_get_string_member (plan, "within"), ==, "15s");
}

typedef struct {
  const char *line;
  const char *said; /* must be in the message */
} Refusal;

static const Refusal refusals[] = {
  { "--nonsense", "--help lists" },
  { "-x", "--help lists" },
  { "--participants 0", "from 1 to 1000" },
  { "--participants two", "from 1 to 1000" },
  { "--participants 4,2 --sessions 3", "as many as --sessions" },
  { "--sessions 0", "from 1 to 1000" },
  { "--within 15", "500ms" },
  { "--within", "needs a value" },
  { "--silence 8s", "longer than --silence" },
  { "--resolution 640", "640x480" },
  { "--resolution 641x480", "even numbers" },
  { "--bitrate 5", "500k" },
  { "--fps 0", "from 1 to 60" },
  { "--app ftp://x", "no http or https URL" },
  { "--url ov.example", "no http or https URL" },
  { "--url http://ov.example", "--secret" },
  { "--app http://a --token t", "exclude each other" },
  { "--app http://a --token-command t", "exclude each other" },
  { "--token t --participants 2", "--token-command" },
  { "--token t --fault run:true@1s", "used up" },
  { "--app-preset other --app http://a", "fault-tolerance, sessions" },
  { "--expect quickly", "--expect: \"quickly\" is no expectation" },
  { "--expect speed.max<1s", "outage.p95" },
  { "--fault kill-media-node", "the time is missing" },
  { "--fault kill-media-node@soon", "such as 500ms" },
  { "--fault kill-node@1s", "kill-media-node" },
  { "--fault kill-media-node:one@1s", "what follows its name" },
  { "--fault cut-websocket:soft@1s", "there is no participant \"soft\"" },
  { "--fault run@1s", "what follows its name" },
  { "--fault cut-websocketx@1s", "there is no such fault" },
  { "--fault cut-websocket/later@1s", "what follows its name" },
  { "--fault kill-media-node/5s@1s", "what follows its name" },
  { "--fault kill-media-node@recovered-1s", "such as 500ms" },
  { "--fault kill-media-node@recovered+soon", "such as 500ms" },
  { "--fault kill-media-node@+", "such as 500ms" },
  { "--fault expect-recovered:all@1s", "what follows its name" },
  { "--fault freeze-participant@1s", "what follows its name" },
  { "--fault freeze-participant:bot-9@1s", "there are: bot-1" },
  { "--fault blackhole-media:bot-9@1s", "there are: bot-1" },
  { "--fault force-disconnect:all@1s --role MODERATOR:bot-2", "there is no participant" },
  { "--fault blackhole-media:@1s", "what follows its name" },
  { "--fault blackhole-media/long@1s", "500ms" },
  { "--fault mute@1s", "what follows its name" },
  { "--fault leave:bot-9@1s", "there are: bot-1" },
  { "--fault force-disconnect:bot-2@1s", "--role MODERATOR" },
  { "--fault force-unpublish:bot-2@1s --role MODERATOR:bot-2", "--role MODERATOR" },
  { "--fault publish:bot-2@1s --role SUBSCRIBER:bot-2", "does not publish" },
  { "--control 0.0.0.0:80", "ssh -L" },
  { "--control web", "or 0 for any free one" },
  { "--mark-file /nowhere/at/all", "no folder /nowhere/at" },
  { "--marks -1", "from 0 to 1000" },
  { "--marks 1001", "from 0 to 1000" },
  { "--role OWNER", "SUBSCRIBER, PUBLISHER" },
  { "--role MODERATOR:", "ROLE:NAME" },
  { "--role MODERATOR:bot-9", "there are: bot-1" },
  { "--role MODERATOR --app http://a", "--app-preset sessions" },
  { "--no-audio --no-video", "--no-publish" },
  { "--app http://a --fault kill-media-node@1s", "run:docker kill" },
  { "--detect smell", "icmp" },
  { "--resume later", "auto, never" },
  { "--session fixed --sessions 2", "{session}" },
  { "--name bot --participants 2", "--name: two participants" },
  { "--name bot --participants 2", "{index}" },
  { "--name bot-{number}", "--name: nothing is known to fill in for {number}" },
  { "--name bot-{attempt} --participants 2", "--name: two participants" },
  { "--name {attempt}", "--name: a participant is known by the rest" },
  { "--name bot-{index}{attempt} --participants 11", "--name: \"bot-111\" could be the name" },
  { "--name bot-{attempt}-{index}-{attempt}", "--name: {attempt} can be there once only" },
  { "--session room-{attempt}", "--session: {attempt} cannot be part" },
  { "--name bot-{index}-{attempt} --fault leave:bot-1-1@1s", "there are: bot-1" },
  { "--session room-{index} --participants 2", "{run}, {session}" },
  { "--ramp 10", "--ramp: " },
  { "--role MODERATOR --token-command t", "decides on their role" },
  { "--ca /nowhere/ca.pem", "no such file" },
  { "--secret-file /nowhere/s --url http://a", "--secret-file" },
  { "--secret a --secret-file b --url http://a", "exclude each other" },
  { "--delete-dead-session --app http://a", "needs --url" },
  { "--wait-for 5s", "embedded cluster" },
  { "--run-id a.b", "--run-id: write letters" },
  { "--run-id a --repeat 2", "--repeat makes several" },
  { "--shard 1/2 --url http://a --secret s --duration 9s", "needs --run-id" },
  { "--shard 3/2 --run-id a --url http://a --secret s --duration 9s", "--shard: write which" },
  { "--shard 1/2 --run-id a --duration 9s", "rejoin cluster" },
  { "--shard 1/2 --run-id a --url http://a --secret s", "needs --duration" },
  { "--shard 1/5 --run-id a --url http://a --secret s --duration 9s", "only 4 participants" },
  { "--shard 1/2 --run-id a --url http://a --secret s --duration 9s --delete-dead-session",
    "dead for the others" },
  { "--shard 1/2 --run-id a --url http://a --secret s --duration 9s --fault run:true@+1s",
    "--fault run:true@+1s: a shard does not know" },
  { "--insecure=perhaps", "neither yes nor no" },
};

static void
test_refusals_have_a_remedy (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    Fixture f = { 0 };

    set_up (&f, NULL);
    g_test_message ("%s", refusals[i].line);
    g_assert_false (parse (&f, refusals[i].line));
    g_assert_error (f.error, RJ_ERROR, RJ_ERROR_USAGE);
    if (strstr (f.error->message, refusals[i].said) == NULL)
      g_error ("%s: \"%s\" does not say \"%s\"", refusals[i].line, f.error->message,
               refusals[i].said);
    tear_down (&f, NULL);
  }
}

static void
test_fault_is_split_at_the_last_at (void)
{
  g_autoptr (RjFault) fault = rj_fault_parse ("run:ssh me@host kill@1 7@2.5s", NULL);

  g_assert_nonnull (fault);
  g_assert_cmpint (fault->kind, ==, RJ_FAULT_RUN);
  g_assert_cmpstr (fault->target, ==, "ssh me@host kill@1 7");
  g_assert_cmpint (fault->delay_us, ==, 2500000);
  g_assert_false (rj_fault_needs_embedded (fault));
}

static void
test_some_faults_last (void)
{
  static const struct {
    const char *text;
    const char *target;
    gint64 length_us;
  } rows[] = {
    { "blackhole-media@1s", NULL, 12000000 },
    { "blackhole-media/500ms@1s", NULL, 500000 },
    { "blackhole-signalling:bot-1@1s", "bot-1", 12000000 },
    { "blackhole-signalling:a/b/20s@1s", "a/b", 20000000 },
    { "run:ls /tmp@1s", "ls /tmp", 0 },
    { "kill-media-node:1@1s", "1", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RjFault) fault = rj_fault_parse (rows[i].text, NULL);

    g_assert_nonnull (fault);
    g_assert_cmpstr (fault->target, ==, rows[i].target);
    g_assert_cmpint (fault->length_us, ==, rows[i].length_us);
    g_assert_cmpint (fault->delay_us, ==, G_USEC_PER_SEC);
  }
}

static void
test_marks_are_waited_for (Fixture *f, gconstpointer unused)
{
  g_assert_true (parse (f, "--mark-file mark --control 0"));
  g_assert_cmpuint (f->options.marks, ==, 1);
  g_assert_cmpuint (f->options.steps->len, ==, 0); /* somebody else does the fault */
}

/* One may come, and need not */
static void
test_no_mark_is_waited_for (Fixture *f, gconstpointer unused)
{
  g_assert_true (parse (f, "--mark-file mark --marks 0"));
  g_assert_cmpuint (f->options.marks, ==, 0);
}

static void
test_a_share_of_the_run (Fixture *f, gconstpointer unused)
{
  g_assert_true (parse (f, "--shard 2/3 --run-id Job-1 --participants 7 --duration 30s --url "
                           "http://127.0.0.1:1 --secret hush --fault run:true@1s"));
  g_assert_cmpstr (f->options.run_id, ==, "Job-1");
  g_assert_cmpuint (f->options.shard.number, ==, 2);
  g_assert_cmpuint (f->options.shard.of, ==, 3);
  g_assert_cmpuint (rj_run_options_count_participants (&f->options), ==, 7);
}

static void
test_somebody_else_does_the_fault (Fixture *f, gconstpointer unused)
{
  g_assert_true (parse (f, "--marks 2"));
  g_assert_cmpuint (f->options.steps->len, ==, 0);
}

static void
test_commands_are_not_taken_from_outside (void)
{
  static const struct {
    const char *text;
    int code; /* -1: taken */
  } rows[] = {
    { "kill-media-node:1", -1 },
    { "run:reboot", RJ_ERROR_REJECTED },
    { "repair:reboot", RJ_ERROR_REJECTED },
    { "mark:x", RJ_ERROR_USAGE },
    { "expect-recovered", RJ_ERROR_USAGE },
    { "kill-media-node@5s", RJ_ERROR_USAGE },
    { "explode", RJ_ERROR_USAGE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (RjFault) fault = rj_fault_ask (rows[i].text, &error);

    g_assert_true ((fault != NULL) == (rows[i].code < 0));
    if (fault == NULL)
      g_assert_error (error, RJ_ERROR, rows[i].code);
  }
}

static void
test_when_a_fault_begins (void)
{
  static const struct {
    const char *text;
    RjFaultWhen when;
    gint64 delay_us;
  } rows[] = {
    { "kill-media-node@1.5s", RJ_FAULT_AT, 1500000 },
    { "kill-media-node@all-flowing", RJ_FAULT_AT, 0 },
    { "kill-media-node@all-flowing+1s", RJ_FAULT_AT, 1000000 },
    { "kill-media-node@+5s", RJ_FAULT_AFTER, 5000000 },
    { "run:kill a@b@recovered", RJ_FAULT_RECOVERED, 0 },
    { "kill-media-node@recovered+2s", RJ_FAULT_RECOVERED, 2000000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RjFault) fault = rj_fault_parse (rows[i].text, NULL);

    g_assert_nonnull (fault);
    g_assert_cmpint (fault->when, ==, rows[i].when);
    g_assert_cmpint (fault->delay_us, ==, rows[i].delay_us);
  }
}

static void
test_one_after_the_other (void)
{
  static const struct {
    const char *text, *target, *detail;
    gint64 stagger_us;
  } rows[] = {
    { "leave:all/200ms@1s", "all", NULL, 200000 },
    { "leave:team/anna@1s", "team/anna", NULL, 0 },
    { "join:bot-1@1s", "bot-1", NULL, 0 },
    { "cut-websocket@1s", NULL, NULL, 0 },
    { "cut-websocket/1s@1s", NULL, NULL, 1000000 },
    { "cut-websocket:fin@1s", NULL, "fin", 0 },
    { "cut-websocket:rst:all/1s@1s", "all", "rst", 1000000 },
    { "cut-websocket:bot-2@1s", "bot-2", NULL, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RjFault) fault = rj_fault_parse (rows[i].text, NULL);

    g_assert_nonnull (fault);
    g_assert_cmpstr (fault->target, ==, rows[i].target);
    g_assert_cmpstr (fault->detail, ==, rows[i].detail);
    g_assert_cmpint (fault->stagger_us, ==, rows[i].stagger_us);
    g_assert_true (rj_fault_names_people (fault));
  }
}

static void
test_a_step_names_a_participant (void)
{
  g_autoptr (RjFault) video = rj_fault_parse ("mute:bot-1:video@1s", NULL);
  g_autoptr (RjFault) both = rj_fault_parse ("unmute:a:b@1s", NULL);
  g_autoptr (RjFault) other = rj_fault_parse ("leave:bot-1:video@1s", NULL);

  g_assert_cmpint (video->kind, ==, RJ_FAULT_MUTE);
  g_assert_cmpstr (video->target, ==, "bot-1");
  g_assert_cmpstr (video->detail, ==, "video");
  g_assert_cmpstr (both->target, ==, "a:b");
  g_assert_null (both->detail);
  g_assert_cmpstr (other->target, ==, "bot-1:video");
}

static void
test_roles_go_to_whom_they_are_meant (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjRoster) roster = NULL;

  g_assert_true (
    parse (f, "--participants 3 --role subscriber --role MODERATOR:bot-2 --role PUBLISHER:bot-3"));
  roster = rj_roster_new (f->options.groups, f->options.roles, "abc", NULL);
  g_assert_cmpstr (rj_roster_find_name (roster, "bot-1")->role, ==, "SUBSCRIBER");
  g_assert_false (rj_roster_find_name (roster, "bot-1")->publishes);
  g_assert_cmpstr (rj_roster_find_name (roster, "bot-2")->role, ==, "MODERATOR");
  g_assert_true (rj_roster_find_name (roster, "bot-3")->publishes);
  g_assert_nonnull (rj_roster_find_moderator (roster, rj_roster_find_name (roster, "bot-1")));
  g_assert_null (rj_roster_find_moderator (roster, rj_roster_find_name (roster, "bot-2")));
}

static void
test_durations_come_back (void)
{
  static const char *const texts[] = { "250ms", "3s", "90s", "2m", "1h", "0ms" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *again = NULL;
    gint64 us = -1;

    g_assert_true (rj_duration_parse (texts[i], &us, NULL));
    again = rj_duration_format (us);
    g_assert_cmpstr (again, ==, texts[i]);
  }
  for (guint i = 0; i < 5; i++) {
    static const char *const bad[] = { "", "s", "-1s", "5", "1 s" };
    gint64 us = 0;

    g_assert_false (rj_duration_parse (bad[i], &us, NULL));
  }
}

static void
test_roster_names_are_unique (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjRoster) roster = NULL;
  const RjRosterEntry *last;

  g_assert_true (parse (f, "--participants 2,1 --session room-{session}-{run}"));
  roster = rj_roster_new (f->options.groups, f->options.roles, "abc", NULL);
  g_assert_cmpuint (roster->entries->len, ==, 3);
  last = g_ptr_array_index (roster->entries, 2);
  g_assert_cmpstr (last->name, ==, "bot-3");
  g_assert_cmpstr (last->session, ==, "room-2-abc");
  g_assert_cmpuint (last->number, ==, 3);
  g_assert_null (rj_roster_find (roster, "room-1-abc", "bot-3"));
  g_assert_true (rj_roster_find (roster, "room-2-abc", "bot-3") == last);
}

static void
test_help_names_every_option (void)
{
  const RjOptionTable *table = rj_run_options_get_table ();
  g_autofree char *help = rj_option_table_get_help (table, "run");

  for (guint i = 0; i < table->n_options; i++) {
    g_autofree char *wanted = g_strconcat ("  --", table->options[i].name, NULL);

    g_assert_nonnull (strstr (help, wanted));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/options/demo", test_nothing_is_the_demo);
  ADD ("/options/no-fault", test_participants_alone_make_no_fault);
  ADD ("/options/environment", test_flag_wins_over_environment);
  ADD ("/options/secrets", test_secrets_are_not_in_the_plan);
  ADD ("/options/roster", test_roster_names_are_unique);
  ADD ("/options/roles", test_roles_go_to_whom_they_are_meant);
  ADD ("/options/marks", test_marks_are_waited_for);
  ADD ("/options/no-marks", test_no_mark_is_waited_for);
  ADD ("/options/shard", test_a_share_of_the_run);
  ADD ("/options/marks-without-fault", test_somebody_else_does_the_fault);
  g_test_add_func ("/options/from-outside", test_commands_are_not_taken_from_outside);
  g_test_add_func ("/options/when", test_when_a_fault_begins);
  g_test_add_func ("/options/stagger", test_one_after_the_other);
  g_test_add_func ("/options/refusals", test_refusals_have_a_remedy);
  g_test_add_func ("/options/help", test_help_names_every_option);
  g_test_add_func ("/fault/split", test_fault_is_split_at_the_last_at);
  g_test_add_func ("/fault/lasts", test_some_faults_last);
  g_test_add_func ("/fault/step", test_a_step_names_a_participant);
  g_test_add_func ("/duration/round-trip", test_durations_come_back);
  return g_test_run ();
}
