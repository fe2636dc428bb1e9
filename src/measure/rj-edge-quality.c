#include "rj-edge-quality.h"

#include <math.h>

/* A rate over less than this is noise */
#define RJ_RATE_LEAST_MS 500

typedef struct {
  guint64 unique, played;
  double receiving_ms, playing_ms;
  double jitter_sum;
  guint64 jitter_weight;
} RjSums;

static void
add_peer (RjSums *sums, RjEdgeResult *r, const RjPeerFacts *peer)
{
  r->lost_packets += peer->lost_packets;
  r->sequence_gaps += peer->sequence_gaps;
  r->duplicates += peer->duplicates;
  r->reordered += peer->reordered;
  sums->unique += peer->packets - MIN (peer->packets, peer->duplicates);
  sums->played += peer->played_frames;
  sums->receiving_ms += peer->receiving_ms;
  sums->playing_ms += peer->playing_ms;
  if (!peer->has_stats || peer->jitter_ms < 0)
    return;
  sums->jitter_sum += peer->jitter_ms * (double) peer->packets;
  sums->jitter_weight += peer->packets;
  r->jitter_max_ms = fmax (r->jitter_max_ms, peer->jitter_max_ms);
}

static double
get_rate (double amount, double ms)
{
  return ms < RJ_RATE_LEAST_MS ? RJ_MS_UNKNOWN : amount * 1000 / ms;
}

void
rj_edge_conclude_quality (const RjEdge *edge, RjEdgeResult *r)
{
  RjSums sums = { 0 };

  r->jitter_max_ms = r->jitter_ms = r->loss_percent = RJ_MS_UNKNOWN;
  for (guint i = 0; i < edge->peers->len; i++)
    add_peer (&sums, r, g_ptr_array_index (edge->peers, i));
  if (sums.unique > 0)
    r->loss_percent = 100.0 * (double) r->lost_packets / (double) (sums.unique + r->lost_packets);
  if (sums.jitter_weight > 0)
    r->jitter_ms = sums.jitter_sum / (double) sums.jitter_weight;
  r->bitrate_bps = get_rate ((double) r->bytes * 8, sums.receiving_ms);
  r->fps = get_rate ((double) sums.played, sums.playing_ms);
  if (edge->audio_only)
    r->fps = RJ_MS_UNKNOWN;
}
