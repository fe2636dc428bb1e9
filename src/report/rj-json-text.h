/* JSON as text that people like to read: indented, short lists on one line, numbers with at most three
 * decimals (times are whole microseconds, so nothing is lost). Private to report. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Returns: (transfer full): ends with a line feed */
char *rj_json_text (JsonObject *object);

G_END_DECLS
