/* Kurento's control protocol as openvidu-server speaks it: requests, their results and errors. Frames
 * themselves: rj-jsonrpc.h; events: rj-kurento-event.h. For the server (client of this protocol) and the
 * media node. Pure; any thread. Source: recorded conversations of openvidu-server 2.32 with Kurento 7.3. */
#pragma once

#include "rj-jsonrpc.h"

G_BEGIN_DECLS

#define RJ_KMS_PING        "ping"
#define RJ_KMS_CONNECT     "connect"
#define RJ_KMS_CREATE      "create"
#define RJ_KMS_INVOKE      "invoke"
#define RJ_KMS_SUBSCRIBE   "subscribe"
#define RJ_KMS_UNSUBSCRIBE "unsubscribe"
#define RJ_KMS_RELEASE     "release"
#define RJ_KMS_ON_EVENT    "onEvent"

#define RJ_KMS_MANAGER "manager_ServerManager"

/* Types for create */
#define RJ_KMS_PIPELINE     "MediaPipeline"
#define RJ_KMS_WEBRTC       "WebRtcEndpoint"
#define RJ_KMS_PASS_THROUGH "PassThrough"

/* Operations for invoke */
#define RJ_KMS_GET_INFO          "getInfo"
#define RJ_KMS_GET_NAME          "getName"
#define RJ_KMS_SET_NAME          "setName"
#define RJ_KMS_PROCESS_OFFER     "processOffer"
#define RJ_KMS_GENERATE_OFFER    "generateOffer"
#define RJ_KMS_PROCESS_ANSWER    "processAnswer"
#define RJ_KMS_GATHER_CANDIDATES "gatherCandidates"
#define RJ_KMS_ADD_CANDIDATE     "addIceCandidate"
#define RJ_KMS_LINK              "connect" /* of a sink */
#define RJ_KMS_UNLINK            "disconnect"

enum {
  RJ_KMS_PING_INTERVAL_MS = 240000,
  RJ_KMS_CODE_INVALID_SESSION = 40007,
  RJ_KMS_CODE_OBJECT_NOT_FOUND = 40101,
  RJ_KMS_CODE_SDP_PARSE_ERROR = 40201,
  RJ_KMS_CODE_NO_OFFER = 40209, /* processAnswer without generateOffer */
};

/* Params of any request; what a method does not have is NULL. */
typedef struct {
  char *session;          /* (nullable) sessionId; absent in the first getInfo */
  char *object;           /* (nullable) invoke, subscribe, unsubscribe, release */
  char *type;             /* (nullable) create: type of object; subscribe: type of event */
  char *operation;        /* (nullable) invoke */
  JsonObject *arguments;  /* (nullable) invoke: operationParams; create: constructorParams */
  JsonObject *properties; /* (nullable) create */
  char *subscription;     /* (nullable) unsubscribe */
  gint64 interval_ms;     /* ping: 0 when absent */
} RjKmsParams;

/* Checks that what @method needs is there. @params: (nullable). Errors: RJ_ERROR_PROTOCOL; also for a method
 * that this page does not know. Returns: (transfer full) (nullable) */
RjKmsParams *rj_kms_params_parse (const char *method, JsonObject *params, GError **error);
void rj_kms_params_free (RjKmsParams *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjKmsParams, rj_kms_params_free)

/* An argument of an operation. Returns: (transfer none) (nullable) */
const char *rj_kms_params_get_argument (const RjKmsParams *self, const char *name);

/* Params of the requests. @session: (nullable). Returns: (transfer full) */
JsonObject *rj_kms_ping (gint64 interval_ms); /* 0: without interval */
JsonObject *rj_kms_connect (const char *session);
/* @pipeline: (nullable) id, for its children */
JsonObject *rj_kms_create (const char *session, const char *type, const char *pipeline);
JsonObject *rj_kms_subscribe (const char *session, const char *object, const char *event);
JsonObject *rj_kms_unsubscribe (const char *session, const char *object, const char *subscription);
JsonObject *rj_kms_release (const char *session, const char *object);
/* @arguments: (transfer full) (nullable) */
JsonObject *rj_kms_invoke (const char *session,
                           const char *object,
                           const char *operation,
                           JsonObject *arguments);
/* invoke with one argument that is a text: setName name, processOffer offer, processAnswer answer,
 * connect sink, disconnect sink, setStunServerAddress stunServerAddress */
JsonObject *rj_kms_invoke_text (const char *session,
                                const char *object,
                                const char *operation,
                                const char *argument,
                                const char *value);
/* setStunServerPort stunServerPort, setMaxVideoRecvBandwidth maxVideoRecvBandwidth, … */
JsonObject *rj_kms_invoke_int (const char *session,
                               const char *object,
                               const char *operation,
                               const char *argument,
                               gint64 value);

/* IceCandidate, in addIceCandidate and IceCandidateFound */
typedef struct {
  char *candidate;
  char *mid;
  gint64 mline;
} RjKmsCandidate;

JsonObject *rj_kms_candidate_build (const char *candidate, const char *mid, gint64 mline);
/* @object: (nullable). Returns: (transfer full) (nullable) */
RjKmsCandidate *rj_kms_candidate_parse (JsonObject *object, GError **error);
void rj_kms_candidate_free (RjKmsCandidate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjKmsCandidate, rj_kms_candidate_free)

JsonObject *rj_kms_invoke_candidate (
  const char *session, const char *object, const char *candidate, const char *mid, gint64 mline);

/* Answers: whole frames. Returns: (transfer full) */
char *rj_kms_result_text (gint64 id, const char *session, const char *value);
/* value is null: most operations */
char *rj_kms_result_null (gint64 id, const char *session);
/* without value: release, unsubscribe; connect adds serverId: @server_id (nullable) */
char *rj_kms_result_empty (gint64 id, const char *session, const char *server_id);
char *rj_kms_result_pong (gint64 id); /* without session */
/* ServerInfo as getInfo gives it. @version: of the modules; @generated: their date. */
char *
rj_kms_result_info (gint64 id, const char *session, const char *version, const char *generated);

char *rj_kms_error_no_object (gint64 id, const char *object);
char *rj_kms_error_invalid_session (gint64 id);
char *rj_kms_error_sdp (gint64 id);
char *rj_kms_error_no_offer (gint64 id);
/* @type: (nullable) word in data */
char *rj_kms_error (gint64 id, gint64 code, const char *message, const char *type);

/* value of a result when it is a text (object id, subscription id, SDP).
 * Returns: (transfer none) (nullable) */
const char *rj_kms_result_get_text (const RjFrame *frame);
/* data.type of an error: "MEDIA_OBJECT_NOT_FOUND". Returns: (transfer none) (nullable) */
const char *rj_kms_error_get_type (const RjFrame *frame);

/* Object ids. @uuid, @pipeline: (nullable) for a pipeline itself. Returns: (transfer full) */
char *rj_kms_object_id (const char *pipeline, const char *uuid, const char *type);

G_END_DECLS
