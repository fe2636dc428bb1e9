/* Inside of the OpenVidu 2 signaller; for its own files only. */
#pragma once

#include "rj-keepalive.h"
#include "rj-openvidu2-signaller.h"
#include "rj-openvidu2.h"
#include "rj-rpc.h"
#include "rj-states.h"
#include "rj-token-url.h"

G_BEGIN_DECLS

/* To ourselves, after a resume */
#define RJ_OV2_CHECK_SIGNAL "signal:rejoin"

typedef enum {
  RJ_OV2_NEW,
  RJ_OV2_TOKEN,
  RJ_OV2_CONNECTING,
  RJ_OV2_JOINING,
  RJ_OV2_JOINED,
  RJ_OV2_RESUMING,
  RJ_OV2_CHECKING, /* resumed, but perhaps a zombie */
  RJ_OV2_LEAVING,
  RJ_OV2_OVER,
  RJ_OV2_CLOSED,
  RJ_OV2_N_STATES,
} RjOv2State;

struct _RjOpenvidu2Signaller {
  GObject parent_instance;

  char *session;
  char *participant;
  char *told;     /* to the server, as name of the participant in this attempt */
  RjNames *names; /* (nullable) */
  guint attempt;
  RjEventSink *events;
  RjClock *clock;
  RjTokenSource *tokens;
  SoupSession *http;
  gboolean never_resume;
  RjBlackhole *blackhole; /* (nullable) */
  RjTape *tape;           /* (nullable) */
  RjSocketMaker make_socket;
  gpointer make_socket_data;

  RjOv2State state;
  gint64 state_since_us;
  GCancellable *lifetime;
  RjSocket *socket;
  RjRpc *rpc;
  RjKeepalive *keepalive;

  /* entry */
  GTask *joining;
  GCancellable *join_cancellable; /* (nullable) the caller's */
  gulong join_cancelled_id;
  char *token; /* secret */
  RjTokenUrl *url;
  char *connection;  /* own id */
  char *rpc_session; /* for connect */
  gboolean has_life; /* the server is one of several masters (section 8.6) */
  gint64 life;       /* of the master that let us in */

  /* room */
  gboolean is_entered; /* the answer to join was delivered; before, notifications are kept */
  GPtrArray *kept;     /* of KeptNotification */
  GHashTable *people;  /* connection id → name in the run */
  GHashTable *streams; /* stream id → RjRemoteStream */
  GHashTable *heard;   /* set of "method id": notifications that came */

  /* media */
  char *own_stream;
  GHashTable *legs; /* connection id of the stream's owner → Leg */

  /* resume */
  gint64 lost_us;
  guint tries;
  const char *detector; /* what told of the loss */
  char *last_problem;   /* of the last try */
  RjTimer *resume_timer;

  GTask *leaving;
};

/* --- rj-openvidu2-signaller.c --- */
/* A row per RjOv2State */
const RjStateRow *rj_ov2_get_states (void);
void rj_ov2_move (RjOpenvidu2Signaller *self, RjOv2State state);
void rj_ov2_emit (RjOpenvidu2Signaller *self, RjEvent *event);
void rj_ov2_emit_detector (RjOpenvidu2Signaller *self, const char *detector, const char *detail);
/* Makes a socket and listens to it; the old one must be gone */
void rj_ov2_make_socket (RjOpenvidu2Signaller *self);
/* @reason: (nullable) */
void rj_ov2_drop_socket (RjOpenvidu2Signaller *self, guint code, const char *reason);
/* The stay is over: the owner is told, then every request fails. The socket is closed by the caller. */
void rj_ov2_lose (RjOpenvidu2Signaller *self,
                  const char *reason,
                  const char *detector,
                  const GError *error);

/* --- rj-openvidu2-entry.c --- */
void rj_ov2_enter (RjOpenvidu2Signaller *self, GCancellable *cancellable, GTask *task);
/* Ends a join that is under way. @error: (transfer full) */
void rj_ov2_fail_join (RjOpenvidu2Signaller *self, GError *error);

/* --- rj-openvidu2-resume.c --- */
void rj_ov2_on_socket_closed (RjOpenvidu2Signaller *self,
                              guint code,
                              const char *reason,
                              const GError *error);
void rj_ov2_on_ping_unanswered (RjOpenvidu2Signaller *self, const GError *error);

/* --- rj-openvidu2-leave.c --- */
/* @owned: (transfer full) */
void rj_ov2_leave (RjOpenvidu2Signaller *self, gint64 limit_us, GTask *owned);

/* --- rj-openvidu2-book.c: who is there, what they publish --- */
void rj_ov2_book_init (RjOpenvidu2Signaller *self);
void rj_ov2_book_clear (RjOpenvidu2Signaller *self);
void rj_ov2_take_notification (RjOpenvidu2Signaller *self,
                               const char *method,
                               JsonObject *params,
                               gint64 read_us);
/* Takes the others from the answer to join. Returns: (transfer full): their streams (RjRemoteStream), without
 * those who have left already */
GPtrArray *rj_ov2_book_fill (RjOpenvidu2Signaller *self, GPtrArray *connections);
/* The answer to join was delivered: tells what was kept */
void rj_ov2_book_open (RjOpenvidu2Signaller *self);

/* --- rj-openvidu2-deeds.c --- */
/* @task: (transfer full): returns a boolean */
void rj_ov2_do (RjOpenvidu2Signaller *self, const RjDeed *deed, GTask *task);

/* --- rj-openvidu2-negotiate.c --- */
void rj_ov2_legs_init (RjOpenvidu2Signaller *self);
void rj_ov2_legs_clear (RjOpenvidu2Signaller *self);
void rj_ov2_drop_leg (RjOpenvidu2Signaller *self, const char *connection);
void rj_ov2_publish (RjOpenvidu2Signaller *self,
                     const RjPublishInfo *info,
                     const char *offer,
                     gboolean reconnect,
                     GTask *task);
void rj_ov2_subscribe (RjOpenvidu2Signaller *self,
                       const char *stream,
                       const char *offer,
                       gboolean reconnect,
                       GTask *task);
void
rj_ov2_prepare (RjOpenvidu2Signaller *self, const char *stream, gboolean reconnect, GTask *task);
void rj_ov2_accept (
  RjOpenvidu2Signaller *self, const char *stream, const char *answer, RjAccept how, GTask *task);
void rj_ov2_unsubscribe (RjOpenvidu2Signaller *self, const char *connection);
void rj_ov2_send_candidate (RjOpenvidu2Signaller *self,
                            const char *connection,
                            guint mline,
                            const char *mid,
                            const char *candidate);
void rj_ov2_take_candidate (RjOpenvidu2Signaller *self, JsonObject *params);

G_END_DECLS
