/* The own stream in one attempt: one leg at a time, replaced as a whole. Home thread only. */
#pragma once

#include "rj-leg.h"

G_BEGIN_DECLS

/* Signals:
 *   "changed" ()
 *   "failed"  (const char *step, const GError *error)   "publish" or "media", see RjLeg */
#define RJ_TYPE_PUBLICATION (rj_publication_get_type ())
G_DECLARE_FINAL_TYPE (RjPublication, rj_publication, RJ, PUBLICATION, GObject)

RjPublication *rj_publication_new (RjStay *stay);

/* Publishes with a new peer. @why: static, "join" or "republish" */
void rj_publication_open (RjPublication *self, const char *why);

/* Once more after @delay_us (reconnectStream if it was published before); what is open is closed now. */
void rj_publication_open_later (RjPublication *self, const char *why, gint64 delay_us);

/* One reconnectStream with a new peer. */
void rj_publication_reconnect (RjPublication *self);

/* The peer broke; wait @delay_us for something that explains it, then emit "failed" again. */
void rj_publication_ask_again (RjPublication *self, const GError *error, gint64 delay_us);

/* The server took it away and it shall stay away. */
void rj_publication_withdraw (RjPublication *self, const char *reason);

/* It is muted or not, as the stay's wish says. */
void rj_publication_update (RjPublication *self);

/* The websocket was lost; was resumed: a request that was under way is sent again, with a new peer. */
void rj_publication_suspend (RjPublication *self);
void rj_publication_resume (RjPublication *self);

/* If it failed and nothing is planned: once more. */
void rj_publication_mend (RjPublication *self);

gboolean rj_publication_is_wanted (RjPublication *self); /* not withdrawn */
/* The media server is a new process: what still looks alive is not. The server says so of each stream; without
 * its word it is published again after @delay_us. */
void rj_publication_outdate (RjPublication *self, gint64 delay_us);
gboolean rj_publication_is_flowing (RjPublication *self);
gboolean rj_publication_has_flowed (RjPublication *self); /* its present leg, before it failed */
gboolean rj_publication_has_tried (RjPublication *self);  /* reconnected since it last flowed */

/* Returns: µs since the first failure after it last flowed; 0: none */
gint64 rj_publication_get_trouble_us (RjPublication *self);

void rj_publication_add_candidate (RjPublication *self,
                                   guint mline,
                                   const char *mid,
                                   const char *candidate);
/* Emits peer-failed with what it is still waiting for, if it is. */
void rj_publication_tell_pending (RjPublication *self);
void rj_publication_emit_stats (RjPublication *self, gboolean open);
void rj_publication_close (RjPublication *self, const char *reason);

G_END_DECLS
