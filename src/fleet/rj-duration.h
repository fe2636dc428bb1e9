/* Durations as people write them: "500ms", "3.5s", "2m", "1h". A bare number is refused, so that nobody
 * guesses its unit. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @ret_us: microseconds. The error names the text and shows a right one. */
gboolean rj_duration_parse (const char *text, gint64 *ret_us, GError **error);

/* Returns: (transfer full): the shortest exact form, for instance "15s" */
char *rj_duration_format (gint64 us);

G_END_DECLS
