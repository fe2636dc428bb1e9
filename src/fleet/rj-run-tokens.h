/* Where the tokens of a run come from, by its options and its deployment. Home thread only. */
#pragma once

#include "rj-deployment.h"
#include "rj-peer.h"
#include "rj-roster.h"
#include "rj-run-options.h"
#include "rj-token-source.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct {
  const RjRunOptions *options;
  const char *run; /* id */
  RjDeployment *deployment;
  SoupSession *http;
  RjClock *clock;
  const RjRoster *roster;
} RjRunTokens;

/* What @self points to outlives the source. Returns: (transfer full) */
RjTokenSource *rj_run_tokens_new (const RjRunTokens *self);

/* Media nodes of a deployment on this machine may have no other address. */
RjLoopback rj_run_find_loopback (const RjRunOptions *options, RjDeployment *deployment);

G_END_DECLS
