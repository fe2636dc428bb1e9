#include "rj-http-session.h"

#include "rj-error.h"
#include "rj-proxy-resolver.h"
#include "rj-tls.h"

#define IDLE_TIMEOUT_S 15

static GQuark
get_insecure_quark (void)
{
  return g_quark_from_static_string ("rj-http-insecure");
}

/* The system's authorities are read when the first request needs them */
static void
on_queued (SoupSession *session, SoupMessage *message, gpointer unused)
{
  const char *scheme = g_uri_get_scheme (soup_message_get_uri (message));

  if (!g_str_equal (scheme, "https") && !g_str_equal (scheme, "wss"))
    return;
  soup_session_set_tls_database (session, rj_tls_get_system_database ());
  g_signal_handlers_disconnect_by_func (session, on_queued, NULL);
}

SoupSession *
rj_http_session_new (guint n_participants,
                     const char *ca_file,
                     gboolean insecure,
                     const char *user_agent,
                     GError **error)
{
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GProxyResolver) proxies = rj_proxy_resolver_new (g_proxy_resolver_get_default ());
  g_autoptr (SoupSession) session = NULL;
  g_autoptr (GError) problem = NULL;
  const int n_connections = MAX ((int) n_participants * 2, 16);

  if (ca_file != NULL) {
    g_autofree char *absolute = g_canonicalize_filename (ca_file, NULL);

    database = g_tls_file_database_new (absolute, &problem);
    if (database == NULL) {
      g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                   "the CA file %s cannot be used (%s): give a readable PEM file to --ca", ca_file,
                   problem->message);
      return NULL;
    }
  }
  session = soup_session_new_with_options (
    "max-conns", n_connections, "max-conns-per-host", n_connections, "idle-timeout", IDLE_TIMEOUT_S,
    "user-agent", user_agent == NULL ? "rejoin/" RJ_VERSION : user_agent, "proxy-resolver", proxies,
    NULL);
  rj_tls_trust_nobody ();
  if (database != NULL)
    soup_session_set_tls_database (session, database);
  else if (!insecure)
    g_signal_connect (session, "request-queued", G_CALLBACK (on_queued), NULL);
  if (insecure)
    g_object_set_qdata (G_OBJECT (session), get_insecure_quark (), GINT_TO_POINTER (1));
  return g_steal_pointer (&session);
}

static gboolean
accept_any (SoupMessage *message,
            GTlsCertificate *certificate,
            GTlsCertificateFlags faults,
            gpointer unused)
{
  return TRUE;
}

SoupMessage *
rj_http_message_new (SoupSession *session, const char *method, const char *url, GError **error)
{
  g_autoptr (SoupMessage) message = soup_message_new (method, url);

  if (message == NULL || g_uri_get_host (soup_message_get_uri (message)) == NULL) {
    g_autofree char *shown = rj_http_show_url (url);

    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "%s is not a URL: write it as https://host:port",
                 shown);
    return NULL;
  }
  soup_message_add_flags (message, SOUP_MESSAGE_NEW_CONNECTION | SOUP_MESSAGE_NO_REDIRECT);
  if (g_object_get_qdata (G_OBJECT (session), get_insecure_quark ()) != NULL)
    g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_any), NULL);
  return g_steal_pointer (&message);
}
