/* The OpenVidu-compatible server of the embedded cluster as a process of its own. */
#include "rj-apps.h"
#include "rj-child-app.h"
#include "rj-json.h"
#include "rj-server.h"

static void
on_ready (RjServer *server, gpointer events)
{
  rj_child_app_say_ready (events, rj_server_get_port (server));
}

static char **
read_headers (JsonObject *line)
{
  JsonArray *array = rj_json_get_array (line, "webhook_headers");
  g_autoptr (GStrvBuilder) headers = g_strv_builder_new ();

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    g_strv_builder_add (headers, json_array_get_string_element (array, i));
  return g_strv_builder_end (headers);
}

static RjServerConfig *
make_config (JsonObject *line)
{
  RjServerConfig *config = rj_server_config_new (rj_json_get_string (line, "secret", ""));
  JsonArray *nodes = rj_json_get_array (line, "media_nodes");
  gint64 crash_after_us = rj_json_get_int (line, "crash_after_us", -1);
  const char *certificate = rj_json_get_string (line, "tls_certificate", NULL);

  config->port = rj_json_get_int (line, "port", 0);
  config->public_url = g_strdup (rj_json_get_string (line, "public_url", NULL));
  config->life = rj_json_get_int (line, "life", 0);
  config->index = rj_json_get_int (line, "index", 0);
  if (crash_after_us >= 0)
    config->crash_after_us = crash_after_us;
  config->quirks = rj_json_get_int (line, "quirks", 0);
  config->webhook = g_strdup (rj_json_get_string (line, "webhook", NULL));
  config->webhook_headers = read_headers (line);
  if (rj_json_has (line, "forced_video_codec")) {
    g_free (config->forced_video_codec);
    config->forced_video_codec = g_strdup (rj_json_get_string (line, "forced_video_codec", "NONE"));
  }
  config->turn = g_strdup (rj_json_get_string (line, "turn", NULL));
  if (rj_json_has (line, "media_server")) {
    g_free (config->media_server);
    config->media_server = g_strdup (rj_json_get_string (line, "media_server", "kurento"));
  }
  config->tls_cert_path = g_strdup (certificate);
  config->tls_key_path = g_strdup (rj_json_get_string (line, "tls_key", certificate));
  for (guint i = 0; nodes != NULL && i < json_array_get_length (nodes); i++)
    rj_server_config_add_media_node (config, json_array_get_string_element (nodes, i));
  return config;
}

int
rj_internal_server_main (int argc, char **argv)
{
  g_autoptr (JsonObject) line = rj_child_app_read_config ();
  g_autoptr (RjServerConfig) config = NULL;
  RjEventSink *events;
  int code;

  if (line == NULL)
    return RJ_EXIT_USAGE;
  config = make_config (line);
  events = rj_child_app_open_events ();
  code = rj_server_main (config, events, on_ready, events);
  g_object_unref (events);
  return code;
}
