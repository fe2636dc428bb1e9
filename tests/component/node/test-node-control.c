/* The control protocol of a real node over real websockets */
#include <string.h>

#include "rj-error.h"
#include "rj-ice-peer.h"
#include "rj-node.h"
#include "rjt-control.h"

#define UNKNOWN "d2862e0e-f70e-412f-a14c-8217db6e3bbc"

typedef struct {
  RjClock *clock;
  RjNode *node;
  RjtControl *control;
} Fixture;

static RjNode *
start_node (RjClock *clock)
{
  RjNodeConfig config = { .loopback_only = TRUE, .clock = clock };
  RjNode *node = rj_node_new (&config);
  g_autoptr (GError) error = NULL;

  rj_node_listen (node, &error);
  g_assert_no_error (error);
  return node;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->clock = rj_fake_clock_new (0);
  f->node = start_node (f->clock);
  f->control = rjt_control_new (rj_node_get_port (f->node));
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rjt_control_free (f->control);
  rj_node_close (f->node);
  g_object_unref (f->node);
  g_object_unref (f->clock);
  RJT_WAIT (rj_ice_peer_count_agents () == 0);
}

static void
test_greeting (Fixture *f, gconstpointer unused)
{
  rjt_control_greet (f->control);
  g_assert_true (g_uuid_string_is_valid (f->control->session));
  g_assert_cmpuint (rj_node_count_connections (f->node), ==, 1);
}

/* As openvidu-server does it after the media server came back as another process */
static void
test_unknown_session (Fixture *f, gconstpointer unused)
{
  RjtControl *control = f->control;
  const RjFrame *frame = rjt_control_call (control, RJ_KMS_CONNECT, rj_kms_connect (UNKNOWN));
  g_autofree char *object = rj_kms_object_id (NULL, UNKNOWN, RJ_KMS_PIPELINE);

  g_assert_cmpint (frame->error_code, ==, RJ_KMS_CODE_INVALID_SESSION);
  g_assert_cmpstr (frame->error_message, ==, "Invalid session");
  g_assert_cmpstr (rj_kms_error_get_type (frame), ==, "INVALID_SESSION");
  frame = rjt_control_call (control, RJ_KMS_CONNECT, NULL);
  g_assert_cmpint (frame->kind, ==, RJ_FRAME_RESULT);
  g_assert_cmpstr (frame->session, !=, UNKNOWN);
  /* and goes on with the old one */
  frame = rjt_control_call (control, RJ_KMS_INVOKE,
                            rj_kms_invoke (UNKNOWN, RJ_KMS_MANAGER, RJ_KMS_GET_INFO, NULL));
  g_assert_cmpstr (frame->session, ==, UNKNOWN);
  frame = rjt_control_call (control, RJ_KMS_INVOKE,
                            rj_kms_invoke (UNKNOWN, object, RJ_KMS_GET_NAME, NULL));
  g_assert_cmpint (frame->error_code, ==, RJ_KMS_CODE_OBJECT_NOT_FOUND);
  g_assert_nonnull (strstr (frame->error_message, object));
  g_assert_cmpstr (rj_kms_error_get_type (frame), ==, "MEDIA_OBJECT_NOT_FOUND");
}

static void
drop (RjtControl *control, RjNode *node)
{
  g_autoptr (GIOStream) stream =
    g_object_ref (soup_websocket_connection_get_io_stream (control->socket));

  g_io_stream_close (stream, NULL, NULL);
  RJT_WAIT (rj_node_count_connections (node) == 0);
}

/* A broken socket costs nothing: objects live on, and events go to the new socket. */
static void
test_session_is_resumed (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtControl) second = NULL;
  const char *session;
  const char *pipeline;
  const char *endpoint;
  const RjFrame *frame;

  rjt_control_greet (f->control);
  session = f->control->session;
  pipeline = rjt_control_create (f->control, RJ_KMS_PIPELINE, NULL);
  endpoint = rjt_control_create (f->control, RJ_KMS_WEBRTC, pipeline);
  rjt_control_subscribe_all (f->control, endpoint);
  drop (f->control, f->node);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 239 * G_USEC_PER_SEC);

  second = rjt_control_new (rj_node_get_port (f->node));
  frame = rjt_control_call (second, RJ_KMS_CONNECT, rj_kms_connect (session));
  g_assert_cmpint (frame->kind, ==, RJ_FRAME_RESULT);
  g_assert_cmpstr (frame->session, ==, session);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 1000 * G_USEC_PER_SEC);
  rjt_control_do (second, RJ_KMS_INVOKE,
                  rj_kms_invoke (session, endpoint, RJ_KMS_GENERATE_OFFER, NULL));
  rjt_control_do (second, RJ_KMS_INVOKE,
                  rj_kms_invoke (session, endpoint, RJ_KMS_GATHER_CANDIDATES, NULL));
  RJT_WAIT (rjt_control_count (second, RJ_KMS_EVENT_CANDIDATE, endpoint, NULL) == 4);
}

static void
test_abandoned_session_is_collected (Fixture *f, gconstpointer unused)
{
  const char *pipeline;

  rjt_control_greet (f->control);
  pipeline = rjt_control_create (f->control, RJ_KMS_PIPELINE, NULL);
  rjt_control_create (f->control, RJ_KMS_WEBRTC, pipeline);
  rjt_control_create (f->control, RJ_KMS_PASS_THROUGH, pipeline);
  g_assert_cmpuint (rj_node_count_objects (f->node), ==, 3);
  drop (f->control, f->node);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 239 * G_USEC_PER_SEC);
  g_assert_cmpuint (rj_node_count_objects (f->node), ==, 3);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 2 * G_USEC_PER_SEC);
  g_assert_cmpuint (rj_node_count_objects (f->node), ==, 0);
}

static void
test_pipeline_takes_its_children (Fixture *f, gconstpointer unused)
{
  RjtControl *control = f->control;
  const char *pipeline;
  const char *other;
  const char *endpoint;

  rjt_control_greet (control);
  pipeline = rjt_control_create (control, RJ_KMS_PIPELINE, NULL);
  other = rjt_control_create (control, RJ_KMS_PIPELINE, NULL);
  endpoint = rjt_control_create (control, RJ_KMS_WEBRTC, pipeline);
  g_assert_true (g_str_has_prefix (endpoint, pipeline));
  g_assert_true (g_str_has_suffix (endpoint, "_kurento.WebRtcEndpoint"));
  rjt_control_create (control, RJ_KMS_WEBRTC, other);
  rjt_control_do (control, RJ_KMS_RELEASE, rj_kms_release (control->session, pipeline));
  g_assert_cmpuint (rj_node_count_objects (f->node), ==, 2);
  rjt_control_fail (control, RJ_KMS_SUBSCRIBE,
                    rj_kms_subscribe (control->session, endpoint, RJ_KMS_EVENT_ERROR),
                    RJ_KMS_CODE_OBJECT_NOT_FOUND);
}

static void
test_names (Fixture *f, gconstpointer unused)
{
  RjtControl *control = f->control;
  const char *pipeline;

  rjt_control_greet (control);
  pipeline = rjt_control_create (control, RJ_KMS_PIPELINE, NULL);
  g_assert_cmpstr (
    rjt_control_do (control, RJ_KMS_INVOKE,
                    rj_kms_invoke (control->session, pipeline, RJ_KMS_GET_NAME, NULL)),
    ==, pipeline);
  rjt_control_do (control, RJ_KMS_INVOKE,
                  rj_kms_invoke_text (control->session, pipeline, RJ_KMS_SET_NAME, "name", "room"));
  g_assert_cmpstr (
    rjt_control_do (control, RJ_KMS_INVOKE,
                    rj_kms_invoke (control->session, pipeline, RJ_KMS_GET_NAME, NULL)),
    ==, "room");
}

static void
fail_invoke (Fixture *f, const char *object, const char *operation, JsonObject *args, gint64 code)
{
  rjt_control_fail (f->control, RJ_KMS_INVOKE,
                    rj_kms_invoke (f->control->session, object, operation, args), code);
}

static JsonObject *
make_argument (const char *name, const char *value)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, name, value);
  return object;
}

static void
test_refusals (Fixture *f, gconstpointer unused)
{
  RjtControl *control = f->control;
  const char *pipeline;
  const char *far;
  const char *endpoint;

  rjt_control_greet (control);
  pipeline = rjt_control_create (control, RJ_KMS_PIPELINE, NULL);
  endpoint = rjt_control_create (control, RJ_KMS_WEBRTC, pipeline);
  far = rjt_control_create (control, RJ_KMS_PASS_THROUGH,
                            rjt_control_create (control, RJ_KMS_PIPELINE, NULL));
  rjt_control_fail (control, "fly", NULL, -32601);
  rjt_control_fail (control, RJ_KMS_RELEASE, NULL, -32602);
  rjt_control_fail (control, RJ_KMS_CREATE, rj_kms_create (NULL, "Zebra", NULL), 40104);
  rjt_control_fail (control, RJ_KMS_CREATE, rj_kms_create (NULL, RJ_KMS_WEBRTC, NULL), -32602);
  rjt_control_fail (control, RJ_KMS_CREATE, rj_kms_create (NULL, RJ_KMS_WEBRTC, endpoint), 40101);
  rjt_control_fail (control, RJ_KMS_CREATE, rj_kms_create (NULL, RJ_KMS_WEBRTC, "x"), 40101);
  rjt_control_fail (control, RJ_KMS_SUBSCRIBE, rj_kms_subscribe (NULL, endpoint, "Rain"), 40106);
  fail_invoke (f, endpoint, "dance", NULL, 40105);
  fail_invoke (f, pipeline, RJ_KMS_PROCESS_OFFER, make_argument ("offer", "v=0"), 40105);
  fail_invoke (f, RJ_KMS_MANAGER, "getKmd", NULL, 40105);
  fail_invoke (f, endpoint, RJ_KMS_PROCESS_OFFER, NULL, -32602);
  fail_invoke (f, endpoint, RJ_KMS_PROCESS_OFFER, make_argument ("offer", "nonsense"), 40201);
  fail_invoke (f, endpoint, RJ_KMS_PROCESS_OFFER, make_argument ("offer", ""), 40201);
  fail_invoke (f, endpoint, RJ_KMS_PROCESS_ANSWER, make_argument ("answer", "v=0"), 40209);
  fail_invoke (f, endpoint, RJ_KMS_GATHER_CANDIDATES, NULL, 40400);
  fail_invoke (f, endpoint, RJ_KMS_ADD_CANDIDATE, NULL, -32602);
  fail_invoke (f, endpoint, RJ_KMS_LINK, NULL, -32602);
  fail_invoke (f, endpoint, RJ_KMS_LINK, make_argument ("sink", "nobody"), 40101);
  fail_invoke (f, endpoint, RJ_KMS_LINK, make_argument ("sink", pipeline), 40101);
  fail_invoke (f, endpoint, RJ_KMS_LINK, make_argument ("sink", far), -32602);
  /* and the node still works */
  rjt_control_create (control, RJ_KMS_PASS_THROUGH, pipeline);
}

/* What is no request is ignored, and the socket stays open. */
static void
test_garbage (Fixture *f, gconstpointer unused)
{
  static const char *const texts[] = { "", "x", "{}", "[]", "null", "{\"id\":1,\"result\":{}}" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    soup_websocket_connection_send_text (f->control->socket, texts[i]);
  rjt_control_greet (f->control);
  g_assert_cmpuint (f->control->texts->len, ==, 2);
}

/* Candidates may come before the offer, and garbage is answered as if it were fine. */
static void
test_candidates_any_time (Fixture *f, gconstpointer unused)
{
  static const char *const lines[] = {
    "candidate:1 1 UDP 2015363327 127.0.0.1 40000 typ host",
    "candidate:1 2 UDP 2015363326 127.0.0.1 40000 typ host",
    "candidate:7 1 udp 2113937151 a1b2c3d4-0000-4000-8000-000000000000.local 5000 typ host",
    "candidate:8 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active",
    "nonsense",
    "",
  };
  RjtControl *control = f->control;
  const char *pipeline;
  const char *endpoint;

  rjt_control_greet (control);
  pipeline = rjt_control_create (control, RJ_KMS_PIPELINE, NULL);
  endpoint = rjt_control_create (control, RJ_KMS_WEBRTC, pipeline);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    rjt_control_do (control, RJ_KMS_INVOKE,
                    rj_kms_invoke_candidate (control->session, endpoint, lines[i], "0", 0));
}

static void
test_two_servers_at_once (Fixture *f, gconstpointer unused)
{
  g_autoptr (RjtControl) other = rjt_control_new (rj_node_get_port (f->node));
  const char *pipeline;

  rjt_control_greet (f->control);
  rjt_control_greet (other);
  g_assert_cmpstr (f->control->session, !=, other->session);
  pipeline = rjt_control_create (f->control, RJ_KMS_PIPELINE, NULL);
  /* objects are known to everybody */
  rjt_control_create (other, RJ_KMS_WEBRTC, pipeline);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
come_and_go (Fixture *f)
{
  RjtControl *control = rjt_control_new (rj_node_get_port (f->node));

  rjt_control_greet (control);
  rjt_control_free (control);
  RJT_WAIT (rj_node_count_connections (f->node) == 1);
}

static void
test_connections_leave_no_descriptors (Fixture *f, gconstpointer unused)
{
  guint before;

  come_and_go (f);
  before = count_descriptors ();
  for (guint i = 0; i < 20; i++)
    come_and_go (f);
  RJT_WAIT (count_descriptors () <= before);
}

static void
test_new_process_is_another_server (void)
{
  const char *server_ids[2] = { NULL, NULL };
  g_autofree char *first = NULL;

  for (guint i = 0; i < 2; i++) {
    RjNode *node = start_node (NULL);
    g_autoptr (RjtControl) control = rjt_control_new (rj_node_get_port (node));
    const RjFrame *frame = rjt_control_call (control, RJ_KMS_CONNECT, NULL);
    JsonObject *result = rj_frame_get_result_object (frame);

    server_ids[i] = json_object_get_string_member (result, "serverId");
    if (i == 0)
      first = g_strdup (server_ids[0]);
    else
      g_assert_cmpstr (server_ids[1], !=, first);
    g_object_unref (node);
    RJT_WAIT (control->closed);
  }
}

static void
test_port_in_use (Fixture *f, gconstpointer unused)
{
  RjNodeConfig config = { .loopback_only = TRUE, .port = rj_node_get_port (f->node) };
  g_autoptr (RjNode) second = rj_node_new (&config);
  g_autoptr (GError) error = NULL;

  g_assert_false (rj_node_listen (second, &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT);
  g_assert_cmpuint (rj_node_get_port (second), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/node/control/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("greeting", test_greeting);
  ADD ("unknown-session", test_unknown_session);
  ADD ("session-is-resumed", test_session_is_resumed);
  ADD ("abandoned-session-is-collected", test_abandoned_session_is_collected);
  ADD ("pipeline-takes-its-children", test_pipeline_takes_its_children);
  ADD ("names", test_names);
  ADD ("refusals", test_refusals);
  ADD ("garbage", test_garbage);
  ADD ("candidates-any-time", test_candidates_any_time);
  ADD ("two-servers-at-once", test_two_servers_at_once);
  ADD ("connections-leave-no-descriptors", test_connections_leave_no_descriptors);
  ADD ("port-in-use", test_port_in_use);
  g_test_add_func ("/node/control/new-process-is-another-server",
                   test_new_process_is_another_server);
  return g_test_run ();
}
