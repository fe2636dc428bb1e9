/* A webrtcbin's allocations at TURN servers: given back before it goes, or they stay there for ten minutes, and
 * with them ports and the user's quota (RFC 8656, 7). */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* It may have some: TURN servers were added. */
void rj_relays_note (GstElement *webrtc);

/* Blocks until the servers have confirmed it, or do not answer for about a second and a half; nothing where there are
 * none. For a thread that may wait, while the webrtcbin still runs. */
void rj_relays_give_back (GstElement *webrtc);

G_END_DECLS
