#include "rjt-certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

static void
add_extension (X509 *x509, int nid, const char *value)
{
  X509V3_CTX context;
  X509_EXTENSION *extension;

  X509V3_set_ctx_nodb (&context);
  X509V3_set_ctx (&context, x509, x509, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  g_assert (extension != NULL);
  X509_add_ext (x509, extension, -1);
  X509_EXTENSION_free (extension);
}

static X509 *
make_x509 (EVP_PKEY *key)
{
  X509 *x509 = X509_new ();
  X509_NAME *name;

  X509_set_version (x509, 2);
  ASN1_INTEGER_set (X509_get_serialNumber (x509), 1);
  X509_gmtime_adj (X509_getm_notBefore (x509), -3600);
  X509_gmtime_adj (X509_getm_notAfter (x509), 24 * 3600);
  X509_set_pubkey (x509, key);
  name = X509_get_subject_name (x509);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const unsigned char *) "rejoin test", -1,
                              -1, 0);
  X509_set_issuer_name (x509, name);
  add_extension (x509, NID_basic_constraints, "critical,CA:TRUE");
  add_extension (x509, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
  g_assert_cmpint (X509_sign (x509, key, EVP_sha256 ()), >, 0);
  return x509;
}

static char *
read_memory (BIO *bio)
{
  char *data = NULL;
  long length = BIO_get_mem_data (bio, &data);
  char *text = g_strndup (data, length);

  BIO_free (bio);
  return text;
}

GTlsCertificate *
rjt_certificate_new (char **pem)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *x509 = make_x509 (key);
  BIO *public_bio = BIO_new (BIO_s_mem ());
  BIO *private_bio = BIO_new (BIO_s_mem ());
  g_autofree char *public_pem = NULL;
  g_autofree char *private_pem = NULL;
  g_autofree char *both = NULL;
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate;

  PEM_write_bio_X509 (public_bio, x509);
  PEM_write_bio_PrivateKey (private_bio, key, NULL, NULL, 0, NULL, NULL);
  public_pem = read_memory (public_bio);
  private_pem = read_memory (private_bio);
  both = g_strconcat (public_pem, private_pem, NULL);
  certificate = g_tls_certificate_new_from_pem (both, -1, &error);
  g_assert_no_error (error);
  if (pem != NULL)
    *pem = g_steal_pointer (&public_pem);
  X509_free (x509);
  EVP_PKEY_free (key);
  return certificate;
}
