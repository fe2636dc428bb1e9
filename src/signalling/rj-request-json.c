/* A request as it is written in a plan */
#include "rj-request.h"

#include <string.h>

#include "rj-error.h"
#include "rj-json-texts.h"
#include "rj-json.h"

static gboolean
read_method (RjRequest *self, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "method");
  const char *text = rj_json_node_get_string (node);

  if (node == NULL) {
    self->method = g_strdup (json_object_has_member (object, "body") ? "POST" : "GET");
    return TRUE;
  }
  if (text == NULL || *text == '\0' || text[strspn (text, G_CSET_A_2_Z G_CSET_a_2_z)] != '\0')
    return rj_error_refuse (error, "method: write GET, POST, PUT or another method of HTTP");
  self->method = g_ascii_strup (text, -1);
  return TRUE;
}

static gboolean
read_url (RjRequest *self, JsonObject *object, const RjTemplateWord *words, GError **error)
{
  const char *text = rj_json_node_get_string (json_object_get_member (object, "url"));
  g_autofree char *filled = NULL;
  g_autoptr (GUri) uri = NULL;
  const char *scheme;

  if (text == NULL)
    return rj_error_refuse (error,
                            "url: write the whole address, such as https://app.example/api/token");
  filled = rj_template_fill (text, words, NULL, error);
  if (filled == NULL) {
    g_prefix_error (error, "url: ");
    return FALSE;
  }
  uri = g_uri_parse (filled, SOUP_HTTP_URI_FLAGS, NULL);
  scheme = uri == NULL ? "" : g_uri_get_scheme (uri);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      (!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https")))
    return rj_error_refuse (error,
                            "url: that is no http or https URL; write the whole address, such as "
                            "https://app.example/api/token");
  self->url = g_strdup (text);
  return TRUE;
}

static gboolean
is_header_name (const char *name)
{
  return *name != '\0' &&
         name[strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "!#$%&'*+-.^_`|~")] == '\0';
}

static gboolean
has_controls (const char *text)
{
  for (; *text != '\0'; text++) {
    if (g_ascii_iscntrl (*text) && *text != '\t')
      return TRUE;
  }
  return FALSE;
}

static gboolean
read_header (
  RjRequest *self, const char *name, JsonNode *node, const RjTemplateWord *words, GError **error)
{
  const char *value = rj_json_node_get_string (node);
  g_autofree char *filled = NULL;

  if (!is_header_name (name) || value == NULL || has_controls (value)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "headers.%s: write a name and a text on one line, such as {Authorization: Bearer "
                 "${TOKEN}}",
                 name);
    return FALSE;
  }
  filled = rj_template_fill (value, words, NULL, error);
  if (filled == NULL) {
    g_prefix_error (error, "headers.%s: ", name);
    return FALSE;
  }
  g_ptr_array_add (self->headers, rj_http_header_new (name, value));
  return TRUE;
}

static gboolean
read_headers (RjRequest *self, JsonObject *object, const RjTemplateWord *words, GError **error)
{
  JsonNode *node = json_object_get_member (object, "headers");
  g_autoptr (GList) names = NULL;
  JsonObject *headers;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return rj_error_refuse (error,
                            "headers: write an object, such as {Authorization: Bearer ${TOKEN}}");
  headers = json_node_get_object (node);
  names = json_object_get_members (headers);
  for (GList *item = names; item != NULL; item = item->next) {
    if (!read_header (self, item->data, json_object_get_member (headers, item->data), words, error))
      return FALSE;
  }
  return TRUE;
}

typedef struct {
  const RjTemplateWord *words;
  GError **error;
} Check;

/* Whether all words in it are known */
static gboolean
check_one (const char *text, gpointer user_data)
{
  const Check *check = user_data;
  g_autofree char *filled = rj_template_fill (text, check->words, NULL, check->error);

  return filled != NULL;
}

static gboolean
read_body (RjRequest *self, JsonObject *object, const RjTemplateWord *words, GError **error)
{
  JsonNode *node = json_object_get_member (object, "body");
  Check check = { words, error };

  if (node == NULL)
    return TRUE;
  self->text = g_strdup (rj_json_node_get_string (node));
  if (self->text != NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node) && !JSON_NODE_HOLDS_ARRAY (node))
    return rj_error_refuse (error, "body: write an object, which is sent as JSON, or a text");
  if (!rj_json_visit_texts (node, check_one, &check)) {
    g_prefix_error (error, "body: ");
    return FALSE;
  }
  self->json = json_node_copy (node);
  return TRUE;
}

RjRequest *
rj_request_from_json (JsonObject *object, const RjTemplateWord *words, GError **error)
{
  g_autoptr (RjRequest) self = rj_request_new (NULL, NULL);

  if (!read_method (self, object, error) || !read_url (self, object, words, error) ||
      !read_headers (self, object, words, error) || !read_body (self, object, words, error))
    return NULL;
  if ((self->json != NULL || self->text != NULL) && g_str_equal (self->method, "GET")) {
    rj_error_refuse (error, "body: GET has none; leave it out, or write method: POST");
    return NULL;
  }
  return g_steal_pointer (&self);
}
