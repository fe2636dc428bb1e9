#include "rj-dtls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "rj-certificate.h"
#include "rj-datagram-bio.h"
#include "rj-error.h"
#include "rj-openssl.h"
#include "rj-states.h"

#define MTU_BYTES        1200
#define FIRST_TIMEOUT_US (100 * 1000)
#define MAX_TIMEOUT_US   (2 * 1000 * 1000)
#define EXPORTER_LABEL   "EXTRACTOR-dtls_srtp" /* RFC 5764, 4.2 */

/* new → handshaking → connected → ended; any → ended */
typedef enum {
  STATE_NEW,
  STATE_HANDSHAKING,
  STATE_CONNECTED,
  STATE_ENDED,
} State;

#define TO(s) RJ_STATE_BIT (STATE_##s)

static const RjStateRow states[] = {
  [STATE_NEW] = { "new", TO (HANDSHAKING) | TO (ENDED) },
  [STATE_HANDSHAKING] = { "handshaking", TO (CONNECTED) | TO (ENDED) },
  [STATE_CONNECTED] = { "connected", TO (ENDED) },
  [STATE_ENDED] = { "ended", 0 },
};

struct _RjDtls {
  GObject parent_instance;

  RjDtlsRole role;
  State state;
  char *remote_fingerprint;
  char *seen_fingerprint; /* (nullable) of a certificate that was refused */
  RjClock *clock;
  RjTimer *retransmission;
  SSL *ssl;
  BIO *bio; /* owned by ssl */
  RjDtlsCallbacks callbacks;
  gpointer user_data;
};

G_DEFINE_FINAL_TYPE (RjDtls, rj_dtls, G_TYPE_OBJECT)

static gboolean
move (RjDtls *self, State to)
{
  if (!rj_states_allow (states, G_N_ELEMENTS (states), self->state, to))
    return FALSE;
  g_debug ("dtls %p: %s -> %s", (void *) self, states[self->state].name, states[to].name);
  self->state = to;
  return TRUE;
}

/* --- one SSL_CTX per process --- */

static int
on_verify (X509_STORE_CTX *store, void *unused)
{
  SSL *ssl = X509_STORE_CTX_get_ex_data (store, SSL_get_ex_data_X509_STORE_CTX_idx ());
  RjDtls *self = SSL_get_app_data (ssl);
  X509 *x509 = X509_STORE_CTX_get0_cert (store);
  g_autofree char *fingerprint = x509 == NULL ? NULL : rj_certificate_get_fingerprint_of (x509);

  if (g_strcmp0 (fingerprint, self->remote_fingerprint) == 0) {
    X509_STORE_CTX_set_error (store, X509_V_OK);
    return 1;
  }
  g_free (self->seen_fingerprint);
  self->seen_fingerprint = g_steal_pointer (&fingerprint);
  X509_STORE_CTX_set_error (store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

static SSL_CTX *
make_context (GError **error)
{
  const RjCertificate *certificate = rj_certificate_get (error);
  SSL_CTX *context;

  if (certificate == NULL)
    return NULL;
  context = SSL_CTX_new (DTLS_method ());
  if (context != NULL && SSL_CTX_set_min_proto_version (context, DTLS1_2_VERSION) == 1 &&
      SSL_CTX_use_certificate (context, certificate->x509) == 1 &&
      SSL_CTX_use_PrivateKey (context, certificate->key) == 1 &&
      SSL_CTX_set_cipher_list (context, "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES") == 1 &&
      SSL_CTX_set1_groups_list (context, "X25519:P-256:P-384") == 1 &&
      SSL_CTX_set_tlsext_use_srtp (context, "SRTP_AES128_CM_SHA1_80") == 0) {
    SSL_CTX_set_options (context, SSL_OP_NO_TICKET | SSL_OP_NO_QUERY_MTU | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode (context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify (context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback (context, on_verify, NULL);
    return context;
  }
  rj_openssl_set_error (error, "cannot set up DTLS");
  SSL_CTX_free (context);
  return NULL;
}

static SSL_CTX *
get_context (GError **error)
{
  static GMutex mutex;
  static SSL_CTX *context; /* protected by mutex until set, constant after */
  SSL_CTX *result;

  g_mutex_lock (&mutex);
  if (context == NULL)
    context = make_context (error);
  result = context;
  g_mutex_unlock (&mutex);
  return result;
}

/* --- one association --- */

static unsigned int
on_next_timeout (SSL *ssl, unsigned int last_us)
{
  return last_us == 0 ? FIRST_TIMEOUT_US : MIN (last_us * 2, MAX_TIMEOUT_US);
}

static void
fail (RjDtls *self, const GError *error)
{
  rj_clock_cancel_timer (self->clock, &self->retransmission);
  if (move (self, STATE_ENDED))
    self->callbacks.failed (self, error, self->user_data);
}

static void
flush (RjDtls *self)
{
  GBytes *datagram;

  while ((datagram = rj_datagram_bio_pop_output (self->bio)) != NULL) {
    gsize size;
    const guint8 *data = g_bytes_get_data (datagram, &size);

    if (self->state != STATE_ENDED)
      self->callbacks.send (self, data, size, self->user_data);
    g_bytes_unref (datagram);
  }
}

static gboolean
export_keys (RjDtls *self, RjSrtpKeys *keys, GError **error)
{
  guint8 material[2 * (RJ_SRTP_KEY_SIZE + RJ_SRTP_SALT_SIZE)];
  guint8 *client = self->role == RJ_DTLS_ACTIVE ? keys->own : keys->remote;
  guint8 *server = self->role == RJ_DTLS_ACTIVE ? keys->remote : keys->own;
  const guint8 *salts = material + 2 * RJ_SRTP_KEY_SIZE;

  if (SSL_get_selected_srtp_profile (self->ssl) == NULL) {
    g_set_error_literal (error, RJ_ERROR, RJ_ERROR_NO_MEDIA,
                         "DTLS: the other side does not do SRTP_AES128_CM_SHA1_80");
    return FALSE;
  }
  if (SSL_export_keying_material (self->ssl, material, sizeof material, EXPORTER_LABEL,
                                  strlen (EXPORTER_LABEL), NULL, 0, 0) != 1) {
    rj_openssl_set_error (error, "DTLS: no SRTP keys");
    return FALSE;
  }
  memcpy (client, material, RJ_SRTP_KEY_SIZE);
  memcpy (server, material + RJ_SRTP_KEY_SIZE, RJ_SRTP_KEY_SIZE);
  memcpy (client + RJ_SRTP_KEY_SIZE, salts, RJ_SRTP_SALT_SIZE);
  memcpy (server + RJ_SRTP_KEY_SIZE, salts + RJ_SRTP_SALT_SIZE, RJ_SRTP_SALT_SIZE);
  OPENSSL_cleanse (material, sizeof material);
  return TRUE;
}

static void
finish_handshake (RjDtls *self)
{
  RjSrtpKeys keys;
  g_autoptr (GError) error = NULL;

  if (!export_keys (self, &keys, &error))
    fail (self, error);
  else if (move (self, STATE_CONNECTED))
    self->callbacks.connected (self, &keys, self->user_data);
  OPENSSL_cleanse (&keys, sizeof keys);
}

static void
fail_with_reason (RjDtls *self, const char *what)
{
  g_autoptr (GError) error = NULL;

  if (self->seen_fingerprint != NULL) {
    ERR_clear_error ();
    g_set_error (
      &error, RJ_ERROR, RJ_ERROR_NO_MEDIA,
      "DTLS: the certificate of the other side has the fingerprint %s, signalling said %s",
      self->seen_fingerprint, self->remote_fingerprint);
  } else {
    rj_openssl_set_error (&error, what);
  }
  fail (self, error);
}

static void
end_by_remote (RjDtls *self)
{
  g_autoptr (GError) error =
    g_error_new_literal (RJ_ERROR, RJ_ERROR_NO_MEDIA, "DTLS: the other side said goodbye");

  fail (self, error);
}

static void step (RjDtls *self);

static void
on_retransmission_due (gpointer user_data)
{
  g_autoptr (RjDtls) self = g_object_ref (user_data);
  int result;

  self->retransmission = NULL;
  ERR_clear_error ();
  result = DTLSv1_handle_timeout (self->ssl);
  flush (self);
  if (self->state == STATE_ENDED)
    return;
  if (result < 0)
    fail_with_reason (self, "DTLS: no answer");
  else
    step (self);
}

static void
arm_timer (RjDtls *self)
{
  struct timeval left = { 0 };

  rj_clock_cancel_timer (self->clock, &self->retransmission);
  if (self->state != STATE_ENDED && DTLSv1_get_timeout (self->ssl, &left) == 1)
    self->retransmission =
      rj_clock_start_timer (self->clock, (gint64) left.tv_sec * G_USEC_PER_SEC + left.tv_usec,
                            on_retransmission_due, self);
}

/* Data inside the association is not expected and not used; reading drives the state machine, repeats our last
 * flight when the other side asks, and finds the end. */
static int
read_away (RjDtls *self)
{
  guint8 unused[2048];
  int result;

  do {
    result = SSL_read (self->ssl, unused, sizeof unused);
  } while (result > 0);
  return result;
}

/* Lets OpenSSL do what it can. @self must be held by the caller. */
static void
step (RjDtls *self)
{
  int result;

  ERR_clear_error ();
  result = self->state == STATE_HANDSHAKING ? SSL_do_handshake (self->ssl) : read_away (self);
  if (result <= 0)
    result = SSL_get_error (self->ssl, result);
  else
    result = SSL_ERROR_NONE;
  flush (self);
  if (self->state == STATE_HANDSHAKING && result == SSL_ERROR_NONE)
    finish_handshake (self);
  else if (result == SSL_ERROR_ZERO_RETURN)
    end_by_remote (self);
  else if (result == SSL_ERROR_SSL || result == SSL_ERROR_SYSCALL)
    fail_with_reason (self, "DTLS");
  arm_timer (self);
}

RjDtls *
rj_dtls_new (RjDtlsRole role,
             const char *remote_fingerprint,
             RjClock *clock,
             const RjDtlsCallbacks *callbacks,
             gpointer user_data,
             GError **error)
{
  SSL_CTX *context = get_context (error);
  g_autoptr (RjDtls) self = NULL;

  if (context == NULL)
    return NULL;
  self = g_object_new (RJ_TYPE_DTLS, NULL);
  self->role = role;
  self->clock = g_object_ref (clock);
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->remote_fingerprint = rj_fingerprint_normalize (remote_fingerprint, error);
  if (self->remote_fingerprint == NULL)
    return NULL;
  self->ssl = SSL_new (context);
  self->bio = rj_datagram_bio_new (MTU_BYTES);
  if (self->ssl == NULL || self->bio == NULL) {
    rj_openssl_set_error (error, "cannot start DTLS");
    return NULL;
  }
  SSL_set_bio (self->ssl, self->bio, self->bio);
  SSL_set_app_data (self->ssl, self);
  SSL_set_mtu (self->ssl, MTU_BYTES);
  DTLS_set_timer_cb (self->ssl, on_next_timeout);
  if (role == RJ_DTLS_ACTIVE)
    SSL_set_connect_state (self->ssl);
  else
    SSL_set_accept_state (self->ssl);
  return g_steal_pointer (&self);
}

void
rj_dtls_start (RjDtls *self)
{
  g_return_if_fail (RJ_IS_DTLS (self));

  if (!move (self, STATE_HANDSHAKING))
    return;
  g_object_ref (self);
  step (self);
  g_object_unref (self);
}

void
rj_dtls_take_datagram (RjDtls *self, const guint8 *datagram, gsize size)
{
  g_return_if_fail (RJ_IS_DTLS (self));

  if (self->state == STATE_NEW || self->state == STATE_ENDED)
    return;
  g_object_ref (self);
  rj_datagram_bio_set_input (self->bio, datagram, size);
  step (self);
  rj_datagram_bio_set_input (self->bio, NULL, 0);
  g_object_unref (self);
}

void
rj_dtls_close (RjDtls *self)
{
  g_return_if_fail (RJ_IS_DTLS (self));

  g_object_ref (self);
  rj_clock_cancel_timer (self->clock, &self->retransmission);
  if (self->state == STATE_CONNECTED) {
    ERR_clear_error ();
    SSL_shutdown (self->ssl);
    ERR_clear_error ();
    flush (self);
  }
  move (self, STATE_ENDED);
  g_object_unref (self);
}

static void
rj_dtls_dispose (GObject *object)
{
  RjDtls *self = RJ_DTLS (object);

  if (self->clock != NULL)
    rj_clock_cancel_timer (self->clock, &self->retransmission);
  self->state = STATE_ENDED;
  G_OBJECT_CLASS (rj_dtls_parent_class)->dispose (object);
}

static void
rj_dtls_finalize (GObject *object)
{
  RjDtls *self = RJ_DTLS (object);

  g_clear_pointer (&self->ssl, SSL_free); /* and the bio with it */
  g_clear_object (&self->clock);
  g_free (self->remote_fingerprint);
  g_free (self->seen_fingerprint);
  G_OBJECT_CLASS (rj_dtls_parent_class)->finalize (object);
}

static void
rj_dtls_class_init (RjDtlsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rj_dtls_dispose;
  G_OBJECT_CLASS (klass)->finalize = rj_dtls_finalize;
}

static void
rj_dtls_init (RjDtls *self)
{
}
