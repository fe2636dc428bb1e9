/* Against what the real servers did with descriptions and candidates: every answer of Kurento comes out of our
 * builder text by text, every munged offer out of our munging, every candidate as it went in. */
#include <string.h>

#include "rj-candidate.h"
#include "rj-error.h"
#include "rj-json.h"
#include "rj-jsonrpc.h"
#include "rj-openvidu2-names.h"
#include "rj-sdp-kurento.h"
#include "rj-sdp-munge.h"
#include "rjt-vectors.h"

enum { MAX_MLINES = 8 };

typedef struct {
  GHashTable *offers;      /* call key → offer in processOffer */
  GHashTable *generated;   /* call keys of generateOffer */
  GHashTable *processed;   /* texts of offers that openvidu-server sent to Kurento → file */
  GHashTable *client_sdps; /* call key → offer of a client */
  GHashTable *munged;      /* offers of Kurento after our munging */
  GPtrArray *accepted;     /* (element-type utf8) client offers that were answered, munged by us */
  guint n_answers;
  guint n_offers;
  guint n_munged;
  guint n_refused;
  guint n_server_offers;
  guint n_parsed;
  guint n_candidates;
  guint n_usable;
} Context;

static RjSdp *
parse (const RjtVector *vector, const char *text)
{
  g_autoptr (GError) error = NULL;
  RjSdp *sdp = rj_sdp_parse (text, &error);

  if (sdp == NULL)
    g_error ("%s:%u: %s", vector->file, vector->line, error->message);
  return sdp;
}

/* Takes from a recorded description what its maker brought along */
static void
read_local (
  const RjSdp *sdp, RjSdpLocal *local, guint32 *ssrcs, RjSdpTransport **transport, char **cname)
{
  g_autoptr (GError) error = NULL;

  *transport = rj_sdp_get_transport (sdp, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpstr ((*transport)->hash, ==, "sha-256");
  g_assert_true ((*transport)->rtcp_mux);
  *cname = rj_sdp_media_get_cname (rj_sdp_get_media (sdp, 0));
  g_assert_nonnull (*cname);
  g_assert_cmpuint (sdp->media->len, <=, MAX_MLINES);
  for (guint i = 0; i < sdp->media->len; i++)
    g_assert_true (rj_sdp_media_get_ssrc (rj_sdp_get_media (sdp, i), &ssrcs[i]));
  local->ufrag = (*transport)->ufrag;
  local->password = (*transport)->password;
  local->fingerprint = (*transport)->fingerprint;
  local->cname = *cname;
  local->ssrcs = ssrcs;
  local->n_ssrcs = sdp->media->len;
  local->session_number =
    (guint32) g_ascii_strtoull (strstr (g_ptr_array_index (sdp->lines, 1), "- ") + 2, NULL, 10);
}

static void
check_answer (Context *context,
              const RjtVector *vector,
              const char *offer_text,
              const char *answer_text)
{
  g_autoptr (RjSdp) offer = parse (vector, offer_text);
  g_autoptr (RjSdp) answer = parse (vector, answer_text);
  g_autoptr (RjSdpTransport) transport = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *cname = NULL;
  g_autofree char *built = NULL;
  guint32 ssrcs[MAX_MLINES];
  RjSdpLocal local;

  read_local (answer, &local, ssrcs, &transport, &cname);
  g_assert_cmpint (transport->setup, ==, RJ_SDP_SETUP_ACTIVE);
  built = rj_sdp_build_answer (offer, &local, &error);
  g_assert_no_error (error);
  if (strcmp (built, answer_text) != 0)
    g_error ("%s:%u:\n--- got\n%s--- wanted\n%s", vector->file, vector->line, built, answer_text);
  context->n_answers++;
}

static void
check_generated (Context *context, const RjtVector *vector, const char *text)
{
  g_autoptr (RjSdp) offer = parse (vector, text);
  g_autoptr (RjSdpTransport) transport = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *cname = NULL;
  g_autofree char *built = NULL;
  guint32 ssrcs[MAX_MLINES];
  RjSdpLocal local;

  read_local (offer, &local, ssrcs, &transport, &cname);
  built = rj_sdp_build_offer (&local, TRUE, TRUE);
  g_assert_cmpstr (built, ==, text);
  g_hash_table_add (context->munged, rj_sdp_munge_codec (text, RJ_SDP_DEFAULT_CODEC, &error));
  g_assert_no_error (error);
  context->n_offers++;
}

static void
check_openvidu (Context *context, const RjtVector *vector, JsonObject *message)
{
  JsonObject *params = rj_json_get_object (message, "params");
  const char *operation = params == NULL ? NULL : rj_json_get_string (params, "operation", NULL);
  JsonObject *arguments = params == NULL ? NULL : rj_json_get_object (params, "operationParams");
  const char *offer = arguments == NULL ? NULL : rj_json_get_string (arguments, "offer", NULL);

  if (offer != NULL) {
    g_hash_table_insert (context->offers, rjt_vector_get_call_key (vector), g_strdup (offer));
    g_hash_table_add (context->processed, g_strdup (offer));
  } else if (g_strcmp0 (operation, "generateOffer") == 0) {
    g_hash_table_add (context->generated, rjt_vector_get_call_key (vector));
  }
}

static void
check_kurento (Context *context, const RjtVector *vector, JsonObject *message)
{
  g_autofree char *key = rjt_vector_get_call_key (vector);
  JsonObject *result = rj_json_get_object (message, "result");
  const char *value = result == NULL ? NULL : rj_json_get_string (result, "value", NULL);
  const char *offer = key == NULL ? NULL : g_hash_table_lookup (context->offers, key);

  if (value == NULL || key == NULL)
    return;
  if (offer != NULL)
    check_answer (context, vector, offer, value);
  else if (g_hash_table_contains (context->generated, key))
    check_generated (context, vector, value);
}

static void
check_client (Context *context, const RjtVector *vector, JsonObject *message)
{
  JsonObject *params = rj_json_get_object (message, "params");
  const char *sdp = NULL;

  if (params == NULL)
    return;
  sdp = rj_json_get_string (params, "sdpOffer", rj_json_get_string (params, "sdpString", NULL));
  if (sdp != NULL && rj_json_has (message, "id"))
    g_hash_table_insert (context->client_sdps, rjt_vector_get_call_key (vector), g_strdup (sdp));
}

static void
check_server (Context *context, const RjtVector *vector, JsonObject *message)
{
  g_autofree char *key = rjt_vector_get_call_key (vector);
  const char *offer = key == NULL ? NULL : g_hash_table_lookup (context->client_sdps, key);
  JsonObject *result = rj_json_get_object (message, "result");
  JsonObject *refusal = rj_json_get_object (message, "error");
  g_autoptr (GError) error = NULL;
  g_autofree char *munged = NULL;

  if (result != NULL && rj_json_has (result, "sdpOffer")) {
    g_assert_true (
      g_hash_table_contains (context->munged, rj_json_get_string (result, "sdpOffer", "")));
    context->n_server_offers++;
  }
  if (offer == NULL)
    return;
  munged = rj_sdp_munge_codec (offer, RJ_SDP_DEFAULT_CODEC, &error);
  if (refusal != NULL && rj_json_get_int (refusal, "code", 0) == 800) {
    g_assert_error (error, RJ_RPC_ERROR, RJ_OV2_CODE_FORCED_CODEC_NOT_FOUND);
    g_assert_nonnull (strstr (rj_json_get_string (refusal, "message", ""), error->message));
    context->n_refused++;
  } else if (result != NULL && rj_json_has (result, "sdpAnswer")) {
    g_assert_no_error (error);
    g_ptr_array_add (context->accepted, g_steal_pointer (&munged));
  }
}

static void
check_candidate (Context *context, const RjtVector *vector, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjCandidate) candidate = rj_candidate_parse (line, &error);
  g_autofree char *again = candidate == NULL ? NULL : rj_candidate_format (candidate);

  if (candidate == NULL && strcmp (vector->file, "raw-publish.jsonl") == 0)
    return; /* a scripted client sent "candidate:1" and the like on purpose */
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, line);
  context->n_candidates++;
  context->n_usable += rj_candidate_is_usable (candidate);
}

/* Descends to every text, wherever it stands in a message */
static void
visit (Context *context, const RjtVector *vector, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node)) {
    g_autoptr (GList) members = json_object_get_values (json_node_get_object (node));

    for (GList *l = members; l != NULL; l = l->next)
      visit (context, vector, l->data);
  } else if (JSON_NODE_HOLDS_ARRAY (node)) {
    g_autoptr (GList) elements = json_array_get_elements (json_node_get_array (node));

    for (GList *l = elements; l != NULL; l = l->next)
      visit (context, vector, l->data);
  } else if (json_node_get_value_type (node) == G_TYPE_STRING) {
    const char *text = json_node_get_string (node);

    if (g_str_has_prefix (text, "candidate:")) {
      check_candidate (context, vector, text);
    } else if (g_str_has_prefix (text, "v=0")) {
      g_autoptr (RjSdp) sdp = parse (vector, text);
      g_autofree char *again = rj_sdp_to_text (sdp);

      g_assert_cmpstr (again, ==, text);
      context->n_parsed++;
    }
  }
}

static void
check_vector (const RjtVector *vector, gpointer user_data)
{
  Context *context = user_data;
  JsonObject *message;

  if (vector->message == NULL || !JSON_NODE_HOLDS_OBJECT (vector->message))
    return;
  message = json_node_get_object (vector->message);
  visit (context, vector, vector->message);
  if (strcmp (vector->from, "openvidu") == 0)
    check_openvidu (context, vector, message);
  else if (strcmp (vector->from, "kurento") == 0)
    check_kurento (context, vector, message);
  else if (strcmp (vector->from, "client") == 0)
    check_client (context, vector, message);
  else
    check_server (context, vector, message);
}

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

static GHashTable *
new_set (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
context_clear (Context *context)
{
  g_hash_table_unref (context->offers);
  g_hash_table_unref (context->generated);
  g_hash_table_unref (context->processed);
  g_hash_table_unref (context->client_sdps);
  g_hash_table_unref (context->munged);
  g_ptr_array_unref (context->accepted);
}

static void
test_descriptions_are_those_of_the_real_servers (void)
{
  Context context = {
    .offers = new_table (),
    .generated = new_set (),
    .processed = new_set (),
    .client_sdps = new_table (),
    .munged = new_set (),
    .accepted = g_ptr_array_new_with_free_func (g_free),
  };

  rjt_vectors_each (check_vector, &context);
  for (guint i = 0; i < context.accepted->len; i++) {
    const char *munged = g_ptr_array_index (context.accepted, i);

    if (!g_hash_table_contains (context.processed, munged))
      g_error ("openvidu-server never sent this to Kurento:\n%s", munged);
    context.n_munged++;
  }
  g_test_message ("%u answers, %u munged, %u refused, %u+%u offers of Kurento, %u descriptions, "
                  "%u candidates, %u usable",
                  context.n_answers, context.n_munged, context.n_refused, context.n_offers,
                  context.n_server_offers, context.n_parsed, context.n_candidates,
                  context.n_usable);
  g_assert_cmpuint (context.n_answers, >=, 50);
  g_assert_cmpuint (context.n_munged, >=, 50);
  g_assert_cmpuint (context.n_refused, >=, 2);
  g_assert_cmpuint (context.n_offers, >=, 1);
  g_assert_cmpuint (context.n_server_offers, >=, 1);
  g_assert_cmpuint (context.n_parsed, >=, 180);
  g_assert_cmpuint (context.n_candidates, >=, 1500);
  g_assert_cmpuint (context.n_usable, >=, 200);
  context_clear (&context);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/vectors/sdp", test_descriptions_are_those_of_the_real_servers);
  return g_test_run ();
}
