#include "rj-turn-server.h"

#include <string.h>

#include "rj-error.h"

static void
test_it_is_read (void)
{
  static const struct {
    const char *text, *username, *password, *host, *url;
    guint port;
    gboolean tcp;
  } cases[] = {
    { "me:word@turn.example:3478", "me", "word", "turn.example", "turn:turn.example:3478", 3478,
      FALSE },
    { "me:word@127.0.0.1:1?transport=tcp", "me", "word", "127.0.0.1",
      "turn:127.0.0.1:1?transport=tcp", 1, TRUE },
    { "me:word@h:65535?transport=udp", "me", "word", "h", "turn:h:65535", 65535, FALSE },
    /* as coturn gives them for some hours: only the last @ and the first : count */
    { "17:x@y:3:4@[::1]:5", "17", "x@y:3:4", "[::1]", "turn:[::1]:5", 5, FALSE },
    { "me:@h:5", "me", "", "h", "turn:h:5", 5, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (RjTurnServer) server = rj_turn_server_parse (cases[i].text, &error);
    g_autofree char *url = NULL;

    g_assert_no_error (error);
    url = rj_turn_server_get_url (server);
    g_assert_cmpstr (server->username, ==, cases[i].username);
    g_assert_cmpstr (server->password, ==, cases[i].password);
    g_assert_cmpstr (server->host, ==, cases[i].host);
    g_assert_cmpuint (server->port, ==, cases[i].port);
    g_assert_cmpint (server->tcp, ==, cases[i].tcp);
    g_assert_cmpstr (url, ==, cases[i].url);
  }
}

static void
test_what_is_none_is_refused_without_a_word_of_it (void)
{
  static const char *const texts[] = {
    "",
    "turn.example:3478",
    "me@turn.example:3478",
    ":hidden@h:1",
    "me:hidden@h",
    "me:hidden@:3478",
    "me:hidden@h:0",
    "me:hidden@h:65536",
    "me:hidden@h:x",
    "me:hidden@h:1?transport=tls",
    "me:hidden@h:1?",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (rj_turn_server_parse (texts[i], &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
    g_assert_nonnull (strstr (error->message, "USER:PASSWORD@HOST:PORT"));
    g_assert_null (strstr (error->message, "hidden"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/turn-server/read", test_it_is_read);
  g_test_add_func ("/protocol/turn-server/refused",
                   test_what_is_none_is_refused_without_a_word_of_it);
  return g_test_run ();
}
