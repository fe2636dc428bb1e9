#include "rj-media-engine.h"

#include "rj-error.h"
#include "rj-frame-stamp.h"
#include "rj-log.h"
#include "rj-media-init.h"
#include "rj-webrtcbin-peer.h"

struct _RjMediaEngine {
  GObject parent_instance;

  RjPeerKit kit; /* owns its members, but for the clip */
  GArray *shows; /* of Show: that of kit.format first */
};

/* What senders may show */
typedef struct {
  RjClipFormat format;
  RjClip *clip; /* NULL: not ready */
} Show;

static void rj_media_engine_factory_init (RjPeerFactoryInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjMediaEngine,
                               rj_media_engine,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_PEER_FACTORY,
                                                      rj_media_engine_factory_init))

/* Returns: (nullable) */
static Show *
find_show (RjMediaEngine *self, const RjClipFormat *format)
{
  for (guint i = 0; i < self->shows->len; i++) {
    Show *show = &g_array_index (self->shows, Show, i);

    if (rj_clip_format_equal (&show->format, format))
      return show;
  }
  return NULL;
}

static RjPeer *
rj_media_engine_create (RjPeerFactory *factory, const RjPeerConfig *config, GError **error)
{
  RjMediaEngine *self = RJ_MEDIA_ENGINE (factory);
  RjPeerKit kit = self->kit;
  const Show *show;

  RJ_ASSERT_HOME ();
  if (config->format != NULL)
    kit.format = *config->format;
  show = find_show (self, &kit.format);
  kit.clip = show == NULL ? NULL : show->clip;
  if (config->direction == RJ_DIRECTION_SEND && kit.clip == NULL) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "the test clip is not ready yet");
    return NULL;
  }
  return rj_webrtcbin_peer_new (&kit, config, error);
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
  g_array_set_size (self->shows, 0);
  G_OBJECT_CLASS (rj_media_engine_parent_class)->dispose (object);
}

static void
rj_media_engine_finalize (GObject *object)
{
  g_array_unref (RJ_MEDIA_ENGINE (object)->shows);
  G_OBJECT_CLASS (rj_media_engine_parent_class)->finalize (object);
}

static void
rj_media_engine_class_init (RjMediaEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rj_media_engine_dispose;
  G_OBJECT_CLASS (klass)->finalize = rj_media_engine_finalize;
}

static void
rj_media_engine_factory_init (RjPeerFactoryInterface *iface)
{
  iface->create = rj_media_engine_create;
}

static void
clear_show (gpointer show)
{
  g_clear_pointer (&((Show *) show)->clip, rj_clip_unref);
}

static void
rj_media_engine_init (RjMediaEngine *self)
{
  self->shows = g_array_new (FALSE, FALSE, sizeof (Show));
  g_array_set_clear_func (self->shows, clear_show);
}

static void
add_format (RjMediaEngine *self, const RjClipFormat *format)
{
  const Show show = { *format, NULL };

  if (find_show (self, format) == NULL)
    g_array_append_val (self->shows, show);
}

RjMediaEngine *
rj_media_engine_new (const RjMediaEngineConfig *config)
{
  RjMediaEngine *self = g_object_new (RJ_TYPE_MEDIA_ENGINE, NULL);
  RjDecoderConfig decoder = {
    .pause_us = config->decode_pause_us,
  };

  g_return_val_if_fail (config->run != NULL, NULL);

  self->kit.format = config->format;
  add_format (self, &config->format);
  for (guint i = 0; i < config->n_formats; i++)
    add_format (self, &config->formats[i]);
  self->kit.run_hash = rj_frame_stamp_hash_run (config->run);
  self->kit.run_start_us = config->run_start_us;
  self->kit.pacer = rj_pacer_new ();
  self->kit.reaper = rj_reaper_new (RJ_REAPER_PATIENCE_US);
  decoder.run_hash = self->kit.run_hash;
  if (config->decode_pause_us > 0)
    self->kit.decoder = rj_decoder_new (&decoder, config->clock, self->kit.reaper);
  return self;
}

/* The clips are encoded and the media stack is warmed up at the same time */
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

/* One clip */
typedef struct {
  GTask *task;
  guint index;
} Load;

static void
on_clip_loaded (GObject *unused, GAsyncResult *result, gpointer user_data)
{
  Load *load = user_data;
  g_autoptr (GTask) task = load->task;
  RjMediaEngine *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (RjClip) clip = rj_clip_load_finish (result, &error);

  if (load->index < self->shows->len) { /* not disposed of meanwhile */
    Show *show = &g_array_index (self->shows, Show, load->index);

    clear_show (show);
    show->clip = g_steal_pointer (&clip);
  }
  g_free (load);
  finish_part (task, error);
}

static void
load_clip (GTask *task, guint index)
{
  RjMediaEngine *self = g_task_get_source_object (task);
  Load *load = g_new0 (Load, 1);

  load->task = g_object_ref (task);
  load->index = index;
  rj_clip_load_async (&g_array_index (self->shows, Show, index).format,
                      g_task_get_cancellable (task), on_clip_loaded, load);
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
  start->n_waiting = 1 + self->shows->len;
  for (guint i = 0; i < self->shows->len; i++)
    load_clip (task, i);
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
