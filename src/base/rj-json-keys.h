/* The keys of mappings that people write: a table of them serves the reader, the schema and documents. Pure. Any
 * thread. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *path;   /* "url"; "create.url" is in the mapping at "create" */
  const char *schema; /* of its value: a JSON schema as text */
  const char *help;   /* one line */
} RjJsonKey;

/* Adds the key that @path has in the mapping whose paths begin with @prefix ("" or "create."), where it has one and
 * @names has it not yet. @path: (nullable). @names: (element-type utf8), which frees them */
void rj_json_keys_add_name (GPtrArray *names, const char *path, const char *prefix);

/* @names: that there are, ended by NULL. Returns: (transfer full): "there is no such key; did you mean …?", or which
 * ones there are */
char *rj_json_keys_explain (const char *key, const char *const *names);

/* Whether @keys has all members of @object, which is the mapping whose paths begin with @prefix. Errors:
 * RJ_ERROR_USAGE: "create.ulr: " and the sentence of rj_json_keys_explain() */
gboolean rj_json_keys_check (
  const RjJsonKey *keys, guint n_keys, JsonObject *object, const char *prefix, GError **error);

G_END_DECLS
