/* Requests that negotiate media, and their results: publishVideo, receiveVideoFrom,
 * prepareReceiveVideoFrom, reconnectStream, unsubscribeFromVideo. Pure; any thread.
 * Source: OpenVidu 2 protocol, sections 5.3 to 5.9. */
#pragma once

#include "rj-openvidu2-params.h"

G_BEGIN_DECLS

typedef struct {
  char *sdp_offer;
  gboolean has_audio;
  gboolean has_video;
  gboolean do_loopback;
  RjOv2Flag audio_active; /* always send both, for tracks that exist */
  RjOv2Flag video_active;
  char *type_of_video; /* (nullable) required with video; parsing leaves that to the server (-1) */
  gboolean has_frame_rate;
  gint64 frame_rate;
  char *video_dimensions; /* (nullable) JSON text, see rj_ov2_dimensions_build() */
  JsonObject *filter;     /* (nullable) */
} RjOv2Publish;

RjOv2Publish *rj_ov2_publish_parse (JsonObject *params, GError **error);
JsonObject *rj_ov2_publish_build (const RjOv2Publish *self);
void rj_ov2_publish_free (RjOv2Publish *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Publish, rj_ov2_publish_free)

/* receiveVideoFrom. With neither SDP the real server never answers. */
typedef struct {
  char *sender;     /* stream id (a connection id works too) */
  char *sdp_offer;  /* (nullable) the client offers: Kurento */
  char *sdp_answer; /* (nullable) after prepareReceiveVideoFrom */
} RjOv2Receive;

RjOv2Receive *rj_ov2_receive_parse (JsonObject *params, GError **error);
JsonObject *rj_ov2_receive_build (const RjOv2Receive *self);
void rj_ov2_receive_free (RjOv2Receive *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Receive, rj_ov2_receive_free)

typedef struct {
  char *sender; /* stream id */
  gboolean reconnect;
} RjOv2Prepare;

RjOv2Prepare *rj_ov2_prepare_parse (JsonObject *params, GError **error);
JsonObject *rj_ov2_prepare_build (const RjOv2Prepare *self);
void rj_ov2_prepare_free (RjOv2Prepare *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Prepare, rj_ov2_prepare_free)

/* reconnectStream. A publisher sends its new offer as sdp_string; a subscriber of Kurento as sdp_offer (for
 * a subscriber sdp_string means an answer). */
typedef struct {
  char *stream;
  char *sdp_string; /* (nullable) */
  char *sdp_offer;  /* (nullable) */
  RjOv2Flag forcibly_reconnect;
} RjOv2Reconnect;

RjOv2Reconnect *rj_ov2_reconnect_parse (JsonObject *params, GError **error);
JsonObject *rj_ov2_reconnect_build (const RjOv2Reconnect *self);
void rj_ov2_reconnect_free (RjOv2Reconnect *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Reconnect, rj_ov2_reconnect_free)

/* unsubscribeFromVideo: @sender is a connection id, not a stream id */
char *rj_ov2_unsubscribe_parse (JsonObject *params, GError **error);
JsonObject *rj_ov2_unsubscribe_build (const char *sender);

/* Results of all of them; what a method does not have is NULL. */
typedef struct {
  char *sdp_answer;     /* (nullable) */
  char *sdp_offer;      /* (nullable) prepareReceiveVideoFrom */
  char *id;             /* (nullable) own stream id: publishVideo, reconnectStream of a publisher */
  gint64 created_at_ms; /* 0: absent */
} RjOv2Negotiated;

/* Never fails on an object; the caller checks for what it needs. @result: (nullable) */
RjOv2Negotiated *rj_ov2_negotiated_parse (JsonObject *result);
JsonObject *rj_ov2_negotiated_build (const RjOv2Negotiated *self);
void rj_ov2_negotiated_free (RjOv2Negotiated *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjOv2Negotiated, rj_ov2_negotiated_free)

G_END_DECLS
