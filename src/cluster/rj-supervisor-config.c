#include "rj-supervisor.h"

#include "rj-json.h"

RjSupervisorConfig *
rj_supervisor_config_new (void)
{
  RjSupervisorConfig *self = g_new0 (RjSupervisorConfig, 1);

  self->n_nodes = 2;
  self->n_masters = 1;
  self->crash_after_us = -1;
  self->restart_after_us = -1;
  return self;
}

void
rj_supervisor_config_free (RjSupervisorConfig *self)
{
  if (self == NULL)
    return;
  g_free (self->secret);
  g_free (self->tls_certificate);
  g_free (self->tls_key);
  g_free (self->webhook);
  g_strfreev (self->webhook_headers);
  g_free (self->media_server);
  g_free (self->forced_video_codec);
  g_free (self->turn);
  g_free (self);
}

JsonArray *
rj_supervisor_config_list_headers (const RjSupervisorConfig *self)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; self->webhook_headers != NULL && self->webhook_headers[i] != NULL; i++)
    json_array_add_string_element (array, self->webhook_headers[i]);
  return array;
}

JsonObject *
rj_supervisor_config_to_json (const RjSupervisorConfig *self)
{
  return rj_json_build (
    "n_nodes", 'i', (gint64) self->n_nodes, "n_masters", 'i', (gint64) self->n_masters, "app_port",
    'i', (gint64) self->app_port, "server_port", 'i', (gint64) self->server_port, "first_node_port",
    'i', (gint64) self->first_node_port, "secret", 's', self->secret, "tls_certificate", 's',
    self->tls_certificate, "tls_key", 's', self->tls_key, "crash_after_us", 'i',
    self->crash_after_us, "restart_after_us", 'i', self->restart_after_us, "quirks", 'i',
    (gint64) self->quirks, "webhook", 's', self->webhook, "webhook_headers", 'a',
    rj_supervisor_config_list_headers (self), "media_server", 's', self->media_server,
    "forced_video_codec", 's', self->forced_video_codec, "turn", 's', self->turn, NULL);
}

static char **
read_headers (JsonArray *array)
{
  g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    g_strv_builder_add (headers, json_array_get_string_element (array, i));
  return g_strv_builder_end (headers);
}

RjSupervisorConfig *
rj_supervisor_config_from_json (JsonObject *line)
{
  RjSupervisorConfig *self = rj_supervisor_config_new ();

  self->n_nodes = rj_json_get_int (line, "n_nodes", self->n_nodes);
  self->n_masters = rj_json_get_int (line, "n_masters", self->n_masters);
  self->app_port = rj_json_get_int (line, "app_port", 0);
  self->server_port = rj_json_get_int (line, "server_port", 0);
  self->first_node_port = rj_json_get_int (line, "first_node_port", 0);
  self->secret = g_strdup (rj_json_get_string (line, "secret", NULL));
  self->tls_certificate = g_strdup (rj_json_get_string (line, "tls_certificate", NULL));
  self->tls_key = g_strdup (rj_json_get_string (line, "tls_key", NULL));
  self->crash_after_us = rj_json_get_int (line, "crash_after_us", -1);
  self->media_server = g_strdup (rj_json_get_string (line, "media_server", NULL));
  self->forced_video_codec = g_strdup (rj_json_get_string (line, "forced_video_codec", NULL));
  self->turn = g_strdup (rj_json_get_string (line, "turn", NULL));
  self->restart_after_us = rj_json_get_int (line, "restart_after_us", -1);
  self->quirks = rj_json_get_int (line, "quirks", 0);
  self->webhook = g_strdup (rj_json_get_string (line, "webhook", NULL));
  self->webhook_headers = read_headers (rj_json_get_array (line, "webhook_headers"));
  return self;
}
