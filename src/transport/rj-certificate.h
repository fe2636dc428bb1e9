/* The self-signed certificate of a DTLS endpoint (RFC 5763) and fingerprints (RFC 8122). Any thread.
 *
 * Identity in WebRTC is the fingerprint that signalling carries, so one certificate serves every peer of a
 * process. ECDSA P-256, valid for a month around now. */
#pragma once

#include <glib.h>
#include <openssl/ssl.h>

G_BEGIN_DECLS

typedef struct {
  X509 *x509;
  EVP_PKEY *key;     /* secret */
  char *fingerprint; /* "AB:CD:…", SHA-256 */
} RjCertificate;

/* The one of this process, made at the first call. Returns: (transfer none) (nullable): for ever */
const RjCertificate *rj_certificate_get (GError **error);

/* A fresh one, for tests. Returns: (transfer full) (nullable) */
RjCertificate *rj_certificate_new (GError **error);
void rj_certificate_free (RjCertificate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjCertificate, rj_certificate_free)

/* Returns: (transfer full) (nullable): "AB:CD:…", SHA-256 */
char *rj_certificate_get_fingerprint_of (X509 *x509);

/* Brings "sha-256 ab:cd:…" or "ab:cd:…" into our form.
 * Returns: (transfer full) (nullable): NULL with RJ_ERROR_PROTOCOL for another hash or garbage */
char *rj_fingerprint_normalize (const char *text, GError **error);

G_END_DECLS
