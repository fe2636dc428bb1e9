/* The quirk frozen-media-server: some time after the first session was placed, its media node hangs, and goes on
 * later; once. Home thread. */
#pragma once

#include "rj-child.h"
#include "rj-clock.h"

G_BEGIN_DECLS

#define RJ_HANG_AFTER_US (5 * G_USEC_PER_SEC)
#define RJ_HANG_FOR_US   (12 * G_USEC_PER_SEC)

typedef struct _RjHang RjHang;

RjHang *rj_hang_new (RjClock *clock);
void rj_hang_free (RjHang *self);

/* A session was placed on @node. Only the first one counts. */
void rj_hang_note_placed (RjHang *self, RjChild *node);

G_END_DECLS
