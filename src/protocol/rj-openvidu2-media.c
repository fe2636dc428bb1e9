#include "rj-openvidu2-media.h"

#include "rj-json.h"
#include "rj-openvidu2-names.h"

RjOv2Publish *
rj_ov2_publish_parse (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Publish) self = g_new0 (RjOv2Publish, 1);
  const char *method = RJ_OV2_PUBLISH_VIDEO;
  JsonObject *filter;

  if (!rj_ov2_read_string (params, method, "sdpOffer", &self->sdp_offer, error) ||
      !rj_ov2_read_bool (params, method, "hasAudio", &self->has_audio, error) ||
      !rj_ov2_read_bool (params, method, "hasVideo", &self->has_video, error) ||
      !rj_ov2_read_bool (params, method, "doLoopback", &self->do_loopback, error))
    return NULL;
  self->audio_active = rj_ov2_get_flag (params, "audioActive");
  self->video_active = rj_ov2_get_flag (params, "videoActive");
  self->type_of_video = rj_ov2_dup_string (params, "typeOfVideo");
  self->has_frame_rate = rj_json_has (params, "frameRate");
  self->frame_rate = rj_json_get_int (params, "frameRate", -1);
  self->video_dimensions = rj_ov2_dup_string (params, "videoDimensions");
  filter = rj_json_get_object (params, "filter");
  if (filter != NULL)
    self->filter = json_object_ref (filter);
  return g_steal_pointer (&self);
}

JsonObject *
rj_ov2_publish_build (const RjOv2Publish *self)
{
  JsonObject *object = rj_json_build ("doLoopback", 'b', self->do_loopback, "hasAudio", 'b',
                                      self->has_audio, "hasVideo", 'b', self->has_video, NULL);

  rj_ov2_set_flag (object, "audioActive", self->audio_active);
  rj_ov2_set_flag (object, "videoActive", self->video_active);
  rj_ov2_set_string (object, "typeOfVideo", self->type_of_video);
  if (self->has_frame_rate)
    json_object_set_int_member (object, "frameRate", self->frame_rate);
  rj_ov2_set_string (object, "videoDimensions", self->video_dimensions);
  if (self->filter != NULL)
    json_object_set_object_member (object, "filter", json_object_ref (self->filter));
  rj_ov2_set_string (object, "sdpOffer", self->sdp_offer);
  return object;
}

void
rj_ov2_publish_free (RjOv2Publish *self)
{
  if (self == NULL)
    return;
  g_free (self->sdp_offer);
  g_free (self->type_of_video);
  g_free (self->video_dimensions);
  g_clear_pointer (&self->filter, json_object_unref);
  g_free (self);
}

RjOv2Receive *
rj_ov2_receive_parse (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Receive) self = g_new0 (RjOv2Receive, 1);

  if (!rj_ov2_read_string (params, RJ_OV2_RECEIVE_VIDEO_FROM, "sender", &self->sender, error))
    return NULL;
  self->sdp_offer = rj_ov2_dup_string (params, "sdpOffer");
  self->sdp_answer = rj_ov2_dup_string (params, "sdpAnswer");
  return g_steal_pointer (&self);
}

JsonObject *
rj_ov2_receive_build (const RjOv2Receive *self)
{
  return rj_json_build ("sender", 's', self->sender, "sdpOffer", 's', self->sdp_offer, "sdpAnswer",
                        's', self->sdp_answer, NULL);
}

void
rj_ov2_receive_free (RjOv2Receive *self)
{
  if (self == NULL)
    return;
  g_free (self->sender);
  g_free (self->sdp_offer);
  g_free (self->sdp_answer);
  g_free (self);
}

RjOv2Prepare *
rj_ov2_prepare_parse (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Prepare) self = g_new0 (RjOv2Prepare, 1);
  const char *method = RJ_OV2_PREPARE_RECEIVE;

  if (!rj_ov2_read_string (params, method, "sender", &self->sender, error) ||
      !rj_ov2_read_bool (params, method, "reconnect", &self->reconnect, error))
    return NULL;
  return g_steal_pointer (&self);
}

JsonObject *
rj_ov2_prepare_build (const RjOv2Prepare *self)
{
  return rj_json_build ("sender", 's', self->sender, "reconnect", 'b', self->reconnect, NULL);
}

void
rj_ov2_prepare_free (RjOv2Prepare *self)
{
  if (self == NULL)
    return;
  g_free (self->sender);
  g_free (self);
}

RjOv2Reconnect *
rj_ov2_reconnect_parse (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Reconnect) self = g_new0 (RjOv2Reconnect, 1);

  if (!rj_ov2_read_string (params, RJ_OV2_RECONNECT_STREAM, "stream", &self->stream, error))
    return NULL;
  self->sdp_string = rj_ov2_dup_string (params, "sdpString");
  self->sdp_offer = rj_ov2_dup_string (params, "sdpOffer");
  self->forcibly_reconnect = rj_ov2_get_flag (params, "forciblyReconnect");
  return g_steal_pointer (&self);
}

JsonObject *
rj_ov2_reconnect_build (const RjOv2Reconnect *self)
{
  JsonObject *object = rj_json_build ("stream", 's', self->stream, "sdpString", 's',
                                      self->sdp_string, "sdpOffer", 's', self->sdp_offer, NULL);

  rj_ov2_set_flag (object, "forciblyReconnect", self->forcibly_reconnect);
  return object;
}

void
rj_ov2_reconnect_free (RjOv2Reconnect *self)
{
  if (self == NULL)
    return;
  g_free (self->stream);
  g_free (self->sdp_string);
  g_free (self->sdp_offer);
  g_free (self);
}

char *
rj_ov2_unsubscribe_parse (JsonObject *params, GError **error)
{
  char *sender = NULL;

  rj_ov2_read_string (params, RJ_OV2_UNSUBSCRIBE, "sender", &sender, error);
  return sender;
}

JsonObject *
rj_ov2_unsubscribe_build (const char *sender)
{
  return rj_json_build ("sender", 's', sender, NULL);
}

RjOv2Negotiated *
rj_ov2_negotiated_parse (JsonObject *result)
{
  RjOv2Negotiated *self = g_new0 (RjOv2Negotiated, 1);

  if (result == NULL)
    return self;
  self->sdp_answer = rj_ov2_dup_string (result, "sdpAnswer");
  self->sdp_offer = rj_ov2_dup_string (result, "sdpOffer");
  self->id = rj_ov2_dup_string (result, "id");
  self->created_at_ms = rj_json_get_int (result, "createdAt", 0);
  return self;
}

JsonObject *
rj_ov2_negotiated_build (const RjOv2Negotiated *self)
{
  JsonObject *object = rj_json_build ("sdpAnswer", 's', self->sdp_answer, "sdpOffer", 's',
                                      self->sdp_offer, "id", 's', self->id, NULL);

  if (self->created_at_ms != 0)
    json_object_set_int_member (object, "createdAt", self->created_at_ms);
  return object;
}

void
rj_ov2_negotiated_free (RjOv2Negotiated *self)
{
  if (self == NULL)
    return;
  g_free (self->sdp_answer);
  g_free (self->sdp_offer);
  g_free (self->id);
  g_free (self);
}
