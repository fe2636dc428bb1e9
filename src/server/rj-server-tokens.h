/* Ids and tokens in the forms of the OpenVidu 2 protocol, section 0.3. Any thread, as the dice allow. */
#pragma once

#include <json-glib/json-glib.h>

#include "rj-dice.h"

G_BEGIN_DECLS

/* All: (transfer full) */
char *rj_server_make_session_id (RjDice *dice); /* ses_ + 1 upper-case letter + 9 alphanumerics */
char *rj_server_make_connection_id (RjDice *dice); /* con_ + 1 + 9 */
char *rj_server_make_node_id (RjDice *dice);
char *rj_server_make_rpc_id (RjDice *dice);  /* 26 digits of radix 32 */
char *rj_server_make_user_id (RjDice *dice); /* 16 upper-case hex digits */

/* @type_of_video: (nullable): "CAMERA" …; NULL stands for audio only.
 * Returns: str_ + CAM|SCR|CUS|MIC + _ + 1 + 3 + _ + @connection */
char *rj_server_make_stream_id (RjDice *dice, const char *type_of_video, const char *connection);

/* @ws_origin: "ws://127.0.0.1:4443". Returns: @ws_origin?sessionId=@session&token=tok_…, a secret */
char *rj_server_make_token (RjDice *dice, const char *ws_origin, const char *session);

/* A promise of one join: made over REST, spent by the first joinRoom */
typedef struct {
  char *connection;
  char *token;
  gint64 created_ms;
  char *role;
  char *server_data;
  gboolean record;
  JsonNode *kurento_options; /* (nullable) */
  JsonArray *ice_servers;
} RjServerToken;

/* @token: (transfer full), @connection: (transfer full). Returns: (transfer full): a recorded PUBLISHER */
RjServerToken *rj_server_token_new (char *connection, char *token);
void rj_server_token_free (RjServerToken *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjServerToken, rj_server_token_free)

G_END_DECLS
