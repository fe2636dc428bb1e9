/* One stay in the session: token, websocket, join, publication, subscriptions, timers. Thrown away as a
 * whole, never repaired. Owned by a participant. Home thread only.
 *
 *   new → connecting → joining → negotiating ⇄ flowing     any → closed
 *
 * flowing: every stream that should be seen flows, and so does the own publication. */
#pragma once

#include "rj-policy.h"
#include "rj-states.h"
#include "rj-stay.h"

G_BEGIN_DECLS

typedef enum {
  RJ_ATTEMPT_NEW,
  RJ_ATTEMPT_CONNECTING,
  RJ_ATTEMPT_JOINING,
  RJ_ATTEMPT_NEGOTIATING,
  RJ_ATTEMPT_FLOWING,
  RJ_ATTEMPT_CLOSED,
  RJ_N_ATTEMPT_STATES
} RjAttemptState;

extern const RjStateRow rj_attempt_states[RJ_N_ATTEMPT_STATES];

/* How it ended, and what the policy says. */
typedef struct {
  RjAction action;      /* REJOIN_NOW, REJOIN_LATER, LEAVE_THEN_REJOIN or GIVE_UP */
  const char *cause;    /* the server's reason, "networkDisconnect", "silence", or an error word */
  const char *detector; /* (nullable) which one acted */
  const char *step;     /* "token", "connect", "join", "publish", "subscribe", "media" */
  const GError *error;
  gboolean lost; /* the server or the network ended it; FALSE: we throw it away ourselves */
} RjAttemptEnd;

/* Signals:
 *   "state-changed" (guint from, guint to)
 *   "progress"      ()     some stream flows, or no longer
 *   "media-reset"   ()     the media server started anew (mediaServerReconnect): everything is published
 *                          and subscribed again within this stay. Emitted while the room still lists what
 *                          was there, once until it flows again
 *   "over"          (const RjAttemptEnd *end)   once; the owner then leaves or closes */
#define RJ_TYPE_ATTEMPT (rj_attempt_get_type ())
G_DECLARE_FINAL_TYPE (RjAttempt, rj_attempt, RJ, ATTEMPT, GObject)

typedef struct {
  RjSpares *spares; /* of the participant */
  RjWish wish;
  guint number; /* from 1, over the life of the participant */
  guint try;    /* from 1, within this join or rejoin */
  gboolean rejoin;
  gboolean
    after_silence; /* a rejoin after silence: impatient with a media server that does not answer */
} RjAttemptPlan;

/* @signaller: (transfer full) */
RjAttempt *
rj_attempt_new (RjParticipantConfig *config, RjSignaller *signaller, const RjAttemptPlan *plan);
void rj_attempt_start (RjAttempt *self);

/* leaveRoom, bounded by limits.leave_us. Everything but the media stops at once; the owner closes when it is
 * answered. */
void rj_attempt_leave_async (RjAttempt *self, GAsyncReadyCallback callback, gpointer user_data);
void rj_attempt_leave_finish (RjAttempt *self, GAsyncResult *result);

/* What is done on purpose, while joined: UNPUBLISH and MUTE also change what later attempts have to wish, which is
 * the participant's business. Errors: RJ_ERROR_USAGE: it cannot be done now; those of rj_signaller_deed_finish() */
void rj_attempt_do_async (RjAttempt *self,
                          const RjDeed *deed,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
gboolean rj_attempt_do_finish (RjAttempt *self, GAsyncResult *result, GError **error);

/* Before it has joined: what was wished meanwhile */
void rj_attempt_set_wish (RjAttempt *self, const RjWish *wish);

/* Publishes again what was unpublished, by whomever. Returns: FALSE: RJ_ERROR_USAGE */
gboolean rj_attempt_publish (RjAttempt *self, GError **error);

/* A fault, see rj_signaller_cut(). */
void rj_attempt_cut (RjAttempt *self, gboolean with_reset);

/* We have the session deleted ourselves: its end is no reason to give up. */
void rj_attempt_expect_close (RjAttempt *self, gboolean expected);

RjAttemptState rj_attempt_get_state (RjAttempt *self);
gboolean rj_attempt_has_joined (RjAttempt *self);        /* and is not lost: leaving makes sense */
gboolean rj_attempt_has_flowed (RjAttempt *self);        /* at least once */
const char *rj_attempt_get_connection (RjAttempt *self); /* (nullable) */

/* Whether the stream of @name, one of ours, flows here */
gboolean rj_attempt_sees (RjAttempt *self, const char *name);

/* Adds the names of ours whose streams should be seen. @names: set of (owned) names */
void rj_attempt_list_names (RjAttempt *self, GHashTable *names);

/* The run gives up on us: emits what this attempt is still waiting for, as attempt-failed or peer-failed. */
void rj_attempt_tell_pending (RjAttempt *self);
guint rj_attempt_count_streams (RjAttempt *self); /* of others, foreign ones too */

void rj_attempt_emit_stats (RjAttempt *self, gboolean open);

/* Ends everything at once, without leaving. Idempotent. @reason: for the event */
void rj_attempt_close (RjAttempt *self, const char *reason);

G_END_DECLS
