/* joinRoom and connect: params and results, both ways. Pure; any thread.
 * Source: OpenVidu 2 protocol, sections 4.6 and 5.1. */
#pragma once

#include "rj-openvidu2-stream.h"

G_BEGIN_DECLS

/* Params of joinRoom. All but the last three are required, metadata and secret possibly empty. */
typedef struct {
  char *token; /* the complete URL, verbatim; secret */
  char *session;
  char *platform;
  char *metadata;
  char *secret;      /* secret */
  char *sdk_version; /* (nullable) a semver, or the server burns the token and fails */
  RjOv2Flag recorder;
  RjOv2Flag stt;
} RjOv2Join;

/* @params: (nullable). Returns: (transfer full) (nullable) */
RjOv2Join *rj_ov2_join_parse (JsonObject *params, GError **error);
JsonObject *rj_ov2_join_build (const RjOv2Join *self);
void rj_ov2_join_free (RjOv2Join *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Join, rj_ov2_join_free)

typedef struct {
  char *url;        /* "turn:host:port", one per entry */
  char *username;   /* (nullable) */
  char *credential; /* (nullable) secret */
} RjOv2IceServer;

RjOv2IceServer *
rj_ov2_ice_server_new (const char *url, const char *username, const char *credential);
void rj_ov2_ice_server_free (RjOv2IceServer *self);

/* Result of joinRoom. sessionId is put in by rj_frame_result() and found in RjFrame.session. */
typedef struct {
  char *id;            /* own connection id */
  char *final_user_id; /* (nullable) */
  gint64 created_at_ms;
  char *metadata;
  GPtrArray *value; /* of RjOv2Connection: everybody else */
  char *session;
  char *version;      /* (nullable) */
  char *media_server; /* (nullable) "kurento" or "mediasoup" */
  RjOv2Flag video_simulcast;
  RjOv2Flag record;              /* absent for joins with the secret */
  char *role;                    /* SUBSCRIBER, PUBLISHER, MODERATOR */
  char *coturn_ip;               /* (nullable) */
  gint64 coturn_port;            /* 0: absent */
  char *turn_username;           /* (nullable) */
  char *turn_credential;         /* (nullable) secret */
  GPtrArray *custom_ice_servers; /* (nullable) of RjOv2IceServer; the only list that clients use */
  char *recording_id;            /* (nullable) */
  char *recording_name;          /* (nullable) */
  gboolean has_life;
  gint64 life; /* Enterprise HA only */
} RjOv2Joined;

/* Required are id and session; value without entries may be absent. Returns: (transfer full) (nullable) */
RjOv2Joined *rj_ov2_joined_parse (JsonObject *result, GError **error);
JsonObject *rj_ov2_joined_build (const RjOv2Joined *self);
/* Returns: (transfer full): an empty one, with the arrays made */
RjOv2Joined *rj_ov2_joined_new (void);
void rj_ov2_joined_free (RjOv2Joined *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Joined, rj_ov2_joined_free)

/* Params of connect. @session: (nullable) rpc session to resume; the real server ignores @reconnect.
 * Returns: (transfer full) */
JsonObject *rj_ov2_connect_build (const char *session, RjOv2Flag reconnect);
/* Null or absent sessionId: a new rpc session is wanted. "" is unknown (40007).
 * Returns: (transfer full) (nullable) */
char *rj_ov2_connect_parse (JsonObject *params);

/* Params of sessionStatus: @session is the OpenVidu session, not the rpc session. Enterprise HA only. */
JsonObject *rj_ov2_session_status_build (const char *session);
JsonObject *rj_ov2_session_status_result (gint64 life);
/* Of that result. Returns: FALSE when it holds no life */
gboolean rj_ov2_session_status_parse (JsonObject *result, gint64 *ret_life);

/* Params of the first ping (later ones have none), and back: 0 when absent */
JsonObject *rj_ov2_ping_build (gint64 interval_ms);
gint64 rj_ov2_ping_parse (JsonObject *params);

G_END_DECLS
