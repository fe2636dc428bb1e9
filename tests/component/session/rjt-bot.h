/* A participant in a world of fakes: fake clock, scripted signallers, peers without a network. */
#pragma once

#include "rj-participant.h"
#include "rjt-fake-peer.h"
#include "rjt-fake-signaller.h"
#include "rjt-history.h"

G_BEGIN_DECLS

#define RJT_SECOND G_USEC_PER_SEC

typedef struct {
  RjClock *clock;
  RjDice *dice;
  RjSteps *steps;
  RjtFakePeers *peers;
  RjtHistory *history;
  RjParticipantConfig *config;
  RjParticipant *participant;
  RjtFakeSignaller *signaller; /* (nullable) of the last attempt; owned */
  guint n_signallers;
  guint n_signallers_alive;

  GPtrArray *room;      /* names present at each join: "bot-2" … */
  RjtDecideFunc decide; /* (nullable) for every signaller */
  gpointer decide_data;
  guint n_deletes; /* calls of delete_session */
  gboolean allow_delete;
  gboolean server_offers; /* from the next join on */
} RjtBot;

/* bot-1 publishes and subscribes; "bot-<n>" are ours with number n, all others foreign */
RjtBot *rjt_bot_new (void);
void rjt_bot_free (RjtBot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtBot, rjt_bot_free)

/* Present at the next joins, with connection "c-<name>" and stream "s-<name>". */
void rjt_bot_add (RjtBot *self, const char *name);
void rjt_bot_remove (RjtBot *self, const char *name);

void rjt_bot_start (RjtBot *self);
void rjt_bot_run (RjtBot *self, gint64 us);

/* Goes on until it flows. Fails the test after @limit_us. */
void rjt_bot_run_until_flowing (RjtBot *self, gint64 limit_us);

/* Drops the participant and asserts that nothing is left of it. */
void rjt_bot_assert_nothing_left (RjtBot *self);

#define rjt_bot_assert_state(self, state)                                                          \
  g_assert_cmpstr (rj_participant_states[rj_participant_get_state ((self)->participant)].name, ==, \
                   state)

G_END_DECLS
