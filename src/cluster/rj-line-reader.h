/* Reads JSON objects, one a line, from a file descriptor, without blocking. Home thread only. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define RJ_TYPE_LINE_READER (rj_line_reader_get_type ())
G_DECLARE_FINAL_TYPE (RjLineReader, rj_line_reader, RJ, LINE_READER, GObject)

/* Signals: "line" (JsonObject *line); "ended" () at end of file or error. Lines that are not objects are
 * passed over with a warning in the log.
 *
 * @fd: (transfer full). Returns: (transfer full) */
RjLineReader *rj_line_reader_new (int fd);
void rj_line_reader_close (RjLineReader *self);

G_END_DECLS
