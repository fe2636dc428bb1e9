/* Who takes part: the names, sessions and stamp numbers of a run's participants, worked out from its groups. Pure.
 * Any thread. */
#pragma once

#include "rj-group.h"
#include "rj-names.h"

G_BEGIN_DECLS

typedef struct {
  char *name;           /* unique in the run, through all attempts */
  char *pattern;        /* of what the server is told, see rj-names.h; mostly the same */
  char *session;        /* OpenVidu session id */
  const RjGroup *group; /* owned by the roster */
  guint16 number;       /* of the frame stamp, from 1 */
  guint index;          /* in its group, from 1 */
  const char
    *role; /* (nullable) static: "SUBSCRIBER", "PUBLISHER", "MODERATOR"; NULL: not asked for */
  gboolean publishes;  /* is to */
  gboolean elsewhere;  /* of another shard (rj-shard.h): known, but not made here */
  RjClipFormat format; /* what it shows */
  gint64 start_us;     /* when it joins, after the first one */
} RjRosterEntry;

typedef struct {
  GPtrArray *groups;   /* of RjGroup */
  GPtrArray *entries;  /* of RjRosterEntry */
  GPtrArray *sessions; /* (element-type utf8), in order */
  GHashTable *by_name; /* name -> RjRosterEntry */
  RjNames *names;      /* what the server is told of them */
} RjRoster;

/* @groups: of RjGroup, with everything set, see rj_group_inherit(); referenced. @roles: (nullable) (element-type
 * utf8): "ROLE" or "ROLE:NAME" as in --role, which come before those of the groups; the last one counts. @run: id
 * of the run, for the templates. Errors: RJ_ERROR_USAGE: parts that do not fit, names that are there twice or that
 * nobody bears; the message begins with the place, "participants[1].name: ". Returns: (transfer full) (nullable) */
RjRoster *
rj_roster_new (GPtrArray *groups, const GPtrArray *roles, const char *run, GError **error);
void rj_roster_free (RjRoster *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjRoster, rj_roster_free)

/* Returns: (transfer none) (nullable) */
const RjRosterEntry *rj_roster_find (const RjRoster *self, const char *session, const char *name);

/* The one of that name, in whichever session. Returns: (transfer none) (nullable) */
const RjRosterEntry *rj_roster_find_name (const RjRoster *self, const char *name);
/* Somebody else of ours in the session of @entry who may do things to it. Returns: (transfer none) (nullable) */
const RjRosterEntry *rj_roster_find_moderator (const RjRoster *self, const RjRosterEntry *entry);

/* For sentences. Returns: (transfer full): "bot-1, bot-2", of many the first ones */
char *rj_roster_list_names (const RjRoster *self);

/* Whether @entry is to subscribe to the stream of @publisher, who may be foreign */
gboolean rj_roster_wants (const RjRoster *self, const RjRosterEntry *entry, const char *publisher);
/* Whether @entry subscribes to foreign publishers, too */
gboolean rj_roster_wants_all (const RjRosterEntry *entry);

/* How many are made here */
guint rj_roster_count_own (const RjRoster *self);
/* When the last one joins, after the first one */
gint64 rj_roster_get_ramp_us (const RjRoster *self);
/* Whether a role is asked for anywhere */
gboolean rj_roster_has_roles (const RjRoster *self);

/* @text: "ROLE" or "ROLE:NAME". @name: (out) (nullable) (transfer none): part of @text.
 * Returns: (nullable) static: NULL when there is no such role */
const char *rj_role_parse (const char *text, const char **name);

/* Of those that are not elsewhere. Returns: (transfer full): [{name, client_data, session, number, group, publishes,
 * sees}] for run-started; group only where there is one, sees only where it is not everybody, client_data (the pattern)
 * only where it is not the name */
JsonArray *rj_roster_to_json (const RjRoster *self);

G_END_DECLS
