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
  RJ_FAULT_STOP_MEDIA_NODE,
  RJ_FAULT_ROLL_MEDIA_NODE,
  RJ_FAULT_KILL_MASTER,
  RJ_FAULT_FREEZE_MASTER,
  RJ_FAULT_THAW_MASTER,
  RJ_FAULT_RESTART_MASTER,
  RJ_FAULT_ROLL_MASTER,
  RJ_FAULT_CUT_WEBSOCKET,
  RJ_FAULT_BLACKHOLE_MEDIA,
  RJ_FAULT_BLACKHOLE_SIGNALLING,
  RJ_FAULT_RUN,
  /* steps: what a participant does on purpose */
  RJ_FAULT_LEAVE,
  RJ_FAULT_JOIN,
  RJ_FAULT_PUBLISH,
  RJ_FAULT_UNPUBLISH,
  RJ_FAULT_MUTE,
  RJ_FAULT_UNMUTE,
  RJ_FAULT_SIGNAL,
  RJ_FAULT_FORCE_UNPUBLISH,  /* to the target, by a moderator */
  RJ_FAULT_FORCE_DISCONNECT, /* the same */
} RjFaultKind;

typedef struct {
  RjFaultKind kind;
  const char *what; /* "kill-media-node"; static */
  char *target;     /* (nullable): "1", "all", "same", "fin", "rst", a participant, the command */
  gint64 length_us; /* of those that end by themselves */
  char *medium;     /* (nullable) "audio" or "video": only that is muted */
  gint64 at_us;     /* after everybody flowed */
} RjFault;

/* Errors: RJ_ERROR_USAGE with the list of faults, or what is wrong with the time */
RjFault *rj_fault_parse (const char *text, GError **error);
void rj_fault_free (RjFault *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjFault, rj_fault_free)

/* Whether it is a step, and its target a participant's name */
gboolean rj_fault_is_step (const RjFault *self);
/* Whether somebody else must do it, with role MODERATOR */
gboolean rj_fault_needs_moderator (const RjFault *self);

/* Whether only the embedded cluster can do it, and only where another master is left */
gboolean rj_fault_needs_embedded (const RjFault *self);
gboolean rj_fault_needs_masters (const RjFault *self);

G_END_DECLS
