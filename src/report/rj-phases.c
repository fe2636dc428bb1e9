#include "rj-phases.h"

#define ROW(name, head, words)                                                                     \
  {                                                                                                \
#name, head, words, G_STRUCT_OFFSET(RjRejoin, name)                                            \
  }

const RjPhaseRow rj_phase_rows[RJ_N_PHASE_ROWS] = {
  ROW (detect_ms, "detect", "passed before the loss was noticed"),
  ROW (wait_ms, "wait", "passed before the token was asked for: tries that failed, and pauses"),
  ROW (token_ms, "token", "went into waiting for a new token"),
  ROW (connect_ms, "conn", "went into opening the websocket"),
  ROW (join_ms, "join", "went into waiting for the answer to the join"),
  ROW (publish_ms, "publ", "passed before there was a stream to subscribe to"),
  ROW (subscribe_ms, "subs", "went into asking for the stream and waiting for the answer"),
  ROW (ice_ms, "ice", "went into finding a network path (ICE)"),
  ROW (dtls_ms, "dtls", "went into the DTLS handshake"),
  ROW (first_packet_ms, "packet", "passed between the handshake and the first packet"),
  ROW (first_key_frame_ms, "frame", "passed between the first packet and a whole key frame"),
};

double
rj_phase_get (const RjRejoin *rejoin, guint phase)
{
  return G_STRUCT_MEMBER (double, rejoin, rj_phase_rows[phase].offset);
}

guint
rj_phase_find_longest (const RjRejoin *rejoin)
{
  guint longest = 0;

  for (guint i = 1; i < RJ_N_PHASE_ROWS; i++)
    if (rj_phase_get (rejoin, i) > rj_phase_get (rejoin, longest))
      longest = i;
  return longest;
}
