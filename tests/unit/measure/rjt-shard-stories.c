#include "rjt-shard-stories.h"

#include "rj-json.h"

/* run-started of one of several processes */
void
rjt_tell_shard (RjtStory *story, const char *names, guint number, guint of)
{
  RjEvent *start;

  rjt_tell_start (story, names);
  start = g_ptr_array_index (story->events, story->events->len - 1);
  json_object_set_object_member (
    start->data, "shard",
    rj_json_build ("number", 'i', (gint64) number, "of", 'i', (gint64) of, NULL));
}

/* A log of a shard that did not begin with the others */
void
rjt_tell_shard_twice (RjtStory *story, gboolean fires)
{
  rjt_tell_shard (story, "a", 1, 2);
  rjt_tell_shard (story, "b", fires ? 1 : 2, 2);
  rjt_tell_pair_joins (story);
  rjt_tell_end (story, 4990, "duration");
  rjt_tell_good_end (story, 5000, "duration");
}

void
rjt_tell_shards_of_different_runs (RjtStory *story, gboolean fires)
{
  rjt_tell_shard (story, "a", 1, 2);
  rjt_tell_shard (story, "b", 2, fires ? 3 : 2);
  rjt_tell_pair_joins (story);
  rjt_tell_end (story, 4990, "duration");
  rjt_tell_good_end (story, 5000, "duration");
}

/* Two runs were given the same id. */
void
rjt_tell_participant_twice (RjtStory *story, gboolean fires)
{
  rjt_tell_start (story, fires ? "a b" : "a");
  rjt_tell_start (story, "b");
  rjt_tell_pair_joins (story);
  rjt_tell_end (story, 4990, "duration");
  rjt_tell_good_end (story, 5000, "duration");
}

void
rjt_tell_shards_with (
  RjtStory *story, const char *fault, double fault_ms, double flowing_ms, double end_ms)
{
  rjt_tell_shard (story, "a", 1, 2);
  rjt_tell_shard (story, "b", 2, 2);
  rjt_tell_pair_joins (story);
  rjt_tell (story, flowing_ms, RJ_EVENT_EVERYONE_FLOWING, NULL, 0, NULL, NULL);
  rjt_tell_fault (story, fault_ms, fault, "b");
  rjt_tell_gap (story, fault_ms - 5, fault_ms + 1500);
  rjt_tell_end (story, end_ms, "duration");
  rjt_tell_good_end (story, 9000, "duration");
}

/* One was not there any more, or not for long enough to have lost anything. */
void
rjt_tell_shard_ended_early (RjtStory *story, gboolean fires)
{
  rjt_tell_shards_with (story, "kill-media-node", 3000, 500, fires ? 5002 : 5003);
}

void
rjt_tell_fault_before_all_shards_flowed (RjtStory *story, gboolean fires)
{
  rjt_tell_shards_with (story, "kill-media-node", 3000, fires ? 3001 : 3000, 8000);
}
