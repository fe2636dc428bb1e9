/* Who flows when: questions to the facts about one moment. Private to measure.
 *
 * @us: a moment, or RJ_NOW */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

#define RJ_NOW (G_MAXINT64 - 1)

/* When this subscription began to flow (first complete key frame; audio only: first packet; muted: DTLS up)
 * or this publication did (DTLS up). 0: not */
gint64 rj_peer_get_flow_start (const RjPeerFacts *peer);
/* When it ceased to: closed, thrown away, its stream gone. G_MAXINT64: it did not */
gint64 rj_peer_get_flow_end (const RjFacts *facts, const RjMember *member, const RjPeerFacts *peer);

gboolean rj_edge_flows (const RjFacts *facts, const RjEdge *edge, gint64 us);
/* Muted, or unpublished on purpose */
gboolean rj_edge_is_paused (const RjEdge *edge, gint64 us);
/* Whether it has left on purpose, or failed */
gboolean rj_member_is_gone (const RjMember *member, gint64 us);
gboolean rj_edge_is_expected (const RjFacts *facts, const RjEdge *edge, gint64 us);
/* The last thing that the server said of its stream, other than that it was lost (that may have been a
 * ghost of an earlier connection). Returns: (nullable) */
const RjMark *rj_edge_find_mark (const RjEdge *edge, gint64 us);

gboolean rj_member_publication_flows (const RjFacts *facts, const RjMember *member, gint64 us);
gboolean rj_member_flows (const RjFacts *facts, const RjMember *member, gint64 us);
/* First moment in (after_us, until_us) at which everything of this one flows; 0: none */
gint64 rj_member_find_flowing (const RjFacts *facts,
                               const RjMember *member,
                               gint64 after_us,
                               gint64 until_us);

/* Adds the edges that ought to be there though nobody ever heard of them. */
void rj_facts_complete_edges (RjFacts *facts);

G_END_DECLS
