/* Events of a media server (onEvent). Pure; any thread.
 * Source: recorded conversations of openvidu-server 2.32 with Kurento 7.3. */
#pragma once

#include "rj-kurento.h"

G_BEGIN_DECLS

#define RJ_KMS_EVENT_ERROR            "Error"
#define RJ_KMS_EVENT_CANDIDATE        "IceCandidateFound"
#define RJ_KMS_EVENT_GATHERING_DONE   "IceGatheringDone"
#define RJ_KMS_EVENT_PAIR_SELECTED    "NewCandidatePairSelected"
#define RJ_KMS_EVENT_ICE_STATE        "IceComponentStateChanged"
#define RJ_KMS_EVENT_CONNECTION_STATE "ConnectionStateChanged"
#define RJ_KMS_EVENT_MEDIA_STATE      "MediaStateChanged"
#define RJ_KMS_EVENT_FLOW_IN          "MediaFlowInStateChanged"
#define RJ_KMS_EVENT_FLOW_OUT         "MediaFlowOutStateChanged"
#define RJ_KMS_EVENT_TRANSCODING      "MediaTranscodingStateChanged"

/* What openvidu-server subscribes to on each WebRtcEndpoint, in its order, NULL at the end;
 * IceCandidateFound comes after processOffer. Error is subscribed on every object first. */
extern const char *const rj_kms_webrtc_events[];

/* Any event: what its type does not have is NULL or 0. */
typedef struct {
  char *type;
  char *object;              /* id of the source */
  char *timestamp_ms;        /* a text on the wire */
  RjKmsCandidate *candidate; /* (nullable) IceCandidateFound */
  char
    *state; /* (nullable) ICE: GATHERING, CONNECTING, CONNECTED, READY, FAILED; media flow: FLOWING,
                       NOT_FLOWING; transcoding */
  char
    *old_state; /* (nullable) ConnectionStateChanged, MediaStateChanged: CONNECTED, DISCONNECTED */
  char *new_state;  /* (nullable) */
  char *media_type; /* (nullable) AUDIO, VIDEO */
  char *pad_name;   /* (nullable) "default" */
  char *bin_name;   /* (nullable) */
  gint64 stream_id; /* ICE state and pair; the latter as text on the wire */
  gint64 component_id;
  char *local_candidate;  /* (nullable) pair */
  char *remote_candidate; /* (nullable) pair */
  char *description;      /* (nullable) Error */
  gint64 error_code;
  char *error_type; /* (nullable) */
} RjKmsEvent;

/* @params: of onEvent. Unknown types are taken. Returns: (transfer full) (nullable) */
RjKmsEvent *rj_kms_event_parse (JsonObject *params, GError **error);
/* Returns: (transfer full): params for onEvent */
JsonObject *rj_kms_event_build (const RjKmsEvent *self);
RjKmsEvent *rj_kms_event_new (const char *type, const char *object, gint64 wall_ms);
void rj_kms_event_free (RjKmsEvent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjKmsEvent, rj_kms_event_free)

G_END_DECLS
