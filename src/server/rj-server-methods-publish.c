/* Methods about the own stream. */
#include "rj-openvidu2-media.h"
#include "rj-openvidu2-names.h"
#include "rj-openvidu2-room.h"
#include "rj-server-evict.h"
#include "rj-server-methods.h"
#include "rj-server-negotiate.h"
#include "rj-server-record.h"

static RjOv2Stream *
describe (RjServerCall *call, const RjOv2Publish *info)
{
  RjOv2Stream *stream = g_new0 (RjOv2Stream, 1);

  stream->id =
    rj_server_make_stream_id (call->rpc->core->dice, info->has_video ? info->type_of_video : NULL,
                              call->participant->connection);
  stream->has_audio = info->has_audio;
  stream->has_video = info->has_video;
  if (info->has_audio)
    stream->audio_active = info->audio_active;
  if (info->has_video) {
    stream->video_active = info->video_active;
    stream->type_of_video = g_strdup (info->type_of_video);
    stream->has_frame_rate = info->has_frame_rate;
    stream->frame_rate = info->frame_rate;
    stream->video_dimensions = g_strdup (info->video_dimensions);
  }
  stream->filter = json_object_new ();
  return stream;
}

typedef struct {
  RjServerCall *call;
  RjOv2Stream *stream;
} Publishing;

static void
tell_published (RjServerParticipant *publisher)
{
  g_autoptr (GPtrArray) streams = g_ptr_array_new ();

  g_ptr_array_add (streams, publisher->stream);
  rj_server_session_notify (publisher->session, publisher, RJ_OV2_PARTICIPANT_PUBLISHED,
                            rj_ov2_published_build (publisher->connection, streams));
}

static void
on_published (GObject *source, GAsyncResult *result, gpointer data)
{
  Publishing *publishing = data;
  RjServerCall *call = publishing->call;
  g_autoptr (RjServerParticipant) self = g_object_ref (call->participant);
  g_autoptr (RjOv2Stream) stream = publishing->stream;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer =
    rj_server_endpoint_negotiate_finish (RJ_SERVER_ENDPOINT (source), result, &error);

  g_free (publishing);
  if (!rj_server_call_is_alive (call))
    return;
  if (answer == NULL) {
    if (self->publisher == RJ_SERVER_ENDPOINT (source))
      rj_server_participant_release_publisher (self, NULL, TRUE);
    rj_server_fail (call, error, TRUE, NULL, RJ_OV2_CODE_JAVA_EXCEPTION);
    return;
  }
  stream->created_at_ms = rj_server_now_ms ();
  g_clear_pointer (&self->stream, rj_ov2_stream_free);
  self->stream = g_steal_pointer (&stream);
  self->published_ms = self->stream->created_at_ms;
  rj_server_record_published (self);
  rj_server_return_published (call, self->stream, answer);
  if (self->session != NULL && self->stream != NULL)
    tell_published (self);
}

static gboolean
check_publish (RjServerCall *call, const RjOv2Publish *info)
{
  RjServerParticipant *self = call->participant;

  if (info->has_video && info->type_of_video == NULL)
    rj_server_call_crash (call, "typeOfVideo is missing");
  else if (self->stream != NULL)
    rj_server_call_throw (call, RJ_OV2_CODE_USER_ALREADY_STREAMING,
                          "User '%s' is already publishing in session '%s'", self->connection,
                          self->session->id);
  else
    return TRUE;
  return FALSE;
}

void
rj_server_method_publish (RjServerCall *call)
{
  RjServerParticipant *self = call->participant;
  g_autoptr (GError) error = NULL;
  g_autoptr (RjOv2Publish) info = NULL;
  g_autofree char *offer = NULL;
  Publishing *publishing;

  if (rj_server_participant_has_role (self, "SUBSCRIBER")) {
    rj_server_call_throw (call, RJ_OV2_CODE_USER_UNAUTHORIZED,
                          "The token does not allow to publish");
    return;
  }
  info = rj_ov2_publish_parse (call->frame->params, &error);
  if (info == NULL) {
    rj_server_call_crash (call, error->message);
    return;
  }
  if (!check_publish (call, info))
    return;
  offer = rj_server_munge (call, info->sdp_offer, &error);
  if (offer == NULL || !rj_server_check_pipeline (call, &error)) {
    rj_server_fail (call, error, TRUE, NULL, RJ_OV2_CODE_JAVA_EXCEPTION);
    return;
  }
  publishing = g_new0 (Publishing, 1);
  publishing->call = call;
  publishing->stream = describe (call, info);
  rj_server_endpoint_set_name (self->publisher, publishing->stream->id);
  rj_server_endpoint_publish_async (self->publisher, rj_server_get_client (call),
                                    self->session->pipeline, NULL, offer, info->do_loopback,
                                    on_published, publishing);
}

void
rj_server_method_unpublish (RjServerCall *call)
{
  g_autoptr (RjServerParticipant) self = g_object_ref (call->participant);

  if (rj_server_unpublish (self, rj_ov2_reason_to_text (RJ_OV2_REASON_UNPUBLISH), FALSE))
    rj_server_call_return (call, NULL);
  else
    rj_server_call_reply_error (call, RJ_OV2_CODE_USER_NOT_STREAMING, NULL,
                                "Participant '%s' is not streaming media", self->connection);
}

static void
on_republished (GObject *source, GAsyncResult *result, gpointer data)
{
  RjServerCall *call = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer =
    rj_server_endpoint_negotiate_finish (RJ_SERVER_ENDPOINT (source), result, &error);
  RjOv2Stream *stream = call->participant->stream;

  if (!rj_server_call_is_alive (call))
    return;
  if (answer != NULL && stream != NULL) {
    stream->created_at_ms = rj_server_now_ms ();
    rj_server_return_published (call, stream, answer);
  } else if (error != NULL) {
    rj_server_fail (call, error, FALSE, "{}", RJ_OV2_CODE_MEDIA_SDP);
  } else {
    rj_server_call_reply_error (call, RJ_OV2_CODE_USER_NOT_STREAMING, "{}", "The stream went away");
  }
}

/* A new endpoint in place of the old one, at the same hub: subscribers keep flowing */
void
rj_server_republish (RjServerCall *call, const char *offer)
{
  RjServerParticipant *self = call->participant;
  g_autofree char *hub = g_strdup (rj_server_endpoint_get_hub (self->publisher));

  rj_server_endpoint_release (self->publisher, FALSE, TRUE);
  rj_server_participant_renew_publisher (self);
  rj_server_endpoint_set_name (self->publisher, self->stream->id);
  rj_server_endpoint_publish_async (self->publisher, rj_server_get_client (call),
                                    self->session->pipeline, hub, offer, FALSE, on_republished,
                                    call);
}
