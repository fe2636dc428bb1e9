/* The tester was overloaded */
#include "rjt-reasons.h"

/* Of a pair that sees each other to the end */
static void
tell_rest (RjtStory *story, gboolean overloaded, const char *reason)
{
  if (overloaded)
    rjt_tell_overload (story);
  rjt_tell_good_end (story, 5000, reason);
}

static void
tell_dark (RjtStory *story, gboolean fires)
{
  rjt_tell_dark (story, 30000, "duration");
  if (fires)
    rjt_tell_overload (story);
}

static void
tell_unmet (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_expect (story, "affected > 0");
  tell_rest (story, fires, "duration");
}

static void
tell_join_deadline (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  tell_rest (story, fires, "join-deadline");
}

static void
tell_no_effect (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  tell_rest (story, fires, "duration");
}

/* Nothing else is wrong */
static void
tell_well (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  tell_rest (story, fires, "duration");
}

static void
tell_back (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  if (fires)
    rjt_tell_overload (story);
  rjt_tell_gap (story, 990, 3000);
  rjt_tell_good_end (story, 30000, "recovered");
}

/* What was broken off, or whose fault failed, is told as that: each of them is inconclusive anyway. */
static void
tell_interrupted_too (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_overload (story);
  rjt_tell_good_end (story, 5000, fires ? "signal" : "duration");
}

static void
tell_exit_code_too (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell (story, 1000, RJ_EVENT_FAULT_STARTED, NULL, 0, NULL,
            "{'fault':0,'what':'run','target':'docker kill kms','at_ms':700}");
  rjt_tell (story, 1100, RJ_EVENT_FAULT_ENDED, NULL, 0, NULL,
            fires ? "{'fault':0,'what':'run','ok':true,'exit_code':1}"
                  : "{'fault':0,'what':'run','ok':true,'exit_code':0}");
  rjt_tell_overload (story);
  rjt_tell_gap (story, 990, 3000);
  rjt_tell_good_end (story, 30000, "recovered");
}

/* --- with --on-overload warn --- */

static void
tell_well_unless_warned (RjtStory *story, gboolean fires)
{
  tell_well (story, TRUE);
  if (!fires)
    rjt_warn_of_overload (story);
}

static void
tell_dark_though_warned (RjtStory *story, gboolean fires)
{
  if (fires)
    tell_dark (story, TRUE);
  else
    tell_well (story, TRUE);
  rjt_warn_of_overload (story);
}

static void
tell_unmet_though_warned (RjtStory *story, gboolean fires)
{
  tell_unmet (story, fires);
  rjt_warn_of_overload (story);
}

/* Of two machines one wants to know. */
static void
tell_well_though_one_was_warned (RjtStory *story, gboolean fires)
{
  if (fires)
    rjt_tell_start (story, "");
  tell_well (story, TRUE);
  if (fires)
    rjt_tell_end (story, 5000, "duration");
  rjt_warn_of_overload (story);
}

/* The gap may be the tester's own, and then the fault had no effect. */
static void
tell_late_frames (RjtStory *story, gboolean fires)
{
  tell_back (story, fires);
  rjt_warn_of_overload (story);
}

static void
tell_late_frames_and_a_way_back (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "1");
  rjt_tell_overload (story);
  if (!fires) {
    rjt_tell_lost (story, 4500, "b", 1, "nodeCrashed");
    rjt_tell_unwatch (story, 4500, "b", 1, "a", 990);
    rjt_tell_unwatch (story, 4600, "a", 1, "b", 990);
    rjt_tell_join (story, 4700, "b", 2, TRUE);
    rjt_tell_watch (story, 4800, "b", 2, "a");
    rjt_tell_watch (story, 4800, "a", 1, "b");
    rjt_tell_unwatch (story, 9000, "b", 2, "a", 8990);
    rjt_tell_unwatch (story, 9000, "a", 1, "b", 8990);
    rjt_tell_end (story, 9001, "recovered");
  } else {
    rjt_tell_gap (story, 990, 3000);
    rjt_tell_good_end (story, 9000, "recovered");
  }
  rjt_warn_of_overload (story);
}

/* Who is muted need not lose anything. */
static void
tell_late_frames_after_a_harmless_step (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, fires ? "kill-media-node" : "signal", "1");
  rjt_tell_overload (story);
  rjt_tell_gap (story, 990, 3000);
  rjt_tell_good_end (story, 9000, "duration");
  rjt_warn_of_overload (story);
}

const RjtReasonRow rjt_overload_reasons[] = {
  { RJ_REASON_OVERLOADED, tell_dark, RJ_REASON_DARK_EDGE },
  { RJ_REASON_OVERLOADED, tell_unmet, RJ_REASON_UNMET },
  { RJ_REASON_OVERLOADED, tell_join_deadline, RJ_REASON_JOIN_DEADLINE },
  { RJ_REASON_OVERLOADED, tell_no_effect, RJ_REASON_NO_EFFECT },
  { RJ_REASON_OVERLOADED, tell_well, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_OVERLOADED, tell_back, RJ_REASON_ALL_BACK },
  { RJ_REASON_INTERRUPTED, tell_interrupted_too, RJ_REASON_OVERLOADED },
  { RJ_REASON_FAULT_EXIT_CODE, tell_exit_code_too, RJ_REASON_OVERLOADED },
  { RJ_REASON_OVERLOADED, tell_well_unless_warned, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_OVERLOADED, tell_dark_though_warned, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_OVERLOADED, tell_unmet_though_warned, RJ_REASON_UNMET },
  { RJ_REASON_OVERLOADED, tell_well_though_one_was_warned, RJ_REASON_ALL_FLOWED },
  { RJ_REASON_OVERLOADED, tell_late_frames, RJ_REASON_ALL_BACK },
  { RJ_REASON_OVERLOADED, tell_late_frames_and_a_way_back, RJ_REASON_ALL_BACK },
  { RJ_REASON_OVERLOADED, tell_late_frames_after_a_harmless_step, RJ_REASON_ALL_BACK },
};

const guint rjt_n_overload_reasons = G_N_ELEMENTS (rjt_overload_reasons);
