#include <string.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-jsonrpc.h"

static RjFrame *
parse (const char *text)
{
  return rj_frame_parse (text, -1);
}

static void
test_the_three_shapes_of_errors_are_read (void)
{
  g_autoptr (RjFrame) thrown =
    parse ("{\"id\":4,\"error\":{\"code\":401,\"message\":\"no. Code: 401\"},\"jsonrpc\":\"2.0\"}");
  g_autoptr (RjFrame) replied =
    parse ("{\"id\":2,\"error\":{\"code\":204,\"message\":\"m\",\"sessionId\":\"r\","
           "\"data\":\"{}\"},\"jsonrpc\":\"2.0\",\"data\":{}}");
  g_autoptr (RjFrame) kurento =
    parse ("{\"error\":{\"code\":40101,\"data\":{\"type\":\"X\"},\"message\":\"m\"},\"id\":7}");
  g_autoptr (RjFrame) bare = parse ("{\"id\":1,\"error\":{}}");

  g_assert_cmpint (thrown->kind, ==, RJ_FRAME_ERROR);
  g_assert_cmpint (thrown->error_code, ==, 401);
  g_assert_cmpstr (thrown->error_message, ==, "no. Code: 401");
  g_assert_null (thrown->session);
  g_assert_cmpstr (replied->session, ==, "r");
  g_assert_cmpstr (json_node_get_string (replied->error_data), ==, "{}");
  g_assert_true (JSON_NODE_HOLDS_OBJECT (kurento->error_data));
  g_assert_false (kurento->has_version);
  g_assert_cmpint (bare->error_code, ==, -1);
  g_assert_cmpstr (bare->error_message, ==, "");
}

static void
expect_id (const char *text, RjFrameIdKind kind, gint64 id)
{
  g_autoptr (RjFrame) frame = parse (text);

  g_assert_cmpint (frame->id_kind, ==, kind);
  g_assert_cmpint (frame->id, ==, id);
}

static void
test_odd_ids_are_told_apart (void)
{
  expect_id ("{\"method\":\"ping\",\"id\":0}", RJ_FRAME_ID_INT, 0);
  expect_id ("{\"method\":\"ping\",\"id\":-3}", RJ_FRAME_ID_INT, -3);
  expect_id ("{\"method\":\"ping\",\"id\":1.5}", RJ_FRAME_ID_FRACTION, 1);
  expect_id ("{\"method\":\"ping\",\"id\":\"abc\"}", RJ_FRAME_ID_TEXT, RJ_FRAME_NO_ID);
  expect_id ("{\"method\":\"ping\",\"id\":true}", RJ_FRAME_ID_OTHER, RJ_FRAME_NO_ID);
  expect_id ("{\"method\":\"ping\",\"id\":{}}", RJ_FRAME_ID_OTHER, RJ_FRAME_NO_ID);
  expect_id ("{\"method\":\"ping\",\"id\":1e300}", RJ_FRAME_ID_OTHER, RJ_FRAME_NO_ID);
  expect_id ("{\"method\":\"ping\",\"id\":null}", RJ_FRAME_ID_NONE, RJ_FRAME_NO_ID);
  expect_id ("{\"method\":\"ping\"}", RJ_FRAME_ID_NONE, RJ_FRAME_NO_ID);
}

static void
test_requests_and_notifications_differ_by_the_id (void)
{
  g_autoptr (RjFrame) request = parse ("{\"method\":\"m\",\"id\":1,\"params\":{\"a\":1}}");
  g_autoptr (RjFrame) notification = parse ("{\"method\":\"m\",\"jsonrpc\":\"2.0\"}");
  g_autoptr (RjFrame) odd = parse ("{\"method\":\"m\",\"id\":1,\"params\":[1]}");
  g_autoptr (RjFrame) null = parse ("{\"method\":\"m\",\"id\":1,\"params\":null}");

  g_assert_cmpint (request->kind, ==, RJ_FRAME_REQUEST);
  g_assert_cmpint (rj_json_get_int (request->params, "a", 0), ==, 1);
  g_assert_false (request->params_odd);
  g_assert_cmpint (notification->kind, ==, RJ_FRAME_NOTIFICATION);
  g_assert_true (notification->has_version);
  g_assert_null (notification->params);
  g_assert_false (notification->params_odd);
  g_assert_true (odd->params_odd);
  g_assert_null (odd->params);
  g_assert_true (null->params_odd);
}

static void
test_what_is_no_frame_says_why (void)
{
  static const char *const texts[] = {
    "",
    "not json",
    "[]",
    "{}",
    "null",
    "5",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"params\":{}}",
    "{\"id\":14,\"method\":null}",
    "{\"id\":14,\"method\":5}",
    "{\"id\":1,\"error\":\"text\"}",
    "{\"id\":1",
    "[{\"method\":\"a\",\"id\":1}]",
    "{\"method\":\"\xff\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (RjFrame) frame = parse (texts[i]);

    if (frame->kind != RJ_FRAME_INVALID)
      g_error ("taken: %s", texts[i]);
    g_assert_nonnull (frame->problem);
  }
}

static void
test_the_problem_does_not_quote_the_text (void)
{
  g_autoptr (RjFrame) frame = parse ("{\"method\":\"joinRoom\",\"params\":{\"token\":hush}}");

  g_assert_cmpint (frame->kind, ==, RJ_FRAME_INVALID);
  g_assert_null (strstr (frame->problem, "hush"));
}

static void
test_a_frame_may_be_cut_out_of_a_buffer (void)
{
  const char *buffer = "{\"method\":\"m\"}{\"method\":\"n\"}";
  g_autoptr (RjFrame) frame = rj_frame_parse (buffer, 14);
  g_autoptr (RjFrame) both = rj_frame_parse (buffer, -1);
  g_autoptr (RjFrame) with_nul = rj_frame_parse ("{\"method\":\"m\0\"}", 15);

  g_assert_cmpstr (frame->method, ==, "m");
  g_assert_cmpint (both->kind, ==, RJ_FRAME_INVALID);
  g_assert_cmpint (with_nul->kind, ==, RJ_FRAME_INVALID);
}

static void
expect_json (char *text, const char *wanted)
{
  g_autoptr (JsonNode) got = json_from_string (text, NULL);
  g_autoptr (JsonNode) want = json_from_string (wanted, NULL);

  if (!json_node_equal (got, want))
    g_error ("got %s, wanted %s", text, wanted);
  g_free (text);
}

static void
test_builders_make_the_documented_texts (void)
{
  expect_json (rj_frame_request (1, "ping", NULL),
               "{\"jsonrpc\":\"2.0\",\"method\":\"ping\",\"id\":1}");
  expect_json (rj_frame_notification ("m", json_object_new ()),
               "{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"params\":{}}");
  expect_json (rj_frame_result (1, NULL, "r"),
               "{\"id\":1,\"result\":{\"sessionId\":\"r\"},\"jsonrpc\":\"2.0\"}");
  expect_json (rj_frame_result_value (0, "pong", NULL),
               "{\"id\":0,\"result\":{\"value\":\"pong\"},\"jsonrpc\":\"2.0\"}");
  expect_json (rj_frame_result_value (RJ_FRAME_NO_ID, "pong", NULL),
               "{\"result\":{\"value\":\"pong\"},\"jsonrpc\":\"2.0\"}");
  expect_json (rj_frame_result_text (2, "bye"),
               "{\"id\":2,\"result\":\"bye\",\"jsonrpc\":\"2.0\"}");
  expect_json (rj_frame_error (7, 40007, "reconnection error", NULL),
               "{\"id\":7,\"error\":{\"code\":40007,\"message\":\"reconnection error\"},"
               "\"jsonrpc\":\"2.0\"}");
  expect_json (rj_frame_error_replied (2, 105, "m", "{}", "r"),
               "{\"id\":2,\"error\":{\"code\":105,\"message\":\"m\",\"data\":\"{}\","
               "\"sessionId\":\"r\"},\"jsonrpc\":\"2.0\",\"data\":{}}");
}

static void
test_an_error_for_people_is_short_and_holds_no_secret (void)
{
  g_autofree char *sdp = g_strnfill (5000, 'x');
  g_autofree char *message =
    g_strdup_printf ("Error forcing codec\r\nToken ws://h?token=tok_uvwxyz\r\nä%s. Code: 800", sdp);
  g_autofree char *text = rj_frame_error (3, 800, message, NULL);
  g_autoptr (RjFrame) frame = parse (text);
  g_autoptr (GError) error = NULL;

  rj_frame_set_error (frame, &error);
  g_assert_error (error, RJ_RPC_ERROR, 800);
  g_assert_cmpuint (strlen (error->message), <, 300);
  g_assert_null (strpbrk (error->message, "\r\n"));
  g_assert_null (strstr (error->message, "uvwxyz"));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpstr (frame->error_message, ==, message);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-17/protocol/jsonrpc/errors", test_the_three_shapes_of_errors_are_read);
  g_test_add_func ("/protocol/jsonrpc/ids", test_odd_ids_are_told_apart);
  g_test_add_func ("/protocol/jsonrpc/calls", test_requests_and_notifications_differ_by_the_id);
  g_test_add_func ("/protocol/jsonrpc/invalid", test_what_is_no_frame_says_why);
  g_test_add_func ("/protocol/jsonrpc/quote", test_the_problem_does_not_quote_the_text);
  g_test_add_func ("/protocol/jsonrpc/length", test_a_frame_may_be_cut_out_of_a_buffer);
  g_test_add_func ("/protocol/jsonrpc/builders", test_builders_make_the_documented_texts);
  g_test_add_func ("/client-17/protocol/jsonrpc/gerror",
                   test_an_error_for_people_is_short_and_holds_no_secret);
  return g_test_run ();
}
