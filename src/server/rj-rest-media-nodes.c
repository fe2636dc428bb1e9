/* REST about media nodes, and the server's health: of a server with several nodes, as in OpenVidu's clustered
 * editions (OpenVidu 2 protocol, 2.2 and 2.7). */
#include "rj-json.h"
#include "rj-rest-json.h"
#include "rj-rest.h"
#include "rj-server-nodes.h"

#define DEFAULT_STRATEGY "if-no-sessions"

static JsonArray *
list_sessions (RjServerCore *core, RjNodeWatcher *node)
{
  JsonArray *array = json_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (((RjServerSession *) value)->node == node)
      json_array_add_object_element (array, rj_rest_session_to_json (value, 0));
  return array;
}

static JsonObject *
describe (RjRestRequest *request, RjNodeWatcher *node)
{
  gboolean connected = rj_node_watcher_get_state (node) == RJ_NODE_CONNECTED;
  g_autofree char *ip = rj_node_watcher_dup_host (node);
  g_autofree char *environment =
    g_strdup_printf ("media-node-%u", rj_node_watcher_get_index (node));
  JsonObject *object = rj_json_build (
    "id", 's', rj_node_watcher_get_id (node), "object", 's', "mediaNode", "environmentId", 's',
    environment, "ip", 's', ip, "uri", 's', rj_node_watcher_get_url (node), "connected", 'b',
    connected, "connectionTime", 'i', rj_node_watcher_get_connected_ms (node), NULL);

  if (!connected)
    json_object_set_int_member (object, "disconnectionTime", rj_node_watcher_get_lost_ms (node));
  json_object_set_string_member (object, "mediaServer", "kurento");
  json_object_set_double_member (object, "load", rj_server_count_sessions (request->core, node));
  json_object_set_string_member (
    object, "status",
    rj_node_watcher_get_state (node) == RJ_NODE_CONNECTING ? "launching" : "running");
  if (rj_rest_get_flag (request, "sessions", FALSE))
    json_object_set_array_member (object, "sessions", list_sessions (request->core, node));
  if (rj_rest_get_flag (request, "recordings", FALSE))
    json_object_set_array_member (object, "recordingIds", json_array_new ());
  return object;
}

void
rj_rest_list_media_nodes (RjRestRequest *request)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < request->core->nodes->len; i++)
    json_array_add_object_element (array,
                                   describe (request, g_ptr_array_index (request->core->nodes, i)));
  rj_rest_reply_json (request, SOUP_STATUS_OK, rj_rest_list (array));
}

/* Returns: (transfer none) (nullable): NULL after having replied */
static RjNodeWatcher *
want_node (RjRestRequest *request)
{
  RjNodeWatcher *node = rj_server_find_node (request->core, request->parts[1]);

  if (node == NULL)
    rj_rest_reply_empty (request, SOUP_STATUS_NOT_FOUND);
  return node;
}

void
rj_rest_get_media_node (RjRestRequest *request)
{
  RjNodeWatcher *node = want_node (request);

  if (node != NULL)
    rj_rest_reply_json (request, SOUP_STATUS_OK, describe (request, node));
}

void
rj_rest_add_media_node (RjRestRequest *request)
{
  const char *url = rj_json_get_string (request->body, "uri", NULL);
  g_autoptr (GUri) uri = url == NULL ? NULL : g_uri_parse (url, G_URI_FLAGS_NONE, NULL);

  if (uri == NULL || g_uri_get_host (uri) == NULL ||
      (!g_str_equal (g_uri_get_scheme (uri), "ws") && !g_str_equal (g_uri_get_scheme (uri), "wss")))
    rj_rest_reply_error (request, SOUP_STATUS_BAD_REQUEST,
                         "Parameter 'uri' must be like ws://127.0.0.1:8888/kurento");
  else if (rj_server_find_node (request->core, url) != NULL)
    rj_rest_reply_error (request, SOUP_STATUS_CONFLICT, "Media node %s is there already", url);
  else
    rj_rest_reply_json (request, SOUP_STATUS_OK,
                        describe (request, rj_server_add_node (request->core, url)));
}

void
rj_rest_delete_media_node (RjRestRequest *request)
{
  const char *strategy =
    request->query == NULL ? NULL : g_hash_table_lookup (request->query, "deletion-strategy");
  RjNodeWatcher *node = want_node (request);

  if (node == NULL)
    return;
  if (g_strcmp0 (strategy, "now") != 0 && strategy != NULL &&
      !g_str_equal (strategy, DEFAULT_STRATEGY)) {
    rj_rest_reply_error (request, SOUP_STATUS_BAD_REQUEST,
                         "Parameter 'deletion-strategy' must be now or " DEFAULT_STRATEGY);
    return;
  }
  if (g_strcmp0 (strategy, "now") != 0 && rj_server_count_sessions (request->core, node) > 0) {
    rj_rest_reply_error (request, SOUP_STATUS_CONFLICT, "Media node %s hosts sessions",
                         request->parts[1]);
    return;
  }
  rj_server_remove_node (request->core, node);
  rj_rest_reply_empty (request, SOUP_STATUS_OK);
}

void
rj_rest_get_health (RjRestRequest *request)
{
  JsonArray *lost = json_array_new ();

  for (guint i = 0; i < request->core->nodes->len; i++) {
    RjNodeWatcher *node = g_ptr_array_index (request->core->nodes, i);

    if (rj_node_watcher_get_state (node) != RJ_NODE_CONNECTED)
      json_array_add_string_element (lost, rj_node_watcher_get_id (node));
  }
  rj_rest_reply_json (
    request, json_array_get_length (lost) == 0 ? SOUP_STATUS_OK : SOUP_STATUS_SERVICE_UNAVAILABLE,
    rj_json_build ("status", 's', json_array_get_length (lost) == 0 ? "UP" : "DOWN",
                   "disconnectedMediaNodes", 'a', lost, NULL));
}
