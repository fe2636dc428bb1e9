/* Where the media of one receiving webrtcbin ends: every packet is shown to the tap as soon as it is decrypted,
 * ahead of rtpbin. Behind it a stream's first packet waits for the second (20 ms for audio), and what comes after
 * lost ones for them (0.9 s after a media server had stood still for 2 s). Then it goes into a sink. It knows no
 * peer, only the peer's mailbox, because it lives on streaming threads. Reference counted. */
#pragma once

#include <gst/gst.h>

#include "rj-mailbox.h"
#include "rj-tap.h"
#include "rj-video-codec.h"

G_BEGIN_DECLS

typedef struct _RjReceiver RjReceiver;

/* A look at the video packets of a receiver, in order, on its streaming thread */
typedef void (*RjReceiverWatch) (GstBuffer *packet, gpointer user_data);

/* What is posted, at home */
typedef struct {
  void (*first_packet) (gpointer owner, gint64 at_us);
  void (*first_key_frame) (gpointer owner, gint64 at_us);
  void (*gap_ended) (gpointer owner, const RjGap *gap);
} RjReceiverNews;

/* @news: static */
RjReceiver *
rj_receiver_new (const RjTapConfig *config, const RjReceiverNews *news, RjMailbox *mailbox);
RjReceiver *rj_receiver_ref (RjReceiver *self);
void rj_receiver_unref (RjReceiver *self);

/* Listens to @webrtc, before it starts. */
void rj_receiver_attach (RjReceiver *self, GstElement *webrtc);

/* Returns: (transfer none) */
RjTap *rj_receiver_get_tap (RjReceiver *self);

/* Returns: whether video has arrived, and in which codec. Any thread */
gboolean rj_receiver_get_video_codec (RjReceiver *self, RjVideoCodec *out);

/* Lets @watch see video packets, from any thread; NULL ends it: when this returns, no call is under way. */
void rj_receiver_set_watch (RjReceiver *self, RjReceiverWatch watch, gpointer user_data);

G_END_DECLS
