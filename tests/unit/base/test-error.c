#include <gio/gio.h>

#include "rj-error.h"

typedef struct {
  int code;
  RjRetry retry;
} Row;

static void
check_rows (GQuark domain, const Row *rows, guint n_rows)
{
  for (guint i = 0; i < n_rows; i++) {
    g_autoptr (GError) error = g_error_new (domain, rows[i].code, "x");

    if (rj_error_get_retry (error) != rows[i].retry)
      g_error ("%s %d: %d", g_quark_to_string (domain), rows[i].code, rj_error_get_retry (error));
  }
}

static void
test_what_follows_from_each_error (void)
{
  static const Row own[] = {
    { RJ_ERROR_PROTOCOL, RJ_RETRY_WITH_NEW_TOKEN },
    { RJ_ERROR_TIMEOUT, RJ_RETRY_WITH_NEW_TOKEN },
    { RJ_ERROR_UNREACHABLE, RJ_RETRY_WITH_NEW_TOKEN },
    { RJ_ERROR_REJECTED, RJ_RETRY_WITH_NEW_TOKEN },
    { RJ_ERROR_NO_MEDIA, RJ_RETRY_WITH_NEW_TOKEN },
    { RJ_ERROR_USAGE, RJ_RETRY_NEVER },
    { RJ_ERROR_ENVIRONMENT, RJ_RETRY_NEVER },
    { RJ_ERROR_LOST, RJ_RETRY_WITH_NEW_TOKEN },
    { RJ_ERROR_CLOSED, RJ_RETRY_NEVER },
  };
  static const Row rpc[] = {
    { 202, RJ_RETRY_WITH_NEW_TOKEN },
    { 203, RJ_RETRY_WITH_NEW_TOKEN },
    { 204, RJ_RETRY_LATER },
    { 401, RJ_RETRY_WITH_NEW_TOKEN },
    { 999, RJ_RETRY_WITH_NEW_TOKEN },
    { -1, RJ_RETRY_WITH_NEW_TOKEN },
    { 40007, RJ_RETRY_WITH_NEW_TOKEN },
  };
  static const Row http[] = {
    { 400, RJ_RETRY_NEVER },          { 401, RJ_RETRY_NEVER },
    { 403, RJ_RETRY_NEVER },          { 404, RJ_RETRY_WITH_NEW_TOKEN },
    { 408, RJ_RETRY_WITH_NEW_TOKEN }, { 409, RJ_RETRY_WITH_NEW_TOKEN },
    { 429, RJ_RETRY_WITH_NEW_TOKEN }, { 500, RJ_RETRY_WITH_NEW_TOKEN },
    { 502, RJ_RETRY_WITH_NEW_TOKEN }, { 504, RJ_RETRY_WITH_NEW_TOKEN },
  };
  /* a server that dies inside a handshake is back later; a wrong certificate stays wrong */
  static const Row tls[] = {
    { G_TLS_ERROR_BAD_CERTIFICATE, RJ_RETRY_NEVER },
    { G_TLS_ERROR_CERTIFICATE_REQUIRED, RJ_RETRY_NEVER },
    { G_TLS_ERROR_NOT_TLS, RJ_RETRY_NEVER },
    { G_TLS_ERROR_UNAVAILABLE, RJ_RETRY_NEVER },
    { G_TLS_ERROR_EOF, RJ_RETRY_WITH_NEW_TOKEN },
    { G_TLS_ERROR_HANDSHAKE, RJ_RETRY_WITH_NEW_TOKEN },
    { G_TLS_ERROR_MISC, RJ_RETRY_WITH_NEW_TOKEN },
  };
  static const Row io[] = {
    { G_IO_ERROR_CANCELLED, RJ_RETRY_NEVER },
    { G_IO_ERROR_CONNECTION_REFUSED, RJ_RETRY_WITH_NEW_TOKEN },
    { G_IO_ERROR_TIMED_OUT, RJ_RETRY_WITH_NEW_TOKEN },
  };

  check_rows (RJ_ERROR, own, G_N_ELEMENTS (own));
  check_rows (RJ_RPC_ERROR, rpc, G_N_ELEMENTS (rpc));
  check_rows (RJ_HTTP_ERROR, http, G_N_ELEMENTS (http));
  check_rows (G_TLS_ERROR, tls, G_N_ELEMENTS (tls));
  check_rows (G_IO_ERROR, io, G_N_ELEMENTS (io));
}

static void
expect_word (GQuark domain, int code, const char *word)
{
  g_autoptr (GError) error = g_error_new (domain, code, "x");
  g_autofree char *got = rj_error_get_word (error);

  g_assert_cmpstr (got, ==, word);
}

static void
test_words_for_reports (void)
{
  expect_word (RJ_ERROR, RJ_ERROR_PROTOCOL, "protocol");
  expect_word (RJ_ERROR, RJ_ERROR_TIMEOUT, "timeout");
  expect_word (RJ_ERROR, RJ_ERROR_NO_MEDIA, "no-media");
  expect_word (RJ_ERROR, RJ_ERROR_CLOSED, "closed");
  expect_word (RJ_RPC_ERROR, 204, "rpc-204");
  expect_word (RJ_RPC_ERROR, -1, "rpc--1");
  expect_word (RJ_HTTP_ERROR, 500, "http-500");
  expect_word (G_IO_ERROR, G_IO_ERROR_CANCELLED, "g-io-error-quark-19");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/error/retry", test_what_follows_from_each_error);
  g_test_add_func ("/base/error/word", test_words_for_reports);
  return g_test_run ();
}
