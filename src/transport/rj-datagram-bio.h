/* An OpenSSL BIO that keeps the bounds of datagrams, which its memory BIO does not: one datagram at a time in, a
 * queue of datagrams out. Private to this layer; one thread. */
#pragma once

#include <glib.h>
#include <openssl/bio.h>

G_BEGIN_DECLS

/* Returns: (transfer full) (nullable) */
BIO *rj_datagram_bio_new (guint mtu_bytes);

/* What the next read returns; @datagram must stay until it was read or replaced. NULL: nothing to read */
void rj_datagram_bio_set_input (BIO *bio, const guint8 *datagram, gsize size);

/* Returns: (transfer full) (nullable): the oldest datagram that was written */
GBytes *rj_datagram_bio_pop_output (BIO *bio);

G_END_DECLS
