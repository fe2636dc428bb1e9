/* Every recorded message is read as what it is, and comes out again as it went in. */
#include <string.h>

#include "rj-json.h"
#include "rj-jsonrpc.h"
#include "rjt-vectors.h"

typedef struct {
  guint n_seen;
  guint n_rebuilt;
  guint n_invalid;
} Count;

static gboolean
has (JsonObject *object, const char *name)
{
  return object != NULL && json_object_has_member (object, name);
}

/* What a message is, told from the recording alone */
static RjFrameKind
expect_kind (JsonNode *message)
{
  JsonObject *object =
    message != NULL && JSON_NODE_HOLDS_OBJECT (message) ? json_node_get_object (message) : NULL;
  JsonNode *method = object == NULL ? NULL : json_object_get_member (object, "method");

  if (method != NULL && json_node_get_value_type (method) == G_TYPE_STRING)
    return has (object, "id") ? RJ_FRAME_REQUEST : RJ_FRAME_NOTIFICATION;
  if (has (object, "error"))
    return RJ_FRAME_ERROR;
  return has (object, "result") ? RJ_FRAME_RESULT : RJ_FRAME_INVALID;
}

static char *
rebuild_result (const RjFrame *frame)
{
  JsonObject *result = rj_frame_get_result_object (frame);

  return result == NULL ? rj_frame_result_text (frame->id, json_node_get_string (frame->result))
                        : rj_frame_result (frame->id, json_object_ref (result), frame->session);
}

static char *
rebuild_error (const RjFrame *frame)
{
  JsonNode *data = frame->error_data;

  if (frame->session != NULL)
    return rj_frame_error_replied (frame->id, frame->error_code, frame->error_message,
                                   data == NULL ? NULL : json_node_get_string (data),
                                   frame->session);
  return rj_frame_error (frame->id, frame->error_code, frame->error_message,
                         data == NULL ? NULL : json_node_copy (data));
}

static char *
rebuild (const RjFrame *frame)
{
  JsonObject *params = frame->params == NULL ? NULL : json_object_ref (frame->params);

  switch (frame->kind) {
  case RJ_FRAME_REQUEST:
    return rj_frame_request (frame->id, frame->method, params);
  case RJ_FRAME_NOTIFICATION:
    return rj_frame_notification (frame->method, params);
  case RJ_FRAME_RESULT:
    return rebuild_result (frame);
  case RJ_FRAME_ERROR:
    return rebuild_error (frame);
  case RJ_FRAME_INVALID:
    break;
  }
  g_assert_not_reached ();
}

/* A scripted client also sent what no builder makes: no version, odd ids, odd params */
static gboolean
is_regular (const RjFrame *frame)
{
  return frame->kind != RJ_FRAME_INVALID && frame->has_version && !frame->params_odd &&
         (frame->id_kind == RJ_FRAME_ID_INT || frame->id_kind == RJ_FRAME_ID_NONE);
}

static void
check_frame (const RjtVector *vector, gpointer user_data)
{
  Count *count = user_data;
  g_autoptr (RjFrame) frame = NULL;

  if (vector->text == NULL)
    return;
  count->n_seen++;
  frame = rj_frame_parse (vector->text, -1);
  if (frame->kind != expect_kind (vector->message))
    g_error ("%s:%u is read as kind %d", vector->file, vector->line, frame->kind);
  if (frame->kind == RJ_FRAME_INVALID) {
    g_assert_nonnull (frame->problem);
    g_assert_cmpstr (vector->from, ==, "client"); /* servers send nothing of the kind */
    count->n_invalid++;
  }
  if (g_strcmp0 (vector->from, "client") != 0)
    g_assert_true (is_regular (frame));
  if (is_regular (frame)) {
    g_autofree char *text = rebuild (frame);
    g_autoptr (JsonNode) node = json_from_string (text, NULL);

    g_assert_null (strchr (text, '\n'));
    rjt_assert_json_equal (vector, node, vector->message);
    count->n_rebuilt++;
  }
}

static void
test_every_message_comes_out_as_it_went_in (void)
{
  Count count = { 0 };
  guint n_lines = rjt_vectors_each (check_frame, &count);

  g_test_message ("%u lines, %u messages, %u rebuilt, %u invalid", n_lines, count.n_seen,
                  count.n_rebuilt, count.n_invalid);
  g_assert_cmpuint (count.n_seen, >=, 7900);
  g_assert_cmpuint (count.n_rebuilt, >=, 7880);
  g_assert_cmpuint (count.n_invalid, >=, 6);
  g_assert_cmpuint (count.n_invalid, <=, 12);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-17/protocol/vectors/frames",
                   test_every_message_comes_out_as_it_went_in);
  return g_test_run ();
}
