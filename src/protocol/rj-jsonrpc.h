/* JSON-RPC 2.0 frames as kurento-jsonrpc speaks them: text <-> struct. One object per text frame, no
 * batches. Both directions, for the client and the server, towards OpenVidu and towards Kurento. Pure; any
 * thread. Source: OpenVidu 2 protocol, section 4. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum {
  RJ_FRAME_INVALID,      /* not JSON, no object, neither method nor result nor error */
  RJ_FRAME_REQUEST,      /* method and id */
  RJ_FRAME_NOTIFICATION, /* method without id (or with id null) */
  RJ_FRAME_RESULT,
  RJ_FRAME_ERROR,
} RjFrameKind;

typedef enum {
  RJ_FRAME_ID_NONE,
  RJ_FRAME_ID_INT,
  RJ_FRAME_ID_FRACTION, /* 1.5: id holds the whole part; the real server answers as 1 */
  RJ_FRAME_ID_TEXT,     /* "abc": the real server does not answer at all */
  RJ_FRAME_ID_OTHER,    /* object, array, true */
} RjFrameIdKind;

/* In place of an id: the member is left out */
#define RJ_FRAME_NO_ID G_MININT64

typedef struct {
  RjFrameKind kind;
  gboolean has_version; /* "jsonrpc" is exactly "2.0" */
  RjFrameIdKind id_kind;
  gint64 id;           /* RJ_FRAME_NO_ID unless INT or FRACTION */
  char *id_text;       /* (nullable) of ID_TEXT */
  char *method;        /* (nullable) */
  JsonObject *params;  /* (nullable) NULL when absent, null or no object */
  gboolean params_odd; /* params are present and no object: the real server answers -1 */
  JsonNode *result;    /* (nullable) of any type; "bye" is a string */
  char *session;       /* (nullable) sessionId inside result or error: the rpc session */
  gint64 error_code;
  char *error_message;  /* never NULL in an ERROR; may be long and hold a whole SDP */
  JsonNode *error_data; /* (nullable) string, object or anything */
  char *problem;        /* INVALID: what is wrong, without quoting the text */
} RjFrame;

/* @text: (nullable): empty. @length: -1 when NUL-terminated. Never fails: what is no frame is RJ_FRAME_INVALID.
 * Returns: (transfer full) */
RjFrame *rj_frame_parse (const char *text, gssize length);
void rj_frame_free (RjFrame *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjFrame, rj_frame_free)

/* Returns: (transfer none) (nullable): the result when it is an object */
JsonObject *rj_frame_get_result_object (const RjFrame *self);

/* Sets @error from an ERROR frame: RJ_RPC_ERROR with the server's code; its text is cut to 200 characters
 * of one line (code 800 quotes a complete SDP) and scrubbed of secrets. */
void rj_frame_set_error (const RjFrame *self, GError **error);

/* Builders. Returns: (transfer full): one line of text. @params, @result, @data: (transfer full) (nullable);
 * params that are NULL are left out (a ping has none). @session: (nullable) rpc session id */
char *rj_frame_request (gint64 id, const char *method, JsonObject *params);
char *rj_frame_notification (const char *method, JsonObject *params);

/* @session is put into @result; NULL @result is an empty object */
char *rj_frame_result (gint64 id, JsonObject *result, const char *session);
/* A result that is no object: closeSession's "bye" */
char *rj_frame_result_text (gint64 id, const char *value);
/* {"value": @value}: pong, reconnection successful, OK. @session: (nullable) */
char *rj_frame_result_value (gint64 id, const char *value, const char *session);

/* Shape (a), thrown, and (c), protocol level: {id, error {code, message, data}}. Section 4.4 */
char *rj_frame_error (gint64 id, gint64 code, const char *message, JsonNode *data);
/* Shape (b), replied: sessionId inside error and an empty data beside it.
 * @data: (nullable) a string, "{}" for reconnectStream and filter listeners */
char *rj_frame_error_replied (
  gint64 id, gint64 code, const char *message, const char *data, const char *session);

G_END_DECLS
