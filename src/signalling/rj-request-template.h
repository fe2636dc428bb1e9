/* How an app server is asked for a token, as a plan describes it:
 *   {method, url, headers, body, token, create: {method, url, headers, body, id}}
 * In url, headers and body {run}, {session}, {name}, {index}, {group}, {role} and {attempt} are filled in;
 * {name} is what the server is told (rj-names.h). `token` is a JSON pointer (RFC 6901) to the token in the answer; empty or absent: the answer is the token, as text or a JSON
 * string, or has a member token. `create` is a request before it, which makes the session (409: it is there); `id` points
 * to the session's id in its answer, which is {id} in the other request; without `id` that is {session}. The presets are
 * such templates, too. Immutable, reference counted. Home thread. */
#pragma once

#include "rj-json-keys.h"
#include "rj-request.h"

G_BEGIN_DECLS

typedef struct {
  guint n_refs;
  RjRequest *create; /* (nullable) */
  char *id;          /* (nullable) pointer into the answer to create */
  gboolean finds_id; /* without a pointer: where rj_session_id_read() finds it */
  RjRequest *request;
  char *token; /* (nullable) pointer into the answer; NULL: where rj_token_read() finds it */
} RjRequestTemplate;

/* @request: (transfer full) */
RjRequestTemplate *rj_request_template_new (RjRequest *request);
/* Errors: RJ_ERROR_USAGE. The message begins with the key inside @object and a colon ("create.url: "), and says what
 * to write instead. Returns: (transfer full) (nullable) */
RjRequestTemplate *rj_request_template_from_json (JsonObject *object, GError **error);
RjRequestTemplate *rj_request_template_ref (RjRequestTemplate *self);
void rj_request_template_unref (RjRequestTemplate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjRequestTemplate, rj_request_template_unref)

/* The keys that rj_request_template_from_json() knows, for schema and documents */
const RjJsonKey *rj_request_template_get_keys (guint *n_keys);

/* Whether "{word}" stands anywhere in it: whether a role can be asked for, for instance */
gboolean rj_request_template_uses (const RjRequestTemplate *self, const char *word);
/* Returns: (transfer full): "https://app.example:5000", where the first request goes */
char *rj_request_template_get_origin (const RjRequestTemplate *self);

G_END_DECLS
