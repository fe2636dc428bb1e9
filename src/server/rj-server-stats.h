/* What REST tells of one media endpoint when it is asked with webRtcStats=true: SDPs, candidates of both sides, the
 * selected pair, and the media node's events. Home thread. Source: openvidu-server's own statistics. */
#pragma once

#include "rj-kurento-event.h"

G_BEGIN_DECLS

typedef struct _RjServerStats RjServerStats;

RjServerStats *rj_server_stats_new (gint64 created_ms); /* wall clock */
void rj_server_stats_free (RjServerStats *self);

/* @of_client: FALSE: the node's */
void rj_server_stats_note_sdp (RjServerStats *self, gboolean of_client, const char *sdp);
void rj_server_stats_note_candidate (
  RjServerStats *self, gboolean of_client, const char *candidate, const char *mid, gint64 mline);
void rj_server_stats_note_event (RjServerStats *self, const RjKmsEvent *event);

/* Adds the members to @object; @name: of the endpoint */
void rj_server_stats_describe (const RjServerStats *self, const char *name, JsonObject *object);

G_END_DECLS
