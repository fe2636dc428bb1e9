/* Two RTP sessions back to back on a fake clock: one faces a publisher, the other one a subscriber. */
#include <string.h>

#include "rj-rtcp.h"
#include "rj-rtp-session.h"
#include "rj-rtp.h"

#define PUBLISHED  0x0a0a0a0a
#define NODE_IN    0x0b0b0b0b
#define NODE_OUT   0x0c0c0c0c
#define VIDEO_TYPE 96

typedef struct {
  guint n_fir;
  guint n_pli;
  guint n_nack;
  guint16 nacked;
  guint n_sr;
  RjRtcpSenderInfo sr;
  guint n_rr;
  RjRtcpReportBlock rr;
  guint n_remb;
  guint64 remb_bps;
} Heard;

typedef struct {
  RjClock *clock;
  RjDice *dice;
  RjRtpSession *in;  /* faces the publisher */
  RjRtpSession *out; /* faces the subscriber */
  Heard publisher;
  Heard subscriber;
  guint n_rtp; /* at the subscriber */
  guint16 last_sequence;
  guint32 last_timestamp;
  GString *flow;
  gint64 media_connected_us;
} Fixture;

static void
hear (Heard *heard, const guint8 *compound, gsize size)
{
  RjRtcpIter iter;
  RjRtcpPacket packet;
  guint32 ssrcs[255];
  guint n_ssrcs;
  guint32 ssrc;
  guint8 number;

  rj_rtcp_iter_init (&iter, compound, size);
  while (rj_rtcp_iter_next (&iter, &packet)) {
    heard->n_sr += rj_rtcp_parse_sr (&packet, &heard->sr);
    heard->n_rr += rj_rtcp_parse_report_block (&packet, 0, &heard->rr);
    heard->n_fir += rj_rtcp_parse_fir (&packet, 0, &ssrc, &number);
    heard->n_pli += rj_rtcp_parse_pli (&packet, &ssrc);
    heard->n_nack += rj_rtcp_parse_nack (&packet, &ssrc, &heard->nacked, 1);
    heard->n_remb += rj_rtcp_parse_remb (&packet, &heard->remb_bps, ssrcs, &n_ssrcs);
  }
  g_assert_true (rj_rtcp_iter_is_clean (&iter));
}

static void
on_rtcp_to_publisher (const guint8 *compound, gsize size, gpointer user_data)
{
  hear (&((Fixture *) user_data)->publisher, compound, size);
}

static void
on_rtcp_to_subscriber (const guint8 *compound, gsize size, gpointer user_data)
{
  hear (&((Fixture *) user_data)->subscriber, compound, size);
}

static void
on_no_rtp (const guint8 *packet, gsize size, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
on_rtp_to_subscriber (const guint8 *packet, gsize size, gpointer user_data)
{
  Fixture *f = user_data;
  RjRtpHeader header;

  g_assert_true (rj_rtp_parse (packet, size, &header));
  g_assert_cmphex (header.ssrc, ==, NODE_OUT);
  f->last_sequence = header.sequence;
  f->last_timestamp = header.timestamp;
  f->n_rtp++;
}

static void
on_receive (const RjUnit *unit, gpointer user_data)
{
  rj_rtp_session_send (((Fixture *) user_data)->out, unit);
}

static void
on_nobody_behind (const RjUnit *unit, gpointer user_data)
{
  g_assert_not_reached ();
}

static void
on_need_key_frame (gpointer user_data)
{
  rj_rtp_session_want_key_frame (((Fixture *) user_data)->in);
}

static gboolean
on_find (RjMedium medium, guint source, guint16 sequence, RjUnit *unit, gpointer user_data)
{
  return rj_rtp_session_find (((Fixture *) user_data)->in, medium, source, sequence, unit);
}

static void
on_flow (RjMedium medium, gboolean into_graph, gboolean flowing, gpointer user_data)
{
  Fixture *f = user_data;

  g_string_append_printf (f->flow, "%s %s %s, ", rj_medium_get_name (medium),
                          into_graph ? "out" : "in", flowing ? "on" : "off");
}

static void
on_media_connected (gpointer user_data)
{
  Fixture *f = user_data;

  g_assert_cmpint (f->media_connected_us, ==, 0);
  f->media_connected_us = rj_clock_now_us (f->clock);
}

static void
ignore_media_connected (gpointer user_data)
{
}

static RjRtpSession *
make_session (Fixture *f, gboolean faces_publisher)
{
  static const RjRtpSessionCallbacks in = { on_no_rtp,         on_rtcp_to_publisher,
                                            on_receive,        on_need_key_frame,
                                            on_find,           on_flow,
                                            on_media_connected };
  static const RjRtpSessionCallbacks out = { on_rtp_to_subscriber,
                                             on_rtcp_to_subscriber,
                                             on_nobody_behind,
                                             on_need_key_frame,
                                             on_find,
                                             on_flow,
                                             ignore_media_connected };
  RjRtpDescription description = { .cname = (char *) "node", .max_receive_kbps = 1000 };
  RjRtpMedium *video = &description.media[RJ_MEDIUM_VIDEO];

  video->active = TRUE;
  video->fir = video->pli = video->nack = TRUE;
  video->payloads[0] = (RjRtpPayload){ VIDEO_TYPE, g_intern_string ("VP8/90000"), 90000 };
  video->n_payloads = 1;
  video->sends = !faces_publisher;
  video->remb = faces_publisher;
  video->remote_ssrc = faces_publisher ? PUBLISHED : 0;
  video->local_ssrc = faces_publisher ? NODE_IN : NODE_OUT;
  return rj_rtp_session_new (f->clock, f->dice, &description, faces_publisher ? &in : &out, f);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->clock = rj_fake_clock_new (1000 * G_USEC_PER_SEC);
  f->dice = rj_dice_new (5);
  f->flow = g_string_new (NULL);
  f->in = make_session (f, TRUE);
  f->out = make_session (f, FALSE);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rj_rtp_session_free (f->in);
  rj_rtp_session_free (f->out);
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (f->clock)), ==, 0);
  g_object_unref (f->clock);
  rj_dice_free (f->dice);
  g_string_free (f->flow, TRUE);
}

static void
start (Fixture *f)
{
  rj_rtp_session_start (f->in);
  rj_rtp_session_start (f->out);
}

static void
pass_time_ms (Fixture *f, gint64 ms)
{
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), ms * 1000);
}

static void
publish_as (Fixture *f, guint32 ssrc, guint8 type, guint16 sequence, gboolean key)
{
  guint8 packet[100] = { 0 };
  RjRtpHeader header = {
    .ssrc = ssrc, .sequence = sequence, .timestamp = sequence * 3000u, .payload_type = type
  };
  gsize size = rj_rtp_write (packet, &header);

  packet[size] = 0x10;
  packet[size + 1] = key ? 0 : 1;
  rj_rtp_session_take_rtp (f->in, packet, sizeof packet, rj_clock_now_us (f->clock));
}

static void
publish (Fixture *f, guint16 sequence)
{
  publish_as (f, PUBLISHED, VIDEO_TYPE, sequence, TRUE);
}

static void
send_nack (Fixture *f, guint16 sequence)
{
  guint8 compound[64];
  gsize size = rj_rtcp_write_nack (compound, sizeof compound, 1, NODE_OUT, &sequence, 1);

  rj_rtp_session_take_rtcp (f->out, compound, size, rj_clock_now_us (f->clock));
}

static void
test_nothing_before_dtls (Fixture *f, gconstpointer unused)
{
  publish (f, 1);
  g_assert_cmpuint (f->n_rtp, ==, 0);
  pass_time_ms (f, 5000);
  g_assert_cmpuint (f->publisher.n_rr, ==, 0);
  g_assert_cmpint (f->media_connected_us, ==, 0);
}

/* A need that came up before the publisher was connected is not forgotten. */
static void
test_key_frame_is_asked_when_connected (Fixture *f, gconstpointer unused)
{
  rj_rtp_session_start (f->out);
  pass_time_ms (f, 1000);
  g_assert_cmpuint (f->publisher.n_fir, ==, 0);
  rj_rtp_session_start (f->in);
  pass_time_ms (f, 21);
  g_assert_cmpuint (f->publisher.n_fir, ==, 1);
  pass_time_ms (f, 1000);
  g_assert_cmpuint (f->publisher.n_fir, ==, 2);
  g_assert_cmpuint (f->publisher.n_pli, ==, 0);
}

static void
test_only_the_declared_ssrc (Fixture *f, gconstpointer unused)
{
  static const guint8 garbage[] = { 0x80, 0x60, 0 };

  start (f);
  publish_as (f, PUBLISHED + 1, VIDEO_TYPE, 1, TRUE);
  publish_as (f, PUBLISHED, VIDEO_TYPE + 1, 2, TRUE);
  rj_rtp_session_take_rtp (f->in, garbage, sizeof garbage, 0);
  g_assert_cmpuint (f->n_rtp, ==, 0);
  g_assert_cmpuint (rj_rtp_session_get_n_dropped (f->in), ==, 3);
  publish (f, 3);
  g_assert_cmpuint (f->n_rtp, ==, 1);
  g_assert_cmpuint (rj_rtp_session_get_n_dropped (f->in), ==, 3);
}

static void
test_reports (Fixture *f, gconstpointer unused)
{
  guint8 compound[64];
  RjRtcpSenderInfo info = { .ntp = 5000ull << 32, .rtp_timestamp = 700000 };
  gsize size = rj_rtcp_write_sr (compound, sizeof compound, PUBLISHED, &info, NULL, 0);
  guint16 i;

  start (f);
  publish (f, 0);
  g_assert_cmpuint (f->publisher.n_remb, ==, 1); /* with the first packet */
  g_assert_cmpuint (f->publisher.remb_bps / 1000, >=, 999);
  for (i = 1; i < 50; i++) {
    if (i != 20)
      publish (f, i);
    pass_time_ms (f, 33);
  }
  rj_rtp_session_take_rtcp (f->in, compound, size, rj_clock_now_us (f->clock));
  publish (f, i);
  pass_time_ms (f, 1000);
  g_assert_cmpuint (f->publisher.rr.ssrc, ==, PUBLISHED);
  g_assert_cmpint (f->publisher.rr.total_lost, ==, 1);
  g_assert_cmphex (f->publisher.rr.last_sr, ==, 5000u << 16);
  g_assert_cmpuint (f->subscriber.n_sr, >=, 2);
  g_assert_cmpuint (f->subscriber.sr.n_packets, ==, 50);
  /* the publisher's time line goes on at the subscriber */
  g_assert_cmpuint (f->subscriber.sr.ntp >> 32, >=, 5000);
  g_assert_cmpuint (f->subscriber.sr.ntp >> 32, <=, 5001);
  pass_time_ms (f, 1000);
  g_assert_cmpuint (f->subscriber.sr.ntp >> 32, >=, 5001);
}

static void
test_lost_packet_is_repeated (Fixture *f, gconstpointer unused)
{
  guint16 first;

  start (f);
  publish (f, 10);
  first = f->last_sequence;
  for (guint16 i = 11; i < 20; i++)
    publish (f, i);
  g_assert_cmpuint (f->n_rtp, ==, 10);
  send_nack (f, (guint16) (first + 4));
  g_assert_cmpuint (f->n_rtp, ==, 11);
  g_assert_cmpuint (f->last_sequence, ==, first + 4);
  g_assert_cmpuint (f->publisher.n_nack, ==, 0);
  send_nack (f, (guint16) (first - 1)); /* never sent */
  send_nack (f, (guint16) (first + 99));
  g_assert_cmpuint (f->n_rtp, ==, 11);
  g_assert_cmpuint (f->publisher.n_nack, ==, 0);
  publish (f, 20);
  g_assert_cmpuint (f->last_sequence, ==, first + 10);
}

static void
test_packet_lost_before_the_node (Fixture *f, gconstpointer unused)
{
  guint16 first;

  start (f);
  publish (f, 10);
  first = f->last_sequence;
  publish (f, 12);
  send_nack (f, (guint16) (first + 1));
  send_nack (f, (guint16) (first + 1)); /* another subscriber, at the same time */
  g_assert_cmpuint (f->publisher.n_nack, ==, 1);
  g_assert_cmpuint (f->publisher.nacked, ==, 11);
  publish (f, 11);
  g_assert_cmpuint (f->last_sequence, ==, first + 1);
  pass_time_ms (f, 50);
  send_nack (f, (guint16) (first + 1)); /* lost again on the way to the subscriber */
  g_assert_cmpuint (f->publisher.n_nack, ==, 1);
  g_assert_cmpuint (f->n_rtp, ==, 4);
}

/* The subscribers cannot go on decoding: what Kurento does when its jitter buffer has given up */
static void
test_key_frame_is_asked_after_a_loss (Fixture *f, gconstpointer unused)
{
  guint n_before;

  start (f);
  publish (f, 10);
  pass_time_ms (f, 1000); /* the first need */
  n_before = f->publisher.n_fir;
  publish (f, 13);
  pass_time_ms (f, 499);
  g_assert_cmpuint (f->publisher.n_fir, ==, n_before);
  pass_time_ms (f, 1000);
  g_assert_cmpuint (f->publisher.n_fir, ==, n_before + 2);
}

static void
test_flow (Fixture *f, gconstpointer unused)
{
  start (f);
  publish (f, 1);
  g_assert_cmpstr (f->flow->str, ==, "VIDEO out on, VIDEO in on, ");
  g_string_truncate (f->flow, 0);
  for (guint16 i = 2; i < 100; i++) {
    publish (f, i);
    pass_time_ms (f, 33);
  }
  g_assert_cmpstr (f->flow->str, ==, "");
  pass_time_ms (f, 3500);
  g_assert_nonnull (strstr (f->flow->str, "VIDEO out off, "));
  g_assert_nonnull (strstr (f->flow->str, "VIDEO in off, "));
  g_string_truncate (f->flow, 0);
  publish (f, 100);
  g_assert_cmpstr (f->flow->str, ==, "VIDEO out on, VIDEO in on, ");
}

/* 500 ms after DTLS, or with the first packet if that comes later */
static void
test_media_state (Fixture *f, gconstpointer unused)
{
  start (f);
  publish (f, 1);
  pass_time_ms (f, 499);
  g_assert_cmpint (f->media_connected_us, ==, 0);
  pass_time_ms (f, 1);
  g_assert_cmpint (f->media_connected_us, ==, 1000 * G_USEC_PER_SEC + 500000);
}

static void
test_media_state_comes_late (Fixture *f, gconstpointer unused)
{
  start (f);
  pass_time_ms (f, 3000);
  g_assert_cmpint (f->media_connected_us, ==, 0);
  publish (f, 1);
  g_assert_cmpint (f->media_connected_us, ==, 1003 * G_USEC_PER_SEC);
  publish (f, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/node/rtp/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("nothing-before-dtls", test_nothing_before_dtls);
  ADD ("key-frame-is-asked-when-connected", test_key_frame_is_asked_when_connected);
  ADD ("only-the-declared-ssrc", test_only_the_declared_ssrc);
  ADD ("reports", test_reports);
  ADD ("lost-packet-is-repeated", test_lost_packet_is_repeated);
  ADD ("packet-lost-before-the-node", test_packet_lost_before_the_node);
  ADD ("key-frame-is-asked-after-a-loss", test_key_frame_is_asked_after_a_loss);
  ADD ("flow", test_flow);
  ADD ("media-state", test_media_state);
  ADD ("media-state-comes-late", test_media_state_comes_late);
  return g_test_run ();
}
