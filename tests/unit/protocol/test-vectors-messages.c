/* Params and results of every recorded message of a method that we speak: read into structs and built again,
 * they equal the recording. What our parsers refuse, the real server refused too. */
#include <string.h>

#include "rj-json.h"
#include "rj-jsonrpc.h"
#include "rj-openvidu2.h"
#include "rjt-vectors.h"

/* Reads and builds again. Returns: (transfer full) (nullable) */
typedef JsonObject *(*Round) (JsonObject *object, GError **error);

static JsonObject *
round_join (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Join) self = rj_ov2_join_parse (params, error);

  return self == NULL ? NULL : rj_ov2_join_build (self);
}

static JsonObject *
round_joined (JsonObject *result, GError **error)
{
  g_autoptr (RjOv2Joined) self = rj_ov2_joined_parse (result, error);

  return self == NULL ? NULL : rj_ov2_joined_build (self);
}

static JsonObject *
round_connect (JsonObject *params, GError **error)
{
  g_autofree char *session = rj_ov2_connect_parse (params);

  return rj_ov2_connect_build (session, rj_ov2_get_flag (params, "reconnect"));
}

static JsonObject *
round_ping (JsonObject *params, GError **error)
{
  gint64 interval_ms = rj_ov2_ping_parse (params);

  return interval_ms == 0 ? json_object_new () : rj_ov2_ping_build (interval_ms);
}

static JsonObject *
round_publish (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Publish) self = rj_ov2_publish_parse (params, error);

  return self == NULL ? NULL : rj_ov2_publish_build (self);
}

static JsonObject *
round_receive (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Receive) self = rj_ov2_receive_parse (params, error);

  return self == NULL ? NULL : rj_ov2_receive_build (self);
}

static JsonObject *
round_prepare (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Prepare) self = rj_ov2_prepare_parse (params, error);

  return self == NULL ? NULL : rj_ov2_prepare_build (self);
}

static JsonObject *
round_reconnect (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Reconnect) self = rj_ov2_reconnect_parse (params, error);

  return self == NULL ? NULL : rj_ov2_reconnect_build (self);
}

static JsonObject *
round_unsubscribe (JsonObject *params, GError **error)
{
  g_autofree char *sender = rj_ov2_unsubscribe_parse (params, error);

  return sender == NULL ? NULL : rj_ov2_unsubscribe_build (sender);
}

static JsonObject *
round_negotiated (JsonObject *result, GError **error)
{
  g_autoptr (RjOv2Negotiated) self = rj_ov2_negotiated_parse (result);

  return rj_ov2_negotiated_build (self);
}

static JsonObject *
round_on_ice_candidate (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Candidate) self = rj_ov2_on_ice_candidate_parse (params, error);

  return self == NULL ? NULL : rj_ov2_candidate_build (self);
}

static JsonObject *
round_ice_candidate (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Candidate) self = rj_ov2_ice_candidate_parse (params, error);

  return self == NULL ? NULL : rj_ov2_candidate_build (self);
}

static JsonObject *
round_message (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Message) self = rj_ov2_message_parse (params, error);

  return self == NULL ? NULL : rj_ov2_message_build (self);
}

static JsonObject *
round_signal (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Signal) self = rj_ov2_signal_parse (params);

  return rj_ov2_signal_build (self);
}

static JsonObject *
round_property_request (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Property) self = rj_ov2_property_parse_request (params, error);

  return self == NULL ? NULL : rj_ov2_property_build_request (self);
}

static JsonObject *
round_property (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Property) self = rj_ov2_property_parse (params, error);

  return self == NULL ? NULL : rj_ov2_property_build (self);
}

static JsonObject *
round_video_data (JsonObject *params, GError **error)
{
  RjOv2VideoData data;

  return rj_ov2_video_data_parse (params, &data, error) ? rj_ov2_video_data_build (&data) : NULL;
}

static JsonObject *
round_joined_other (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Connection) self = rj_ov2_connection_parse (params, error);

  return self == NULL ? NULL : rj_ov2_connection_build (self);
}

static JsonObject *
round_ended (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Ended) self = rj_ov2_ended_parse (params, "ended", error);

  if (self == NULL)
    return NULL;
  if (*self->reason_text != '\0') { /* every word of the real server is known */
    g_assert_cmpint (self->reason, !=, RJ_OV2_REASON_UNKNOWN);
    g_assert_cmpstr (rj_ov2_reason_to_text (self->reason), ==, self->reason_text);
  }
  return rj_ov2_ended_build (self->connection, self->reason_text);
}

static JsonObject *
round_published (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Published) self = rj_ov2_published_parse (params, error);

  return self == NULL ? NULL : rj_ov2_published_build (self->connection, self->streams);
}

static JsonObject *
round_force_disconnect (JsonObject *params, GError **error)
{
  g_autofree char *connection = rj_ov2_force_disconnect_parse (params, error);

  return connection == NULL ? NULL : rj_ov2_force_disconnect_build (connection);
}

static JsonObject *
round_force_unpublish (JsonObject *params, GError **error)
{
  g_autofree char *stream = rj_ov2_force_unpublish_parse (params, error);

  return stream == NULL ? NULL : rj_ov2_force_unpublish_build (stream);
}

static JsonObject *
round_empty (JsonObject *object, GError **error)
{
  return json_object_new ();
}

typedef struct {
  const char *method;
  Round request;
  Round result;       /* NULL: the result is checked as a whole frame only */
  Round notification; /* NULL: not one */
  guint floor;        /* so many rebuilt, requests, results and notifications together */
} Row;

static const Row rows[] = {
  { RJ_OV2_PING, round_ping, NULL, NULL, 60 },
  { RJ_OV2_CONNECT, round_connect, NULL, NULL, 10 },
  { RJ_OV2_JOIN_ROOM, round_join, round_joined, NULL, 180 },
  { RJ_OV2_LEAVE_ROOM, round_empty, round_empty, NULL, 20 },
  { RJ_OV2_PUBLISH_VIDEO, round_publish, round_negotiated, NULL, 50 },
  { RJ_OV2_UNPUBLISH_VIDEO, round_empty, round_empty, NULL, 5 },
  { RJ_OV2_RECEIVE_VIDEO_FROM, round_receive, round_negotiated, NULL, 50 },
  { RJ_OV2_PREPARE_RECEIVE, round_prepare, round_negotiated, NULL, 2 },
  { RJ_OV2_RECONNECT_STREAM, round_reconnect, round_negotiated, NULL, 8 },
  { RJ_OV2_UNSUBSCRIBE, round_unsubscribe, round_empty, NULL, 10 },
  { RJ_OV2_ON_ICE_CANDIDATE, round_on_ice_candidate, round_empty, NULL, 1000 },
  { RJ_OV2_SEND_MESSAGE, round_message, round_empty, round_signal, 40 },
  { RJ_OV2_STREAM_PROPERTY_CHANGED, round_property_request, round_empty, round_property, 18 },
  { RJ_OV2_VIDEO_DATA, round_video_data, round_empty, NULL, 18 },
  { RJ_OV2_FORCE_DISCONNECT, round_force_disconnect, round_empty, NULL, 3 },
  { RJ_OV2_FORCE_UNPUBLISH, round_force_unpublish, round_empty, NULL, 3 },
  { RJ_OV2_PARTICIPANT_JOINED, NULL, NULL, round_joined_other, 60 },
  { RJ_OV2_PARTICIPANT_LEFT, NULL, NULL, round_ended, 30 },
  { RJ_OV2_PARTICIPANT_EVICTED, NULL, NULL, round_ended, 30 },
  { RJ_OV2_PARTICIPANT_UNPUBLISHED, NULL, NULL, round_ended, 14 },
  { RJ_OV2_PARTICIPANT_PUBLISHED, NULL, NULL, round_published, 20 },
  { RJ_OV2_ICE_CANDIDATE, NULL, NULL, round_ice_candidate, 640 },
};

typedef struct {
  GHashTable *calls;   /* call key → method, of requests that wait for an answer */
  GHashTable *refused; /* call key → sentence: our parser refused the request */
  guint n_rebuilt[G_N_ELEMENTS (rows)];
  guint n_refused;
  guint n_lenient;
  guint n_worded;
} Context;

static int
find_row (const char *method)
{
  for (guint i = 0; method != NULL && i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].method, method) == 0)
      return (int) i;
  return -1;
}

static JsonNode *
to_node (JsonObject *object)
{
  JsonNode *node = json_node_alloc ();

  json_node_init (node, JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  return node;
}

/* The scripted client sent texts as numbers and the like; the real server takes them, and so do we. What is
 * built again is then right but not equal. */
static gboolean
is_lenient (const RjtVector *vector)
{
  return strcmp (vector->file, "raw-types.jsonl") == 0 ||
         (strcmp (vector->file, "raw-message.jsonl") == 0 && strstr (vector->text, "type\\\":5"));
}

static void
drop_nulls (JsonObject *object)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *l = names; l != NULL; l = l->next)
    if (json_object_get_null_member (object, l->data))
      json_object_remove_member (object, l->data);
}

/* newValue is a text that holds JSON: white space and member order may differ, so the inner values are
 * compared; the text of message likewise. Null is the same as absent. */
static JsonNode *
open_texts (JsonObject *object)
{
  static const char *const names[] = { "newValue", "message" };
  g_autoptr (JsonNode) whole = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = rj_json_node_to_text (whole);
  JsonNode *copy = json_from_string (text, NULL);
  JsonObject *members = json_node_get_object (copy);

  drop_nulls (members);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const char *inner_text = rj_json_get_string (members, names[i], NULL);
    JsonNode *inner = inner_text == NULL ? NULL : json_from_string (inner_text, NULL);

    if (inner != NULL)
      json_object_set_member (members, names[i], inner);
  }
  return copy;
}

static void
compare (Context *context, const RjtVector *vector, int row, JsonObject *built, JsonObject *wanted)
{
  g_autoptr (JsonNode) got = NULL;
  g_autoptr (JsonNode) want = NULL;
  g_autoptr (JsonNode) owner = to_node (built);

  if (is_lenient (vector)) {
    context->n_lenient++;
    return;
  }
  got = open_texts (built);
  want = open_texts (wanted);
  rjt_assert_json_equal (vector, got, want);
  context->n_rebuilt[row]++;
}

static void
check_request (Context *context, const RjtVector *vector, const RjFrame *frame)
{
  int row = find_row (frame->method);
  char *key = rjt_vector_get_call_key (vector);
  g_autoptr (JsonObject) none = json_object_new ();
  g_autoptr (GError) error = NULL;
  JsonObject *built;

  if (key != NULL)
    g_hash_table_insert (context->calls, g_strdup (key), g_strdup (frame->method));
  if (row < 0 || rows[row].request == NULL || frame->params_odd || key == NULL) {
    g_free (key);
    return;
  }
  built = rows[row].request (frame->params, &error);
  if (built == NULL) {
    g_assert_nonnull (error);
    context->n_refused++;
    g_hash_table_insert (context->refused, key, g_strdup (error->message));
    return;
  }
  g_hash_table_remove (context->refused, key);
  g_free (key);
  compare (context, vector, row, built, frame->params == NULL ? none : frame->params);
}

static void
check_result (Context *context, const RjtVector *vector, const RjFrame *frame)
{
  g_autofree char *key = rjt_vector_get_call_key (vector);
  const char *refusal = key == NULL ? NULL : g_hash_table_lookup (context->refused, key);
  int row = key == NULL ? -1 : find_row (g_hash_table_lookup (context->calls, key));
  JsonObject *result = rj_frame_get_result_object (frame);
  g_autoptr (GError) error = NULL;
  JsonObject *built;

  if (refusal != NULL)
    g_error ("%s:%u: we refused (%s) what the server took", vector->file, vector->line, refusal);
  if (row < 0 || rows[row].result == NULL || result == NULL)
    return;
  built = rows[row].result (result, &error);
  g_assert_no_error (error);
  json_object_set_string_member (built, "sessionId", frame->session);
  compare (context, vector, row, built, result);
}

/* What the server misses, our parser misses too, and in the same words */
static void
check_error (Context *context, const RjtVector *vector, const RjFrame *frame)
{
  g_autofree char *key = rjt_vector_get_call_key (vector);
  const char *refusal = key == NULL ? NULL : g_hash_table_lookup (context->refused, key);
  const char *method = key == NULL ? NULL : g_hash_table_lookup (context->calls, key);

  if (strstr (frame->error_message, "is missing in RPC method") == NULL || find_row (method) < 0)
    return;
  if (refusal == NULL || strstr (frame->error_message, refusal) == NULL)
    g_error ("%s:%u: we say \"%s\"", vector->file, vector->line, refusal);
  context->n_worded++;
}

static void
check_notification (Context *context, const RjtVector *vector, const RjFrame *frame)
{
  int row = find_row (frame->method);
  g_autoptr (GError) error = NULL;
  JsonObject *built;

  if (row < 0 || rows[row].notification == NULL)
    g_error ("%s:%u: notification %s is not known", vector->file, vector->line, frame->method);
  built = rows[row].notification (frame->params, &error);
  g_assert_no_error (error);
  compare (context, vector, row, built, frame->params);
}

static void
check_vector (const RjtVector *vector, gpointer user_data)
{
  g_autoptr (RjFrame) frame = NULL;
  gboolean from_server = g_strcmp0 (vector->from, "server") == 0;

  if (vector->text == NULL || vector->media)
    return;
  frame = rj_frame_parse (vector->text, -1);
  if (frame->kind == RJ_FRAME_REQUEST && !from_server)
    check_request (user_data, vector, frame);
  else if (frame->kind == RJ_FRAME_RESULT && from_server)
    check_result (user_data, vector, frame);
  else if (frame->kind == RJ_FRAME_ERROR && from_server)
    check_error (user_data, vector, frame);
  else if (frame->kind == RJ_FRAME_NOTIFICATION && from_server)
    check_notification (user_data, vector, frame);
}

static void
test_every_message_of_a_known_method_is_rebuilt (void)
{
  Context context = {
    .calls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
    .refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free),
  };
  guint total = 0;

  rjt_vectors_each (check_vector, &context);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s: %u rebuilt", rows[i].method, context.n_rebuilt[i]);
    g_assert_cmpuint (context.n_rebuilt[i], >=, rows[i].floor);
    total += context.n_rebuilt[i];
  }
  g_test_message ("%u in all, %u refused, %u lenient", total, context.n_refused, context.n_lenient);
  g_assert_cmpuint (total, >=, 2400);
  g_assert_cmpuint (context.n_refused, >=, 15);
  g_assert_cmpuint (context.n_lenient, >=, 5);
  g_assert_cmpuint (context.n_worded, >=, 9);
  g_hash_table_unref (context.calls);
  g_hash_table_unref (context.refused);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-12/client-13/client-48/protocol/vectors/messages",
                   test_every_message_of_a_known_method_is_rebuilt);
  return g_test_run ();
}
