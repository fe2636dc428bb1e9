/* Who takes part: the names, sessions and stamp numbers of a run's participants. Pure. Any thread. */
#pragma once

#include <json-glib/json-glib.h>

#include "rj-run-options.h"

G_BEGIN_DECLS

typedef struct {
  char *name;     /* unique in the run */
  char *session;  /* OpenVidu session id */
  guint16 number; /* of the frame stamp, from 1 */
  const char
    *role; /* (nullable) static: "SUBSCRIBER", "PUBLISHER", "MODERATOR"; NULL: not asked for */
  gboolean publishes; /* is to */
} RjRosterEntry;

typedef struct {
  GPtrArray *entries;  /* of RjRosterEntry */
  GPtrArray *sessions; /* (element-type utf8), in order */
} RjRoster;

/* @run: id of the run, for the templates */
RjRoster *rj_roster_new (const RjRunOptions *options, const char *run);
void rj_roster_free (RjRoster *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjRoster, rj_roster_free)

/* Returns: (transfer none) (nullable) */
const RjRosterEntry *rj_roster_find (const RjRoster *self, const char *session, const char *name);

/* The first one of that name, in whichever session. Returns: (transfer none) (nullable) */
const RjRosterEntry *rj_roster_find_name (const RjRoster *self, const char *name);
/* Somebody else in the session of @entry who may do things to it. Returns: (transfer none) (nullable) */
const RjRosterEntry *rj_roster_find_moderator (const RjRoster *self, const RjRosterEntry *entry);

/* @text: "ROLE" or "ROLE:NAME". @name: (out) (nullable) (transfer none): part of @text.
 * Returns: (nullable) static: NULL when there is no such role */
const char *rj_role_parse (const char *text, const char **name);

/* Returns: (transfer full): [{name, session, publishes}] for run-started */
JsonArray *rj_roster_to_json (const RjRoster *self);

G_END_DECLS
