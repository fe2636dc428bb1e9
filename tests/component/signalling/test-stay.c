/* Joining, publishing, subscribing, candidates and leaving, opposite a scripted server. */
#include <string.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rjt-stay.h"

#define BOB         "con_BOB"
#define BOBS_STREAM "str_CAM_BBBB_con_BOB"

#define JOINED_WITH_BOB                                                                            \
  "{'id':'con_SELF','createdAt':1,'metadata':'','session':'room','version':'2.32.2',"              \
  "'mediaServer':'kurento','role':'PUBLISHER','customIceServers':[{'url':'turn:10.0.0.1:3478',"    \
  "'username':'u','credential':'c'}],'value':[{'id':'con_BOB','createdAt':1,"                      \
  "'metadata':'{\\'clientData\\':\\'bob\\'}%/%vip','streams':[{'id':'str_CAM_BBBB_con_BOB',"       \
  "'createdAt':1,'hasAudio':true,'hasVideo':true,'audioActive':true,'videoActive':false,"          \
  "'typeOfVideo':'CAMERA'}]},{'id':'con_MUTE','createdAt':1,'metadata':'x'}]}"

static void
test_joins_an_empty_room (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  JsonObject *join;

  rjt_stay_join (stay);
  g_assert_cmpstr (stay->joined->connection, ==, RJT_SELF);
  g_assert_true (stay->joined->may_publish);
  g_assert_false (stay->joined->server_offers);
  g_assert_cmpuint (stay->joined->streams->len, ==, 0);
  g_assert_cmpstr (rjt_server_get_methods (stay->server), ==, "ping joinRoom");
  g_assert_cmpstr (rjt_server_get_query (stay->server), ==, "sessionId=room");
  join = rjt_server_get_params (stay->server, "joinRoom", 0);
  g_assert_cmpstr (rj_json_get_string (join, "token", NULL), ==,
                   rjt_server_get_token (stay->server));
  g_assert_cmpstr (rj_json_get_string (join, "session", NULL), ==, "room");
  g_assert_cmpstr (rj_json_get_string (join, "secret", NULL), ==, "");
  g_assert_cmpstr (rj_json_get_string (join, "sdkVersion", NULL), ==, "2.32.2");
  g_assert_cmpstr (rj_json_get_string (join, "metadata", NULL), ==, "{\"clientData\":\"bot-1\"}");
  g_assert_true (g_str_has_prefix (rj_json_get_string (join, "platform", NULL), "rejoin "));
  g_assert_false (rj_json_get_bool (join, "recorder", TRUE));
  g_assert_cmpint (rj_json_get_int (rjt_server_get_params (stay->server, "ping", 0), "interval", 0),
                   ==, 5000);
  g_assert_cmpstr (stay->told->str, ==, "progress connect\nprogress join\njoined\n");
  g_assert_cmpstr (stay->events->str, ==,
                   "token-requested {\"source\":\"app\"}\ntoken-received {}\nconnect-started {}\n"
                   "connected {}\njoin-sent {}\njoined "
                   "{\"connection\":\"con_SELF\",\"server_session\":\"room\",\"others\":0,"
                   "\"server_version\":\"2.32.2\",\"media_server\":\"kurento\"}\n");
}

static void
test_tells_who_is_there (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  const RjRemoteStream *stream;
  const RjIceServer *server;

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_WITH_BOB);
  rjt_stay_join (stay);
  rjt_stay_expect (stay, "stream-published con_BOB str_CAM_BBBB_con_BOB bob\n");
  rjt_stay_expect (stay, "participant-joined con_MUTE con_MUTE\n");
  g_assert_cmpuint (stay->joined->streams->len, ==, 1);
  stream = g_ptr_array_index (stay->joined->streams, 0);
  g_assert_cmpstr (stream->name, ==, "bob");
  g_assert_true (stream->audio_active);
  g_assert_false (stream->video_active);
  server = g_ptr_array_index (stay->joined->ice_servers, 0);
  g_assert_cmpstr (server->uri, ==, "turn:10.0.0.1:3478");
  g_assert_cmpstr (server->credential, ==, "c");
  /* after the answer to join, never before */
  g_assert_true (strstr (stay->told->str, "joined\n") < strstr (stay->told->str, "con_BOB"));
  /* the same stream once more is no news */
  rjt_server_notify (stay->server, "participantPublished",
                     "{'id':'con_BOB','streams':[{'id':'str_CAM_BBBB_con_BOB','createdAt':1,"
                     "'hasAudio':true,'hasVideo':true}]}");
  rjt_server_notify (stay->server, "participantLeft",
                     "{'connectionId':'con_BOB','reason':'disconnect'}");
  rjt_stay_expect (stay, "participant-left con_BOB disconnect\n");
  g_assert_cmpuint (rjt_stay_count (stay, "stream-published"), ==, 1);
}

/* Servers before 2.23 have no list */
static void
test_takes_the_turn_server_of_old_servers (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  static const char *const uris[] = { "turn:10.0.0.1:3479", "turn:10.0.0.1:3479?transport=tcp" };

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0,
                     "{'id':'con_SELF','createdAt':1,'metadata':'','session':'room','value':[],"
                     "'role':'PUBLISHER','coturnIp':'10.0.0.1','coturnPort':3479,"
                     "'turnUsername':'u','turnCredential':'c'}");
  rjt_stay_join (stay);
  g_assert_cmpuint (stay->joined->ice_servers->len, ==, G_N_ELEMENTS (uris));
  for (guint i = 0; i < G_N_ELEMENTS (uris); i++) {
    const RjIceServer *server = g_ptr_array_index (stay->joined->ice_servers, i);

    g_assert_cmpstr (server->uri, ==, uris[i]);
    g_assert_cmpstr (server->username, ==, "u");
    g_assert_cmpstr (server->credential, ==, "c");
  }
  g_assert_null (strstr (stay->events->str, "credential"));
}

static void
test_remembers_early_lefts (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_SILENT, 0, NULL);
  rjt_stay_start (stay);
  rjt_wait_until (rjt_server_count (stay->server, "joinRoom") == 1);
  rjt_server_notify (stay->server, "participantLeft", "{'connectionId':'con_BOB','reason':''}");
  rjt_server_notify (stay->server, "participantEvicted", "{'connectionId':'con_BOB','reason':''}");
  rjt_server_notify (stay->server, "participantJoined",
                     "{'id':'con_EVE','createdAt':1,'metadata':'{\\'clientData\\':\\'eve\\'}'}");
  rjt_server_say (
    stay->server,
    "{\"id\":1,\"result\":{\"id\":\"con_SELF\",\"createdAt\":1,\"metadata\":\"\",\"value\":[{"
    "\"id\":"
    "\"con_BOB\",\"createdAt\":1,\"metadata\":\"\",\"streams\":[{\"id\":\"str_CAM_BBBB_con_BOB\","
    "\"createdAt\":1,\"hasAudio\":true,\"hasVideo\":true}]}],\"session\":\"room\","
    "\"role\":\"PUBLISHER\",\"sessionId\":\"x\"},\"jsonrpc\":\"2.0\"}");
  rjt_stay_expect (stay, "joined\n");
  rjt_stay_expect (stay, "participant-joined con_EVE eve\n");
  g_assert_null (strstr (stay->told->str, BOB));
  g_assert_cmpuint (stay->joined->streams->len, ==, 0);
}

/* Each does what it says once, and is told the second time */
static void
test_tells_of_doubles (void)
{
  static const char *const twice[][2] = {
    { "participantJoined",
      "{'id':'con_EVE','createdAt':1,'metadata':'{\\'clientData\\':\\'eve\\'}'}" },
    { "participantPublished",
      "{'id':'con_EVE','streams':[{'id':'str_CAM_EEEE_con_EVE','createdAt':1,'hasAudio':true,"
      "'hasVideo':true}]}" },
    { "participantLeft", "{'connectionId':'con_EVE','reason':'disconnect'}" },
  };
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_stay_join (stay);
  for (guint i = 0; i < G_N_ELEMENTS (twice); i++) {
    rjt_server_notify (stay->server, twice[i][0], twice[i][1]);
    rjt_stay_settle (stay);
    g_assert_null (strstr (stay->events->str, twice[i][0]));
    rjt_server_notify (stay->server, twice[i][0], twice[i][1]);
    rjt_stay_settle (stay);
    g_assert_nonnull (strstr (stay->events->str, twice[i][0]));
  }
  g_test_message ("%s", stay->events->str);
  g_assert_cmpuint (rjt_stay_count (stay, "participant-joined con_EVE eve\n"), ==, 1);
  g_assert_cmpuint (rjt_stay_count (stay, "participant-left con_EVE disconnect\n"), ==, 1);
}

static void
test_publishes (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  JsonObject *params;

  rjt_stay_join (stay);
  rj_signaller_send_candidate (stay->signaller, RJT_SELF, 0, "0", "candidate:1 early");
  rjt_stay_publish (stay, FALSE);
  rj_signaller_send_candidate (stay->signaller, RJT_SELF, 1, "1", "candidate:2 late");
  rjt_wait_until (stay->n_answers == 1);
  g_assert_no_error (stay->error);
  g_assert_cmpstr (stay->negotiated->sdp, ==, "v=0 answer");
  g_assert_cmpstr (stay->negotiated->stream, ==, "str_CAM_AAAA_" RJT_SELF);
  rjt_wait_until (rjt_server_count (stay->server, "onIceCandidate") == 2);
  g_assert_cmpstr (rjt_server_get_methods (stay->server), ==,
                   "ping joinRoom publishVideo onIceCandidate onIceCandidate");
  params = rjt_server_get_params (stay->server, "publishVideo", 0);
  g_assert_cmpstr (rj_json_get_string (params, "sdpOffer", NULL), ==, "v=0 offer");
  g_assert_cmpstr (rj_json_get_string (params, "typeOfVideo", NULL), ==, "CAMERA");
  g_assert_cmpstr (rj_json_get_string (params, "videoDimensions", NULL), ==,
                   "{\"width\":640,\"height\":480}");
  g_assert_cmpint (rj_json_get_int (params, "frameRate", 0), ==, 30);
  g_assert_true (rj_json_get_bool (params, "audioActive", FALSE));
  g_assert_false (rj_json_get_bool (params, "doLoopback", TRUE));
  params = rjt_server_get_params (stay->server, "onIceCandidate", 1);
  g_assert_cmpstr (rj_json_get_string (params, "endpointName", NULL), ==, RJT_SELF);
  g_assert_cmpstr (rj_json_get_string (params, "sdpMid", NULL), ==, "1");
  g_assert_cmpint (rj_json_get_int (params, "sdpMLineIndex", 0), ==, 1);
  /* a new peer connection for the same stream */
  rjt_stay_publish (stay, TRUE);
  rjt_wait_until (stay->n_answers == 2);
  g_assert_cmpstr (stay->negotiated->sdp, ==, "v=0 again");
  params = rjt_server_get_params (stay->server, "reconnectStream", 0);
  g_assert_cmpstr (rj_json_get_string (params, "stream", NULL), ==, "str_CAM_AAAA_" RJT_SELF);
  g_assert_cmpstr (rj_json_get_string (params, "sdpString", NULL), ==, "v=0 offer");
  g_assert_false (rj_json_has (params, "sdpOffer"));
  g_assert_true (rjt_server_ids_are_fine (stay->server));
}

static void
test_subscribes (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  JsonObject *params;

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_WITH_BOB);
  rjt_stay_join (stay);
  rj_signaller_send_candidate (stay->signaller, BOB, 0, "0", "candidate:1 early");
  rjt_stay_subscribe (stay, BOBS_STREAM, FALSE);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_no_error (stay->error);
  g_assert_cmpstr (stay->negotiated->sdp, ==, "v=0 answer");
  g_assert_null (stay->negotiated->stream);
  params = rjt_server_get_params (stay->server, "receiveVideoFrom", 0);
  g_assert_cmpstr (rj_json_get_string (params, "sender", NULL), ==, BOBS_STREAM);
  rjt_wait_until (rjt_server_count (stay->server, "onIceCandidate") == 1);
  params = rjt_server_get_params (stay->server, "onIceCandidate", 0);
  g_assert_cmpstr (rj_json_get_string (params, "endpointName", NULL), ==, BOB);
  rjt_stay_subscribe (stay, BOBS_STREAM, TRUE);
  rjt_wait_until (stay->n_answers == 2);
  params = rjt_server_get_params (stay->server, "reconnectStream", 0);
  g_assert_cmpstr (rj_json_get_string (params, "sdpOffer", NULL), ==, "v=0 offer");
  g_assert_false (rj_json_get_bool (params, "forciblyReconnect", TRUE));
  rj_signaller_unsubscribe (stay->signaller, BOB);
  rjt_wait_until (rjt_server_count (stay->server, "unsubscribeFromVideo") == 1);
  params = rjt_server_get_params (stay->server, "unsubscribeFromVideo", 0);
  g_assert_cmpstr (rj_json_get_string (params, "sender", NULL), ==, BOB);
}

#define JOINED_WITH_MEDIASOUP                                                                      \
  "{'id':'con_SELF','createdAt':1,'metadata':'','session':'room','mediaServer':'mediasoup',"       \
  "'role':'PUBLISHER','value':[{'id':'con_BOB','createdAt':1,'metadata':'','streams':[{'id':"      \
  "'str_CAM_BBBB_con_BOB','createdAt':1,'hasAudio':true,'hasVideo':true}]}]}"

/* prepareReceiveVideoFrom and receiveVideoFrom{sdpAnswer}; again: reconnectStream{sdpString} */
static void
test_answers_offers (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  JsonObject *params;

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_WITH_MEDIASOUP);
  rjt_server_script (stay->server, "prepareReceiveVideoFrom", RJT_ANSWER, 0,
                     "{'sdpOffer':'v=0 theirs'}");
  rjt_server_script (stay->server, "receiveVideoFrom", RJT_ANSWER, 0, "{}");
  rjt_server_script (stay->server, "reconnectStream", RJT_ANSWER, 0, "{}");
  rjt_stay_join (stay);
  g_assert_true (stay->joined->server_offers);
  rjt_stay_prepare (stay, BOBS_STREAM, FALSE);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_no_error (stay->error);
  g_assert_cmpstr (stay->negotiated->sdp, ==, "v=0 theirs");
  params = rjt_server_get_params (stay->server, "prepareReceiveVideoFrom", 0);
  g_assert_cmpstr (rj_json_get_string (params, "sender", NULL), ==, BOBS_STREAM);
  g_assert_false (rj_json_get_bool (params, "reconnect", TRUE));

  rj_signaller_send_candidate (stay->signaller, BOB, 0, "audio0", "candidate:1 early");
  rjt_stay_settle (stay);
  g_assert_cmpuint (rjt_server_count (stay->server, "onIceCandidate"), ==, 0);
  rjt_stay_accept (stay, BOBS_STREAM, RJ_ACCEPT_FIRST);
  rjt_wait_until (stay->n_answers == 2);
  g_assert_no_error (stay->error);
  g_assert_cmpstr (stay->negotiated->sdp, ==, "");
  params = rjt_server_get_params (stay->server, "receiveVideoFrom", 0);
  g_assert_cmpstr (rj_json_get_string (params, "sdpAnswer", NULL), ==, "v=0 answer");
  g_assert_false (rj_json_has (params, "sdpOffer"));
  rjt_wait_until (rjt_server_count (stay->server, "onIceCandidate") == 1);

  rjt_stay_prepare (stay, BOBS_STREAM, TRUE);
  rjt_wait_until (stay->n_answers == 3);
  params = rjt_server_get_params (stay->server, "prepareReceiveVideoFrom", 1);
  g_assert_true (rj_json_get_bool (params, "reconnect", FALSE));
  rjt_stay_accept (stay, BOBS_STREAM, RJ_ACCEPT_AGAIN);
  rjt_wait_until (stay->n_answers == 4);
  params = rjt_server_get_params (stay->server, "reconnectStream", 0);
  g_assert_cmpstr (rj_json_get_string (params, "stream", NULL), ==, BOBS_STREAM);
  g_assert_cmpstr (rj_json_get_string (params, "sdpString", NULL), ==, "v=0 answer");
  g_assert_false (rj_json_has (params, "sdpOffer"));
  g_assert_false (rj_json_get_bool (params, "forciblyReconnect", TRUE));
}

static void
test_is_reconnected_by_the_server (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  JsonObject *params;

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_WITH_MEDIASOUP);
  rjt_server_script (stay->server, "reconnectStream", RJT_ANSWER, 0, "{}");
  rjt_stay_join (stay);
  rjt_server_notify (stay->server, "forciblyReconnectSubscriber", "{'connectionId':'con_BOB'}");
  rjt_server_notify (stay->server, "forciblyReconnectSubscriber",
                     "{'connectionId':'con_EVE','streamId':'str_CAM_EEEE_con_EVE',"
                     "'sdpOffer':'v=0'}");
  rjt_server_notify (stay->server, "forciblyReconnectSubscriber",
                     "{'connectionId':'con_BOB','streamId':'" BOBS_STREAM
                     "','sdpOffer':'v=0 forced'}");
  rjt_stay_expect (stay, "offered " BOBS_STREAM " v=0 forced\n");
  g_assert_cmpuint (rjt_stay_count (stay, "offered "), ==, 1);
  rjt_stay_accept (stay, BOBS_STREAM, RJ_ACCEPT_FORCED);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_no_error (stay->error);
  params = rjt_server_get_params (stay->server, "reconnectStream", 0);
  g_assert_true (rj_json_get_bool (params, "forciblyReconnect", FALSE));
}

/* Each deed, and what goes over the wire for it */
static void
test_does_what_it_is_told (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  JsonObject *params;
  guint n = 0;

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_WITH_BOB);
  rjt_stay_join (stay);
  rjt_stay_do (stay, &(RjDeed){ .kind = RJ_DEED_MUTE, .video = TRUE, .muted = TRUE });
  n++;
  rjt_wait_until (stay->n_answers == n);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_USAGE); /* nothing is published */
  rjt_stay_publish (stay, FALSE);
  n++;
  rjt_wait_until (stay->n_answers == n);
  rjt_stay_do (stay, &(RjDeed){ .kind = RJ_DEED_MUTE, .video = TRUE, .muted = TRUE });
  n++;
  rjt_wait_until (stay->n_answers == n);
  g_assert_no_error (stay->error);
  params = rjt_server_get_params (stay->server, "streamPropertyChanged", 0);
  g_assert_cmpstr (rj_json_get_string (params, "streamId", NULL), ==, "str_CAM_AAAA_" RJT_SELF);
  g_assert_cmpstr (rj_json_get_string (params, "property", NULL), ==, "videoActive");
  g_assert_false (rj_json_get_bool (params, "newValue", TRUE));
  g_assert_cmpstr (rj_json_get_string (params, "reason", NULL), ==, "publishVideo");

  rjt_stay_do (stay, &(RjDeed){ .kind = RJ_DEED_SIGNAL, .text = "hello" });
  n++;
  rjt_wait_until (stay->n_answers == n);
  params = rjt_server_get_params (stay->server, "sendMessage", 0);
  g_assert_nonnull (strstr (rj_json_get_string (params, "message", ""), "\"to\":[]"));
  g_assert_nonnull (strstr (rj_json_get_string (params, "message", ""), "hello"));

  rjt_stay_do (stay, &(RjDeed){ .kind = RJ_DEED_FORCE_DISCONNECT, .text = "bob" });
  n++;
  rjt_wait_until (stay->n_answers == n);
  params = rjt_server_get_params (stay->server, "forceDisconnect", 0);
  g_assert_cmpstr (rj_json_get_string (params, "connectionId", NULL), ==, BOB);
  rjt_stay_do (stay, &(RjDeed){ .kind = RJ_DEED_FORCE_UNPUBLISH, .text = "bob" });
  n++;
  rjt_wait_until (stay->n_answers == n);
  params = rjt_server_get_params (stay->server, "forceUnpublish", 0);
  g_assert_cmpstr (rj_json_get_string (params, "streamId", NULL), ==, BOBS_STREAM);
  /* the real server would never answer these */
  rjt_stay_do (stay, &(RjDeed){ .kind = RJ_DEED_FORCE_UNPUBLISH, .text = "con_MUTE" });
  n++;
  rjt_wait_until (stay->n_answers == n);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_USAGE);
  rjt_stay_do (stay, &(RjDeed){ .kind = RJ_DEED_FORCE_DISCONNECT, .text = "nobody" });
  n++;
  rjt_wait_until (stay->n_answers == n);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_USAGE);

  rjt_stay_do (stay, &(RjDeed){ .kind = RJ_DEED_UNPUBLISH });
  n++;
  rjt_wait_until (stay->n_answers == n);
  g_assert_no_error (stay->error);
  g_assert_cmpuint (rjt_server_count (stay->server, "unpublishVideo"), ==, 1);
  rjt_stay_publish (stay, TRUE);
  n++;
  rjt_wait_until (stay->n_answers == n);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_PROTOCOL); /* nothing to reconnect */
}

static void
test_hears_signals (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_WITH_BOB);
  rjt_stay_join (stay);
  rjt_server_notify (stay->server, "sendMessage",
                     "{'data':'','type':'signal:rejoin','from':'con_SELF'}");
  rjt_server_notify (stay->server, "sendMessage",
                     "{'data':'x','type':'signal:chat','from':'con_BOB'}");
  rjt_server_notify (stay->server, "sendMessage", "{'type':'signal:rest'}");
  rjt_stay_expect (stay, "signal (null) signal:rest (null)\n");
  rjt_stay_expect (stay, "signal bob signal:chat x\n");
  g_assert_cmpuint (rjt_stay_count (stay, "signal "), ==, 2);
}

static void
test_an_offer_without_sdp_is_an_error (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_WITH_MEDIASOUP);
  rjt_server_script (stay->server, "prepareReceiveVideoFrom", RJT_ANSWER, 0, "{'sdpAnswer':'v=0'}");
  rjt_stay_join (stay);
  rjt_stay_prepare (stay, BOBS_STREAM, FALSE);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_PROTOCOL);
}

#define CANDIDATE(sender, mline, port)                                                             \
  "{'senderConnectionId':'" sender "','endpointName':'x','sdpMLineIndex':" mline                   \
  ",'sdpMid':'" mline "','candidate':'candidate:1 1 UDP 2015363327 127.0.0.1 " port " typ host'}"

static void
test_routes_candidates_once (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "joinRoom", RJT_ANSWER, 0, JOINED_WITH_BOB);
  rjt_stay_join (stay);
  rjt_stay_publish (stay, FALSE);
  rjt_stay_subscribe (stay, BOBS_STREAM, FALSE);
  rjt_wait_until (stay->n_answers == 2);
  rjt_server_notify (stay->server, "iceCandidate", CANDIDATE ("con_BOB", "0", "4000"));
  rjt_server_notify (stay->server, "iceCandidate", CANDIDATE ("con_BOB", "1", "4000"));
  rjt_server_notify (stay->server, "iceCandidate", CANDIDATE ("con_SELF", "0", "4000"));
  rjt_server_notify (stay->server, "iceCandidate", CANDIDATE ("con_BOB", "0", "4001"));
  rjt_stay_expect (stay,
                   "candidate con_BOB 0 0 candidate:1 1 UDP 2015363327 127.0.0.1 4001 typ host\n");
  rjt_stay_expect (stay,
                   "candidate con_SELF 0 0 candidate:1 1 UDP 2015363327 127.0.0.1 4000 typ host\n");
  g_assert_cmpuint (rjt_stay_count (stay, "candidate con_BOB"), ==, 2);
  /* a new endpoint may have the same candidate */
  rjt_stay_subscribe (stay, BOBS_STREAM, TRUE);
  rjt_wait_until (stay->n_answers == 3);
  rjt_server_notify (stay->server, "iceCandidate", CANDIDATE ("con_BOB", "0", "4001"));
  rjt_wait_until (rjt_stay_count (stay, "candidate con_BOB") == 3);
}

static void
test_follows_the_room (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  RjtServer *server = stay->server;

  rjt_stay_join (stay);
  rjt_server_notify (server, "someFutureThing", "{'a':1}");
  rjt_server_notify (server, "participantJoined",
                     "{'id':'con_EVE','createdAt':1,'metadata':'{\\'clientData\\':\\'eve\\'}'}");
  rjt_server_notify (server, "participantPublished",
                     "{'id':'con_EVE','streams':[{'id':'str_MIC_EEEE_con_EVE','createdAt':1,"
                     "'hasAudio':true,'hasVideo':false,'audioActive':true}]}");
  rjt_server_notify (server, "streamPropertyChanged",
                     "{'connectionId':'con_EVE','streamId':'str_MIC_EEEE_con_EVE',"
                     "'property':'audioActive','newValue':'false','reason':'publishAudio'}");
  rjt_server_notify (server, "participantUnpublished",
                     "{'connectionId':'con_EVE','reason':'unpublish'}");
  rjt_server_notify (server, "participantEvicted", "{'connectionId':'con_EVE','reason':'x'}");
  rjt_server_notify (server, "participantPublished",
                     "{'id':'con_NEW','streams':[{'id':'str_CAM_NNNN_con_NEW','createdAt':1,"
                     "'hasAudio':true,'hasVideo':true}]}");
  rjt_server_notify (server, "participantUnpublished",
                     "{'connectionId':'con_SELF','reason':'mediaServerReconnect'}");
  rjt_stay_expect (stay, "own-unpublished mediaServerReconnect\n");
  g_assert_cmpstr (strstr (stay->told->str, "joined\n") + strlen ("joined\n"), ==,
                   "participant-joined con_EVE eve\n"
                   "stream-published con_EVE str_MIC_EEEE_con_EVE eve\n"
                   "stream-changed con_EVE audio 0 video 0\n"
                   "stream-unpublished con_EVE unpublish\n"
                   "participant-joined con_NEW con_NEW\n"
                   "stream-published con_NEW str_CAM_NNNN_con_NEW con_NEW\n"
                   "own-unpublished mediaServerReconnect\n");
}

static void
test_survives_odd_messages (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();
  g_autofree char *big = g_strnfill (200 * 1024, 'x');
  g_autofree char *notification = g_strdup_printf ("{'connectionId':'con_EVE','reason':'%s'}", big);

  rjt_server_script (stay->server, "publishVideo", RJT_TWICE, 0, NULL);
  rjt_stay_join (stay);
  rjt_server_say (stay->server, "no JSON");
  rjt_server_say (stay->server, "[1,2]");
  rjt_server_say (stay->server, "{}");
  rjt_server_say (stay->server, "");
  rjt_server_say (stay->server, "{\"id\":4711,\"result\":{},\"jsonrpc\":\"2.0\"}");
  rjt_server_say (stay->server, "{\"id\":\"x\",\"error\":{\"code\":1},\"jsonrpc\":\"2.0\"}");
  rjt_server_say (stay->server, "{\"id\":9,\"method\":\"pull\",\"jsonrpc\":\"2.0\"}");
  rjt_server_say_binary (stay->server, "\0\1\2", 3);
  rjt_server_notify (stay->server, "participantJoined", "{'id':7}");
  rjt_server_notify (stay->server, "participantLeft", "{}");
  rjt_server_notify (stay->server, "participantPublished", "{'id':'con_EVE','streams':'none'}");
  rjt_server_notify (stay->server, "iceCandidate", "{'candidate':1}");
  rjt_server_notify (stay->server, "participantJoined", "{'id':'con_EVE','createdAt':1}");
  rjt_server_notify (stay->server, "participantLeft", notification);
  rjt_stay_expect (stay, "participant-left con_EVE xxx");
  rjt_stay_publish (stay, FALSE);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_no_error (stay->error);
  rjt_stay_settle (stay);
  g_assert_cmpuint (stay->n_answers, ==, 1);
  g_assert_cmpuint (rjt_server_count_open (stay->server), ==, 1);
}

static void
test_an_answer_without_sdp_is_an_error (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "publishVideo", RJT_ANSWER, 0, "{'id':'str_X'}");
  rjt_server_script (stay->server, "receiveVideoFrom", RJT_REPLY, 102, "User not found. Code: 102");
  rjt_stay_join (stay);
  rjt_stay_publish (stay, FALSE);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  rjt_stay_subscribe (stay, BOBS_STREAM, FALSE);
  rjt_wait_until (stay->n_answers == 2);
  g_assert_error (stay->error, RJ_RPC_ERROR, 102);
}

static void
test_leaves_in_order (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_stay_join (stay);
  rjt_stay_leave (stay, G_USEC_PER_SEC);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_true (stay->left);
  rjt_wait_until (rjt_server_count_open (stay->server) == 0);
  g_assert_cmpstr (rjt_server_get_methods (stay->server), ==, "ping joinRoom leaveRoom");
  g_assert_cmpuint (rjt_server_get_close_code (stay->server), ==, 4102);
  g_assert_cmpstr (rjt_server_get_close_reason (stay->server), ==, "Connection closed by client");
  g_assert_null (strstr (stay->told->str, "lost"));
}

static void
test_leaves_without_a_text_when_unanswered (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "leaveRoom", RJT_SILENT, 0, NULL);
  rjt_stay_join (stay);
  rjt_stay_leave (stay, G_USEC_PER_SEC);
  rjt_wait_until (rjt_server_count (stay->server, "leaveRoom") == 1);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (stay->clock), G_USEC_PER_SEC);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_TIMEOUT);
  rjt_wait_until (rjt_server_count_open (stay->server) == 0);
  g_assert_cmpuint (rjt_server_get_close_code (stay->server), ==, 4102);
  g_assert_null (rjt_server_get_close_reason (stay->server));
}

static void
test_close_answers_everything (void)
{
  g_autoptr (RjtStay) stay = rjt_stay_new ();

  rjt_server_script (stay->server, "publishVideo", RJT_SILENT, 0, NULL);
  rjt_stay_join (stay);
  rjt_stay_publish (stay, FALSE);
  rjt_wait_until (rjt_server_count (stay->server, "publishVideo") == 1);
  rj_signaller_close (stay->signaller);
  rj_signaller_close (stay->signaller);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_CLOSED);
  rjt_wait_until (rjt_server_count_open (stay->server) == 0);
  g_assert_null (rjt_server_get_close_reason (stay->server));
  rjt_stay_publish (stay, FALSE);
  rjt_wait_until (stay->n_answers == 2);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_CLOSED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-1/client-9/client-10/stay/joins-an-empty-room",
                   test_joins_an_empty_room);
  g_test_add_func ("/client-13/client-14/stay/tells-who-is-there", test_tells_who_is_there);
  g_test_add_func ("/stay/old-turn", test_takes_the_turn_server_of_old_servers);
  g_test_add_func ("/real-1/stay/remembers-early-lefts", test_remembers_early_lefts);
  g_test_add_func ("/stay/doubles", test_tells_of_doubles);
  g_test_add_func ("/client-22/client-23/client-28/client-33/stay/publishes", test_publishes);
  g_test_add_func ("/client-28/client-29/client-33/stay/subscribes", test_subscribes);
  g_test_add_func ("/client-30/client-33/stay/answers-offers", test_answers_offers);
  g_test_add_func ("/stay/deeds", test_does_what_it_is_told);
  g_test_add_func ("/stay/signals", test_hears_signals);
  g_test_add_func ("/stay/forced-offer", test_is_reconnected_by_the_server);
  g_test_add_func ("/stay/offer-without-sdp", test_an_offer_without_sdp_is_an_error);
  g_test_add_func ("/client-27/stay/routes-candidates-once", test_routes_candidates_once);
  g_test_add_func ("/client-15/client-16/client-42/client-48/stay/follows-the-room",
                   test_follows_the_room);
  g_test_add_func ("/client-16/client-18/client-50/stay/survives-odd-messages",
                   test_survives_odd_messages);
  g_test_add_func ("/stay/answer-without-sdp", test_an_answer_without_sdp_is_an_error);
  g_test_add_func ("/client-46/stay/leaves-in-order", test_leaves_in_order);
  g_test_add_func ("/client-46/stay/leaves-unanswered", test_leaves_without_a_text_when_unanswered);
  g_test_add_func ("/stay/close-answers-everything", test_close_answers_everything);
  return g_test_run ();
}
