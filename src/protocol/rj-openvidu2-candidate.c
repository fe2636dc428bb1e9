#include "rj-openvidu2-candidate.h"

#include "rj-json.h"
#include "rj-openvidu2-names.h"
#include "rj-openvidu2-params.h"

static gboolean
parse_common (RjOv2Candidate *self, JsonObject *params, const char *method, GError **error)
{
  return rj_ov2_read_string (params, method, "endpointName", &self->endpoint, error) &&
         rj_ov2_read_string (params, method, "candidate", &self->candidate, error) &&
         rj_ov2_read_string (params, method, "sdpMid", &self->mid, error) &&
         rj_ov2_read_int (params, method, "sdpMLineIndex", &self->mline, error);
}

RjOv2Candidate *
rj_ov2_on_ice_candidate_parse (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Candidate) self = g_new0 (RjOv2Candidate, 1);

  if (!parse_common (self, params, RJ_OV2_ON_ICE_CANDIDATE, error))
    return NULL;
  return g_steal_pointer (&self);
}

RjOv2Candidate *
rj_ov2_ice_candidate_parse (JsonObject *params, GError **error)
{
  g_autoptr (RjOv2Candidate) self = g_new0 (RjOv2Candidate, 1);
  const char *method = RJ_OV2_ICE_CANDIDATE;

  if (!rj_ov2_read_string (params, method, "senderConnectionId", &self->sender, error) ||
      !parse_common (self, params, method, error))
    return NULL;
  return g_steal_pointer (&self);
}

JsonObject *
rj_ov2_candidate_build (const RjOv2Candidate *self)
{
  return rj_json_build ("senderConnectionId", 's', self->sender, "endpointName", 's',
                        self->endpoint, "sdpMLineIndex", 'i', self->mline, "sdpMid", 's', self->mid,
                        "candidate", 's', self->candidate, NULL);
}

void
rj_ov2_candidate_free (RjOv2Candidate *self)
{
  if (self == NULL)
    return;
  g_free (self->sender);
  g_free (self->endpoint);
  g_free (self->candidate);
  g_free (self->mid);
  g_free (self);
}
