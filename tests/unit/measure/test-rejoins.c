#include "rjt-conclusion.h"
#include "rjt-story.h"

/* a publishes and b watches; the node is killed at 2000, b alone is told at 5500 */
static RjtStory *
begin_loss (void)
{
  RjtStory *story = rjt_story_new ("room");

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell (story, 300, RJ_EVENT_EVERYONE_FLOWING, NULL, 0, NULL, NULL);
  rjt_tell_fault (story, 2000, "kill-media-node", "1");
  rjt_tell_lost (story, 5500, "b", 1, "nodeCrashed");
  rjt_tell_unwatch (story, 5501, "b", 1, "a", 1990);
  return story;
}

static void
test_the_phases_of_a_plain_rejoin (void)
{
  g_autoptr (RjtStory) story = begin_loss ();
  g_autoptr (RjResult) result = NULL;
  const RjRejoin *r;

  rjt_tell_join (story, 5503, "b", 2, FALSE);
  rjt_tell_watch (story, 5520, "b", 2, "a");
  rjt_tell_end (story, 9000, "recovered");
  result = rjt_conclude (story);
  r = rjt_get_rejoin (result, 1, 0);
  g_assert_cmpstr (r->cause, ==, "nodeCrashed");
  g_assert_cmpstr (r->detected_by, ==, "server-event");
  g_assert_cmpstr (r->last_edge, ==, "a>b");
  g_assert_cmpuint (r->tries, ==, 1);
  rjt_assert_ms (r->detect_ms, 3500);
  rjt_assert_ms (r->wait_ms, 3);
  rjt_assert_ms (r->token_ms, 4);
  rjt_assert_ms (r->connect_ms, 2);
  rjt_assert_ms (r->join_ms, 6);
  rjt_assert_ms (r->publish_ms, 5); /* joined at 5515, announced at 5520 */
  rjt_assert_ms (r->subscribe_ms, 15);
  rjt_assert_ms (r->ice_ms, 20);
  rjt_assert_ms (r->dtls_ms, 10);
  rjt_assert_ms (r->first_packet_ms, 3);
  rjt_assert_ms (r->first_key_frame_ms, 12);
  rjt_assert_ms (r->total_ms, 3580);
  rjt_assert_ms (rjt_add_phases (r), r->total_ms);
  /* ours: 3 to the token, 5 from the announcement to the offer, and from the answer on */
  rjt_assert_ms (r->own_ms, 3 + 5 + 20 + 10 + 3 + 12);
  rjt_assert_ms (rj_rejoin_get_server_ms (r), 4 + 2 + 6 + 5 + 10);
  g_assert_cmpuint (rjt_get_participant (result, 0)->rejoins->len, ==, 0);
  g_assert_cmpuint (rjt_get_participant (result, 1)->attempts, ==, 2);
  g_assert_false (rjt_get_participant (result, 1)->same_connection);
}

/* The definition's own test: one peer's answer is late while our code sleeps for 200 ms. */
static void
test_sleeping_shows_in_the_own_part (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  const RjRejoin *r;

  rjt_tell_start (story, "a c b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "c", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell_watch (story, 200, "b", 1, "c");
  rjt_tell_lost (story, 5000, "b", 1, "nodeCrashed");
  rjt_tell_unwatch (story, 5000, "b", 1, "a", 4990);
  rjt_tell_unwatch (story, 5000, "b", 1, "c", 4990);
  rjt_tell_join (story, 5000, "b", 2, FALSE);
  rjt_tell (story, 5012, RJ_EVENT_REMOTE_PUBLISHED, "b", 2, "a", "{'from':'a','at_join':true}");
  rjt_tell (story, 5012, RJ_EVENT_REMOTE_PUBLISHED, "b", 2, "c", "{'from':'c','at_join':true}");
  rjt_tell (story, 5013, RJ_EVENT_PEER_CREATED, "b", 2, "a", "{'direction':'subscribe'}");
  rjt_tell (story, 5014, RJ_EVENT_OFFER_SENT, "b", 2, "a", NULL);
  /* now we sleep: the answer for a, which is delayed by 180 ms, hides nothing of it */
  rjt_tell (story, 5194, RJ_EVENT_ANSWER_RECEIVED, "b", 2, "a", NULL);
  rjt_tell (story, 5212, RJ_EVENT_FIRST_KEY_FRAME, "b", 2, "a", NULL);
  rjt_tell (story, 5214, RJ_EVENT_PEER_CREATED, "b", 2, "c", "{'direction':'subscribe'}");
  rjt_tell (story, 5214, RJ_EVENT_OFFER_SENT, "b", 2, "c", NULL);
  rjt_tell (story, 5224, RJ_EVENT_ANSWER_RECEIVED, "b", 2, "c", NULL);
  rjt_tell (story, 5240, RJ_EVENT_ICE_CONNECTED, "b", 2, "c", NULL);
  rjt_tell (story, 5250, RJ_EVENT_DTLS_CONNECTED, "b", 2, "c", NULL);
  rjt_tell (story, 5255, RJ_EVENT_FIRST_PACKET, "b", 2, "c", NULL);
  rjt_tell (story, 5260, RJ_EVENT_FIRST_KEY_FRAME, "b", 2, "c", NULL);
  rjt_tell_end (story, 9000, "duration");
  result = rjt_conclude (story);
  r = rjt_get_rejoin (result, 2, 0);
  g_assert_cmpstr (r->last_edge, ==, "c>b");
  rjt_assert_ms (r->total_ms, 270); /* from the last frame, 4990 */
  rjt_assert_ms (r->detect_ms, 10);
  rjt_assert_ms (r->own_ms, 260 - 12 - 10); /* token, connect, join; c's own answer */
  g_assert_cmpfloat (r->own_ms, >=, 200);
}

/* Where the server makes the offer, it is waited for twice; what lies between is our answer */
static void
test_answering_an_offer_is_own (void)
{
  g_autoptr (RjtStory) story = begin_loss ();
  g_autoptr (RjResult) result = NULL;
  const RjRejoin *r;

  rjt_tell_join (story, 5500, "b", 2, FALSE);
  rjt_tell (story, 5512, RJ_EVENT_REMOTE_PUBLISHED, "b", 2, "a", "{'from':'a','at_join':true}");
  rjt_tell (story, 5512, RJ_EVENT_PEER_CREATED, "b", 2, "a", "{'direction':'subscribe'}");
  rjt_tell (story, 5520, RJ_EVENT_OFFER_REQUESTED, "b", 2, "a", NULL);
  rjt_tell (story, 5550, RJ_EVENT_OFFER_RECEIVED, "b", 2, "a", NULL);
  rjt_tell (story, 5570, RJ_EVENT_ANSWER_SENT, "b", 2, "a", NULL);
  rjt_tell (story, 5580, RJ_EVENT_ANSWER_ACCEPTED, "b", 2, "a", NULL);
  rjt_tell (story, 5590, RJ_EVENT_ICE_CONNECTED, "b", 2, "a", NULL);
  rjt_tell (story, 5600, RJ_EVENT_DTLS_CONNECTED, "b", 2, "a", NULL);
  rjt_tell (story, 5605, RJ_EVENT_FIRST_PACKET, "b", 2, "a", NULL);
  rjt_tell (story, 5612, RJ_EVENT_FIRST_KEY_FRAME, "b", 2, "a", NULL);
  rjt_tell_end (story, 9000, "recovered");
  result = rjt_conclude (story);
  r = rjt_get_rejoin (result, 1, 0);
  rjt_assert_ms (r->subscribe_ms, 68);
  rjt_assert_ms (r->own_ms,
                 112 - 12 - 30 - 10); /* token, connect, join; offer; our answer's reply */
  rjt_assert_ms (rjt_add_phases (r), r->total_ms);
}

static void
test_dawdling_after_the_news_is_own (void)
{
  g_autoptr (RjtStory) story = begin_loss ();
  g_autoptr (RjResult) result = NULL;
  const RjRejoin *r;

  rjt_tell (story, 5300, RJ_EVENT_DETECTOR_FIRED, "b", 1, NULL,
            "{'detector':'server-event','acted':true}");
  for (guint i = 0; i < story->events->len; i++) { /* the story's own firing goes */
    const RjEvent *event = g_ptr_array_index (story->events, i);

    if (g_str_equal (event->type, RJ_EVENT_DETECTOR_FIRED) && event->mono_us == rjt_story_us (5500))
      g_ptr_array_remove_index (story->events, i--);
  }
  rjt_tell_join (story, 5500, "b", 2, FALSE);
  rjt_tell_watch (story, 5512, "b", 2, "a");
  rjt_tell_end (story, 9000, "recovered");
  result = rjt_conclude (story);
  r = rjt_get_rejoin (result, 1, 0);
  rjt_assert_ms (r->detect_ms, 3300);
  rjt_assert_ms (r->wait_ms, 200);
  g_assert_cmpfloat (r->own_ms, >=, 200);
}

static void
test_waiting_for_the_publisher_is_not_own (void)
{
  g_autoptr (RjtStory) story = begin_loss ();
  g_autoptr (RjResult) result = NULL;
  const RjRejoin *r;

  rjt_tell_join (story, 5500, "b", 2, FALSE);
  rjt_tell_lost (story, 5600, "a", 1, "nodeCrashed");
  rjt_tell_join (story, 6500, "a", 2, TRUE);
  rjt_tell_watch (story, 6512, "b", 2, "a");
  rjt_tell_end (story, 9000, "recovered");
  result = rjt_conclude (story);
  r = rjt_get_rejoin (result, 1, 0);
  rjt_assert_ms (r->publish_ms, 1000);
  rjt_assert_ms (r->own_ms, 5 + 20 + 10 + 3 + 12);
  rjt_assert_ms (rjt_add_phases (r), r->total_ms);
}

static void
test_a_late_first_packet_is_own_up_to_50_ms (void)
{
  g_autoptr (RjtStory) story = begin_loss ();
  g_autoptr (RjResult) result = NULL;
  const RjRejoin *r;

  rjt_tell_join (story, 5500, "b", 2, FALSE);
  rjt_tell (story, 5512, RJ_EVENT_REMOTE_PUBLISHED, "b", 2, "a", "{'from':'a','at_join':true}");
  rjt_tell (story, 5512, RJ_EVENT_PEER_CREATED, "b", 2, "a", "{'direction':'subscribe'}");
  rjt_tell (story, 5512, RJ_EVENT_OFFER_SENT, "b", 2, "a", NULL);
  rjt_tell (story, 5522, RJ_EVENT_ANSWER_RECEIVED, "b", 2, "a", NULL);
  rjt_tell (story, 5540, RJ_EVENT_ICE_CONNECTED, "b", 2, "a", NULL);
  rjt_tell (story, 5550, RJ_EVENT_DTLS_CONNECTED, "b", 2, "a", NULL);
  rjt_tell (story, 5850, RJ_EVENT_FIRST_PACKET, "b", 2, "a", NULL);
  rjt_tell (story, 5860, RJ_EVENT_FIRST_KEY_FRAME, "b", 2, "a", NULL);
  rjt_tell_end (story, 9000, "recovered");
  result = rjt_conclude (story);
  r = rjt_get_rejoin (result, 1, 0);
  rjt_assert_ms (r->first_packet_ms, 300);
  rjt_assert_ms (r->own_ms, 18 + 10 + 50 + 10);
}

/* Two failed tries: one refused, one never answered; then it works. */
static void
tell_two_failures (RjtStory *story, const char *because)
{
  g_autofree char *wait = g_strdup_printf ("{'delay_ms':200,'failures':1,'because':'%s'}", because);

  rjt_tell (story, 5500, RJ_EVENT_ATTEMPT_STARTED, "b", 2, NULL, "{'try':1,'rejoin':true}");
  rjt_tell (story, 5500, RJ_EVENT_TOKEN_REQUESTED, "b", 2, NULL, NULL);
  rjt_tell (story, 5530, RJ_EVENT_TOKEN_RECEIVED, "b", 2, NULL, NULL);
  rjt_tell (story, 5530, RJ_EVENT_CONNECT_STARTED, "b", 2, NULL, NULL);
  rjt_tell (story, 5540, RJ_EVENT_CONNECTED, "b", 2, NULL, NULL);
  rjt_tell (story, 5540, RJ_EVENT_JOIN_SENT, "b", 2, NULL, NULL);
  rjt_tell (story, 5550, RJ_EVENT_ATTEMPT_FAILED, "b", 2, NULL,
            "{'step':'join','error':'no media node','error_word':'rpc-204','retry':'later'}");
  rjt_tell (story, 5550, RJ_EVENT_ATTEMPT_CLOSED, "b", 2, NULL, NULL);
  rjt_tell (story, 5550, RJ_EVENT_WAIT_STARTED, "b", 0, NULL, wait);
  rjt_tell (story, 5750, RJ_EVENT_ATTEMPT_STARTED, "b", 3, NULL, "{'try':2,'rejoin':true}");
  rjt_tell (story, 5750, RJ_EVENT_TOKEN_REQUESTED, "b", 3, NULL, NULL);
  rjt_tell (story, 6750, RJ_EVENT_ATTEMPT_FAILED, "b", 3, NULL,
            "{'step':'token','error':'no answer','error_word':'timeout'}");
  rjt_tell (story, 6750, RJ_EVENT_ATTEMPT_CLOSED, "b", 3, NULL, NULL);
  rjt_tell (story, 6750, RJ_EVENT_WAIT_STARTED, "b", 0, NULL,
            "{'delay_ms':320,'failures':2,'because':'timeout'}");
  rjt_tell_join (story, 7070, "b", 4, FALSE);
  rjt_tell_watch (story, 7082, "b", 4, "a");
  rjt_tell_end (story, 9000, "recovered");
}

static void
test_backoff_is_own (void)
{
  g_autoptr (RjtStory) story = begin_loss ();
  g_autoptr (RjResult) result = NULL;
  const RjRejoin *r;

  tell_two_failures (story, "rpc-202");
  result = rjt_conclude (story);
  r = rjt_get_rejoin (result, 1, 0);
  g_assert_cmpuint (r->tries, ==, 3);
  rjt_assert_ms (r->wait_ms, 1570);
  rjt_assert_ms (r->own_ms, 200 + 320 + 50);
  rjt_assert_ms (rjt_add_phases (r), r->total_ms);
}

static void
test_backoff_after_204_is_the_server_s (void)
{
  g_autoptr (RjtStory) story = begin_loss ();
  g_autoptr (RjResult) result = NULL;

  tell_two_failures (story, "rpc-204");
  result = rjt_conclude (story);
  rjt_assert_ms (rjt_get_rejoin (result, 1, 0)->own_ms, 320 + 50);
}

static void
test_who_only_publishes_ends_with_its_publication (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  const RjRejoin *r;

  rjt_tell_start (story, "a");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_fault (story, 2000, "cut-websocket", "fin");
  rjt_tell_lost (story, 2100, "a", 1, "networkDisconnect");
  rjt_tell_join (story, 2100, "a", 2, TRUE);
  rjt_tell_end (story, 5000, "recovered");
  result = rjt_conclude (story);
  r = rjt_get_rejoin (result, 0, 0);
  g_assert_null (r->last_edge);
  rjt_assert_ms (r->total_ms, 160);
  rjt_assert_ms (r->publish_ms, 18); /* joined at 12, answered at 30 */
  rjt_assert_ms (r->subscribe_ms, 0);
  rjt_assert_ms (r->ice_ms, 20);
  rjt_assert_ms (r->dtls_ms, 10);
  rjt_assert_ms (r->first_packet_ms + r->first_key_frame_ms, 0);
  rjt_assert_ms (rjt_add_phases (r), r->total_ms);
  rjt_assert_ms (r->own_ms, 60 - 12 - 10);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
}

static void
test_without_a_fault_the_loss_begins_with_the_last_frame (void)
{
  g_autoptr (RjtStory) story = begin_loss ();
  g_autoptr (RjResult) result = NULL;

  for (guint i = story->events->len; i > 0; i--)
    if (g_str_has_prefix (((RjEvent *) g_ptr_array_index (story->events, i - 1))->type, "fault-"))
      g_ptr_array_remove_index (story->events, i - 1);
  rjt_tell_join (story, 5503, "b", 2, FALSE);
  rjt_tell_watch (story, 5520, "b", 2, "a");
  rjt_tell_end (story, 9000, "duration");
  result = rjt_conclude (story);
  rjt_assert_ms (rjt_get_rejoin (result, 1, 0)->detect_ms, 3510);
}

/* What somebody does on purpose meanwhile is no cause of a loss */
static void
test_a_step_is_no_cause (void)
{
  g_autoptr (RjtStory) story = begin_loss ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell (story, 4000, RJ_EVENT_FAULT_STARTED, NULL, 0, NULL,
            "{'fault':1,'what':'mute','target':'a','at_ms':3000}");
  rjt_tell (story, 4001, RJ_EVENT_FAULT_ENDED, NULL, 0, NULL,
            "{'fault':1,'what':'mute','ok':true}");
  rjt_tell_join (story, 5503, "b", 2, FALSE);
  rjt_tell_watch (story, 5520, "b", 2, "a");
  rjt_tell_end (story, 9000, "recovered");
  result = rjt_conclude (story);
  rjt_assert_ms (rjt_get_rejoin (result, 1, 0)->detect_ms, 3500);
}

static void
test_an_old_fault_is_no_cause (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell_fault (story, 1000, "mark", "x");
  rjt_tell_lost (story, 31500, "b", 1, "nodeCrashed");
  rjt_tell_unwatch (story, 31501, "b", 1, "a", 31000);
  rjt_tell_join (story, 31510, "b", 2, FALSE);
  rjt_tell_watch (story, 31530, "b", 2, "a");
  rjt_tell_end (story, 40000, "duration");
  result = rjt_conclude (story);
  rjt_assert_ms (rjt_get_rejoin (result, 1, 0)->detect_ms, 500);
}

static void
test_a_resume (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  const RjRejoin *r;

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell_fault (story, 2000, "cut-websocket", "rst");
  rjt_tell (story, 2002, RJ_EVENT_DETECTOR_FIRED, "b", 1, NULL,
            "{'detector':'ping-unanswered','acted':true}");
  rjt_tell (story, 2002, RJ_EVENT_RESUME_STARTED, "b", 1, NULL, "{'code':1006}");
  rjt_tell (story, 2002, RJ_EVENT_CONNECT_STARTED, "b", 1, NULL, NULL);
  rjt_tell (story, 2102, RJ_EVENT_CONNECT_STARTED, "b", 1, NULL, NULL);
  rjt_tell (story, 2112, RJ_EVENT_CONNECTED, "b", 1, NULL, NULL);
  rjt_tell (story, 2115, RJ_EVENT_RESUMED, "b", 1, NULL, "{'tries':2}");
  rjt_tell (story, 5000, RJ_EVENT_PARTICIPANT_STATE, "b", 0, NULL, "{'to':'leaving'}");
  rjt_tell_unwatch (story, 5001, "b", 1, "a", 4990);
  rjt_tell_end (story, 5010, "recovered");
  result = rjt_conclude (story);
  r = rjt_get_rejoin (result, 1, 0);
  g_assert_cmpstr (r->cause, ==, "resume");
  g_assert_cmpstr (r->detected_by, ==, "ping-unanswered");
  g_assert_cmpuint (r->tries, ==, 2);
  rjt_assert_ms (r->total_ms, 115);
  rjt_assert_ms (r->detect_ms, 2);
  rjt_assert_ms (r->wait_ms, 100);
  rjt_assert_ms (r->connect_ms, 10);
  rjt_assert_ms (r->join_ms, 3);
  rjt_assert_ms (r->own_ms, 100);
  rjt_assert_ms (rjt_add_phases (r), r->total_ms);
  g_assert_true (rjt_get_participant (result, 1)->same_connection);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
}

static void
test_a_media_server_that_is_back_in_time (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;
  const RjRejoin *r;

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell_fault (story, 2000, "restart-media-node", "1");
  rjt_tell (story, 2500, RJ_EVENT_OWN_UNPUBLISHED, "a", 1, "publish",
            "{'reason':'mediaServerReconnect'}");
  rjt_tell (story, 2500, RJ_EVENT_PEER_CLOSED, "a", 1, "publish", NULL);
  rjt_tell (story, 2501, RJ_EVENT_REMOTE_UNPUBLISHED, "b", 1, "a",
            "{'from':'a','reason':'mediaServerReconnect','foreign':false}");
  rjt_tell_unwatch (story, 2501, "b", 1, "a", 1990);
  rjt_tell (story, 2510, RJ_EVENT_PEER_CREATED, "a", 1, "publish",
            "{'direction':'publish','why':'republish'}");
  rjt_tell (story, 2520, RJ_EVENT_OFFER_SENT, "a", 1, "publish", NULL);
  rjt_tell (story, 2540, RJ_EVENT_ANSWER_RECEIVED, "a", 1, "publish", NULL);
  rjt_tell (story, 2560, RJ_EVENT_ICE_CONNECTED, "a", 1, "publish", NULL);
  rjt_tell (story, 2570, RJ_EVENT_DTLS_CONNECTED, "a", 1, "publish", NULL);
  rjt_tell_watch (story, 2541, "b", 1, "a");
  rjt_tell_unwatch (story, 4999, "b", 1, "a", 4990);
  rjt_tell_end (story, 5000, "recovered");
  result = rjt_conclude (story);
  r = rjt_get_rejoin (result, 0, 0);
  g_assert_cmpstr (r->cause, ==, "mediaServerReconnect");
  rjt_assert_ms (r->total_ms, 570);
  rjt_assert_ms (r->detect_ms, 500);
  rjt_assert_ms (r->publish_ms, 40);
  rjt_assert_ms (r->own_ms, 50);
  r = rjt_get_rejoin (result, 1, 0);
  g_assert_cmpstr (r->last_edge, ==, "a>b");
  rjt_assert_ms (r->detect_ms, 501);
  rjt_assert_ms (r->wait_ms + r->token_ms + r->connect_ms + r->join_ms, 0);
  rjt_assert_ms (r->publish_ms, 40);
  rjt_assert_ms (r->total_ms, 601);
  rjt_assert_ms (r->own_ms, 60 - 10);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
}

static void
test_a_way_that_does_not_end (void)
{
  g_autoptr (RjtStory) story = begin_loss ();
  g_autoptr (RjResult) result = NULL;
  const RjRejoin *r;

  rjt_tell (story, 5500, RJ_EVENT_ATTEMPT_STARTED, "b", 2, NULL, "{'try':1,'rejoin':true}");
  rjt_tell (story, 5500, RJ_EVENT_TOKEN_REQUESTED, "b", 2, NULL, NULL);
  rjt_tell (story, 29990, RJ_EVENT_PARTICIPANT_STATE, "b", 0, NULL, "{'to':'leaving'}");
  rjt_tell (story, 29991, RJ_EVENT_ATTEMPT_CLOSED, "b", 2, NULL, "{'reason':'left'}");
  rjt_tell_end (story, 30000, "duration");
  result = rjt_conclude (story);
  r = rjt_get_rejoin (result, 1, 0);
  g_assert_cmpint (r->flowing_at_us, ==, 0);
  g_assert_cmpstr (r->stuck_in, ==, "token");
  rjt_assert_ms (r->detect_ms, 3500);
  g_assert_cmpfloat (r->total_ms, ==, RJ_MS_UNKNOWN);
  g_assert_cmpfloat (r->own_ms, ==, RJ_MS_UNKNOWN);
  g_assert_cmpfloat (rj_rejoin_get_server_ms (r), ==, RJ_MS_UNKNOWN);
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_FAILED);
}

static void
test_who_is_evicted_twice_rejoins_twice (void)
{
  g_autoptr (RjtStory) story = begin_loss ();
  g_autoptr (RjResult) result = NULL;

  rjt_tell_join (story, 5503, "b", 2, FALSE);
  rjt_tell_lost (story, 6000, "b", 2, "nodeCrashed");
  rjt_tell_join (story, 6000, "b", 3, FALSE);
  rjt_tell_watch (story, 6020, "b", 3, "a");
  rjt_tell_end (story, 9000, "recovered");
  result = rjt_conclude (story);
  g_assert_cmpuint (rjt_get_participant (result, 1)->rejoins->len, ==, 2);
  g_assert_cmpint (rjt_get_rejoin (result, 1, 0)->flowing_at_us, ==, 0);
  rjt_assert_ms (rjt_get_rejoin (result, 1, 1)->detect_ms, 4000);
  rjt_assert_ms (rjt_get_rejoin (result, 1, 1)->total_ms, 4080);
}

static void
test_nodes_and_detectors (void)
{
  g_autoptr (RjtStory) story = begin_loss ();
  g_autoptr (RjResult) result = NULL;
  const RjRejoin *r;
  const gint64 *stamp;

  rjt_tell (story, 50, RJ_EVENT_SESSION_PLACED, NULL, 0, NULL, "{'node':0,'master':1}")->session =
    g_strdup ("room");
  rjt_tell (story, 5499, RJ_EVENT_NODE_CRASHED, NULL, 0, NULL, "{'node':0}");
  rjt_tell (story, 5499.5, RJ_EVENT_PARTICIPANT_EVICTED, NULL, 0, NULL,
            "{'connection':'con_b1','name':'b','reason':'nodeCrashed'}");
  rjt_tell (story, 3000, RJ_EVENT_DETECTOR_FIRED, "b", 1, "a",
            "{'detector':'rtp-silence','acted':false}");
  rjt_tell (story, 3500, RJ_EVENT_DETECTOR_FIRED, "b", 1, "a",
            "{'detector':'rtp-silence','acted':false}");
  rjt_tell_join (story, 5503, "b", 2, FALSE);
  rjt_tell (story, 5510, RJ_EVENT_SESSION_PLACED, NULL, 0, NULL, "{'node':1,'master':0}")->session =
    g_strdup ("room");
  rjt_tell_watch (story, 5520, "b", 2, "a");
  rjt_tell_end (story, 9000, "recovered");
  result = rjt_conclude (story);
  r = rjt_get_rejoin (result, 1, 0);
  g_assert_cmpstr (r->node_before, ==, "0");
  g_assert_cmpstr (r->node_after, ==, "1");
  g_assert_cmpstr (r->master_before, ==, "1");
  g_assert_cmpstr (r->master_after, ==, "0");
  g_assert_cmpint (r->evicted_at_us, ==, rjt_story_us (5499.5));
  g_assert_cmpuint (g_hash_table_size (r->detectors), ==, 2);
  stamp = g_hash_table_lookup (r->detectors, "rtp-silence");
  g_assert_cmpint (*stamp, ==, rjt_story_us (3000));
  rjt_assert_ms (((RjFaultResult *) g_ptr_array_index (result->faults, 0))->server_detection_ms,
                 3499);
}

static const RjFaultResult *
get_fault (RjResult *result, guint i)
{
  return g_ptr_array_index (result->faults, i);
}

/* Each crash and each outage belongs to the fault that made it, also when the next one follows at once */
static void
test_faults_one_after_another (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell_fault (story, 1000, "freeze-media-node", "1");
  rjt_tell_fault (story, 2000, "cut-websocket", "rst");
  rjt_tell (story, 2002, RJ_EVENT_RESUME_STARTED, "b", 1, NULL, NULL);
  rjt_tell (story, 2010, RJ_EVENT_RESUMED, "b", 1, NULL, "{'tries':1}");
  rjt_tell_fault (story, 4000, "kill-media-node", "1");
  rjt_tell (story, 4300, RJ_EVENT_NODE_CRASHED, NULL, 0, NULL, "{'node':1}");
  rjt_tell (story, 6000, RJ_EVENT_FRAME_GAP, "b", 1, "a",
            "{'last_frame_us@':3990,'next_frame_us@':6000,'next_key_frame_us@':6000}");
  rjt_tell (story, 8000, RJ_EVENT_PARTICIPANT_STATE, "b", 0, NULL, "{'to':'leaving'}");
  rjt_tell_unwatch (story, 8001, "b", 1, "a", 7990);
  rjt_tell_end (story, 9000, "recovered");
  result = rjt_conclude (story);
  rjt_assert_ms (get_fault (result, 0)->server_detection_ms, RJ_MS_UNKNOWN);
  rjt_assert_ms (get_fault (result, 1)->back_ms, 10);
  rjt_assert_ms (get_fault (result, 2)->back_ms, 2000);
  rjt_assert_ms (get_fault (result, 2)->server_detection_ms, 300);
}

/* A master is found dead by the front, a media node by its server: each by its own */
static void
test_a_master_and_a_node (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, FALSE);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  rjt_tell_fault (story, 2000, "kill-master", "0");
  rjt_tell (story, 2004, RJ_EVENT_MASTER_LOST, NULL, 0, NULL, "{'master':0}");
  rjt_tell (story, 4500, RJ_EVENT_NODE_CRASHED, NULL, 0, NULL, "{'node':1}");
  rjt_tell_end (story, 9000, "recovered");
  result = rjt_conclude (story);
  rjt_assert_ms (get_fault (result, 0)->server_detection_ms, 3500);
  rjt_assert_ms (get_fault (result, 1)->server_detection_ms, 4);
}

static void
test_everybody_after_a_crash (void)
{
  g_autoptr (RjtStory) story = rjt_story_new ("room");
  g_autoptr (RjResult) result = NULL;

  rjt_tell_crash (story, "a b c d");
  result = rjt_conclude (story);
  g_assert_cmpuint (result->edges->len, ==, 12);
  for (guint i = 0; i < 4; i++) {
    g_assert_cmpuint (rjt_get_participant (result, i)->rejoins->len, ==, 1);
    rjt_assert_ms (rjt_add_phases (rjt_get_rejoin (result, i, 0)),
                   rjt_get_rejoin (result, i, 0)->total_ms);
  }
  g_assert_cmpint (result->verdict, ==, RJ_VERDICT_PASSED);
  g_assert_cmpstr (result->reason, ==,
                   "4 of 4 participants lost something, for 3.67 s at most, and all are back.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/measure/rejoins/" #name, test_##name)
  ADD (the_phases_of_a_plain_rejoin);
  ADD (sleeping_shows_in_the_own_part);
  ADD (answering_an_offer_is_own);
  ADD (dawdling_after_the_news_is_own);
  ADD (waiting_for_the_publisher_is_not_own);
  ADD (a_late_first_packet_is_own_up_to_50_ms);
  ADD (backoff_is_own);
  ADD (backoff_after_204_is_the_server_s);
  ADD (who_only_publishes_ends_with_its_publication);
  ADD (without_a_fault_the_loss_begins_with_the_last_frame);
  ADD (a_step_is_no_cause);
  ADD (an_old_fault_is_no_cause);
  ADD (a_resume);
  ADD (a_media_server_that_is_back_in_time);
  ADD (a_way_that_does_not_end);
  ADD (who_is_evicted_twice_rejoins_twice);
  ADD (nodes_and_detectors);
  ADD (faults_one_after_another);
  ADD (a_master_and_a_node);
  ADD (everybody_after_a_crash);
  return g_test_run ();
}
