/* A webrtcbin's allocations at TURN servers: given back before it goes, or they stay there for ten minutes, and
 * with them ports and the user's quota (RFC 8656, 7). */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* It may have some: TURN servers were added. */
void rj_relays_note (GstElement *webrtc);

/* Asks the servers to take them back, and returns at once. Any thread, once, while the webrtcbin runs. */
void rj_relays_begin_return (GstElement *webrtc);

/* Blocks until they have, or have not answered for about a second and a half; nothing where nothing was begun.
 * For a thread that may wait. */
void rj_relays_finish_return (GstElement *webrtc);

G_END_DECLS
