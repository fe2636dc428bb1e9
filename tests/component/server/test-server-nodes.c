/* What only a server with several media nodes has: REST about nodes, health, changed connections; a node that an
 * operator takes away and gives back. */
#include <string.h>

#include "rj-json.h"
#include "rjt-stage.h"

#define API      "/openvidu/api/"
#define SESSIONS API "sessions"
#define NODES    API "media-nodes"

static JsonObject *
ask (RjtStage *s, const char *method, const char *path, const char *body, guint status)
{
  g_autofree char *text = NULL;

  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, method, path, body, &text), ==, status);
  return text == NULL || *text == '\0' ? NULL : rj_json_parse_object (text, -1, NULL);
}

static void
expect (RjtStage *s, const char *method, const char *path, const char *body, guint status)
{
  JsonObject *answer = ask (s, method, path, body, status);

  g_clear_pointer (&answer, json_object_unref);
}

/* Returns: (transfer full) */
static char *
get_node_id (RjtStage *s, guint index)
{
  g_autoptr (JsonObject) list = ask (s, "GET", NODES, NULL, 200);
  JsonObject *node = rj_json_array_get_object (rj_json_get_array (list, "content"), index);

  return g_strdup (rj_json_get_string (node, "id", NULL));
}

static void
test_nodes_are_listed (RjtStage *s, gconstpointer unused)
{
  g_autoptr (JsonObject) list = ask (s, "GET", NODES, NULL, 200);
  JsonArray *content = rj_json_get_array (list, "content");
  g_autoptr (JsonObject) one = NULL;
  g_autoptr (JsonObject) session = NULL;
  JsonObject *node = rj_json_array_get_object (content, 0);
  g_autofree char *path =
    g_strconcat (NODES "/", rj_json_get_string (node, "id", "?"), "?sessions=true", NULL);

  g_assert_cmpint (rj_json_get_int (list, "numberOfElements", 0), ==, 2);
  g_assert_cmpstr (rj_json_get_string (node, "object", NULL), ==, "mediaNode");
  g_assert_cmpstr (rj_json_get_string (node, "ip", NULL), ==, "127.0.0.1");
  g_assert_cmpstr (rj_json_get_string (node, "uri", NULL), ==,
                   rjt_fake_kurento_get_url (rjt_stage_get_node (s, 0)));
  g_assert_true (rj_json_get_bool (node, "connected", FALSE));
  g_assert_false (json_object_has_member (node, "disconnectionTime"));
  rjt_stage_join (s, "room", "ann");
  one = ask (s, "GET", path, NULL, 200);
  g_assert_cmpuint (json_array_get_length (rj_json_get_array (one, "sessions")), ==, 1);
  session = ask (s, "GET", SESSIONS "/room", NULL, 200);
  g_assert_cmpstr (rj_json_get_string (session, "mediaNodeId", NULL), ==,
                   rj_json_get_string (one, "id", "?"));
  expect (s, "GET", NODES "/media_X", NULL, 404);
}

static void
test_health_tells_of_lost_nodes (RjtStage *s, gconstpointer unused)
{
  g_autoptr (JsonObject) good = ask (s, "GET", API "health", NULL, 200);
  g_autofree char *id = get_node_id (s, 1);
  g_autoptr (JsonObject) bad = NULL;
  g_autoptr (JsonObject) list = NULL;
  JsonArray *lost;

  g_assert_cmpstr (rj_json_get_string (good, "status", NULL), ==, "UP");
  rjt_fake_kurento_kill (rjt_stage_get_node (s, 1));
  rjt_wait_until (rjt_stage_count (s, RJ_EVENT_NODE_SUSPECT) == 1);
  bad = ask (s, "GET", API "health", NULL, 503);
  lost = rj_json_get_array (bad, "disconnectedMediaNodes");
  g_assert_cmpstr (rj_json_get_string (bad, "status", NULL), ==, "DOWN");
  g_assert_cmpuint (json_array_get_length (lost), ==, 1);
  g_assert_cmpstr (json_array_get_string_element (lost, 0), ==, id);
  list = ask (s, "GET", NODES, NULL, 200);
  g_assert_true (json_object_has_member (
    rj_json_array_get_object (rj_json_get_array (list, "content"), 1), "disconnectionTime"));
}

static gboolean
is_connected (RjtStage *s, const char *id)
{
  g_autofree char *path = g_strconcat (NODES "/", id, NULL);
  g_autoptr (JsonObject) node = ask (s, "GET", path, NULL, 200);

  return rj_json_get_bool (node, "connected", FALSE);
}

/* Its sessions are closed in order, new ones go elsewhere; given back, it takes sessions again */
static void
test_a_node_is_taken_away_and_given_back (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "one", "ann");
  RjtGuest *bob = rjt_stage_join (s, "two", "bob");
  g_autofree char *id = get_node_id (s, 0);
  g_autofree char *gently = g_strconcat (NODES "/", id, NULL);
  g_autofree char *now = g_strconcat (NODES "/", id, "?wait=false&deletion-strategy=now", NULL);
  g_autofree char *odd = g_strconcat (NODES "/", id, "?deletion-strategy=odd", NULL);
  const char *url = rjt_fake_kurento_get_url (rjt_stage_get_node (s, 0));
  g_autofree char *body = g_strdup_printf ("{\"uri\":\"%s\"}", url);
  g_autoptr (JsonObject) added = NULL;
  g_autofree char *told = NULL;

  expect (s, "DELETE", gently, NULL, 409); /* it hosts a session */
  expect (s, "DELETE", odd, NULL, 400);
  expect (s, "POST", NODES, body, 409);
  expect (s, "DELETE", now, NULL, 200);
  rjt_wait_until (rjt_guest_count (ann, "participantEvicted", rjt_guest_get_connection (ann),
                                   "mediaServerDisconnect") == 1);
  g_assert_cmpint (rjt_guest_try (bob, "echo", NULL), ==, 0);
  told = rjt_guest_tell (bob);
  g_assert_cmpstr (told, ==, "");
  expect (s, "DELETE", now, NULL, 404);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_NODE_REMOVED), ==, 1);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_NODE_CONTROL_CLOSED), ==, 0);
  rjt_stage_join (s, "one", "ann");
  g_assert_cmpuint (rjt_fake_kurento_count (rjt_stage_get_node (s, 1), "create MediaPipeline"), ==,
                    2);
  expect (s, "POST", NODES, "{}", 400);
  expect (s, "POST", NODES, "{\"uri\":\"http://a\"}", 400);
  added = ask (s, "POST", NODES, body, 200);
  g_assert_cmpstr (rj_json_get_string (added, "environmentId", NULL), ==, "media-node-0");
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_NODE_ADDED), ==, 1);
  g_assert_cmpint (rj_json_get_int (rjt_stage_get_data (s, RJ_EVENT_NODE_ADDED), "node", -1), ==,
                   0);
  rjt_fake_kurento_forget (rjt_stage_get_node (s, 0));
  rjt_wait_until (is_connected (s, rj_json_get_string (added, "id", "?")));
  rjt_stage_join (s, "three", "cid");
  g_assert_cmpuint (rjt_fake_kurento_count (rjt_stage_get_node (s, 0), "create MediaPipeline"), ==,
                    1);
}

static void
test_without_a_node_joins_get_204 (RjtStage *s, gconstpointer unused)
{
  for (guint i = 0; i < 2; i++) {
    g_autofree char *id = get_node_id (s, 0);
    g_autofree char *path = g_strconcat (NODES "/", id, NULL);

    expect (s, "DELETE", path, NULL, 200);
  }
  g_assert_cmpint (rjt_stage_try_join (s, "room"), ==, 204);
}

static void
test_a_session_goes_to_the_node_it_wants (RjtStage *s, gconstpointer unused)
{
  g_autofree char *id = get_node_id (s, 1);
  g_autofree char *body =
    g_strdup_printf ("{\"customSessionId\":\"room\",\"mediaNode\":{\"id\":\"%s\"}}", id);
  g_autoptr (JsonObject) made = NULL;

  expect (s, "POST", SESSIONS, "{\"mediaNode\":{\"id\":\"media_X\"}}", 404);
  made = ask (s, "POST", SESSIONS, body, 200);
  g_assert_cmpstr (rj_json_get_string (rj_json_get_object (made, "mediaNode"), "id", NULL), ==, id);
  rjt_stage_join (s, "room", "ann");
  g_assert_cmpuint (rjt_fake_kurento_count (rjt_stage_get_node (s, 1), "create MediaPipeline"), ==,
                    1);
}

static void
test_a_connection_is_changed (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join_as (s, "room", "ann", "SUBSCRIBER");
  g_autofree char *path =
    g_strconcat (SESSIONS "/room/connection/", rjt_guest_get_connection (ann), NULL);
  g_autofree char *token = rjt_rest_token (s->url, RJT_SECRET, "room", "PUBLISHER");
  g_autoptr (JsonObject) same = NULL;
  g_autoptr (JsonObject) changed = NULL;

  expect (s, "PATCH", path, "{\"role\":false}", 400);
  expect (s, "PATCH", path, "{\"record\":\"x\"}", 400);
  expect (s, "PATCH", SESSIONS "/room/connection/con_X", "{\"record\":true}", 404);
  expect (s, "PATCH", SESSIONS "/nowhere/connection/con_X", "{\"record\":true}", 404);
  same = ask (s, "PATCH", path, "{}", 200);
  g_assert_cmpint (rjt_guest_publish (ann), ==, 401);
  g_assert_cmpuint (rjt_guest_count (ann, "connectionPropertyChanged", NULL, NULL), ==, 0);
  changed = ask (s, "PATCH", path, "{\"role\":\"PUBLISHER\",\"record\":false}", 200);
  g_assert_cmpstr (rj_json_get_string (changed, "role", NULL), ==, "PUBLISHER");
  g_assert_false (rj_json_get_bool (changed, "record", TRUE));
  rjt_wait_until (rjt_guest_count (ann, "connectionPropertyChanged", NULL, NULL) == 2);
  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  expect (s, "PATCH", path, "{\"role\":\"SUBSCRIBER\"}", 200);
  rjt_wait_until (rjt_guest_count (ann, "participantUnpublished", rjt_guest_get_connection (ann),
                                   "forceUnpublishByServer") == 1);
  g_assert_cmpint (rjt_guest_publish (ann), ==, 401);
}

static void
test_a_pending_connection_is_changed (RjtStage *s, gconstpointer unused)
{
  g_autoptr (JsonObject) made = ask (s, "POST", SESSIONS, "{\"customSessionId\":\"room\"}", 200);
  g_autoptr (JsonObject) pending = ask (s, "POST", SESSIONS "/room/connection", "{}", 200);
  g_autofree char *path =
    g_strconcat (SESSIONS "/room/connection/", rj_json_get_string (pending, "id", "?"), NULL);
  g_autoptr (JsonObject) changed = ask (s, "PATCH", path, "{\"role\":\"SUBSCRIBER\"}", 200);
  g_autoptr (RjtGuest) ann = rjt_guest_new (s->url);

  g_assert_cmpstr (rj_json_get_string (changed, "status", NULL), ==, "pending");
  g_assert_cmpint (rjt_guest_join (ann, "room", rj_json_get_string (pending, "token", "?"), "ann"),
                   ==, 0);
  g_assert_cmpint (rjt_guest_publish (ann), ==, 401);
}

static void
test_statistics (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  g_autoptr (JsonObject) plain = NULL;
  g_autoptr (JsonObject) full = NULL;
  JsonObject *publisher, *subscriber;
  JsonArray *content;

  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  g_assert_cmpint (rjt_guest_receive (bob, rjt_guest_get_stream (ann)), ==, 0);
  plain = ask (s, "GET", SESSIONS "/room", NULL, 200);
  content = rj_json_get_array (rj_json_get_object (plain, "connections"), "content");
  publisher = rj_json_array_get_object (
    rj_json_get_array (rj_json_array_get_object (content, 0), "publishers"), 0);
  g_assert_false (json_object_has_member (publisher, "localSdp"));
  full = ask (s, "GET", SESSIONS "/room?webRtcStats=true", NULL, 200);
  content = rj_json_get_array (rj_json_get_object (full, "connections"), "content");
  publisher = rj_json_array_get_object (
    rj_json_get_array (rj_json_array_get_object (content, 0), "publishers"), 0);
  subscriber = rj_json_array_get_object (
    rj_json_get_array (rj_json_array_get_object (content, 1), "subscribers"), 0);
  for (guint i = 0; i < 2; i++) {
    JsonObject *one = i == 0 ? publisher : subscriber;

    g_assert_true (g_str_has_prefix (rj_json_get_string (one, "localSdp", ""), "v=0"));
    g_assert_true (g_str_has_prefix (rj_json_get_string (one, "remoteSdp", ""), "v=0"));
    g_assert_nonnull (rj_json_get_array (one, "clientIceCandidates"));
    g_assert_nonnull (rj_json_get_array (one, "events"));
    g_assert_nonnull (
      strstr (rj_json_get_string (one, "webrtcEndpointName", ""), rjt_guest_get_stream (ann)));
  }
}

/* The edition with one media node has none of it */
static void
test_one_node_is_no_cluster (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  g_autofree char *path =
    g_strconcat (SESSIONS "/room/connection/", rjt_guest_get_connection (ann), NULL);
  g_autoptr (JsonObject) session = ask (s, "GET", SESSIONS "/room", NULL, 200);

  expect (s, "GET", NODES, NULL, 403);
  expect (s, "GET", API "health", NULL, 403);
  expect (s, "PATCH", path, "{}", 403);
  g_assert_false (json_object_has_member (session, "mediaNodeId"));
}

static void
add (const char *path, guint n_nodes, void (*func) (RjtStage *, gconstpointer))
{
  g_test_add (path, RjtStage, GUINT_TO_POINTER (n_nodes), rjt_stage_set_up, func,
              rjt_stage_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/server/nodes/list", 2, test_nodes_are_listed);
  add ("/server/nodes/health", 2, test_health_tells_of_lost_nodes);
  add ("/server/nodes/away-and-back", 2, test_a_node_is_taken_away_and_given_back);
  add ("/server/nodes/none-left", 2, test_without_a_node_joins_get_204);
  add ("/server/nodes/wanted", 2, test_a_session_goes_to_the_node_it_wants);
  add ("/server/nodes/connection", 2, test_a_connection_is_changed);
  add ("/server/nodes/pending", 2, test_a_pending_connection_is_changed);
  add ("/server/nodes/statistics", 2, test_statistics);
  add ("/server/nodes/one", 1, test_one_node_is_no_cluster);
  return g_test_run ();
}
