/* The last messages of a participant */
#include <string.h>

#include "rj-tape.h"

#define SECRET "tok_Gx8sd7fWq2"

static guint
count_lines (const char *text)
{
  guint n = 0;

  for (; *text != '\0'; text++)
    n += *text == '\n';
  return n;
}

static void
test_it_is_bounded_and_keeps_descriptions (void)
{
  g_autoptr (RjTape) tape = rj_tape_new ();
  g_autofree char *long_text = g_strnfill (10 * RJ_TAPE_LENGTH, 'x');
  g_autofree char *text = NULL;

  rj_tape_put (tape, 1000, 1, TRUE,
               "{\"id\":1,\"method\":\"publishVideo\",\"params\":{\"sdpOffer\":\"v=0\\r\\n\"}}");
  for (guint i = 0; i < 500; i++)
    rj_tape_put (tape, 2000 + i, 1, TRUE, "{\"id\":2,\"method\":\"ping\"}");
  rj_tape_put (tape, 9000, 1, FALSE, long_text);
  text = rj_tape_to_text (tape, 0);
  g_assert_cmpuint (count_lines (text), ==, RJ_TAPE_MESSAGES + 1);
  g_assert_nonnull (strstr (text, "publishVideo"));
  g_assert_cmpuint (strlen (text), <, 2 * RJ_TAPE_LENGTH + 100 * RJ_TAPE_MESSAGES);
}

static void
test_no_secret_comes_out (void)
{
  g_autoptr (RjTape) tape = rj_tape_new ();
  g_autofree char *text = NULL;

  rj_tape_put (tape, 1000, 1, TRUE,
               "{\"id\":1,\"method\":\"joinRoom\",\"params\":{\"token\":\"wss://x?token=" SECRET
               "\"}}");
  rj_tape_put (tape, 2000, 1, FALSE,
               "{\"id\":1,\"result\":{\"turnCredential\":\"pw4711\",\"sdpAnswer\":\"v=0\\r\\na=ice-"
               "pwd:iCePaSsWoRd123\\r\\na=fingerprint:sha-256 AA:BB\\r\\n\"}}");
  text = rj_tape_to_text (tape, 0);
  g_assert_null (strstr (text, SECRET));
  g_assert_null (strstr (text, "pw4711"));
  g_assert_null (strstr (text, "iCePaSsWoRd123"));
  g_assert_nonnull (strstr (text, "fingerprint:sha-256 AA:BB"));
}

static void
note_sdp (guint number, gboolean sent, const char *method, const char *sdp, gpointer user_data)
{
  g_string_append_printf (user_data, "%s %s %d;", sent ? "sent" : "received", method,
                          strstr (sdp, "secretpassword") != NULL);
}

static void
test_descriptions_of_the_last_attempt_that_has_some (void)
{
  g_autoptr (RjTape) tape = rj_tape_new ();
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GPtrArray) unanswered = NULL;

  rj_tape_put (tape, 1, 1, TRUE,
               "{\"id\":1,\"method\":\"publishVideo\",\"params\":{\"sdpOffer\":\"v=0 old\"}}");
  rj_tape_put (tape, 2, 2, TRUE,
               "{\"id\":1,\"method\":\"receiveVideoFrom\",\"params\":{\"sdpOffer\":\"v=0 "
               "a=ice-pwd:secretpassword\"}}");
  rj_tape_put (tape, 3, 2, FALSE, "{\"id\":1,\"result\":{\"sdpAnswer\":\"v=0\"}}");
  rj_tape_put (tape, 4, 3, TRUE, "{\"id\":1,\"method\":\"joinRoom\"}");
  rj_tape_put (tape, 5, 3, TRUE, "{\"id\":2,\"method\":\"ping\"}");
  rj_tape_put (tape, 6, 3, FALSE, "{\"id\":2,\"result\":{}}");
  rj_tape_put (tape, 7, 3, FALSE, "no JSON at all");
  rj_tape_foreach_sdp (tape, note_sdp, found);
  g_assert_cmpstr (found->str, ==, "sent receiveVideoFrom 0;received receiveVideoFrom 0;");
  unanswered = rj_tape_list_unanswered (tape);
  g_assert_cmpuint (unanswered->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (unanswered, 0), ==, "joinRoom (id 1)");
}

static void
test_no_tape_is_no_harm (void)
{
  g_autoptr (RjTape) empty = rj_tape_new ();
  g_autofree char *text = rj_tape_to_text (empty, 0);
  g_autoptr (GPtrArray) unanswered = rj_tape_list_unanswered (empty);

  rj_tape_put (NULL, 1, 1, TRUE, "x");
  g_assert_cmpstr (text, ==, "");
  g_assert_cmpuint (unanswered->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/tape/" #name, test_##name)
  ADD (it_is_bounded_and_keeps_descriptions);
  ADD (no_secret_comes_out);
  ADD (descriptions_of_the_last_attempt_that_has_some);
  ADD (no_tape_is_no_harm);
  return g_test_run ();
}
