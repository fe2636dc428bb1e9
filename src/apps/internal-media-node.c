/* A media node of the embedded cluster as a process of its own. */
#include "rj-apps.h"
#include "rj-child-app.h"
#include "rj-json.h"
#include "rj-node.h"

static void
on_ready (guint port, gpointer events)
{
  rj_child_app_say_ready (events, port);
}

int
rj_internal_media_node_main (int argc, char **argv)
{
  g_autoptr (JsonObject) line = rj_child_app_read_config ();
  g_autoptr (GObject) events = NULL;
  RjNodeConfig config = { .loopback_only = TRUE };

  if (line == NULL)
    return RJ_EXIT_USAGE;
  config.port = rj_json_get_int (line, "port", 0);
  config.black_pictures = rj_json_get_bool (line, "black_pictures", FALSE);
  events = G_OBJECT (rj_child_app_open_events ());
  return rj_node_main (&config, on_ready, events);
}
