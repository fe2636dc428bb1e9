/* Packets: whatever a stranger sends to an open port, or a media server in place of media. */
#include "rjt-fuzz-targets.h"

#include <string.h>

#include "rj-frame-builder.h"
#include "rj-media-packet.h"
#include "rj-rtcp.h"
#include "rj-rtp.h"
#include "rj-stream-rewriter.h"

/* Inputs of several packets: each is preceded by its length in one byte, times eight */
static gboolean
next_packet (const guint8 **data, gsize *left, const guint8 **packet, gsize *size)
{
  if (*left == 0)
    return FALSE;
  *size = MIN (*left - 1, (gsize) * *data * 8);
  *packet = *data + 1;
  *data += *size + 1;
  *left -= *size + 1;
  return TRUE;
}

static void
check_one (const guint8 *packet, gsize size)
{
  RjRtpHeader header;
  RjVp8Payload vp8;
  RjMediaPacket media;

  rj_packet_classify (packet, size);
  rj_vp8_starts_key_frame (packet, size);
  if (rj_rtp_parse (packet, size, &header)) {
    g_assert_cmpuint (header.payload_offset + header.payload_size, <=, size);
    if (rj_vp8_parse (packet + header.payload_offset, header.payload_size, &vp8))
      g_assert_cmpuint (vp8.size, <=, header.payload_size);
  }
  if (rj_media_packet_parse (&media, packet, size)) {
    g_assert_cmpuint (media.payload_offset + media.payload_size, <=, size);
    rj_media_packet_starts_key_frame (&media, "VP8/90000");
    rj_media_packet_starts_key_frame (&media, "H264/90000");
  }
}

void
rjt_fuzz_run_rtp (const guint8 *data, gsize size)
{
  RjFrameBuilder *builders[RJ_N_VIDEO_CODECS] = { rj_frame_builder_new (),
                                                  rj_frame_builder_new () };
  RjTapSeq seq = { 0 };
  const guint8 *packet;
  gsize length;

  check_one (data, size);
  while (next_packet (&data, &size, &packet, &length)) {
    RjTapPacket taken;
    RjBuiltFrame frame;
    gint64 number;

    check_one (packet, length);
    if (!rj_tap_packet_parse (&taken, packet, length) ||
        rj_tap_seq_push (&seq, &taken, &number) == RJ_TAP_SEQ_DUPLICATE)
      continue;
    for (RjVideoCodec codec = 0; codec < RJ_N_VIDEO_CODECS; codec++)
      rj_frame_builder_push (builders[codec], codec, &taken, number, &frame);
    rj_tap_seq_count_lost (&seq);
  }
  for (RjVideoCodec codec = 0; codec < RJ_N_VIDEO_CODECS; codec++)
    rj_frame_builder_free (builders[codec]);
}

void
rjt_fuzz_run_forward (const guint8 *data, gsize size)
{
  RjStreamRewriter rewriter;
  const guint8 *packet;
  gsize length;
  guint n = 0;

  rj_stream_rewriter_init (&rewriter, 7, 65530, 4294967000u);
  while (next_packet (&data, &size, &packet, &length)) {
    RjRewrite how = { .source = 1 + n % 3 / 2,
                      .encoding = n % 2 ? "H264/90000" : "VP8/90000",
                      .clock_rate = 90000,
                      .needs_key = n % 5 == 0,
                      .payload_type = 96,
                      .in_time_id = n % 16,
                      .out_time_id = n % 3 };
    guint8 out[RJ_MEDIA_PACKET_MAX];
    RjMediaPacket parsed;
    gsize written;

    n++;
    if (!rj_media_packet_parse (&parsed, packet, length))
      continue;
    written = rj_stream_rewriter_rewrite (&rewriter, &parsed, &how, n * 20000, out);
    g_assert_cmpuint (written, <=, sizeof out);
    if (written > 0)
      g_assert_true (rj_media_packet_parse (&parsed, out, written));
  }
}

static void
ask_packet (const RjRtcpPacket *packet)
{
  RjRtcpSenderInfo info;
  RjRtcpReportBlock block;
  guint32 ssrc, ssrcs[255];
  guint16 lost[64];
  guint8 number;
  guint64 bits;
  guint n;
  g_autofree char *cname = rj_rtcp_parse_cname (packet);

  rj_rtcp_parse_sr (packet, &info);
  for (guint i = 0; rj_rtcp_parse_report_block (packet, i, &block); i++)
    g_assert_cmpuint (i, <, RJ_RTCP_MAX_BLOCKS);
  rj_rtcp_parse_pli (packet, &ssrc);
  for (guint i = 0; rj_rtcp_parse_fir (packet, i, &ssrc, &number); i++)
    g_assert_cmpuint (i, <, packet->size);
  rj_rtcp_parse_nack (packet, &ssrc, lost, G_N_ELEMENTS (lost));
  rj_rtcp_parse_remb (packet, &bits, ssrcs, &n);
  for (guint i = 0; rj_rtcp_parse_bye (packet, i, &ssrc); i++)
    g_assert_cmpuint (i, <, packet->size);
}

void
rjt_fuzz_run_rtcp (const guint8 *data, gsize size)
{
  RjRtcpIter iter;
  RjRtcpPacket packet;

  rj_rtcp_iter_init (&iter, data, size);
  while (rj_rtcp_iter_next (&iter, &packet)) {
    g_assert_true (packet.data >= data && packet.data + packet.size <= data + size);
    ask_packet (&packet);
  }
  rj_rtcp_iter_is_clean (&iter);
}
