#include "rj-clip.h"

#include "rj-bytes.h"
#include "rj-clip-encoder.h"
#include "rj-error.h"

struct _RjClip {
  gatomicrefcount references;
  guint fps;
  RjVideoCodec codec;
  GPtrArray *frames; /* of GstBuffer */
  gboolean *keys;
  gsize *stamp_offsets;
  GPtrArray *audio_packets; /* of GstBuffer */
  GstCaps *video_caps, *audio_caps;
};

/* Clips of this process by format. An encoding holds the lock: who wants the same clip waits for it. */
static GMutex clips_mutex;
static GHashTable *clips; /* char * -> RjClip, protected by clips_mutex */

guint
rj_clip_get_mark_width (guint picture_width)
{
  return CLAMP (picture_width / 32, 4, 16);
}

static gboolean
check_format (const RjClipFormat *format, GError **error)
{
  if (format->width >= 96 && format->height >= 96 && format->width % 2 == 0 &&
      format->height % 2 == 0 && format->width <= 4096 && format->height <= 4096 &&
      format->fps >= 1 && format->fps <= 60 && format->bitrate >= 1000)
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               "no video of %ux%u at %u frames and %u bits per second can be made; use even sizes "
               "from 96 to 4096, 1 to 60 frames and at least 1000 bits per second",
               format->width, format->height, format->fps, format->bitrate);
  return FALSE;
}

static void
find_keys (RjClip *self)
{
  self->keys = g_new0 (gboolean, self->frames->len);
  for (guint i = 0; i < self->frames->len; i++)
    self->keys[i] = !GST_BUFFER_FLAG_IS_SET (self->frames->pdata[i], GST_BUFFER_FLAG_DELTA_UNIT);
}

/* H.264, table 7-1: slices are 1 to 5. @frame: units, each behind its size of 32 bits */
static gsize
find_first_slice (GstBuffer *frame)
{
  GstMapInfo map;
  gsize at = 0;

  if (!gst_buffer_map (frame, &map, GST_MAP_READ))
    return 0;
  while (at + 5 <= map.size) {
    guint type = map.data[at + 4] & 0x1f;

    if (type >= 1 && type <= 5)
      break;
    at += 4 + (gsize) rj_read_u32 (map.data + at);
  }
  at = MIN (at, map.size);
  gst_buffer_unmap (frame, &map);
  return at;
}

static void
find_stamp_offsets (RjClip *self)
{
  self->stamp_offsets = g_new0 (gsize, self->frames->len);
  for (guint i = 0; i < self->frames->len; i++) {
    GstBuffer *frame = self->frames->pdata[i];

    self->stamp_offsets[i] =
      self->codec == RJ_VIDEO_H264 ? find_first_slice (frame) : gst_buffer_get_size (frame);
  }
}

static RjClip *
rj_clip_new (const RjClipFormat *format, GError **error)
{
  g_autoptr (GstCaps) video_caps = NULL;
  g_autoptr (GPtrArray) frames = rj_clip_encode_video (format, &video_caps, error);
  g_autoptr (GPtrArray) audio_packets = frames == NULL ? NULL : rj_clip_encode_audio (error);
  RjClip *self;

  if (audio_packets == NULL)
    return NULL;
  self = g_new0 (RjClip, 1);
  g_atomic_ref_count_init (&self->references);
  self->fps = format->fps;
  self->codec = format->codec;
  self->frames = g_steal_pointer (&frames);
  self->audio_packets = g_steal_pointer (&audio_packets);
  find_keys (self);
  find_stamp_offsets (self);
  self->video_caps = g_steal_pointer (&video_caps);
  self->audio_caps = gst_caps_from_string (
    "audio/x-opus,rate=48000,channels=1,channel-mapping-family=0,stream-count=1,coupled-count=0");
  return self;
}

RjClip *
rj_clip_ref (RjClip *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rj_clip_unref (RjClip *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_ptr_array_unref (self->frames);
  g_ptr_array_unref (self->audio_packets);
  g_free (self->keys);
  g_free (self->stamp_offsets);
  gst_caps_unref (self->video_caps);
  gst_caps_unref (self->audio_caps);
  g_free (self);
}

RjClip *
rj_clip_load (const RjClipFormat *format, GError **error)
{
  g_autofree char *key =
    g_strdup_printf ("%ux%u@%u/%u/%u/%u", format->width, format->height, format->fps,
                     format->bitrate, format->picture, format->codec);
  RjClip *clip;

  if (!check_format (format, error))
    return NULL;
  g_mutex_lock (&clips_mutex);
  if (clips == NULL)
    clips = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) rj_clip_unref);
  clip = g_hash_table_lookup (clips, key);
  if (clip == NULL) {
    clip = rj_clip_new (format, error);
    if (clip != NULL)
      g_hash_table_insert (clips, g_steal_pointer (&key), clip);
  }
  if (clip != NULL)
    rj_clip_ref (clip);
  g_mutex_unlock (&clips_mutex);
  return clip;
}

void
rj_clip_forget_all (void)
{
  g_mutex_lock (&clips_mutex);
  g_clear_pointer (&clips, g_hash_table_unref);
  g_mutex_unlock (&clips_mutex);
}

static void
load (GTask *task, gpointer unused, gpointer format, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  RjClip *clip = rj_clip_load (format, &error);

  if (clip != NULL)
    g_task_return_pointer (task, clip, (GDestroyNotify) rj_clip_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
rj_clip_load_async (const RjClipFormat *format,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, rj_clip_load_async);
  g_task_set_task_data (task, g_memdup2 (format, sizeof *format), g_free);
  g_task_run_in_thread (task, load);
}

RjClip *
rj_clip_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
rj_clip_format_equal (const RjClipFormat *a, const RjClipFormat *b)
{
  return a->width == b->width && a->height == b->height && a->fps == b->fps &&
         a->bitrate == b->bitrate && a->picture == b->picture && a->codec == b->codec;
}

guint
rj_clip_get_fps (const RjClip *self)
{
  return self->fps;
}

guint
rj_clip_get_n_frames (const RjClip *self)
{
  return self->frames->len;
}

GstBuffer *
rj_clip_get_frame (const RjClip *self, guint index)
{
  return g_ptr_array_index (self->frames, index);
}

gsize
rj_clip_get_stamp_offset (const RjClip *self, guint index)
{
  return self->stamp_offsets[index];
}

RjVideoCodec
rj_clip_get_codec (const RjClip *self)
{
  return self->codec;
}

const gboolean *
rj_clip_get_keys (const RjClip *self)
{
  return self->keys;
}

GstCaps *
rj_clip_get_video_caps (const RjClip *self)
{
  return self->video_caps;
}

guint
rj_clip_get_n_audio_packets (const RjClip *self)
{
  return self->audio_packets->len;
}

GstBuffer *
rj_clip_get_audio_packet (const RjClip *self, guint index)
{
  return g_ptr_array_index (self->audio_packets, index);
}

GstCaps *
rj_clip_get_audio_caps (const RjClip *self)
{
  return self->audio_caps;
}
