/* What holds whatever the events are, and in whatever order they come. */
#include "rj-dice.h"
#include "rjt-conclusion.h"
#include "rjt-story.h"

static const char *const names[] = { "a", "b", "c" };

static void
tell_noise (RjtStory *story, RjDice *dice, double from_ms)
{
  static const char *const types[] = {
    RJ_EVENT_ATTEMPT_STARTED, RJ_EVENT_TOKEN_REQUESTED,    RJ_EVENT_TOKEN_RECEIVED,
    RJ_EVENT_CONNECT_STARTED, RJ_EVENT_CONNECTED,          RJ_EVENT_JOIN_SENT,
    RJ_EVENT_JOINED,          RJ_EVENT_REMOTE_PUBLISHED,   RJ_EVENT_REMOTE_LEFT,
    RJ_EVENT_PEER_CREATED,    RJ_EVENT_OFFER_SENT,         RJ_EVENT_ANSWER_RECEIVED,
    RJ_EVENT_ICE_CONNECTED,   RJ_EVENT_DTLS_CONNECTED,     RJ_EVENT_FIRST_PACKET,
    RJ_EVENT_FIRST_KEY_FRAME, RJ_EVENT_PEER_CLOSED,        RJ_EVENT_PEER_STATS,
    RJ_EVENT_REJOIN_STARTED,  RJ_EVENT_RESUME_STARTED,     RJ_EVENT_RESUMED,
    RJ_EVENT_OWN_UNPUBLISHED, RJ_EVENT_REMOTE_UNPUBLISHED, RJ_EVENT_WAIT_STARTED,
    RJ_EVENT_ATTEMPT_FAILED,  RJ_EVENT_ATTEMPT_CLOSED,     RJ_EVENT_FRAME_GAP,
    RJ_EVENT_REMOTE_PROPERTY, RJ_EVENT_PARTICIPANT_FAILED, RJ_EVENT_PEER_FAILED,
    RJ_EVENT_FAULT_STARTED,   RJ_EVENT_FAULT_ENDED,        RJ_EVENT_DETECTOR_FIRED,
  };
  double ms = from_ms;

  for (guint i = 0; i < 60; i++) {
    const char *who = names[rj_dice_roll_u32 (dice) % 3];
    const char *whom = names[rj_dice_roll_u32 (dice) % 3];

    ms += rj_dice_roll (dice) * 100;
    rjt_tell (story, ms - rj_dice_roll (dice) * 20,
              types[rj_dice_roll_u32 (dice) % G_N_ELEMENTS (types)], who,
              1 + rj_dice_roll_u32 (dice) % 4, who == whom ? "publish" : whom,
              rj_dice_roll (dice) < 0.5 ? NULL
                                        : "{'reason':'mediaServerReconnect','ok':true,"
                                          "'because':'rpc-204','last_frame_us@':2000,"
                                          "'next_frame_us@':3000,'cause':'x'}");
  }
}

static void
tell_random_run (RjtStory *story, RjDice *dice)
{
  rjt_tell_start (story, "a b c");
  for (guint i = 0; i < 3; i++)
    rjt_tell_join (story, rj_dice_roll (dice) * 500, names[i], 1, TRUE);
  if (rj_dice_roll (dice) < 0.7)
    rjt_tell_fault (story, 1900, "kill-media-node", "1");
  tell_noise (story, dice, 1000);
  for (guint i = 0; i < 3; i++)
    if (rj_dice_roll (dice) < 0.8) {
      rjt_tell_lost (story, 5000 + rj_dice_roll (dice) * 100, names[i], 4, "nodeCrashed");
      rjt_tell_join (story, 5100 + rj_dice_roll (dice) * 100, names[i], 5, TRUE);
      for (guint j = 0; j < 3; j++)
        if (i != j)
          rjt_tell_watch (story, 5260 + rj_dice_roll (dice) * 100, names[i], 5, names[j]);
    }
  if (rj_dice_roll (dice) < 0.9)
    rjt_tell_end (story, 12000, "duration");
}

static void
assert_sound (const RjResult *result)
{
  g_assert_nonnull (result->reason);
  for (guint i = 0; i < result->participants->len; i++) {
    const RjParticipantResult *p = rjt_get_participant (result, i);

    for (guint k = 0; k < p->rejoins->len; k++) {
      const RjRejoin *r = g_ptr_array_index (p->rejoins, k);

      g_assert_cmpfloat (r->detect_ms, >=, 0);
      if (r->flowing_at_us == 0) {
        g_assert_nonnull (r->stuck_in);
        continue;
      }
      rjt_assert_ms (rjt_add_phases (r), r->total_ms);
      g_assert_cmpfloat (MIN (r->wait_ms, r->token_ms), >=, 0);
      g_assert_cmpfloat (MIN (r->connect_ms, r->join_ms), >=, 0);
      g_assert_cmpfloat (MIN (r->publish_ms, r->subscribe_ms), >=, 0);
      g_assert_cmpfloat (MIN (r->ice_ms, r->dtls_ms), >=, 0);
      g_assert_cmpfloat (MIN (r->first_packet_ms, r->first_key_frame_ms), >=, 0);
      g_assert_cmpfloat (r->own_ms, >=, 0);
      g_assert_cmpfloat (r->own_ms + r->detect_ms, <=, r->total_ms + 0.0005);
    }
  }
  for (guint i = 0; i < result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    for (guint k = 0; k < edge->outages_ms->len; k++)
      g_assert_cmpfloat (g_array_index (edge->outages_ms, double, k), >, 500);
  }
}

static guint
count_ended (const RjResult *result)
{
  guint n = 0;

  for (guint i = 0; i < result->participants->len; i++)
    for (guint k = 0; k < rjt_get_participant (result, i)->rejoins->len; k++)
      n += rjt_get_rejoin (result, i, k)->flowing_at_us > 0;
  return n;
}

static void
test_phases_always_add_up (void)
{
  g_autoptr (RjDice) dice = rj_dice_new (20240601);
  guint n_ended = 0;

  for (guint i = 0; i < 300; i++) {
    g_autoptr (RjtStory) story = rjt_story_new ("room");
    g_autoptr (RjResult) result = NULL;

    tell_random_run (story, dice);
    result = rjt_conclude_sorted (story, i % 2 == 1);
    assert_sound (result);
    n_ended += count_ended (result);
  }
  g_assert_cmpuint (n_ended, >, 100); /* or it would prove nothing */
}

static void
test_the_order_of_the_log_does_not_matter (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) told = NULL;
  g_autoptr (RjResult) sorted = NULL;

  rjt_tell_crash (story, "a b c d");
  told = rjt_conclude_sorted (story, FALSE);
  sorted = rjt_conclude_sorted (story, TRUE);
  g_assert_cmpstr (told->reason, ==, sorted->reason);
  for (guint i = 0; i < 4; i++) {
    const RjRejoin *left = rjt_get_rejoin (told, i, 0), *right = rjt_get_rejoin (sorted, i, 0);

    g_assert_cmpmem (&left->detect_ms,
                     G_STRUCT_OFFSET (RjRejoin, lost_at_us) - G_STRUCT_OFFSET (RjRejoin, detect_ms),
                     &right->detect_ms,
                     G_STRUCT_OFFSET (RjRejoin, lost_at_us) -
                       G_STRUCT_OFFSET (RjRejoin, detect_ms));
    g_assert_cmpstr (left->last_edge, ==, right->last_edge);
  }
  for (guint i = 0; i < told->edges->len; i++) {
    const RjEdgeResult *left = g_ptr_array_index (told->edges, i);
    const RjEdgeResult *right = g_ptr_array_index (sorted->edges, i);

    g_assert_cmpuint (left->outages->len, ==, 1);
    g_assert_cmpmem (left->outages->data, sizeof (RjSpan), right->outages->data, sizeof (RjSpan));
    g_assert_cmpuint (left->frames, ==, right->frames);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/measure/laws/" #name, test_##name)
  ADD (phases_always_add_up);
  ADD (the_order_of_the_log_does_not_matter);
  return g_test_run ();
}
