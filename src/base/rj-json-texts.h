/* The texts in a JSON value, wherever they stand in it; names of members are none. Any thread. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable): what takes the place of @text; NULL: nothing, whatever holds it goes without */
typedef char *(*RjJsonTextFunc) (const char *text, gpointer user_data);

/* Returns: (transfer full) (nullable): a copy of @node where every text went through @func; NULL where it was a text
 * that is left out */
JsonNode *rj_json_map_texts (JsonNode *node, RjJsonTextFunc func, gpointer user_data);

/* Returns: whether to go on */
typedef gboolean (*RjJsonVisitFunc) (const char *text, gpointer user_data);

/* In their order. Returns: whether all were visited */
gboolean rj_json_visit_texts (JsonNode *node, RjJsonVisitFunc func, gpointer user_data);

G_END_DECLS
