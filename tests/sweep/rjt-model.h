/* A model of an OpenVidu server with one session on one media node: what the protocol says, without media, without
 * a network, by the clock. True where a client could notice: tokens are good for one join, a lost client is kept for
 * 10 s, a notification to a closed socket evicts (and makes a zombie), who closes with an odd text stays as a ghost,
 * requests of the evicted are not answered. Source: OpenVidu 2 protocol, 3.3, 4, 5 and 8. Home thread. */
#pragma once

#include "rj-token-source.h"
#include "rjt-sweep.h"
#include "rjt-wire.h"

G_BEGIN_DECLS

typedef struct _RjtModel RjtModel;

RjtModel *rjt_model_new (RjtRun *run, RjClock *clock);
/* The server is gone, and with it its ends of all sockets */
void rjt_model_close (RjtModel *self);
void rjt_model_free (RjtModel *self);

/* For the signaller: an RjSocketMaker, and a source of tokens (transfer full) */
RjSocket *rjt_model_make_socket (gpointer model);
RjTokenSource *rjt_model_make_tokens (RjtModel *self);

/* From now on: mediasoup, which makes the offers of subscriptions */
void rjt_model_set_server_offers (RjtModel *self);

/* The others. Those who publish do so from the beginning */
void rjt_model_add (RjtModel *self, const char *name);
void rjt_model_remove (RjtModel *self, const char *name, const char *reason);
void rjt_model_publish (RjtModel *self, const char *name);
void rjt_model_unpublish (RjtModel *self, const char *name, const char *reason);
void rjt_model_mute (RjtModel *self, const char *name, gboolean active);

/* The media node crashed: everybody is evicted with @reason; joins are refused with 204 for 1.5 s, then the others
 * come back one by one */
void rjt_model_crash (RjtModel *self, const char *reason);
/* The master node, our server, crashed: those on its sockets are told, nothing more comes from it, and another server,
 * where the others are in a moment, knows nobody */
void rjt_model_crash_master (RjtModel *self);
/* The media server started anew: streams are taken away, the others publish again */
void rjt_model_reset (RjtModel *self);
/* No media, and no answer to what needs the media node, until it thaws */
void rjt_model_freeze (RjtModel *self, gboolean frozen);
/* The subscriptions of our participants to @name do not flow any more, until they are reconnected */
void rjt_model_break_edge (RjtModel *self, const char *name);
/* The same, but the server notices, and offers them anew (mediasoup) */
void rjt_model_renew_edge (RjtModel *self, const char *name);
/* Every open websocket breaks */
void rjt_model_cut (RjtModel *self);

/* Whether media flows through the endpoint that @answer belongs to */
gboolean rjt_model_flows (RjtModel *self, const char *answer);

guint rjt_model_count (RjtModel *self, const char *name); /* connections with that name */
guint rjt_model_count_published (RjtModel *self, const char *name);
/* Names of who publishes and is not @except, sorted. Returns: (transfer full) */
char *rjt_model_list (RjtModel *self, const char *except);
/* Streams of which the stay with that name was never told, because the message was lost */
guint rjt_model_count_untold (RjtModel *self, const char *name);
/* People of whom it was not told who they are */
guint rjt_model_count_unnamed (RjtModel *self, const char *name);
guint rjt_model_count_wires (RjtModel *self);  /* sockets alive, on any side */
guint rjt_model_count_tokens (RjtModel *self); /* requests for tokens under way */

/* For its own files */
void rjt_model_on_wire_gone (gpointer model, GObject *unused);
char *rjt_model_take_token (RjtModel *self);
void rjt_model_count_token (RjtModel *self, int change);
RjtRun *rjt_model_get_run (RjtModel *self);
RjClock *rjt_model_get_clock (RjtModel *self);

G_END_DECLS
