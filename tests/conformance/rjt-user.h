/* A whole client opposite a scripted server: participant, policy, signaller and websocket are real, over
 * sockets on the loopback; the clock and the peers are fakes. "bot-1" publishes and subscribes. */
#pragma once

#include "rj-participant.h"
#include "rj-token-source.h"
#include "rjt-fake-peer.h"
#include "rjt-history.h"
#include "rjt-scripted-server.h"
#include "rjt-wait.h"

G_BEGIN_DECLS

#define RJT_SECOND G_USEC_PER_SEC

/* An entry of the join answer's list: a connection that publishes stream "str_CAM_XXXX_con_<name>" */
#define RJT_OTHER(name, audio, video)                                                              \
  "{'id':'con_" name "','createdAt':1,'metadata':'{\\'clientData\\':\\'" name                      \
  "\\'}','streams':[{'id':'str_CAM_XXXX_con_" name "','createdAt':1,'hasAudio':" audio             \
  ",'hasVideo':" video ",'audioActive':" audio ",'videoActive':" video "}]}"

typedef struct {
  RjtServer *server;
  RjClock *clock;
  RjDice *dice;
  RjSteps *steps;
  SoupSession *http;
  RjTokenSource *tokens;
  RjtFakePeers *peers;
  RjtHistory *history;
  RjParticipantConfig *config;
  RjParticipant *participant;
} RjtUser;

/* "bot-<n>" are ours with number n, all others foreign */
RjtUser *rjt_user_new (void);
void rjt_user_free (RjtUser *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtUser, rjt_user_free)

/* The join answers from now on. @others: entries as of RJT_OTHER, separated by commas; "": nobody.
 * @more: members behind the usual ones ("", or "'life':1") */
void rjt_user_set_room (RjtUser *self, const char *others, const char *more);

void rjt_user_start (RjtUser *self);
/* Starts it beside bot-2 and bot-3, until everything flows */
RjtUser *rjt_user_new_in_room_of_three (void);

/* Lets the clock run in small steps, with the sockets / until it flows, until the nth request of that kind,
 * until it is in that state: fails the test after @limit_us */
void rjt_user_run (RjtUser *self, gint64 us);
void rjt_user_run_until_flowing (RjtUser *self, gint64 limit_us);
void rjt_user_run_until_asked (RjtUser *self, const char *method, guint n, gint64 limit_us);
void rjt_user_run_until_state (RjtUser *self, const char *state, gint64 limit_us);

/* Of the @nth joinRoom: the last letters of its token. Returns: (transfer full) */
char *rjt_user_dup_token (RjtUser *self, guint nth);

#define rjt_user_assert_state(self, state)                                                         \
  g_assert_cmpstr (rj_participant_states[rj_participant_get_state ((self)->participant)].name, ==, \
                   state)

G_END_DECLS
