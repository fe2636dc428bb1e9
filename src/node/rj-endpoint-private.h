/* The inside of an endpoint, for the files that make it up */
#pragma once

#include "rj-endpoint.h"
#include "rj-rtp-session.h"

G_BEGIN_DECLS

/* new → answered (their offer); new → offering → settled (our offer) */
typedef enum {
  RJ_ENDPOINT_NEW,
  RJ_ENDPOINT_OFFERING,
  RJ_ENDPOINT_ANSWERED,
  RJ_ENDPOINT_SETTLED,
} RjEndpointState;

struct _RjEndpoint {
  const RjEndpointPlace *place;
  char *id;
  guint number;
  RjEndpointFunc event;
  gpointer user_data;
  RjEndpointState state;
  RjElement *element;
  RjIcePeer *peer;    /* from the offer on */
  RjRtpSession *rtp;  /* from the answer on */
  GPtrArray *early;   /* (element-type utf8) candidates that came before the peer */
  GPtrArray *mids;    /* (element-type utf8) of the m-lines that are not refused; NULL at a hole */
  char *stun_address; /* (nullable) */
  guint stun_port;
  guint max_receive_kbps;
  guint32 session_number; /* of our SDP */
  char *cname;
  guint32 ssrcs[8]; /* one per m-line */
  guint n_bins;     /* counted for MediaTranscodingStateChanged */
  gboolean gathers;
  gboolean ice_connected;
};

/* rj-endpoint-events.c */
extern const RjIcePeerCallbacks rj_endpoint_peer_callbacks;
extern const RjRtpSessionCallbacks rj_endpoint_rtp_callbacks;
extern const RjElementFuncs rj_endpoint_element_funcs;
void rj_endpoint_tell_gathering (RjEndpoint *self);
void rj_endpoint_tell_connecting (RjEndpoint *self);

G_END_DECLS
