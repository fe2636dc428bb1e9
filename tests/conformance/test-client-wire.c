/* What the client writes, and what it makes of what it reads: statements about single messages, opposite a
 * scripted server. */
#include "rj-error.h"
#include "rj-json.h"
#include "rj-websocket.h"
#include "rjt-stay.h"

#define BOBS_STREAM "str_CAM_BBBB_con_BOB"

#define JOINED_BESIDE_BOB                                                                          \
  "{'id':'con_SELF','createdAt':1,'metadata':'','session':'room','role':'PUBLISHER',"              \
  "'mediaServer':'kurento','value':[{'id':'con_BOB','createdAt':1,'metadata':'','streams':["       \
  "{'id':'" BOBS_STREAM "','createdAt':1,'hasAudio':true,'hasVideo':true}]}]}"

/* --- token and websocket --- */

static void
test_token_with_everything (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  const char *url = rjt_server_get_url (stay->server);
  g_autofree char *token = g_strdup_printf (
    "ws%s/a/path/?sessionId=room%%20A&token=tok_ABCDEFGHIJKLMNOP&future=x%%2Fy&edition=pro",
    url + strlen ("http"));
  g_autofree char *answer = g_strdup_printf ("{\"token\":\"%s\"}", token);
  JsonObject *join;

  rjt_server_set_http (stay->server, "/api/get-token", 200, answer);
  rjt_stay_join (stay);
  join = rjt_server_get_params (stay->server, "joinRoom", 0);
  g_assert_cmpstr (rj_json_get_string (join, "token", NULL), ==, token);
  g_assert_cmpstr (rj_json_get_string (join, "session", NULL), ==, "room A");
  g_assert_cmpstr (rjt_server_get_path (stay->server), ==, "/openvidu");
  g_assert_cmpstr (rjt_server_get_query (stay->server), ==, "sessionId=room%20A");
}

static void
test_neither_subprotocol_nor_cookie (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_stay_join (stay);
  g_assert_nonnull (rjt_server_get_header (stay->server, "Sec-WebSocket-Key"));
  g_assert_null (rjt_server_get_header (stay->server, "Sec-WebSocket-Protocol"));
  g_assert_null (rjt_server_get_header (stay->server, "Cookie"));
  /* the answers so far have set one */
  rj_signaller_cut (stay->signaller, TRUE);
  rjt_stay_expect (stay, "resumed\n");
  g_assert_cmpuint (rjt_server_count_opened (stay->server), ==, 2);
  g_assert_null (rjt_server_get_header (stay->server, "Sec-WebSocket-Protocol"));
  g_assert_null (rjt_server_get_header (stay->server, "Cookie"));
}

/* --- every request --- */

/* Everything that a client ever asks; the end of every stay asks for complaints of the server */
static void
test_a_stay_with_everything (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_BESIDE_BOB);
  rjt_stay_join (stay);
  rjt_stay_publish (stay, FALSE);
  rj_signaller_send_candidate (stay->signaller, RJT_SELF, 0, "0", "candidate:1");
  rjt_stay_subscribe (stay, BOBS_STREAM, FALSE);
  rjt_wait_until (stay->n_answers == 2);
  rjt_stay_publish (stay, TRUE);
  rjt_stay_subscribe (stay, BOBS_STREAM, TRUE);
  rjt_wait_until (stay->n_answers == 4);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_stay_expect (stay, "resumed\n");
  rj_signaller_unsubscribe (stay->signaller, "con_BOB");
  rjt_stay_leave (stay, G_USEC_PER_SEC);
  rjt_wait_until (stay->n_answers == 5);
  g_assert_cmpstr (rjt_server_get_methods (stay->server), ==,
                   "ping joinRoom publishVideo onIceCandidate receiveVideoFrom reconnectStream "
                   "reconnectStream connect ping sendMessage unsubscribeFromVideo leaveRoom");
  g_assert_true (rjt_server_ids_are_fine (stay->server));
  g_assert_cmpstr (rjt_server_get_complaint (stay->server), ==, NULL);
}

static void
on_open (GObject *source, GAsyncResult *result, gpointer opened)
{
  *(gboolean *) opened = rj_socket_open_finish (RJ_SOCKET (source), result, NULL);
}

/* The judge of all these tests is not blind */
static void
test_the_server_would_complain (void)
{
  static const char *const bad[] = {
    "{\"method\":\"ping\",\"id\":0}",
    "{\"method\":\"ping\",\"jsonrpc\":\"2.0\"}",
    "{\"method\":\"ping\",\"id\":\"0\",\"jsonrpc\":\"2.0\"}",
    "{\"method\":\"echo\",\"id\":0,\"params\":{\"sessionId\":\"x\"},\"jsonrpc\":\"2.0\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (RjtServer) server = rjt_server_new (NULL);
    g_autoptr (SoupSession) http = soup_session_new ();
    g_autoptr (RjClock) clock = rj_fake_clock_new (0);
    g_autoptr (RjSocket) socket = rj_websocket_new (http, clock, G_USEC_PER_SEC);
    g_autofree char *url =
      g_strconcat ("ws", rjt_server_get_url (server) + strlen ("http"), "/openvidu", NULL);
    gboolean opened = FALSE;

    rj_socket_open_async (socket, url, NULL, on_open, &opened);
    rjt_wait_until (opened);
    g_assert_null (rjt_server_get_complaint (server));
    rj_socket_send (socket, bad[i]);
    rjt_wait_until (rjt_server_get_complaint (server) != NULL);
    rj_socket_close (socket, 1000, NULL);
    rjt_wait_until (rjt_server_count_open (server) == 0);
  }
}

static void
test_no_message_is_too_long (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  g_autofree char *endless = g_strnfill (60 * 1024, 'x');

  rjt_stay_join (stay);
  rj_signaller_send_candidate (stay->signaller, RJT_SELF, 0, "0", endless);
  rjt_stay_subscribe (stay, endless, FALSE);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (stay->clock), 0);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (stay->error->message, "receiveVideoFrom"));
  g_assert_nonnull (strstr (stay->error->message, "51200"));
  /* the stay goes on */
  rjt_stay_publish (stay, FALSE);
  rjt_wait_until (stay->n_answers == 2);
  g_assert_no_error (stay->error);
  g_assert_cmpuint (rjt_server_count_open (stay->server), ==, 1);
}

/* --- joinRoom --- */

static void
test_join_params (void)
{
  static const char *const required[] = { "token", "session", "platform", "metadata", "secret" };
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  JsonObject *join;

  rjt_stay_join (stay);
  join = rjt_server_get_params (stay->server, "joinRoom", 0);
  for (guint i = 0; i < G_N_ELEMENTS (required); i++) {
    JsonNode *node = json_object_get_member (join, required[i]);

    g_assert_nonnull (node);
    g_assert_true (json_node_get_value_type (node) == G_TYPE_STRING);
  }
  g_assert_true (g_regex_match_simple ("^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)$",
                                       rj_json_get_string (join, "sdkVersion", ""), 0, 0));
}

static void
test_three_ids (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_BESIDE_BOB);
  rjt_stay_join (stay);
  g_assert_cmpstr (stay->joined->connection, ==, RJT_SELF);
  rjt_stay_publish (stay, FALSE);
  rj_signaller_send_candidate (stay->signaller, RJT_SELF, 0, "0", "candidate:1");
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_stay_expect (stay, "resumed\n");
  g_assert_cmpstr (
    rj_json_get_string (rjt_server_get_params (stay->server, "connect", 0), "sessionId", NULL), ==,
    RJT_RPC_SESSION);
  rjt_wait_until (rjt_server_count (stay->server, "onIceCandidate") > 0);
  g_assert_cmpstr (rj_json_get_string (rjt_server_get_params (stay->server, "onIceCandidate", 0),
                                       "endpointName", NULL),
                   ==, RJT_SELF);
}

static void
test_a_bare_join_answer (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0,
                     "{'id':'con_SELF','createdAt':1,'metadata':'','value':["
                     "{'id':'con_EVE','createdAt':1,'metadata':''}],'session':'room',"
                     "'role':'PUBLISHER'}");
  rjt_stay_join (stay);
  rjt_stay_expect (stay, "participant-joined con_EVE con_EVE\n");
  g_assert_cmpuint (stay->joined->ice_servers->len, ==, 0);
  g_assert_cmpuint (stay->joined->streams->len, ==, 0);
  g_assert_false (stay->joined->server_offers);
}

/* --- notifications --- */

static void
test_said_twice (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  static const char eve[] = "{'id':'con_EVE','createdAt':1,'metadata':'','odd':{'x':[1]}}";
  static const char published[] =
    "{'id':'con_EVE','more':1,'streams':[{'id':'str_CAM_EEEE_con_EVE','createdAt':1,"
    "'hasAudio':true,'hasVideo':true,'ofTheFuture':{'a':null}}]}";

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_BESIDE_BOB);
  rjt_stay_join (stay);
  for (guint i = 0; i < 2; i++) {
    rjt_server_notify (stay->server, "participantJoined", eve);
    rjt_server_notify (stay->server, "participantPublished", published);
    rjt_server_notify (stay->server, "participantPublished",
                       "{'id':'con_BOB','streams':[{'id':'" BOBS_STREAM
                       "','createdAt':1,'hasAudio':true,'hasVideo':true}]}");
    rjt_server_notify (stay->server, "somethingOfTheFuture", "{'id':'con_EVE'}");
  }
  rjt_server_notify (stay->server, "participantLeft",
                     "{'connectionId':'con_EVE','reason':'disconnect','and':'more'}");
  rjt_stay_expect (stay, "participant-left con_EVE disconnect\n");
  g_assert_cmpuint (rjt_stay_count (stay, "participant-joined con_EVE"), ==, 1);
  g_assert_cmpuint (rjt_stay_count (stay, "stream-published con_EVE"), ==, 1);
  g_assert_cmpuint (rjt_stay_count (stay, "stream-published con_BOB"), ==, 1);
}

/* What is for applications, for other editions, or for nobody (OpenVidu 2 protocol, 6.10 to 6.18) */
static void
test_what_is_not_for_us (void)
{
  static const struct {
    const char *method, *params;
  } others[] = {
    { "connectionPropertyChanged", "{'property':'role','newValue':'MODERATOR'}" },
    { "networkQualityLevelChanged", "{'connectionId':'con_SELF','newValue':1,'oldValue':5}" },
    { "filterEventDispatched", "{'connectionId':'con_BOB','data':'{}'}" },
    { "recordingStarted", "{'id':'room','name':'room'}" },
    { "recordingStopped", "{'id':'room','name':'room','reason':'nodeCrashed'}" },
    { "recordingStopped", "{'id':'room','name':'room','reason':'mediaServerReconnect'}" },
    { "broadcastStarted", "{}" },
    { "broadcastStopped", "{}" },
    { "mediaError", "{'error':'ICE_GATHER_CANDIDATES_ERROR: x(errCode=1)'}" },
    { "speechToTextMessage", "{'connectionId':'con_BOB','text':'x'}" },
    { "speechToTextDisconnected", "{'message':'x'}" },
    { "roomClosed", "{'sessionId':'room'}" },
    { "customNotification", "{}" },
    { "participantExploded", "{'connectionId':'con_SELF','reason':'nodeCrashed'}" },
  };
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_BESIDE_BOB);
  rjt_stay_join (stay);
  rjt_stay_expect (stay, "stream-published con_BOB");
  g_string_truncate (stay->told, 0);
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    rjt_server_notify (stay->server, others[i].method, others[i].params);
  rjt_server_notify (stay->server, "participantJoined", "{'id':'con_EVE','createdAt':1}");
  rjt_stay_expect (stay, "participant-joined con_EVE");
  g_assert_cmpstr (stay->told->str, ==, "participant-joined con_EVE con_EVE\n");
  g_assert_cmpstr (rjt_server_get_methods (stay->server), ==, "ping joinRoom");
  g_assert_cmpuint (rjt_server_count_open (stay->server), ==, 1);
}

static void
test_properties_of_all_kinds (void)
{
  static const char *const changes[] = {
    "'property':'videoDimensions','newValue':'\\'{\\\\\\'width\\\\\\':480,\\\\\\'height\\\\\\':640}"
    "\\''",
    "'property':'audioTrack','newValue':'{\\'label\\':\\'mic\\'}'",
    "'property':'filter','newValue':{'type':'GStreamerFilter','options':{}}",
    "'property':'filter','newValue':{}",
    "'property':'ofTheFuture','newValue':'[1,2]'",
    "'property':'audioActive','newValue':'false'",
  };
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_BESIDE_BOB);
  rjt_stay_join (stay);
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autofree char *params = g_strdup_printf (
      "{'connectionId':'con_BOB','streamId':'" BOBS_STREAM "',%s,'reason':'x'}", changes[i]);

    rjt_server_notify (stay->server, "streamPropertyChanged", params);
  }
  rjt_stay_expect (stay, "stream-changed con_BOB audio 0 video 1\n");
  g_assert_cmpuint (rjt_stay_count (stay, "stream-changed"), ==, 1);
}

static void
test_evictions_of_others (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_BESIDE_BOB);
  rjt_stay_join (stay);
  rjt_stay_expect (stay, "stream-published con_BOB");
  rjt_server_notify (stay->server, "participantEvicted",
                     "{'connectionId':'con_BOB','reason':'nodeCrashed'}");
  rjt_stay_settle (stay);
  g_assert_null (strstr (stay->told->str, "participant-left"));
  rjt_server_notify (stay->server, "participantLeft",
                     "{'connectionId':'con_BOB','reason':'nodeCrashed'}");
  rjt_stay_expect (stay, "participant-left con_BOB nodeCrashed\n");
  g_assert_null (strstr (stay->told->str, "lost"));
  g_assert_cmpuint (rjt_server_count_open (stay->server), ==, 1);
}

/* --- media --- */

static void
publish (RjtStay *stay, gboolean audio, gboolean video)
{
  const RjPublishInfo info = { audio, video, 320, 240, 15 };
  guint before = rjt_server_count (stay->server, "publishVideo");

  rj_signaller_publish_async (stay->signaller, &info, "v=0 offer", FALSE, NULL, NULL, NULL);
  rjt_wait_until (rjt_server_count (stay->server, "publishVideo") > before);
}

static void
test_publish_params (void)
{
  static const char *const always[] = { "hasAudio",    "hasVideo",    "doLoopback",
                                        "audioActive", "videoActive", "sdpOffer" };
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_stay_join (stay);
  for (guint i = 0; i < 3; i++) {
    gboolean audio = i != 1, video = i != 2;
    JsonObject *params;

    publish (stay, audio, video);
    params = rjt_server_get_params (stay->server, "publishVideo", i);
    for (guint k = 0; k < G_N_ELEMENTS (always); k++)
      g_assert_true (rj_json_has (params, always[k]));
    g_assert_cmpint (rj_json_get_bool (params, "hasAudio", !audio), ==, audio);
    g_assert_cmpint (rj_json_get_bool (params, "hasVideo", !video), ==, video);
    g_assert_cmpint (rj_json_has (params, "typeOfVideo"), ==, video);
    g_assert_cmpint (rj_json_has (params, "videoDimensions"), ==, video);
    if (video) {
      const char *text = rj_json_get_string (params, "videoDimensions", NULL);
      g_autoptr (JsonObject) size = rj_json_parse_object (text, -1, NULL);

      g_assert_cmpint (rj_json_get_int (size, "width", 0), ==, 320);
      g_assert_cmpint (rj_json_get_int (size, "height", 0), ==, 240);
    }
  }
  rjt_stay_settle (stay);
}

static void
test_candidates_do_not_overtake_the_reconnection (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_BESIDE_BOB);
  rjt_stay_join (stay);
  rjt_stay_subscribe (stay, BOBS_STREAM, FALSE);
  rjt_wait_until (stay->n_answers == 1);
  rj_signaller_unsubscribe (stay->signaller, "con_BOB");
  /* of the next peer: before anything was asked for it */
  rj_signaller_send_candidate (stay->signaller, "con_BOB", 0, "0", "candidate:1");
  rjt_stay_subscribe (stay, BOBS_STREAM, TRUE);
  rjt_wait_until (rjt_server_count (stay->server, "onIceCandidate") == 1);
  g_assert_cmpstr (
    rjt_server_get_methods (stay->server), ==,
    "ping joinRoom receiveVideoFrom unsubscribeFromVideo reconnectStream onIceCandidate");
}

/* --- time limits --- */

static void
test_requests_that_nobody_answers (void)
{
  static const char *const methods[] = { "publishVideo", "receiveVideoFrom", "reconnectStream" };
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_BESIDE_BOB);
  rjt_stay_join (stay);
  rjt_stay_publish (stay, FALSE);
  rjt_wait_until (stay->n_answers == 1);
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++) {
    guint before = stay->n_answers;
    gint64 asked_us = rj_clock_now_us (stay->clock);

    rjt_server_script (stay->server, methods[i], RJT_SILENT, 0, NULL);
    if (i == 0)
      rjt_stay_publish (stay, FALSE);
    else
      rjt_stay_subscribe (stay, BOBS_STREAM, i == 2);
    while (stay->n_answers == before) {
      rj_fake_clock_advance_us (RJ_FAKE_CLOCK (stay->clock), 250 * 1000);
      rjt_stay_settle (stay);
      g_assert_cmpint (rj_clock_now_us (stay->clock) - asked_us, <=, 11 * G_USEC_PER_SEC);
    }
    g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_TIMEOUT);
    g_assert_nonnull (strstr (stay->error->message, methods[i]));
    g_assert_cmpint (rj_clock_now_us (stay->clock) - asked_us, >=, 10 * G_USEC_PER_SEC);
  }
}

static void
test_everything_is_answered_twice (void)
{
  static const char *const methods[] = { "ping",           "publishVideo",    "receiveVideoFrom",
                                         "onIceCandidate", "reconnectStream", "leaveRoom" };
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    rjt_server_script (stay->server, methods[i], RJT_TWICE, 0, NULL);
  rjt_server_script (stay->server, "joinRoom", RJT_TWICE, 0, JOINED_BESIDE_BOB);
  rjt_stay_join (stay);
  rjt_stay_publish (stay, FALSE);
  rj_signaller_send_candidate (stay->signaller, RJT_SELF, 0, "0", "candidate:1");
  rjt_stay_subscribe (stay, BOBS_STREAM, FALSE);
  rjt_stay_publish (stay, TRUE);
  rjt_wait_until (stay->n_answers == 3);
  rjt_stay_settle (stay);
  rjt_stay_leave (stay, G_USEC_PER_SEC);
  rjt_wait_until (stay->n_answers == 4);
  g_assert_true (stay->left);
  rjt_stay_settle (stay);
  g_assert_cmpuint (stay->n_answers, ==, 4);
  g_assert_null (strstr (stay->told->str, "lost"));
}

/* No code and no text of a close says that the stay is over: only the answer to connect does */
static void
test_whatever_closes_the_socket (void)
{
  static const struct {
    gushort code;
    const char *reason;
  } closes[] = {
    { 1000, NULL },
    { 1000, "Close for not receive ping from client" },
    { 1001, "going away" },
    { 1003, "Binary messages not supported" },
    { 1009, "The decoded text message was too big" },
    { 1011, NULL },
    { 4102, "Connection closed by client" },
    { 4999, "of the future" },
  };
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_stay_join (stay);
  for (guint i = 0; i < G_N_ELEMENTS (closes); i++) {
    rjt_server_close_sockets (stay->server, closes[i].code, closes[i].reason);
    rjt_wait_until (rjt_stay_count (stay, "resumed\n") == i + 1);
    g_assert_cmpuint (rjt_stay_count (stay, "suspended\n"), ==, i + 1);
    g_assert_cmpuint (rjt_server_count (stay->server, "connect"), ==, i + 1);
  }
  g_assert_null (strstr (stay->told->str, "lost"));
  g_assert_cmpuint (rjt_server_count (stay->server, "joinRoom"), ==, 1);
}

/* Each try has a socket of its own; one that is given up for the next says why it is closed */
static void
test_tries_that_are_given_up (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "connect", RJT_SILENT, 0, NULL);
  rjt_stay_join (stay);
  rj_signaller_cut (stay->signaller, FALSE);
  rjt_wait_until (rjt_server_count (stay->server, "connect") == 1);
  rjt_stay_settle (stay);
  while (rjt_server_count (stay->server, "connect") == 1) {
    rj_fake_clock_advance_us (RJ_FAKE_CLOCK (stay->clock), 100 * 1000);
    rjt_stay_settle (stay);
  }
  rjt_wait_until (rjt_server_get_close_code (stay->server) != 0);
  g_assert_cmpuint (rjt_server_get_close_code (stay->server), ==, 4104);
  g_assert_cmpstr (rjt_server_get_close_reason (stay->server), ==,
                   "Connection closed for reconnection");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/client-" name, func)
  ADD ("1/client-2/wire/token-with-everything", test_token_with_everything);
  ADD ("3/wire/neither-subprotocol-nor-cookie", test_neither_subprotocol_nor_cookie);
  ADD ("4/client-5/client-6/wire/a-stay-with-everything", test_a_stay_with_everything);
  ADD ("5/client-6/wire/the-server-would-complain", test_the_server_would_complain);
  ADD ("9/client-10/wire/join-params", test_join_params);
  ADD ("11/wire/three-ids", test_three_ids);
  ADD ("12/client-13/wire/a-bare-join-answer", test_a_bare_join_answer);
  ADD ("14/client-16/wire/said-twice", test_said_twice);
  ADD ("16/wire/not-for-us", test_what_is_not_for_us);
  ADD ("18/wire/never-answered", test_requests_that_nobody_answers);
  ADD ("18/wire/answered-twice", test_everything_is_answered_twice);
  ADD ("22/client-23/wire/publish-params", test_publish_params);
  ADD ("34/wire/candidates-do-not-overtake", test_candidates_do_not_overtake_the_reconnection);
  ADD ("36/client-38/wire/whatever-closes-the-socket", test_whatever_closes_the_socket);
  ADD ("36/wire/tries-that-are-given-up", test_tries_that_are_given_up);
  ADD ("42/wire/evictions-of-others", test_evictions_of_others);
  ADD ("48/wire/properties-of-all-kinds", test_properties_of_all_kinds);
  ADD ("50/wire/no-message-is-too-long", test_no_message_is_too_long);
#undef ADD
  return g_test_run ();
}
