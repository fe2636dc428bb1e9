/* The tap sees a packet when it comes, whatever rtpbin makes of it. No network: packets are handed to an rtpbin
 * in a bin that stands for a webrtcbin. */
#include <gst/gst.h>

#include "rj-receiver.h"

#define PAYLOAD_TYPE 111
#define SSRC         0x11223344

static const RjReceiverNews no_news;

typedef struct {
  GObject *owner;
  RjMailbox *mailbox;
  RjReceiver *receiver;
  GstElement *webrtc, *rtpbin;
  GstPad *sink, *source;
} Fixture;

static GstCaps *
on_request_pt_map (GstElement *rtpbin, guint session, guint payload_type, gpointer unused)
{
  if (payload_type != PAYLOAD_TYPE)
    return NULL;
  return gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING, "audio", "encoding-name",
                              G_TYPE_STRING, "OPUS", "clock-rate", G_TYPE_INT, 48000, NULL);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  const RjTapConfig config = { .gap_limit_us = 500000 };

  f->owner = g_object_new (G_TYPE_OBJECT, NULL);
  f->mailbox = rj_mailbox_new (f->owner, G_PRIORITY_DEFAULT);
  f->receiver = rj_receiver_new (&config, &no_news, f->mailbox);
  rj_mailbox_close (f->mailbox);
  f->webrtc = gst_object_ref_sink (gst_bin_new (NULL));
  f->rtpbin = gst_element_factory_make ("rtpbin", "rtpbin");
  g_assert_nonnull (f->rtpbin);
  g_object_set (f->rtpbin, "latency", 0, NULL);
  gst_bin_add (GST_BIN (f->webrtc), f->rtpbin);
  g_signal_connect (f->rtpbin, "request-pt-map", G_CALLBACK (on_request_pt_map), NULL);
  rj_receiver_attach (f->receiver, f->webrtc);

  f->sink = gst_element_request_pad_simple (f->rtpbin, "recv_rtp_sink_0");
  f->source = gst_pad_new ("source", GST_PAD_SRC);
  g_assert_cmpint (gst_pad_link_full (f->source, f->sink, GST_PAD_LINK_CHECK_NOTHING), ==,
                   GST_PAD_LINK_OK);
  gst_element_set_state (f->webrtc, GST_STATE_PLAYING);
  gst_pad_set_active (f->source, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  gst_pad_set_active (f->source, FALSE);
  gst_element_set_state (f->webrtc, GST_STATE_NULL);
  gst_pad_unlink (f->source, f->sink);
  gst_object_unref (f->source);
  gst_element_release_request_pad (f->rtpbin, f->sink);
  gst_object_unref (f->sink);
  gst_object_unref (f->webrtc);
  rj_receiver_unref (f->receiver);
  rj_mailbox_unref (f->mailbox);
  g_object_unref (f->owner);
}

static void
begin (Fixture *f)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("application/x-rtp");
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (f->source, gst_event_new_stream_start ("stream"));
  gst_pad_push_event (f->source, gst_event_new_caps (caps));
  gst_pad_push_event (f->source, gst_event_new_segment (&segment));
}

static void
push (Fixture *f, guint16 seq, guint8 payload_type)
{
  const guint8 packet[] = {
    0x80, payload_type, (guint8) (seq >> 8), (guint8) seq,     0,           0,    0,
    0,    SSRC >> 24,   SSRC >> 16 & 0xff,   SSRC >> 8 & 0xff, SSRC & 0xff, 0x78, 0x00,
  };

  gst_pad_push (f->source, gst_buffer_new_memdup (packet, sizeof packet));
}

static void
assert_counts (Fixture *f, guint packets, guint lost)
{
  RjTapCounts counts;

  rj_tap_read (rj_receiver_get_tap (f->receiver), &counts);
  g_assert_cmpuint (counts.packets, ==, packets);
  g_assert_cmpuint (counts.lost_packets, ==, lost);
}

static void
test_the_first_packet_waits_for_no_second (Fixture *f, gconstpointer unused)
{
  begin (f);
  push (f, 100, PAYLOAD_TYPE);
  assert_counts (f, 1, 0);
}

static void
test_a_packet_waits_for_none_that_is_lost (Fixture *f, gconstpointer unused)
{
  begin (f);
  push (f, 100, PAYLOAD_TYPE);
  push (f, 101, PAYLOAD_TYPE);
  push (f, 251, PAYLOAD_TYPE);
  assert_counts (f, 3, 149);
}

static void
test_unknown_payload_types_are_no_media (Fixture *f, gconstpointer unused)
{
  begin (f);
  push (f, 100, 77);
  assert_counts (f, 0, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);

  g_test_add ("/first-packet", Fixture, NULL, set_up, test_the_first_packet_waits_for_no_second,
              tear_down);
  g_test_add ("/after-a-loss", Fixture, NULL, set_up, test_a_packet_waits_for_none_that_is_lost,
              tear_down);
  g_test_add ("/unknown", Fixture, NULL, set_up, test_unknown_payload_types_are_no_media,
              tear_down);
  return g_test_run ();
}
