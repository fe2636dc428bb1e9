/* Builds the pipeline of one peer: webrtcbin with the settings that a Kurento accepts, and for senders the
 * paced sources and payloaders in front of it. Home thread; a few milliseconds. */
#pragma once

#include <gst/gst.h>

#include "rj-clip.h"
#include "rj-peer.h"
#include "rj-source.h"

G_BEGIN_DECLS

typedef struct {
  RjVideoCodec codec;   /* in: what a receiver prefers */
  GstElement *pipeline; /* (transfer full) */
  GstElement *webrtc;   /* owned by the pipeline */
  RjSource *audio;      /* (nullable) owned by the pipeline */
  RjSource *video;      /* (nullable) owned by the pipeline */
} RjWebrtcbinParts;

/* @clip: of a sender. Errors: RJ_ERROR_ENVIRONMENT: an element is missing; RJ_ERROR_PROTOCOL: a STUN or TURN
 * server that cannot be understood */
gboolean rj_webrtcbin_build (RjWebrtcbinParts *self,
                             const RjPeerConfig *config,
                             RjClip *clip,
                             GError **error);

/* Before anything is gathered. Errors: RJ_ERROR_PROTOCOL: one cannot be understood */
gboolean
rj_webrtcbin_add_ice_servers (GstElement *webrtc, const RjPeerConfig *config, GError **error);

/* The answer wants another codec than that of the linked clip: another video source and payloader take their
 * place, with the SSRC that was offered. Before anything is sent. Errors: RJ_ERROR_ENVIRONMENT */
gboolean rj_webrtcbin_change_video (RjWebrtcbinParts *self, RjClip *clip, GError **error);

/* Starts it: afterwards an offer can be made, because every sink pad has its caps and every transceiver its
 * direction. Connect to the signals before. */
gboolean rj_webrtcbin_start (RjWebrtcbinParts *self, const RjPeerConfig *config, GError **error);

/* Lets a receiver report often, so that its port being gone is noticed. After the answer was applied. */
void rj_webrtcbin_shorten_rtcp (GstElement *webrtc);

G_END_DECLS
