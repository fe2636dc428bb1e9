/* A step of a run's script: something done to the deployment or to ourselves (a fault), something that
 * participants do on purpose, a mark for what somebody else does, or an expectation; and when it begins. As text
 * "WHAT[:TARGET][/LENGTH]@WHEN", split at the last @; in a plan an object. Any thread. */
#pragma once

#include "rj-json-keys.h"

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
  RJ_FAULT_FREEZE_PARTICIPANT,
  RJ_FAULT_RUN,
  RJ_FAULT_REPAIR,           /* a command, too, by which nobody should lose anything */
  RJ_FAULT_MARK,             /* somebody else does something to the deployment */
  RJ_FAULT_EXPECT_RECOVERED, /* no fault: everybody must be back by then */
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

typedef enum {
  RJ_FAULT_AT,        /* counts from when everybody flowed for the first time */
  RJ_FAULT_AFTER,     /* from the end of the step before; of the first one: as above */
  RJ_FAULT_RECOVERED, /* from when everybody was back from all steps before */
  RJ_FAULT_ON_DEMAND, /* not by itself: only when somebody asks for it */
} RjFaultWhen;

typedef struct {
  RjFaultKind kind;
  const char *what;  /* "kill-media-node"; static */
  char *target;      /* (nullable): "1", "all", "same"; participants: a name, "all" or a group; the
                         command; the text of a mark */
  char *detail;      /* (nullable) of mute: "audio" or "video"; of cut-websocket: "fin" or "rst" */
  gint64 length_us;  /* of those that end by themselves; of an expectation: within */
  gint64 stagger_us; /* from one participant to the next; 0: all at once */
  gint64 limit_us;   /* of a command: then it is killed */
  RjFaultWhen when;
  gint64 delay_us; /* after that */
  char *name;      /* (nullable) by which it can be asked for */
} RjFault;

#define RJ_FAULT_COMMAND_LIMIT_US (60 * G_USEC_PER_SEC)

/* With its time. Errors: RJ_ERROR_USAGE with the list of faults, or what is wrong with the time. They begin
 * with "--fault TEXT: ". */
RjFault *rj_fault_parse (const char *text, GError **error);

/* Without a time: on demand. Errors: as above, without "--fault TEXT: " */
RjFault *rj_fault_parse_bare (const char *text, GError **error);

/* What somebody asks for from outside: without a time, and never a command. Errors: RJ_ERROR_USAGE, RJ_ERROR_REJECTED */
RjFault *rj_fault_ask (const char *text, GError **error);

/* One entry of a plan's list `steps`. Errors: RJ_ERROR_USAGE; they begin with a key of @object and a colon
 * ("fault: ", "when: "), and say what to write instead. Returns: (transfer full) (nullable) */
RjFault *rj_fault_from_json (JsonObject *object, GError **error);

/* The keys that rj_fault_from_json() knows, for schema and documents */
const RjJsonKey *rj_fault_get_keys (guint *n_keys);

/* For steps that are not the plan's. Returns: (transfer full) */
RjFault *rj_fault_copy (const RjFault *self);
void rj_fault_free (RjFault *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjFault, rj_fault_free)

/* For sentences. Returns: (transfer full): "kill-media-node:1", "run", "cut-websocket:fin:all" */
char *rj_fault_to_text (const RjFault *self);

gboolean rj_fault_is_command (const RjFault *self);
/* Whether its target is a participant's name (or, unless a moderator is needed, a group or "all"). Without a
 * target those of the first session are meant. */
gboolean rj_fault_names_people (const RjFault *self);
/* Whether somebody else must do it, with role MODERATOR */
gboolean rj_fault_needs_moderator (const RjFault *self);

/* Whether only the embedded cluster can do it, and only where another master is left */
gboolean rj_fault_needs_embedded (const RjFault *self);
gboolean rj_fault_needs_masters (const RjFault *self);

G_END_DECLS
