#include "rj-request.h"

#include <string.h>

#include "rj-json-texts.h"
#include "rj-json.h"

#define JSON_TYPE  "application/json"
#define FORM_TYPE  "application/x-www-form-urlencoded"
#define PLAIN_TYPE "text/plain; charset=utf-8"

#define LEAST_SECRET 4 /* shorter texts are not looked for: they are parts of words */

RjRequest *
rj_request_new (const char *method, const char *url)
{
  RjRequest *self = g_new0 (RjRequest, 1);

  self->method = g_strdup (method);
  self->url = g_strdup (url);
  self->headers = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_http_header_free);
  return self;
}

void
rj_request_free (RjRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->method);
  g_free (self->url);
  g_free (self->text);
  g_ptr_array_unref (self->headers);
  g_clear_pointer (&self->json, json_node_unref);
  g_free (self);
}

/* --- filled in --- */

static char *
escape_for_url (const char *value)
{
  return g_uri_escape_string (value, NULL, FALSE);
}

/* One line */
static char *
escape_for_header (const char *value)
{
  char *line = g_strdup (value);

  for (char *at = line; *at != '\0'; at++) {
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  }
  return line;
}

/* The inside of a JSON string */
static char *
escape_for_json (const char *value)
{
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), value);
  g_autofree char *quoted = rj_json_node_to_text (node);

  return g_strndup (quoted + 1, strlen (quoted) - 2);
}

/* Whether @text is "{word}" of a word without a value */
static gboolean
is_missing (const char *text, const RjTemplateWord *words)
{
  for (; words->word != NULL; words++) {
    gsize length = strlen (words->word);

    if (words->value == NULL && text[0] == '{' && strncmp (text + 1, words->word, length) == 0 &&
        g_str_equal (text + 1 + length, "}"))
      return TRUE;
  }
  return FALSE;
}

/* Returns: (transfer full) (nullable): NULL: to be left out */
static char *
fill_one (const char *text, gpointer words)
{
  return is_missing (text, words) ? NULL : rj_template_fill_known (text, words, NULL);
}

static const char *
find_content_type (const RjRequest *self)
{
  for (guint i = 0; i < self->headers->len; i++) {
    const RjHttpHeader *header = g_ptr_array_index (self->headers, i);

    if (g_ascii_strcasecmp (header->name, "Content-Type") == 0)
      return header->value;
  }
  return NULL;
}

static gboolean
is_json_type (const char *type)
{
  g_autofree char *lower = g_ascii_strdown (type, -1);

  return strstr (lower, "json") != NULL;
}

/* A text that is JSON as it stands is meant as such */
static gboolean
is_json_text (const char *text)
{
  g_autoptr (JsonNode) node = strchr ("{[", text[strspn (text, " \t\r\n")]) == NULL
                                ? NULL
                                : rj_json_parse_node (text, -1, NULL);

  return node != NULL;
}

static void
fill_text (const RjRequest *self, const RjTemplateWord *words, RjHttpRequest *filled)
{
  const char *type = find_content_type (self);
  RjTemplateEscape escape = NULL;

  if (type == NULL)
    type = is_json_text (self->text) ? JSON_TYPE : PLAIN_TYPE;
  if (is_json_type (type))
    escape = escape_for_json;
  else if (g_ascii_strncasecmp (type, FORM_TYPE, strlen (FORM_TYPE)) == 0)
    escape = escape_for_url;
  filled->content_type = g_strdup (type);
  filled->body = rj_template_fill_known (self->text, words, escape);
}

RjHttpRequest *
rj_request_fill (const RjRequest *self, const RjTemplateWord *words)
{
  g_autofree char *url = rj_template_fill_known (self->url, words, escape_for_url);
  RjHttpRequest *filled = rj_http_request_new (self->method, url);
  const char *type = find_content_type (self);

  for (guint i = 0; i < self->headers->len; i++) {
    const RjHttpHeader *header = g_ptr_array_index (self->headers, i);
    g_autofree char *value = rj_template_fill_known (header->value, words, escape_for_header);

    g_ptr_array_add (filled->headers, rj_http_header_new (header->name, value));
  }
  if (self->json != NULL) {
    g_autoptr (JsonNode) node = rj_json_map_texts (self->json, fill_one, (gpointer) words);

    filled->content_type = g_strdup (type == NULL ? JSON_TYPE : type);
    filled->body = rj_json_node_to_text (node);
  } else if (self->text != NULL) {
    fill_text (self, words, filled);
  }
  return filled;
}

/* --- looked at --- */

gboolean
rj_request_uses (const RjRequest *self, const char *word)
{
  g_autofree char *json = self->json == NULL ? NULL : rj_json_node_to_text (self->json);

  for (guint i = 0; i < self->headers->len; i++) {
    if (rj_template_has (((RjHttpHeader *) g_ptr_array_index (self->headers, i))->value, word))
      return TRUE;
  }
  return rj_template_has (self->url, word) || (json != NULL && rj_template_has (json, word)) ||
         (self->text != NULL && rj_template_has (self->text, word));
}

static void
hide (GString *text, const char *secret)
{
  if (strlen (secret) >= LEAST_SECRET)
    g_string_replace (text, secret, "<secret>", 0);
}

static gboolean
hide_one (const char *own, gpointer text)
{
  if (strchr (own, '{') == NULL)
    hide (text, own);
  return TRUE;
}

char *
rj_request_scrub (const RjRequest *self, const char *text)
{
  GString *scrubbed = g_string_new (text);

  for (guint i = 0; i < self->headers->len; i++) {
    const RjHttpHeader *header = g_ptr_array_index (self->headers, i);
    const char *space = strrchr (header->value, ' '); /* "Bearer TOKEN" */

    hide (scrubbed, header->value);
    if (space != NULL)
      hide (scrubbed, space + 1);
  }
  if (self->json != NULL)
    rj_json_visit_texts (self->json, hide_one, scrubbed);
  return g_string_free (scrubbed, FALSE);
}
