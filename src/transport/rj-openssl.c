#include "rj-openssl.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

#include "rj-error.h"

void
rj_openssl_stay_until_exit (void)
{
  if (OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL) != 1)
    g_debug ("OpenSSL does not start");
}

void
rj_openssl_set_error (GError **error, const char *what)
{
  unsigned long code = ERR_peek_error ();
  const char *reason = code == 0 ? NULL : ERR_reason_error_string (code);

  g_set_error (error, RJ_ERROR, RJ_ERROR_NO_MEDIA, "%s: %s", what,
               reason == NULL ? "unknown reason" : reason);
  ERR_clear_error ();
}
