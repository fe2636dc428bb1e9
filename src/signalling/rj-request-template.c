#include "rj-request-template.h"

#include "rj-error.h"
#include "rj-json-pointer.h"
#include "rj-json.h"

/* Examples, to check templates with */
static const RjTemplateWord words[] = {
  { "run", "run" },     { "session", "session" }, { "name", "name" }, { "index", "1" },
  { "group", "group" }, { "role", "PUBLISHER" },  { "attempt", "1" }, { NULL, NULL },
};

static const RjTemplateWord words_after_create[] = {
  { "run", "run" },   { "session", "session" }, { "name", "name" },
  { "index", "1" },   { "group", "group" },     { "role", "PUBLISHER" },
  { "attempt", "1" }, { "id", "id" },           { NULL, NULL },
};

#define TEXT    "{\"type\": \"string\", \"minLength\": 1}"
#define URL     "{\"type\": \"string\", \"pattern\": \"^https?://\"}"
#define HEADERS "{\"type\": \"object\", \"additionalProperties\": {\"type\": \"string\"}}"
#define BODY    "{\"type\": [\"object\", \"array\", \"string\"]}"
#define POINTER "{\"type\": \"string\", \"pattern\": \"^(/.*)?$\"}"

static const RjJsonKey keys[] = {
  { "method", TEXT, "of HTTP; POST with a body, else GET" },
  { "url", URL,
    "the whole address; {run}, {session}, {name}, {index}, {group}, {role} and {attempt} are "
    "filled in" },
  { "headers", HEADERS, "names and values, which are never shown" },
  { "body", BODY, "an object, which is sent as JSON, or a text" },
  { "token", POINTER, "JSON pointer to the token in the answer, such as /data/token" },
  { "create.method", TEXT, "of a request before, which makes the session" },
  { "create.url", URL, "the same" },
  { "create.headers", HEADERS, "the same" },
  { "create.body", BODY, "the same" },
  { "create.id", POINTER,
    "JSON pointer to the session's id in its answer, which is {id} in the other request" },
};

const RjJsonKey *
rj_request_template_get_keys (guint *n_keys)
{
  *n_keys = G_N_ELEMENTS (keys);
  return keys;
}

RjRequestTemplate *
rj_request_template_new (RjRequest *request)
{
  RjRequestTemplate *self = g_new0 (RjRequestTemplate, 1);

  self->n_refs = 1;
  self->request = request;
  return self;
}

RjRequestTemplate *
rj_request_template_ref (RjRequestTemplate *self)
{
  self->n_refs++;
  return self;
}

void
rj_request_template_unref (RjRequestTemplate *self)
{
  if (self == NULL || --self->n_refs > 0)
    return;
  rj_request_free (self->create);
  rj_request_free (self->request);
  g_free (self->id);
  g_free (self->token);
  g_free (self);
}

/* @out: untouched where there is none, or an empty one */
static gboolean
read_pointer (JsonObject *object, const char *key, const char *prefix, char **out, GError **error)
{
  const char *pointer = rj_json_get_string (object, key, "");
  JsonNode *node = json_object_get_member (object, key);

  if (node != NULL && json_node_get_value_type (node) != G_TYPE_STRING)
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "write a JSON pointer, such as /token or /data/0/token");
  else if (rj_json_pointer_check (pointer, error)) {
    if (*pointer != '\0')
      *out = g_strdup (pointer);
    return TRUE;
  }
  g_prefix_error (error, "%s%s: ", prefix, key);
  return FALSE;
}

static gboolean
read_create (RjRequestTemplate *self, JsonObject *object, GError **error)
{
  JsonNode *node = json_object_get_member (object, "create");
  JsonObject *create;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "create: write a request, such as {url: https://app.example/api/sessions, body: "
                 "{customSessionId: \"{session}\"}}");
    return FALSE;
  }
  create = json_node_get_object (node);
  if (!rj_json_keys_check (keys, G_N_ELEMENTS (keys), create, "create.", error) ||
      !read_pointer (create, "id", "create.", &self->id, error))
    return FALSE;
  self->create = rj_request_from_json (create, words, error);
  if (self->create == NULL)
    g_prefix_error (error, "create.");
  return self->create != NULL;
}

RjRequestTemplate *
rj_request_template_from_json (JsonObject *object, GError **error)
{
  g_autoptr (RjRequestTemplate) self = rj_request_template_new (NULL);

  if (!rj_json_keys_check (keys, G_N_ELEMENTS (keys), object, "", error) ||
      !read_pointer (object, "token", "", &self->token, error) ||
      !read_create (self, object, error))
    return NULL;
  self->request =
    rj_request_from_json (object, self->create == NULL ? words : words_after_create, error);
  return self->request == NULL ? NULL : g_steal_pointer (&self);
}

gboolean
rj_request_template_uses (const RjRequestTemplate *self, const char *word)
{
  return rj_request_uses (self->request, word) ||
         (self->create != NULL && rj_request_uses (self->create, word));
}

char *
rj_request_template_get_origin (const RjRequestTemplate *self)
{
  const RjRequest *first = self->create != NULL ? self->create : self->request;
  g_autofree char *url = rj_template_fill_known (first->url, words, NULL);
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);

  return uri == NULL ? g_strdup (url)
                     : g_uri_join (G_URI_FLAGS_NONE, g_uri_get_scheme (uri), NULL,
                                   g_uri_get_host (uri), g_uri_get_port (uri), "", NULL, NULL);
}
