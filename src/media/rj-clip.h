/* A short test picture and tone, encoded once per process and format, replayed by every sending peer.
 *
 * 4 seconds: VP8 or H.264 (constrained baseline, AVC form, parameter sets with every key frame) with a key frame each second (so that any key frame can follow any frame), a counter of
 * frames painted into the picture; Opus in packets of 20 ms. Immutable once made; any thread. */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

#include "rj-video-codec.h"

G_BEGIN_DECLS

#define RJ_CLIP_SECONDS 4

typedef enum {
  RJ_CLIP_PICTURE_TEST,   /* moving, of about the asked bitrate */
  RJ_CLIP_PICTURE_BLACK,  /* what a broken sender shows; tests of the picture check */
  RJ_CLIP_PICTURE_FROZEN, /* the same, except for the counter */
} RjClipPicture;

typedef struct {
  guint width, height; /* pixels, even, at least 96 */
  guint fps;           /* frames per second, 1 to 60 */
  guint bitrate;       /* of video, bits per second */
  RjClipPicture picture;
  RjVideoCodec codec;
} RjClipFormat;

#define RJ_CLIP_FORMAT_DEFAULT                                                                     \
  ((RjClipFormat){ 640, 480, 30, 500000, RJ_CLIP_PICTURE_TEST, RJ_VIDEO_VP8 })

gboolean rj_clip_format_equal (const RjClipFormat *a, const RjClipFormat *b);

/* The counter in the picture: parameters of simplevideomark and its detector */
#define RJ_CLIP_MARK_DATA_BITS 10
guint rj_clip_get_mark_width (guint picture_width);
#define RJ_CLIP_MARK_HEIGHT 16

typedef struct _RjClip RjClip;

/* Encodes, or gives what was encoded before, in a thread of its own.
 * Errors: RJ_ERROR_ENVIRONMENT, RJ_ERROR_USAGE (an impossible format) */
void rj_clip_load_async (const RjClipFormat *format,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
RjClip *rj_clip_load_finish (GAsyncResult *result, GError **error);

/* The same, blocking for 0.1 to 4 seconds. Returns: (transfer full) (nullable) */
RjClip *rj_clip_load (const RjClipFormat *format, GError **error);

/* What was encoded is kept for the next one who asks. This gives it back, at the end of the process. */
void rj_clip_forget_all (void);

RjClip *rj_clip_ref (RjClip *self);
void rj_clip_unref (RjClip *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjClip, rj_clip_unref)

guint rj_clip_get_fps (const RjClip *self);
guint rj_clip_get_n_frames (const RjClip *self);
/* Returns: (transfer none): encoded, without timestamps */
GstBuffer *rj_clip_get_frame (const RjClip *self, guint index);
/* Returns: the offset in frame @index where its stamp belongs */
gsize rj_clip_get_stamp_offset (const RjClip *self, guint index);
/* Returns: (transfer none): an element per frame */
const gboolean *rj_clip_get_keys (const RjClip *self);
RjVideoCodec rj_clip_get_codec (const RjClip *self);
GstCaps *rj_clip_get_video_caps (const RjClip *self);

#define RJ_CLIP_AUDIO_PACKET_US 20000
guint rj_clip_get_n_audio_packets (const RjClip *self);
GstBuffer *rj_clip_get_audio_packet (const RjClip *self, guint index);
GstCaps *rj_clip_get_audio_caps (const RjClip *self);

G_END_DECLS
