#include "rj-clip-encoder.h"

#include <gst/app/gstappsink.h>

#include "rj-error.h"
#include "rj-media-init.h"

/* An encoder that gives nothing for that long has got stuck */
#define PATIENCE (60 * GST_SECOND)

static const char *const pictures[] = {
  /* keeps to the bitrate, from 160x120 to 1920x1080, and no two frames are alike */
  [RJ_CLIP_PICTURE_TEST] = "zone-plate kx2=20 ky2=20 kt=8",
  [RJ_CLIP_PICTURE_BLACK] = "black",
  [RJ_CLIP_PICTURE_FROZEN] = "smpte75",
};

/* Paints the number of the frame before simplevideomark gets to work */
static GstPadProbeReturn
number_frame (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  guint *n_frames = user_data;
  g_autoptr (GstElement) mark = gst_pad_get_parent_element (pad);

  if (mark != NULL)
    g_object_set (mark, "pattern-data", (guint64) (*n_frames)++, NULL);
  return GST_PAD_PROBE_OK;
}

static void
add_counter (GstElement *pipeline)
{
  g_autoptr (GstElement) mark = gst_bin_get_by_name (GST_BIN (pipeline), "mark");
  g_autoptr (GstPad) pad = mark == NULL ? NULL : gst_element_get_static_pad (mark, "sink");

  if (pad != NULL)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, number_frame, g_new0 (guint, 1), g_free);
}

/* The frame as it will be sent: no timestamps, one piece of memory that nobody writes */
static GstBuffer *
copy_frame (GstBuffer *encoded)
{
  GstBuffer *frame = gst_buffer_copy_deep (encoded);
  gboolean is_delta = GST_BUFFER_FLAG_IS_SET (encoded, GST_BUFFER_FLAG_DELTA_UNIT);

  GST_BUFFER_PTS (frame) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DTS (frame) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_FLAGS (frame) = 0;
  if (is_delta)
    GST_BUFFER_FLAG_SET (frame, GST_BUFFER_FLAG_DELTA_UNIT);
  return frame;
}

static void
take_bus_error (GstElement *pipeline, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) cause = NULL;

  if (message != NULL)
    gst_message_parse_error (message, &cause, NULL);
  g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "the test clip cannot be encoded: %s",
               cause != NULL ? cause->message : "the encoder gave too few frames");
}

static GPtrArray *
run_encoder (GstElement *pipeline, guint n_wanted, GstCaps **out_caps, GError **error)
{
  g_autoptr (GPtrArray) frames = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (frames->len < n_wanted) {
    g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (GST_APP_SINK (sink), PATIENCE);

    if (sample == NULL)
      break;
    if (out_caps != NULL)
      gst_caps_replace (out_caps, gst_sample_get_caps (sample));
    g_ptr_array_add (frames, copy_frame (gst_sample_get_buffer (sample)));
  }
  if (frames->len < n_wanted) {
    take_bus_error (pipeline, error);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    return NULL;
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return g_steal_pointer (&frames);
}

static GPtrArray *
encode (const char *description, guint n_wanted, GstCaps **out_caps, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GstElement) pipeline = NULL;

  if (!rj_media_check_plugins (error))
    return NULL;
  pipeline = gst_parse_launch (description, &cause);
  if (pipeline == NULL || cause != NULL) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "the test clip cannot be encoded: %s",
                 cause != NULL ? cause->message : "no pipeline");
    return NULL;
  }
  gst_object_ref_sink (pipeline);
  add_counter (pipeline);
  return run_encoder (pipeline, n_wanted, out_caps, error);
}

/* Returns: (transfer full): the encoder's part of the pipeline */
static char *
describe_encoder (const RjClipFormat *format)
{
  switch (format->codec) {
  case RJ_VIDEO_VP8:
    /* A fixed speed: with a positive one libvpx hurries on a busy machine, and then sends three times the bitrate */
    return g_strdup_printf (
      "vp8enc deadline=1 cpu-used=-5 threads=1 end-usage=cbr target-bitrate=%u "
      "keyframe-max-dist=%u error-resilient=0 auto-alt-ref=false lag-in-frames=0 "
      "buffer-size=500 buffer-initial-size=300 buffer-optimal-size=400",
      format->bitrate, format->fps);
  case RJ_VIDEO_H264:
    return g_strdup_printf (
      "openh264enc rate-control=bitrate bitrate=%u max-bitrate=%u gop-size=%u complexity=low "
      "multi-thread=1 scene-change-detection=false background-detection=false "
      "enable-frame-skip=false ! video/x-h264,profile=constrained-baseline ! h264parse ! "
      "video/x-h264,stream-format=avc,alignment=au",
      format->bitrate, format->bitrate / 10 * 12, format->fps);
  case RJ_N_VIDEO_CODECS:
    break;
  }
  g_return_val_if_reached (NULL);
}

GPtrArray *
rj_clip_encode_video (const RjClipFormat *format, GstCaps **out_caps, GError **error)
{
  guint n_frames = RJ_CLIP_SECONDS * format->fps;
  g_autofree char *encoder = describe_encoder (format);
  /* endless: at the end of a stream openh264enc complains on standard error */
  g_autofree char *description = g_strdup_printf (
    "videotestsrc pattern=%s ! "
    "video/x-raw,format=I420,width=%u,height=%u,framerate=%u/1 ! "
    "simplevideomark name=mark pattern-width=%u pattern-height=%u pattern-data-count=%u ! "
    "%s ! appsink name=sink sync=false max-buffers=16",
    pictures[format->picture], format->width, format->height, format->fps,
    rj_clip_get_mark_width (format->width), RJ_CLIP_MARK_HEIGHT, RJ_CLIP_MARK_DATA_BITS, encoder);

  return encode (description, n_frames, out_caps, error);
}

GPtrArray *
rj_clip_encode_audio (GError **error)
{
  guint n_packets = RJ_CLIP_SECONDS * G_USEC_PER_SEC / RJ_CLIP_AUDIO_PACKET_US;
  /* a few more than needed: the encoder keeps some back */
  g_autofree char *description =
    g_strdup_printf ("audiotestsrc num-buffers=%u samplesperbuffer=960 wave=sine freq=440 "
                     "volume=0.2 ! audio/x-raw,rate=48000,channels=1 ! "
                     "opusenc frame-size=20 bitrate=32000 ! "
                     "appsink name=sink sync=false max-buffers=16",
                     n_packets + 5);

  return encode (description, n_packets, NULL, error);
}
