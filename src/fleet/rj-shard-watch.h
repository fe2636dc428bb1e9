/* Whether our participants have seen those of the other shards, each one whose stream it is to see: only then everybody
 * flows. The measure of a shard knows its own participants only. Implements RjEventSink. Home thread only. */
#pragma once

#include "rj-event.h"
#include "rj-roster.h"

G_BEGIN_DECLS

#define RJ_TYPE_SHARD_WATCH (rj_shard_watch_get_type ())
G_DECLARE_FINAL_TYPE (RjShardWatch, rj_shard_watch, RJ, SHARD_WATCH, GObject)

/* @roster: of a shard; without any it has nothing to wait for */
RjShardWatch *rj_shard_watch_new (const RjRoster *roster);
gboolean rj_shard_watch_is_complete (RjShardWatch *self);
/* Emits a warning of what is still missing, if anything is: the measure of a shard does not know of it. */
void rj_shard_watch_warn (RjShardWatch *self, RjEventSink *events);

G_END_DECLS
