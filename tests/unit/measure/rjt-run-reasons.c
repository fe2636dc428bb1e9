/* Reasons of the run as a whole */
#include "rjt-reasons.h"
#include "rjt-shard-stories.h"

static void
tell_log_without_start (RjtStory *story, gboolean fires)
{
  if (!fires)
    rjt_tell_start (story, "a b");
  rjt_tell_pair_joins (story);
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_log_without_end (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_good_end (story, 5000, "duration");
  if (fires)
    g_ptr_array_set_size (story->events, story->events->len - 1);
}

/* The end of one of two machines is missing */
static void
tell_second_log_without_end (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  if (fires)
    rjt_tell_start (story, "");
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_log_without_counts (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  if (fires)
    rjt_tell_end (story, 5000, "duration");
  else
    rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_interrupted (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_good_end (story, 5000, fires ? "signal" : "duration");
}

/* The neighbour: one of two could */
static void
tell_nobody_joined (RjtStory *story, gboolean fires)
{
  rjt_tell_start (story, "a b");
  if (!fires)
    rjt_tell_join (story, 100, "a", 1, TRUE);
  for (guint i = fires ? 0 : 1; i < 2; i++)
    rjt_tell (story, 200, RJ_EVENT_ATTEMPT_FAILED, rjt_pair[i], 1, NULL,
              "{'step':'token','error':'connection refused'}");
  rjt_tell_end (story, 20000, "join-deadline");
}

static void
tell_no_media (RjtStory *story, gboolean fires)
{
  rjt_tell_start (story, "a");
  rjt_tell (story, 100, RJ_EVENT_JOINED, "a", 1, NULL, "{'connection':'con_1'}");
  rjt_tell (story, 110, RJ_EVENT_PEER_CREATED, "a", 1, "publish", "{'direction':'publish'}");
  if (!fires)
    rjt_tell (story, 120, RJ_EVENT_DTLS_CONNECTED, "a", 1, "publish", NULL);
  rjt_tell_end (story, 20000, fires ? "join-deadline" : "duration");
}

static void
tell_broke_off (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_good_end (story, 5000, fires ? "error" : "duration");
}

static void
tell_unknown_end (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_good_end (story, 5000, fires ? "moonrise" : "duration");
}

static void
tell_command (RjtStory *story, const char *ended)
{
  rjt_tell_pair (story);
  rjt_tell (story, 1000, RJ_EVENT_FAULT_STARTED, NULL, 0, NULL,
            "{'fault':0,'what':'run','target':'docker kill kms','at_ms':700}");
  if (ended != NULL)
    rjt_tell (story, 1100, RJ_EVENT_FAULT_ENDED, NULL, 0, NULL, ended);
  rjt_tell_gap (story, 990, 3000);
  rjt_tell_good_end (story, 30000, "recovered");
}

static void
tell_fault_unfinished (RjtStory *story, gboolean fires)
{
  tell_command (story, fires ? NULL : "{'fault':0,'what':'run','ok':true,'exit_code':0}");
}

static void
tell_fault_timed_out (RjtStory *story, gboolean fires)
{
  tell_command (story, fires ? "{'fault':0,'what':'run','ok':false,'timed_out':true}"
                             : "{'fault':0,'what':'run','ok':true,'timed_out':false}");
}

static void
tell_fault_exit_code (RjtStory *story, gboolean fires)
{
  tell_command (story, fires ? "{'fault':0,'what':'run','ok':true,'exit_code':1}"
                             : "{'fault':0,'what':'run','ok':true,'exit_code':0}");
}

static void
tell_fault_failed (RjtStory *story, gboolean fires)
{
  tell_command (story, fires ? "{'fault':0,'what':'run','ok':false,'error':'no such node'}"
                             : "{'fault':0,'what':'run','ok':true}");
}

static void
tell_timed_out_early (RjtStory *story, gboolean fires)
{
  rjt_tell_dark (story, fires ? 8000 : 18000, "timeout");
}

static void
tell_join_deadline (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_good_end (story, 5000, fires ? "join-deadline" : "duration");
}

/* What ended well on another machine, and later, does not make up for it. */
static void
tell_join_deadline_elsewhere (RjtStory *story, gboolean fires)
{
  rjt_tell_start (story, "");
  rjt_tell_pair (story);
  rjt_tell_end (story, 4000, fires ? "join-deadline" : "duration");
  rjt_tell_good_end (story, 5000, "duration");
}

/* Each machine counts its own faults. */
static void
tell_fault_failed_elsewhere (RjtStory *story, gboolean fires)
{
  rjt_tell_start (story, "");
  tell_command (story, "{'fault':0,'what':'run','ok':true,'exit_code':0}");
  rjt_tell_end (story, 4000, "duration");
  rjt_tell (story, 999, RJ_EVENT_FAULT_STARTED, NULL, 0, NULL,
            "{'fault':0,'what':'run','target':'docker kill kms','at_ms':700}");
  rjt_tell (story, 1050, RJ_EVENT_FAULT_ENDED, NULL, 0, NULL,
            fires ? "{'fault':0,'what':'run','ok':false,'error':'no such node'}"
                  : "{'fault':0,'what':'run','ok':true,'exit_code':0}");
}

static void
tell_no_effect (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_gap (story, 400, 990); /* before the fault, so not its effect */
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  if (!fires)
    rjt_tell_gap (story, 995, 3000);
  rjt_tell_good_end (story, 5000, "duration");
}

/* Who was back before it has not come back from it. */
static void
tell_no_effect_after_a_way_back (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "0");
  rjt_tell_lost (story, 4500, "a", 1, "nodeCrashed");
  rjt_tell_unwatch (story, 4500, "a", 1, "b", 990);
  rjt_tell_unwatch (story, 4600, "b", 1, "a", 990);
  rjt_tell_join (story, 4700, "a", 2, TRUE);
  rjt_tell_watch (story, 4800, "a", 2, "b");
  rjt_tell_watch (story, 4800, "b", 1, "a");
  rjt_tell_fault (story, 9000, "kill-media-node", "1");
  if (!fires)
    rjt_tell_gap (story, 8995, 9900);
  rjt_tell_unwatch (story, 12000, "a", 2, "b", 11990);
  rjt_tell_unwatch (story, 12000, "b", 1, "a", 11990);
  rjt_tell_end (story, 12001, "duration");
}

static void
tell_no_effect_of_a_step_on_purpose (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, fires ? "kill-media-node" : "mute", "1");
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_timed_out (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_good_end (story, 5000, fires ? "timeout" : "duration");
}

static void
want_pictures (RjtStory *story)
{
  RjEvent *start = g_ptr_array_index (story->events, 0);

  json_object_set_boolean_member (json_object_get_object_member (start->data, "expectations"),
                                  "pictures", TRUE);
}

/* Black pictures after a way back are what it is all for: one from before proves nothing. */
static void
tell_no_picture_since (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  want_pictures (story);
  rjt_tell (story, 900, RJ_EVENT_PICTURE_CHECKED, "b", 1, "a", "{'ok':true}");
  rjt_tell_gap (story, 990, 3000);
  rjt_tell (story, fires ? 2999 : 3001, RJ_EVENT_PICTURE_CHECKED, "b", 1, "a", "{'ok':true}");
  rjt_tell (story, 4000, RJ_EVENT_PICTURE_CHECKED, "a", 1, "b", "{'ok':true}"); /* never dark */
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_no_picture (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  want_pictures (story);
  if (!fires)
    rjt_tell (story, 900, RJ_EVENT_PICTURE_CHECKED, "b", 1, "a", "{'ok':true}");
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_unmet (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_expect (story, fires ? "affected > 0" : "affected == 0");
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_undecided (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_expect (story, "outage.p95 < 6s");
  if (!fires)
    rjt_tell_gap (story, 990, 3000);
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_unknown_expectation (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_expect (story, fires ? "happiness == all" : "joined == all");
  rjt_tell_good_end (story, 5000, "duration");
}

/* --- passed --- */

static void
tell_all_flowed (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  if (!fires)
    rjt_tell_gap (story, 990, 3000);
  rjt_tell_good_end (story, 5000, "duration");
}

static void
tell_nobody_to_see (RjtStory *story, gboolean fires)
{
  if (!fires) {
    tell_all_flowed (story, TRUE);
    return;
  }
  rjt_tell_start (story, "a");
  rjt_tell_join (story, 100, "a", 1, TRUE);
  rjt_tell_end (story, 5000, "duration");
}

static void
tell_all_back (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  if (fires)
    rjt_tell_gap (story, 990, 3000);
  rjt_tell_pair_end (story, 30000, 29990, fires ? 29990 : 990, "duration");
}

const RjtReasonRow rjt_run_reasons[] = {
  { RJ_REASON_LOG_WITHOUT_START, tell_log_without_start, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_LOG_WITHOUT_END, tell_log_without_end, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_LOG_WITHOUT_END, tell_second_log_without_end, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_LOG_INCOMPLETE, tell_log_without_counts, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_SHARD_MISSING, rjt_tell_shard_twice, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_SHARD_MISSING, rjt_tell_shards_of_different_runs, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_SHARD_MISSING, rjt_tell_participant_twice, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_INTERRUPTED, tell_interrupted, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_NOBODY_JOINED, tell_nobody_joined, RJ_REASON_NEVER_JOINED },
  { RJ_REASON_NO_MEDIA, tell_no_media, RJ_REASON_NOBODY_TO_SEE },
  { RJ_REASON_BROKE_OFF, tell_broke_off, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_BROKE_OFF, tell_unknown_end, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_FAULT_UNFINISHED, tell_fault_unfinished, RJ_REASON_ALL_BACK },
  { RJ_REASON_FAULT_TIMED_OUT, tell_fault_timed_out, RJ_REASON_ALL_BACK },
  { RJ_REASON_FAULT_EXIT_CODE, tell_fault_exit_code, RJ_REASON_ALL_BACK },
  { RJ_REASON_FAULT_FAILED, tell_fault_failed, RJ_REASON_ALL_BACK },
  { RJ_REASON_FAULT_FAILED, tell_fault_failed_elsewhere, RJ_REASON_ALL_BACK },
  { RJ_REASON_JOIN_DEADLINE, tell_join_deadline_elsewhere, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_TIMED_OUT_EARLY, tell_timed_out_early, RJ_REASON_DARK_EDGE },
  { RJ_REASON_JOIN_DEADLINE, tell_join_deadline, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_MARK_MISSING, rjt_tell_mark_missing, RJ_REASON_ALL_BACK },
  { RJ_REASON_SHARDS_APART, rjt_tell_shard_ended_early, RJ_REASON_ALL_BACK },
  { RJ_REASON_SHARDS_APART, rjt_tell_fault_before_all_shards_flowed, RJ_REASON_ALL_BACK },
  { RJ_REASON_NO_EFFECT, rjt_tell_no_effect_of_the_first, RJ_REASON_ALL_BACK },
  { RJ_REASON_NO_EFFECT, rjt_tell_no_effect_of_a_command, RJ_REASON_ALL_BACK },
  { RJ_REASON_NO_EFFECT, rjt_tell_no_effect_of_the_second, RJ_REASON_ALL_BACK },
  { RJ_REASON_UNMET, rjt_tell_unmet_step, RJ_REASON_ALL_BACK },
  { RJ_REASON_NO_EFFECT, tell_no_effect, RJ_REASON_ALL_BACK },
  { RJ_REASON_NO_EFFECT, tell_no_effect_after_a_way_back, RJ_REASON_ALL_BACK },
  { RJ_REASON_NO_EFFECT, tell_no_effect_of_a_step_on_purpose, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_TIMED_OUT, tell_timed_out, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_NO_PICTURE, tell_no_picture, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_NO_PICTURE, tell_no_picture_since, RJ_REASON_ALL_BACK },
  { RJ_REASON_UNMET, tell_unmet, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_UNDECIDED, tell_undecided, RJ_REASON_ALL_BACK },
  { RJ_REASON_UNDECIDED, tell_unknown_expectation, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_ALL_FLOWED, tell_all_flowed, RJ_REASON_ALL_BACK },
  { RJ_REASON_NOBODY_TO_SEE, tell_nobody_to_see, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_ALL_BACK, tell_all_back, RJ_REASON_DARK_EDGE },
};

const guint rjt_n_run_reasons = G_N_ELEMENTS (rjt_run_reasons);
