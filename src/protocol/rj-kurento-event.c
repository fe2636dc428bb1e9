#include "rj-kurento-event.h"

#include <string.h>

#include "rj-json.h"

const char *const rj_kms_webrtc_events[] = {
  RJ_KMS_EVENT_GATHERING_DONE,
  RJ_KMS_EVENT_PAIR_SELECTED,
  RJ_KMS_EVENT_ICE_STATE,
  "DataChannelOpened",
  "DataChannelClosed",
  RJ_KMS_EVENT_CONNECTION_STATE,
  RJ_KMS_EVENT_MEDIA_STATE,
  RJ_KMS_EVENT_FLOW_IN,
  RJ_KMS_EVENT_FLOW_OUT,
  RJ_KMS_EVENT_TRANSCODING,
  NULL,
};

static char *
dup_string (JsonObject *object, const char *name)
{
  return g_strdup (rj_json_get_string (object, name, NULL));
}

static void
parse_pair (RjKmsEvent *self, JsonObject *pair)
{
  self->stream_id = g_ascii_strtoll (rj_json_get_string (pair, "streamId", "0"), NULL, 10);
  self->component_id = rj_json_get_int (pair, "componentId", 0);
  self->local_candidate = dup_string (pair, "localCandidate");
  self->remote_candidate = dup_string (pair, "remoteCandidate");
}

static void
parse_data (RjKmsEvent *self, JsonObject *data)
{
  JsonObject *pair = rj_json_get_object (data, "candidatePair");

  self->timestamp_ms = dup_string (data, "timestampMillis");
  self->state = dup_string (data, "state");
  self->old_state = dup_string (data, "oldState");
  self->new_state = dup_string (data, "newState");
  self->media_type = dup_string (data, "mediaType");
  self->pad_name = dup_string (data, "padName");
  self->bin_name = dup_string (data, "binName");
  self->stream_id = rj_json_get_int (data, "streamId", 0);
  self->component_id = rj_json_get_int (data, "componentId", 0);
  self->description = dup_string (data, "description");
  self->error_code = rj_json_get_int (data, "errorCode", 0);
  if (strcmp (self->type, RJ_KMS_EVENT_ERROR) == 0)
    self->error_type = dup_string (data, "type");
  if (pair != NULL)
    parse_pair (self, pair);
}

RjKmsEvent *
rj_kms_event_parse (JsonObject *params, GError **error)
{
  g_autoptr (RjKmsEvent) self = g_new0 (RjKmsEvent, 1);
  JsonObject *value;
  JsonObject *data;

  if (!rj_json_read_object (params, "value", &value, error) ||
      !rj_json_read_string (value, "type", &self->type, error) ||
      !rj_json_read_string (value, "object", &self->object, error) ||
      !rj_json_read_object (value, "data", &data, error))
    return NULL;
  parse_data (self, data);
  if (strcmp (self->type, RJ_KMS_EVENT_CANDIDATE) == 0) {
    self->candidate = rj_kms_candidate_parse (rj_json_get_object (data, "candidate"), error);
    if (self->candidate == NULL) {
      g_prefix_error (error, "IceCandidateFound: ");
      return NULL;
    }
  }
  return g_steal_pointer (&self);
}

static void
set_string (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
}

static JsonObject *
build_pair (const RjKmsEvent *self)
{
  g_autofree char *stream = g_strdup_printf ("%" G_GINT64_FORMAT, self->stream_id);

  return rj_json_build ("__module__", 's', "kurento", "__type__", 's', "IceCandidatePair",
                        "componentId", 'i', self->component_id, "localCandidate", 's',
                        self->local_candidate, "remoteCandidate", 's', self->remote_candidate,
                        "streamId", 's', stream, NULL);
}

static void
build_special (const RjKmsEvent *self, JsonObject *data)
{
  if (self->candidate != NULL)
    json_object_set_object_member (data, "candidate",
                                   rj_kms_candidate_build (self->candidate->candidate,
                                                           self->candidate->mid,
                                                           self->candidate->mline));
  if (strcmp (self->type, RJ_KMS_EVENT_PAIR_SELECTED) == 0) {
    json_object_set_object_member (data, "candidatePair", build_pair (self));
  } else if (strcmp (self->type, RJ_KMS_EVENT_ICE_STATE) == 0) {
    json_object_set_int_member (data, "streamId", self->stream_id);
    json_object_set_int_member (data, "componentId", self->component_id);
  } else if (strcmp (self->type, RJ_KMS_EVENT_ERROR) == 0) {
    set_string (data, "description", self->description);
    json_object_set_int_member (data, "errorCode", self->error_code);
    set_string (data, "type", self->error_type);
  }
}

JsonObject *
rj_kms_event_build (const RjKmsEvent *self)
{
  JsonObject *data = json_object_new ();

  set_string (data, "source", self->object);
  json_object_set_array_member (data, "tags", json_array_new ());
  set_string (data, "timestampMillis", self->timestamp_ms);
  set_string (data, "type", self->type);
  set_string (data, "state", self->state);
  set_string (data, "oldState", self->old_state);
  set_string (data, "newState", self->new_state);
  set_string (data, "mediaType", self->media_type);
  set_string (data, "padName", self->pad_name);
  set_string (data, "binName", self->bin_name);
  build_special (self, data);
  return rj_json_build (
    "value", 'o',
    rj_json_build ("data", 'o', data, "object", 's', self->object, "type", 's', self->type, NULL),
    NULL);
}

RjKmsEvent *
rj_kms_event_new (const char *type, const char *object, gint64 wall_ms)
{
  RjKmsEvent *self = g_new0 (RjKmsEvent, 1);

  self->type = g_strdup (type);
  self->object = g_strdup (object);
  self->timestamp_ms = g_strdup_printf ("%" G_GINT64_FORMAT, wall_ms);
  return self;
}

void
rj_kms_event_free (RjKmsEvent *self)
{
  if (self == NULL)
    return;
  g_free (self->type);
  g_free (self->object);
  g_free (self->timestamp_ms);
  g_clear_pointer (&self->candidate, rj_kms_candidate_free);
  g_free (self->state);
  g_free (self->old_state);
  g_free (self->new_state);
  g_free (self->media_type);
  g_free (self->pad_name);
  g_free (self->bin_name);
  g_free (self->local_candidate);
  g_free (self->remote_candidate);
  g_free (self->description);
  g_free (self->error_type);
  g_free (self);
}
