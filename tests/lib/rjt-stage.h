/* A server on a fake clock, with fake media servers and guests: what the server's component tests play on.
 * Secret "secret". Events are kept as texts. */
#pragma once

#include "rj-clock.h"
#include "rj-server.h"
#include "rjt-fake-kurento.h"
#include "rjt-guest.h"
#include "rjt-wait.h"

G_BEGIN_DECLS

#define RJT_SECRET "secret"

typedef struct {
  RjClock *clock; /* an RjFakeClock */
  RjServer *server;
  const char *url;
  GPtrArray *nodes;  /* of RjtFakeKurento */
  GPtrArray *guests; /* of RjtGuest, by new_guest() */
  RjEventSink *sink;
} RjtStage;

/* For g_test_add(): @n_nodes: GUINT_TO_POINTER of how many media servers there are */
void rjt_stage_set_up (RjtStage *self, gconstpointer n_nodes);
/* The same with a configuration of the test's own. @config: (transfer none); nodes are added to it */
void rjt_stage_set_up_with (RjtStage *self, guint n_nodes, RjServerConfig *config);
void rjt_stage_tear_down (RjtStage *self, gconstpointer n_nodes);

/* Returns: (transfer none) */
RjtFakeKurento *rjt_stage_get_node (RjtStage *self, guint index);

/* Joined to @session with a fresh token. Returns: (transfer none) */
RjtGuest *rjt_stage_join (RjtStage *self, const char *session, const char *name);
RjtGuest *
rjt_stage_join_as (RjtStage *self, const char *session, const char *name, const char *role);
/* The same, but the join may fail. Returns: code, 0: joined */
gint64 rjt_stage_try_join (RjtStage *self, const char *session);

/* How many events of @type came */
guint rjt_stage_count (RjtStage *self, const char *type);
/* Returns: (transfer none) (nullable): data of the last such event */
JsonObject *rjt_stage_get_data (RjtStage *self, const char *type);

void rjt_stage_advance_ms (RjtStage *self, gint64 ms);
/* Until the failed attempt to reach a node that is away has come back, so that the clock may go on */
void rjt_stage_wait_for_attempt (RjtStage *self);

G_END_DECLS
