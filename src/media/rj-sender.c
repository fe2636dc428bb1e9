#include "rj-sender.h"

#include "rj-cursor.h"

/* One medium of the peer. Belongs to the pacer's thread after its job was added. */
typedef struct {
  RjClip *clip;
  RjSource *source;
  RjSenderStamp stamp;
  RjCursor cursor;
  gboolean waits; /* was muted: the next one must be a key frame */
  int *muted;     /* atomic, shared with the sender */
} Stream;

struct _RjSender {
  RjPacer *pacer;
  Stream *audio, *video; /* until they are started */
  RjPacerJob *audio_job, *video_job;
  int *audio_muted, *video_muted; /* boxes */
};

static Stream *
stream_new (RjClip *clip, const RjSenderStamp *stamp, RjSource *source, int *muted)
{
  Stream *stream = g_new0 (Stream, 1);

  stream->clip = rj_clip_ref (clip);
  stream->stamp = *stamp;
  stream->source = gst_object_ref (source);
  stream->muted = g_atomic_rc_box_acquire (muted);
  return stream;
}

static void
stream_free (gpointer data)
{
  Stream *stream = data;

  if (stream == NULL)
    return;
  gst_object_unref (stream->source);
  rj_clip_unref (stream->clip);
  g_atomic_rc_box_release (stream->muted);
  g_free (stream);
}

/* The bytes that go into the frame: the stamp, or as a unit behind its size */
static GstMemory *
encode_stamp (const Stream *stream, const RjFrameStamp *stamp)
{
  gboolean is_h264 = rj_clip_get_codec (stream->clip) == RJ_VIDEO_H264;
  gsize size = is_h264 ? 4 + RJ_FRAME_STAMP_SEI_SIZE : RJ_FRAME_STAMP_SIZE;
  guint8 *bytes = g_malloc (size);

  if (is_h264) {
    GST_WRITE_UINT32_BE (bytes, RJ_FRAME_STAMP_SEI_SIZE);
    rj_frame_stamp_write_sei (stamp, bytes + 4);
  } else {
    rj_frame_stamp_write (stamp, bytes);
  }
  return gst_memory_new_wrapped (0, bytes, size, 0, size, bytes, g_free);
}

/* @stamp: (transfer full). Returns: (transfer full): shares the frame's own bytes */
static GstBuffer *
insert (GstBuffer *frame, gsize offset, GstMemory *stamp)
{
  GstBufferCopyFlags what = GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_MEMORY;
  gsize rest = gst_buffer_get_size (frame) - offset;
  GstBuffer *buffer = gst_buffer_copy_region (frame, what, 0, offset);

  gst_buffer_append_memory (buffer, stamp);
  return rest == 0 ? buffer
                   : gst_buffer_append (buffer, gst_buffer_copy_region (frame, what, offset, rest));
}

/* The encoded frame is shared by all peers, the stamp is this one's */
static GstBuffer *
make_stamped (const Stream *stream, guint64 number, gint64 now_us)
{
  guint n_frames = rj_clip_get_n_frames (stream->clip);
  guint index = (guint) (number % n_frames);
  RjFrameStamp stamp = {
    .run_hash = stream->stamp.run_hash,
    .publisher = stream->stamp.publisher,
    .frame = (guint32) number,
    .ms = (guint32) ((now_us - stream->stamp.run_start_us) / 1000),
  };

  return insert (rj_clip_get_frame (stream->clip, index),
                 rj_clip_get_stamp_offset (stream->clip, index), encode_stamp (stream, &stamp));
}

static gint64
go_on (Stream *stream, GstFlowReturn result)
{
  return result == GST_FLOW_OK ? rj_cursor_get_due_us (&stream->cursor) : -1;
}

/* What is muted goes by unsent, and then everything up to a key frame. Returns: whether to send this one */
static gboolean
is_to_be_sent (Stream *stream, guint64 number)
{
  const gboolean *keys = rj_clip_get_keys (stream->clip);

  if (g_atomic_int_get (stream->muted))
    stream->waits = TRUE;
  else if (stream->waits)
    stream->waits = !keys[number % rj_clip_get_n_frames (stream->clip)];
  return !stream->waits;
}

static gint64
push_video (gint64 due_us, gpointer user_data)
{
  Stream *stream = user_data;
  gint64 now_us = g_get_monotonic_time ();
  guint64 number;

  if (rj_source_take_key_request (stream->source))
    rj_cursor_want_key (&stream->cursor);
  if (stream->waits && !g_atomic_int_get (stream->muted))
    rj_cursor_want_key (&stream->cursor);
  number = rj_cursor_take (&stream->cursor, now_us);
  if (!is_to_be_sent (stream, number))
    return rj_cursor_get_due_us (&stream->cursor);
  return go_on (stream,
                rj_source_push (stream->source, make_stamped (stream, number, now_us), due_us));
}

static gint64
push_audio (gint64 due_us, gpointer user_data)
{
  Stream *stream = user_data;
  guint n_packets = rj_clip_get_n_audio_packets (stream->clip);
  guint64 number = rj_cursor_take (&stream->cursor, g_get_monotonic_time ());
  GstBuffer *packet;

  if (g_atomic_int_get (stream->muted))
    return rj_cursor_get_due_us (&stream->cursor);
  packet = rj_clip_get_audio_packet (stream->clip, (guint) (number % n_packets));

  return go_on (stream, rj_source_push (stream->source, gst_buffer_copy (packet), due_us));
}

RjSender *
rj_sender_new (
  RjPacer *pacer, RjClip *clip, const RjSenderStamp *stamp, RjSource *audio, RjSource *video)
{
  RjSender *self = g_new0 (RjSender, 1);

  self->pacer = rj_pacer_ref (pacer);
  self->audio_muted = g_atomic_rc_box_new0 (int);
  self->video_muted = g_atomic_rc_box_new0 (int);
  if (audio != NULL)
    self->audio = stream_new (clip, stamp, audio, self->audio_muted);
  if (video != NULL)
    self->video = stream_new (clip, stamp, video, self->video_muted);
  return self;
}

static RjPacerJob *
start (RjPacer *pacer, Stream *stream, RjPacerFunc func)
{
  return rj_pacer_add (pacer, stream->cursor.start_us, func, stream, stream_free);
}

void
rj_sender_start (RjSender *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->audio != NULL) {
    rj_cursor_init (&self->audio->cursor, rj_clip_get_n_audio_packets (self->audio->clip), NULL,
                    G_USEC_PER_SEC / RJ_CLIP_AUDIO_PACKET_US, now_us);
    self->audio_job = start (self->pacer, g_steal_pointer (&self->audio), push_audio);
  }
  if (self->video != NULL) {
    rj_cursor_init (&self->video->cursor, rj_clip_get_n_frames (self->video->clip),
                    rj_clip_get_keys (self->video->clip), rj_clip_get_fps (self->video->clip),
                    now_us);
    self->video_job = start (self->pacer, g_steal_pointer (&self->video), push_video);
  }
}

void
rj_sender_set_muted (RjSender *self, gboolean audio, gboolean video)
{
  g_atomic_int_set (self->audio_muted, audio);
  g_atomic_int_set (self->video_muted, video);
}

void
rj_sender_stop (RjSender *self)
{
  if (self == NULL)
    return;
  if (self->audio_job != NULL)
    rj_pacer_remove (self->pacer, self->audio_job);
  if (self->video_job != NULL)
    rj_pacer_remove (self->pacer, self->video_job);
  stream_free (self->audio);
  stream_free (self->video);
  g_atomic_rc_box_release (self->audio_muted);
  g_atomic_rc_box_release (self->video_muted);
  rj_pacer_unref (self->pacer);
  g_free (self);
}
