/* Every request that a real openvidu-server sent to a real Kurento, in order: the node's answer has the form of
 * Kurento's. Ids by pattern; SDP line by line, but for the numbers and secrets that each process draws. */
#include <string.h>

#include "rj-ice-peer.h"
#include "rj-json.h"
#include "rj-kurento-event.h"
#include "rj-node-rpc.h"
#include "rjt-control.h"
#include "rjt-vectors.h"

#define UUID "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

typedef struct {
  RjNodeRpc *rpc;
  char *file;               /* of the process under test: each recording begins with a new one */
  GHashTable *ours;         /* recorded id -> our id */
  GHashTable *answers;      /* call key -> our answer, until the recorded one comes */
  char *last;               /* the last answer sent */
  GHashTable *event_shapes; /* type -> member names, ours */
  guint n_requests;
  guint n_compared;
  guint n_sdps;
  guint n_errors;
  guint n_foreign; /* about objects that were made before the recording */
} Context;

/* Member names of an event, so that two can be compared */
static char *
describe_shape (JsonObject *params)
{
  JsonObject *value = json_object_get_object_member (params, "value");
  JsonObject *data = json_object_get_object_member (value, "data");
  g_autoptr (GList) names = g_list_sort (json_object_get_members (data), (GCompareFunc) strcmp);
  GString *shape = g_string_new (NULL);

  for (GList *l = names; l != NULL; l = l->next)
    g_string_append_printf (shape, "%s=%s ", (char *) l->data,
                            json_node_type_name (json_object_get_member (data, l->data)));
  return g_string_free (shape, FALSE);
}

static void
remember_event (Context *c, JsonObject *params)
{
  JsonObject *value = json_object_get_object_member (params, "value");

  g_hash_table_insert (c->event_shapes, g_strdup (json_object_get_string_member (value, "type")),
                       describe_shape (params));
}

static void
on_send (guint connection, const char *text, gpointer user_data)
{
  Context *c = user_data;
  g_autoptr (RjFrame) frame = rj_frame_parse (text, -1);

  if (frame->kind == RJ_FRAME_NOTIFICATION) {
    remember_event (c, frame->params);
    return;
  }
  g_assert_null (c->last);
  c->last = g_strdup (text);
}

static void
start_process (Context *c, const char *file)
{
  RjNodeConfig config = { .loopback_only = TRUE, .n_threads = 1 };

  g_clear_object (&c->rpc);
  g_free (c->file);
  c->file = g_strdup (file);
  g_hash_table_remove_all (c->ours);
  c->rpc = rj_node_rpc_new (&config, on_send, c);
}

static int
compare_lengths (gconstpointer a, gconstpointer b)
{
  return (int) strlen (b) - (int) strlen (a);
}

/* Puts our ids in place of the recorded ones, long ones first: a child's begins with its pipeline's */
static char *
translate (Context *c, const char *text)
{
  GString *out = g_string_new (text);
  g_autoptr (GList) recorded = g_list_sort (g_hash_table_get_keys (c->ours), compare_lengths);

  for (GList *l = recorded; l != NULL; l = l->next)
    g_string_replace (out, l->data, g_hash_table_lookup (c->ours, l->data), 0);
  return g_string_free (out, FALSE);
}

static void
take_request (Context *c, const RjtVector *vector)
{
  g_autofree char *text = translate (c, vector->text);

  c->n_requests++;
  rj_node_rpc_take (c->rpc, (guint) vector->socket, text, -1);
  RJT_WAIT (c->last != NULL);
  g_hash_table_insert (c->answers, rjt_vector_get_call_key (vector), g_steal_pointer (&c->last));
}

static void
replace (char **text, const char *pattern, const char *with)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_MULTILINE, 0, NULL);
  char *out;

  g_assert_nonnull (regex);
  out = g_regex_replace (regex, *text, -1, 0, with, 0, NULL);
  g_free (*text);
  *text = out;
}

/* What each process draws for itself becomes a word. */
static char *
normalize (const char *value)
{
  char *text = g_strdup (value);

  replace (&text, "^o=- \\d+ \\d+ ", "o=- N N ");
  replace (&text, "^a=ssrc:\\d+ cname:user\\d+@host-[0-9a-f]{1,8}\\r?$", "a=ssrc:N cname:C\r");
  replace (&text, "^a=ice-ufrag:[A-Za-z0-9+/]{4,}\\r?$", "a=ice-ufrag:U\r");
  replace (&text, "^a=ice-pwd:[A-Za-z0-9+/]{22,}\\r?$", "a=ice-pwd:P\r");
  replace (&text, "^a=fingerprint:sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}\\r?$", "a=fingerprint:F\r");
  replace (&text, UUID, "UUID");
  return text;
}

static void
compare_values (Context *c, const RjtVector *vector, const RjFrame *ours, const RjFrame *theirs)
{
  const char *our_value = rj_kms_result_get_text (ours);
  const char *their_value = rj_kms_result_get_text (theirs);
  g_autofree char *our_form = NULL;
  g_autofree char *their_form = NULL;

  if ((our_value == NULL) != (their_value == NULL))
    g_error ("%s:%u: value is a text in one of the two only", vector->file, vector->line);
  if (our_value == NULL)
    return;
  our_form = normalize (our_value);
  their_form = normalize (their_value);
  if (!g_str_equal (our_form, their_form))
    g_error ("%s:%u:\n%s\ninstead of\n%s", vector->file, vector->line, our_form, their_form);
  if (g_str_has_prefix (our_value, "v=0"))
    c->n_sdps++;
  else if (!g_str_equal (our_value, their_value))
    g_hash_table_insert (c->ours, g_strdup (their_value), g_strdup (our_value));
}

/* Members of the answer's result, so that a null is not a missing value */
static void
compare_members (const RjtVector *vector, const RjFrame *ours, const RjFrame *theirs)
{
  JsonObject *our_result = rj_frame_get_result_object (ours);
  JsonObject *their_result = rj_frame_get_result_object (theirs);
  g_autoptr (GList) names = json_object_get_members (their_result);

  g_assert_cmpuint (json_object_get_size (our_result), ==, json_object_get_size (their_result));
  for (GList *l = names; l != NULL; l = l->next) {
    JsonNode *our_node = json_object_get_member (our_result, l->data);

    g_assert_nonnull (our_node);
    g_assert_cmpstr (json_node_type_name (our_node), ==,
                     json_node_type_name (json_object_get_member (their_result, l->data)));
  }
}

static void
compare_errors (Context *c, const RjtVector *vector, const RjFrame *ours, const RjFrame *theirs)
{
  g_autofree char *our_form = normalize (ours->error_message);
  g_autofree char *their_form = normalize (theirs->error_message);

  g_assert_cmpint (ours->error_code, ==, theirs->error_code);
  g_assert_cmpstr (our_form, ==, their_form);
  g_assert_cmpstr (rj_kms_error_get_type (ours), ==, rj_kms_error_get_type (theirs));
  c->n_errors++;
}

static void
compare_answers (Context *c, const RjtVector *vector, const char *our_text)
{
  g_autoptr (RjFrame) ours = rj_frame_parse (our_text, -1);
  g_autoptr (RjFrame) theirs = rj_frame_parse (vector->text, -1);

  if (ours->kind != theirs->kind)
    g_error ("%s:%u: %s instead of %s", vector->file, vector->line, our_text, vector->text);
  g_assert_cmpint (ours->id, ==, theirs->id);
  c->n_compared++;
  if (ours->kind == RJ_FRAME_ERROR) {
    compare_errors (c, vector, ours, theirs);
    return;
  }
  if (ours->session != NULL && theirs->session != NULL && strlen (theirs->session) == 36)
    g_assert_cmpuint (strlen (ours->session), ==, 36);
  compare_members (vector, ours, theirs);
  compare_values (c, vector, ours, theirs);
}

static void
compare_event (Context *c, const RjtVector *vector)
{
  JsonObject *params =
    json_object_get_object_member (json_node_get_object (vector->message), "params");
  JsonObject *value = json_object_get_object_member (params, "value");
  const char *type = json_object_get_string_member (value, "type");
  const char *ours = g_hash_table_lookup (c->event_shapes, type);
  g_autofree char *theirs = describe_shape (params);

  if (ours != NULL)
    g_assert_cmpstr (ours, ==, theirs);
}

static void
take_kurento (Context *c, const RjtVector *vector)
{
  g_autofree char *key = rjt_vector_get_call_key (vector);
  const char *ours;

  if (key == NULL) {
    compare_event (c, vector);
    return;
  }
  ours = g_hash_table_lookup (c->answers, key);
  if (ours == NULL)
    return; /* the request was made before the recording */
  compare_answers (c, vector, ours);
  g_hash_table_remove (c->answers, key);
}

/* Whether the request is about an object that was made before the recording began */
static gboolean
is_foreign (Context *c, const RjtVector *vector)
{
  JsonObject *request = json_node_get_object (vector->message);
  JsonObject *params = rj_json_get_object (request, "params");
  JsonObject *arguments = params == NULL ? NULL : rj_json_get_object (params, "constructorParams");
  const char *object = params == NULL ? NULL : rj_json_get_string (params, "object", NULL);

  if (object == NULL && arguments != NULL)
    object = rj_json_get_string (arguments, "mediaPipeline", NULL);
  if (object == NULL || g_str_equal (object, RJ_KMS_MANAGER))
    return FALSE;
  return !g_hash_table_contains (c->ours, object);
}

static gboolean
asks_after_restart (const RjtVector *vector)
{
  return strstr (vector->text, "\"getName\"") != NULL;
}

static void
take_line (const RjtVector *vector, gpointer user_data)
{
  Context *c = user_data;
  const char *event = rj_json_get_string (vector->entry, "event", "");

  if (!vector->media)
    return;
  if (g_strcmp0 (c->file, vector->file) != 0 || g_str_equal (event, "closed-by-kms"))
    start_process (c, vector->file);
  if (vector->message == NULL || vector->from == NULL)
    return;
  if (g_str_equal (vector->from, "kurento"))
    take_kurento (c, vector);
  else if (is_foreign (c, vector) && !asks_after_restart (vector))
    c->n_foreign++;
  else
    take_request (c, vector);
}

static void
test_recorded_requests (void)
{
  Context c = { 0 };

  c.ours = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  c.answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  c.event_shapes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  rjt_vectors_each (take_line, &c);
  g_test_message ("%u requests, %u answers compared, %u SDPs, %u errors, %u about foreign objects",
                  c.n_requests, c.n_compared, c.n_sdps, c.n_errors, c.n_foreign);
  g_assert_cmpuint (c.n_requests, >, 1800);
  /* the real one was killed before it could answer one of them */
  g_assert_cmpuint (c.n_compared, >=, c.n_requests - 1);
  g_assert_cmpuint (c.n_sdps, >=, 50);
  g_assert_cmpuint (c.n_errors, >=, 8);
  g_assert_cmpuint (c.n_foreign, ==, 0);
  g_assert_cmpuint (g_hash_table_size (c.event_shapes), >=, 3);
  g_object_unref (c.rpc);
  g_hash_table_unref (c.ours);
  g_hash_table_unref (c.answers);
  g_hash_table_unref (c.event_shapes);
  g_free (c.file);
  RJT_WAIT (rj_ice_peer_count_agents () == 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/node/vectors/recorded-requests", test_recorded_requests);
  return g_test_run ();
}
