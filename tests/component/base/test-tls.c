/* The system's certificate authorities as rj-tls hands them out: the same judgement as the backend's own, and nobody
 * for who asks for none. */
#include "rj-tls.h"
#include "rjt-certificate.h"

#define SYSTEM_FILE "/etc/ssl/certs/ca-certificates.crt"
#define SOME        20 /* certificates of the system's list to compare */

static GTlsCertificateFlags
judge (GTlsDatabase *database, GTlsCertificate *certificate)
{
  g_autoptr (GError) error = NULL;
  GTlsCertificateFlags faults =
    g_tls_database_verify_chain (database, certificate, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER,
                                 NULL, NULL, G_TLS_DATABASE_VERIFY_NONE, NULL, &error);

  g_assert_no_error (error);
  return faults;
}

static void
test_judgements (void)
{
  GTlsBackend *backend = g_tls_backend_get_default ();
  g_autoptr (GTlsDatabase) own = g_tls_backend_get_default_database (backend);
  g_autoptr (GTlsCertificate) unknown = rjt_certificate_new (NULL);
  GTlsDatabase *system = rj_tls_get_system_database ();
  g_autoptr (GTlsDatabase) nobody = g_tls_backend_get_default_database (backend);
  GList *list = g_tls_certificate_list_new_from_file (SYSTEM_FILE, NULL);
  guint n = 0;

  g_assert_true (own != nobody && system != nobody && system != own);
  g_assert_true (system == rj_tls_get_system_database ());
  g_assert_cmpuint (judge (system, unknown) & G_TLS_CERTIFICATE_UNKNOWN_CA, !=, 0);
  g_assert_cmpuint (judge (nobody, unknown), ==, G_TLS_CERTIFICATE_UNKNOWN_CA);
  for (GList *l = list; l != NULL && n < SOME; l = l->next, n++) {
    g_assert_cmpuint (judge (system, l->data), ==, judge (own, l->data));
    g_assert_cmpuint (judge (nobody, l->data), ==, G_TLS_CERTIFICATE_UNKNOWN_CA);
  }
  g_list_free_full (list, g_object_unref);
  rj_tls_trust_nobody ();
  g_assert_true (system == rj_tls_get_system_database ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/tls/judgements", test_judgements);
  return g_test_run ();
}
