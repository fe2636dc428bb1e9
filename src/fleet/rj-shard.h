/* One run made by several processes, on one machine or on many: each is a shard, which takes its share of the
 * participants of one plan, and writes a log of its own. `rejoin report` puts the logs together by the id of the run,
 * which is therefore given from outside (--run-id). HACKING.md, "Shards", says who does what. Pure. Any thread. */
#pragma once

#include "rj-fault.h"
#include "rj-roster.h"

G_BEGIN_DECLS

#define RJ_SHARDS_MAX 1000

/* Which of how many; 0 of 0: the run is made by one process */
typedef struct {
  guint number; /* from 1 */
  guint of;
} RjShard;

/* @text: "2/3". Errors: RJ_ERROR_USAGE: what to write */
gboolean rj_shard_parse (const char *text, RjShard *shard, GError **error);

/* Of @n participants of the plan those that are its own: the first one is that of shard 1, the second that of shard 2,
 * and so on in turns, so that the participants of a session, and of a ramp, are spread. */
guint rj_shard_count (const RjShard *self, guint n);
/* Marks those of the others as being elsewhere. */
void rj_shard_take_share (const RjShard *self, RjRoster *roster);

/* What this process does of the script: of steps that name participants those that are for some of its own; of all
 * others everything or, where it is another shard than the first, nothing. @roster: after rj_shard_take_share().
 * Returns: (transfer full) (element-type RjFault) */
GPtrArray *rj_shard_select_steps (const RjShard *self, GPtrArray *steps, const RjRoster *roster);

/* Whether shards can do it without knowing of each other. Errors: RJ_ERROR_USAGE with the remedy */
gboolean rj_shard_check_step (const RjFault *step, GError **error);

/* Letters, digits, - and _, which fit into the name of a session, up to 64. Errors: RJ_ERROR_USAGE */
gboolean rj_run_id_check (const char *id, GError **error);

G_END_DECLS
