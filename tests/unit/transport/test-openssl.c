#include "rj-openssl.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

/* Such handlers run when OpenSSL frees everything */
static void
on_cleanup (void)
{
  fputs ("freed\n", stderr);
}

static void
test_nothing_is_freed_at_exit (gconstpointer stays)
{
  if (g_test_subprocess ()) {
    if (stays != NULL)
      rj_openssl_stay_until_exit ();
    OPENSSL_atexit (on_cleanup);
    exit (OPENSSL_init_crypto (OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL) == 1 ? 0 : 1);
  }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  if (stays != NULL)
    g_test_trap_assert_stderr_unmatched ("*freed*");
  else
    g_test_trap_assert_stderr ("*freed*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/transport/openssl/exit/usual", NULL, test_nothing_is_freed_at_exit);
  g_test_add_data_func ("/transport/openssl/exit/ours", "ours", test_nothing_is_freed_at_exit);
  return g_test_run ();
}
