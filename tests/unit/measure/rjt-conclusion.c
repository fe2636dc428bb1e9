#include "rjt-conclusion.h"

#include <string.h>

#include "rj-expectation.h"

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

const RjEdgeResult *
rjt_get_edge (const RjResult *result, const char *from, const char *to)
{
  for (guint i = 0; i < result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    if (g_str_equal (edge->from, from) && g_str_equal (edge->to, to))
      return edge;
  }
  g_error ("no edge %s>%s", from, to);
}

const char *
rjt_judge (const RjResult *result, const char *text, const char *found_part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjExpectation) expectation = rj_expectation_parse (text, &error);
  RjExpectationResult *found;
  const char *state;

  g_assert_no_error (error);
  found = rj_expectation_judge (expectation, result);
  g_test_message ("%s: %s", text, found->found);
  if (found_part != NULL)
    g_assert_nonnull (strstr (found->found, found_part));
  state = rj_expectation_state_get_name (found->state);
  rj_expectation_result_free (found);
  return state;
}

double
rjt_add_phases (const RjRejoin *r)
{
  return r->detect_ms + r->wait_ms + r->token_ms + r->connect_ms + r->join_ms + r->publish_ms +
         r->subscribe_ms + r->ice_ms + r->dtls_ms + r->first_packet_ms + r->first_key_frame_ms;
}
