/* ICE candidate lines (RFC 8839, 5.1) between signalling and libnice. Private to this layer; the thread of the
 * agent. */
#pragma once

#include <nice/agent.h>

G_BEGIN_DECLS

/* @line: "candidate:…" or "a=candidate:…". Returns: (transfer full) (nullable): NULL for what we cannot use:
 * another component than 1, TCP, names instead of addresses (mDNS), garbage */
NiceCandidate *rj_ice_candidate_parse (NiceAgent *agent, guint stream, const char *line);

/* Returns: (transfer full) (nullable): "candidate:…" */
char *rj_ice_candidate_format (NiceAgent *agent, NiceCandidate *candidate);

G_END_DECLS
