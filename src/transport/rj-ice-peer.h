/* ICE + DTLS + SRTP without GStreamer: packets in, packets out. libnice, OpenSSL, libsrtp.
 *
 * Every peer belongs to one RjTransport (a main context that may run in a thread of its own, shared by many
 * peers; no thread per peer). All functions and all callbacks of a peer run in that context's thread, except
 * where said. The certificate (ECDSA P-256) is made once per process. */
#pragma once

#include <glib-object.h>

#include "rj-dtls.h" /* RjDtlsRole */

G_BEGIN_DECLS

typedef struct {
  char *ufrag;
  char *password;    /* secret */
  char *fingerprint; /* "AB:CD:…", SHA-256 */
} RjIceCredentials;

typedef struct {
  gboolean controlling;    /* ICE role */
  gboolean loopback_only;  /* gather on 127.0.0.1 only */
  const char *stun_server; /* (nullable) IP literal */
  guint stun_port;
  RjClock *clock; /* (nullable) for tests; NULL: the machine's */
} RjIcePeerConfig;

#define RJ_TYPE_ICE_PEER (rj_ice_peer_get_type ())
G_DECLARE_FINAL_TYPE (RjIcePeer, rj_ice_peer, RJ, ICE_PEER, GObject)

/* All called in the transport's context. @packet of rtp and rtcp is plain (decrypted), valid during the call,
 * and may be changed in place. */
typedef struct {
  /* "candidate:…"; comes from inside rj_ice_peer_gather() for local addresses */
  void (*candidate) (RjIcePeer *peer, const char *candidate, gpointer user_data);
  void (*gathering_done) (RjIcePeer *peer, gpointer user_data);
  void (*ice_connected) (RjIcePeer *peer, gpointer user_data);
  /* DTLS up, fingerprint checked, SRTP keyed */
  void (*connected) (RjIcePeer *peer, gpointer user_data);
  /* At most once: a wrong certificate, no way to the other side, not connected within 30 s of set_remote, or, once
   * connected, the other side said goodbye. Close it then. */
  void (*failed) (RjIcePeer *peer, const GError *error, gpointer user_data);
  void (*rtp) (RjIcePeer *peer, guint8 *packet, gsize size, gint64 at_us, gpointer user_data);
  void (*rtcp) (RjIcePeer *peer, guint8 *packet, gsize size, gint64 at_us, gpointer user_data);
} RjIcePeerCallbacks;

/* @context: where the peer lives; the thread-default main context of the caller's thread. Any callback may be NULL.
 * Returns: (transfer full) (nullable) */
RjIcePeer *rj_ice_peer_new (GMainContext *context,
                            const RjIcePeerConfig *config,
                            const RjIcePeerCallbacks *callbacks,
                            gpointer user_data,
                            GError **error);

/* Own ufrag, password and fingerprint, for the SDP. (transfer none) */
const RjIceCredentials *rj_ice_peer_get_local (RjIcePeer *self);

/* The other side's, from its SDP; candidates given earlier are kept until then. */
gboolean rj_ice_peer_set_remote (RjIcePeer *self,
                                 const RjIceCredentials *remote,
                                 RjDtlsRole own_role,
                                 GError **error);
gboolean rj_ice_peer_gather (RjIcePeer *self, GError **error);

/* @candidate: "candidate:…" line. Component 2, TCP, .local and garbage are ignored; FALSE says so. */
gboolean rj_ice_peer_add_candidate (RjIcePeer *self, const char *candidate);

/* Encrypts and sends; silently dropped before "connected". @packet is not changed. */
void rj_ice_peer_send_rtp (RjIcePeer *self, const guint8 *packet, gsize size);
void rj_ice_peer_send_rtcp (RjIcePeer *self, const guint8 *packet, gsize size);

/* The pair that packets take, as "candidate:…" lines; of a connected ICE. @local, @remote: (transfer full).
 * Returns: FALSE, with nothing set, when there is none */
gboolean rj_ice_peer_get_pair (RjIcePeer *self, char **local, char **remote);

gboolean rj_ice_peer_is_connected (RjIcePeer *self);
gint64 rj_ice_peer_get_last_packet_us (RjIcePeer *self);
/* Ends it: no callback after this. Asynchronous inside; call once from the context's thread. */
void rj_ice_peer_close (RjIcePeer *self);

/* Returns: how many ICE agents live in this process, with those of closed peers that are not wound up yet. Any
 * thread; for self-checks and tests. */
guint rj_ice_peer_count_agents (void);

/* One throw-away handshake in memory, so that the first real one is not the slow one (certificate, tables).
 * Any thread, once per process, before it reports ready. */
gboolean rj_transport_warm_up (GError **error);

G_END_DECLS
