#include "rjt-conclusion.h"

RjResult *
rjt_conclude_sorted (RjtStory *story, gboolean sorted)
{
  g_autoptr (RjMeasure) measure = rj_measure_new ();

  rjt_story_feed (story, RJ_EVENT_SINK (measure), sorted);
  return rj_measure_conclude (measure);
}

RjResult *
rjt_conclude (RjtStory *story)
{
  return rjt_conclude_sorted (story, FALSE);
}

const RjParticipantResult *
rjt_get_participant (const RjResult *result, guint index)
{
  return g_ptr_array_index (result->participants, index);
}

const RjRejoin *
rjt_get_rejoin (const RjResult *result, guint participant, guint index)
{
  const RjParticipantResult *p = rjt_get_participant (result, participant);

  g_assert_cmpuint (p->rejoins->len, >, index);
  return g_ptr_array_index (p->rejoins, index);
}

double
rjt_add_phases (const RjRejoin *r)
{
  return r->detect_ms + r->wait_ms + r->token_ms + r->connect_ms + r->join_ms + r->publish_ms +
         r->subscribe_ms + r->ice_ms + r->dtls_ms + r->first_packet_ms + r->first_key_frame_ms;
}
