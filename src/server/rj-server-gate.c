#include "rj-server-gate.h"

#include "rj-json.h"
#include "rj-openvidu2-join.h"
#include "rj-openvidu2-names.h"
#include "rj-server-call.h"
#include "rj-server-rpc.h"

#define POLL "poll" /* of the HTTP transport; never answered */

static RjServerRpc *
find_rpc (RjServerSocket *socket, const char *id)
{
  return id == NULL ? socket->rpc : g_hash_table_lookup (socket->core->rpcs, id);
}

static RjServerRpc *
want_rpc (RjServerSocket *socket, const char *id)
{
  RjServerRpc *rpc = find_rpc (socket, id);

  return rpc == NULL ? rj_server_rpc_new (socket) : rpc;
}

static void
take_ping (RjServerSocket *socket, const RjFrame *frame)
{
  if (socket->watchdog == NULL) {
    socket->watchdog = rj_server_watchdog_new (socket->core->clock);
    rj_server_watchdog_attach (socket->watchdog, socket->rpc);
  }
  rj_server_watchdog_ping (socket->watchdog, rj_ov2_ping_parse (frame->params));
  rj_server_socket_send (socket, rj_frame_result_value (frame->id, RJ_OV2_PONG, NULL));
}

static void
take_connect (RjServerSocket *socket, const RjFrame *frame)
{
  g_autofree char *wanted = rj_ov2_connect_parse (frame->params);
  RjServerRpc *rpc;

  if (wanted == NULL) {
    rpc = want_rpc (socket, NULL);
    rj_server_socket_send (socket, rj_frame_result_value (frame->id, RJ_OV2_CONNECT_OK, rpc->id));
    return;
  }
  rpc = find_rpc (socket, wanted);
  if (rpc == NULL) {
    rj_server_socket_send (
      socket, rj_frame_error (frame->id, RJ_OV2_CODE_NO_SESSION, RJ_OV2_RESUME_REFUSED, NULL));
    return;
  }
  rj_server_rpc_resume (rpc, socket);
  rj_server_socket_send (socket, rj_frame_result_value (frame->id, RJ_OV2_RESUMED, rpc->id));
}

/* Enterprise HA: the session may be any, also one of which this master knows nothing */
static void
take_session_status (RjServerSocket *socket, const RjFrame *frame)
{
  JsonObject *result = rj_ov2_session_status_result (socket->core->config->life);

  rj_server_socket_send (
    socket, rj_frame_result (frame->id, result, socket->rpc == NULL ? NULL : socket->rpc->id));
}

static void
take_close_session (RjServerSocket *socket, const RjFrame *frame, const char *id)
{
  RjServerRpc *rpc = find_rpc (socket, id);

  rj_server_socket_send (socket, rj_frame_result_text (frame->id, "bye"));
  if (rpc != NULL)
    rj_server_rpc_destroy (rpc);
  rj_server_socket_close (socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

static void
refuse (RjServerSocket *socket, const RjFrame *frame, const char *why)
{
  JsonNode *data = json_node_init_string (json_node_alloc (), why);

  rj_server_socket_send (socket, rj_frame_error (frame->id, RJ_OV2_CODE_JAVA_EXCEPTION, why, data));
}

void
rj_server_gate_take (RjServerSocket *socket, const char *text, gsize size)
{
  g_autoptr (RjFrame) frame = rj_frame_parse (text, (gssize) size);
  g_autofree char *id = NULL;

  if (frame->kind != RJ_FRAME_REQUEST && frame->kind != RJ_FRAME_NOTIFICATION)
    return;
  if (frame->id_kind == RJ_FRAME_ID_TEXT || frame->id_kind == RJ_FRAME_ID_OTHER)
    return;
  if (frame->params_odd) {
    refuse (socket, frame, "rejoin:params is not an object");
    return;
  }
  id = g_strdup (rj_json_get_string (frame->params, "sessionId", NULL));
  if (g_str_equal (frame->method, RJ_OV2_PING))
    take_ping (socket, frame);
  else if (g_str_equal (frame->method, RJ_OV2_CONNECT))
    take_connect (socket, frame);
  else if (g_str_equal (frame->method, RJ_OV2_SESSION_STATUS) && socket->core->config->life != 0)
    take_session_status (socket, frame);
  else if (g_str_equal (frame->method, RJ_OV2_CLOSE_SESSION))
    take_close_session (socket, frame, id);
  else if (g_str_equal (frame->method, POLL))
    return;
  else if (frame->kind == RJ_FRAME_NOTIFICATION)
    refuse (socket, frame, "rejoin:a request without an id");
  else {
    RjServerRpc *rpc = want_rpc (socket, id);

    rj_server_rpc_enqueue (rpc, rj_server_call_new (rpc, socket, g_steal_pointer (&frame)));
  }
}
