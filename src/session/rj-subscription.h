/* One stream of somebody else in one attempt: one leg at a time, replaced as a whole. Home thread only. */
#pragma once

#include "rj-leg.h"

G_BEGIN_DECLS

/* Signals:
 *   "changed" ()
 *   "failed"  (const char *step, const GError *error)   "subscribe" or "media", see RjLeg */
#define RJ_TYPE_SUBSCRIPTION (rj_subscription_get_type ())
G_DECLARE_FINAL_TYPE (RjSubscription, rj_subscription, RJ, SUBSCRIPTION, GObject)

RjSubscription *rj_subscription_new (RjStay *stay, const RjRemoteStream *stream);

/* @why: static, "join" or "republish" */
void rj_subscription_open (RjSubscription *self, const char *why);

/* One reconnectStream with a new peer and limits.reconnect_us to flow; it works as a first subscription as
 * well (OpenVidu 2 protocol, 12.13). */
void rj_subscription_reconnect (RjSubscription *self);

/* The server reconnects it by itself: a new peer for its offer. */
void rj_subscription_take_offer (RjSubscription *self, const char *offer);

/* rj_subscription_reconnect() after @delay_us; what is open is closed now. */
void rj_subscription_reconnect_later (RjSubscription *self, gint64 delay_us);

/* Nothing more is done for it: what is lost stays lost, unless it comes back by itself. */
void rj_subscription_give_up (RjSubscription *self);

/* The server let go of it: it does not flow any more, until it is opened again. */
void rj_subscription_outdate (RjSubscription *self);

/* Mute state changed. */
void rj_subscription_update (RjSubscription *self, const RjRemoteStream *stream);

/* The websocket was lost; was resumed: a request that was under way is sent again, with a new peer. */
void rj_subscription_suspend (RjSubscription *self);
void rj_subscription_resume (RjSubscription *self);

/* When something was heard of it last, or since when something is due. Returns: FALSE while silence means
 * nothing: it has not flowed yet, is being reconnected, or is muted */
gboolean rj_subscription_get_heard_us (RjSubscription *self, gint64 *heard_us);

const RjRemoteStream *rj_subscription_get_stream (RjSubscription *self);
const char *rj_subscription_get_name (RjSubscription *self);
gboolean rj_subscription_is_known (RjSubscription *self); /* one of ours */
gboolean rj_subscription_is_muted (RjSubscription *self);
gboolean rj_subscription_is_flowing (RjSubscription *self);
gboolean
rj_subscription_is_broken (RjSubscription *self); /* its leg failed and nothing is planned */
gboolean rj_subscription_has_flowed (RjSubscription *self); /* its present leg, before it failed */
gboolean rj_subscription_has_tried (RjSubscription *self);  /* reconnected since it last flowed */

/* Returns: µs since the first failure after it last flowed; 0: none */
gint64 rj_subscription_get_trouble_us (RjSubscription *self);

void rj_subscription_add_candidate (RjSubscription *self,
                                    guint mline,
                                    const char *mid,
                                    const char *candidate);

/* @type: event of this edge, without data. Returns: (transfer full) */
RjEvent *rj_subscription_event (RjSubscription *self, const char *type, gint64 at_us);
void rj_subscription_emit_failed (RjSubscription *self, const GError *error);
void rj_subscription_tell_pending (RjSubscription *self);
void rj_subscription_emit_stats (RjSubscription *self, gboolean open);
void rj_subscription_close (RjSubscription *self, const char *reason);

G_END_DECLS
