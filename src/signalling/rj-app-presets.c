#include "rj-app-presets.h"

#include <string.h>

#include "rj-json.h"

/* Presets, as requests below a base URL whose end they have in common */
typedef struct {
  const char *prefix;      /* of every path; may already stand at the end of the URL */
  const char *create_path; /* (nullable) */
  const char *token_path;
  const char *token_body;
  gboolean finds_id; /* the answer to create names the session */
} Preset;

/* Without a role that was asked for there is no member role. */
static const Preset presets[] = {
  [RJ_APP_FAULT_TOLERANCE] = { "/api", NULL, "/get-token", "{\"sessionId\": \"{session}\"}",
                               FALSE },
  [RJ_APP_SESSIONS] = { "/api", "/sessions", "/sessions/{id}/connections", "{\"role\": \"{role}\"}",
                        TRUE },
};

static const Preset rest_preset = {
  "/openvidu/api", "/sessions", "/sessions/{id}/connection", "{\"role\": \"{role}\"}", FALSE,
};

static const char create_body[] = "{\"customSessionId\": \"{session}\"}";

/* Returns: (transfer full): @url with @prefix exactly once, and without @suffix (nullable) and slashes at
 * its end */
static char *
make_base (const char *url, const char *prefix, const char *suffix)
{
  g_autofree char *base = g_strdup (url);
  g_autofree char *whole = suffix == NULL ? NULL : g_strconcat (prefix, suffix, NULL);

  for (gsize n = strlen (base); n > 0 && base[n - 1] == '/'; n--)
    base[n - 1] = '\0';
  if (whole != NULL && g_str_has_suffix (base, whole))
    base[strlen (base) - strlen (suffix)] = '\0';
  if (g_str_has_suffix (base, prefix))
    return g_steal_pointer (&base);
  return g_strconcat (base, prefix, NULL);
}

/* Returns: (transfer full) */
static RjRequest *
make_request (const char *base, const char *path, const char *body)
{
  g_autofree char *url = g_strconcat (base, path, NULL);
  RjRequest *request = rj_request_new ("POST", url);

  request->json = rj_json_parse_node (body, -1, NULL);
  return request;
}

static RjRequestTemplate *
make_template (const Preset *preset, const char *url)
{
  const char *first_path = preset->create_path == NULL ? preset->token_path : preset->create_path;
  g_autofree char *base = make_base (url, preset->prefix, first_path);
  RjRequestTemplate *template =
    rj_request_template_new (make_request (base, preset->token_path, preset->token_body));

  if (preset->create_path != NULL)
    template->create = make_request (base, preset->create_path, create_body);
  template->finds_id = preset->finds_id;
  return template;
}

gboolean
rj_app_preset_from_name (const char *name, RjAppPreset *preset)
{
  if (g_strcmp0 (name, "fault-tolerance") == 0)
    *preset = RJ_APP_FAULT_TOLERANCE;
  else if (g_strcmp0 (name, "sessions") == 0)
    *preset = RJ_APP_SESSIONS;
  else
    return FALSE;
  return TRUE;
}

RjRequestTemplate *
rj_app_preset_make_template (RjAppPreset preset, const char *url)
{
  return make_template (&presets[preset], url);
}

RjRequestTemplate *
rj_rest_make_template (const char *url)
{
  return make_template (&rest_preset, url);
}

char *
rj_rest_make_url (const char *url, const char *path)
{
  g_autofree char *base = make_base (url, rest_preset.prefix, rest_preset.create_path);

  return g_strconcat (base, path, NULL);
}
