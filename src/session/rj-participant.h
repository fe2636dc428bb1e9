/* One bot: stays in one session and comes back by itself after a loss. Lives as long as the run, owns at
 * most one attempt, knows no dialect. Home thread only.
 *
 *   idle → joining → joined → waiting → joining …   joining → waiting     any → leaving → left     any → failed
 *
 * joined: the server has answered the join; whether media flows says rj_participant_is_flowing(). */
#pragma once

#include "rj-participant-config.h"
#include "rj-states.h"

G_BEGIN_DECLS

typedef enum {
  RJ_PARTICIPANT_IDLE,
  RJ_PARTICIPANT_JOINING,
  RJ_PARTICIPANT_JOINED,
  RJ_PARTICIPANT_WAITING,
  RJ_PARTICIPANT_LEAVING,
  RJ_PARTICIPANT_LEFT,
  RJ_PARTICIPANT_FAILED,
  RJ_N_PARTICIPANT_STATES
} RjParticipantState;

extern const RjStateRow rj_participant_states[RJ_N_PARTICIPANT_STATES];

/* Signals:
 *   "state-changed" (guint from, guint to)   of the participant
 *   "progress"      ()                       flowing or not has perhaps changed
 *   "failed"        (const char *reason)     a sentence; it will not come back */
#define RJ_TYPE_PARTICIPANT (rj_participant_get_type ())
G_DECLARE_FINAL_TYPE (RjParticipant, rj_participant, RJ, PARTICIPANT, GObject)

RjParticipant *rj_participant_new (RjParticipantConfig *config);

/* Once; and again after it has left or failed: it joins anew, with all that it was made to wish. */
void rj_participant_start (RjParticipant *self);

/* leaveRoom (bounded by limits.leave_us), last stats, close. Never fails; also ends a failed one. */
void
rj_participant_leave_async (RjParticipant *self, GAsyncReadyCallback callback, gpointer user_data);
void rj_participant_leave_finish (RjParticipant *self, GAsyncResult *result);

/* Ends everything now, without leaving (state left). Idempotent. */
void rj_participant_close (RjParticipant *self);

/* On purpose. To unpublish and to mute is remembered over rejoins, until it is undone. Errors: RJ_ERROR_USAGE: it
 * cannot be done now; those of rj_signaller_deed_finish() */
void rj_participant_do_async (RjParticipant *self,
                              const RjDeed *deed,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean rj_participant_do_finish (RjParticipant *self, GAsyncResult *result, GError **error);

/* Publishes again what was unpublished, by whomever. Returns: FALSE with RJ_ERROR_USAGE: it publishes */
gboolean rj_participant_publish (RjParticipant *self, GError **error);

/* A fault: the websocket breaks, by FIN or RST. */
void rj_participant_cut_websocket (RjParticipant *self, gboolean with_reset);

/* Faults: while it is on, the packets of all its peers vanish, or those of its websockets. Returns: (transfer
 * none) */
RjBlackhole *rj_participant_get_media_hole (RjParticipant *self);
RjBlackhole *rj_participant_get_signalling_hole (RjParticipant *self);

/* A fault: it stands still, as a machine that sleeps does. Nothing is read or sent by its websocket and its peers,
 * and none of its timers runs; then it goes on where it was. Switched on twice, it must be switched off twice. */
void rj_participant_freeze (RjParticipant *self, gboolean on);

/* Whose timers stand still, too. Returns: (transfer none) */
RjClock *rj_participant_get_clock (RjParticipant *self);

/* The run gives up on us: emits what is still waited for. */
void rj_participant_tell_pending (RjParticipant *self);

/* peer-stats of all open subscriptions, for the end of the run. */
void rj_participant_emit_stats (RjParticipant *self);

/* Another participant of the run has left or failed for good: a rejoin need not wait for it. */
void rj_participant_forget_publisher (RjParticipant *self, const char *name);

/* The session is being deleted by us (see RjDeleteSessionFunc): "sessionClosedByServer" is then a reason to
 * come back, once. */
void rj_participant_expect_close (RjParticipant *self);

RjParticipantState rj_participant_get_state (RjParticipant *self);
const char *rj_participant_get_name (RjParticipant *self);
const char *rj_participant_get_session (RjParticipant *self);
const char *rj_participant_get_failure (RjParticipant *self); /* (nullable) a sentence */

/* Everything that should be seen flows, and the own stream; after a loss, also everybody who was seen
 * before. */
gboolean rj_participant_is_flowing (RjParticipant *self);

G_END_DECLS
