/* The inside of a participant, for rj-participant.c (its life and what the owner wants) and
 * rj-participant-way.c (the way in and back). */
#pragma once

#include "rj-comeback.h"
#include "rj-participant.h"

G_BEGIN_DECLS

struct _RjParticipant {
  GObject parent_instance;

  RjParticipantConfig *config;
  RjParticipantState state;
  RjSpares *spares;
  RjAttempt *attempt; /* (nullable) */
  guint n_attempts;
  RjComeback *comeback;
  RjTimer *timer;           /* (nullable) the wait before the next try */
  RjTimer *deadline_timer;  /* (nullable) */
  gboolean leaving_attempt; /* leaveRoom of the attempt is under way */
  gint64 pause_us;          /* the wait that follows it */
  char *pause_because;
  RjWish wish;
  gboolean close_expected;
  gboolean deleted;
  char *failure;
  char *last_error;
  GPtrArray *leavers; /* of GTask: leave_async under way */
};

/* rj-participant.c */
void rj_participant_move (RjParticipant *self, RjParticipantState to, const char *reason);
void rj_participant_fail (RjParticipant *self, const char *reason);
void rj_participant_close_attempt (RjParticipant *self, const char *reason);
void rj_participant_finish_leaving (RjParticipant *self);
void rj_participant_tell_progress (RjParticipant *self);
/* leaving, left or failed */
gboolean rj_participant_is_ending (RjParticipant *self);
/* Returns: (transfer full): an event of this participant, now */
RjEvent *rj_participant_event (RjParticipant *self, const char *type);
void rj_participant_emit (RjParticipant *self, RjEvent *event);

/* rj-participant-way.c */
void rj_participant_start_attempt (RjParticipant *self);
void rj_participant_start_deadline (RjParticipant *self);
/* leaveRoom; goes on with the next attempt, or ends if the participant is leaving by then */
void rj_participant_leave_attempt (RjParticipant *self);
/* Something flows, or no longer */
void rj_participant_check_progress (RjParticipant *self);

G_END_DECLS
