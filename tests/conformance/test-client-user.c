/* What the whole client does: statements about joining, media, losses and ways back, opposite a scripted
 * server. */
#include "rj-json.h"
#include "rjt-user.h"

#define EVICT "{'connectionId':'" RJT_SELF "','reason':'%s'}"

static void
evict (RjtUser *user, const char *reason)
{
  g_autofree char *params = g_strdup_printf (EVICT, reason);

  rjt_server_notify (user->server, "participantEvicted", params);
}

static guint
count (RjtUser *user, const char *method)
{
  return rjt_server_count (user->server, method);
}

/* Of the nth such request. Returns: (transfer none) */
static const char *
get_param (RjtUser *user, const char *method, guint nth, const char *name)
{
  return rj_json_get_string (rjt_server_get_params (user->server, method, nth), name, NULL);
}

static void
publish (RjtUser *user, const char *connection, const char *stream)
{
  g_autofree char *params = g_strdup_printf (
    "{'id':'%s','streams':[{'id':'%s','createdAt':1,'hasAudio':true,'hasVideo':true,"
    "'audioActive':true,'videoActive':true}]}",
    connection, stream);

  rjt_server_notify (user->server, "participantPublished", params);
}

/* --- tokens --- */

static void
test_a_token_for_each_try (void)
{
  g_autoptr (RjtUser) user = rjt_user_new ();
  g_autoptr (GHashTable) tokens = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  rjt_server_script_times (user->server, "joinRoom", 2, RJT_REPLY, 204, "No node. Code: 204");
  rjt_user_start (user);
  rjt_user_run_until_flowing (user, 5 * RJT_SECOND);
  evict (user, "nodeCrashed");
  rjt_user_run_until_asked (user, "joinRoom", 4, RJT_SECOND);
  rjt_user_run_until_flowing (user, RJT_SECOND);
  for (guint i = 0; i < 4; i++)
    g_assert_true (g_hash_table_add (tokens, rjt_user_dup_token (user, i)));
  g_assert_cmpuint (rjt_server_count_http (user->server, "/api/get-token"), ==, 4);
  g_assert_cmpuint (rjt_server_count_opened (user->server), ==, 4);
}

static void
test_the_token_source_says_404_or_5xx (void)
{
  const guint statuses[] = { 404, 500, 503 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autoptr (RjtUser) user = rjt_user_new ();
    const char *token = rjt_server_get_token (user->server);
    g_autofree char *answer = g_strdup_printf ("{\"token\":\"%s\"}", token);

    rjt_server_set_http (user->server, "/api/get-token", statuses[i], NULL);
    rjt_user_start (user);
    rjt_user_run (user, RJT_SECOND);
    /* asked again, but not without pauses: 200, 320, 512 ms, less or more by 30 % */
    g_assert_cmpuint (rjt_server_count_http (user->server, "/api/get-token"), >=, 2);
    g_assert_cmpuint (rjt_server_count_http (user->server, "/api/get-token"), <=, 5);
    g_assert_cmpuint (count (user, "joinRoom"), ==, 0);
    rjt_server_set_http (user->server, "/api/get-token", 200, answer);
    rjt_user_run_until_flowing (user, 5 * RJT_SECOND);
  }
}

static void
test_the_token_source_refuses (void)
{
  const guint statuses[] = { 400, 401, 403 };

  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    g_autoptr (RjtUser) user = rjt_user_new ();

    rjt_server_set_http (user->server, "/api/get-token", statuses[i], NULL);
    rjt_user_start (user);
    rjt_user_run_until_state (user, "failed", RJT_SECOND);
    rjt_user_run (user, RJT_SECOND);
    g_assert_cmpuint (rjt_server_count_http (user->server, "/api/get-token"), ==, 1);
  }
}

static void
test_refusals_on_the_way_back (void)
{
  static const struct {
    int code;
    RjtReaction shape;
  } refusals[] = { { 202, RJT_THROW },
                   { 203, RJT_THROW },
                   { 203, RJT_REPLY },
                   { 204, RJT_REPLY },
                   { 401, RJT_THROW } };

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autoptr (RjtUser) user = rjt_user_new_in_room_of_three ();
    g_autofree char *second = NULL, *third = NULL;

    rjt_server_script_times (user->server, "joinRoom", 2, refusals[i].shape, refusals[i].code,
                             "no. Code: 0");
    evict (user, "nodeCrashed");
    rjt_user_run_until_asked (user, "joinRoom", 4, 5 * RJT_SECOND);
    rjt_user_run (user, RJT_SECOND);
    g_assert_cmpuint (count (user, "joinRoom"), ==, 4);
    g_assert_cmpuint (rjt_server_count_http (user->server, "/api/get-token"), ==, 4);
    g_assert_cmpuint (rjt_server_count_open (user->server), ==, 1);
    second = rjt_user_dup_token (user, 2);
    third = rjt_user_dup_token (user, 3);
    g_assert_cmpstr (second, !=, third);
    rjt_user_assert_state (user, "joined");
  }
}

/* --- media --- */

static void
test_candidates_before_the_answer (void)
{
  g_autoptr (RjtUser) user = rjt_user_new ();
  guint before;

  rjt_server_script (user->server, "publishVideo", RJT_SILENT, 0, NULL);
  rjt_user_start (user);
  rjt_user_run_until_asked (user, "publishVideo", 1, RJT_SECOND);
  before = rjt_fake_peers_count_candidates (user->peers);
  for (guint i = 0; i < 2; i++) /* once an m-line, as the real server does */
    rjt_server_notify (user->server, "iceCandidate",
                       i == 0 ? "{'senderConnectionId':'" RJT_SELF "','endpointName':'x',"
                                "'sdpMLineIndex':0,'sdpMid':'0','candidate':'candidate:1 1 UDP 1 "
                                "127.0.0.1 4000 typ host'}"
                              : "{'senderConnectionId':'" RJT_SELF "','endpointName':'x',"
                                "'sdpMLineIndex':1,'sdpMid':'1','candidate':'candidate:1 1 UDP 1 "
                                "127.0.0.1 4000 typ host'}");
  rjt_user_run (user, 100000);
  /* the peer has it, and keeps it (see client-26/media) */
  g_assert_cmpuint (rjt_fake_peers_count_candidates (user->peers), ==, before + 1);
}

static void
test_who_makes_the_offer (gconstpointer media_server)
{
  g_autoptr (RjtUser) user = rjt_user_new ();
  g_autofree char *more = g_strdup_printf ("'mediaServer':'%s'", (const char *) media_server);
  gboolean server = g_str_equal (media_server, "mediasoup");

  user->config->publishes = FALSE;
  rjt_user_set_room (user, RJT_OTHER ("bot-2", "true", "true"), more);
  rjt_server_script (user->server, "prepareReceiveVideoFrom", RJT_ANSWER, 0,
                     "{'sdpOffer':'server\\u0027s offer'}");
  if (server)
    rjt_server_script (user->server, "receiveVideoFrom", RJT_ANSWER, 0, "{}");
  rjt_user_start (user);
  rjt_user_run_until_flowing (user, 5 * RJT_SECOND);
  g_assert_cmpuint (count (user, "prepareReceiveVideoFrom"), ==, server ? 1 : 0);
  g_assert_cmpuint (count (user, "receiveVideoFrom"), ==, 1);
  g_assert_cmpint (get_param (user, "receiveVideoFrom", 0, "sdpAnswer") != NULL, ==, server);
  g_assert_cmpint (get_param (user, "receiveVideoFrom", 0, "sdpOffer") != NULL, ==, !server);
}

static void
test_subscriptions_want_what_is_there (void)
{
  g_autoptr (RjtUser) user = rjt_user_new ();

  user->config->publishes = FALSE;
  rjt_user_set_room (user,
                     RJT_OTHER ("bot-2", "true", "false") "," RJT_OTHER (
                       "bot-3", "false", "true") "," RJT_OTHER ("bot-4", "true", "true"),
                     "");
  rjt_user_start (user);
  rjt_user_run_until_asked (user, "receiveVideoFrom", 3, RJT_SECOND);
  g_assert_cmpuint (rjt_fake_peers_count_receiving (user->peers, TRUE, FALSE), ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_receiving (user->peers, FALSE, TRUE), ==, 1);
  g_assert_cmpuint (rjt_fake_peers_count_receiving (user->peers, TRUE, TRUE), ==, 1);
}

static void
test_another_stream_of_the_same_connection (void)
{
  g_autoptr (RjtUser) user = rjt_user_new_in_room_of_three ();
  const char *methods;

  publish (user, "con_bot-2", "str_CAM_YYYY_con_bot-2");
  rjt_user_run_until_asked (user, "receiveVideoFrom", 3, RJT_SECOND);
  g_assert_cmpstr (get_param (user, "receiveVideoFrom", 2, "sender"), ==, "str_CAM_YYYY_con_bot-2");
  g_assert_cmpuint (count (user, "unsubscribeFromVideo"), ==, 1);
  g_assert_cmpstr (get_param (user, "unsubscribeFromVideo", 0, "sender"), ==, "con_bot-2");
  methods = rjt_server_get_methods (user->server);
  g_assert_true (strstr (methods, "unsubscribeFromVideo") <
                 g_strrstr (methods, "receiveVideoFrom"));
  rjt_user_run_until_flowing (user, RJT_SECOND);
}

/* Everything since the last request of @method, with it. Returns: (transfer none) */
static const char *
get_tail (RjtUser *user, const char *method)
{
  return g_strrstr (rjt_server_get_methods (user->server), method);
}

static void
test_a_silent_stream_is_reconnected (void)
{
  g_autoptr (RjtUser) user = rjt_user_new_in_room_of_three ();

  rjt_fake_peers_set_publisher_silent (user->peers, 2, TRUE);
  rjt_user_run_until_asked (user, "reconnectStream", 1, 3 * RJT_SECOND);
  rjt_fake_peers_set_publisher_silent (user->peers, 2, FALSE);
  rjt_user_run (user, 30000);
  g_assert_cmpstr (get_param (user, "reconnectStream", 0, "stream"), ==, "str_CAM_XXXX_con_bot-2");
  g_assert_cmpstr (get_param (user, "reconnectStream", 0, "sdpOffer"), ==, "offer");
  g_assert_null (get_param (user, "reconnectStream", 0, "sdpString"));
  g_assert_true (
    g_str_has_prefix (get_tail (user, "reconnectStream"), "reconnectStream onIceCandidate"));
  g_assert_cmpuint (count (user, "receiveVideoFrom"), ==, 2);
  rjt_user_run_until_flowing (user, RJT_SECOND);
}

static void
test_the_own_stream_is_reconnected (void)
{
  g_autoptr (RjtUser) user = rjt_user_new_in_room_of_three ();

  rjt_fake_peers_break (user->peers, RJ_DIRECTION_SEND);
  rjt_user_run_until_asked (user, "reconnectStream", 1, 3 * RJT_SECOND);
  rjt_user_run (user, 30000);
  g_assert_cmpstr (get_param (user, "reconnectStream", 0, "stream"), ==, "str_CAM_AAAA_" RJT_SELF);
  g_assert_cmpstr (get_param (user, "reconnectStream", 0, "sdpString"), ==, "offer");
  g_assert_null (get_param (user, "reconnectStream", 0, "sdpOffer"));
  g_assert_true (
    g_str_has_prefix (get_tail (user, "reconnectStream"), "reconnectStream onIceCandidate"));
  g_assert_cmpuint (count (user, "publishVideo"), ==, 1);
  rjt_user_run_until_flowing (user, RJT_SECOND);
}

/* All are silent: nothing is asked, until the limit; then out, and back with a fresh token */
static void
test_silence_of_all (void)
{
  g_autoptr (RjtUser) user = rjt_user_new_in_room_of_three ();
  guint asked = count (user, "receiveVideoFrom") + count (user, "publishVideo");

  rjt_fake_peers_set_silent (user->peers, TRUE);
  rjt_user_run_until_asked (user, "leaveRoom", 1, 8 * RJT_SECOND);
  g_assert_cmpuint (count (user, "receiveVideoFrom") + count (user, "publishVideo"), ==, asked);
  g_assert_cmpuint (count (user, "reconnectStream"), ==, 0);
  rjt_fake_peers_set_silent (user->peers, FALSE);
  rjt_user_run_until_asked (user, "joinRoom", 2, 2 * RJT_SECOND);
  rjt_user_run_until_flowing (user, RJT_SECOND);
}

/* --- the websocket is lost --- */

static void
test_resumed_with_one_broken_stream (void)
{
  g_autoptr (RjtUser) user = rjt_user_new_in_room_of_three ();
  guint pings = count (user, "ping");

  rjt_server_refuse_upgrades (user->server, TRUE);
  rj_participant_cut_websocket (user->participant, TRUE);
  rjt_user_run (user, 100000);
  rjt_fake_peers_break (user->peers, RJ_DIRECTION_SEND);
  rjt_server_refuse_upgrades (user->server, FALSE);
  rjt_user_run_until_asked (user, "sendMessage", 1, 2 * RJT_SECOND);
  rjt_user_run_until_asked (user, "reconnectStream", 1, 3 * RJT_SECOND);
  rjt_user_run_until_flowing (user, RJT_SECOND);
  rjt_user_run (user, RJT_SECOND);
  g_assert_cmpuint (count (user, "reconnectStream"), ==, 1);
  g_assert_cmpstr (get_param (user, "reconnectStream", 0, "stream"), ==, "str_CAM_AAAA_" RJT_SELF);
  g_assert_cmpuint (count (user, "receiveVideoFrom"), ==, 2);
  g_assert_cmpuint (count (user, "joinRoom"), ==, 1);
  g_assert_cmpint (
    rj_json_get_int (rjt_server_get_params (user->server, "ping", pings), "interval", 0), ==, 5000);
}

static void
expect_fresh_stay (RjtUser *user, guint n_sockets)
{
  g_autofree char *first = rjt_user_dup_token (user, 0);
  g_autofree char *second = NULL;

  rjt_user_run_until_asked (user, "joinRoom", 2, 5 * RJT_SECOND);
  second = rjt_user_dup_token (user, 1);
  g_assert_cmpstr (first, !=, second);
  g_assert_cmpuint (rjt_server_count_opened (user->server), ==, n_sockets);
  g_assert_cmpstr (rjt_server_get_query (user->server), ==, "sessionId=room");
  rjt_user_run_until_flowing (user, 5 * RJT_SECOND);
  rjt_wait_until (rjt_server_count_open (user->server) == 1);
}

static void
test_the_server_has_forgotten_us (void)
{
  g_autoptr (RjtUser) user = rjt_user_new_in_room_of_three ();

  rjt_server_script (user->server, "connect", RJT_THROW, 40007, "reconnection error");
  rj_participant_cut_websocket (user->participant, TRUE);
  rjt_user_run_until_asked (user, "connect", 1, RJT_SECOND);
  expect_fresh_stay (user, 3);
  g_assert_cmpuint (rjt_server_get_close_code (user->server), ==, 4101);
  g_assert_cmpuint (
    rjt_history_count_where (user->history, "rejoin-started", "cause", "networkDisconnect"), ==, 1);
}

static void
test_a_zombie_rejoins (void)
{
  g_autoptr (RjtUser) user = rjt_user_new_in_room_of_three ();

  rjt_server_script (user->server, "sendMessage", RJT_SILENT, 0, NULL);
  rj_participant_cut_websocket (user->participant, TRUE);
  rjt_user_run_until_asked (user, "sendMessage", 1, RJT_SECOND);
  expect_fresh_stay (user, 3);
  g_assert_cmpuint (
    rjt_history_count_where (user->history, "rejoin-started", "detected_by", "zombie"), ==, 1);
}

/* --- the server's word --- */

static void
test_evicted (void)
{
  g_autoptr (RjtUser) user = rjt_user_new_in_room_of_three ();
  guint made = rjt_fake_peers_count_made (user->peers);

  rjt_server_set_http (user->server, "/api/get-token", 0, NULL); /* not yet back */
  evict (user, "nodeCrashed");
  evict (user, "nodeCrashed");
  rjt_wait_until (rjt_server_count_open (user->server) == 0);
  g_assert_cmpuint (rjt_server_get_close_code (user->server), ==, 4102);
  g_assert_cmpstr (rjt_server_get_close_reason (user->server), ==, "Connection closed by client");
  g_assert_cmpuint (count (user, "leaveRoom"), ==, 0);
  g_assert_cmpuint (rjt_history_count (user->history, "peer-closed"), ==, 3);
  g_assert_cmpuint (rjt_fake_peers_count_open (user->peers), ==,
                    rjt_fake_peers_count_made (user->peers) - made); /* spares at most */
  g_assert_cmpuint (
    rjt_history_count_where (user->history, "rejoin-started", "cause", "nodeCrashed"), ==, 1);
}

static void
test_others_are_evicted_and_leave (void)
{
  g_autoptr (RjtUser) user = rjt_user_new_in_room_of_three ();

  rjt_server_notify (user->server, "participantEvicted",
                     "{'connectionId':'con_bot-2','reason':'nodeCrashed'}");
  rjt_user_run (user, 200000);
  g_assert_cmpuint (rjt_fake_peers_count_open (user->peers), ==, 3);
  rjt_server_notify (user->server, "participantLeft",
                     "{'connectionId':'con_bot-2','reason':'nodeCrashed'}");
  rjt_user_run (user, 200000);
  g_assert_cmpuint (rjt_fake_peers_count_open (user->peers), ==, 2);
  g_assert_cmpuint (rjt_history_count (user->history, "remote-left"), ==, 1);
  g_assert_cmpuint (count (user, "unsubscribeFromVideo"), ==, 0);
  rjt_user_assert_state (user, "joined");
}

static void
test_the_master_has_crashed (void)
{
  g_autoptr (RjtUser) user = rjt_user_new_in_room_of_three ();

  rjt_server_notify (user->server, "masterNodeCrashedNotification", "{}");
  expect_fresh_stay (user, 2);
  g_assert_cmpuint (rjt_server_get_close_code (user->server), ==, 4103);
  g_assert_cmpstr (rjt_server_get_close_reason (user->server), ==, "Master Node has crashed");
  g_assert_cmpuint (count (user, "leaveRoom"), ==, 0);
  g_assert_cmpuint (count (user, "connect"), ==, 0);
  g_assert_cmpuint (
    rjt_history_count_where (user->history, "rejoin-started", "cause", "nodeCrashed"), ==, 1);
}

static void
test_the_media_server_restarts (void)
{
  g_autoptr (RjtUser) user = rjt_user_new_in_room_of_three ();
  static const char *const all[] = { "con_bot-2", RJT_SELF, "con_bot-3" };

  rjt_server_script_times (user->server, "publishVideo", 1, RJT_THROW, -1,
                           "java.lang.NullPointerException");
  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    g_autofree char *params =
      g_strdup_printf ("{'connectionId':'%s','reason':'mediaServerReconnect'}", all[i]);

    rjt_server_notify (user->server, "participantUnpublished", params);
  }
  rjt_user_run_until_asked (user, "publishVideo", 2, RJT_SECOND);
  rjt_server_script_times (user->server, "receiveVideoFrom", 1, RJT_REPLY, 303, "x. Code: 303");
  publish (user, "con_bot-2", "str_CAM_YYYY_con_bot-2");
  publish (user, "con_bot-3", "str_CAM_YYYY_con_bot-3");
  rjt_user_run_until_asked (user, "publishVideo", 3, 3 * RJT_SECOND);
  rjt_user_run_until_flowing (user, 5 * RJT_SECOND);
  g_assert_cmpuint (count (user, "joinRoom"), ==, 1);
  g_assert_cmpuint (count (user, "leaveRoom"), ==, 0);
  g_assert_cmpuint (rjt_history_count (user->history, "rejoin-ended"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) g_test_add_func ("/client-" name, func)
  ADD ("19/client-47/user/a-token-for-each-try", test_a_token_for_each_try);
  ADD ("20/user/404-or-5xx", test_the_token_source_says_404_or_5xx);
  ADD ("20/user/refuses", test_the_token_source_refuses);
  ADD ("21/real-3/user/refusals-on-the-way-back", test_refusals_on_the_way_back);
  ADD ("26/client-27/user/candidates-before-the-answer", test_candidates_before_the_answer);
  g_test_add_data_func ("/client-30/user/kurento", "kurento", test_who_makes_the_offer);
  g_test_add_data_func ("/client-30/user/mediasoup", "mediasoup", test_who_makes_the_offer);
  g_test_add_data_func ("/client-30/user/unknown", "of the future", test_who_makes_the_offer);
  ADD ("31/user/what-is-there", test_subscriptions_want_what_is_there);
  ADD ("32/user/another-stream-of-the-same", test_another_stream_of_the_same_connection);
  ADD ("32/client-33/client-34/client-35/user/a-silent-stream",
       test_a_silent_stream_is_reconnected);
  ADD ("33/client-34/user/the-own-stream", test_the_own_stream_is_reconnected);
  ADD ("35/user/silence-of-all", test_silence_of_all);
  ADD ("38/user/one-broken-stream", test_resumed_with_one_broken_stream);
  ADD ("39/client-47/user/forgotten", test_the_server_has_forgotten_us);
  ADD ("40/client-47/user/zombie", test_a_zombie_rejoins);
  ADD ("41/user/evicted", test_evicted);
  ADD ("42/user/others", test_others_are_evicted_and_leave);
  ADD ("44/client-45/user/the-media-server-restarts", test_the_media_server_restarts);
  ADD ("49/client-47/user/the-master-has-crashed", test_the_master_has_crashed);
#undef ADD
  return g_test_run ();
}
