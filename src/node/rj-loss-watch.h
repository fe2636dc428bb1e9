/* Notices packets of an incoming stream that stay lost: Kurento's jitter buffer (500 ms for video) gives up on
 * them and has the publisher asked for a key frame, since no subscriber can go on decoding. In the thread of its
 * clock. */
#pragma once

#include "rj-clock.h"
#include "rj-reception.h"

G_BEGIN_DECLS

#define RJ_LOSS_WATCH_US (500 * 1000)

typedef struct _RjLossWatch RjLossWatch;

typedef void (*RjLossWatchFunc) (gpointer user_data);

/* @reception: borrowed, of the stream. @lost: packets were not repaired in time. Returns: (transfer full) */
RjLossWatch *rj_loss_watch_new (RjClock *clock,
                                const RjReception *reception,
                                RjLossWatchFunc lost,
                                gpointer user_data);
void rj_loss_watch_free (RjLossWatch *self);

/* A packet was added to the reception. */
void rj_loss_watch_look (RjLossWatch *self);

G_END_DECLS
