#include <string.h>

#include "rj-error.h"
#include "rj-token-url.h"

typedef struct {
  const char *token;
  const char *uri;
  const char *session;
} Row;

static const Row rows[] = {
  { "wss://ov.example.com?sessionId=SessionA&token=tok_T7",
    "wss://ov.example.com/openvidu?sessionId=SessionA", "SessionA" },
  { "ws://localhost:4443?sessionId=basic&token=tok_Us0",
    "ws://localhost:4443/openvidu?sessionId=basic", "basic" },
  { "wss://h:1/any/path/?token=tok_x&sessionId=A&role=PUBLISHER&coturnIp=1.2.3.4&version=2.0",
    "wss://h:1/openvidu?sessionId=A", "A" },
  { "WSS://h?sessionId=a%20b&token=t", "wss://h/openvidu?sessionId=a%20b", "a b" },
  { "wss://[fd00::2]:4443?sessionId=A&token=t", "wss://[fd00::2]:4443/openvidu?sessionId=A", "A" },
  { "wss://h/?sessionId=A&token=t#fragment", "wss://h/openvidu?sessionId=A", "A" },
  { "wss://h?sessionId=A&sessionId=B&token=t", "wss://h/openvidu?sessionId=A", "A" },
  { "wss://h?xsessionId=B&sessionId=A&token=t", "wss://h/openvidu?sessionId=A", "A" },
};

static void
test_the_uri_drops_path_and_token (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (RjTokenUrl) url = rj_token_url_parse (rows[i].token, &error);
    g_autofree char *uri = NULL;
    g_autofree char *again = NULL;
    g_autofree char *wanted = g_strconcat (rows[i].uri, "&reconnect=true", NULL);

    g_assert_no_error (error);
    uri = rj_token_url_get_websocket_uri (url, FALSE);
    again = rj_token_url_get_websocket_uri (url, TRUE);
    g_assert_cmpstr (uri, ==, rows[i].uri);
    g_assert_cmpstr (again, ==, wanted);
    g_assert_cmpstr (url->session, ==, rows[i].session);
  }
}

static void
test_a_recorder_joins_with_the_secret (void)
{
  g_autoptr (RjTokenUrl) url =
    rj_token_url_parse ("wss://h?sessionId=A&secret=MY%5FSECRET&recorder=true&stt=", NULL);

  g_assert_null (url->token);
  g_assert_cmpstr (url->secret, ==, "MY_SECRET");
  g_assert_true (url->recorder);
  g_assert_false (url->stt);
}

static void
test_no_token_is_refused_without_quoting_it (void)
{
  static const char *const texts[] = {
    "",
    "hush",
    "hush://",
    "https://h?sessionId=hush&token=hush",
    "wss://?sessionId=A&token=hush",
    "wss://h",
    "wss://h?token=hush",
    "wss://h?sessionId=&token=hush",
    "wss://h?sessionId=hush",
    "wss://h?sessionId=%00&token=hush",
    "wss://h?sessionId=%ZZ&token=hush",
    "wss://user:hush@h?sessionId=A&token=hush",
    "wss://h h?sessionId=A&token=hush",
    "wss://\xff?sessionId=A&token=hush",
    "{\"token\":\"hush\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    if (rj_token_url_parse (texts[i], &error) != NULL)
      g_error ("taken: %s", texts[i]);
    g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
    g_assert_null (strstr (error->message, "hush"));
  }
}

static void
expect_built (const char *public_url, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *built = rj_token_url_build (public_url, "A", "tok_x", &error);

  g_assert_no_error (error);
  g_assert_cmpstr (built, ==, wanted);
}

static void
test_tokens_are_made_of_the_public_url (void)
{
  g_autoptr (GError) error = NULL;

  expect_built ("https://h", "wss://h?sessionId=A&token=tok_x");
  expect_built ("https://h:4443/", "wss://h:4443?sessionId=A&token=tok_x");
  expect_built ("http://127.0.0.1:5/openvidu", "ws://127.0.0.1:5?sessionId=A&token=tok_x");
  expect_built ("wss://h", "wss://h?sessionId=A&token=tok_x");
  g_assert_null (rj_token_url_build ("ftp://h", "A", "t", &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
  g_assert_null (rj_token_url_build ("h:4443", "A", "t", NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client-2/protocol/token-url/uri", test_the_uri_drops_path_and_token);
  g_test_add_func ("/protocol/token-url/secret", test_a_recorder_joins_with_the_secret);
  g_test_add_func ("/protocol/token-url/refused", test_no_token_is_refused_without_quoting_it);
  g_test_add_func ("/protocol/token-url/build", test_tokens_are_made_of_the_public_url);
  return g_test_run ();
}
