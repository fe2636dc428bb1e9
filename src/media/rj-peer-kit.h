/* What all peers of an engine share, and the ends of media that are made from it. Home thread. */
#pragma once

#include "rj-clip.h"
#include "rj-decoder.h"
#include "rj-pacer.h"
#include "rj-peer.h"
#include "rj-reaper.h"
#include "rj-receiver.h"
#include "rj-sender.h"

G_BEGIN_DECLS

/* Borrowed for a call; who needs a member longer takes a reference. */
typedef struct {
  RjPacer *pacer;
  RjReaper *reaper;
  RjDecoder *decoder;  /* (nullable): nobody looks at pictures */
  RjClipFormat format; /* of the sender; its codec is preferred */
  RjClip *clip;        /* (nullable): of that format */
  guint16 run_hash;
  gint64 run_start_us;
} RjPeerKit;

RjReceiver *rj_peer_kit_make_receiver (const RjPeerKit *self,
                                       const RjPeerConfig *config,
                                       const RjReceiverNews *news,
                                       RjMailbox *mailbox);
/* What was not known of a receiver's publisher when it was made */
void rj_peer_kit_assign_receiver (RjReceiver *receiver, const RjPeerConfig *config);

/* Of the publisher */
guint rj_peer_kit_get_fps (const RjPeerConfig *config);

RjSenderStamp rj_peer_kit_get_stamp (const RjPeerKit *self, const RjPeerConfig *config);

G_END_DECLS
