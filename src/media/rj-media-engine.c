#include "rj-media-engine.h"

#include "rj-error.h"
#include "rj-frame-stamp.h"
#include "rj-log.h"
#include "rj-media-init.h"
#include "rj-webrtcbin-peer.h"

struct _RjMediaEngine {
  GObject parent_instance;

  RjPeerKit kit; /* owns its members */
};

static void rj_media_engine_factory_init (RjPeerFactoryInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjMediaEngine,
                               rj_media_engine,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_PEER_FACTORY,
                                                      rj_media_engine_factory_init))

static RjPeer *
rj_media_engine_create (RjPeerFactory *factory, const RjPeerConfig *config, GError **error)
{
  RjMediaEngine *self = RJ_MEDIA_ENGINE (factory);

  RJ_ASSERT_HOME ();
  if (config->direction == RJ_DIRECTION_SEND && self->kit.clip == NULL) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "the test clip is not ready yet");
    return NULL;
  }
  return rj_webrtcbin_peer_new (&self->kit, config, error);
}

static void
rj_media_engine_dispose (GObject *object)
{
  RjMediaEngine *self = RJ_MEDIA_ENGINE (object);

  if (self->kit.decoder != NULL)
    rj_decoder_close (self->kit.decoder);
  g_clear_object (&self->kit.decoder);
  g_clear_pointer (&self->kit.pacer, rj_pacer_unref);
  g_clear_pointer (&self->kit.reaper, rj_reaper_unref);
  g_clear_pointer (&self->kit.clip, rj_clip_unref);
  G_OBJECT_CLASS (rj_media_engine_parent_class)->dispose (object);
}

static void
rj_media_engine_class_init (RjMediaEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rj_media_engine_dispose;
}

static void
rj_media_engine_factory_init (RjPeerFactoryInterface *iface)
{
  iface->create = rj_media_engine_create;
}

static void
rj_media_engine_init (RjMediaEngine *self)
{
}

RjMediaEngine *
rj_media_engine_new (const RjMediaEngineConfig *config)
{
  RjMediaEngine *self = g_object_new (RJ_TYPE_MEDIA_ENGINE, NULL);
  RjDecoderConfig decoder = {
    .clip_frames = RJ_CLIP_SECONDS * config->format.fps,
    .fps = config->format.fps,
    .pause_us = config->decode_pause_us,
  };

  g_return_val_if_fail (config->run != NULL, NULL);

  self->kit.format = config->format;
  self->kit.run_hash = rj_frame_stamp_hash_run (config->run);
  self->kit.run_start_us = config->run_start_us;
  self->kit.pacer = rj_pacer_new ();
  self->kit.reaper = rj_reaper_new (RJ_REAPER_PATIENCE_US);
  decoder.run_hash = self->kit.run_hash;
  if (config->decode_pause_us > 0)
    self->kit.decoder = rj_decoder_new (&decoder, config->clock, self->kit.reaper);
  return self;
}

/* The clip is encoded and the media stack is warmed up at the same time */
typedef struct {
  guint n_waiting;
  GError *error; /* the first one */
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  g_clear_error (&start->error);
  g_free (start);
}

/* @error: (transfer full) (nullable) */
static void
finish_part (GTask *task, GError *error)
{
  Start *start = g_task_get_task_data (task);

  if (error != NULL && start->error == NULL)
    start->error = error;
  else
    g_clear_error (&error);
  if (--start->n_waiting > 0)
    return;
  if (start->error != NULL)
    g_task_return_error (task, g_steal_pointer (&start->error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
on_warm (GObject *unused, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  rj_media_warm_up_finish (result, &error);
  finish_part (task, error);
}

static void
on_clip_loaded (GObject *unused, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  RjMediaEngine *self = g_task_get_source_object (task);
  GError *error = NULL;

  g_clear_pointer (&self->kit.clip, rj_clip_unref);
  self->kit.clip = rj_clip_load_finish (result, &error);
  finish_part (task, error);
}

void
rj_media_engine_start_async (RjMediaEngine *self,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GError) error = NULL;
  Start *start = g_new0 (Start, 1);

  RJ_ASSERT_HOME ();
  g_task_set_source_tag (task, rj_media_engine_start_async);
  g_task_set_task_data (task, start, start_free);
  if (!rj_media_init (&error) || !rj_media_check_plugins (&error)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  start->n_waiting = 2;
  rj_clip_load_async (&self->kit.format, cancellable, on_clip_loaded, g_object_ref (task));
  rj_media_warm_up_async (cancellable, on_warm, g_object_ref (task));
}

gboolean
rj_media_engine_start_finish (RjMediaEngine *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

double
rj_media_engine_take_pacing_lag_ms (RjMediaEngine *self)
{
  return (double) rj_pacer_take_lag_us (self->kit.pacer) / 1000.0;
}

gboolean
rj_media_engine_wait_for_teardown (RjMediaEngine *self, gint64 timeout_us)
{
  guint hung = 0;

  if (self->kit.decoder != NULL)
    rj_decoder_close (self->kit.decoder);
  if (!rj_reaper_wait (self->kit.reaper, timeout_us))
    return FALSE;
  rj_peer_census_get (NULL, NULL, &hung);
  return hung == 0;
}
