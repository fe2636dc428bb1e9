#include <string.h>

#include "rj-error.h"
#include "rj-event.h"
#include "rj-json.h"
#include "rj-secret.h"

typedef struct {
  const char *text;
  const char *secret; /* must not survive */
  const char *kept;   /* must survive */
} Row;

/* No secret is made of hex digits only: a mask could contain it. */
static const Row rows[] = {
  /* the plain forms */
  { "ws://h:4443?sessionId=a&token=tok_Us0lmiWTEg3CNyuf", "Us0lmiWTEg3CNyuf", "sessionId=a" },
  { "Token tok_Us0lmiWTEg3CNyuf is not valid", "Us0lmiWTEg3CNyuf", "is not valid" },
  { "wss://h?sessionId=a&secret=MY_SECRET&recorder=true", "MY_SECRET", "recorder=true" },
  { "wss://h?secret=xy%2Fzw&x=1", "zw", "&x=1" },
  { "a=ice-ufrag:5HZm\r\na=ice-pwd:i/1j8eUOY9498ucf\r\na=mid:0", "j8eUOY9498ucf", "a=mid:0" },
  { "{\"credential\":\"eLzEzH5x/43Q=\",\"x\":1}", "eLzEzH5x/43Q=", "\"x\":1" },
  { "{\"turnCredential\" : \"xyz\",\"x\":1}", "xyz", "\"x\":1" },
  { "{\"secret\":\"MY SECRET\",\"x\":1}", "MY SECRET", "\"x\":1" },
  { "{\"password\":\"a&b<c>d\",\"x\":1}", "a&b<c>d", "\"x\":1" },
  { "{\"secret\":\"xy\\\"zw\",\"x\":1}", "zw", "\"x\":1" },
  { "{\"credential\":\"xy\\/zw\",\"x\":1}", "zw", "\"x\":1" },
  { "{\"token\":\"ws://h?sessionId=a&token=tok_uvwxyz\"}", "uvwxyz", "{\"token\":" },
  { "{\"token\":\"eyJhbGci.eyJzdWIi.c2lnbmF0\"}", "eyJhbGci", "{\"token\":" },
  { "Authorization: Basic T1BFTlZJRFVBUFA6TVk=", "T1BFTlZJRFVBUFA6TVk=", "Authorization" },
  { "Authorization: Bearer abcDEF123.x-y_z", "abcDEF123", "Bearer " },
  { "turn://1795541749:pa55word@127.0.0.1:3478", "pa55word", "1795541749:" },
  { "OPENVIDU_SECRET=MY_SECRET x", "MY_SECRET", "OPENVIDU_SECRET=" },
  { "https://h/rtc?access_token=eyJhbGci.eyJz.c2ln&x=1", "eyJz", "&x=1" },
  { "pwd eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl end", "eyJzdWIiOiIx", " end" },
  /* percent-encoded */
  { "next=wss%3A%2F%2Fh%3FsessionId%3Da%26token%3Dtok_Us0lmiWTEg3CNyuf%26x%3D1", "Us0lmiWTEg3CNyuf",
    "%26x%3D1" },
  { "next=wss%3A%2F%2Fh%3FsessionId%3Da%26secret%3DMY_SECRET%26x%3D1", "MY_SECRET", "%26x%3D1" },
  /* JSON quoted in JSON, and in JSON again */
  { "{\"body\":\"{\\\"token\\\":\\\"wss://h?token=tok_uvwxyz\\\",\\\"x\\\":1}\"}", "tok_uvwxyz",
    "\\\"x\\\":1" },
  { "{\"b\":\"{\\\"credential\\\":\\\"xy/zw=\\\",\\\"x\\\":1}\"}", "xy/zw", "\\\"x\\\":1" },
  { "{\\\\\\\"secret\\\\\\\":\\\\\\\"deep\\\\\\\",\\\\\\\"x\\\\\\\":1}", "deep", "x" },
  { "{\"sdp\":\"a=ice-pwd:i/1j8eUOY9498ucf\\r\\na=mid:0\"}", "j8eUOY9498ucf", "\\r\\na=mid:0" },
  { "{\"sdp\":\"a=ice-pwd:i\\/1j8eUOY\\/9498ucf\\r\\na=mid:0\"}", "9498ucf", "a=mid:0" },
  { "{\"b\":\"{\\\"s\\\":\\\"a=ice-pwd:wxyz\\\\r\\\\na=mid:0\\\"}\"}", "wxyz", "a=mid:0" },
  /* cut off in the middle */
  { "{\"credential\":\"eLzEzH5xB7Q", "eLzEzH5xB7Q", "credential" },
  { "x {\\\"secret\\\":\\\"half", "half", "secret" },
  /* several, and letter case */
  { "token=x a=ICE-PWD:wxyz ?TOKEN=tok_1 &token=tok_22", "wxyz", "a=ICE-PWD:" },
  { "tok_xxxx tok_zzzz", "zzzz", " " },
};

static void
test_no_secret_survives (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *scrubbed = rj_secret_scrub (rows[i].text);

    if (strstr (scrubbed, rows[i].secret) != NULL)
      g_error ("survived in %s", scrubbed);
    if (strstr (scrubbed, rows[i].kept) == NULL)
      g_error ("%s is gone from %s", rows[i].kept, scrubbed);
  }
}

static void
test_scrubbing_twice_is_scrubbing_once (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *once = rj_secret_scrub (rows[i].text);
    g_autofree char *twice = rj_secret_scrub (once);

    g_assert_cmpstr (once, ==, twice);
  }
}

static void
test_harmless_text_stays (void)
{
  static const char *const texts[] = {
    "",
    "There is no available Media Node where to initialize session 'crash3'. Code: 204",
    "the server wants Basic authentication",
    "http://127.0.0.1:4443/openvidu/api/sessions",
    "a=ice-ufrag:5HZm",
    "ws://localhost:8888/kurento says hello to a@b",
    "{\"username\":\"1795541749:zQZjquhH\"}",
    "{\"tokens\":5,\"secretive\":\"no\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *scrubbed = rj_secret_scrub (texts[i]);

    g_assert_cmpstr (scrubbed, ==, texts[i]);
  }
  g_assert_null (rj_secret_scrub (NULL));
}

static void
test_masks_tell_secrets_apart_but_not_what_they_are (void)
{
  g_autofree char *a = rj_secret_mask ("alpha");
  g_autofree char *again = rj_secret_mask ("alpha");
  g_autofree char *b = rj_secret_mask ("beta");
  g_autofree char *unsalted = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "alpha", -1);

  g_assert_cmpstr (a, ==, again);
  g_assert_cmpstr (a, !=, b);
  g_assert_cmpuint (strlen (a), ==, 10);
  g_assert_true (strncmp (a + 1, unsalted, 8) != 0);
}

static void
test_long_and_broken_texts_are_safe (void)
{
  g_autoptr (GString) text = g_string_new ("\xff\xfe {\"secret\":\"");
  g_autofree char *scrubbed = NULL;

  for (guint i = 0; i < 50000; i++)
    g_string_append (text, "hush\n");
  g_string_append (text, "\"} tok_hush");
  scrubbed = rj_secret_scrub (text->str);
  g_assert_true (g_utf8_validate (scrubbed, -1, NULL));
  g_assert_null (strstr (scrubbed, "hush"));
}

static void
test_events_carry_no_secret_of_an_error (void)
{
  g_autoptr (RjEvent) event = rj_event_new ("x");
  g_autoptr (GError) error =
    g_error_new (RJ_RPC_ERROR, 401, "Token ws://h?sessionId=a&token=tok_abcdef is not valid");

  rj_event_set_error (event, error);
  g_assert_null (strstr (rj_json_get_string (event->data, "error", ""), "tok_abcdef"));
  g_assert_cmpstr (rj_json_get_string (event->data, "error_word", ""), ==, "rpc-401");
}

typedef struct {
  GObject parent_instance;
  char *text;
} Keeper;
typedef GObjectClass KeeperClass;

static void keeper_init (Keeper *self);
static void keeper_class_init (KeeperClass *klass);
static void keeper_iface_init (RjEventSinkInterface *iface);
static GType keeper_get_type (void);
G_DEFINE_TYPE_WITH_CODE (Keeper,
                         keeper,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (RJ_TYPE_EVENT_SINK, keeper_iface_init))

static void
keeper_take (RjEventSink *sink, const RjEvent *event)
{
  ((Keeper *) sink)->text = rj_json_object_to_text (event->data);
}

static void
keeper_iface_init (RjEventSinkInterface *iface)
{
  iface->take = keeper_take;
}

static void
keeper_init (Keeper *self)
{
}

static void
keeper_class_init (KeeperClass *klass)
{
}

/* The last test: what is remembered stays remembered. */
static void
test_what_was_remembered_is_found_in_any_form (void)
{
  static const char *const texts[] = { "docker login -p 123456 \"x y\"", "say hush \"hush\" & go",
                                       "say%20hush%20%22hush%22%20%26%20go",
                                       "{\"a\":\"say hush \\\"hush\\\" & go\"}" };
  Keeper *keeper = g_object_new (keeper_get_type (), NULL);
  RjEvent *event = rj_event_new ("x");

  rj_secret_remember ("short", NULL);
  rj_secret_remember (NULL, NULL);
  g_assert_false (rj_secret_is_any_remembered ());
  rj_secret_remember ("say hush \"hush\" & go", NULL);
  rj_secret_remember ("123456", "${PASSWORD}");
  rj_secret_remember ("123456", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *clean = rj_secret_scrub (texts[i]);

    g_assert_null (strstr (clean, "hush"));
    g_assert_null (strstr (clean, "123456"));
  }
  rj_event_set_string (event, "command", texts[0]);
  rj_event_set_int (event, "number", 12345678);
  rj_event_sink_emit (RJ_EVENT_SINK (keeper), event);
  g_assert_null (strstr (keeper->text, "-p 123456"));
  g_assert_nonnull (strstr (keeper->text, "docker login -p ${PASSWORD}"));
  g_assert_nonnull (strstr (keeper->text, "12345678")); /* a number stays a number */
  g_free (keeper->text);
  g_object_unref (keeper);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/secret/scrub", test_no_secret_survives);
  g_test_add_func ("/base/secret/twice", test_scrubbing_twice_is_scrubbing_once);
  g_test_add_func ("/base/secret/harmless", test_harmless_text_stays);
  g_test_add_func ("/base/secret/mask", test_masks_tell_secrets_apart_but_not_what_they_are);
  g_test_add_func ("/base/secret/long", test_long_and_broken_texts_are_safe);
  g_test_add_func ("/base/secret/event", test_events_carry_no_secret_of_an_error);
  g_test_add_func ("/base/secret/remembered", test_what_was_remembered_is_found_in_any_form);
  return g_test_run ();
}
