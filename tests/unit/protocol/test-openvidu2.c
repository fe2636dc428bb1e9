#include <string.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-openvidu2.h"

static JsonObject *
object (const char *text)
{
  JsonObject *parsed = rj_json_parse_object (text, -1, NULL);

  g_assert_nonnull (parsed);
  return parsed;
}

static void
test_metadata_is_split_and_joined (void)
{
  static const struct {
    const char *whole;
    const char *client;
    const char *server;
  } cases[] = {
    { "{\"nick\":\"bob\"}%/%vip", "{\"nick\":\"bob\"}", "vip" },
    { "alone", "alone", NULL },
    { "", "", NULL },
    { "a%/%b%/%c", "a", "b%/%c" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *client = NULL;
    g_autofree char *server = NULL;
    g_autofree char *whole = NULL;

    rj_ov2_metadata_split (cases[i].whole, &client, &server);
    g_assert_cmpstr (client, ==, cases[i].client);
    g_assert_cmpstr (server, ==, cases[i].server);
    whole = rj_ov2_metadata_join (client, server);
    g_assert_cmpstr (whole, ==, cases[i].whole);
  }
}

static void
expect_name (const char *metadata, const char *wanted)
{
  g_autofree char *name = rj_ov2_metadata_get_name (metadata);

  g_assert_cmpstr (name, ==, wanted);
}

static void
test_the_name_is_in_client_data (void)
{
  g_autofree char *made = rj_ov2_metadata_from_name ("a \"quoted\" name");

  expect_name ("{\"clientData\":\"A\"}", "A");
  expect_name ("{\"clientData\":\"A\"}%/%{\"clientData\":\"S\"}", "A");
  expect_name (made, "a \"quoted\" name");
  expect_name ("{\"clientData\":\"\"}", NULL);
  expect_name ("{\"clientData\":5}", NULL);
  expect_name ("{\"nick\":\"A\"}", NULL);
  expect_name ("{broken", NULL);
  expect_name ("plain", NULL);
  expect_name ("", NULL);
  expect_name (NULL, NULL);
}

static void
test_stream_ids_name_their_connection (void)
{
  g_autofree char *camera = rj_ov2_stream_make_id (TRUE, "CAMERA", "Xf1x", "con_KQ3x8LmZp1");
  g_autofree char *sound = rj_ov2_stream_make_id (FALSE, NULL, "Xf1x", "con_KQ3x8LmZp1");

  g_assert_cmpstr (camera, ==, "str_CAM_Xf1x_con_KQ3x8LmZp1");
  g_assert_cmpstr (sound, ==, "str_MIC_Xf1x_con_KQ3x8LmZp1");
  g_assert_cmpstr (rj_ov2_stream_get_connection (camera), ==, "con_KQ3x8LmZp1");
  g_assert_cmpstr (rj_ov2_stream_get_connection ("con_A"), ==, "con_A");
  g_assert_cmpstr (rj_ov2_stream_get_connection ("str_IPC_AAAA_ipc_IPCAM_rtsp_BBBB_h"), ==,
                   "ipc_IPCAM_rtsp_BBBB_h");
  g_assert_null (rj_ov2_stream_get_connection (""));
  g_assert_null (rj_ov2_stream_get_connection ("str_CAM"));
}

static void
test_dimensions_are_text (void)
{
  g_autofree char *text = rj_ov2_dimensions_build (640, 480);
  gint64 width = 0;
  gint64 height = 0;

  g_assert_cmpstr (text, ==, "{\"width\":640,\"height\":480}");
  g_assert_true (rj_ov2_dimensions_parse (text, &width, &height));
  g_assert_cmpint (width, ==, 640);
  g_assert_cmpint (height, ==, 480);
  g_assert_false (rj_ov2_dimensions_parse ("640x480", &width, &height));
  g_assert_false (rj_ov2_dimensions_parse (NULL, &width, &height));
}

static void
test_reasons_are_known_by_their_words (void)
{
  for (guint i = 0; i < RJ_OV2_N_REASONS; i++)
    g_assert_cmpint (rj_ov2_reason_from_text (rj_ov2_reason_to_text (i)), ==, i);
  g_assert_cmpint (rj_ov2_reason_from_text ("of the future"), ==, RJ_OV2_REASON_UNKNOWN);
  g_assert_cmpint (rj_ov2_reason_from_text (NULL), ==, RJ_OV2_REASON_UNKNOWN);
  g_assert_cmpstr (rj_ov2_reason_to_text (RJ_OV2_REASON_NODE_CRASHED), ==, "nodeCrashed");
}

/* Sections 5.1 and 11.1.12: what may be missing in a join result */
static void
test_a_join_result_may_lack_much (void)
{
  g_autoptr (JsonObject) result =
    object ("{\"id\":\"con_A\",\"session\":\"S\",\"value\":[{\"id\":\"con_B\"}]}");
  g_autoptr (RjOv2Joined) joined = rj_ov2_joined_parse (result, NULL);
  g_autoptr (JsonObject) bare = object ("{\"id\":\"con_A\",\"session\":\"S\"}");
  g_autoptr (RjOv2Joined) alone = rj_ov2_joined_parse (bare, NULL);
  const RjOv2Connection *other = g_ptr_array_index (joined->value, 0);

  g_assert_cmpstr (other->id, ==, "con_B");
  g_assert_null (other->streams);
  g_assert_null (other->metadata);
  g_assert_null (joined->custom_ice_servers);
  g_assert_cmpint (joined->record, ==, RJ_OV2_UNSET);
  g_assert_false (joined->has_life);
  g_assert_cmpuint (alone->value->len, ==, 0);
}

static void
test_a_join_result_with_everything (void)
{
  g_autoptr (JsonObject) result = object (
    "{\"id\":\"con_A\",\"session\":\"S\",\"value\":[],\"life\":3,\"recordingId\":\"S\","
    "\"recordingName\":\"n\",\"customIceServers\":[{\"url\":\"stun:h:1\"},{\"url\":\"turn:h:2\","
    "\"username\":\"u\",\"credential\":\"c\"},{\"nourl\":1},5],\"role\":\"SUBSCRIBER\"}");
  g_autoptr (RjOv2Joined) joined = rj_ov2_joined_parse (result, NULL);
  const RjOv2IceServer *turn = g_ptr_array_index (joined->custom_ice_servers, 1);

  g_assert_cmpuint (joined->custom_ice_servers->len, ==, 2);
  g_assert_cmpstr (turn->url, ==, "turn:h:2");
  g_assert_cmpstr (turn->credential, ==, "c");
  g_assert_true (joined->has_life);
  g_assert_cmpint (joined->life, ==, 3);
  g_assert_cmpstr (joined->recording_id, ==, "S");
}

static void
test_broken_join_results_are_refused (void)
{
  static const char *const texts[] = {
    "{}",
    "{\"id\":\"con_A\"}",
    "{\"id\":{},\"session\":\"S\"}",
    "{\"id\":\"con_A\",\"session\":\"S\",\"value\":[5]}",
    "{\"id\":\"con_A\",\"session\":\"S\",\"value\":[{}]}",
    "{\"id\":\"con_A\",\"session\":\"S\",\"value\":[{\"id\":\"b\",\"streams\":[{}]}]}",
    "{\"id\":\"con_A\",\"session\":\"S\",\"value\":[{\"id\":\"b\",\"streams\":[null]}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (JsonObject) result = object (texts[i]);
    g_autoptr (GError) error = NULL;

    g_assert_null (rj_ov2_joined_parse (result, &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  }
  g_assert_null (rj_ov2_joined_parse (NULL, NULL));
}

static void
test_texts_may_come_as_numbers_but_not_as_objects (void)
{
  g_autoptr (JsonObject) params =
    object ("{\"token\":5,\"session\":\"S\",\"platform\":true,\"metadata\":\"\",\"secret\":\"\","
            "\"recorder\":\"x\",\"stt\":\"TRUE\"}");
  g_autoptr (RjOv2Join) join = rj_ov2_join_parse (params, NULL);
  g_autoptr (JsonObject) wrong = object (
    "{\"token\":\"t\",\"session\":\"S\",\"platform\":\"p\",\"metadata\":{},\"secret\":\"\"}");
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (join->token, ==, "5");
  g_assert_cmpstr (join->platform, ==, "true");
  g_assert_cmpint (join->recorder, ==, RJ_OV2_NO);
  g_assert_cmpint (join->stt, ==, RJ_OV2_YES);
  g_assert_null (rj_ov2_join_parse (wrong, &error));
  g_assert_nonnull (strstr (error->message, "'metadata' has a wrong type"));
}

static void
test_connect_tells_null_from_empty (void)
{
  g_autoptr (JsonObject) null = object ("{\"sessionId\":null}");
  g_autoptr (JsonObject) empty = object ("{\"sessionId\":\"\"}");
  g_autofree char *text = rj_ov2_connect_parse (empty);

  g_assert_null (rj_ov2_connect_parse (NULL));
  g_assert_null (rj_ov2_connect_parse (null));
  g_assert_cmpstr (text, ==, "");
}

static void
test_property_values_are_wrapped_once_more (void)
{
  g_autoptr (JsonObject) params =
    object ("{\"connectionId\":\"con_A\",\"streamId\":\"str\",\"property\":\"videoDimensions\","
            "\"newValue\":\"\\\"{\\\\\\\"width\\\\\\\":480,\\\\\\\"height\\\\\\\":640}\\\"\","
            "\"reason\":\"r\"}");
  g_autoptr (RjOv2Property) property = rj_ov2_property_parse (params, NULL);
  g_autoptr (JsonObject) muted = rj_ov2_property_build_active ("str", "audioActive", FALSE);
  g_autoptr (RjOv2Property) request = rj_ov2_property_parse_request (muted, NULL);
  gint64 width;
  gint64 height;

  g_assert_true (rj_ov2_dimensions_parse (json_node_get_string (property->value), &width, &height));
  g_assert_cmpint (height, ==, 640);
  g_assert_true (rj_ov2_property_get_bool (property, TRUE));
  g_assert_false (rj_ov2_property_get_bool (request, TRUE));
  g_assert_cmpstr (request->reason, ==, "publishAudio");
}

static void
test_filters_are_not_wrapped (void)
{
  g_autoptr (JsonObject) params =
    object ("{\"connectionId\":\"con_A\",\"streamId\":\"str\",\"property\":\"filter\","
            "\"newValue\":{\"type\":\"GStreamerFilter\"},\"reason\":\"applyFilter\"}");
  g_autoptr (RjOv2Property) property = rj_ov2_property_parse (params, NULL);
  g_autoptr (JsonObject) again = rj_ov2_property_build (property);
  g_autofree char *a = rj_json_object_to_text (params);

  g_assert_true (JSON_NODE_HOLDS_OBJECT (property->value));
  g_assert_nonnull (rj_json_get_object (again, "newValue"));
  g_assert_nonnull (a);
}

static void
test_broken_properties_are_refused (void)
{
  static const char *const values[] = { "\"\"", "\"{\"", "\"nonsense\"" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autofree char *text =
      g_strdup_printf ("{\"connectionId\":\"c\",\"streamId\":\"s\",\"property\":\"audioActive\","
                       "\"newValue\":%s,\"reason\":\"r\"}",
                       values[i]);
    g_autoptr (JsonObject) params = object (text);
    g_autoptr (GError) error = NULL;

    g_assert_null (rj_ov2_property_parse (params, &error));
    g_assert_nonnull (error);
  }
}

static void
expect_message_code (const char *message, GQuark domain, int code)
{
  g_autoptr (JsonObject) params = rj_json_build ("message", 's', message, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (rj_ov2_message_parse (params, &error));
  g_assert_error (error, domain, code);
}

static void
test_signals_are_refused_by_the_real_codes (void)
{
  expect_message_code ("nojson", RJ_RPC_ERROR, RJ_OV2_CODE_SIGNAL_FORMAT_INVALID);
  expect_message_code ("[]", RJ_RPC_ERROR, RJ_OV2_CODE_SIGNAL_FORMAT_INVALID);
  expect_message_code ("{\"to\":\"x\"}", RJ_RPC_ERROR, RJ_OV2_CODE_SIGNAL_FORMAT_INVALID);
  expect_message_code ("{\"to\":[null]}", RJ_RPC_ERROR, RJ_OV2_CODE_SIGNAL_TO_INVALID);
  expect_message_code ("{\"data\":{}}", RJ_ERROR, RJ_ERROR_PROTOCOL);
  expect_message_code (NULL, RJ_ERROR, RJ_ERROR_PROTOCOL);
}

static void
test_streams_are_copied_whole (void)
{
  g_autoptr (JsonObject) described =
    object ("{\"id\":\"str\",\"createdAt\":5,\"hasAudio\":true,\"hasVideo\":true,"
            "\"audioActive\":false,\"typeOfVideo\":\"CAMERA\",\"frameRate\":-1,"
            "\"videoDimensions\":\"{}\",\"filter\":{}}");
  g_autoptr (RjOv2Stream) stream = rj_ov2_stream_parse (described, NULL);
  g_autoptr (RjOv2Stream) copy = rj_ov2_stream_copy (stream);
  g_autoptr (JsonObject) built = rj_ov2_stream_build (copy);
  g_autoptr (JsonNode) a = json_node_init_object (json_node_alloc (), described);
  g_autoptr (JsonNode) b = json_node_init_object (json_node_alloc (), built);

  g_assert_true (json_node_equal (a, b));
  g_assert_false (rj_ov2_flag_get (copy->audio_active, TRUE));
  g_assert_true (rj_ov2_flag_get (copy->video_active, TRUE)); /* absent */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/openvidu2/metadata", test_metadata_is_split_and_joined);
  g_test_add_func ("/protocol/openvidu2/name", test_the_name_is_in_client_data);
  g_test_add_func ("/protocol/openvidu2/stream-id", test_stream_ids_name_their_connection);
  g_test_add_func ("/client-23/protocol/openvidu2/dimensions", test_dimensions_are_text);
  g_test_add_func ("/protocol/openvidu2/reasons", test_reasons_are_known_by_their_words);
  g_test_add_func ("/client-12/protocol/openvidu2/joined/bare", test_a_join_result_may_lack_much);
  g_test_add_func ("/protocol/openvidu2/joined/full", test_a_join_result_with_everything);
  g_test_add_func ("/protocol/openvidu2/joined/broken", test_broken_join_results_are_refused);
  g_test_add_func ("/protocol/openvidu2/lenient",
                   test_texts_may_come_as_numbers_but_not_as_objects);
  g_test_add_func ("/protocol/openvidu2/connect", test_connect_tells_null_from_empty);
  g_test_add_func ("/client-48/protocol/openvidu2/property/wrapped",
                   test_property_values_are_wrapped_once_more);
  g_test_add_func ("/client-48/protocol/openvidu2/property/filter", test_filters_are_not_wrapped);
  g_test_add_func ("/protocol/openvidu2/property/broken", test_broken_properties_are_refused);
  g_test_add_func ("/protocol/openvidu2/message", test_signals_are_refused_by_the_real_codes);
  g_test_add_func ("/protocol/openvidu2/stream-copy", test_streams_are_copied_whole);
  return g_test_run ();
}
