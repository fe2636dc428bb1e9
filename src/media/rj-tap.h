/* What has arrived on one receiving peer: counters that a streaming thread writes and home reads, and the
 * assembly of RTP packets into frames. No decoding, no GStreamer in this file.
 *
 * rj_tap_push_rtp() is called from one streaming thread per transport; rj_tap_read() from any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  RJ_MEDIA_AUDIO,
  RJ_MEDIA_VIDEO_VP8,
  RJ_MEDIA_VIDEO_H264,
} RjMediaKind;

/* Frames between which nothing complete arrived. All stamps CLOCK_MONOTONIC µs. */
typedef struct {
  gint64 last_frame_us; /* last complete frame before */
  gint64 next_frame_us; /* first complete frame after */
  /* first complete key frame after (same as next_frame_us if no packet was lost in between and the
   * decoder could go on) */
  gint64 next_key_frame_us;
} RjGap;

typedef struct {
  guint64 packets, bytes;     /* RTP, all media, with header */
  guint64 frames, key_frames; /* complete video frames */
  guint64 stamped_frames;     /* with a stamp of this run */
  guint64 wrong_frames;       /* stamp of another publisher than expected */
  guint64 foreign_frames;     /* no stamp, or a stamp of another run */
  guint64 lost_packets;       /* by sequence numbers (RFC 3550, A.3) */
  guint64 sequence_gaps, duplicates, reordered;
  gint64 first_packet_us; /* 0: none yet; also below */
  gint64 last_packet_us;  /* any media */
  gint64 first_key_frame_us;
  gint64 first_frame_us; /* complete video frame (audio only: packet) */
  gint64 last_frame_us;
  gint64 longest_gap_us;    /* between complete frames */
  gint64 longest_gap_at_us; /* where it began */
  gint64 receiving_us; /* time in which packets came: the intervals between them that are no gap */
  gint64 playing_us;   /* the same of complete frames */
  guint64
    played_frames; /* that ended one of those intervals: played_frames / playing_us is the frame rate */
  double jitter_ms,
    jitter_max_ms;   /* of video, else of audio: mean and maximum of the estimate; -1: none */
  double latency_ms; /* mean of stamped frames, from push to arrival; 0 when none or other host */
  guint32 last_frame_number; /* of the stamp */
} RjTapCounts;

typedef struct _RjTap RjTap;

/* Notices of the tap, called on the streaming thread: post to a mailbox, do nothing else. */
typedef struct {
  void (*first_packet) (gint64 at_us, gpointer user_data);
  void (*first_key_frame) (gint64 at_us, gpointer user_data);
  void (*gap_ended) (const RjGap *gap, gpointer user_data);
} RjTapNotices;

typedef struct {
  gboolean has_video; /* frames are judged by video if there is any, else by audio packets */
  guint16 run_hash;   /* of the frame stamp */
  guint16 publisher;  /* expected */
  gboolean expected_known;
  gint64 gap_limit_us; /* max (500 ms, 10 frames) */
  gint64 run_start_us; /* zero of the stamp's ms */
} RjTapConfig;

RjTap *rj_tap_new (const RjTapConfig *config, const RjTapNotices *notices, gpointer user_data);
RjTap *rj_tap_ref (RjTap *self);
void rj_tap_unref (RjTap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjTap, rj_tap_unref)

/* Whose frames these are, when it was not known before; before the first packet. */
void rj_tap_expect (RjTap *self, guint16 publisher, gboolean expected_known, gint64 gap_limit_us);

/* @packet: a whole RTP packet (RFC 3550); payload by RFC 7741 or RFC 6184. */
void
rj_tap_push_rtp (RjTap *self, RjMediaKind kind, const guint8 *packet, gsize size, gint64 at_us);
void rj_tap_read (RjTap *self, RjTapCounts *out);

G_END_DECLS
