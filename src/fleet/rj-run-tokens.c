#include "rj-run-tokens.h"

#include "rj-token-sources.h"

static void
find_asker (const char *session, const char *participant, RjAsker *asker, gpointer user_data)
{
  const RjRosterEntry *entry = rj_roster_find (user_data, session, participant);

  if (entry != NULL)
    *asker = (RjAsker){ entry->role, entry->group->name, entry->index };
}

/* Whoever makes connections can be asked for a role, whoever makes sessions for a codec; our own app server does
 * both. @source: (transfer full). Returns: the same */
static RjTokenSource *
with_wishes (const RjRunTokens *self, RjTokenSource *source)
{
  const RjRunOptions *options = self->options;
  const char *codec = rj_run_options_get_forced_codec (options);

  rj_token_source_set_askers (source, find_asker, (gpointer) self->roster);
  if (codec != NULL)
    rj_token_source_force_video_codec (source, codec);
  return source;
}

RjTokenSource *
rj_run_tokens_new (const RjRunTokens *self)
{
  const RjRunOptions *options = self->options;
  RjDeployment *deployment = self->deployment;
  RjAppPreset preset = RJ_APP_FAULT_TOLERANCE;

  rj_app_preset_from_name (options->app_preset, &preset);
  if (options->embedded && rj_roster_has_roles (self->roster))
    preset = RJ_APP_SESSIONS;
  if (options->token != NULL)
    return rj_token_source_new_literal (options->token);
  if (options->token_command != NULL)
    return rj_token_source_new_command (self->clock, options->token_command, 0);
  if (options->app_request != NULL)
    return with_wishes (
      self, rj_token_source_new_request (self->http, self->clock, options->app_request, self->run));
  if (rj_deployment_get_app_url (deployment) != NULL)
    return with_wishes (self,
                        rj_token_source_new_app (self->http, self->clock,
                                                 rj_deployment_get_app_url (deployment), preset));
  return with_wishes (self, rj_token_source_new_rest (self->http, self->clock,
                                                      rj_deployment_get_server_url (deployment),
                                                      rj_deployment_get_secret (deployment)));
}

static gboolean
is_on_loopback (const char *url)
{
  g_autoptr (GUri) uri = url == NULL ? NULL : g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *host = uri == NULL ? NULL : g_uri_get_host (uri);

  return host != NULL && (g_str_equal (host, "localhost") || g_str_equal (host, "::1") ||
                          g_str_has_prefix (host, "127."));
}

RjLoopback
rj_run_find_loopback (const RjRunOptions *options, RjDeployment *deployment)
{
  if (rj_deployment_is_embedded (deployment))
    return RJ_LOOPBACK_ONLY;
  if (options->token_command != NULL || /* where it leads to is not known yet */
      is_on_loopback (rj_deployment_get_app_url (deployment)) ||
      is_on_loopback (rj_deployment_get_server_url (deployment)) || is_on_loopback (options->token))
    return RJ_LOOPBACK_TOO;
  return RJ_LOOPBACK_NEVER;
}
