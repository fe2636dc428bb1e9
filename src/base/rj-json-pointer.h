/* JSON pointers (RFC 6901): "/data/0/token" names a value inside a document. Pure. Any thread. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Whether @pointer is one: empty, or a text that begins with "/", where ~ is followed by 0 or 1. Errors:
 * RJ_ERROR_USAGE */
gboolean rj_json_pointer_check (const char *pointer, GError **error);

/* @root: (nullable). Returns: (transfer none) (nullable): NULL with RJ_ERROR_PROTOCOL: there is nothing; the message
 * says how far the document goes along, and the names of the members there, but no values */
JsonNode *rj_json_pointer_find (JsonNode *root, const char *pointer, GError **error);

G_END_DECLS
