/* One participant in a world without a network: real are codec, rpc table, signaller, attempt, policy and room;
 * clock, websocket, tokens, server and peers are played. Home thread. */
#pragma once

#include "rj-participant.h"
#include "rjt-fake-peer.h"
#include "rjt-history.h"
#include "rjt-model.h"

G_BEGIN_DECLS

#define RJT_SECOND G_USEC_PER_SEC
#define RJT_OWN    "bot-1"

typedef struct {
  RjtRun *run;
  RjClock *clock; /* that goes on */
  RjClock *told;  /* the participant's; another one if it is to be deaf */
  RjDice *dice;
  RjSteps *steps;
  RjtFakePeers *peers;
  RjtHistory *history;
  RjtModel *model;
  RjTokenSource *tokens;
  RjParticipantConfig *config;
  RjParticipant *participant;
  GPtrArray *leaked; /* of the defect "leak" */
  guint n_signallers;
} RjtWorld;

/* bot-1 and a room with bot-2 and bot-3, who publish */
RjtWorld *rjt_world_new (RjtRun *run);
/* Drops the participant. Whatever is left of it is a failure of the run. */
void rjt_world_free (RjtWorld *self);

void rjt_world_start (RjtWorld *self);
void rjt_world_run (RjtWorld *self, gint64 us);

/* Goes on until everything flows, or it has failed, at most @limit_us. Returns: whether it did */
gboolean rjt_world_settle (RjtWorld *self, gint64 limit_us);

/* Leaves, and waits until the server must have noticed whatever it had to notice by itself. */
void rjt_world_leave (RjtWorld *self);

/* What must hold at the end of every story before it leaves. */
void rjt_world_judge (RjtWorld *self);

G_END_DECLS
