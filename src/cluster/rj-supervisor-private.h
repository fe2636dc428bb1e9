/* The supervisor, shared by its two files: processes (rj-supervisor.c) and faults (rj-supervisor-faults.c). */
#pragma once

#include "rj-app-server.h"
#include "rj-child.h"
#include "rj-hang.h"
#include "rj-masters.h"
#include "rj-roll.h"
#include "rj-supervisor.h"

G_BEGIN_DECLS

struct _RjSupervisor {
  GObject parent_instance;

  RjSupervisorConfig *config;
  RjClock *clock;
  RjEventSink *events;
  GPtrArray *nodes;   /* of RjChild */
  RjMasters *masters; /* (nullable): before the nodes are ready */
  RjAppServer *app;
  char *app_url;
  GHashTable *placed;   /* session id -> node index + 1 */
  int hit_node;         /* by the last fault; -1: not a single one */
  GHashTable *restarts; /* nodes to be started again as soon as they have ended */
  GPtrArray *delayed;   /* of DelayedRestart */
  GTask *starting;
  GTask *stopping;
  RjTimer *stop_timer;
  RjRoll *roll; /* of media nodes, in order */
  RjHang *hang; /* (nullable): with the quirk frozen-media-server */
};

G_END_DECLS
