/* What reaches a run from outside: marks by SIGUSR1, by a file and by HTTP, and faults by HTTP, as far as the options
 * ask for it. Home thread only. */
#pragma once

#include "rj-runner.h"

G_BEGIN_DECLS

typedef struct {
  const RjRunOptions *options;
  RjRunner *runner;
  RjClock *clock;
  RjEventSink *events; /* for marks that come at the wrong time */
  RjMeasure *measure;
  char *(*render_metrics) (const RjResult *result); /* Returns: (transfer full) */
} RjOutsideConfig;

typedef struct _RjOutside RjOutside;

/* What @config points to outlives it. Errors: RJ_ERROR_ENVIRONMENT */
RjOutside *rj_outside_new (const RjOutsideConfig *config, GError **error);
void rj_outside_free (RjOutside *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOutside, rj_outside_free)

/* The run has begun: what is to be said about it can be said. */
void rj_outside_begin (RjOutside *self);

/* Returns: (transfer none) (nullable): the address of the HTTP control */
const char *rj_outside_get_url (RjOutside *self);

G_END_DECLS
