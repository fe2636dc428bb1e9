#include <glib.h>

#include "rj-server-config.h"
#include "rj-server-tokens.h"

static void
assert_form (char *id, const char *form)
{
  g_assert_true (g_regex_match_simple (form, id, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT));
  g_free (id);
}

static void
test_ids_have_the_protocol_s_forms (void)
{
  g_autoptr (RjDice) dice = rj_dice_new (1);

  for (guint i = 0; i < 200; i++) {
    assert_form (rj_server_make_session_id (dice), "^ses_[A-Z][A-Za-z0-9]{9}$");
    assert_form (rj_server_make_connection_id (dice), "^con_[A-Z][A-Za-z0-9]{9}$");
    assert_form (rj_server_make_rpc_id (dice), "^[0-9a-v]{26}$");
    assert_form (rj_server_make_user_id (dice), "^[0-9A-F]{16}$");
    assert_form (rj_server_make_stream_id (dice, "SCREEN", "con_X"),
                 "^str_SCR_[A-Z][A-Za-z0-9]{3}_con_X$");
    assert_form (rj_server_make_stream_id (dice, NULL, "con_X"),
                 "^str_MIC_[A-Z][A-Za-z0-9]{3}_con_X$");
    assert_form (rj_server_make_token (dice, "ws://h:1", "S"),
                 "^ws://h:1\\?sessionId=S&token=tok_[A-Z][A-Za-z0-9]{15}$");
  }
}

static void
test_a_configuration_is_copied_whole (void)
{
  g_autoptr (RjServerConfig) config = rj_server_config_new ("s");
  g_autoptr (RjServerConfig) copy = NULL;

  rj_server_config_add_media_node (config, "ws://a");
  rj_server_config_add_media_node (config, "ws://b");
  copy = rj_server_config_copy (config);
  g_assert_cmpstr (copy->secret, ==, "s");
  g_assert_cmpint (copy->crash_after_us, ==, 3500 * 1000);
  g_assert_cmpstr (copy->media_nodes[1], ==, "ws://b");
  g_assert_null (copy->media_nodes[2]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/tokens/forms", test_ids_have_the_protocol_s_forms);
  g_test_add_func ("/server/config/copy", test_a_configuration_is_copied_whole);
  return g_test_run ();
}
