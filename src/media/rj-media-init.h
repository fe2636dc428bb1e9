/* GStreamer itself: started once per process, checked, warmed. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Starts GStreamer. When the cache folder cannot be written (no HOME, read-only image), its registry of
 * plugins goes to a private folder below the temporary one. Home thread, before any other thread exists;
 * again is fine. Errors: RJ_ERROR_ENVIRONMENT */
gboolean rj_media_init (GError **error);

/* Whether every element that is used exists. Errors: RJ_ERROR_ENVIRONMENT; the message names the first
 * missing element and the Debian package that has it, and further packages. */
gboolean rj_media_check_plugins (GError **error);

/* An element and where it comes from; rj_media_check_plugins() for a table of one's own, ended by NULL. */
typedef struct {
  const char *element;
  const char *package;
} RjMediaNeed;

gboolean rj_media_check_needs (const RjMediaNeed *needs, GError **error);

/* Makes a connection's offer and throws it away, in a thread of its own: certificate, plugins and tables
 * are there when the first participant comes. */
void rj_media_warm_up_async (GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
gboolean rj_media_warm_up_finish (GAsyncResult *result, GError **error);

/* At the very end of the process, when everything is released: forgets the clips, and lets GStreamer's
 * tracers speak, if there are some (GST_TRACERS=leaks reports when GStreamer is ended). */
void rj_media_end (void);

G_END_DECLS
