/* Self-signed certificates, made while the test runs. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Valid from now for a day, for localhost and 127.0.0.1; its own CA. @pem: (out) (transfer full) (nullable):
 * the certificate alone, for a CA file. Returns: (transfer full) */
GTlsCertificate *rjt_certificate_new (char **pem);

G_END_DECLS
