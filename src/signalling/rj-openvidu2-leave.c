#include "rj-openvidu2-private.h"

#include "rj-error.h"

static void
on_left (JsonObject *result, const GError *error, gint64 read_us, gpointer user_data)
{
  RjOpenvidu2Signaller *self = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&self->leaving);

  if (task == NULL)
    return;
  /* The server keeps a ghost of who closes with a text without having left (section 3.3) */
  rj_ov2_drop_socket (self, RJ_OV2_CLOSE_BY_CLIENT,
                      error == NULL ? RJ_OV2_CLOSE_TEXT_CLIENT : NULL);
  rj_signaller_close (RJ_SIGNALLER (self));
  if (error != NULL)
    g_task_return_error (task, g_error_copy (error));
  else
    g_task_return_boolean (task, TRUE);
}

void
rj_ov2_leave (RjOpenvidu2Signaller *self, gint64 limit_us, GTask *owned)
{
  g_autoptr (GTask) task = owned;

  switch (self->state) {
  case RJ_OV2_JOINED:
    rj_ov2_move (self, RJ_OV2_LEAVING);
    rj_keepalive_stop (self->keepalive);
    self->leaving = g_steal_pointer (&task);
    rj_rpc_call (self->rpc, RJ_OV2_LEAVE_ROOM, json_object_new (), RJ_RPC_URGENT, limit_us, on_left,
                 self);
    break;
  case RJ_OV2_OVER:
  case RJ_OV2_CLOSED:
    g_task_return_boolean (task, TRUE);
    break;
  case RJ_OV2_NEW:
  case RJ_OV2_LEAVING:
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_CLOSED, "not in a session");
    break;
  case RJ_OV2_TOKEN:
  case RJ_OV2_CONNECTING:
  case RJ_OV2_JOINING:
  case RJ_OV2_RESUMING:
  case RJ_OV2_CHECKING:
  case RJ_OV2_N_STATES:
    /* no socket to say it on: the server evicts after its grace time */
    rj_signaller_close (RJ_SIGNALLER (self));
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_LOST, "left without a word: no websocket");
    break;
  }
}
