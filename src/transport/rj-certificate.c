#include "rj-certificate.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "rj-error.h"
#include "rj-openssl.h"

#define VALID_SECONDS     (30 * 24 * 3600)
#define FINGERPRINT_BYTES 32 /* SHA-256 */

static char *
format_fingerprint (const guint8 *digest, guint size)
{
  GString *text = g_string_sized_new (size * 3);

  for (guint i = 0; i < size; i++)
    g_string_append_printf (text, "%s%02X", i == 0 ? "" : ":", digest[i]);
  return g_string_free (text, FALSE);
}

char *
rj_certificate_get_fingerprint_of (X509 *x509)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;

  if (X509_digest (x509, EVP_sha256 (), digest, &size) != 1)
    return NULL;
  return format_fingerprint (digest, size);
}

static gboolean
fill_in (X509 *x509, EVP_PKEY *key)
{
  guint64 serial = 0;
  X509_NAME *name = X509_get_subject_name (x509);

  if (RAND_bytes ((guint8 *) &serial, sizeof serial) != 1)
    return FALSE;
  return X509_set_version (x509, 2) == 1 &&
         ASN1_INTEGER_set_uint64 (X509_get_serialNumber (x509), serial >> 1 | 1) == 1 &&
         X509_gmtime_adj (X509_getm_notBefore (x509), -24 * 3600) != NULL &&
         X509_gmtime_adj (X509_getm_notAfter (x509), VALID_SECONDS) != NULL &&
         X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC, (const guint8 *) "WebRTC", -1, -1,
                                     0) == 1 &&
         X509_set_issuer_name (x509, name) == 1 && X509_set_pubkey (x509, key) == 1 &&
         X509_sign (x509, key, EVP_sha256 ()) != 0;
}

RjCertificate *
rj_certificate_new (GError **error)
{
  g_autoptr (RjCertificate) self = g_new0 (RjCertificate, 1);

  self->key = EVP_EC_gen ("P-256");
  self->x509 = X509_new ();
  if (self->key == NULL || self->x509 == NULL || !fill_in (self->x509, self->key)) {
    rj_openssl_set_error (error, "cannot make a DTLS certificate");
    return NULL;
  }
  self->fingerprint = rj_certificate_get_fingerprint_of (self->x509);
  return g_steal_pointer (&self);
}

void
rj_certificate_free (RjCertificate *self)
{
  g_clear_pointer (&self->x509, X509_free);
  g_clear_pointer (&self->key, EVP_PKEY_free);
  g_clear_pointer (&self->fingerprint, g_free);
  g_free (self);
}

const RjCertificate *
rj_certificate_get (GError **error)
{
  static GMutex mutex;
  static RjCertificate *certificate; /* protected by mutex until set, constant after */
  const RjCertificate *result;

  g_mutex_lock (&mutex);
  if (certificate == NULL)
    certificate = rj_certificate_new (error);
  result = certificate;
  g_mutex_unlock (&mutex);
  return result;
}

char *
rj_fingerprint_normalize (const char *text, GError **error)
{
  const char *digits = text;
  guint8 digest[FINGERPRINT_BYTES];

  if (g_ascii_strncasecmp (digits, "sha-256 ", 8) == 0)
    digits += 8;
  for (guint i = 0; i < FINGERPRINT_BYTES; i++) {
    const char *pair = digits + 3 * i;
    int high = g_ascii_xdigit_value (pair[0]);
    int low = high < 0 ? -1 : g_ascii_xdigit_value (pair[1]);

    if (low < 0 || pair[2] != (i + 1 < FINGERPRINT_BYTES ? ':' : '\0')) {
      g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "not a SHA-256 fingerprint: \"%.120s\"",
                   text);
      return NULL;
    }
    digest[i] = (guint8) (high << 4 | low);
  }
  return format_fingerprint (digest, FINGERPRINT_BYTES);
}
