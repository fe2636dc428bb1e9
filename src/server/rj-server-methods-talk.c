/* Methods that touch no media: signals, properties, moderation, filters, speech. */
#include "rj-error.h"
#include "rj-json.h"
#include "rj-openvidu2-message.h"
#include "rj-openvidu2-names.h"
#include "rj-openvidu2-room.h"
#include "rj-server-evict.h"
#include "rj-server-record.h"
#include "rj-server-methods.h"

static void
deliver (RjServerSession *session, const RjOv2Message *message, JsonObject *params)
{
  if (message->to->len == 0) {
    rj_server_session_notify (session, NULL, RJ_OV2_SEND_MESSAGE, params);
    return;
  }
  for (guint i = 0; i < message->to->len; i++) {
    RjServerParticipant *target =
      rj_server_session_find (session, g_ptr_array_index (message->to, i));

    if (target != NULL)
      rj_server_participant_notify (target, RJ_OV2_SEND_MESSAGE, params);
  }
  json_object_unref (params);
}

static gboolean
knows_all (RjServerSession *session, GPtrArray *connections)
{
  for (guint i = 0; i < connections->len; i++)
    if (rj_server_session_find (session, g_ptr_array_index (connections, i)) == NULL)
      return FALSE;
  return TRUE;
}

/* The real server delivers a signal without a type, answers, and then fails over the missing type */
static void
answer_untyped (RjServerCall *call)
{
  rj_server_call_send_result (call, NULL);
  rj_server_call_crash (call, "the signal has no type");
}

void
rj_server_method_message (RjServerCall *call)
{
  g_autoptr (RjServerSession) session = g_object_ref (call->participant->session);
  g_autoptr (GError) error = NULL;
  g_autoptr (RjOv2Message) message = rj_ov2_message_parse (call->frame->params, &error);
  RjOv2Signal signal;

  if (message == NULL) {
    if (error->domain == RJ_RPC_ERROR)
      rj_server_call_throw (call, error->code, "%s", error->message);
    else
      rj_server_call_crash (call, error->message);
    return;
  }
  if (!knows_all (session, message->to)) {
    rj_server_call_throw (call, RJ_OV2_CODE_SIGNAL_TO_INVALID,
                          "Signal \"to\": a connection that is not in this session");
    return;
  }
  signal = (RjOv2Signal){ message->data, message->type, call->participant->connection };
  deliver (session, message, rj_ov2_signal_build (&signal));
  rj_server_record_signal (session, signal.from, message->to, signal.type, signal.data);
  if (message->type == NULL)
    answer_untyped (call);
  else
    rj_server_call_return (call, NULL);
}

static void
keep_property (RjOv2Stream *stream, const RjOv2Property *change)
{
  if (g_str_equal (change->property, "audioActive")) {
    stream->audio_active = rj_ov2_flag_from (rj_ov2_property_get_bool (change, TRUE));
  } else if (g_str_equal (change->property, "videoActive")) {
    stream->video_active = rj_ov2_flag_from (rj_ov2_property_get_bool (change, TRUE));
  } else if (g_str_equal (change->property, "videoDimensions")) {
    g_free (stream->video_dimensions);
    stream->video_dimensions = json_node_get_value_type (change->value) == G_TYPE_STRING
                                 ? json_node_dup_string (change->value)
                                 : rj_json_node_to_text (change->value);
  }
}

void
rj_server_method_property (RjServerCall *call)
{
  g_autoptr (RjServerParticipant) self = g_object_ref (call->participant);
  g_autoptr (GError) error = NULL;
  g_autoptr (RjOv2Property) change = rj_ov2_property_parse_request (call->frame->params, &error);

  if (change == NULL || self->stream == NULL) {
    rj_server_call_crash (call, error != NULL ? error->message : "nothing is published");
    return;
  }
  keep_property (self->stream, change);
  g_free (change->connection);
  change->connection = g_strdup (self->connection);
  g_free (change->stream);
  change->stream = g_strdup (self->stream->id);
  rj_server_session_notify (self->session, self, RJ_OV2_STREAM_PROPERTY_CHANGED,
                            rj_ov2_property_build (change));
  rj_server_call_return (call, NULL);
}

void
rj_server_method_video_data (RjServerCall *call)
{
  g_autoptr (GError) error = NULL;
  RjOv2VideoData unused;

  if (rj_ov2_video_data_parse (call->frame->params, &unused, &error))
    rj_server_call_return (call, NULL);
  else
    rj_server_call_crash (call, error->message);
}

static gboolean
check_moderator (RjServerCall *call)
{
  if (rj_server_participant_has_role (call->participant, "MODERATOR"))
    return TRUE;
  rj_server_call_throw (call, RJ_OV2_CODE_USER_UNAUTHORIZED, "%s is for moderators",
                        call->frame->method);
  return FALSE;
}

static void
answer_moderator (gpointer call)
{
  rj_server_call_return (call, NULL);
}

void
rj_server_method_force_disconnect (RjServerCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *connection = NULL;
  RjServerParticipant *victim;

  if (!check_moderator (call))
    return;
  connection = rj_ov2_force_disconnect_parse (call->frame->params, &error);
  if (connection == NULL) {
    rj_server_call_crash (call, error->message);
    return;
  }
  victim = rj_server_session_find (call->participant->session, connection);
  if (victim == NULL)
    rj_server_call_reply_error (call, RJ_OV2_CODE_USER_NOT_FOUND, NULL,
                                "Connection not found by 'forceDisconnect'");
  else
    rj_server_evict_with (victim, rj_ov2_reason_to_text (RJ_OV2_REASON_FORCE_DISCONNECT_BY_USER),
                          answer_moderator, call);
}

void
rj_server_method_force_unpublish (RjServerCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *stream = NULL;
  g_autoptr (RjServerParticipant) victim = NULL;

  if (!check_moderator (call))
    return;
  stream = rj_ov2_force_unpublish_parse (call->frame->params, &error);
  if (stream == NULL) {
    rj_server_call_crash (call, error->message);
    return;
  }
  g_set_object (&victim, rj_server_session_find_stream (call->participant->session, stream));
  if (victim == NULL) {
    rj_server_call_drop (call);
    return;
  }
  rj_server_call_return (call, NULL);
  if (victim->session != NULL)
    rj_server_unpublish (victim, rj_ov2_reason_to_text (RJ_OV2_REASON_FORCE_UNPUBLISH_BY_USER),
                         TRUE);
}

/* --- what this server does not have --- */

void
rj_server_method_apply_filter (RjServerCall *call)
{
  rj_server_call_crash (call, "the token allows no filter");
}

void
rj_server_method_no_filter (RjServerCall *call)
{
  rj_server_call_throw (call, RJ_OV2_CODE_FILTER_NOT_APPLIED, "User '%s' has no filter applied",
                        call->participant->connection);
}

void
rj_server_method_no_filter_listener (RjServerCall *call)
{
  rj_server_call_reply_error (call, RJ_OV2_CODE_FILTER_NOT_APPLIED, "{}",
                              "User '%s' has no filter applied", call->participant->connection);
}

void
rj_server_method_speech (RjServerCall *call)
{
  rj_server_call_reply_error (call, RJ_OV2_CODE_WRONG_EDITION, NULL,
                              "Speech to text needs another edition of the server");
}
