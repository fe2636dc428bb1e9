/* Reading JSON at the edge: JsonObject ends in the file that parses a message; inside there are structs.
 * Absent and null are the same (the server leaves nulls out on the websocket and writes them in REST). A
 * wrong type is an error that names the member. Any thread. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Parses a text of strict JSON; more than 64 levels are refused. Errors: RJ_ERROR_PROTOCOL, or the
 * parser's. Returns: (transfer full) (nullable) */
JsonNode *rj_json_parse_node (const char *text, gssize length, GError **error);

/* Parses a text that must be one JSON object. Returns: (transfer full) (nullable) */
JsonObject *rj_json_parse_object (const char *text, gssize length, GError **error);

/* Required members. @out: (transfer full) where it is a string; untouched on error */
gboolean rj_json_read_string (JsonObject *object, const char *name, char **out, GError **error);
gboolean rj_json_read_int (JsonObject *object, const char *name, gint64 *out, GError **error);
gboolean rj_json_read_bool (JsonObject *object, const char *name, gboolean *out, GError **error);
/* @out: (transfer none) */
gboolean
rj_json_read_object (JsonObject *object, const char *name, JsonObject **out, GError **error);
gboolean rj_json_read_array (JsonObject *object, const char *name, JsonArray **out, GError **error);

/* Optional members: the fallback when absent, null or of another type. Results are (transfer none). */
const char *rj_json_get_string (JsonObject *object, const char *name, const char *fallback);
gint64 rj_json_get_int (JsonObject *object, const char *name, gint64 fallback);
double rj_json_get_double (JsonObject *object, const char *name, double fallback);
gboolean rj_json_get_bool (JsonObject *object, const char *name, gboolean fallback);
JsonObject *rj_json_get_object (JsonObject *object, const char *name); /* (nullable) */
JsonArray *rj_json_get_array (JsonObject *object, const char *name);   /* (nullable) */
gboolean rj_json_has (JsonObject *object, const char *name);           /* present and not null */

/* @node: (nullable). Returns: (transfer none) (nullable): NULL where it is no string */
const char *rj_json_node_get_string (JsonNode *node);

/* Elements of arrays that must be objects. Returns: (transfer none) (nullable) */
JsonObject *rj_json_array_get_object (JsonArray *array, guint index);

/* Returns: (transfer full): compact text on one line */
char *rj_json_object_to_text (JsonObject *object);
char *rj_json_node_to_text (JsonNode *node);

/* Builds an object from name, type letter, value triples, ended by NULL: 's' string (NULL is left out),
 * 'i' gint64, 'b' gboolean, 'd' double, 'o' JsonObject (transfer full), 'a' JsonArray (transfer full),
 * 'n' nothing follows: null. Give integers as (gint64). Returns: (transfer full) */
JsonObject *rj_json_build (const char *first_name, ...) G_GNUC_NULL_TERMINATED;

G_END_DECLS
