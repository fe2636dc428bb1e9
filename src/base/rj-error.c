#include "rj-error.h"

#include <gio/gio.h>

G_DEFINE_QUARK (rj_error, rj_error)
G_DEFINE_QUARK (rj_rpc_error, rj_rpc_error)
G_DEFINE_QUARK (rj_http_error, rj_http_error)

static const char *const error_words[] = {
  [RJ_ERROR_PROTOCOL] = "protocol",       [RJ_ERROR_TIMEOUT] = "timeout",
  [RJ_ERROR_UNREACHABLE] = "unreachable", [RJ_ERROR_REJECTED] = "rejected",
  [RJ_ERROR_NO_MEDIA] = "no-media",       [RJ_ERROR_USAGE] = "usage",
  [RJ_ERROR_ENVIRONMENT] = "environment", [RJ_ERROR_LOST] = "lost",
  [RJ_ERROR_CLOSED] = "closed",
};

static RjRetry
get_retry_of_rpc (int code)
{
  switch (code) {
  case 202: /* session not found: created again by the next token */
  case 203: /* session is closing */
  case 401: /* token burned */
    return RJ_RETRY_WITH_NEW_TOKEN;
  case 204: /* no media node yet */
    return RJ_RETRY_LATER;
  default:
    return RJ_RETRY_WITH_NEW_TOKEN;
  }
}

static RjRetry
get_retry_of_http (int status)
{
  /* 404: the session vanished between two REST calls; 5xx: the server is away or starting */
  if (status == 404 || status == 408 || status == 409 || status == 429 || status >= 500)
    return RJ_RETRY_WITH_NEW_TOKEN;
  return RJ_RETRY_NEVER;
}

/* A server that is killed inside a handshake ends it with EOF or a broken handshake: it will be back. What a
 * person must repair is not tried again. */
static RjRetry
get_retry_of_tls (int code)
{
  switch (code) {
  case G_TLS_ERROR_BAD_CERTIFICATE:
  case G_TLS_ERROR_CERTIFICATE_REQUIRED:
  case G_TLS_ERROR_NOT_TLS:
  case G_TLS_ERROR_UNAVAILABLE:
    return RJ_RETRY_NEVER;
  default:
    return RJ_RETRY_WITH_NEW_TOKEN;
  }
}

gboolean
rj_error_refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, RJ_ERROR, RJ_ERROR_USAGE, sentence);
  return FALSE;
}

RjRetry
rj_error_get_retry (const GError *error)
{
  g_return_val_if_fail (error != NULL, RJ_RETRY_NEVER);

  if (error->domain == RJ_RPC_ERROR)
    return get_retry_of_rpc (error->code);
  if (error->domain == RJ_HTTP_ERROR)
    return get_retry_of_http (error->code);
  if (error->domain == G_TLS_ERROR)
    return get_retry_of_tls (error->code);
  if (g_error_matches (error, RJ_ERROR, RJ_ERROR_USAGE) ||
      g_error_matches (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT) ||
      g_error_matches (error, RJ_ERROR, RJ_ERROR_CLOSED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return RJ_RETRY_NEVER;
  return RJ_RETRY_WITH_NEW_TOKEN;
}

char *
rj_error_get_word (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (error->domain == RJ_ERROR && error->code >= 0 &&
      error->code < (int) G_N_ELEMENTS (error_words))
    return g_strdup (error_words[error->code]);
  if (error->domain == RJ_RPC_ERROR)
    return g_strdup_printf ("rpc-%d", error->code);
  if (error->domain == RJ_HTTP_ERROR)
    return g_strdup_printf ("http-%d", error->code);
  return g_strdup_printf ("%s-%d", g_quark_to_string (error->domain), error->code);
}
