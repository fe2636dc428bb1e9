/* What can be wrong with a participant */
#include "rjt-reasons.h"

/* Alone in its session, so that nobody misses it there */
static void
tell_stay (RjtStory *story, const char *place, const char *place_after)
{
  static const char *const joined = "{'connection':'con_%u','others':0,'server_session':'%s'}";
  g_autofree char *first = g_strdup_printf (joined, 1, place);
  g_autofree char *second = g_strdup_printf (joined, 2, place_after);

  rjt_tell_start (story, "a");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell (story, 112, RJ_EVENT_JOINED, "a", 1, NULL, first);
  rjt_tell_lost (story, 4500, "a", 1, "nodeCrashed");
  rjt_tell_join (story, 4600, "a", 2, TRUE);
  rjt_tell (story, 4613, RJ_EVENT_JOINED, "a", 2, NULL, second);
  rjt_tell_end (story, 5000, "duration");
}

static void
tell_wrong_session (RjtStory *story, gboolean fires)
{
  tell_stay (story, "room", fires ? "elsewhere" : "room");
}

/* The app server makes up its own names: one that has come back alone may be anywhere. The neighbour of a named
 * one that strayed */
static void
tell_wrong_session_of_own_names (RjtStory *story, gboolean fires)
{
  tell_stay (story, fires ? "room" : "ses_1", "ses_2");
}

/* The names are the app server's own, and @who of three is elsewhere. */
static void
tell_strayed (RjtStory *story, guint who)
{
  static const char *const names[] = { "a", "b", "c" };

  rjt_tell_start (story, "a b c");
  rjt_tell_all_join (story, names, 3, 100, 1);
  for (guint i = 0; i < 3; i++)
    rjt_tell (story, 200, RJ_EVENT_JOINED, names[i], 1, NULL,
              i == who ? "{'connection':'con_1','others':0,'server_session':'ses_2'}"
                       : "{'connection':'con_1','others':0,'server_session':'ses_1'}");
  rjt_tell_all_unwatch (story, names, 3, 5000, 1, 4990);
  rjt_tell_end (story, 5001, "duration");
}

static void
tell_first_strayed (RjtStory *story, gboolean fires)
{
  tell_strayed (story, fires ? 0 : 3);
}

static void
tell_second_strayed (RjtStory *story, gboolean fires)
{
  tell_strayed (story, fires ? 1 : 3);
}

/* The neighbour: one of two is elsewhere, and nobody knows which */
static void
tell_last_strayed (RjtStory *story, gboolean fires)
{
  if (fires) {
    tell_strayed (story, 2);
    return;
  }
  rjt_tell_pair (story);
  for (guint i = 0; i < 2; i++)
    rjt_tell (story, 200, RJ_EVENT_JOINED, rjt_pair[i], 1, NULL,
              i == 0 ? "{'connection':'con_1','others':0,'server_session':'ses_1'}"
                     : "{'connection':'con_1','others':0,'server_session':'ses_2'}");
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_wrong_frames (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell (story, 4000, RJ_EVENT_PEER_STATS, "b", 1, "a",
            fires ? "{'frames':100,'wrong_frames':1,'last_frame_us@':3990,'open':true}"
                  : "{'frames':100,'wrong_frames':0,'last_frame_us@':3990,'open':true}");
  rjt_tell_unwatch (story, 4000, "a", 1, "b", 3990);
  rjt_tell_end (story, 4001, "duration");
}

static void
tell_bad_picture (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell (story, 3000, RJ_EVENT_PICTURE_CHECKED, "b", 1, "a", "{'ok':false}");
  if (!fires)
    rjt_tell (story, 4000, RJ_EVENT_PICTURE_CHECKED, "b", 1, "a", "{'ok':true}");
  rjt_tell_good_end (story, 5000, "duration");
}

/* The neighbour: a step of the run has thrown it out */
static void
tell_gave_up (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  if (!fires)
    rjt_tell_fault (story, 1990, "force-disconnect", "b");
  rjt_tell (story, 2000, RJ_EVENT_PARTICIPANT_FAILED, "b", 0, NULL,
            "{'reason':'forceDisconnectByUser'}");
  rjt_tell_pair_end (story, 5000, 1990, 1990, "duration");
}

/* a is lost at 4500, and back at @back_ms (0: not) */
static void
tell_lost (RjtStory *story, double back_ms)
{
  double end_ms = back_ms > 0 ? back_ms + 1000 : 30000;

  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  rjt_tell_lost (story, 4500, "a", 1, "nodeCrashed");
  rjt_tell_unwatch (story, 4500, "a", 1, "b", 990);
  rjt_tell_unwatch (story, 4600, "b", 1, "a", 990);
  if (back_ms > 0) {
    rjt_tell_join (story, back_ms - 200, "a", 2, TRUE);
    rjt_tell_watch (story, back_ms - 100, "a", 2, "b");
    rjt_tell_watch (story, back_ms - 100, "b", 1, "a");
    rjt_tell_unwatch (story, end_ms, "a", 2, "b", end_ms - 10);
    rjt_tell_unwatch (story, end_ms, "b", 1, "a", end_ms - 10);
  }
  rjt_tell_end (story, end_ms + 1, back_ms > 0 ? "recovered" : "duration");
}

static void
tell_not_back (RjtStory *story, gboolean fires)
{
  tell_lost (story, fires ? 0 : 15900);
}

static void
tell_back_late (RjtStory *story, gboolean fires)
{
  tell_lost (story,
             fires ? 16044 : 16043); /* everything flows 40 ms before, and 16003 is in time */
}

static void
tell_seen_late (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1"); /* it takes 3 ms */
  rjt_tell_gap (story, 990, fires ? 16004 : 16003);
  rjt_tell_good_end (story, 20000, "recovered");
}

/* What nobody loses anything by gives nobody more time; what undoes a fault does. */
static void
tell_seen_late_in_spite_of_a_step (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "freeze-media-node", "1");
  rjt_tell_fault (story, 9000, fires ? "signal" : "thaw-media-node", "1");
  rjt_tell_gap (story, 990, 17000);
  rjt_tell_good_end (story, 20000, "recovered");
}

static void
tell_never_seen (RjtStory *story, gboolean fires)
{
  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, TRUE);
  rjt_tell_watch (story, 200, "a", 1, "b");
  rjt_tell_unwatch (story, 5000, "a", 1, "b", 4990);
  if (!fires) {
    rjt_tell_watch (story, 200, "b", 1, "a");
    rjt_tell_unwatch (story, 5000, "b", 1, "a", 4990);
  }
  rjt_tell_end (story, 5001, "duration");
}

static void
tell_dark_edge (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  if (!fires)
    rjt_tell_gap (story, 990, 3000);
  rjt_tell_pair_end (story, 30000, 29990, fires ? 990 : 29990, "duration");
}

static void
tell_never_joined (RjtStory *story, gboolean fires)
{
  if (!fires) {
    rjt_tell_pair (story);
    rjt_tell_good_end (story, 5000, "duration");
    return;
  }
  rjt_tell_start (story, "a b");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_end (story, 20000, "duration");
}

/* c is of a second machine, whose own run got nowhere; on the first one everybody flowed, and it ended later. */
static void
tell_never_joined_elsewhere (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_start (story, fires ? "c" : "");
  if (fires)
    rjt_tell (story, 1000, RJ_EVENT_PARTICIPANT_STATE, "c", 0, NULL, "{'to':'left'}");
  rjt_tell_end (story, 1001, fires ? "join-deadline" : "duration");
  rjt_tell_good_end (story, 5000, "duration");
}

/* b has joined and ought to publish */
static void
tell_never_flowed (RjtStory *story, gboolean fires)
{
  rjt_tell (story, 0, RJ_EVENT_RUN_STARTED, NULL, 0, NULL,
            "{'participants':[{'name':'a','session':'room','publishes':true},"
            "{'name':'b','session':'room','publishes':true}]}");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_join (story, 100, "b", 1, !fires);
  rjt_tell_watch (story, 200, "b", 1, "a");
  rjt_tell_unwatch (story, 5000, "b", 1, "a", 4990);
  if (!fires) {
    rjt_tell_watch (story, 200, "a", 1, "b");
    rjt_tell_unwatch (story, 5000, "a", 1, "b", 4990);
  }
  rjt_tell_end (story, 5001, "duration");
}

/* Its own stream breaks, and nobody is there to miss it */
static void
tell_sends_nothing (RjtStory *story, gboolean fires)
{
  rjt_tell_start (story, "a");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  if (fires)
    rjt_tell (story, 2000, RJ_EVENT_PEER_FAILED, "a", 1, "publish", "{'error':'DTLS is gone'}");
  rjt_tell (story, 5000, RJ_EVENT_PARTICIPANT_STATE, "a", 0, NULL, "{'to':'leaving'}");
  rjt_tell (story, 5001, RJ_EVENT_PEER_CLOSED, "a", 1, "publish", "{'reason':'closed'}");
  rjt_tell_end (story, 5002, "duration");
}

const RjtReasonRow rjt_problem_reasons[] = {
  { RJ_REASON_WRONG_SESSION, tell_wrong_session, RJ_REASON_ALL_BACK },
  { RJ_REASON_WRONG_SESSION, tell_wrong_session_of_own_names, RJ_REASON_ALL_BACK },
  { RJ_REASON_WRONG_SESSION, tell_first_strayed, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_WRONG_SESSION, tell_second_strayed, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_WRONG_SESSION, tell_last_strayed, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_WRONG_FRAMES, tell_wrong_frames, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_BAD_PICTURE, tell_bad_picture, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_GAVE_UP, tell_gave_up, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_NOT_BACK, tell_not_back, RJ_REASON_ALL_BACK },
  { RJ_REASON_BACK_LATE, tell_back_late, RJ_REASON_ALL_BACK },
  { RJ_REASON_SEEN_LATE, tell_seen_late, RJ_REASON_ALL_BACK },
  { RJ_REASON_SEEN_LATE, tell_seen_late_in_spite_of_a_step, RJ_REASON_ALL_BACK },
  { RJ_REASON_NEVER_SEEN, tell_never_seen, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_DARK_EDGE, tell_dark_edge, RJ_REASON_ALL_BACK },
  { RJ_REASON_NEVER_JOINED, tell_never_joined, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_NEVER_JOINED, tell_never_joined_elsewhere, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_NEVER_FLOWED, tell_never_flowed, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_SENDS_NOTHING, tell_sends_nothing, RJ_REASON_NOBODY_TO_SEE },
};

const guint rjt_n_problem_reasons = G_N_ELEMENTS (rjt_problem_reasons);
