/* Signs of the other side's life below the media: RTCP that comes, ICMP that says that nobody is there. */
#pragma once

#include <gst/gst.h>

#include "rj-round-trip.h"

G_BEGIN_DECLS

typedef struct _RjLifeSigns RjLifeSigns;

/* Listens to RTCP; before the pipeline starts. */
RjLifeSigns *rj_life_signs_new (GstElement *webrtc);
void rj_life_signs_free (RjLifeSigns *self);

/* Returns: CLOCK_MONOTONIC, 0: none yet. Any thread. */
gint64 rj_life_signs_get_last_rtcp_us (RjLifeSigns *self);

/* What the other side's reports have said of the round trip. Any thread. */
void rj_life_signs_get_round_trip (RjLifeSigns *self, RjRoundTrip *out);

/* Lets the kernel report closed ports on the connected socket: the next packet that is sent to one ends ICE.
 * Not before ICE is connected: during the checks unreachable addresses are normal. Home thread. */
void rj_life_signs_watch_icmp (RjLifeSigns *self, GstElement *webrtc);

/* Ends that. */
void rj_life_signs_stop (RjLifeSigns *self);

/* Returns: whether ICE failed because of such a report. Home thread. */
gboolean rj_life_signs_has_seen_icmp (RjLifeSigns *self);

G_END_DECLS
