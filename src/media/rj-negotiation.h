/* Offer, answer and candidates of one webrtcbin: each step once, in that order. Home thread only.
 *
 * It owns the state of these steps and the task under way; the peer owns the connection that results. */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

#include "rj-video-codec.h"

G_BEGIN_DECLS

#define RJ_TYPE_NEGOTIATION (rj_negotiation_get_type ())
G_DECLARE_FINAL_TYPE (RjNegotiation, rj_negotiation, RJ, NEGOTIATION, GObject)

/* What the peer hears. */
typedef struct {
  void (*candidate) (gpointer owner,
                     guint mline,
                     const char *mid,
                     const char *text); /* ours, to trickle */
  void (*answered) (gpointer owner);    /* both sides are known; before the task returns */
  /* a step has failed. @error: (nullable): NULL when a task returns it */
  void (*failed) (gpointer owner, const GError *error);
} RjNegotiationNews;

/* @we_send: we offer to send. @news: static. @owner: not referenced; closes it before it goes. */
RjNegotiation *rj_negotiation_new (GstElement *webrtc,
                                   gboolean we_send,
                                   const RjNegotiationNews *news,
                                   gpointer owner);

/* @task: (transfer full): returns the offer's text. RJ_ERROR_CLOSED out of turn */
void rj_negotiation_offer (RjNegotiation *self, GTask *task);

/* The offer is begun before anybody asks for it, and nothing is gathered until it is allowed. */
void rj_negotiation_offer_ahead (RjNegotiation *self);
void rj_negotiation_let_gather (RjNegotiation *self);

/* Our SDP was taken: our candidates may follow, from the next turn of the main loop on. */
void rj_negotiation_let_candidates_go (RjNegotiation *self);

/* @task: (transfer full): returns a boolean; errors as of rj_answer_check() */
void rj_negotiation_answer (RjNegotiation *self, const char *sdp, GTask *task);

/* The other way round: takes their offer. @task: (transfer full): returns the answer's text; errors as of
 * rj_offer_check(), RJ_ERROR_CLOSED out of turn */
void rj_negotiation_accept (RjNegotiation *self, const char *sdp, GTask *task);

/* Returns: whether the answer has video, and the codec that it wants */
gboolean rj_negotiation_get_video_codec (RjNegotiation *self, RjVideoCodec *out);

/* A candidate that webrtcbin has found, and one that the other side has */
void rj_negotiation_add_local (RjNegotiation *self, guint mline, const char *text);
void rj_negotiation_add_remote (RjNegotiation *self, guint mline, const char *text);

/* Whether the certificate that was shown is the announced one, as far as it can be read */
gboolean rj_negotiation_check_certificate (RjNegotiation *self, GError **error);

/* Ends it with @error for who waits. Returns: whether somebody did */
gboolean rj_negotiation_close (RjNegotiation *self, const GError *error);

G_END_DECLS
