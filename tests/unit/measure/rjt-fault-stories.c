#include "rjt-fault-stories.h"

const char *const rjt_pair[2] = { "a", "b" };

/* a and b publish and see each other from 300 on */
void
rjt_tell_pair_joins (RjtStory *story)
{
  rjt_tell_all_join (story, rjt_pair, 2, 100, 1);
  rjt_tell (story, 300, RJ_EVENT_EVERYONE_FLOWING, NULL, 0, NULL, NULL);
}

void
rjt_tell_pair (RjtStory *story)
{
  rjt_tell_start (story, "a b");
  rjt_tell_pair_joins (story);
}

/* @a_ms, @b_ms: the last frame that each of them saw of the other */
void
rjt_tell_pair_end (RjtStory *story, double ms, double a_ms, double b_ms, const char *reason)
{
  rjt_tell_unwatch (story, ms, "a", 1, "b", a_ms);
  rjt_tell_unwatch (story, ms, "b", 1, "a", b_ms);
  rjt_tell_end (story, ms + 1, reason);
}

void
rjt_tell_good_end (RjtStory *story, double ms, const char *reason)
{
  rjt_tell_pair_end (story, ms, ms - 10, ms - 10, reason);
}

/* b sees nothing of a between the two moments, and does again after. */
void
rjt_tell_gap (RjtStory *story, double from_ms, double to_ms)
{
  g_autofree char *data = g_strdup_printf ("{'last_frame_us@':%g,'next_frame_us@':%g,"
                                           "'next_key_frame_us@':%g}",
                                           from_ms, to_ms, to_ms);

  rjt_tell (story, to_ms, RJ_EVENT_FRAME_GAP, "b", 1, "a", data);
}

/* The first fault has hit somebody, the second one nobody. */
void
rjt_tell_no_effect_of_the_second (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "0");
  rjt_tell_gap (story, 995, 3000);
  rjt_tell_fault (story, 8000, "kill-media-node", "1");
  if (!fires)
    rjt_tell_gap (story, 7990, 9000);
  rjt_tell_good_end (story, 12000, "duration");
}

void
rjt_tell_no_effect_of_a_command (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "0");
  rjt_tell_gap (story, 995, 3000);
  rjt_tell_fault (story, 8000, fires ? "run" : "repair", "1");
  rjt_tell_good_end (story, 12000, "duration");
}

/* The first one has not, and what comes of the second is not its effect. */
void
rjt_tell_no_effect_of_the_first (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, fires ? 1000 : 7500, "mark",
                  "somebody"); /* at the same time as the other */
  rjt_tell_fault (story, 8000, "kill-media-node", "1");
  rjt_tell_gap (story, 7990, 9000);
  rjt_tell_good_end (story, 12000, "duration");
}

void
rjt_tell_mark_missing (RjtStory *story, gboolean fires)
{
  rjt_tell (
    story, 0, RJ_EVENT_RUN_STARTED, NULL, 0, NULL,
    "{'name':'r','expectations':{'within_ms':15000,'marks':1},'participants':["
    "{'name':'a','session':'s','publishes':true},{'name':'b','session':'s','publishes':true}]}");
  rjt_tell_pair_joins (story);
  if (!fires) {
    rjt_tell (story, 1000, RJ_EVENT_FAULT_STARTED, NULL, 0, NULL,
              "{'fault':0,'what':'mark','by':'SIGUSR1','at_ms':700}");
    rjt_tell (story, 1000, RJ_EVENT_FAULT_ENDED, NULL, 0, NULL,
              "{'fault':0,'what':'mark','ok':true}");
    rjt_tell_gap (story, 995, 3000);
  }
  rjt_tell_good_end (story, 5000, fires ? "timeout" : "recovered");
}

void
rjt_tell_unmet_step (RjtStory *story, gboolean fires)
{
  rjt_tell_pair (story);
  rjt_tell_fault (story, 1000, "kill-media-node", "0");
  rjt_tell_gap (story, 995, 3000);
  rjt_tell (story, 3003, RJ_EVENT_STEP_CHECKED, NULL, 0, NULL,
            fires ? "{'fault':1,'expect':'recovered','after':'kill-media-node','within_ms':2000,"
                    "'ok':false}"
                  : "{'fault':1,'expect':'recovered','after':'kill-media-node','within_ms':2000,"
                    "'ok':true,'found_ms':1990}");
  rjt_tell_good_end (story, 5000, "recovered");
}
