/* One peer connection that sends or receives one stream, whatever engine carries it (webrtcbin first).
 * Home thread only.
 *
 * Life: new → create_offer → (offer goes to the server) → set_answer → connected → close; or, of one that was
 * made to answer: new → (offer comes from the server) → accept_offer → (answer goes to the server) → connected →
 * close. Never renegotiated, never repaired: a changed stream is a new peer. The owner closes it; close returns
 * at once, the pipeline is torn down by the reaper.
 *
 * Stamps are CLOCK_MONOTONIC microseconds taken on the thread where the thing happened. */
#pragma once

#include <gio/gio.h>

#include "rj-blackhole.h"
#include "rj-round-trip.h"
#include "rj-clip.h"
#include "rj-tap.h"

G_BEGIN_DECLS

typedef enum {
  RJ_DIRECTION_SEND,
  RJ_DIRECTION_RECEIVE,
} RjDirection;

#define RJ_TYPE_PEER (rj_peer_get_type ())
G_DECLARE_INTERFACE (RjPeer, rj_peer, RJ, PEER, GObject)

/* Signals, emitted at home, none after rj_peer_close():
 *   "candidate"       (guint mline, const char *mid, const char *candidate)   local candidate to trickle
 *   "ice-connected"   (gint64 at_us, const char *local, const char *remote)
 *                     candidates of the chosen pair, "host/udp": type (host, srflx, prflx, relay) and protocol;
 *                     of a local relay that between us and the TURN server
 *   "dtls-connected"  (gint64 at_us)
 *   "first-packet"    (gint64 at_us)      receiving only
 *   "first-key-frame" (gint64 at_us)      first complete key frame; audio only: first packet
 *   "frame-gap"       (const RjGap *gap)  a gap between complete frames above the limit has ended
 *   "picture-checked" (const RjPictureCheck *check)   --decode looked at this one
 *   "detected"        (const char *detector, gint64 at_us)   a connection that was up is lost, and "failed"
 *                     follows: "icmp", "ice-failed"
 *   "failed"          (const GError *error)   ICE failed, DTLS failed (RJ_ERROR_NO_MEDIA), port closed
 *                     (RJ_ERROR_UNREACHABLE), wrong certificate (RJ_ERROR_PROTOCOL), GStreamer error. Not
 *                     while an offer or answer is under way: that call ends with the error then
 *
 * No "candidate" before create_offer_finish() or accept_offer_finish() was called, so that the SDP can be sent
 * first. */

/* What the decoded picture looked like for about a second. */
typedef struct {
  gboolean ok; /* frames were decoded, not black, moving, the counter right where it is known */
  gboolean black;
  gboolean moving;
  /* the picture's counter is the stamp's frame number modulo the clip, in every frame. TRUE as well for
   * publishers that are not ours */
  gboolean counter_ok;
  guint frames; /* decoded */
  char *detail; /* (nullable) what was wrong, a sentence */
} RjPictureCheck;

/* Defined below */
typedef struct _RjPeerConfig RjPeerConfig;

struct _RjPeerInterface {
  GTypeInterface parent;

  void (*create_offer_async) (RjPeer *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
  char *(*create_offer_finish) (RjPeer *self, GAsyncResult *result, GError **error);
  void (*set_answer_async) (RjPeer *self,
                            const char *sdp,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
  gboolean (*set_answer_finish) (RjPeer *self, GAsyncResult *result, GError **error);
  void (*accept_offer_async) (RjPeer *self,
                              const char *sdp,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
  char *(*accept_offer_finish) (RjPeer *self, GAsyncResult *result, GError **error);
  void (*add_candidate) (RjPeer *self, guint mline, const char *mid, const char *candidate);
  RjTap *(*get_tap) (RjPeer *self);
  gboolean (*is_open) (RjPeer *self);
  void (*close) (RjPeer *self);
  gint64 (*get_last_rtcp_us) (RjPeer *self);               /* NULL: always 0 */
  void (*get_round_trip) (RjPeer *self, RjRoundTrip *out); /* NULL: never any */
  gboolean (*assign) (RjPeer *self, const RjPeerConfig *config, GError **error);
  void (*set_muted) (RjPeer *self, gboolean audio, gboolean video);
};

/* For a peer that was made ahead, once, before its offer is asked for: @config is what it would have been
 * made with now; publisher, frame interval and ICE servers are taken from it. Returns: FALSE: it is of no
 * use */
gboolean rj_peer_assign (RjPeer *self, const RjPeerConfig *config, GError **error);

/* Returns the offer (SDP text without candidates). For senders it contains the SSRCs. */
void rj_peer_create_offer_async (RjPeer *self,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
char *rj_peer_create_offer_finish (RjPeer *self, GAsyncResult *result, GError **error);

/* Errors: RJ_ERROR_PROTOCOL: garbage, wrong number of m-lines, no fingerprint; RJ_ERROR_NO_MEDIA: video
 * refused (m=video 0), no VP8 in the answer. The text says what the answer lacks. */
void rj_peer_set_answer_async (RjPeer *self,
                               const char *sdp,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean rj_peer_set_answer_finish (RjPeer *self, GAsyncResult *result, GError **error);

/* Of a peer that was made to answer: takes the server's offer and returns the answer to it (SDP text without
 * candidates). Errors as of set_answer. */
void rj_peer_accept_offer_async (RjPeer *self,
                                 const char *sdp,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
char *rj_peer_accept_offer_finish (RjPeer *self, GAsyncResult *result, GError **error);

/* Remote candidate, at any time: kept until the server's description is applied. */
void rj_peer_add_candidate (RjPeer *self, guint mline, const char *mid, const char *candidate);

/* Returns: (transfer none) (nullable): counters of what arrives; NULL for senders */
RjTap *rj_peer_get_tap (RjPeer *self);

/* Returns: when the last RTCP packet came from the other side; 0: none yet. For a sender it is the only sign
 * of life of the media server. */
gint64 rj_peer_get_last_rtcp_us (RjPeer *self);

/* Of a sender: its round trip to the media server, by the reports that came */
void rj_peer_get_round_trip (RjPeer *self, RjRoundTrip *out);

/* Of a sender: nothing of what is muted is sent; video goes on with a key frame. At any time */
void rj_peer_set_muted (RjPeer *self, gboolean audio, gboolean video);

gboolean rj_peer_is_open (RjPeer *self);
void rj_peer_close (RjPeer *self);

/* Whether candidates are gathered on 127.0.0.1, which libnice leaves out by itself */
typedef enum {
  RJ_LOOPBACK_NEVER, /* a deployment elsewhere */
  RJ_LOOPBACK_TOO,   /* one on this machine: all addresses, and this one */
  RJ_LOOPBACK_ONLY,  /* the embedded cluster */
} RjLoopback;

/* Makes peers. Implemented by the webrtcbin engine; tests bring a fake one. */
struct _RjPeerConfig {
  RjDirection direction;
  gboolean has_audio;
  gboolean has_video;
  /* (nullable): that of the engine. SEND: what it shows, one of those that the engine was told of. RECEIVE: only
   * the codec, which is preferred */
  const RjClipFormat *format;
  guint16 publisher; /* SEND: own number of the stamp. RECEIVE: expected, when expected_known */
  gboolean expected_known; /* FALSE: a foreign publisher; stamps of it are not judged */
  guint frame_interval_us; /* RECEIVE: of the publisher, 33333 when unknown */
  GPtrArray *stun_servers; /* (nullable) (element-type utf8): "stun://host:port" */
  GPtrArray *turn_servers; /* (nullable) (element-type utf8): "turn://user:password@host:port" */
  RjLoopback loopback;
  gboolean relay_only; /* through TURN servers only; RJ_ERROR_USAGE where there are none */
  /* "failed" with RJ_ERROR_UNREACHABLE as soon as the other side's port is reported closed; any stray
   * ICMP ends the peer, so it is for those who ask for it */
  gboolean detect_icmp;
  gboolean detect_consent; /* it fails when the other side answers no check any more (RFC 7675) */
  gboolean answers;        /* RECEIVE: the server makes the offer (OpenVidu 2 protocol, 5.6) */
  RjBlackhole *blackhole;  /* (nullable): while it is on no packet passes */
  /* made before it is known for whom: it begins with its offer at once (unless it answers) and sends nothing,
   * until rj_peer_assign() */
  gboolean ahead;
};

#define RJ_TYPE_PEER_FACTORY (rj_peer_factory_get_type ())
G_DECLARE_INTERFACE (RjPeerFactory, rj_peer_factory, RJ, PEER_FACTORY, GObject)

struct _RjPeerFactoryInterface {
  GTypeInterface parent;

  RjPeer *(*create) (RjPeerFactory *self, const RjPeerConfig *config, GError **error);
};

/* Returns: (transfer full) (nullable) */
RjPeer *rj_peer_factory_create (RjPeerFactory *self, const RjPeerConfig *config, GError **error);

G_END_DECLS
