#include "rj-receiver.h"

#include <stdio.h>

struct _RjReceiver {
  gatomicrefcount references;
  RjTap *tap;
  RjMailbox *mailbox;
  const RjReceiverNews *news;

  int video_codec; /* atomic: plus one; 0: no video yet */
  int is_watched;  /* atomic: keeps the lock out of the usual path */
  GMutex watch_mutex;
  RjReceiverWatch watch; /* protected by watch_mutex */
  gpointer watch_data;   /* protected by watch_mutex */
};

#define N_PAYLOAD_TYPES 128

/* What the probe of one of rtpbin's sink pads knows */
typedef struct {
  RjReceiver *receiver;
  guint session;
  guint8 kinds[N_PAYLOAD_TYPES]; /* RjMediaKind plus one; 0: not asked yet */
} PadTap;

typedef struct {
  const RjReceiverNews *news;
  gint64 at_us;
  RjGap gap;
} Letter;

static Letter *
letter_new (RjReceiver *self, gint64 at_us)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->news = self->news;
  letter->at_us = at_us;
  return letter;
}

static void
open_first_packet (gpointer owner, gpointer data)
{
  const Letter *letter = data;

  letter->news->first_packet (owner, letter->at_us);
}

static void
open_first_key_frame (gpointer owner, gpointer data)
{
  const Letter *letter = data;

  letter->news->first_key_frame (owner, letter->at_us);
}

static void
open_gap_ended (gpointer owner, gpointer data)
{
  const Letter *letter = data;

  letter->news->gap_ended (owner, &letter->gap);
}

static void
on_first_packet_any (gint64 at_us, gpointer user_data)
{
  RjReceiver *self = user_data;

  rj_mailbox_post (self->mailbox, open_first_packet, letter_new (self, at_us), g_free);
}

static void
on_first_key_frame_any (gint64 at_us, gpointer user_data)
{
  RjReceiver *self = user_data;

  rj_mailbox_post (self->mailbox, open_first_key_frame, letter_new (self, at_us), g_free);
}

static void
on_gap_ended_any (const RjGap *gap, gpointer user_data)
{
  RjReceiver *self = user_data;
  Letter *letter = letter_new (self, gap->next_key_frame_us);

  letter->gap = *gap;
  rj_mailbox_post (self->mailbox, open_gap_ended, letter, g_free);
}

RjReceiver *
rj_receiver_new (const RjTapConfig *config, const RjReceiverNews *news, RjMailbox *mailbox)
{
  static const RjTapNotices notices = {
    .first_packet = on_first_packet_any,
    .first_key_frame = on_first_key_frame_any,
    .gap_ended = on_gap_ended_any,
  };
  RjReceiver *self = g_new0 (RjReceiver, 1);

  g_atomic_ref_count_init (&self->references);
  self->tap = rj_tap_new (config, &notices, self);
  self->mailbox = rj_mailbox_ref (mailbox);
  self->news = news;
  g_mutex_init (&self->watch_mutex);
  return self;
}

RjReceiver *
rj_receiver_ref (RjReceiver *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rj_receiver_unref (RjReceiver *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  /* others may still read the tap; only our probes push, and they are gone */
  rj_tap_unref (self->tap);
  rj_mailbox_unref (self->mailbox);
  g_mutex_clear (&self->watch_mutex);
  g_free (self);
}

RjTap *
rj_receiver_get_tap (RjReceiver *self)
{
  return self->tap;
}

void
rj_receiver_set_watch (RjReceiver *self, RjReceiverWatch watch, gpointer user_data)
{
  g_mutex_lock (&self->watch_mutex);
  self->watch = watch;
  self->watch_data = user_data;
  g_atomic_int_set (&self->is_watched, watch != NULL);
  g_mutex_unlock (&self->watch_mutex);
}

static void
show_to_watch (RjReceiver *self, GstBuffer *packet)
{
  g_mutex_lock (&self->watch_mutex);
  if (self->watch != NULL)
    self->watch (packet, self->watch_data);
  g_mutex_unlock (&self->watch_mutex);
}

/* Returns: FALSE for a codec that we did not offer, or when the payload type has no meaning yet */
static gboolean
ask_for_kind (GstElement *rtpbin, guint session, guint payload_type, RjMediaKind *out)
{
  g_autoptr (GstCaps) caps = NULL;
  const char *name = NULL;
  RjVideoCodec codec;

  g_signal_emit_by_name (rtpbin, "request-pt-map", session, payload_type, &caps);
  if (caps != NULL && gst_caps_get_size (caps) > 0)
    name = gst_structure_get_string (gst_caps_get_structure (caps, 0), "encoding-name");
  if (name == NULL)
    return FALSE;
  if (g_str_equal (name, "OPUS")) {
    *out = RJ_MEDIA_AUDIO;
    return TRUE;
  }
  if (!rj_video_codec_from_name (name, &codec))
    return FALSE;
  *out = codec == RJ_VIDEO_H264 ? RJ_MEDIA_VIDEO_H264 : RJ_MEDIA_VIDEO_VP8;
  return TRUE;
}

static gboolean
find_kind (PadTap *self, GstPad *pad, guint payload_type, RjMediaKind *out)
{
  guint8 *known = &self->kinds[payload_type];

  if (*known == 0) {
    g_autoptr (GstElement) rtpbin = gst_pad_get_parent_element (pad);

    if (rtpbin == NULL || !ask_for_kind (rtpbin, self->session, payload_type, out))
      return FALSE;
    *known = (guint8) *out + 1;
    if (*out != RJ_MEDIA_AUDIO)
      g_atomic_int_set (&self->receiver->video_codec,
                        *out == RJ_MEDIA_VIDEO_H264 ? RJ_VIDEO_H264 + 1 : RJ_VIDEO_VP8 + 1);
  }
  *out = (RjMediaKind) (*known - 1);
  return TRUE;
}

static void
take_packet (PadTap *self, GstPad *pad, GstBuffer *packet, gint64 at_us)
{
  RjMediaKind kind;
  GstMapInfo map;

  if (!gst_buffer_map (packet, &map, GST_MAP_READ))
    return;
  if (map.size > 1 && find_kind (self, pad, map.data[1] & (N_PAYLOAD_TYPES - 1), &kind))
    rj_tap_push_rtp (self->receiver->tap, kind, map.data, map.size, at_us);
  gst_buffer_unmap (packet, &map);
}

static GstPadProbeReturn
on_rtp_any (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  gint64 at_us = g_get_monotonic_time ();

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    GstBufferList *list = gst_pad_probe_info_get_buffer_list (info);

    for (guint i = 0; i < gst_buffer_list_length (list); i++)
      take_packet (user_data, pad, gst_buffer_list_get (list, i), at_us);
  } else {
    take_packet (user_data, pad, gst_pad_probe_info_get_buffer (info), at_us);
  }
  return GST_PAD_PROBE_OK;
}

static void
pad_tap_free (gpointer data)
{
  PadTap *pad_tap = data;

  rj_receiver_unref (pad_tap->receiver);
  g_free (pad_tap);
}

/* On any thread: rtpbin gets the pads on which decrypted packets come */
static void
on_rtpbin_pad_any (GstElement *rtpbin, GstPad *pad, gpointer user_data)
{
  PadTap *pad_tap;
  guint session;

  if (sscanf (GST_OBJECT_NAME (pad), "recv_rtp_sink_%u", &session) != 1)
    return;
  pad_tap = g_new0 (PadTap, 1);
  pad_tap->receiver = rj_receiver_ref (user_data);
  pad_tap->session = session;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_rtp_any,
                     pad_tap, pad_tap_free);
}

/* --- behind the jitter buffer --- */

static GstPadProbeReturn
on_ordered_any (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  RjReceiver *self = user_data;

  if (!g_atomic_int_get (&self->is_watched))
    return GST_PAD_PROBE_OK;
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    GstBufferList *list = gst_pad_probe_info_get_buffer_list (info);

    for (guint i = 0; i < gst_buffer_list_length (list); i++)
      show_to_watch (self, gst_buffer_list_get (list, i));
  } else {
    show_to_watch (self, gst_pad_probe_info_get_buffer (info));
  }
  return GST_PAD_PROBE_OK;
}

static gboolean
is_video (GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  return gst_caps_get_size (caps) > 0 &&
         g_strcmp0 (gst_structure_get_string (gst_caps_get_structure (caps, 0), "media"),
                    "video") == 0;
}

static void
unref_receiver (gpointer data)
{
  rj_receiver_unref (data);
}

gboolean
rj_receiver_get_video_codec (RjReceiver *self, RjVideoCodec *out)
{
  int codec = g_atomic_int_get (&self->video_codec);

  if (codec > 0)
    *out = (RjVideoCodec) (codec - 1);
  return codec > 0;
}

/* On a streaming thread: only GStreamer's objects here */
static void
on_pad_added_any (GstElement *webrtc, GstPad *pad, gpointer user_data)
{
  RjReceiver *self = user_data;
  g_autoptr (GstObject) pipeline = NULL;
  g_autoptr (GstPad) sink_pad = NULL;
  GstElement *sink;

  if (GST_PAD_DIRECTION (pad) != GST_PAD_SRC)
    return;
  pipeline = gst_object_get_parent (GST_OBJECT (webrtc));
  sink = gst_element_factory_make ("fakesink", NULL);
  if (pipeline == NULL || sink == NULL)
    return;
  g_object_set (sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  if (is_video (pad))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
                       on_ordered_any, rj_receiver_ref (self), unref_receiver);
  gst_bin_add (GST_BIN (pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  sink_pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_link (pad, sink_pad);
}

static void
forget (gpointer data, GClosure *closure)
{
  rj_receiver_unref (data);
}

void
rj_receiver_attach (RjReceiver *self, GstElement *webrtc)
{
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (webrtc), "rtpbin");

  if (rtpbin != NULL)
    g_signal_connect_data (rtpbin, "pad-added", G_CALLBACK (on_rtpbin_pad_any),
                           rj_receiver_ref (self), forget, 0);
  g_signal_connect_data (webrtc, "pad-added", G_CALLBACK (on_pad_added_any), rj_receiver_ref (self),
                         forget, 0);
}
