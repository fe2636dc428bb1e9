/* Whether a run can do a fault, and to whom it is done. Pure. Any thread. */
#pragma once

#include "rj-fault.h"
#include "rj-roster.h"

G_BEGIN_DECLS

/* @target: a participant's name, "all", or a group; (nullable): the first session. Returns: (transfer full)
 * (nullable): names in the order of the roster; NULL: nobody is called so */
GStrv rj_fault_select (const RjRoster *roster, const char *target);

/* What it is to be done to */
typedef struct {
  const RjRoster *roster;
  gboolean embedded; /* the deployment is the embedded cluster */
  guint masters;
} RjFaultGround;

/* Errors: RJ_ERROR_USAGE: why it cannot be done, and the remedy; a part of a sentence that names the fault */
gboolean rj_fault_check (const RjFault *self, const RjFaultGround *ground, GError **error);

G_END_DECLS
