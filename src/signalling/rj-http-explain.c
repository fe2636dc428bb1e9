#include "rj-http-session.h"

#include "rj-error.h"

char *
rj_http_show_url (const char *url)
{
  g_autoptr (GUri) parsed = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);

  if (parsed == NULL)
    return g_strndup (url, strcspn (url, "?#"));
  return g_uri_to_string_partial (parsed,
                                  G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY | G_URI_HIDE_FRAGMENT);
}

static const char *
describe_certificate (GTlsCertificateFlags faults)
{
  if (faults & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return "it was issued for another host name";
  if (faults & G_TLS_CERTIFICATE_EXPIRED)
    return "it has expired";
  if (faults & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return "it is not valid yet; check the clock";
  if (faults & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return "it is self-signed or its issuer is unknown";
  return "it cannot be verified";
}

static GError *
explain_tls (const GError *error, const char *url, SoupMessage *message)
{
  GTlsCertificateFlags faults =
    message == NULL ? 0 : soup_message_get_tls_peer_certificate_errors (message);

  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE) || faults != 0)
    return g_error_new (
      G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE,
      "%s: the TLS certificate is not trusted (%s): name its CA with --ca FILE, or "
      "accept any certificate with --insecure",
      url, describe_certificate (faults));
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    return g_error_new (
      G_TLS_ERROR, G_TLS_ERROR_NOT_TLS,
      "%s: the server does not speak TLS there: use http:// (ws://), or another port", url);
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_UNAVAILABLE))
    return g_error_new (RJ_ERROR, RJ_ERROR_ENVIRONMENT,
                        "%s: GLib has no TLS here: install the package glib-networking", url);
  /* a handshake that broke off: the server went away, or does not know TLS */
  return g_error_new (RJ_ERROR, RJ_ERROR_UNREACHABLE,
                      "%s: the TLS handshake broke off (%s): is it an https server?", url,
                      error->message);
}

static const char *
get_remedy (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return "nobody listens there (connection refused): is the server running, is the port right?";
  if (error->domain == G_RESOLVER_ERROR ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND))
    return "the host name is not known: check the URL and the DNS";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE))
    return "no route to the host: check the network and the firewall";
  return NULL;
}

GError *
rj_http_explain (const GError *error, const char *url, SoupMessage *message)
{
  g_autofree char *shown = rj_http_show_url (url);
  const char *remedy = get_remedy (error);
  gboolean is_plain = g_str_has_prefix (url, "http:") || g_str_has_prefix (url, "ws:");

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || error->domain == RJ_ERROR ||
      error->domain == RJ_HTTP_ERROR)
    return g_error_copy (error);
  if (error->domain == G_TLS_ERROR)
    return explain_tls (error, shown, message);
  if (remedy != NULL)
    return g_error_new (RJ_ERROR, RJ_ERROR_UNREACHABLE, "%s: %s", shown, remedy);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return g_error_new (RJ_ERROR, RJ_ERROR_TIMEOUT, "%s: no answer from the host", shown);
  return g_error_new (RJ_ERROR, RJ_ERROR_UNREACHABLE,
                      "%s: the connection broke before the answer came (%s)%s", shown,
                      error->message, is_plain ? ": does the server want https there?" : "");
}
