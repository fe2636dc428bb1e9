#include "rj-server-methods.h"

#include "rj-openvidu2-names.h"

typedef enum {
  ANYBODY = 1 << 0, /* also before the first join */
  GHOSTS = 1 << 1,  /* also after leave and eviction */
} MethodFlags;

static const struct {
  const char *name;
  RjServerMethodFunc func;
  MethodFlags flags;
} methods[] = {
  { RJ_OV2_JOIN_ROOM, rj_server_method_join, ANYBODY | GHOSTS },
  { RJ_OV2_LEAVE_ROOM, rj_server_method_leave, 0 },
  { RJ_OV2_ECHO, rj_server_method_echo, GHOSTS },
  { RJ_OV2_PUBLISH_VIDEO, rj_server_method_publish, 0 },
  { RJ_OV2_UNPUBLISH_VIDEO, rj_server_method_unpublish, 0 },
  { RJ_OV2_RECEIVE_VIDEO_FROM, rj_server_method_receive, 0 },
  { RJ_OV2_PREPARE_RECEIVE, rj_server_method_prepare, 0 },
  { RJ_OV2_UNSUBSCRIBE, rj_server_method_unsubscribe, 0 },
  { RJ_OV2_ON_ICE_CANDIDATE, rj_server_method_candidate, 0 },
  { RJ_OV2_RECONNECT_STREAM, rj_server_method_reconnect, 0 },
  { RJ_OV2_SEND_MESSAGE, rj_server_method_message, 0 },
  { RJ_OV2_STREAM_PROPERTY_CHANGED, rj_server_method_property, 0 },
  { RJ_OV2_VIDEO_DATA, rj_server_method_video_data, 0 },
  { RJ_OV2_FORCE_DISCONNECT, rj_server_method_force_disconnect, 0 },
  { RJ_OV2_FORCE_UNPUBLISH, rj_server_method_force_unpublish, 0 },
  { RJ_OV2_APPLY_FILTER, rj_server_method_apply_filter, 0 },
  { RJ_OV2_EXEC_FILTER_METHOD, rj_server_method_no_filter, 0 },
  { RJ_OV2_REMOVE_FILTER, rj_server_method_no_filter, 0 },
  { RJ_OV2_ADD_FILTER_LISTENER, rj_server_method_no_filter_listener, 0 },
  { RJ_OV2_DROP_FILTER_LISTENER, rj_server_method_no_filter_listener, 0 },
  { RJ_OV2_SUBSCRIBE_SPEECH, rj_server_method_speech, GHOSTS },
  { RJ_OV2_UNSUBSCRIBE_SPEECH, rj_server_method_speech, GHOSTS },
};

static void
refuse_stranger (RjServerCall *call)
{
  rj_server_call_throw (
    call, RJ_OV2_CODE_TRANSPORT_ERROR,
    "%s for participant with privateId %s. The first operation must be joinRoom",
    call->rpc->tried ? "No session information found" : "No connection found", call->rpc->id);
}

void
rj_server_methods_run (RjServerCall *call)
{
  RjServerRpc *rpc = call->rpc;
  guint i = 0;

  while (i < G_N_ELEMENTS (methods) && !g_str_equal (methods[i].name, call->frame->method))
    i++;
  if (!rpc->joined && (i == G_N_ELEMENTS (methods) || !(methods[i].flags & ANYBODY))) {
    refuse_stranger (call);
    return;
  }
  if (i == G_N_ELEMENTS (methods) || (rpc->participant == NULL && !(methods[i].flags & GHOSTS))) {
    rj_server_call_drop (call);
    return;
  }
  if (!(methods[i].flags & GHOSTS))
    g_set_object (&call->participant, rpc->participant);
  methods[i].func (call);
}
