#include "rj-server-call.h"

#include "rj-openvidu2-names.h"

RjServerCall *
rj_server_call_new (RjServerRpc *rpc, RjServerSocket *socket, RjFrame *frame)
{
  RjServerCall *self = g_new0 (RjServerCall, 1);

  self->rpc = g_object_ref (rpc);
  self->socket = g_object_ref (socket);
  self->frame = frame;
  return self;
}

void
rj_server_call_free (RjServerCall *self)
{
  g_clear_object (&self->participant);
  g_clear_object (&self->socket);
  g_clear_object (&self->rpc);
  rj_frame_free (self->frame);
  g_free (self->note);
  g_free (self);
}

void
rj_server_call_drop (RjServerCall *self)
{
  g_autoptr (RjServerRpc) rpc = g_object_ref (self->rpc);

  rj_server_call_free (self);
  rj_server_rpc_proceed (rpc);
}

/* The quirk lost-answers: the first answer to each of these never comes. Returns: whether it is this one */
static gboolean
is_lost (RjServerCall *self)
{
  static const char *const methods[] = { RJ_OV2_JOIN_ROOM, RJ_OV2_PUBLISH_VIDEO,
                                         RJ_OV2_RECEIVE_VIDEO_FROM, RJ_OV2_LEAVE_ROOM, NULL };
  RjServerCore *core = self->rpc->core;

  return core->config->quirks & RJ_QUIRK_LOST_ANSWERS &&
         g_strv_contains (methods, self->frame->method) &&
         g_hash_table_add (core->lost, g_strdup (self->frame->method));
}

/* @text: (transfer full): the frame */
static void
answer (RjServerCall *self, char *text)
{
  g_autofree char *owned = text;

  if (is_lost (self))
    return;
  if (self->rpc->core->config->quirks & RJ_QUIRK_DOUBLE_ANSWERS)
    rj_server_socket_send (self->socket, g_strdup (owned));
  rj_server_socket_send (self->socket, g_steal_pointer (&owned));
}

void
rj_server_call_send_result (RjServerCall *self, JsonObject *result)
{
  answer (self, rj_frame_result (self->frame->id, result, self->rpc->id));
}

void
rj_server_call_return (RjServerCall *self, JsonObject *result)
{
  rj_server_call_send_result (self, result);
  rj_server_call_drop (self);
}

static char *
format_text (int code, const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);

  return g_strdup_printf ("%s. Code: %d", text, code);
}

void
rj_server_call_throw (RjServerCall *self, int code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = format_text (code, format, arguments);
  va_end (arguments);
  answer (self, rj_frame_error (self->frame->id, code, text, NULL));
  rj_server_call_drop (self);
}

void
rj_server_call_reply_error (RjServerCall *self, int code, const char *data, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = format_text (code, format, arguments);
  va_end (arguments);
  answer (self, rj_frame_error_replied (self->frame->id, code, text, data, self->rpc->id));
  rj_server_call_drop (self);
}

void
rj_server_call_crash (RjServerCall *self, const char *text)
{
  g_autofree char *message = g_strconcat ("rejoin:", text, NULL);
  JsonNode *data = json_node_init_string (json_node_alloc (), message);

  answer (self, rj_frame_error (self->frame->id, -1, message, data));
  rj_server_call_drop (self);
}

gboolean
rj_server_call_is_alive (RjServerCall *self)
{
  if (self->participant->session != NULL)
    return TRUE;
  rj_server_call_drop (self);
  return FALSE;
}
