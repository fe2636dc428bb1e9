/* OpenSSL's errors as GErrors, and its end. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Sets RJ_ERROR_NO_MEDIA with "<what>: <OpenSSL's reason>" and empties OpenSSL's queue of this thread. */
void rj_openssl_set_error (GError **error, const char *what);

/* OpenSSL frees everything in an exit handler, while threads of GLib's and GStreamer's pools still end and free their
 * part: a program crashes there once in some hundred runs, after its report. Without that handler it does not. To be
 * called before anything else of OpenSSL in a process, libraries included. */
void rj_openssl_stay_until_exit (void);

G_END_DECLS
