/* Every recorded message between openvidu-server and Kurento comes out of our builders as it was. */
#include <string.h>

#include "rj-json.h"
#include "rj-kurento-event.h"
#include "rjt-vectors.h"

typedef struct {
  const char *method;
  guint floor;
  guint n_rebuilt;
} Row;

static Row rows[] = {
  { RJ_KMS_PING, 1 },         { RJ_KMS_CONNECT, 8 },     { RJ_KMS_CREATE, 90 },
  { RJ_KMS_INVOKE, 1000 },    { RJ_KMS_RELEASE, 50 },    { RJ_KMS_SUBSCRIBE, 700 },
  { RJ_KMS_UNSUBSCRIBE, 10 }, { RJ_KMS_ON_EVENT, 1100 },
};

typedef struct {
  GHashTable *calls; /* call key → method */
  guint n_results;
  guint n_errors;
  guint n_candidates;
} Context;

static void
count (const char *method)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].method, method) == 0)
      rows[i].n_rebuilt++;
}

static JsonObject *
rebuild_invoke (const RjKmsParams *params, Context *context)
{
  JsonObject *candidate =
    params->arguments == NULL ? NULL : rj_json_get_object (params->arguments, "candidate");
  g_autoptr (RjKmsCandidate) parsed = NULL;
  g_autoptr (GError) error = NULL;

  if (candidate == NULL)
    return rj_kms_invoke (params->session, params->object, params->operation,
                          params->arguments == NULL ? NULL : json_object_ref (params->arguments));
  parsed = rj_kms_candidate_parse (candidate, &error);
  g_assert_no_error (error);
  context->n_candidates++;
  return rj_kms_invoke_candidate (params->session, params->object, parsed->candidate, parsed->mid,
                                  parsed->mline);
}

static JsonObject *
rebuild_params (const char *method, const RjKmsParams *params, Context *context)
{
  if (strcmp (method, RJ_KMS_INVOKE) == 0)
    return rebuild_invoke (params, context);
  if (strcmp (method, RJ_KMS_CREATE) == 0)
    return rj_kms_create (params->session, params->type,
                          rj_kms_params_get_argument (params, "mediaPipeline"));
  if (strcmp (method, RJ_KMS_SUBSCRIBE) == 0)
    return rj_kms_subscribe (params->session, params->object, params->type);
  if (strcmp (method, RJ_KMS_UNSUBSCRIBE) == 0)
    return rj_kms_unsubscribe (params->session, params->object, params->subscription);
  if (strcmp (method, RJ_KMS_RELEASE) == 0)
    return rj_kms_release (params->session, params->object);
  if (strcmp (method, RJ_KMS_PING) == 0)
    return rj_kms_ping (params->interval_ms);
  return params->session == NULL ? NULL : rj_kms_connect (params->session);
}

static void
expect_text (const RjtVector *vector, char *text)
{
  g_autoptr (JsonNode) node = json_from_string (text, NULL);

  rjt_assert_json_equal (vector, node, vector->message);
  g_free (text);
}

static void
check_request (Context *context, const RjtVector *vector, const RjFrame *frame)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjKmsParams) params = rj_kms_params_parse (frame->method, frame->params, &error);

  g_assert_no_error (error);
  g_hash_table_insert (context->calls, rjt_vector_get_call_key (vector), g_strdup (frame->method));
  expect_text (vector, rj_frame_request (frame->id, frame->method,
                                         rebuild_params (frame->method, params, context)));
  count (frame->method);
}

static void
check_event (const RjtVector *vector, const RjFrame *frame)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjKmsEvent) event = NULL;

  g_assert_cmpstr (frame->method, ==, RJ_KMS_ON_EVENT);
  event = rj_kms_event_parse (frame->params, &error);
  g_assert_no_error (error);
  expect_text (vector, rj_frame_notification (RJ_KMS_ON_EVENT, rj_kms_event_build (event)));
  count (frame->method);
}

static void
check_result (Context *context, const RjtVector *vector, const RjFrame *frame)
{
  g_autofree char *key = rjt_vector_get_call_key (vector);
  const char *method = g_hash_table_lookup (context->calls, key);
  JsonObject *result = rj_frame_get_result_object (frame);
  const char *value = rj_kms_result_get_text (frame);

  g_assert_nonnull (method);
  g_assert_nonnull (result);
  if (strcmp (method, RJ_KMS_PING) == 0)
    expect_text (vector, rj_kms_result_pong (frame->id));
  else if (value != NULL)
    expect_text (vector, rj_kms_result_text (frame->id, frame->session, value));
  else if (rj_json_has (result, "value"))
    return; /* getInfo: this Kurento has more modules than our node */
  else if (json_object_has_member (result, "value"))
    expect_text (vector, rj_kms_result_null (frame->id, frame->session));
  else
    expect_text (vector, rj_kms_result_empty (frame->id, frame->session,
                                              rj_json_get_string (result, "serverId", NULL)));
  context->n_results++;
}

static void
check_error (Context *context, const RjtVector *vector, const RjFrame *frame)
{
  if (frame->error_code == RJ_KMS_CODE_OBJECT_NOT_FOUND) {
    g_auto (GStrv) parts = g_strsplit (frame->error_message, "'", 3);

    g_assert_cmpstr (rj_kms_error_get_type (frame), ==, "MEDIA_OBJECT_NOT_FOUND");
    expect_text (vector, rj_kms_error_no_object (frame->id, parts[1]));
  } else if (frame->error_code == RJ_KMS_CODE_INVALID_SESSION) {
    expect_text (vector, rj_kms_error_invalid_session (frame->id));
  } else if (frame->error_code == RJ_KMS_CODE_SDP_PARSE_ERROR) {
    expect_text (vector, rj_kms_error_sdp (frame->id));
  } else if (frame->error_code == RJ_KMS_CODE_NO_OFFER) {
    expect_text (vector, rj_kms_error_no_offer (frame->id));
  } else {
    g_error ("%s:%u: error %" G_GINT64_FORMAT, vector->file, vector->line, frame->error_code);
  }
  context->n_errors++;
}

static void
check_vector (const RjtVector *vector, gpointer user_data)
{
  g_autoptr (RjFrame) frame = NULL;

  if (vector->text == NULL || !vector->media)
    return;
  frame = rj_frame_parse (vector->text, -1);
  switch (frame->kind) {
  case RJ_FRAME_REQUEST:
    check_request (user_data, vector, frame);
    break;
  case RJ_FRAME_NOTIFICATION:
    check_event (vector, frame);
    break;
  case RJ_FRAME_RESULT:
    check_result (user_data, vector, frame);
    break;
  case RJ_FRAME_ERROR:
    check_error (user_data, vector, frame);
    break;
  case RJ_FRAME_INVALID:
    g_error ("%s:%u: no frame", vector->file, vector->line);
  }
}

static void
test_control_messages_are_those_of_the_real_servers (void)
{
  Context context = { .calls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };

  rjt_vectors_each (check_vector, &context);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s: %u rebuilt", rows[i].method, rows[i].n_rebuilt);
    g_assert_cmpuint (rows[i].n_rebuilt, >=, rows[i].floor);
  }
  g_test_message ("%u results, %u errors, %u candidates", context.n_results, context.n_errors,
                  context.n_candidates);
  g_assert_cmpuint (context.n_results, >=, 1900);
  g_assert_cmpuint (context.n_errors, >=, 8);
  g_assert_cmpuint (context.n_candidates, >=, 300);
  g_hash_table_unref (context.calls);
}

/* Like the recorded one in its members, with the modules of our node */
static void
test_info_has_the_members_of_the_real_one (void)
{
  g_autofree char *text = rj_kms_result_info (2, "s", "7.3.1", "Nov 23 2026 17:10:33");
  g_autoptr (RjFrame) frame = rj_frame_parse (text, -1);
  JsonObject *info = rj_json_get_object (rj_frame_get_result_object (frame), "value");
  JsonArray *modules;

  g_assert_cmpstr (frame->session, ==, "s");
  g_assert_cmpstr (rj_json_get_string (info, "__type__", ""), ==, "ServerInfo");
  g_assert_cmpstr (rj_json_get_string (info, "type", ""), ==, "KMS");
  g_assert_cmpstr (rj_json_get_string (info, "version", ""), ==, "7.3.1");
  g_assert_nonnull (rj_json_get_array (info, "capabilities"));
  modules = rj_json_get_array (info, "modules");
  g_assert_cmpuint (json_array_get_length (modules), ==, 2);
  g_assert_cmpstr (rj_json_get_string (rj_json_array_get_object (modules, 1), "name", ""), ==,
                   "elements");
}

static void
test_params_lack_what_a_method_needs (void)
{
  static const struct {
    const char *method;
    const char *params;
  } cases[] = {
    { "create", "{}" },
    { "invoke", "{\"object\":\"x\"}" },
    { "invoke", "{\"operation\":\"x\"}" },
    { "subscribe", "{\"object\":\"x\"}" },
    { "subscribe", "{\"type\":\"x\"}" },
    { "unsubscribe", "{\"object\":\"x\"}" },
    { "release", "{\"object\":5}" },
    { "dance", "{}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (JsonObject) params = rj_json_parse_object (cases[i].params, -1, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (rj_kms_params_parse (cases[i].method, params, &error));
    g_assert_nonnull (error);
  }
  g_assert_null (rj_kms_params_parse ("invoke", NULL, NULL));
}

static void
test_events_are_refused_without_their_parts (void)
{
  static const char *const texts[] = {
    "{}",
    "{\"value\":[]}",
    "{\"value\":{\"type\":\"x\",\"object\":\"o\"}}",
    "{\"value\":{\"type\":\"IceCandidateFound\",\"object\":\"o\",\"data\":{}}}",
    "{\"value\":{\"type\":\"IceCandidateFound\",\"object\":\"o\",\"data\":{\"candidate\":[]}}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (JsonObject) params = rj_json_parse_object (texts[i], -1, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (rj_kms_event_parse (params, &error));
    g_assert_nonnull (error);
  }
  g_assert_null (rj_kms_event_parse (NULL, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/vectors/kurento",
                   test_control_messages_are_those_of_the_real_servers);
  g_test_add_func ("/protocol/kurento/info", test_info_has_the_members_of_the_real_one);
  g_test_add_func ("/protocol/kurento/params", test_params_lack_what_a_method_needs);
  g_test_add_func ("/protocol/kurento/events", test_events_are_refused_without_their_parts);
  return g_test_run ();
}
