/* What offer and answer have settled for the RTP of one endpoint. Plain struct; any thread. */
#pragma once

#include "rj-element.h"
#include "rj-sdp.h"

G_BEGIN_DECLS

#define RJ_RTP_MAX_PAYLOADS 16

typedef struct {
  guint8 payload_type;
  const char *encoding; /* interned, in capitals, with clock rate, without channels */
  guint clock_rate;     /* Hz */
} RjRtpPayload;

/* What was negotiated for one medium */
typedef struct {
  gboolean active; /* in the SDP and not refused */
  gboolean sends;  /* we may send */
  guint32 local_ssrc;
  guint32 remote_ssrc; /* 0: none declared, so whatever comes is dropped */
  RjRtpPayload payloads[RJ_RTP_MAX_PAYLOADS];
  guint n_payloads;
  guint8 time_id; /* abs-send-time; 0: not negotiated */
  gboolean fir;
  gboolean pli;
  gboolean nack;
  gboolean remb;
} RjRtpMedium;

typedef struct {
  RjRtpMedium media[RJ_N_MEDIA];
  char *cname;
  guint max_receive_kbps;  /* REMB towards the publisher; 0: no limit */
  gboolean black_pictures; /* what the client sends is made black */
} RjRtpDescription;

/* @answer: whoever gave it; what stands there is settled. @remote: the other side's description (the same as
 * @answer when we offered), whose ssrc lines count. @ssrcs: ours, one per m-line. @ours: whether @answer is ours.
 * Of several m-lines of a kind the first accepted one counts. */
void rj_rtp_description_init (RjRtpDescription *self,
                              const RjSdp *answer,
                              const RjSdp *remote,
                              const guint32 *ssrcs,
                              gboolean ours);
void rj_rtp_description_clear (RjRtpDescription *self);

G_END_DECLS
