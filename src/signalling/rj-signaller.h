/* What a participant wants from a signalling dialect, without knowing the dialect. OpenVidu 2 is the first
 * one (rj-openvidu2-signaller); tests bring a scripted one. Home thread only.
 *
 * A signaller is one stay in one session: open once, never reused. Every _async call is answered exactly
 * once, never before it returned, at the latest by rj_signaller_close() (RJ_ERROR_CLOSED). Errors: those of
 * the server are RJ_RPC_ERROR, the others RJ_ERROR, G_IO_ERROR, G_TLS_ERROR.
 *
 * Events (RjEvent) that belong to signalling are emitted by the signaller itself into the sink that it was
 * made with: token-…, connect-…, connected, join-sent, joined, resume-started, resumed, detector-fired for
 * websocket-closed, ping-unanswered, resume-failed, zombie. Their stamps are taken when the bytes are
 * written or read. offer-sent and answer-received are emitted by the session, which knows peer and edge,
 * around publish and subscribe. */
#pragma once

#include <gio/gio.h>

#include "rj-event.h"

G_BEGIN_DECLS

/* A published stream of somebody else, or what is known of it. Boxed by hand: copy and free. */
typedef struct {
  char *connection; /* connection id of the owner: key of everything */
  char *stream;     /* stream id */
  /* of the owner in the run: its clientData when it is JSON with that member (a dialect may know it by another
   * name, see rj-names.h), else the connection id */
  char *name;
  gboolean has_audio;
  gboolean has_video;
  gboolean audio_active; /* FALSE: muted */
  gboolean video_active;
} RjRemoteStream;

RjRemoteStream *rj_remote_stream_copy (const RjRemoteStream *self);
void rj_remote_stream_free (RjRemoteStream *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjRemoteStream, rj_remote_stream_free)

/* A STUN or TURN server from the join answer, as a URI without credentials ("turn:127.0.0.1:3478") */
typedef struct {
  char *uri;
  char *username;   /* (nullable) */
  char *credential; /* (nullable) secret */
} RjIceServer;

void rj_ice_server_free (RjIceServer *self);

/* The answer to join. Free with rj_joined_free(). */
typedef struct {
  char *connection;       /* own connection id */
  GPtrArray *ice_servers; /* of RjIceServer */
  /* of RjRemoteStream: present at join; each is also emitted as stream-published right after the finish
   * callback returned, so callers may ignore this */
  GPtrArray *streams;
  gboolean server_offers; /* subscriptions are offered by the server (mediasoup) */
  gboolean may_publish;   /* role is not SUBSCRIBER */
} RjJoined;

void rj_joined_free (RjJoined *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjJoined, rj_joined_free)

typedef struct {
  gboolean has_audio;
  gboolean has_video;
  int width;
  int height;
  int fps;
  gboolean audio_muted; /* from the start */
  gboolean video_muted;
} RjPublishInfo;

/* The answer to publish, subscribe, prepare or accept. */
typedef struct {
  char *sdp;    /* answer; of prepare: the server's offer; of accept: "" */
  char *stream; /* (nullable) own stream id, for publish */
} RjNegotiated;

void rj_negotiated_free (RjNegotiated *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjNegotiated, rj_negotiated_free)

/* Whose answer to an offer of the server is it? */
typedef enum {
  RJ_ACCEPT_FIRST,  /* of a new subscription */
  RJ_ACCEPT_AGAIN,  /* of one that we reconnect */
  RJ_ACCEPT_FORCED, /* of one that the server reconnects, see "offered" */
} RjAccept;

/* What a participant does on purpose in a session, beyond joining, publishing, subscribing and leaving. */
typedef enum {
  RJ_DEED_UNPUBLISH,
  RJ_DEED_MUTE,   /* or unmute, the own stream; the others are told, the media are the caller's */
  RJ_DEED_SIGNAL, /* to everybody, ourselves too */
  RJ_DEED_FORCE_DISCONNECT, /* of another participant; takes role MODERATOR */
  RJ_DEED_FORCE_UNPUBLISH,
} RjDeedKind;

typedef struct {
  RjDeedKind kind;
  gboolean video; /* MUTE: of audio or of video */
  gboolean muted;
  const char *text; /* SIGNAL: what is sent. FORCE_…: name of the other */
} RjDeed;

#define RJ_TYPE_SIGNALLER (rj_signaller_get_type ())
G_DECLARE_INTERFACE (RjSignaller, rj_signaller, RJ, SIGNALLER, GObject)

/* Signals, all emitted at home, none after rj_signaller_close():
 *   "progress" (const char *step)   of join: "connect" when the token is there, "join" when joinRoom is written
 *   "participant-joined" (const char *connection, const char *name)
 *   "participant-left"   (const char *connection, const char *reason)
 *   "stream-published"   (const RjRemoteStream *stream)      once per stream id; takes the place of an older
 *                        stream of the same connection, which may have ended unseen
 *   "stream-unpublished" (const char *connection, const char *reason)   of somebody else
 *   "stream-changed"     (const RjRemoteStream *stream)      muted, unmuted
 *   "own-unpublished"    (const char *reason)                own stream taken away
 *   "candidate"          (const char *connection, guint mline, const char *mid, const char *candidate)
 *                        for the peer of that connection's stream (own connection id: own publication);
 *                        duplicates per m-line are already removed
 *   "offered"            (const char *stream, const char *offer)   the server replaces the media connection of
 *                        that subscription: drop the old peer, accept with RJ_ACCEPT_FORCED
 *   "signal"             (const char *name, const char *type, const char *data)   nullable: somebody's signal
 *   "suspended"          ()                                  socket lost, resuming
 *   "resumed"            ()                                  same stay goes on, checked against zombies
 *   "lost"               (const char *reason, const char *detector, const GError *error)
 *                        the stay is over and was not ended by us: evicted (reason of the server, for
 *                        instance "nodeCrashed", detector "server-event"), resume failed
 *                        ("networkDisconnect", detector "websocket-closed" or "ping-unanswered" or
 *                        "zombie"). Close and make a new one, if the policy says so. */
struct _RjSignallerInterface {
  GTypeInterface parent;

  void (*join_async) (RjSignaller *self,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  RjJoined *(*join_finish) (RjSignaller *self, GAsyncResult *result, GError **error);
  void (*publish_async) (RjSignaller *self,
                         const RjPublishInfo *info,
                         const char *offer,
                         gboolean reconnect,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  void (*subscribe_async) (RjSignaller *self,
                           const char *stream,
                           const char *offer,
                           gboolean reconnect,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
  void (*prepare_async) (RjSignaller *self,
                         const char *stream,
                         gboolean reconnect,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
  void (*accept_async) (RjSignaller *self,
                        const char *stream,
                        const char *answer,
                        RjAccept how,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
  RjNegotiated *(*negotiate_finish) (RjSignaller *self, GAsyncResult *result, GError **error);
  void (*deed_async) (RjSignaller *self,
                      const RjDeed *deed,
                      GCancellable *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer user_data);
  gboolean (*deed_finish) (RjSignaller *self, GAsyncResult *result, GError **error);
  void (*send_candidate) (
    RjSignaller *self, const char *connection, guint mline, const char *mid, const char *candidate);
  void (*unsubscribe) (RjSignaller *self, const char *connection);
  void (*leave_async) (RjSignaller *self,
                       gint64 limit_us,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer user_data);
  gboolean (*leave_finish) (RjSignaller *self, GAsyncResult *result, GError **error);
  void (*cut) (RjSignaller *self, gboolean with_reset);
  void (*close) (RjSignaller *self);
};

/* Token, websocket, first ping, join. Once. */
void rj_signaller_join_async (RjSignaller *self,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
/* Returns: (transfer full) (nullable) */
RjJoined *rj_signaller_join_finish (RjSignaller *self, GAsyncResult *result, GError **error);

/* @reconnect: replace the media connection of the own stream that is already published (reconnectStream) */
void rj_signaller_publish_async (RjSignaller *self,
                                 const RjPublishInfo *info,
                                 const char *offer,
                                 gboolean reconnect,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
/* @stream: stream id. @reconnect: as above, for this subscription */
void rj_signaller_subscribe_async (RjSignaller *self,
                                   const char *stream,
                                   const char *offer,
                                   gboolean reconnect,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer user_data);
/* Where the server makes the offers (RjJoined.server_offers), instead of subscribe: asks for its offer, which
 * replaces the present media connection if @reconnect; and gives it the answer. */
void rj_signaller_prepare_async (RjSignaller *self,
                                 const char *stream,
                                 gboolean reconnect,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);
void rj_signaller_accept_async (RjSignaller *self,
                                const char *stream,
                                const char *answer,
                                RjAccept how,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);
/* Ends all of them. Returns: (transfer full) (nullable) */
RjNegotiated *
rj_signaller_negotiate_finish (RjSignaller *self, GAsyncResult *result, GError **error);

/* @connection: owner of the stream whose peer found the candidate (own id: publication). Candidates given
 * before the matching offer was sent are kept and sent right after it. Never fails. */
void rj_signaller_send_candidate (
  RjSignaller *self, const char *connection, guint mline, const char *mid, const char *candidate);
void rj_signaller_unsubscribe (RjSignaller *self, const char *connection);

/* Errors: RJ_ERROR_USAGE: nobody of that name is there, or nothing is published */
void rj_signaller_deed_async (RjSignaller *self,
                              const RjDeed *deed,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean rj_signaller_deed_finish (RjSignaller *self, GAsyncResult *result, GError **error);

/* leaveRoom, waits for its answer at most @limit_us, then closes (with a reason text when answered, without
 * one otherwise, so that the server evicts the ghost). */
void rj_signaller_leave_async (RjSignaller *self,
                               gint64 limit_us,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean rj_signaller_leave_finish (RjSignaller *self, GAsyncResult *result, GError **error);

/* A fault: the socket breaks without a word, by FIN or by RST; the signaller then notices like any other
 * loss and resumes. */
void rj_signaller_cut (RjSignaller *self, gboolean with_reset);

/* Ends everything now, without leaving. Idempotent. */
void rj_signaller_close (RjSignaller *self);

G_END_DECLS
