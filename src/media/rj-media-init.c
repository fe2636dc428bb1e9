#include "rj-media-init.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <unistd.h>

#include <gst/webrtc/webrtc.h>

#include "rj-clip.h"
#include "rj-error.h"
#include "rj-reaper.h"

static const RjMediaNeed needs[] = {
  { "webrtcbin", "gstreamer1.0-plugins-bad" },
  { "dtlssrtpenc", "gstreamer1.0-plugins-bad" },
  { "srtpenc", "gstreamer1.0-plugins-bad" },
  { "simplevideomark", "gstreamer1.0-plugins-bad" },
  { "simplevideomarkdetect", "gstreamer1.0-plugins-bad" },
  { "h264parse", "gstreamer1.0-plugins-bad" },
  { "openh264enc", "gstreamer1.0-plugins-bad" },
  { "openh264dec", "gstreamer1.0-plugins-bad" },
  { "nicesrc", "gstreamer1.0-nice" },
  { "nicesink", "gstreamer1.0-nice" },
  { "rtpbin", "gstreamer1.0-plugins-good" },
  { "rtpvp8pay", "gstreamer1.0-plugins-good" },
  { "rtpvp8depay", "gstreamer1.0-plugins-good" },
  { "rtph264pay", "gstreamer1.0-plugins-good" },
  { "rtph264depay", "gstreamer1.0-plugins-good" },
  { "rtpopuspay", "gstreamer1.0-plugins-good" },
  { "vp8enc", "gstreamer1.0-plugins-good" },
  { "vp8dec", "gstreamer1.0-plugins-good" },
  { "videotestsrc", "gstreamer1.0-plugins-base" },
  { "audiotestsrc", "gstreamer1.0-plugins-base" },
  { "opusenc", "gstreamer1.0-plugins-base" },
  { "appsink", "gstreamer1.0-plugins-base" },
  { "fakesink", "libgstreamer1.0-0" },
  { NULL, NULL },
};

/* Returns: whether files can be made in @folder, which is made if need be */
static gboolean
can_write (const char *folder)
{
  return g_mkdir_with_parents (folder, 0700) == 0 && g_access (folder, W_OK | X_OK) == 0;
}

/* Returns: (transfer full) (nullable): a folder in the temporary one that only we can write */
static char *
make_private_folder (void)
{
  g_autofree char *name = g_strdup_printf ("rejoin-%u", (guint) getuid ());
  g_autofree char *folder = g_build_filename (g_get_tmp_dir (), name, NULL);
  GStatBuf status;

  if (g_mkdir (folder, 0700) != 0 && errno != EEXIST)
    return NULL;
  if (g_lstat (folder, &status) != 0 || !S_ISDIR (status.st_mode) || status.st_uid != getuid () ||
      (status.st_mode & 077) != 0)
    return g_dir_make_tmp ("rejoin-XXXXXX", NULL);
  return g_steal_pointer (&folder);
}

/* GStreamer reads all plugins again at every start when it cannot keep its registry */
static void
find_place_for_registry (void)
{
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "gstreamer-1.0", NULL);
  g_autofree char *folder = NULL;
  g_autofree char *registry = NULL;

  if (g_getenv ("GST_REGISTRY") != NULL || g_getenv ("GST_REGISTRY_1_0") != NULL ||
      can_write (cache))
    return;
  folder = make_private_folder ();
  if (folder == NULL)
    return;
  registry = g_build_filename (folder, "gstreamer-registry.bin", NULL);
  g_setenv ("GST_REGISTRY", registry, TRUE);
  g_debug ("plugin registry goes to %s", registry);
}

gboolean
rj_media_init (GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (gst_is_initialized ())
    return TRUE;
  find_place_for_registry ();
  if (!gst_init_check (NULL, NULL, &cause)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "GStreamer does not start: %s",
                 cause != NULL ? cause->message : "unknown cause");
    return FALSE;
  }
  return TRUE;
}

void
rj_media_end (void)
{
  rj_clip_forget_all ();
  if (gst_is_initialized () && g_getenv ("GST_TRACERS") != NULL)
    gst_deinit ();
}

static gboolean
has_element (const char *name)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (name);

  return factory != NULL;
}

gboolean
rj_media_check_needs (const RjMediaNeed *table, GError **error)
{
  g_autoptr (GPtrArray) packages = g_ptr_array_new ();
  g_autofree char *list = NULL;
  const char *first = NULL;

  for (const RjMediaNeed *need = table; need->element != NULL; need++) {
    if (has_element (need->element))
      continue;
    if (first == NULL)
      first = need->element;
    if (!g_ptr_array_find_with_equal_func (packages, need->package, g_str_equal, NULL))
      g_ptr_array_add (packages, (gpointer) need->package);
  }
  if (first == NULL)
    return TRUE;
  g_ptr_array_add (packages, NULL);
  list = g_strjoinv (" ", (char **) packages->pdata);
  g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
               "the GStreamer element %s is missing; remedy: apt install %s", first, list);
  return FALSE;
}

gboolean
rj_media_check_plugins (GError **error)
{
  return rj_media_check_needs (needs, error);
}

static gboolean
make_offer (GstElement *webrtc, GError **error)
{
  g_autoptr (GstPromise) promise = gst_promise_new ();
  const GstStructure *reply;

  g_signal_emit_by_name (webrtc, "create-offer", NULL, promise);
  if (gst_promise_wait (promise) == GST_PROMISE_RESULT_REPLIED) {
    reply = gst_promise_get_reply (promise);
    if (reply != NULL && gst_structure_has_field (reply, "offer"))
      return TRUE;
  }
  g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "webrtcbin makes no offer");
  return FALSE;
}

static void
warm_up (GTask *task, gpointer unused, gpointer unused2, GCancellable *cancellable)
{
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  GstElement *webrtc = gst_element_factory_make ("webrtcbin", NULL);
  g_autoptr (GstCaps) caps = gst_caps_from_string (
    "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000");
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GError) error = NULL;
  gboolean ok = FALSE;

  if (webrtc == NULL) {
    rj_media_check_plugins (&error);
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  rj_peer_census_add (webrtc);
  gst_bus_set_flushing (bus, TRUE);
  gst_bin_add (GST_BIN (pipeline), webrtc);
  if (gst_element_set_state (pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) {
    g_signal_emit_by_name (webrtc, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY,
                           caps, &transceiver);
    ok = make_offer (webrtc, &error);
  } else {
    g_set_error (&error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "webrtcbin does not start");
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

void
rj_media_warm_up_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, rj_media_warm_up_async);
  g_task_run_in_thread (task, warm_up);
}

gboolean
rj_media_warm_up_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
