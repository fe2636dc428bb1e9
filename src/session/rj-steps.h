/* A queue of small pieces of work that hold the loop for a while each (calls into the peer engine): one
 * piece per loop turn, at idle priority, so that sockets and timers get their turn in between. One queue per
 * process, shared by all participants. Home thread only. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct _RjSteps RjSteps;
typedef void (*RjStepFunc) (gpointer owner);

RjSteps *rj_steps_new (void);
RjSteps *rj_steps_ref (RjSteps *self);
void rj_steps_unref (RjSteps *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjSteps, rj_steps_unref)

/* @owner: (transfer none): must call rj_steps_drop() before it goes */
void rj_steps_push (RjSteps *self, RjStepFunc func, gpointer owner);

/* Forgets what @owner still has in the queue. */
void rj_steps_drop (RjSteps *self, gpointer owner);

guint rj_steps_count (RjSteps *self);

G_END_DECLS
