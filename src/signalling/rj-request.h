/* One HTTP request as a template: words in braces are filled in for each participant. A value. Any thread. */
#pragma once

#include <json-glib/json-glib.h>

#include "rj-http-call.h"
#include "rj-template.h"

G_BEGIN_DECLS

typedef struct {
  char *method;
  char *url;          /* template; what is filled in is percent-encoded */
  GPtrArray *headers; /* of RjHttpHeader: values are templates, and secrets */
  /* (nullable) the body: its texts are templates. A text that is nothing but one word without a value is left out,
   * with its member */
  JsonNode *json;
  char
    *text; /* (nullable) the body, where it is no JSON: escaped for the Content-Type of @headers */
} RjRequest;

RjRequest *rj_request_new (const char *method, const char *url);
void rj_request_free (RjRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjRequest, rj_request_free)

/* Reads the members method, url, headers and body of @object; who calls has looked for others. Errors:
 * RJ_ERROR_USAGE: "url: …", with the remedy. @words: that may be filled in. Returns: (transfer full) (nullable) */
RjRequest *rj_request_from_json (JsonObject *object, const RjTemplateWord *words, GError **error);

/* Returns: (transfer full): ready to be sent. @words: with values; without one (NULL) nothing is filled in */
RjHttpRequest *rj_request_fill (const RjRequest *self, const RjTemplateWord *words);

/* Whether "{word}" stands anywhere in it */
gboolean rj_request_uses (const RjRequest *self, const char *word);

/* @text: what a server said. Returns: (transfer full): without the values of headers and the fixed texts of the
 * body, should it say them back */
char *rj_request_scrub (const RjRequest *self, const char *text);

G_END_DECLS
