#include "rj-sending.h"

#include "rj-error.h"
#include "rj-log.h"

struct _RjSending {
  guint n_refs; /* one of the owner, one of the clip being loaded */
  RjWebrtcbinParts parts;
  RjPacer *pacer;
  RjClip *clip;
  RjClipFormat format;
  RjSenderStamp stamp;
  RjSendingFailed failed;
  gpointer owner;            /* NULL: stopped */
  GCancellable *cancellable; /* (nullable): of the clip being loaded */
  gboolean is_up;            /* the transport */
  gboolean audio_muted, video_muted;
  RjSender *sender; /* (nullable): once it sends */
};

RjSending *
rj_sending_new (const RjPeerKit *kit,
                const RjPeerConfig *config,
                const RjWebrtcbinParts *parts,
                RjSendingFailed failed,
                gpointer owner)
{
  RjSending *self = g_new0 (RjSending, 1);

  RJ_ASSERT_HOME ();
  self->n_refs = 1;
  self->parts = *parts;
  self->pacer = rj_pacer_ref (kit->pacer);
  self->clip = rj_clip_ref (kit->clip);
  self->format = kit->format;
  self->stamp = rj_peer_kit_get_stamp (kit, config);
  self->failed = failed;
  self->owner = owner;
  return self;
}

static void
unref (RjSending *self)
{
  if (--self->n_refs > 0)
    return;
  rj_pacer_unref (self->pacer);
  rj_clip_unref (self->clip);
  g_clear_object (&self->cancellable);
  g_free (self);
}

static void
start_if_ready (RjSending *self)
{
  if (!self->is_up || self->cancellable != NULL || self->sender != NULL)
    return;
  self->sender =
    rj_sender_new (self->pacer, self->clip, &self->stamp, self->parts.audio, self->parts.video);
  rj_sender_set_muted (self->sender, self->audio_muted, self->video_muted);
  rj_sender_start (self->sender);
}

/* @clip: (transfer full) (nullable) */
static void
take_clip (RjSending *self, RjClip *clip, GError **error)
{
  if (clip == NULL)
    return;
  rj_clip_unref (self->clip);
  self->clip = clip;
  if (rj_webrtcbin_change_video (&self->parts, clip, error))
    start_if_ready (self);
}

static void
on_clip_loaded (GObject *unused, GAsyncResult *result, gpointer user_data)
{
  RjSending *self = user_data;
  g_autoptr (GError) error = NULL;
  RjClip *clip = rj_clip_load_finish (result, &error);

  g_clear_object (&self->cancellable);
  if (self->owner == NULL)
    g_clear_pointer (&clip, rj_clip_unref);
  else
    take_clip (self, clip, &error);
  if (self->owner != NULL && error != NULL)
    self->failed (self->owner, error);
  unref (self);
}

void
rj_sending_set_codec (RjSending *self, RjVideoCodec codec)
{
  RJ_ASSERT_HOME ();
  if (self->parts.video == NULL || codec == rj_clip_get_codec (self->clip))
    return;
  g_debug ("the answer wants %s", rj_video_codec_get_facts (codec)->name);
  self->format.codec = codec;
  self->cancellable = g_cancellable_new ();
  self->n_refs++;
  rj_clip_load_async (&self->format, self->cancellable, on_clip_loaded, self);
}

void
rj_sending_start (RjSending *self)
{
  RJ_ASSERT_HOME ();
  self->is_up = TRUE;
  start_if_ready (self);
}

void
rj_sending_set_muted (RjSending *self, gboolean audio, gboolean video)
{
  RJ_ASSERT_HOME ();
  self->audio_muted = audio;
  self->video_muted = video;
  if (self->sender != NULL)
    rj_sender_set_muted (self->sender, audio, video);
}

void
rj_sending_stop (RjSending *self)
{
  if (self == NULL)
    return;
  self->owner = NULL;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_pointer (&self->sender, rj_sender_stop);
  unref (self);
}
