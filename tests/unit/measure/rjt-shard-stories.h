/* Runs that several processes made: stories for reasons, in which the reason must be found, or must not. */
#pragma once

#include "rjt-fault-stories.h"

G_BEGIN_DECLS

/* run-started of one of them. @names: of its own participants */
void rjt_tell_shard (RjtStory *story, const char *names, guint number, guint of);

/* Two of them; a fault at @fault_ms, which takes 3 ms, and by which b loses a. The second one tells that everybody flows
 * at @flowing_ms, and ends at @end_ms. */
void rjt_tell_shards_with (
  RjtStory *story, const char *fault, double fault_ms, double flowing_ms, double end_ms);

void rjt_tell_shard_twice (RjtStory *story, gboolean fires);
void rjt_tell_shards_of_different_runs (RjtStory *story, gboolean fires);
void rjt_tell_participant_twice (RjtStory *story, gboolean fires);
void rjt_tell_shard_ended_early (RjtStory *story, gboolean fires);
void rjt_tell_fault_before_all_shards_flowed (RjtStory *story, gboolean fires);

G_END_DECLS
