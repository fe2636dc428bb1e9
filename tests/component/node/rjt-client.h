/* A client of the media node in a test: one RjIcePeer that publishes or subscribes through a WebRtcEndpoint, as a
 * native participant or a browser would. Its packets are made by the test. */
#pragma once

#include "rj-ice-peer.h"
#include "rj-rtcp.h"
#include "rj-rtp.h"
#include "rjt-control.h"

G_BEGIN_DECLS

typedef struct {
  guint32 ssrc;
  guint8 payload_type;
  guint16 first_sequence;
  guint16 last_sequence;
  guint32 last_timestamp;
  guint n_packets;
  guint n_gaps; /* the next one was not the last one + 1 */
  guint8 last_payload[16];
} RjtStream;

typedef struct {
  RjtControl *control;
  RjIcePeer *peer;
  char *endpoint; /* object id */
  char *answer;
  gboolean publishes;
  gboolean answers;
  guint8 audio_type; /* payload types */
  guint8 video_type;
  guint32 audio_ssrc; /* of a publisher: own; of a subscriber: from the answer */
  guint32 video_ssrc;
  const char *video_feedback; /* lines of the offer; NULL: the usual ones */
  gboolean connected;
  gboolean ended;  /* the node said goodbye */
  GArray *streams; /* of RjtStream, received */
  guint n_fir;
  guint n_pli;
  guint n_rr; /* with a block about own video */
  guint n_remb;
  guint n_sr; /* about the video from the answer */
  guint n_nack;
  gint64 remb_bps;
} RjtClient;

/* @payload types: 0: that medium is not offered */
RjtClient *
rjt_client_new (RjtControl *control, gboolean publishes, guint8 audio_type, guint8 video_type);
void rjt_client_free (RjtClient *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtClient, rjt_client_free)

/* A subscriber that answers: the node is controlling and offers audio 96, video 100. */
RjtClient *rjt_client_new_answering (RjtControl *control);

/* Creates the endpoint in @pipeline and negotiates; does not wait for the connection. */
void rjt_client_negotiate (RjtClient *self, const char *pipeline);
void rjt_client_wait_connected (RjtClient *self);

/* Sends one packet. @sequence also makes timestamp and payload. Video: VP8, @key begins a key frame. */
void rjt_client_send_video (RjtClient *self, guint16 sequence, gboolean key);
void rjt_client_send_audio (RjtClient *self, guint16 sequence);
void rjt_client_send_as (
  RjtClient *self, guint32 ssrc, guint8 payload_type, guint16 sequence, gboolean key);
/* Sends video and audio, a key frame first, until @condition holds */
#define RJT_PUBLISH_UNTIL(client, sequence, condition)                                             \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 publish_deadline_us = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;                    \
    while (!(condition)) {                                                                         \
      if (g_get_monotonic_time () > publish_deadline_us)                                           \
        g_error ("%s:%d: published in vain for %s", __FILE__, __LINE__, #condition);               \
      rjt_client_send_video (client, sequence, TRUE);                                              \
      rjt_client_send_audio (client, sequence);                                                    \
      sequence++;                                                                                  \
      rjt_iterate_briefly ();                                                                      \
    }                                                                                              \
  }                                                                                                \
  G_STMT_END

/* Returns: (transfer none): never NULL; with n_packets 0 when nothing came */
const RjtStream *rjt_client_get_stream (RjtClient *self, guint32 ssrc);
guint rjt_client_count_packets (RjtClient *self);

/* The offer of such a client. Returns: (transfer full) */
char *rjt_client_make_offer (RjtClient *self);

G_END_DECLS
