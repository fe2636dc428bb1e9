/* Words of the OpenVidu 2 websocket protocol: methods, notifications, end reasons, error codes, close codes.
 * Pure; any thread. Source: OpenVidu 2 protocol, sections 3.3, 4.8, 5, 6 and 6.19. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Client → server */
#define RJ_OV2_PING                 "ping"
#define RJ_OV2_CONNECT              "connect"
#define RJ_OV2_CLOSE_SESSION        "closeSession"
#define RJ_OV2_ECHO                 "echo"
#define RJ_OV2_JOIN_ROOM            "joinRoom"
#define RJ_OV2_LEAVE_ROOM           "leaveRoom"
#define RJ_OV2_PUBLISH_VIDEO        "publishVideo"
#define RJ_OV2_UNPUBLISH_VIDEO      "unpublishVideo"
#define RJ_OV2_RECEIVE_VIDEO_FROM   "receiveVideoFrom"
#define RJ_OV2_PREPARE_RECEIVE      "prepareReceiveVideoFrom"
#define RJ_OV2_UNSUBSCRIBE          "unsubscribeFromVideo"
#define RJ_OV2_ON_ICE_CANDIDATE     "onIceCandidate"
#define RJ_OV2_RECONNECT_STREAM     "reconnectStream"
#define RJ_OV2_VIDEO_DATA           "videoData"
#define RJ_OV2_FORCE_DISCONNECT     "forceDisconnect"
#define RJ_OV2_FORCE_UNPUBLISH      "forceUnpublish"
#define RJ_OV2_APPLY_FILTER         "applyFilter"
#define RJ_OV2_EXEC_FILTER_METHOD   "execFilterMethod"
#define RJ_OV2_REMOVE_FILTER        "removeFilter"
#define RJ_OV2_ADD_FILTER_LISTENER  "addFilterEventListener"
#define RJ_OV2_DROP_FILTER_LISTENER "removeFilterEventListener"
#define RJ_OV2_SUBSCRIBE_SPEECH     "subscribeToSpeechToText"
#define RJ_OV2_UNSUBSCRIBE_SPEECH   "unsubscribeFromSpeechToText"
#define RJ_OV2_SESSION_STATUS       "sessionStatus"

/* Both ways, with different params */
#define RJ_OV2_SEND_MESSAGE                "sendMessage"
#define RJ_OV2_STREAM_PROPERTY_CHANGED     "streamPropertyChanged"
#define RJ_OV2_CONNECTION_PROPERTY_CHANGED "connectionPropertyChanged"

/* Server → client */
#define RJ_OV2_PARTICIPANT_JOINED      "participantJoined"
#define RJ_OV2_PARTICIPANT_LEFT        "participantLeft"
#define RJ_OV2_PARTICIPANT_EVICTED     "participantEvicted"
#define RJ_OV2_PARTICIPANT_PUBLISHED   "participantPublished"
#define RJ_OV2_PARTICIPANT_UNPUBLISHED "participantUnpublished"
#define RJ_OV2_ICE_CANDIDATE           "iceCandidate"
#define RJ_OV2_MEDIA_ERROR             "mediaError"
#define RJ_OV2_MASTER_NODE_CRASHED     "masterNodeCrashedNotification"
#define RJ_OV2_FORCIBLY_RECONNECT      "forciblyReconnectSubscriber"

/* Texts of answers */
#define RJ_OV2_PONG           "pong"
#define RJ_OV2_RESUMED        "reconnection successful"
#define RJ_OV2_CONNECT_OK     "OK"
#define RJ_OV2_RESUME_REFUSED "reconnection error"

/* The server decides by this text, not by the code. Section 3.3 */
#define RJ_OV2_CLOSE_TEXT_CLIENT    "Connection closed by client"
#define RJ_OV2_CLOSE_TEXT_RECONNECT "Connection closed for reconnection"
#define RJ_OV2_CLOSE_TEXT_NO_PING   "Close for not receive ping from client"
#define RJ_OV2_CLOSE_TEXT_MASTER    "Master Node has crashed"

typedef enum {
  RJ_OV2_CLOSE_RECONNECTION_FAULT = 4101,
  RJ_OV2_CLOSE_BY_CLIENT = 4102,
  RJ_OV2_CLOSE_MASTER_CRASHED = 4103,
  RJ_OV2_CLOSE_FOR_RECONNECTION = 4104,
} RjOv2CloseCode;

/* Times of the protocol, milliseconds. Sections 3.2, 4.4, 4.5, 4.6 */
enum {
  RJ_OV2_PING_INTERVAL_MS = 5000,
  RJ_OV2_DEFAULT_INTERVAL_MS = 20000, /* the server's, when the first ping names none */
  RJ_OV2_MISSED_PINGS = 3,            /* the watchdog fires after so many intervals */
  RJ_OV2_RESUME_GRACE_MS = 10000,
  RJ_OV2_CLOSE_AFTER_MS = 10000, /* of the socket after leave or eviction */
  RJ_OV2_MAX_MESSAGE_BYTES = 51200,
};

typedef enum {
  RJ_OV2_REASON_UNKNOWN, /* "" or a word of the future */
  RJ_OV2_REASON_UNSUBSCRIBE,
  RJ_OV2_REASON_UNPUBLISH,
  RJ_OV2_REASON_DISCONNECT,
  RJ_OV2_REASON_FORCE_UNPUBLISH_BY_USER,
  RJ_OV2_REASON_FORCE_UNPUBLISH_BY_SERVER,
  RJ_OV2_REASON_FORCE_DISCONNECT_BY_USER,
  RJ_OV2_REASON_FORCE_DISCONNECT_BY_SERVER,
  RJ_OV2_REASON_LAST_PARTICIPANT_LEFT,
  RJ_OV2_REASON_RECORDING_STOPPED_BY_SERVER,
  RJ_OV2_REASON_BROADCAST_STOPPED_BY_SERVER,
  RJ_OV2_REASON_SESSION_CLOSED_BY_SERVER,
  RJ_OV2_REASON_NETWORK_DISCONNECT,
  RJ_OV2_REASON_MEDIA_SERVER_DISCONNECT,
  RJ_OV2_REASON_MEDIA_SERVER_RECONNECT,
  RJ_OV2_REASON_NODE_CRASHED,
  RJ_OV2_REASON_OPENVIDU_SERVER_STOPPED,
  RJ_OV2_REASON_AUTOMATIC_STOP,
  RJ_OV2_N_REASONS,
} RjOv2Reason;

/* Returns: (transfer none): "nodeCrashed"; "" for UNKNOWN */
const char *rj_ov2_reason_to_text (RjOv2Reason reason);
/* @text: (nullable) */
RjOv2Reason rj_ov2_reason_from_text (const char *text);

typedef enum {
  RJ_OV2_CODE_JAVA_EXCEPTION = -1, /* missing or ill-typed parameter, SDP refused by Kurento, … */
  RJ_OV2_CODE_BAD_PARAMS = 0,
  RJ_OV2_CODE_USER_GENERIC = 10,
  RJ_OV2_CODE_USER_NOT_FOUND = 102,
  RJ_OV2_CODE_USER_NOT_STREAMING = 105,
  RJ_OV2_CODE_USER_ALREADY_STREAMING = 106,
  RJ_OV2_CODE_ROOM_NOT_FOUND = 202,
  RJ_OV2_CODE_ROOM_CLOSED = 203,
  RJ_OV2_CODE_ROOM_CANNOT_BE_CREATED = 204, /* no media node */
  RJ_OV2_CODE_MEDIA_GENERIC = 301,
  RJ_OV2_CODE_MEDIA_SDP = 302,
  RJ_OV2_CODE_MEDIA_ENDPOINT = 303,
  RJ_OV2_CODE_USER_UNAUTHORIZED = 401,
  RJ_OV2_CODE_TOKEN_CANNOT_BE_CREATED = 404,
  RJ_OV2_CODE_EXISTING_FILTER = 405,
  RJ_OV2_CODE_FILTER_NOT_APPLIED = 406,
  RJ_OV2_CODE_SIGNAL_FORMAT_INVALID = 600,
  RJ_OV2_CODE_SIGNAL_TO_INVALID = 601,
  RJ_OV2_CODE_FORCED_CODEC_NOT_FOUND = 800,
  RJ_OV2_CODE_TRANSPORT_ERROR = 803, /* before a successful joinRoom */
  RJ_OV2_CODE_WRONG_EDITION = 997,
  RJ_OV2_CODE_GENERIC = 999,      /* waited 15 s for the session's lock */
  RJ_OV2_CODE_NO_SESSION = 40007, /* connect: unknown rpc session */
} RjOv2Code;

G_END_DECLS
