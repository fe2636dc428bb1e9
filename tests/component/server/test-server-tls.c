/* The server with a certificate. */
#include <glib/gstdio.h>

#include "rjt-certificate.h"
#include "rjt-stage.h"

static void
on_done (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static gboolean
try_start (RjServerConfig *config, RjClock *clock, RjServer **server, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  *server = rj_server_new (config, clock, NULL);
  rj_server_start_async (*server, NULL, on_done, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return rj_server_start_finish (*server, result, error);
}

/* Certificate and key as files. Returns: (transfer full): their folder */
static char *
write_certificate (RjServerConfig *config)
{
  g_autoptr (GTlsCertificate) certificate = rjt_certificate_new (NULL);
  g_autofree char *pem = NULL;
  g_autofree char *key = NULL;
  char *folder = g_dir_make_tmp ("rjt-XXXXXX", NULL);

  g_object_get (certificate, "certificate-pem", &pem, "private-key-pem", &key, NULL);
  config->tls_cert_path = g_build_filename (folder, "cert.pem", NULL);
  config->tls_key_path = g_build_filename (folder, "key.pem", NULL);
  g_assert_true (g_file_set_contents (config->tls_cert_path, pem, -1, NULL));
  g_assert_true (g_file_set_contents (config->tls_key_path, key, -1, NULL));
  return folder;
}

static void
test_tls_gives_wss_tokens (RjtStage *s, gconstpointer unused)
{
  g_autoptr (RjServerConfig) config = rj_server_config_new (RJT_SECRET);
  g_autofree char *folder = write_certificate (config);
  g_autoptr (RjServer) server = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  g_autoptr (RjtGuest) guest = NULL;
  const char *url;

  rj_server_config_add_media_node (config, rjt_fake_kurento_get_url (rjt_stage_get_node (s, 0)));
  g_assert_true (try_start (config, s->clock, &server, &error));
  g_assert_no_error (error);
  url = rj_server_get_public_url (server);
  g_assert_true (g_str_has_prefix (url, "https://127.0.0.1:"));
  token = rjt_rest_token (url, RJT_SECRET, "room", "PUBLISHER");
  g_assert_true (g_str_has_prefix (token, "wss://127.0.0.1:"));
  guest = rjt_guest_new (url);
  g_assert_cmpint (rjt_guest_join (guest, "room", token, "ann"), ==, 0);
  g_unlink (config->tls_cert_path);
  g_unlink (config->tls_key_path);
  g_rmdir (folder);
}

static void
add (const char *path, void (*func) (RjtStage *, gconstpointer))
{
  g_test_add (path, RjtStage, GUINT_TO_POINTER (1), rjt_stage_set_up, func, rjt_stage_tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/server/tls/tokens", test_tls_gives_wss_tokens);
  return g_test_run ();
}
