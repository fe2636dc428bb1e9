#include "rj-tap.h"

#include "rj-frame-builder.h"
#include "rj-frame-stamp.h"
#include "rj-jitter.h"
#include "rj-tap-packet.h"

/* A mean over more than this is of another machine's clock */
#define MAX_LATENCY_MS 60000
#define MIN_LATENCY_MS -5

#define AUDIO_RATE 48000 /* Opus: RFC 7587 */
#define VIDEO_RATE 90000

/* What the streaming thread tells after it has left the lock */
typedef struct {
  gboolean first_packet;
  gboolean first_key_frame;
  gboolean gap_ended;
  RjGap gap;
} News;

struct _RjTap {
  gatomicrefcount references;
  RjTapConfig config;
  RjTapNotices notices;
  gpointer user_data;

  GMutex counts_mutex; /* two streaming threads write, home reads: protects all below */
  RjTapCounts counts;
  RjTapSeq audio_seq, video_seq;
  RjJitter audio_jitter, video_jitter;
  RjFrameBuilder *builder;
  gboolean gap_open; /* frames came again, the key frame has not */
  RjGap gap;
  double latency_sum_ms;
  guint64 n_latencies;
};

RjTap *
rj_tap_new (const RjTapConfig *config, const RjTapNotices *notices, gpointer user_data)
{
  RjTap *self = g_new0 (RjTap, 1);

  g_atomic_ref_count_init (&self->references);
  self->config = *config;
  if (notices != NULL)
    self->notices = *notices;
  self->user_data = user_data;
  g_mutex_init (&self->counts_mutex);
  self->builder = rj_frame_builder_new ();
  return self;
}

RjTap *
rj_tap_ref (RjTap *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rj_tap_unref (RjTap *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  rj_frame_builder_free (self->builder);
  g_mutex_clear (&self->counts_mutex);
  g_free (self);
}

void
rj_tap_expect (RjTap *self, guint16 publisher, gboolean expected_known, gint64 gap_limit_us)
{
  g_mutex_lock (&self->counts_mutex);
  self->config.publisher = publisher;
  self->config.expected_known = expected_known;
  self->config.gap_limit_us = gap_limit_us;
  g_mutex_unlock (&self->counts_mutex);
}

static void
judge_stamp_locked (RjTap *self, const RjBuiltFrame *frame, gint64 at_us)
{
  const RjFrameStamp *stamp = &frame->stamp;
  double latency_ms;

  if (!frame->has_stamp || stamp->run_hash != self->config.run_hash) {
    self->counts.foreign_frames++;
    if (frame->has_stamp && self->config.expected_known)
      self->counts.wrong_frames++; /* of another run, though the publisher is one of ours */
    return;
  }
  self->counts.stamped_frames++;
  self->counts.last_frame_number = stamp->frame;
  if (self->config.expected_known && stamp->publisher != self->config.publisher)
    self->counts.wrong_frames++;

  latency_ms = (double) (at_us - self->config.run_start_us) / 1000.0 - stamp->ms;
  if (latency_ms < MIN_LATENCY_MS || latency_ms > MAX_LATENCY_MS)
    return;
  self->latency_sum_ms += latency_ms;
  self->n_latencies++;
}

/* A complete frame, or the packet that stands for one in audio only streams */
static void
take_frame_locked (RjTap *self, gboolean is_key, gboolean follows, gint64 at_us, News *news)
{
  RjTapCounts *counts = &self->counts;
  gint64 gap_us = counts->first_frame_us == 0 ? 0 : at_us - counts->last_frame_us;

  if (gap_us > counts->longest_gap_us) {
    counts->longest_gap_us = gap_us;
    counts->longest_gap_at_us = counts->last_frame_us;
  }
  if (gap_us > 0 && gap_us <= self->config.gap_limit_us) {
    counts->playing_us += gap_us;
    counts->played_frames++;
  }
  if (gap_us > self->config.gap_limit_us && !self->gap_open) {
    self->gap_open = TRUE;
    self->gap.last_frame_us = counts->last_frame_us;
    self->gap.next_frame_us = at_us;
    is_key = is_key || follows; /* the decoder can go on */
  }
  if (self->gap_open && is_key) {
    self->gap_open = FALSE;
    self->gap.next_key_frame_us = at_us;
    news->gap_ended = TRUE;
    news->gap = self->gap;
  }
  if (counts->first_frame_us == 0)
    counts->first_frame_us = at_us;
  counts->last_frame_us = MAX (counts->last_frame_us, at_us);
}

static void
take_key_frame_locked (RjTap *self, gint64 at_us, News *news)
{
  if (self->counts.first_key_frame_us != 0)
    return;
  self->counts.first_key_frame_us = at_us;
  news->first_key_frame = TRUE;
}

/* Returns: that of the sequence number; duplicates count for nothing else */
static RjTapSeqNews
number_locked (RjTapSeq *seq,
               RjJitter *jitter,
               guint rate,
               const RjTapPacket *packet,
               gint64 at_us,
               gint64 *number)
{
  RjTapSeqNews news = rj_tap_seq_push (seq, packet, number);

  if (news == RJ_TAP_SEQ_RESTARTED)
    rj_jitter_restart (jitter);
  if (news != RJ_TAP_SEQ_DUPLICATE)
    rj_jitter_push (jitter, rate, packet->timestamp, at_us);
  return news;
}

static void
take_video_locked (
  RjTap *self, RjVideoCodec codec, const RjTapPacket *packet, gint64 at_us, News *news)
{
  RjBuiltFrame frame;
  gint64 number;

  switch (
    number_locked (&self->video_seq, &self->video_jitter, VIDEO_RATE, packet, at_us, &number)) {
  case RJ_TAP_SEQ_DUPLICATE:
    return;
  case RJ_TAP_SEQ_RESTARTED:
    rj_frame_builder_reset (self->builder);
    break;
  case RJ_TAP_SEQ_NEW:
    break;
  }
  if (!rj_frame_builder_push (self->builder, codec, packet, number, &frame))
    return;
  self->counts.frames++;
  judge_stamp_locked (self, &frame, at_us);
  if (frame.is_key) {
    self->counts.key_frames++;
    take_key_frame_locked (self, at_us, news);
  }
  take_frame_locked (self, frame.is_key, frame.follows, at_us, news);
}

static void
take_audio_locked (RjTap *self, const RjTapPacket *packet, gint64 at_us, News *news)
{
  gint64 number;

  if (number_locked (&self->audio_seq, &self->audio_jitter, AUDIO_RATE, packet, at_us, &number) ==
        RJ_TAP_SEQ_DUPLICATE ||
      self->config.has_video)
    return;
  take_key_frame_locked (self, at_us, news);
  take_frame_locked (self, TRUE, TRUE, at_us, news);
}

static void
tell (RjTap *self, const News *news, gint64 at_us)
{
  if (news->first_packet && self->notices.first_packet != NULL)
    self->notices.first_packet (at_us, self->user_data);
  if (news->first_key_frame && self->notices.first_key_frame != NULL)
    self->notices.first_key_frame (at_us, self->user_data);
  if (news->gap_ended && self->notices.gap_ended != NULL)
    self->notices.gap_ended (&news->gap, self->user_data);
}

static void
take_packet_locked (RjTap *self, gsize size, gint64 at_us, News *news)
{
  RjTapCounts *counts = &self->counts;
  gint64 pause_us = counts->first_packet_us == 0 ? 0 : at_us - counts->last_packet_us;

  counts->packets++;
  counts->bytes += size;
  if (pause_us > 0 && pause_us <= self->config.gap_limit_us)
    counts->receiving_us += pause_us;
  if (counts->first_packet_us == 0) {
    counts->first_packet_us = at_us;
    news->first_packet = TRUE;
  }
  counts->last_packet_us = MAX (counts->last_packet_us, at_us);
}

void
rj_tap_push_rtp (RjTap *self, RjMediaKind kind, const guint8 *data, gsize size, gint64 at_us)
{
  News news = { 0 };
  RjTapPacket packet;

  if (!rj_tap_packet_parse (&packet, data, size))
    return;
  g_mutex_lock (&self->counts_mutex);
  take_packet_locked (self, size, at_us, &news);
  switch (kind) {
  case RJ_MEDIA_AUDIO:
    take_audio_locked (self, &packet, at_us, &news);
    break;
  case RJ_MEDIA_VIDEO_VP8:
    take_video_locked (self, RJ_VIDEO_VP8, &packet, at_us, &news);
    break;
  case RJ_MEDIA_VIDEO_H264:
    take_video_locked (self, RJ_VIDEO_H264, &packet, at_us, &news);
    break;
  }
  g_mutex_unlock (&self->counts_mutex);
  tell (self, &news, at_us);
}

static void
read_numbers_locked (const RjTap *self, RjTapCounts *out)
{
  const RjTapSeq *audio = &self->audio_seq, *video = &self->video_seq;
  gboolean has_video = self->video_jitter.n > 0;
  const RjJitter *jitter = has_video ? &self->video_jitter : &self->audio_jitter;
  guint rate = has_video ? VIDEO_RATE : AUDIO_RATE;

  out->lost_packets = rj_tap_seq_count_lost (audio) + rj_tap_seq_count_lost (video);
  out->sequence_gaps = audio->n_gaps + video->n_gaps;
  out->duplicates = audio->n_duplicates + video->n_duplicates;
  out->reordered = audio->n_reordered + video->n_reordered;
  out->jitter_ms = rj_jitter_get_mean_ms (jitter, rate);
  out->jitter_max_ms = rj_jitter_get_max_ms (jitter, rate);
}

void
rj_tap_read (RjTap *self, RjTapCounts *out)
{
  g_mutex_lock (&self->counts_mutex);
  *out = self->counts;
  read_numbers_locked (self, out);
  if (self->n_latencies > 0)
    out->latency_ms = self->latency_sum_ms / (double) self->n_latencies;
  g_mutex_unlock (&self->counts_mutex);
}
