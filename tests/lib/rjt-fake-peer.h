/* Peers without a network: an offer at once, ICE 10 ms and DTLS 15 ms after the answer by the clock, then a
 * key frame every 50 ms into a real tap, as long as the test lets the media server live. */
#pragma once

#include "rj-clock.h"
#include "rj-peer.h"

G_BEGIN_DECLS

#define RJT_TYPE_FAKE_PEER (rjt_fake_peer_get_type ())
G_DECLARE_FINAL_TYPE (RjtFakePeer, rjt_fake_peer, RJT, FAKE_PEER, GObject)

#define RJT_TYPE_FAKE_PEERS (rjt_fake_peers_get_type ())
G_DECLARE_FINAL_TYPE (RjtFakePeers, rjt_fake_peers, RJT, FAKE_PEERS, GObject)

#define RJT_FRAME_US 50000
#define RJT_RTCP_US  400000 /* between reports, as long as the media server is not silent */

/* An RjPeerFactory */
RjtFakePeers *rjt_fake_peers_new (RjClock *clock);

/* What happens to all its peers from now on, old and new */
void rjt_fake_peers_set_connects (RjtFakePeers *self, gboolean connects); /* new ones */
void rjt_fake_peers_set_silent (RjtFakePeers *self, gboolean silent);
/* Whether media flows through the endpoint that answered with @answer, or offered it; otherwise it does not even
 * connect */
typedef gboolean (*RjtFlowsFunc) (const char *answer, gpointer user_data);
void rjt_fake_peers_set_flows (RjtFakePeers *self, RjtFlowsFunc func, gpointer user_data);
/* Peers that receive from this publisher's number */
void rjt_fake_peers_set_publisher_silent (RjtFakePeers *self, guint16 publisher, gboolean silent);
/* The next call of that kind fails with RJ_ERROR_NO_MEDIA: "create", "offer", "answer", "accept"; NULL:
 * none */
void rjt_fake_peers_fail_next (RjtFakePeers *self, const char *what);
/* All open peers that send (TRUE) or receive (FALSE) break. */
void rjt_fake_peers_break (RjtFakePeers *self, RjDirection direction);
/* The same, because ICMP says that nobody is there */
void rjt_fake_peers_close_port (RjtFakePeers *self, RjDirection direction);

guint rjt_fake_peers_count_made (RjtFakePeers *self);
guint rjt_fake_peers_count_open (RjtFakePeers *self); /* made and not closed */
/* Open ones that receive exactly these media */
guint rjt_fake_peers_count_receiving (RjtFakePeers *self, gboolean audio, gboolean video);
guint rjt_fake_peers_count_muted (RjtFakePeers *self, gboolean video); /* open ones */
guint rjt_fake_peers_count_alive (RjtFakePeers *self);                 /* not finalized */
guint rjt_fake_peers_count_flowing (RjtFakePeers *self);    /* receive, and hear something */
guint rjt_fake_peers_count_candidates (RjtFakePeers *self); /* remote ones that were added */

G_END_DECLS
