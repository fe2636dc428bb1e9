/* A fault: something done to the deployment or to ourselves, at a time. As text "WHAT[:TARGET][/LENGTH]@T",
 * split at the last @; only what ends by itself has a length. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RJ_FAULT_KILL_MEDIA_NODE,
  RJ_FAULT_FREEZE_MEDIA_NODE,
  RJ_FAULT_THAW_MEDIA_NODE,
  RJ_FAULT_RESTART_MEDIA_NODE,
  RJ_FAULT_KILL_MASTER,
  RJ_FAULT_FREEZE_MASTER,
  RJ_FAULT_THAW_MASTER,
  RJ_FAULT_RESTART_MASTER,
  RJ_FAULT_CUT_WEBSOCKET,
  RJ_FAULT_BLACKHOLE_MEDIA,
  RJ_FAULT_BLACKHOLE_SIGNALLING,
  RJ_FAULT_RUN,
} RjFaultKind;

typedef struct {
  RjFaultKind kind;
  const char *what; /* "kill-media-node"; static */
  char *target;     /* (nullable): "1", "all", "same", "fin", "rst", a participant, the command */
  gint64 length_us; /* of those that end by themselves */
  gint64 at_us;     /* after everybody flowed */
} RjFault;

/* Errors: RJ_ERROR_USAGE with the list of faults, or what is wrong with the time */
RjFault *rj_fault_parse (const char *text, GError **error);
void rj_fault_free (RjFault *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjFault, rj_fault_free)

/* Whether only the embedded cluster can do it, and only where another master is left */
gboolean rj_fault_needs_embedded (const RjFault *self);
gboolean rj_fault_needs_masters (const RjFault *self);

G_END_DECLS
