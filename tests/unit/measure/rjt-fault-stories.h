/* Pieces of stories of two participants, and stories of faults that several tests tell. */
#pragma once

#include "rjt-story.h"

G_BEGIN_DECLS

extern const char *const rjt_pair[2];

/* a and b publish and see each other from 300 on; with run-started or without */
void rjt_tell_pair (RjtStory *story);
void rjt_tell_pair_joins (RjtStory *story);
/* @a_ms, @b_ms: the last frame that each of them saw of the other */
void rjt_tell_pair_end (RjtStory *story, double ms, double a_ms, double b_ms, const char *reason);
void rjt_tell_good_end (RjtStory *story, double ms, const char *reason);
/* b sees nothing of a between the two moments, and does again after. */
void rjt_tell_gap (RjtStory *story, double from_ms, double to_ms);

/* @fires: the reason that its name says is the verdict's */
void rjt_tell_no_effect_of_the_second (RjtStory *story, gboolean fires);
void rjt_tell_no_effect_of_a_command (RjtStory *story, gboolean fires);
void rjt_tell_no_effect_of_the_first (RjtStory *story, gboolean fires);
void rjt_tell_mark_missing (RjtStory *story, gboolean fires);
void rjt_tell_unmet_step (RjtStory *story, gboolean fires);

G_END_DECLS
