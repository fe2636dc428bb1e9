/* GStreamer starts where there is no HOME, and a missing plugin is named with its remedy. Each case in a
 * process of its own, because GStreamer starts once. */
#include "rj-media-init.h"

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

#include "rj-error.h"

static char *folder;

static void
run_in_child (const char *path)
{
  g_test_trap_subprocess (path, 0, 0);
  g_test_trap_assert_passed ();
}

static void
test_child_no_home (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rj_media_init (&error));
  g_assert_no_error (error);
  g_assert_true (rj_media_init (&error));
  g_assert_true (rj_media_check_plugins (&error));
  g_assert_no_error (error);
}

/* HOME is no folder, as in many images; the temporary one can be written */
static void
test_without_home_the_registry_is_kept_elsewhere (void)
{
  g_autofree char *kept = NULL;
  g_autofree char *place = NULL;
  g_autofree char *private = g_strdup_printf ("rejoin-%u", (guint) getuid ());

  g_setenv ("HOME", "/dev/null/nowhere", TRUE);
  g_unsetenv ("XDG_CACHE_HOME");
  g_setenv ("TMPDIR", folder, TRUE);
  run_in_child ("/media/init/subprocess/no-home");
  place = g_build_filename (folder, private, NULL);
  kept = g_build_filename (place, "gstreamer-registry.bin", NULL);
  g_assert_true (g_file_test (kept, G_FILE_TEST_IS_REGULAR));
  g_remove (kept);
  g_rmdir (place);
}

static void
test_child_no_plugins (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rj_media_init (&error));
  g_assert_false (rj_media_check_plugins (&error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT);
  g_assert_nonnull (strstr (error->message, "webrtcbin"));
  g_assert_nonnull (strstr (error->message, "apt install"));
  g_assert_nonnull (strstr (error->message, "gstreamer1.0-plugins-bad"));
  g_assert_nonnull (strstr (error->message, "gstreamer1.0-plugins-good"));
  g_assert_nonnull (strstr (error->message, "gstreamer1.0-nice"));
}

static void
test_without_plugins_the_packages_are_named (void)
{
  g_autofree char *registry = g_build_filename (folder, "empty.bin", NULL);

  g_setenv ("GST_REGISTRY", registry, TRUE);
  g_setenv ("GST_PLUGIN_SYSTEM_PATH", folder, TRUE);
  run_in_child ("/media/init/subprocess/no-plugins");
  g_unsetenv ("GST_REGISTRY");
  g_unsetenv ("GST_PLUGIN_SYSTEM_PATH");
  g_remove (registry);
}

static void
test_a_single_missing_element_is_named (void)
{
  static const RjMediaNeed needs[] = { { "identity", "a" },
                                       { "no-such-element", "its-package" },
                                       { NULL, NULL } };
  g_autoptr (GError) error = NULL;

  g_assert_true (rj_media_init (NULL));
  g_assert_false (rj_media_check_needs (needs, &error));
  g_assert_cmpstr (
    error->message, ==,
    "the GStreamer element no-such-element is missing; remedy: apt install its-package");
}

static void
on_warm (GObject *unused, GAsyncResult *result, gpointer user_data)
{
  gboolean *done = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (rj_media_warm_up_finish (result, &error));
  g_assert_no_error (error);
  *done = TRUE;
}

static void
test_it_warms_up (void)
{
  gboolean done = FALSE;

  g_assert_true (rj_media_init (NULL));
  rj_media_warm_up_async (NULL, on_warm, &done);
  g_assert_false (done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("media-init-XXXXXX", NULL);
  g_test_add_func ("/media/init/subprocess/no-home", test_child_no_home);
  g_test_add_func ("/media/init/subprocess/no-plugins", test_child_no_plugins);
  g_test_add_func ("/media/init/no-plugins", test_without_plugins_the_packages_are_named);
  g_test_add_func ("/media/init/no-home", test_without_home_the_registry_is_kept_elsewhere);
  g_test_add_func ("/media/init/one-missing", test_a_single_missing_element_is_named);
  g_test_add_func ("/media/init/warm-up", test_it_warms_up);
  result = g_test_run ();
  g_rmdir (folder);
  g_free (folder);
  return result;
}
