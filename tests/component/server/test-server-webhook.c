/* What a server tells its webhook: which events, in which order, with which members; and a webhook that does not
 * answer well. */
#include <libsoup/soup.h>
#include <string.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-webhook.h"
#include "rjt-stage.h"

typedef struct {
  RjtStage stage;
  SoupServer *http;
  GPtrArray *events; /* of JsonObject */
  GString *names;    /* of the events, with a reason after a colon, joined by spaces */
  char *header;      /* "X-Key" of the last one */
  char *type;        /* content type of the last one */
  guint status;      /* what is answered */
  guint n_requests;
} Fixture;

static void
on_request (
  SoupServer *http, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Fixture *f = data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (GBytes) body =
    soup_message_body_flatten (soup_server_message_get_request_body (message));
  JsonObject *event =
    rj_json_parse_object (g_bytes_get_data (body, NULL), (gssize) g_bytes_get_size (body), NULL);
  const char *reason = rj_json_get_string (event, "reason", NULL);

  g_assert_nonnull (event);
  g_assert_cmpstr (soup_server_message_get_method (message), ==, "POST");
  g_assert_cmpstr (path, ==, "/hook");
  g_ptr_array_add (f->events, event);
  g_string_append_printf (f->names, "%s%s%s%s", f->names->len == 0 ? "" : " ",
                          rj_json_get_string (event, "event", "?"), reason == NULL ? "" : ":",
                          reason == NULL ? "" : reason);
  g_free (f->header);
  f->header = g_strdup (soup_message_headers_get_one (headers, "X-Key"));
  g_free (f->type);
  f->type = g_strdup (soup_message_headers_get_content_type (headers, NULL));
  f->n_requests++;
  soup_server_message_set_status (message, f->status, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection",
                                "close");
}

static void
set_up (Fixture *f, gconstpointer n_nodes)
{
  g_autoptr (RjServerConfig) config = rj_server_config_new (RJT_SECRET);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  f->status = SOUP_STATUS_OK;
  f->events = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  f->names = g_string_new (NULL);
  f->http = soup_server_new (NULL, NULL);
  soup_server_add_handler (f->http, NULL, on_request, f, NULL);
  soup_server_listen_local (f->http, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (f->http);
  config->webhook =
    g_strdup_printf ("http://127.0.0.1:%d/hook", g_uri_get_port ((GUri *) uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  config->webhook_headers = g_strsplit ("X-Key: open, sesame", "\n", -1);
  rjt_stage_set_up_with (&f->stage, GPOINTER_TO_UINT (n_nodes), config);
}

static void
tear_down (Fixture *f, gconstpointer n_nodes)
{
  rjt_stage_tear_down (&f->stage, n_nodes);
  g_clear_object (&f->http);
  g_ptr_array_unref (f->events);
  g_string_free (f->names, TRUE);
  g_free (f->header);
  g_free (f->type);
}

/* Waits until that is all, and forgets it. */
static void
expect (Fixture *f, const char *names)
{
  rjt_wait_until (strlen (f->names->str) >= strlen (names));
  g_assert_cmpstr (f->names->str, ==, names);
  g_string_truncate (f->names, 0);
}

static JsonObject *
last (Fixture *f)
{
  return g_ptr_array_index (f->events, f->events->len - 1);
}

#define assert_text(object, name, value)                                                           \
  g_assert_cmpstr (rj_json_get_string (object, name, NULL), ==, value)

static void
test_a_whole_session (Fixture *f, gconstpointer unused)
{
  RjtStage *s = &f->stage;
  RjtGuest *ann, *bob;

  expect (f, "mediaNodeStatusChanged");
  assert_text (last (f), "oldStatus", "launching");
  assert_text (last (f), "newStatus", "running");
  g_assert_true (g_str_has_prefix (rj_json_get_string (last (f), "id", ""), "media_"));
  ann = rjt_stage_join (s, "room", "ann");
  expect (f, "sessionCreated participantJoined");
  g_assert_cmpstr (f->header, ==, "open, sesame");
  g_assert_cmpstr (f->type, ==, "application/json");
  bob = rjt_stage_join (s, "room", "bob");
  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  expect (f, "participantJoined webrtcConnectionCreated");
  assert_text (last (f), "connection", "OUTBOUND");
  assert_text (last (f), "streamId", rjt_guest_get_stream (ann));
  assert_text (last (f), "connectionId", rjt_guest_get_connection (ann));
  g_assert_cmpint (rjt_guest_receive (bob, rjt_guest_get_stream (ann)), ==, 0);
  expect (f, "webrtcConnectionCreated");
  assert_text (last (f), "connection", "INBOUND");
  assert_text (last (f), "receivingFrom", rjt_guest_get_connection (ann));
  assert_text (last (f), "connectionId", rjt_guest_get_connection (bob));
  g_assert_true (json_object_has_member (last (f), "audioEnabled"));
  g_assert_cmpint (rjt_guest_try (ann, "leaveRoom", NULL), ==, 0);
  expect (f, "webrtcConnectionDestroyed:disconnect webrtcConnectionDestroyed:disconnect "
             "participantLeft:disconnect");
  g_assert_cmpint (rj_json_get_int (last (f), "duration", -1), ==, 0);
  g_assert_cmpint (rj_json_get_int (last (f), "startTime", 0), >, 0);
  g_assert_cmpint (rjt_guest_try (bob, "leaveRoom", NULL), ==, 0);
  expect (f, "participantLeft:disconnect sessionDestroyed:lastParticipantLeft");
  assert_text (last (f), "sessionId", "room");
  g_assert_true (g_str_has_prefix (rj_json_get_string (last (f), "uniqueSessionId", ""), "room_"));
}

static void
test_unsubscribing_and_unpublishing (Fixture *f, gconstpointer unused)
{
  RjtStage *s = &f->stage;
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");
  RjtGuest *bob = rjt_stage_join (s, "room", "bob");

  g_assert_cmpint (rjt_guest_publish (ann), ==, 0);
  g_assert_cmpint (rjt_guest_receive (bob, rjt_guest_get_stream (ann)), ==, 0);
  expect (f, "mediaNodeStatusChanged sessionCreated participantJoined participantJoined "
             "webrtcConnectionCreated webrtcConnectionCreated");
  /* a reconnection is silent, and so is what it replaces */
  g_assert_cmpint (rjt_guest_try (bob, "reconnectStream",
                                  rj_json_build ("stream", 's', rjt_guest_get_stream (ann),
                                                 "sdpOffer", 's', "v=0\r\n", NULL)),
                   ==, 0);
  rjt_guest_call (bob, "unsubscribeFromVideo",
                  rj_json_build ("sender", 's', rjt_guest_get_connection (ann), NULL));
  expect (f, "webrtcConnectionDestroyed:unsubscribe");
  rjt_guest_call (ann, "unpublishVideo", NULL);
  expect (f, "webrtcConnectionDestroyed:unpublish");
  assert_text (last (f), "connection", "OUTBOUND");
}

static void
test_signals (Fixture *f, gconstpointer unused)
{
  RjtStage *s = &f->stage;
  RjtGuest *ann = rjt_stage_join (s, "room", "ann");

  expect (f, "mediaNodeStatusChanged sessionCreated participantJoined");
  rjt_guest_call (
    ann, "sendMessage",
    rj_json_build ("message", 's', "{\"type\":\"signal:chat\",\"data\":\"hello\"}", NULL));
  expect (f, "signalSent");
  assert_text (last (f), "from", rjt_guest_get_connection (ann));
  assert_text (last (f), "type", "chat");
  assert_text (last (f), "data", "hello");
  g_assert_cmpuint (json_array_get_length (rj_json_get_array (last (f), "to")), ==, 1);
  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "POST", "/openvidu/api/signal",
                              "{\"session\":\"room\",\"type\":\"signal:x\"}", NULL),
                    ==, 200);
  expect (f, "signalSent");
  g_assert_true (json_object_get_null_member (last (f), "from"));
  g_assert_true (json_object_get_null_member (last (f), "data"));
  assert_text (last (f), "type", "signal:x");
}

static void
test_a_crash_and_a_recovery (Fixture *f, gconstpointer unused)
{
  RjtStage *s = &f->stage;

  rjt_stage_join (s, "room", "ann");
  expect (f, "mediaNodeStatusChanged sessionCreated participantJoined");
  rjt_fake_kurento_kill (rjt_stage_get_node (s, 0));
  rjt_wait_until (rjt_stage_count (s, RJ_EVENT_NODE_SUSPECT) == 1);
  for (guint i = 0; i < 5; i++) {
    rjt_stage_advance_ms (s, 500);
    rjt_stage_wait_for_attempt (s);
  }
  rjt_stage_advance_ms (s, 1000);
  expect (f, "nodeCrashed participantLeft:nodeCrashed sessionDestroyed:nodeCrashed");
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_NODE_CRASHED), ==, 1);
  rjt_fake_kurento_revive (rjt_stage_get_node (s, 0));
  rjt_stage_advance_ms (s, 500);
  expect (f, "nodeRecovered");
  assert_text (last (f), "nodeRole", "medianode");
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gboolean *) data = TRUE;
}

/* The last events are posted before the server is gone */
static void
test_the_end_of_the_server (Fixture *f, gconstpointer unused)
{
  RjtStage *s = &f->stage;
  gboolean stopped = FALSE;

  rjt_stage_join (s, "room", "ann");
  rj_server_stop_async (s->server, NULL, on_stopped, &stopped);
  rjt_stage_advance_ms (s, 200);
  rjt_wait_until (stopped);
  expect (f, "mediaNodeStatusChanged sessionCreated participantJoined "
             "participantLeft:openviduServerStopped sessionDestroyed:openviduServerStopped");
}

/* ... unless nobody takes them: that holds up nobody for more than a second */
static void
test_a_dead_webhook_holds_nobody_up (Fixture *f, gconstpointer unused)
{
  RjtStage *s = &f->stage;
  gboolean stopped = FALSE;

  soup_server_disconnect (f->http);
  rjt_stage_join (s, "room", "ann");
  rj_server_stop_async (s->server, NULL, on_stopped, &stopped);
  rjt_stage_advance_ms (s, 200);
  rjt_stage_advance_ms (s, 1000);
  rjt_wait_until (stopped);
}

static void
test_what_is_refused_is_not_repeated (Fixture *f, gconstpointer unused)
{
  RjtStage *s = &f->stage;

  expect (f, "mediaNodeStatusChanged");
  f->status = SOUP_STATUS_INTERNAL_SERVER_ERROR;
  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "POST", "/openvidu/api/sessions",
                              "{\"customSessionId\":\"a\"}", NULL),
                    ==, 200);
  expect (f, "sessionCreated");
  f->status = SOUP_STATUS_OK;
  g_assert_cmpuint (rjt_rest (s->url, RJT_SECRET, "DELETE", "/openvidu/api/sessions/a", NULL, NULL),
                    ==, 204);
  expect (f, "sessionDestroyed:sessionClosedByServer");
  g_assert_cmpuint (f->n_requests, ==, 3);
  g_assert_cmpuint (rjt_stage_count (s, RJ_EVENT_WARNING), ==, 1);
  g_assert_nonnull (
    strstr (rj_json_get_string (rjt_stage_get_data (s, RJ_EVENT_WARNING), "message", ""),
            "/hook has not taken sessionCreated: it answered 500 instead of 200"));
}

static void
test_the_configuration_shows_it (Fixture *f, gconstpointer unused)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) config = NULL;

  g_assert_cmpuint (rjt_rest (f->stage.url, RJT_SECRET, "GET", "/openvidu/api/config", NULL, &text),
                    ==, 200);
  config = rj_json_parse_object (text, -1, NULL);
  g_assert_true (rj_json_get_bool (config, "OPENVIDU_WEBHOOK", FALSE));
  assert_text (
    config, "OPENVIDU_WEBHOOK_ENDPOINT",
    f->stage.server == NULL ? NULL : rj_json_get_string (config, "OPENVIDU_WEBHOOK_ENDPOINT", "?"));
  g_assert_cmpuint (json_array_get_length (rj_json_get_array (config, "OPENVIDU_WEBHOOK_EVENTS")),
                    ==, 10);
  expect (f, "mediaNodeStatusChanged");
}

static void
test_what_the_user_gives_is_checked (void)
{
  static const char *const bad[] = { "", "x", "ftp://a/b", "http://", "localhost:80/hook" };
  const char *no_value[] = { "X-Key", NULL };
  const char *two_lines[] = { "X-Key: a\r\nX: b", NULL };
  const char *good[] = { "X-Key: a: b", NULL };
  g_autofree char *shown = rj_webhook_show_url ("http://me:secret@host:1/a?key=secret");

  g_assert_cmpstr (shown, ==, "http://host:1/a");
  g_assert_true (rj_webhook_check (NULL, NULL, NULL));
  g_assert_true (rj_webhook_check ("https://a/b", good, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (rj_webhook_check (bad[i], NULL, &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
    g_assert_true (g_str_has_prefix (error->message, "--webhook: "));
  }
  g_assert_false (rj_webhook_check ("http://a/b", no_value, NULL));
  g_assert_false (rj_webhook_check ("http://a/b", two_lines, NULL));
  g_assert_false (rj_webhook_check (NULL, good, NULL));
}

static void
add (const char *path, void (*func) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, GUINT_TO_POINTER (1), set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/webhook/check", test_what_the_user_gives_is_checked);
  add ("/server/webhook/session", test_a_whole_session);
  add ("/server/webhook/unsubscribe", test_unsubscribing_and_unpublishing);
  add ("/server/webhook/signals", test_signals);
  add ("/server/webhook/crash", test_a_crash_and_a_recovery);
  add ("/server/webhook/stop", test_the_end_of_the_server);
  add ("/server/webhook/dead", test_a_dead_webhook_holds_nobody_up);
  add ("/server/webhook/refused", test_what_is_refused_is_not_repeated);
  add ("/server/webhook/config", test_the_configuration_shows_it);
  return g_test_run ();
}
