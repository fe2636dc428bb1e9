/* One look at one stream: RTP packets go in, pictures are judged on the pipeline's own threads. */
#pragma once

#include "rj-mailbox.h"
#include "rj-picture-judge.h"
#include "rj-reaper.h"
#include "rj-video-codec.h"

G_BEGIN_DECLS

typedef struct _RjDecoding RjDecoding;

typedef struct {
  RjVideoCodec codec;
  guint16 run_hash; /* of stamps that are ours */
  guint clip_frames;
  guint n_wanted; /* pictures that make a look */
} RjDecodingConfig;

/* @done is called at home, once, when enough pictures were seen. Returns: (nullable): NULL when an element
 * is missing */
RjDecoding *rj_decoding_new (const RjDecodingConfig *config,
                             RjMailbox *mailbox,
                             RjMailboxFunc done,
                             GError **error);

/* A video packet; any thread */
void rj_decoding_push (RjDecoding *self, GstBuffer *packet);

/* Ends the look and frees it. Returns: FALSE when too little arrived to say anything. @out as from the
 * judge. */
gboolean rj_decoding_end (RjDecoding *self, RjReaper *reaper, RjPictureCheck *out);

G_END_DECLS
