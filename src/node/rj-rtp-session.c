#include "rj-rtp-session.h"

#include "rj-black-picture.h"
#include "rj-key-frames.h"
#include "rj-loss-watch.h"
#include "rj-packet-history.h"
#include "rj-reception.h"
#include "rj-stream-rewriter.h"

#define FIRST_REPORT_US (100 * 1000)
#define REPORT_US       (1000 * 1000)
#define MEDIA_STATE_US  (500 * 1000)      /* measured at Kurento 7.3 */
#define FLOW_TIMEOUT_US (2 * 1000 * 1000) /* Kurento 7.3 */
#define REPEAT_US       (20 * 1000)       /* a publisher is asked for the same packet no sooner */
#define HISTORY_PACKETS 512
#define UNLIMITED_KBPS  10000
#define COMPOUND_SIZE   512 /* bytes; what is written here is shorter */
#define MAX_NACKED      64  /* packets repeated for one message */

typedef struct {
  RjMedium kind;
  RjRtpMedium description;
  /* from the client */
  RjReception reception;
  RjRtcpSenderInfo sender; /* of its last report; ntp 0: none yet */
  gint64 sender_us;
  RjPacketHistory *history; /* video only */
  gint64 received_us;
  gboolean flows_out;
  guint8 n_firs;
  guint16 nacked; /* the last packet that the client was asked for */
  gint64 nacked_us;
  /* to the client */
  RjStreamRewriter rewriter;
  guint clock_rate;
  gint64 sent_us;
  gboolean flows_in;
  guint64 ntp; /* of the source's last sender report */
  guint32 ntp_timestamp;
  gint64 ntp_us;
} Stream;

struct _RjRtpSession {
  RjClock *clock;
  RjRtpSessionCallbacks callbacks;
  gpointer user_data;
  char *cname;
  guint max_receive_kbps;
  gboolean black_pictures;
  guint serial;
  Stream streams[RJ_N_MEDIA];
  RjKeyFrames *key_frames;
  RjLossWatch *loss_watch; /* of the video */
  RjTimer *report_timer;
  RjTimer *media_state_timer;
  gboolean started;
  gboolean heard;           /* something has come from the client */
  gboolean media_connected; /* and was told */
  gboolean key_wanted;      /* before the start */
  guint64 n_dropped;
};

static void ask_for_key_frame (gpointer user_data);
static void on_lost (gpointer user_data);

static guint
draw_serial (void)
{
  static int last;

  return (guint) g_atomic_int_add (&last, 1) + 1;
}

RjRtpSession *
rj_rtp_session_new (RjClock *clock,
                    RjDice *dice,
                    const RjRtpDescription *description,
                    const RjRtpSessionCallbacks *callbacks,
                    gpointer user_data)
{
  RjRtpSession *self = g_new0 (RjRtpSession, 1);

  self->clock = g_object_ref (clock);
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->cname = g_strdup (description->cname);
  self->max_receive_kbps =
    description->max_receive_kbps == 0 ? UNLIMITED_KBPS : description->max_receive_kbps;
  self->black_pictures = description->black_pictures;
  self->serial = draw_serial ();
  self->key_frames = rj_key_frames_new (clock, dice, ask_for_key_frame, self);
  self->loss_watch =
    rj_loss_watch_new (clock, &self->streams[RJ_MEDIUM_VIDEO].reception, on_lost, self);
  for (guint i = 0; i < RJ_N_MEDIA; i++) {
    Stream *stream = &self->streams[i];

    stream->kind = i;
    stream->description = description->media[i];
    rj_stream_rewriter_init (&stream->rewriter, stream->description.local_ssrc,
                             (guint16) (rj_dice_roll_u32 (dice) & 0x7fff), rj_dice_roll_u32 (dice));
    if (i == RJ_MEDIUM_VIDEO && stream->description.remote_ssrc != 0)
      stream->history = rj_packet_history_new (HISTORY_PACKETS);
  }
  return self;
}

void
rj_rtp_session_free (RjRtpSession *self)
{
  if (self == NULL)
    return;
  rj_clock_cancel_timer (self->clock, &self->report_timer);
  rj_clock_cancel_timer (self->clock, &self->media_state_timer);
  rj_key_frames_free (self->key_frames);
  rj_loss_watch_free (self->loss_watch);
  for (guint i = 0; i < RJ_N_MEDIA; i++)
    rj_packet_history_free (self->streams[i].history);
  g_object_unref (self->clock);
  g_free (self->cname);
  g_free (self);
}

guint64
rj_rtp_session_get_n_dropped (RjRtpSession *self)
{
  return self->n_dropped;
}

static const RjRtpPayload *
find_payload (const RjRtpMedium *medium, guint8 payload_type)
{
  for (guint i = 0; i < medium->n_payloads; i++) {
    if (medium->payloads[i].payload_type == payload_type)
      return &medium->payloads[i];
  }
  return NULL;
}

static const RjRtpPayload *
find_encoding (const RjRtpMedium *medium, const char *encoding)
{
  for (guint i = 0; i < medium->n_payloads; i++) {
    if (medium->payloads[i].encoding == encoding)
      return &medium->payloads[i];
  }
  return NULL;
}

/* --- RTCP of our own --- */

typedef struct {
  guint8 data[COMPOUND_SIZE];
  gsize size;
} Compound;

/* Where the next packet of a compound goes */
#define TAIL(compound) (compound)->data + (compound)->size, COMPOUND_SIZE - (compound)->size

static void
send_compound (RjRtpSession *self, const Compound *compound)
{
  if (self->started)
    self->callbacks.send_rtcp (compound->data, compound->size, self->user_data);
}

/* What every compound towards a publisher begins with */
static void
begin_receiver_compound (RjRtpSession *self, Stream *stream, Compound *compound)
{
  const RjRtpMedium *medium = &stream->description;
  RjRtcpReportBlock block;
  gboolean has_block = rj_reception_report (&stream->reception, medium->remote_ssrc,
                                            rj_clock_now_us (self->clock), &block);

  compound->size = 0;
  compound->size += rj_rtcp_write_rr (TAIL (compound), medium->local_ssrc, &block, has_block);
  compound->size += rj_rtcp_write_sdes (TAIL (compound), medium->local_ssrc, self->cname);
}

static void
ask_for_key_frame (gpointer user_data)
{
  RjRtpSession *self = user_data;
  Stream *stream = &self->streams[RJ_MEDIUM_VIDEO];
  const RjRtpMedium *medium = &stream->description;
  Compound compound;

  if (medium->remote_ssrc == 0 || (!medium->fir && !medium->pli))
    return;
  begin_receiver_compound (self, stream, &compound);
  if (medium->fir)
    compound.size += rj_rtcp_write_fir (TAIL (&compound), medium->local_ssrc, medium->remote_ssrc,
                                        stream->n_firs++);
  else
    compound.size += rj_rtcp_write_pli (TAIL (&compound), medium->local_ssrc, medium->remote_ssrc);
  send_compound (self, &compound);
}

static void
report_received (RjRtpSession *self, Stream *stream)
{
  const RjRtpMedium *medium = &stream->description;
  Compound compound;

  begin_receiver_compound (self, stream, &compound);
  if (medium->remb)
    compound.size +=
      rj_rtcp_write_remb (TAIL (&compound), medium->local_ssrc,
                          (guint64) self->max_receive_kbps * 1000, &medium->remote_ssrc, 1);
  send_compound (self, &compound);
}

static guint32
scale (gint64 us, guint clock_rate)
{
  return (guint32) (us * (gint64) clock_rate / G_USEC_PER_SEC);
}

static guint64
add_to_ntp (guint64 ntp, gint64 us)
{
  guint64 seconds = (guint64) (us / G_USEC_PER_SEC);
  guint64 rest = (guint64) (us % G_USEC_PER_SEC);

  return ntp + (seconds << 32) + (rest << 32) / G_USEC_PER_SEC;
}

/* Audio and video stay in step: both reports continue the publisher's own time line. */
static void
report_sent (RjRtpSession *self, Stream *stream)
{
  gint64 now_us = rj_clock_now_us (self->clock);
  const RjStreamRewriter *rewriter = &stream->rewriter;
  RjRtcpSenderInfo info = {
    .ntp = rj_ntp_from_wall_us (g_get_real_time ()),
    .rtp_timestamp =
      rewriter->last_timestamp + scale (now_us - rewriter->last_us, stream->clock_rate),
    .n_packets = (guint32) rewriter->n_packets,
    .n_octets = (guint32) rewriter->n_octets,
  };
  Compound compound = { .size = 0 };

  if (stream->ntp != 0) {
    info.ntp = add_to_ntp (stream->ntp, now_us - stream->ntp_us);
    info.rtp_timestamp = stream->ntp_timestamp + rewriter->timestamp_offset +
                         scale (now_us - stream->ntp_us, stream->clock_rate);
  }
  compound.size += rj_rtcp_write_sr (TAIL (&compound), rewriter->ssrc, &info, NULL, 0);
  compound.size += rj_rtcp_write_sdes (TAIL (&compound), rewriter->ssrc, self->cname);
  send_compound (self, &compound);
}

/* --- flow and media state --- */

static void
set_flow (RjRtpSession *self, Stream *stream, gboolean into_graph, gboolean flowing)
{
  gboolean *now = into_graph ? &stream->flows_out : &stream->flows_in;

  if (*now == flowing)
    return;
  *now = flowing;
  self->callbacks.flow (stream->kind, into_graph, flowing, self->user_data);
}

static void
tell_media_connected (RjRtpSession *self)
{
  if (!self->heard || self->media_connected || self->media_state_timer != NULL || !self->started)
    return;
  self->media_connected = TRUE;
  self->callbacks.media_connected (self->user_data);
}

static void
hear (RjRtpSession *self)
{
  self->heard = TRUE;
  if (!self->media_connected)
    tell_media_connected (self);
}

static void
on_media_state (gpointer user_data)
{
  RjRtpSession *self = user_data;

  self->media_state_timer = NULL;
  tell_media_connected (self);
}

static void
on_report (gpointer user_data)
{
  RjRtpSession *self = user_data;
  gint64 now_us = rj_clock_now_us (self->clock);

  self->report_timer = rj_clock_start_timer (self->clock, REPORT_US, on_report, self);
  for (guint i = 0; i < RJ_N_MEDIA; i++) {
    Stream *stream = &self->streams[i];

    if (stream->reception.started)
      report_received (self, stream);
    if (rj_stream_rewriter_has_started (&stream->rewriter))
      report_sent (self, stream);
    if (now_us - stream->received_us > FLOW_TIMEOUT_US)
      set_flow (self, stream, TRUE, FALSE);
    if (now_us - stream->sent_us > FLOW_TIMEOUT_US)
      set_flow (self, stream, FALSE, FALSE);
  }
}

void
rj_rtp_session_start (RjRtpSession *self)
{
  if (self->started)
    return;
  self->started = TRUE;
  self->report_timer = rj_clock_start_timer (self->clock, FIRST_REPORT_US, on_report, self);
  self->media_state_timer =
    rj_clock_start_timer (self->clock, MEDIA_STATE_US, on_media_state, self);
  if (self->key_wanted)
    rj_key_frames_want (self->key_frames);
  rj_rtp_session_source_changed (self);
}

/* --- from the client --- */

static Stream *
find_stream (RjRtpSession *self, guint32 remote_ssrc)
{
  for (guint i = 0; i < RJ_N_MEDIA; i++) {
    const RjRtpMedium *medium = &self->streams[i].description;

    if (medium->active && medium->remote_ssrc != 0 && medium->remote_ssrc == remote_ssrc)
      return &self->streams[i];
  }
  return NULL;
}

static void
make_unit (RjRtpSession *self, Stream *stream, const RjRtpPayload *payload, RjUnit *unit)
{
  unit->medium = stream->kind;
  unit->source = self->serial;
  unit->encoding = payload->encoding;
  unit->clock_rate = payload->clock_rate;
  unit->time_id = stream->description.time_id;
  unit->ntp = stream->sender.ntp;
  unit->ntp_timestamp = stream->sender.rtp_timestamp;
  unit->ntp_us = stream->sender_us;
}

static void
take_packet (
  RjRtpSession *self, Stream *stream, const RjRtpPayload *payload, RjUnit *unit, gint64 at_us)
{
  gboolean first = !stream->reception.started;

  stream->reception.clock_rate = payload->clock_rate;
  rj_reception_add (&stream->reception, unit->packet.sequence, unit->packet.timestamp,
                    unit->packet.size, at_us);
  stream->received_us = at_us;
  if (stream->kind == RJ_MEDIUM_VIDEO)
    rj_loss_watch_look (self->loss_watch);
  if (stream->history != NULL)
    rj_packet_history_take (stream->history, &unit->packet);
  if (first && stream->description.remb)
    report_received (self, stream); /* so that a browser need not begin at 300 kbit/s */
  set_flow (self, stream, TRUE, TRUE);
  make_unit (self, stream, payload, unit);
  self->callbacks.receive (unit, self->user_data);
}

void
rj_rtp_session_take_rtp (RjRtpSession *self, const guint8 *packet, gsize size, gint64 at_us)
{
  RjUnit unit;
  Stream *stream;
  const RjRtpPayload *payload = NULL;
  guint8 painted[RJ_MEDIA_PACKET_MAX];
  gsize painted_size;

  if (!rj_media_packet_parse (&unit.packet, packet, size)) {
    self->n_dropped++;
    return;
  }
  stream = find_stream (self, unit.packet.ssrc);
  if (stream != NULL)
    payload = find_payload (&stream->description, unit.packet.payload_type);
  if (payload == NULL) {
    self->n_dropped++;
    return;
  }
  hear (self);
  painted_size =
    self->black_pictures ? rj_black_picture_paint (&unit.packet, payload->encoding, painted) : 0;
  if (painted_size > 0 && !rj_media_packet_parse (&unit.packet, painted, painted_size))
    return;
  take_packet (self, stream, payload, &unit, at_us);
}

/* Lost before it came here: the publisher's answer takes the usual way through the graph */
static void
ask_for_packet (RjRtpSession *self, Stream *stream, guint16 sequence)
{
  const RjRtpMedium *medium = &stream->description;
  gint64 now_us = rj_clock_now_us (self->clock);
  Compound compound;

  if (!medium->nack || (stream->nacked == sequence && now_us - stream->nacked_us < REPEAT_US))
    return;
  stream->nacked = sequence;
  stream->nacked_us = now_us;
  begin_receiver_compound (self, stream, &compound);
  compound.size +=
    rj_rtcp_write_nack (TAIL (&compound), medium->local_ssrc, medium->remote_ssrc, &sequence, 1);
  send_compound (self, &compound);
}

gboolean
rj_rtp_session_find (
  RjRtpSession *self, RjMedium medium, guint source, guint16 sequence, RjUnit *unit)
{
  Stream *stream = &self->streams[medium];
  const RjRtpPayload *payload;

  if (source != self->serial || stream->history == NULL)
    return FALSE;
  if (!rj_packet_history_find (stream->history, sequence, &unit->packet)) {
    ask_for_packet (self, stream, sequence);
    return FALSE;
  }
  payload = find_payload (&stream->description, unit->packet.payload_type);
  if (payload == NULL)
    return FALSE;
  make_unit (self, stream, payload, unit);
  return TRUE;
}

void
rj_rtp_session_want_key_frame (RjRtpSession *self)
{
  if (self->started)
    rj_key_frames_want (self->key_frames);
  else
    self->key_wanted = TRUE;
}

static void
on_lost (gpointer user_data)
{
  rj_rtp_session_want_key_frame (user_data);
}

/* --- to the client --- */

static gboolean
describe_rewrite (Stream *stream, const RjUnit *unit, RjRewrite *how)
{
  const RjRtpPayload *payload = find_encoding (&stream->description, unit->encoding);

  if (!stream->description.active || !stream->description.sends || payload == NULL)
    return FALSE;
  how->source = unit->source;
  how->encoding = unit->encoding;
  how->clock_rate = unit->clock_rate;
  how->needs_key = unit->medium == RJ_MEDIUM_VIDEO;
  how->payload_type = payload->payload_type;
  how->in_time_id = unit->time_id;
  how->out_time_id = stream->description.time_id;
  return TRUE;
}

void
rj_rtp_session_send (RjRtpSession *self, const RjUnit *unit)
{
  Stream *stream = &self->streams[unit->medium];
  gint64 now_us;
  RjRewrite how;
  guint8 out[RJ_MEDIA_PACKET_MAX];
  gsize size;

  if (!self->started || !describe_rewrite (stream, unit, &how))
    return;
  now_us = rj_clock_now_us (self->clock);
  size = rj_stream_rewriter_rewrite (&stream->rewriter, &unit->packet, &how, now_us, out);
  if (size == 0)
    return;
  stream->clock_rate = unit->clock_rate;
  stream->ntp = unit->ntp;
  stream->ntp_timestamp = unit->ntp_timestamp;
  stream->ntp_us = unit->ntp_us;
  stream->sent_us = now_us;
  self->callbacks.send_rtp (out, size, self->user_data);
  set_flow (self, stream, FALSE, TRUE);
}

void
rj_rtp_session_source_changed (RjRtpSession *self)
{
  const RjRtpMedium *video = &self->streams[RJ_MEDIUM_VIDEO].description;

  if (self->started && video->active && video->sends)
    self->callbacks.need_key_frame (self->user_data);
}

/* --- RTCP of the client --- */

static void
repeat (RjRtpSession *self, Stream *stream, guint16 out_sequence)
{
  guint8 out[RJ_MEDIA_PACKET_MAX];
  guint16 sequence;
  RjUnit unit;
  RjRewrite how;
  gsize size;

  if (!rj_stream_rewriter_find_source (&stream->rewriter, out_sequence, &sequence) ||
      !self->callbacks.find (stream->kind, stream->rewriter.source, sequence, &unit,
                             self->user_data) ||
      !describe_rewrite (stream, &unit, &how))
    return;
  size = rj_stream_rewriter_repeat (&stream->rewriter, &unit.packet, &how,
                                    rj_clock_now_us (self->clock), out);
  if (size > 0)
    self->callbacks.send_rtp (out, size, self->user_data);
}

static void
take_nack (RjRtpSession *self, const RjRtcpPacket *packet)
{
  guint16 sequences[MAX_NACKED];
  guint32 media_ssrc;
  guint n_lost = rj_rtcp_parse_nack (packet, &media_ssrc, sequences, MAX_NACKED);

  for (guint i = 0; n_lost > 0 && i < RJ_N_MEDIA; i++) {
    Stream *stream = &self->streams[i];

    if (!stream->description.nack || stream->description.local_ssrc != media_ssrc)
      continue;
    for (guint k = 0; k < MIN (n_lost, MAX_NACKED); k++)
      repeat (self, stream, sequences[k]);
  }
}

/* A subscriber's PLI and FIR end here, as in Kurento 7.3. */
static void
take_rtcp_packet (RjRtpSession *self, const RjRtcpPacket *packet, gint64 at_us)
{
  Stream *stream = find_stream (self, packet->ssrc);
  RjRtcpSenderInfo info;

  if (packet->type == RJ_RTCP_RTPFB)
    take_nack (self, packet);
  if (stream == NULL || !rj_rtcp_parse_sr (packet, &info))
    return;
  rj_reception_add_sr (&stream->reception, &info, at_us);
  stream->sender = info;
  stream->sender_us = at_us;
}

void
rj_rtp_session_take_rtcp (RjRtpSession *self, const guint8 *compound, gsize size, gint64 at_us)
{
  RjRtcpIter iter;
  RjRtcpPacket packet;

  hear (self);
  rj_rtcp_iter_init (&iter, compound, size);
  while (rj_rtcp_iter_next (&iter, &packet))
    take_rtcp_packet (self, &packet, at_us);
}
