/* The embedded cluster as a deployment of the runner: a child process that supervises it. Home thread only;
 * start it from the main thread. */
#pragma once

#include "rj-clock.h"
#include "rj-deployment.h"
#include "rj-supervisor.h"

G_BEGIN_DECLS

#define RJ_TYPE_EMBEDDED_DEPLOYMENT (rj_embedded_deployment_get_type ())
G_DECLARE_FINAL_TYPE (
  RjEmbeddedDeployment, rj_embedded_deployment, RJ, EMBEDDED_DEPLOYMENT, GObject)

/* @config: (transfer full): with the secret filled in */
RjEmbeddedDeployment *rj_embedded_deployment_new (RjSupervisorConfig *config, RjClock *clock);

G_END_DECLS
