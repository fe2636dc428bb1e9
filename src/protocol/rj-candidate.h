/* ICE candidate lines, as they are trickled. Pure; any thread. Source: RFC 8839 section 5.1, RFC 6544 for
 * TCP, OpenVidu 2 protocol section 9.6. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RJ_CANDIDATE_HOST,
  RJ_CANDIDATE_SRFLX,
  RJ_CANDIDATE_PRFLX,
  RJ_CANDIDATE_RELAY,
} RjCandidateType;

typedef struct {
  char *foundation; /* 1 to 32 ice-chars */
  guint component;  /* 1 RTP, 2 RTCP (useless with rtcp-mux) */
  char *transport;  /* as written: "UDP" by Kurento, "udp" by browsers */
  guint32 priority;
  char *ip; /* address or name (mDNS .local) */
  guint16 port;
  RjCandidateType type;
  char *related_ip; /* (nullable) raddr */
  guint16 related_port;
  char *tcp_type;   /* (nullable) active, passive, so */
  char *extensions; /* (nullable) what follows: "generation 0 ufrag … network-id 3" */
} RjCandidate;

/* @line: with or without "a=" and line end. Errors: RJ_ERROR_PROTOCOL.
 * Returns: (transfer full) (nullable) */
RjCandidate *rj_candidate_parse (const char *line, GError **error);
void rj_candidate_free (RjCandidate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjCandidate, rj_candidate_free)

/* Returns: (transfer full): "candidate:…" without "a=" */
char *rj_candidate_format (const RjCandidate *self);

/* Whether our stacks can use it: UDP, component 1, a literal address, a port. Kurento trickles component 2
 * and TCP as well, browsers hide behind .local names. */
gboolean rj_candidate_is_usable (const RjCandidate *self);

/* The same for candidates that differ only in m-line, extensions or letter case: each is trickled once per
 * bundled m-line. Returns: (transfer full) */
char *rj_candidate_get_key (const RjCandidate *self);

/* "host", "srflx", "prflx", "relay" */
const char *rj_candidate_type_to_text (RjCandidateType type);

G_END_DECLS
