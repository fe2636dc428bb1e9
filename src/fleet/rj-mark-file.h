/* Watches for a file that appears: a mark. It counts once, and again after it has gone. One that is there from
 * the beginning is left over from before and does not count. Home thread only. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @us: when it appeared, CLOCK_MONOTONIC microseconds: its time of change on the clock of the wall, as long as that is
 * at most RJ_MARK_FILE_BELIEVED_US back, else when we saw it. @stamped: the former */
typedef void (*RjMarkFileFunc) (gint64 us, gboolean stamped, gpointer user_data);

#define RJ_MARK_FILE_BELIEVED_US (1 * G_USEC_PER_SEC)

typedef struct _RjMarkFile RjMarkFile;

/* Errors: those of GIO, when its folder cannot be watched */
RjMarkFile *
rj_mark_file_new (const char *path, RjMarkFileFunc func, gpointer user_data, GError **error);
void rj_mark_file_free (RjMarkFile *self);

/* Whether it was there already */
gboolean rj_mark_file_was_there (const RjMarkFile *self);

G_END_DECLS
