/* What the clip consists of, and when it is made. */
#include "rj-clip.h"

#include "rj-clip-encoder.h"
#include "rj-error.h"
#include "rj-media-init.h"

static RjClip *
load (RjClipFormat format)
{
  g_autoptr (GError) error = NULL;
  RjClip *clip = rj_clip_load (&format, &error);

  g_assert_no_error (error);
  return clip;
}

static RjVideoCodec
get_codec (gconstpointer data)
{
  return (RjVideoCodec) GPOINTER_TO_UINT (data);
}

static GBytes *
copy_bytes (GstBuffer *frame)
{
  gsize size = gst_buffer_get_size (frame);
  guint8 *bytes = g_malloc (size);

  gst_buffer_extract (frame, 0, bytes, size);
  return g_bytes_new_take (bytes, size);
}

static void
test_a_key_frame_each_second (gconstpointer data)
{
  g_autoptr (RjClip) clip =
    load ((RjClipFormat){ 320, 240, 15, 150000, RJ_CLIP_PICTURE_TEST, get_codec (data) });
  const gboolean *keys = rj_clip_get_keys (clip);

  g_assert_cmpuint (rj_clip_get_n_frames (clip), ==, 60);
  g_assert_cmpuint (rj_clip_get_codec (clip), ==, get_codec (data));
  for (guint second = 0; second < RJ_CLIP_SECONDS; second++)
    g_assert_true (keys[second * 15]);
  for (guint i = 0; i < 60; i++)
    g_assert_cmpuint (gst_buffer_get_size (rj_clip_get_frame (clip, i)), >, 20);
}

static void
test_the_bitrate_is_kept (gconstpointer data)
{
  g_autoptr (RjClip) clip =
    load ((RjClipFormat){ 320, 240, 30, 300000, RJ_CLIP_PICTURE_TEST, get_codec (data) });
  gsize size = 0;

  for (guint i = 0; i < rj_clip_get_n_frames (clip); i++)
    size += gst_buffer_get_size (rj_clip_get_frame (clip, i));
  /* on an average of four seconds */
  g_assert_cmpuint (size * 8 / RJ_CLIP_SECONDS, >, 200000);
  g_assert_cmpuint (size * 8 / RJ_CLIP_SECONDS, <, 400000);
}

/* Not on how busy the machine was, at least: an encoder that hurries spends more bits. */
static void
test_the_frames_depend_on_the_format_only (gconstpointer data)
{
  RjClipFormat format = { 640, 480, 30, 500000, RJ_CLIP_PICTURE_TEST, get_codec (data) };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) first = rj_clip_encode_video (&format, NULL, &error);
  g_autoptr (GPtrArray) second = rj_clip_encode_video (&format, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (first->len, ==, second->len);
  for (guint i = 0; i < first->len; i++) {
    g_autoptr (GBytes) a = copy_bytes (g_ptr_array_index (first, i));
    g_autoptr (GBytes) b = copy_bytes (g_ptr_array_index (second, i));

    g_assert_true (g_bytes_equal (a, b));
  }
}

/* VP8 ends in it; in H.264 it stands between the parameter sets and the first slice */
static void
test_the_stamp_has_its_place (void)
{
  RjClipFormat format = { 96, 96, 10, 50000, RJ_CLIP_PICTURE_TEST, RJ_VIDEO_VP8 };
  g_autoptr (RjClip) vp8 = load (format);
  g_autoptr (RjClip) h264 = NULL;

  format.codec = RJ_VIDEO_H264;
  h264 = load (format);
  for (guint i = 0; i < rj_clip_get_n_frames (vp8); i++) {
    GstBuffer *frame = rj_clip_get_frame (h264, i);
    gsize offset = rj_clip_get_stamp_offset (h264, i);
    gboolean is_key = rj_clip_get_keys (h264)[i];
    guint8 header[5] = { 0 };

    g_assert_cmpuint (rj_clip_get_stamp_offset (vp8, i), ==,
                      gst_buffer_get_size (rj_clip_get_frame (vp8, i)));
    g_assert_true (is_key == (offset > 0));
    g_assert_cmpuint (gst_buffer_extract (frame, offset, header, sizeof header), ==, 5);
    g_assert_cmpuint (header[4] & 0x1f, ==, is_key ? 5 : 1);
    gst_buffer_extract (frame, 0, header, sizeof header);
    g_assert_cmpuint (header[4] & 0x1f, ==, is_key ? 7 : 1);
  }
}

static void
test_audio_is_as_long_as_video (void)
{
  g_autoptr (RjClip) clip = load ((RjClipFormat){ 96, 96, 5, 50000, RJ_CLIP_PICTURE_TEST });

  g_assert_cmpuint (rj_clip_get_n_audio_packets (clip), ==, RJ_CLIP_SECONDS * 50);
  for (guint i = 0; i < rj_clip_get_n_audio_packets (clip); i++)
    g_assert_cmpuint (gst_buffer_get_size (rj_clip_get_audio_packet (clip, i)), >, 2);
}

static void
test_it_is_made_once (void)
{
  RjClipFormat format = { 96, 96, 10, 50000, RJ_CLIP_PICTURE_TEST };
  g_autoptr (RjClip) first = load (format);
  g_autoptr (RjClip) second = load (format);
  g_autoptr (RjClip) other = NULL;

  format.bitrate++;
  other = load (format);
  g_assert_true (first == second);
  g_assert_true (first != other);
}

static void
on_loaded (GObject *unused, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  RjClip **clip = user_data;

  *clip = rj_clip_load_finish (result, &error);
  g_assert_no_error (error);
}

static void
test_two_who_want_it_get_the_same (void)
{
  RjClipFormat format = { 96, 98, 10, 50000, RJ_CLIP_PICTURE_TEST };
  g_autoptr (RjClip) first = NULL;
  g_autoptr (RjClip) second = NULL;

  rj_clip_load_async (&format, NULL, on_loaded, &first);
  rj_clip_load_async (&format, NULL, on_loaded, &second);
  g_assert_null (first);
  while (first == NULL || second == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (first == second);
}

static void
test_impossible_formats_are_refused (void)
{
  static const RjClipFormat formats[] = {
    { 0, 0, 30, 500000, 0 },      { 641, 480, 30, 500000, 0 }, { 64, 64, 30, 500000, 0 },
    { 640, 480, 0, 500000, 0 },   { 640, 480, 61, 500000, 0 }, { 640, 480, 30, 0, 0 },
    { 100000, 100000, 30, 1, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (rj_clip_load (&formats[i], &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (rj_media_init (NULL));
  for (guint codec = 0; codec < RJ_N_VIDEO_CODECS; codec++) {
    const char *name = rj_video_codec_get_facts (codec)->name;
    g_autofree char *key_frames = g_strconcat ("/media/clip/key-frames/", name, NULL);
    g_autofree char *bitrate = g_strconcat ("/media/clip/bitrate/", name, NULL);
    g_autofree char *same = g_strconcat ("/media/clip/same/", name, NULL);

    g_test_add_data_func (key_frames, GUINT_TO_POINTER (codec), test_a_key_frame_each_second);
    g_test_add_data_func (bitrate, GUINT_TO_POINTER (codec), test_the_bitrate_is_kept);
    g_test_add_data_func (same, GUINT_TO_POINTER (codec),
                          test_the_frames_depend_on_the_format_only);
  }
  g_test_add_func ("/media/clip/stamp", test_the_stamp_has_its_place);
  g_test_add_func ("/media/clip/audio", test_audio_is_as_long_as_video);
  g_test_add_func ("/media/clip/once", test_it_is_made_once);
  g_test_add_func ("/media/clip/two", test_two_who_want_it_get_the_same);
  g_test_add_func ("/media/clip/impossible", test_impossible_formats_are_refused);
  return g_test_run ();
}
