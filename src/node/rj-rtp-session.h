/* The RTP side of one WebRtcEndpoint: what comes from its client goes into the graph, what comes from the graph
 * goes to its client, with RTCP of its own in both directions. Knows nothing of ICE, DTLS or JSON, so that it runs
 * on a fake clock.
 *
 * Towards a publisher: packets are told apart by the declared SSRC alone ("OpenVidu 2 protocol" 9.5), receiver
 * reports and REMB every second, key frame requests when somebody behind needs one. Towards a subscriber: one
 * continuous stream per medium, sender reports every second, NACKs answered; PLI and FIR are not passed on.
 *
 * In the thread of its clock. */
#pragma once

#include "rj-clock.h"
#include "rj-dice.h"
#include "rj-element.h"
#include "rj-rtp-description.h"

G_BEGIN_DECLS

typedef struct {
  void (*send_rtp) (const guint8 *packet, gsize size, gpointer user_data);
  void (*send_rtcp) (const guint8 *packet, gsize size, gpointer user_data);
  /* a packet of the client, for the graph */
  void (*receive) (const RjUnit *unit, gpointer user_data);
  /* upwards in the graph, for this client's video */
  void (*need_key_frame) (gpointer user_data);
  gboolean (*find) (
    RjMedium medium, guint source, guint16 sequence, RjUnit *unit, gpointer user_data);
  /* @into_graph: the client's media go into the graph (MediaFlowOut of Kurento), else the graph's to the client */
  void (*flow) (RjMedium medium, gboolean into_graph, gboolean flowing, gpointer user_data);
  /* something has come from the client, but not within the first 500 ms */
  void (*media_connected) (gpointer user_data);
} RjRtpSessionCallbacks;

typedef struct _RjRtpSession RjRtpSession;

/* @description: copied. @dice: borrowed. Returns: (transfer full) */
RjRtpSession *rj_rtp_session_new (RjClock *clock,
                                  RjDice *dice,
                                  const RjRtpDescription *description,
                                  const RjRtpSessionCallbacks *callbacks,
                                  gpointer user_data);
void rj_rtp_session_free (RjRtpSession *self);

/* DTLS is up: nothing is sent before. */
void rj_rtp_session_start (RjRtpSession *self);

/* From the client, decrypted */
void rj_rtp_session_take_rtp (RjRtpSession *self, const guint8 *packet, gsize size, gint64 at_us);
void
rj_rtp_session_take_rtcp (RjRtpSession *self, const guint8 *compound, gsize size, gint64 at_us);

/* From the graph */
void rj_rtp_session_send (RjRtpSession *self, const RjUnit *unit);
void rj_rtp_session_want_key_frame (RjRtpSession *self);
gboolean rj_rtp_session_find (
  RjRtpSession *self, RjMedium medium, guint source, guint16 sequence, RjUnit *unit);
void rj_rtp_session_source_changed (RjRtpSession *self);

/* Packets with an SSRC or payload type that was not negotiated */
guint64 rj_rtp_session_get_n_dropped (RjRtpSession *self);

G_END_DECLS
