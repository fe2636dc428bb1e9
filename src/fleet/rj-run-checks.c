/* The checks of rj-run-options.h: what no single option can check. */
#include "rj-run-options.h"

#include "rj-control.h"
#include "rj-error.h"
#include "rj-expectation.h"
#include "rj-fault-check.h"
#include "rj-roster.h"
#include "rj-run-groups.h"
#include "rj-secret.h"
#include "rj-shard.h"

static gboolean
read_secret_file (RjRunOptions *self, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) problem = NULL;

  if (self->secret_file == NULL)
    return TRUE;
  if (self->secret != NULL)
    return rj_error_refuse (error,
                            "--secret and --secret-file exclude each other; give one of them");
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
  guint n_sources = (self->app != NULL) + (self->app_request != NULL) + (self->token != NULL) +
                    (self->token_command != NULL);

  if (!check_url ("app", self->app, error) || !check_url ("url", self->url, error))
    return FALSE;
  if (n_sources > 1)
    return rj_error_refuse (
      error, "--app, --token, --token-command and a plan's request exclude each other; give one "
             "source of tokens");
  if (n_sources == 0 && self->url != NULL && self->secret == NULL)
    return rj_error_refuse (
      error, "--url needs --secret, --secret-file or REJOIN_SECRET to make tokens, or another "
             "source of tokens: --app, --token-command, --token");
  if (self->token != NULL && rj_run_options_count_participants (self) > 1)
    return rj_error_refuse (
      error, "--token serves one participant: add --participants 1, or use --token-command");
  if (self->token != NULL && self->repeat > 1)
    return rj_error_refuse (
      error, "--token is used up by the first run of --repeat: use --token-command, --app "
             "or --url");
  if (self->token != NULL && self->steps->len > 0)
    return rj_error_refuse (
      error, "--token is used up by the first join, so nobody could rejoin after --fault: use "
             "--token-command, --app or --url");
  if (self->token != NULL && !is_token (self->token))
    return rj_error_refuse (error, "--token: that is no token; it looks like "
                                   "wss://ov.example:4443?sessionId=SESSION&token=TOKEN");
  if (self->delete_dead_session && !self->embedded && (self->url == NULL || self->secret == NULL))
    return rj_error_refuse (error, "--delete-dead-session needs --url and --secret");
  if (self->quirks->len > 0 && !self->embedded)
    return rj_error_refuse (error,
                            "--quirk is for the embedded cluster; your own server has its own");
  if (self->embedded && self->turn == NULL && g_str_equal (self->ice, "relay"))
    return rj_error_refuse (error,
                            "--ice relay needs --turn with the embedded cluster, which has no TURN "
                            "server of its own");
  if (!self->embedded && self->turn != NULL)
    return rj_error_refuse (
      error, "--turn is for the embedded cluster; a deployment names its TURN server in "
             "the join answer");
  if (self->embedded && self->wait_for_us >= 0)
    return rj_error_refuse (
      error, "--wait-for is for a deployment of your own; the embedded cluster is ready at once");
  return TRUE;
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
  list = rj_roster_list_names (roster);
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               "--%s %s: there is no participant \"%s\"; there are: %s", option, text, name, list);
  return FALSE;
}

static gboolean
can_ask_for_roles (const RjRunOptions *self)
{
  if (self->embedded)
    return TRUE;
  if (self->token != NULL || self->token_command != NULL)
    return FALSE;
  if (self->app_request != NULL)
    return rj_request_template_uses (self->app_request, "role");
  return self->app == NULL || g_str_equal (self->app_preset, "sessions");
}

/* PUBLISHER is what everybody is given who asks for nothing. */
static gboolean
check_asked_roles (const RjRunOptions *self, const RjRoster *roster, GError **error)
{
  for (guint i = 0; i < roster->entries->len && !can_ask_for_roles (self); i++) {
    const RjRosterEntry *entry = g_ptr_array_index (roster->entries, i);

    if (entry->role == NULL || g_str_equal (entry->role, "PUBLISHER"))
      continue;
    g_set_error (
      error, RJ_ERROR, RJ_ERROR_USAGE,
      "role %s of %s: whoever makes these tokens decides on their role; rejoin can ask "
      "for one with --url and --secret, --app-preset sessions, or a request of the plan that "
      "has {role} in it. Who only watches "
      "needs no role but --no-publish, in a plan publish: false",
      entry->role, entry->name);
    return FALSE;
  }
  return TRUE;
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
  return check_asked_roles (self, roster, error);
}

/* --fault takes the place of what a plan says. */
static gboolean
read_faults (RjRunOptions *self, GError **error)
{
  if (self->faults->len == 0 && self->steps != NULL)
    return TRUE;
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_fault_free);
  for (guint i = 0; i < self->faults->len; i++) {
    RjFault *fault = rj_fault_parse (g_ptr_array_index (self->faults, i), error);

    if (fault == NULL)
      return FALSE;
    g_ptr_array_add (self->steps, fault);
  }
  return TRUE;
}

/* A step is asked for by its name. */
static gboolean
check_step_names (const RjRunOptions *self, GError **error)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->steps->len; i++) {
    const RjFault *step = g_ptr_array_index (self->steps, i);

    if (step->name == NULL || g_hash_table_add (names, step->name))
      continue;
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "steps[%u].name: another step is called \"%s\" already; give each its own name", i,
                 step->name);
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_faults (RjRunOptions *self, const RjRoster *roster, GError **error)
{
  const RjFaultGround ground = { roster, self->embedded, self->masters };

  for (guint i = 0; i < self->steps->len; i++) {
    const RjFault *step = g_ptr_array_index (self->steps, i);

    if (rj_fault_check (step, &ground, error) &&
        (self->shard.of == 0 || rj_shard_check_step (step, error)))
      continue;
    if (self->faults->len > 0)
      g_prefix_error (error, "--fault %s: ", (const char *) g_ptr_array_index (self->faults, i));
    else
      g_prefix_error (error, "steps[%u]: ", i);
    return FALSE;
  }
  return TRUE;
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

static gboolean
is_default (RjRunOptions *self, const char *name)
{
  const RjOptionTable *table = rj_run_options_get_table ();

  return *rj_option_table_get_source (table, self, rj_option_table_find (table, name)) ==
         RJ_OPTION_FROM_DEFAULT;
}

static gboolean
check_outside (RjRunOptions *self, GError **error)
{
  g_autofree char *folder = self->mark_file == NULL ? NULL : g_path_get_dirname (self->mark_file);
  guint port;

  if (folder != NULL && !g_file_test (folder, G_FILE_TEST_IS_DIR)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "--mark-file: there is no folder %s in which it could appear; make it first",
                 folder);
    return FALSE;
  }
  if (folder != NULL && is_default (self, "marks"))
    self->marks = 1;
  if (self->control == NULL || rj_control_parse_port (self->control, &port, error))
    return TRUE;
  g_prefix_error (error, "--control: ");
  return FALSE;
}

/* What shards can do that know nothing of each other but the plan */
static gboolean
check_shard (RjRunOptions *self, GError **error)
{
  guint n = rj_run_options_count_participants (self);

  if (self->run_id == NULL)
    return rj_error_refuse (error, "--shard needs --run-id, the same one for all shards: by it "
                                   "their logs are put together");
  if (self->embedded)
    return rj_error_refuse (error, "--shard needs a deployment that all shards can reach: give "
                                   "--url or --app, for instance of `rejoin cluster`");
  if (self->duration_us < 0)
    return rj_error_refuse (error,
                            "--shard needs --duration: a shard does not know when the others "
                            "are back, so all stay for one time, longer than the last "
                            "step and --within");
  if (self->delete_dead_session)
    return rj_error_refuse (error, "--delete-dead-session does not go with --shard, which does not "
                                   "know whether the session is dead for the others, too");
  if (n >= self->shard.of)
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               "--shard %s: there are only %u participants, so at least one shard has none; make "
               "fewer shards",
               self->shard_text, n);
  return FALSE;
}

static gboolean
check_run_id (RjRunOptions *self, GError **error)
{
  if (self->run_id != NULL && !rj_run_id_check (self->run_id, error)) {
    g_prefix_error (error, "--run-id: ");
    return FALSE;
  }
  if (self->run_id != NULL && self->repeat > 1)
    return rj_error_refuse (error, "--run-id is that of one run, and --repeat makes several: start "
                                   "rejoin for each of them");
  if (self->shard_text == NULL)
    return TRUE;
  if (rj_shard_parse (self->shard_text, &self->shard, error))
    return check_shard (self, error);
  g_prefix_error (error, "--shard: ");
  return FALSE;
}

/* A secret may be given in other ways than by what it looks like */
static void
remember_secrets (RjRunOptions *self)
{
  rj_secret_remember (self->secret, NULL);
  rj_secret_remember (self->token, NULL);
}

static gboolean
check (RjRunOptions *self, GError **error)
{
  g_autoptr (RjRoster) roster = NULL;

  self->embedded = self->app == NULL && self->app_request == NULL && self->token == NULL &&
                   self->token_command == NULL && self->url == NULL;
  if (!check_outside (self, error) || !read_secret_file (self, error) ||
      (roster = rj_run_options_make_groups (self, error)) == NULL || !check_run_id (self, error) ||
      !read_faults (self, error) || !check_deployment (self, error) ||
      !check_roles (self, roster, error) || !check_faults (self, roster, error) ||
      !check_step_names (self, error) || !rj_conditions_check (&self->conditions, error) ||
      !check_detectors (self, error))
    return FALSE;
  if (self->silence_us <= 0 || self->silence_leave_us <= self->silence_us)
    return rj_error_refuse (
      error, "--silence-leave must be longer than --silence, and both longer than 0");
  if (self->ca != NULL && !g_file_test (self->ca, G_FILE_TEST_IS_REGULAR))
    return rj_error_refuse (
      error, "--ca: there is no such file; give the PEM file of the certificate authority");
  return TRUE;
}

gboolean
rj_run_options_check (RjRunOptions *self, GError **error)
{
  if (check (self, error)) {
    remember_secrets (self);
    return TRUE;
  }
  if (self->plan != NULL)
    rj_plan_blame (self->plan, rj_run_options_get_table (), self, error);
  return FALSE;
}
