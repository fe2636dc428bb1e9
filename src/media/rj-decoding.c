#include "rj-decoding.h"

#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#include "rj-clip.h"
#include "rj-error.h"
#include "rj-frame-stamp.h"
#include "rj-media-init.h"

/* That many packets without a picture are a broken stream; fewer are a stream that was just cut */
#define ENOUGH_PACKETS 60

/* What the frame said before it was decoded */
typedef struct {
  GstClockTime pts;
  gboolean has_number;
  guint32 number;
} Announced;

/* What the pipeline's threads share; lives until the last of their probes is gone */
typedef struct {
  gatomicrefcount references;
  RjDecodingConfig config;
  RjMailbox *mailbox;
  RjMailboxFunc done;
  int n_packets; /* atomic */

  GMutex mutex;      /* protects all below */
  GQueue announced;  /* of Announced, in order of decoding */
  gboolean has_mark; /* of the picture that passes the detector now */
  guint64 mark;
  GstVideoInfo info;
  RjPictureJudge judge;
  gboolean ended;
} Look;

struct _RjDecoding {
  GstElement *pipeline;
  GstElement *source; /* owned by the pipeline */
  Look *look;
};

static Look *
look_ref (Look *look)
{
  g_atomic_ref_count_inc (&look->references);
  return look;
}

static void
look_unref (gpointer data)
{
  Look *look = data;

  if (!g_atomic_ref_count_dec (&look->references))
    return;
  g_queue_clear_full (&look->announced, g_free);
  rj_mailbox_unref (look->mailbox);
  g_mutex_clear (&look->mutex);
  g_free (look);
}

/* A whole encoded frame, before the decoder: keep what its stamp says */
static GstPadProbeReturn
on_frame_any (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Look *look = user_data;
  GstBuffer *buffer = gst_pad_probe_info_get_buffer (info);
  Announced *announced = g_new0 (Announced, 1);
  RjFrameStamp stamp;
  GstMapInfo map;

  announced->pts = GST_BUFFER_PTS (buffer);
  if (gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    announced->has_number = rj_frame_stamp_find (look->config.codec, map.data, map.size, &stamp) &&
                            stamp.run_hash == look->config.run_hash;
    announced->number = announced->has_number ? stamp.frame : 0;
    gst_buffer_unmap (buffer, &map);
  }
  g_mutex_lock (&look->mutex);
  g_queue_push_tail (&look->announced, announced);
  g_mutex_unlock (&look->mutex);
  return GST_PAD_PROBE_OK;
}

/* The decoder may leave frames out, it does not turn them round */
static void
find_announced_locked (Look *look, GstClockTime pts, RjPicture *picture)
{
  Announced *announced;

  while ((announced = g_queue_pop_head (&look->announced)) != NULL) {
    gboolean found = announced->pts == pts;

    if (found) {
      picture->has_number = announced->has_number;
      picture->wanted_mark = announced->number % look->config.clip_frames;
    }
    g_free (announced);
    if (found)
      return;
  }
}

static void
judge_locked (Look *look, GstBuffer *buffer)
{
  GstVideoFrame frame;
  RjPicture picture = { 0 };

  if (look->ended || GST_VIDEO_INFO_FORMAT (&look->info) != GST_VIDEO_FORMAT_I420 ||
      !gst_video_frame_map (&frame, &look->info, buffer, GST_MAP_READ))
    return;
  picture.luma = GST_VIDEO_FRAME_COMP_DATA (&frame, 0);
  picture.width = (guint) GST_VIDEO_FRAME_WIDTH (&frame);
  picture.height = (guint) GST_VIDEO_FRAME_HEIGHT (&frame);
  picture.stride = (guint) GST_VIDEO_FRAME_COMP_STRIDE (&frame, 0);
  find_announced_locked (look, GST_BUFFER_PTS (buffer), &picture);
  picture.has_mark = look->has_mark;
  picture.mark = look->mark;
  look->has_mark = FALSE;
  rj_picture_judge_add (&look->judge, &picture);
  gst_video_frame_unmap (&frame);
}

/* A decoded picture, behind the detector, which has posted its mark before */
static GstPadProbeReturn
on_picture_any (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Look *look = user_data;
  gboolean done;

  g_mutex_lock (&look->mutex);
  judge_locked (look, gst_pad_probe_info_get_buffer (info));
  done = look->judge.n_pictures == look->config.n_wanted && !look->ended;
  look->ended = look->ended || done;
  g_mutex_unlock (&look->mutex);
  if (done)
    rj_mailbox_post (look->mailbox, look->done, NULL, NULL);
  return GST_PAD_PROBE_OK;
}

/* The size of the picture becomes known: the counter's size follows from it */
static GstPadProbeReturn
on_caps_any (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Look *look = user_data;
  GstEvent *event = gst_pad_probe_info_get_event (info);
  g_autoptr (GstElement) detector = NULL;
  GstVideoInfo video;
  GstCaps *caps = NULL;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  detector = gst_pad_get_parent_element (pad);
  if (!gst_video_info_from_caps (&video, caps) || detector == NULL)
    return GST_PAD_PROBE_OK;
  g_object_set (detector, "pattern-width",
                (int) rj_clip_get_mark_width ((guint) GST_VIDEO_INFO_WIDTH (&video)), NULL);
  g_mutex_lock (&look->mutex);
  look->info = video;
  g_mutex_unlock (&look->mutex);
  return GST_PAD_PROBE_OK;
}

static void
take_mark (Look *look, const GstStructure *mark)
{
  gboolean found = FALSE;

  if (mark == NULL || !gst_structure_has_name (mark, "GstSimpleVideoMarkDetect") ||
      !gst_structure_get_boolean (mark, "have-pattern", &found))
    return;
  g_mutex_lock (&look->mutex);
  look->has_mark = found && gst_structure_get_uint64 (mark, "data", &look->mark);
  g_mutex_unlock (&look->mutex);
}

static GstBusSyncReply
on_message_any (GstBus *bus, GstMessage *message, gpointer user_data)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT)
    take_mark (user_data, gst_message_get_structure (message));
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
add_probe (RjDecoding *self,
           const char *element_name,
           const char *pad_name,
           GstPadProbeType type,
           GstPadProbeCallback callback)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (self->pipeline), element_name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, pad_name);

  gst_pad_add_probe (pad, type, callback, look_ref (self->look), look_unref);
}

static void
connect_look (RjDecoding *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

  gst_bus_set_sync_handler (bus, on_message_any, look_ref (self->look), look_unref);
  add_probe (self, "depay", "src", GST_PAD_PROBE_TYPE_BUFFER, on_frame_any);
  add_probe (self, "detect", "sink", GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_caps_any);
  add_probe (self, "detect", "src", GST_PAD_PROBE_TYPE_BUFFER, on_picture_any);
}

static GstElement *
make_pipeline (RjVideoCodec codec, GError **error)
{
  static const char *const decoders[] = {
    [RJ_VIDEO_VP8] = "rtpvp8depay name=depay wait-for-keyframe=true ! vp8dec threads=1",
    [RJ_VIDEO_H264] = "rtph264depay name=depay wait-for-keyframe=true ! "
                      "h264parse ! openh264dec",
  };
  const RjVideoCodecFacts *facts = rj_video_codec_get_facts (codec);
  g_autofree char *description = g_strdup_printf (
    "appsrc name=source is-live=true format=time max-bytes=0 caps=\"application/x-rtp,media=video,"
    "encoding-name=%s,payload=%u,clock-rate=90000\" ! %s ! simplevideomarkdetect name=detect "
    "pattern-height=%u pattern-data-count=%u ! fakesink sync=false",
    facts->name, facts->payload_type, decoders[codec], RJ_CLIP_MARK_HEIGHT, RJ_CLIP_MARK_DATA_BITS);
  g_autoptr (GError) cause = NULL;
  GstElement *pipeline;

  if (!rj_media_check_plugins (error))
    return NULL;
  pipeline = gst_parse_launch (description, &cause);
  if (cause != NULL) {
    gst_clear_object (&pipeline);
    g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "no decoder: %s", cause->message);
    return NULL;
  }
  return gst_object_ref_sink (pipeline);
}

RjDecoding *
rj_decoding_new (const RjDecodingConfig *config,
                 RjMailbox *mailbox,
                 RjMailboxFunc done,
                 GError **error)
{
  GstElement *pipeline = make_pipeline (config->codec, error);
  RjDecoding *self;

  if (pipeline == NULL)
    return NULL;
  self = g_new0 (RjDecoding, 1);
  self->pipeline = pipeline;
  self->source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  gst_object_unref (self->source); /* the pipeline keeps it */
  self->look = g_new0 (Look, 1);
  g_atomic_ref_count_init (&self->look->references);
  self->look->config = *config;
  self->look->mailbox = rj_mailbox_ref (mailbox);
  self->look->done = done;
  g_mutex_init (&self->look->mutex);
  g_queue_init (&self->look->announced);
  gst_video_info_init (&self->look->info);
  connect_look (self);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return self;
}

void
rj_decoding_push (RjDecoding *self, GstBuffer *packet)
{
  g_atomic_int_inc (&self->look->n_packets);
  gst_app_src_push_buffer (GST_APP_SRC (self->source), gst_buffer_ref (packet));
}

gboolean
rj_decoding_end (RjDecoding *self, RjReaper *reaper, RjPictureCheck *out)
{
  guint n_packets = (guint) g_atomic_int_get (&self->look->n_packets);

  g_mutex_lock (&self->look->mutex);
  self->look->ended = TRUE;
  rj_picture_judge_conclude (&self->look->judge, out);
  g_mutex_unlock (&self->look->mutex);
  rj_reaper_take (reaper, g_steal_pointer (&self->pipeline));
  look_unref (self->look);
  g_free (self);
  return out->frames >= 2 || n_packets >= ENOUGH_PACKETS;
}
