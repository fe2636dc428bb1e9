/* A DTLS 1.2 association that keys SRTP (RFC 5764), without sockets: datagrams in, datagrams out. The thread of
 * its owner only, whose thread-default main context runs the timers of the clock.
 *
 * The other side's certificate must have the fingerprint that signalling carried; otherwise the handshake ends
 * with an alert and "failed" says so. Lost flights are sent again after 100 ms, doubled up to 2 s, a dozen times.
 * Callbacks may call any function of this type, also drop the last reference. */
#pragma once

#include <glib-object.h>

#include "rj-clock.h"
#include "rj-srtp.h"

G_BEGIN_DECLS

/* DTLS role (RFC 5763): active connects (client), passive accepts (server) */
typedef enum {
  RJ_DTLS_ACTIVE,
  RJ_DTLS_PASSIVE,
} RjDtlsRole;

#define RJ_TYPE_DTLS (rj_dtls_get_type ())
G_DECLARE_FINAL_TYPE (RjDtls, rj_dtls, RJ, DTLS, GObject)

/* @failed comes at most once, also after @connected (when the other side ends the association); nothing comes
 * after it. @keys are valid during the call. */
typedef struct {
  void (*send) (RjDtls *dtls, const guint8 *datagram, gsize size, gpointer user_data);
  void (*connected) (RjDtls *dtls, const RjSrtpKeys *keys, gpointer user_data);
  void (*failed) (RjDtls *dtls, const GError *error, gpointer user_data);
} RjDtlsCallbacks;

/* @remote_fingerprint: "AB:CD:…", SHA-256, in any case. Returns: (transfer full) (nullable) */
RjDtls *rj_dtls_new (RjDtlsRole role,
                     const char *remote_fingerprint,
                     RjClock *clock,
                     const RjDtlsCallbacks *callbacks,
                     gpointer user_data,
                     GError **error);

/* Active: sends the first flight. Passive: nothing to do yet. Call once. */
void rj_dtls_start (RjDtls *self);

/* A datagram from the other side, whole. Anything may be in it. */
void rj_dtls_take_datagram (RjDtls *self, const guint8 *datagram, gsize size);

/* Says goodbye if connected (close_notify) and falls silent: no callback after this returns. */
void rj_dtls_close (RjDtls *self);

G_END_DECLS
