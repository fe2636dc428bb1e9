/* Tells what happened, as the events of a run, for tests of measures and reports. Times are milliseconds from
 * the start of the story, which is at RJT_STORY_START_US of the clock. */
#pragma once

#include "rj-event.h"

G_BEGIN_DECLS

#define RJT_STORY_START_US 1000000000

typedef struct {
  GPtrArray *events; /* of RjEvent, in the order in which they were told */
  char *session;
} RjtStory;

RjtStory *rjt_story_new (const char *session);
void rjt_story_free (RjtStory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtStory, rjt_story_free)

gint64 rjt_story_us (double ms);

/* One event. @who: participant (nullable); @peer: "publish", the name of a publisher for a subscription to
 * it, or NULL; @data: JSON with ' for ", or NULL; a member whose name ends in "@us" is a time of the story:
 * {'last_frame_us@': 1000} becomes last_frame_us on the clock. */
RjEvent *rjt_tell (RjtStory *self,
                   double ms,
                   const char *type,
                   const char *who,
                   guint attempt,
                   const char *peer,
                   const char *data);

/* run-started of participants that all are in the story's session. @names: "a b c" */
void rjt_tell_start (RjtStory *self, const char *names);
void rjt_tell_end (RjtStory *self, double ms, const char *reason);

/* attempt-started, token in 4 ms, connected in 2 ms, joined in 6 ms, the own publication up at @ms + 60
 * (offer at +20, answer at +30, ICE at +50, DTLS at +60) */
void rjt_tell_join (RjtStory *self, double ms, const char *who, guint attempt, gboolean publishes);

/* A subscription: announced and created at @ms, offer at +5, answer at +15, ICE at +35, DTLS at +45, packet
 * at +48, key frame at +60 */
void rjt_tell_watch (RjtStory *self, double ms, const char *who, guint attempt, const char *whom);

/* peer-stats and peer-closed of a subscription whose last frame came at @last_ms */
void rjt_tell_unwatch (
  RjtStory *self, double ms, const char *who, guint attempt, const char *whom, double last_ms);

/* detector-fired, rejoin-started, attempt-failed and attempt-closed */
void rjt_tell_lost (RjtStory *self, double ms, const char *who, guint attempt, const char *cause);

/* A fault that takes 3 ms and succeeds */
void rjt_tell_fault (RjtStory *self, double ms, const char *what, const char *target);

/* All of them join, 10 ms one after the other, and see each other / stop to */
void
rjt_tell_all_join (RjtStory *self, const char *const *names, guint n, double ms, guint attempt);
void rjt_tell_all_unwatch (
  RjtStory *self, const char *const *names, guint n, double ms, guint attempt, double last_ms);

/* The standard story: @names ("a b c") all publish and see each other from 1000 ms on; at 4000 ms node 1 is
 * killed under them; at 7500 the server tells; all are back at about 7700; the run ends at 10000. */
void rjt_tell_crash (RjtStory *self, const char *names);

/* Feeds everything to @sink, in the order of telling, or sorted by time */
void rjt_story_feed (RjtStory *self, RjEventSink *sink, gboolean sorted);

G_END_DECLS
