/* libnice behind a peer: makes and ends agents with our settings, and translates candidate lines (RFC 8839, 5.1).
 * Private to this layer; the thread of the agent's main context, which is its thread-default one. */
#pragma once

#include <nice/agent.h>

#include "rj-ice-peer.h"

G_BEGIN_DECLS

#define RJ_ICE_COMPONENT 1 /* rtcp-mux: RTP and RTCP share it */

/* Returns: (transfer full): full ICE, trickle, UDP only, with one stream; *@stream is 0 when that failed */
NiceAgent *rj_ice_agent_new (GMainContext *context, const RjIcePeerConfig *config, guint *stream);

/* Lets go of sockets and relays, asynchronously. @agent: (transfer full), without signal handlers */
void rj_ice_agent_close (NiceAgent *agent, guint stream, GMainContext *context);

/* Agents that live in this process. Any thread. */
guint rj_ice_agent_count (void);

/* @line: "candidate:…" or "a=candidate:…". Returns: (transfer full) (nullable): NULL for what we cannot use:
 * another component than 1, TCP, names instead of addresses (mDNS), garbage */
NiceCandidate *rj_ice_agent_parse_candidate (NiceAgent *agent, guint stream, const char *line);

/* Returns: (transfer full) (nullable): "candidate:…" */
char *rj_ice_agent_format_candidate (NiceAgent *agent, NiceCandidate *candidate);

G_END_DECLS
