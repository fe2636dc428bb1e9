/* What a deployment is configured with: its TURN server in join answers, the forced video codec. */
#include "rj-json.h"
#include "rjt-stage.h"

#define SESSIONS "/openvidu/api/sessions"

static void
set_up (RjtStage *self, gconstpointer unused)
{
  RjServerConfig *config = rj_server_config_new (RJT_SECRET);

  config->turn = g_strdup ("me:word@10.0.0.9:3479?transport=tcp");
  g_free (config->forced_video_codec);
  config->forced_video_codec = g_strdup ("H264");
  rjt_stage_set_up_with (self, 1, config);
  rj_server_config_free (config);
}

static void
set_up_bare (RjtStage *self, gconstpointer unused)
{
  RjServerConfig *config = rj_server_config_new (RJT_SECRET);

  rjt_stage_set_up_with (self, 1, config);
  rj_server_config_free (config);
}

static char *
rest (RjtStage *s, const char *path, const char *body)
{
  char *answer = NULL;

  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "POST", path, body, &answer), ==, 200);
  return answer;
}

/* Returns: (transfer full): the result of joinRoom */
static JsonObject *
join (RjtStage *s, const char *connection_body)
{
  g_autoptr (RjtGuest) guest = rjt_guest_new (s->url);
  g_autofree char *session = rest (s, SESSIONS, "{\"customSessionId\":\"room\"}");
  g_autofree char *text = rest (s, SESSIONS "/room/connection", connection_body);
  g_autoptr (JsonObject) connection = rj_json_parse_object (text, strlen (text), NULL);
  JsonObject *answer = rjt_guest_call (
    guest, "joinRoom",
    rj_json_build ("token", 's', rj_json_get_string (connection, "token", NULL), "session", 's',
                   "room", "platform", 's', "test", "metadata", 's', "", "secret", 's', "", NULL));

  return json_object_ref (rj_json_get_object (answer, "result"));
}

static JsonObject *
get_server (JsonObject *joined, guint n)
{
  JsonArray *servers = rj_json_get_array (joined, "customIceServers");

  g_assert_nonnull (servers);
  g_assert_cmpuint (json_array_get_length (servers), ==, n);
  return json_array_get_object_element (servers, 0);
}

static void
test_the_turn_server_is_told (RjtStage *s, gconstpointer unused)
{
  g_autoptr (JsonObject) joined = join (s, "{}");
  JsonObject *server = get_server (joined, 1);

  g_assert_cmpstr (rj_json_get_string (joined, "coturnIp", NULL), ==, "10.0.0.9");
  g_assert_cmpint (rj_json_get_int (joined, "coturnPort", 0), ==, 3479);
  g_assert_cmpstr (rj_json_get_string (joined, "turnUsername", NULL), ==, "me");
  g_assert_cmpstr (rj_json_get_string (joined, "turnCredential", NULL), ==, "word");
  g_assert_cmpstr (rj_json_get_string (server, "url", NULL), ==,
                   "turn:10.0.0.9:3479?transport=tcp");
  g_assert_cmpstr (rj_json_get_string (server, "username", NULL), ==, "me");
  g_assert_cmpstr (rj_json_get_string (server, "credential", NULL), ==, "word");
}

static void
test_a_connection_may_have_its_own (RjtStage *s, gconstpointer unused)
{
  g_autoptr (JsonObject) joined =
    join (s, "{\"customIceServers\":[{\"url\":\"turn:10.0.0.1:1\",\"username\":\"u\","
             "\"credential\":\"c\"},{\"url\":\"stun:10.0.0.2:2\"}]}");
  JsonObject *server = get_server (joined, 2);

  g_assert_cmpstr (rj_json_get_string (server, "url", NULL), ==, "turn:10.0.0.1:1");
  g_assert_cmpstr (rj_json_get_string (joined, "coturnIp", NULL), ==, "10.0.0.9");
}

static void
test_without_one_nothing_is_told (RjtStage *s, gconstpointer unused)
{
  g_autoptr (JsonObject) joined = join (s, "{}");

  g_assert_false (rj_json_has (joined, "coturnIp"));
  g_assert_false (rj_json_has (joined, "turnCredential"));
  g_assert_false (rj_json_has (joined, "customIceServers"));
}

/* The server's codec holds where a session asks for none; offers without it are refused */
static void
test_the_codec_is_forced (RjtStage *s, gconstpointer unused)
{
  RjtGuest *guest = rjt_stage_join (s, "room", "ann"); /* her offer has VP8 */
  g_autofree char *own = rest (s, SESSIONS, "{\"forcedVideoCodec\":\"VP8\"}");
  char *answer = NULL;

  rjt_rest (s->url, RJT_SECRET, "GET", SESSIONS "/room", NULL, &answer);
  g_assert_nonnull (strstr (answer, "\"forcedVideoCodec\":\"H264\""));
  g_assert_nonnull (strstr (own, "\"forcedVideoCodec\":\"VP8\""));
  g_assert_cmpint (rjt_guest_publish (guest), ==, 800);
  g_free (answer);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/server/deployment/turn", RjtStage, NULL, set_up, test_the_turn_server_is_told,
              rjt_stage_tear_down);
  g_test_add ("/server/deployment/own-servers", RjtStage, NULL, set_up,
              test_a_connection_may_have_its_own, rjt_stage_tear_down);
  g_test_add ("/server/deployment/no-turn", RjtStage, NULL, set_up_bare,
              test_without_one_nothing_is_told, rjt_stage_tear_down);
  g_test_add ("/server/deployment/codec", RjtStage, NULL, set_up, test_the_codec_is_forced,
              rjt_stage_tear_down);
  return g_test_run ();
}
