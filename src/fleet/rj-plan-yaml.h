/* YAML as JSON nodes, by YAML 1.2's core schema, for rj-plan-document.c. Any thread. */
#pragma once

#include "rj-plan-document.h"

G_BEGIN_DECLS

/* Reads the mapping in @text, which is UTF-8 without NUL, and notes the line of every key in @document. Errors:
 * RJ_ERROR_USAGE with file and line. Returns: (transfer full) (nullable) */
JsonNode *
rj_plan_yaml_read (RjPlanDocument *document, const char *text, gsize length, GError **error);

/* What @text is where it stands alone without quotes: null, a boolean, an integer, a double or a text. Returns: (transfer
 * full) */
JsonNode *rj_plan_yaml_read_plain (const char *text);

G_END_DECLS
