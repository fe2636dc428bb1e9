/* Errors of OpenSSL as GErrors. Private to this layer; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Sets RJ_ERROR_NO_MEDIA with "<what>: <OpenSSL's reason>" and empties OpenSSL's queue of this thread. */
void rj_openssl_set_error (GError **error, const char *what);

G_END_DECLS
