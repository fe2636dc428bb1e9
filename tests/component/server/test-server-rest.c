/* REST where the recorded conversations do not reach: headers, bodies, effects. */
#include <libsoup/soup.h>

#include "rj-json.h"
#include "rjt-stage.h"

#define SESSIONS "/openvidu/api/sessions"

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

/* Returns: (transfer full) (nullable): a header of the answer */
static char *
ask_header (RjtStage *s, const char *method, const char *path, gboolean known, const char *name)
{
  g_autoptr (SoupSession) http = soup_session_new ();
  g_autofree char *url = g_strconcat (s->url, path, NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, url);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (known)
    soup_message_headers_append (soup_message_get_request_headers (message), "Authorization",
                                 "Basic T1BFTlZJRFVBUFA6c2VjcmV0");
  soup_session_send_and_read_async (http, message, 0, NULL, on_done, &result);
  rjt_wait_until (result != NULL);
  bytes = soup_session_send_and_read_finish (http, result, NULL);
  g_assert_nonnull (bytes);
  return g_strdup (
    soup_message_headers_get_one (soup_message_get_response_headers (message), name));
}

static void
test_strangers_are_challenged (RjtStage *s, gconstpointer unused)
{
  g_autofree char *header = ask_header (s, "GET", SESSIONS, FALSE, "WWW-Authenticate");

  g_assert_cmpstr (header, ==, "Basic realm=\"Realm\"");
  g_assert_cmpuint (rjt_rest (s->url, "wrong", "GET", SESSIONS, NULL, NULL), ==, 401);
  g_assert_cmpuint (rjt_rest (s->url, NULL, "GET", "/nowhere", NULL, NULL), ==, 401);
  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "GET", "/nowhere", NULL, NULL), ==, 403);
  g_assert_cmpuint (
    rjt_rest (s->url, NULL, "GET", "/openvidu/api/config/openvidu-publicurl", NULL, NULL), ==, 200);
}

static void
test_every_origin_is_welcome (RjtStage *s, gconstpointer unused)
{
  g_autofree char *header =
    ask_header (s, "OPTIONS", SESSIONS, FALSE, "Access-Control-Allow-Origin");

  g_assert_cmpstr (header, ==, "*");
  g_assert_cmpuint (rjt_rest (s->url, NULL, "OPTIONS", SESSIONS, NULL, NULL), ==, 200);
}

/* libsoup ends the connection after a 204; a client that is not told would send its next request into it */
static void
test_a_204_says_that_the_connection_ends (RjtStage *s, gconstpointer unused)
{
  g_autofree char *header = NULL;

  rjt_rest (s->url, RJT_SECRET, "POST", SESSIONS, "{\"customSessionId\":\"room\"}", NULL);
  header = ask_header (s, "DELETE", SESSIONS "/room", TRUE, "Connection");
  g_assert_cmpstr (header, ==, "close");
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* libsoup's server keeps the descriptor of a connection that a client kept alive and then closed */
static void
test_no_descriptor_stays_behind (RjtStage *s, gconstpointer unused)
{
  guint before = count_descriptors ();

  for (guint i = 0; i < 20; i++)
    g_free (ask_header (s, "GET", SESSIONS, TRUE, "Connection"));
  rjt_wait_until (count_descriptors () <= before);
}

static gint64
publish_with_codec (RjtStage *s, const char *session, const char *wish)
{
  g_autofree char *token = NULL;
  g_autoptr (RjtGuest) guest = NULL;

  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "POST", SESSIONS, wish, NULL), ==, 200);
  token = rjt_rest_token (s->url, RJT_SECRET, session, "PUBLISHER");
  guest = rjt_guest_new (s->url);
  g_assert_cmpint (rjt_guest_join (guest, session, token, "ann"), ==, 0);
  return rjt_guest_publish (guest); /* offers VP8 only */
}

static void
test_the_forced_codec_must_be_offered (RjtStage *s, gconstpointer unused)
{
  g_assert_cmpint (publish_with_codec (s, "a", "{\"customSessionId\":\"a\"}"), ==, 0);
  g_assert_cmpint (
    publish_with_codec (s, "b", "{\"customSessionId\":\"b\",\"forcedVideoCodec\":\"H264\"}"), ==,
    800);
  g_assert_cmpint (
    publish_with_codec (s, "c", "{\"customSessionId\":\"c\",\"forcedVideoCodec\":\"NONE\"}"), ==,
    0);
  g_assert_cmpint (publish_with_codec (s, "d",
                                       "{\"customSessionId\":\"d\",\"forcedVideoCodec\":\"H264\","
                                       "\"allowTranscoding\":true}"),
                   ==, 0);
}

static void
test_bad_wishes_get_400 (RjtStage *s, gconstpointer unused)
{
  static const char *const wishes[] = {
    "{\"customSessionId\":\"a b\"}", "{\"customSessionId\":5}",  "{\"mediaMode\":\"X\"}",
    "{\"recordingMode\":\"X\"}",     "{\"allowTranscoding\":1}",
  };
  static const char *const connections[] = {
    "{\"role\":\"X\"}", "{\"type\":\"IPCAM\"}",        "{\"record\":\"x\"}",
    "{\"data\":{}}",    "{\"customIceServers\":[{}]}", "{\"customIceServers\":5}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wishes); i++)
    g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "POST", SESSIONS, wishes[i], NULL), ==, 400);
  rjt_rest (s->url, RJT_SECRET, "POST", SESSIONS, "{\"customSessionId\":\"room\"}", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (connections); i++)
    g_assert_cmpuint (
      rjt_rest (s->url, RJT_SECRET, "POST", SESSIONS "/room/connection", connections[i], NULL), ==,
      400);
}

static void
test_a_deleted_connection_is_evicted (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  g_autofree char *path =
    g_strconcat (SESSIONS "/room/connection/", rjt_guest_get_connection (ann), NULL);

  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "DELETE", path, NULL, NULL), ==, 204);
  rjt_wait_until (rjt_guest_count (ann, "participantEvicted", rjt_guest_get_connection (ann),
                                   "forceDisconnectByServer") == 1);
  rjt_wait_until (rjt_guest_count (bob, "participantEvicted", NULL, NULL) == 1);
  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "DELETE", path, NULL, NULL), ==, 404);
}

static void
test_a_signal_reaches_those_named (RjtStage *s, gconstpointer unused)
{
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");
  g_autofree char *body = g_strdup_printf ("{\"session\":\"room\",\"to\":[\"%s\"],\"type\":\"t\"}",
                                           rjt_guest_get_connection (bob));

  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "POST", "/openvidu/api/signal", body, NULL), ==,
                    200);
  rjt_wait_until (rjt_guest_count (bob, "sendMessage", NULL, NULL) == 1);
  g_assert_cmpuint (rjt_guest_count (ann, "sendMessage", NULL, NULL), ==, 0);
  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "POST", "/openvidu/api/signal",
                              "{\"session\":\"room\",\"to\":[\"con_x\"]}", NULL),
                    ==, 406);
}

static void
add (const char *path, void (*func) (RjtStage *, gconstpointer))
{
  g_test_add (path, RjtStage, GUINT_TO_POINTER (1), rjt_stage_set_up, func, rjt_stage_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/server/rest/challenge", test_strangers_are_challenged);
  add ("/server/rest/origin", test_every_origin_is_welcome);
  add ("/server/rest/no-content", test_a_204_says_that_the_connection_ends);
  add ("/server/rest/descriptors", test_no_descriptor_stays_behind);
  add ("/server/rest/codec", test_the_forced_codec_must_be_offered);
  add ("/server/rest/bad-wishes", test_bad_wishes_get_400);
  add ("/server/rest/delete-connection", test_a_deleted_connection_is_evicted);
  add ("/server/rest/signal", test_a_signal_reaches_those_named);
  return g_test_run ();
}
