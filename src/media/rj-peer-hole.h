/* Makes the packets of one peer vanish while a blackhole is on, without privilege: a filter on the connected
 * socket swallows all that arrives, STUN too, and probes swallow what is sent through it (of what we send only
 * libnice's own STUN still leaves). While it is on no candidate is exchanged, so that new peers do not
 * connect either. Home thread only. */
#pragma once

#include <gst/gst.h>

#include "rj-blackhole.h"

G_BEGIN_DECLS

typedef struct _RjPeerHole RjPeerHole;

/* Passes on a candidate that was held back. @mid: (nullable) */
typedef void (*RjPeerHoleFunc) (
  gboolean ours, guint mline, const char *mid, const char *text, gpointer user_data);

/* @blackhole: (nullable). @func: may free nothing. */
RjPeerHole *rj_peer_hole_new (RjBlackhole *blackhole,
                              GstElement *webrtc,
                              RjPeerHoleFunc func,
                              gpointer user_data);

/* Before the pipeline is given up */
void rj_peer_hole_free (RjPeerHole *self);

/* Returns: TRUE: it is held back until the blackhole is off */
gboolean
rj_peer_hole_hold (RjPeerHole *self, gboolean ours, guint mline, const char *mid, const char *text);

/* There may be a new socket, or new elements */
void rj_peer_hole_cover (RjPeerHole *self);

G_END_DECLS
