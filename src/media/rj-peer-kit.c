#include "rj-peer-kit.h"

/* What counts as an outage: max (500 ms, 10 frames) between complete frames */
#define GAP_LIMIT_US     (500 * 1000)
#define GAP_LIMIT_FRAMES 10
#define DEFAULT_FRAME_US 33333

static gint64
get_frame_us (const RjPeerConfig *config)
{
  if (!config->has_video)
    return RJ_CLIP_AUDIO_PACKET_US;
  return config->frame_interval_us == 0 ? DEFAULT_FRAME_US : config->frame_interval_us;
}

static gint64
get_gap_limit_us (const RjPeerConfig *config)
{
  return MAX (GAP_LIMIT_US, GAP_LIMIT_FRAMES * get_frame_us (config));
}

void
rj_peer_kit_assign_receiver (RjReceiver *receiver, const RjPeerConfig *config)
{
  rj_tap_expect (rj_receiver_get_tap (receiver), config->publisher, config->expected_known,
                 get_gap_limit_us (config));
}

RjReceiver *
rj_peer_kit_make_receiver (const RjPeerKit *self,
                           const RjPeerConfig *config,
                           const RjReceiverNews *news,
                           RjMailbox *mailbox)
{
  RjTapConfig tap = {
    .has_video = config->has_video,
    .run_hash = self->run_hash,
    .publisher = config->publisher,
    .expected_known = config->expected_known,
    .gap_limit_us = get_gap_limit_us (config),
    .run_start_us = self->run_start_us,
  };

  return rj_receiver_new (&tap, news, mailbox);
}

guint
rj_peer_kit_get_fps (const RjPeerConfig *config)
{
  guint frame_us = config->frame_interval_us == 0 ? DEFAULT_FRAME_US : config->frame_interval_us;

  return MAX ((G_USEC_PER_SEC + frame_us / 2) / frame_us, 1);
}

RjSenderStamp
rj_peer_kit_get_stamp (const RjPeerKit *self, const RjPeerConfig *config)
{
  return (RjSenderStamp){
    .run_hash = self->run_hash,
    .publisher = config->publisher,
    .run_start_us = self->run_start_us,
  };
}
