/* Groups: what a plan may say of them, what is refused and with which words, what is left to others. */
#include "rj-group.h"

#include <string.h>

#include "rj-json.h"
#include "rjt-refusal.h"

static RjGroup *
read_group (const char *text, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (JsonObject) object = rj_json_parse_object (text, -1, &problem);

  g_assert_no_error (problem);
  return rj_group_from_json (object, error);
}

static void
test_all_keys (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjGroup) group = read_group (
    "{\"group\": \"viewers\", \"count\": [4, 2], \"sessions\": 2, \"session\": "
    "\"s-{session}\", \"name\": \"v-{index}\", \"role\": \"moderator\", \"publish\": {\"video\": "
    "\"320x240@15\", \"bitrate\": \"200k\", \"audio\": false, \"codec\": \"H264\"}, \"subscribe\": "
    "[\"stage\", \"bot-1\"], \"ramp\": \"10/s\"}",
    &error);

  g_assert_no_error (error);
  g_assert_cmpstr (group->name, ==, "viewers");
  g_assert_cmpuint (group->sessions, ==, 2);
  g_assert_cmpuint (rj_group_get_count (group, 0), ==, 4);
  g_assert_cmpuint (rj_group_get_count (group, 1), ==, 2);
  g_assert_cmpuint (rj_group_get_total (group), ==, 6);
  g_assert_cmpstr (group->session, ==, "s-{session}");
  g_assert_cmpstr (group->participant, ==, "v-{index}");
  g_assert_cmpstr (group->role, ==, "MODERATOR");
  g_assert_cmpint (group->publish.on, ==, 1);
  g_assert_cmpint (group->publish.video, ==, 1);
  g_assert_cmpint (group->publish.audio, ==, 0);
  g_assert_cmpuint (group->publish.width, ==, 320);
  g_assert_cmpuint (group->publish.height, ==, 240);
  g_assert_cmpuint (group->publish.fps, ==, 15);
  g_assert_cmpuint (group->publish.bitrate_bps, ==, 200000);
  g_assert_cmpint (group->publish.codec, ==, RJ_VIDEO_H264);
  g_assert_cmpint (group->subscribe, ==, RJ_SUBSCRIBE_LISTED);
  g_assert_cmpuint (group->listed->len, ==, 2);
  g_assert_cmpfloat (group->ramp_per_second, ==, 10);
  g_assert_true (rj_group_check (group, &error));
}

static void
test_nothing_said (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjGroup) group = read_group ("{}", &error);
  g_autoptr (RjGroup) silent = read_group ("{\"publish\": false, \"sessions\": 3}", &error);
  g_autoptr (RjGroup) base =
    read_group ("{\"session\": \"s\", \"name\": \"n-{index}\", \"publish\": {\"video\": "
                "\"96x96@5\", \"bitrate\": "
                "300000}, \"subscribe\": \"none\", \"ramp\": \"30/min\", \"count\": 7}",
                &error);

  g_assert_no_error (error);
  g_assert_cmpuint (rj_group_get_total (group), ==, 1);
  g_assert_cmpuint (rj_group_get_total (silent), ==, 3);
  rj_group_inherit (group, base);
  rj_group_inherit (silent, base);
  g_assert_cmpuint (rj_group_get_total (group), ==, 1);
  g_assert_cmpstr (group->participant, ==, "n-{index}");
  g_assert_cmpuint (group->publish.width, ==, 96);
  g_assert_cmpuint (group->publish.bitrate_bps, ==, 300000);
  g_assert_cmpint (group->publish.on, ==, 1);
  g_assert_cmpint (silent->publish.on, ==, 0);
  g_assert_cmpint (group->subscribe, ==, RJ_SUBSCRIBE_NONE);
  g_assert_cmpfloat (group->ramp_per_second, ==, 0.5);
}

static const RjtRefusal refusals[] = {
  { "{\"counts\": 4}", "counts: ", "did you mean \"count\"?" },
  { "{\"zebra\": 4}", "zebra: ", "there are: group, count" },
  { "{\"count\": 0}", "count: ", "from 1 to 1000" },
  { "{\"count\": \"4\"}", "count: ", "from 1 to 1000" },
  { "{\"count\": []}", "count: ", "[4, 2]" },
  { "{\"count\": [1, 0]}", "count: ", "[4, 2]" },
  { "{\"count\": [1, 2], \"sessions\": 3}", "count: ", "as many as sessions" },
  { "{\"sessions\": 1001}", "sessions: ", "from 1 to 1000" },
  { "{\"sessions\": 1.5}", "sessions: ", "from 1 to 1000" },
  { "{\"group\": 5}", "group: ", "quotes" },
  { "{\"name\": \"\"}", "name: ", "write a text" },
  { "{\"session\": null}", "session: ", "write a text" },
  { "{\"role\": \"boss\"}", "role: ", "MODERATOR" },
  { "{\"role\": true}", "role: ", "MODERATOR" },
  { "{\"publish\": \"no\"}", "publish: ", "write false, or an object" },
  { "{\"publish\": {\"vidoe\": true}}", "publish.vidoe: ", "did you mean \"video\"?" },
  { "{\"publish\": {\"video\": \"640x480@0\"}}", "publish.video: ", "640x480@30" },
  { "{\"publish\": {\"video\": \"640x481@30\"}}", "publish.video: ", "even numbers" },
  { "{\"publish\": {\"video\": \"640x480@30fps\"}}", "publish.video: ", "640x480@30" },
  { "{\"publish\": {\"video\": 640}}", "publish.video: ", "640x480@30" },
  { "{\"publish\": {\"audio\": \"on\"}}", "publish.audio: ", "true or false" },
  { "{\"publish\": {\"bitrate\": \"5k\"}}", "publish.bitrate: ", "from 30k to 20M" },
  { "{\"publish\": {\"bitrate\": 500}}", "publish.bitrate: ", "from 30k to 20M" },
  { "{\"publish\": {\"bitrate\": \"nan\"}}", "publish.bitrate: ", "from 30k to 20M" },
  { "{\"publish\": {\"bitrate\": []}}", "publish.bitrate: ", "from 30k to 20M" },
  { "{\"publish\": {\"codec\": \"av1\"}}", "publish.codec: ", "vp8 or h264" },
  { "{\"subscribe\": \"some\"}", "subscribe: ", "all, none" },
  { "{\"subscribe\": []}", "subscribe: ", "all, none" },
  { "{\"subscribe\": [1]}", "subscribe: ", "all, none" },
  { "{\"ramp\": 10}", "ramp: ", "10/s" },
  { "{\"ramp\": \"10\"}", "ramp: ", "10/s" },
  { "{\"ramp\": \"0/s\"}", "ramp: ", "10/s" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autoptr (GError) error = NULL;

    g_test_message ("%s", refusals[i].text);
    g_assert_null (read_group (refusals[i].text, &error));
    rjt_refusal_check (&refusals[i], error);
  }
}

static const RjtRefusal misfits[] = {
  { "{\"sessions\": 2, \"session\": \"s\"}", "session: ", "must contain {session}" },
  { "{\"session\": \"s-{session}-{attempt}\"}", "session: ", "back to the same session" },
  { "{\"publish\": {\"video\": false, \"audio\": false}}", "publish: ", "publish: false" },
  { "{\"publish\": true, \"role\": \"subscriber\"}", "publish: ", "leave publish out" },
};

static void
test_misfits (void)
{
  g_autoptr (RjGroup) base =
    read_group ("{\"session\": \"s-{session}\", \"name\": \"n-{index}\"}", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (misfits); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (RjGroup) group = read_group (misfits[i].text, &error);

    g_test_message ("%s", misfits[i].text);
    g_assert_no_error (error);
    rj_group_inherit (group, base);
    g_assert_false (rj_group_check (group, &error));
    rjt_refusal_check (&misfits[i], error);
  }
}

/* The table for the schema names exactly the keys that are read. */
static void
test_keys (void)
{
  guint n = 0;
  const RjJsonKey *keys = rj_group_get_keys (&n);

  for (guint i = 0; i < n; i++) {
    g_autoptr (GError) error = NULL;
    g_auto (GStrv) parts = g_strsplit (keys[i].path, ".", 2);
    g_autofree char *text = parts[1] == NULL
                              ? g_strdup_printf ("{\"%s\": {\"x\": 1}}", parts[0])
                              : g_strdup_printf ("{\"%s\": {\"%s\": {}}}", parts[0], parts[1]);
    g_autoptr (JsonObject) schema = rj_json_parse_object (keys[i].schema, -1, &error);

    g_assert_no_error (error);
    g_assert_nonnull (schema);
    g_assert_null (read_group (text, &error));
    g_assert_true (g_str_has_prefix (error->message, keys[i].path));
    g_assert_null (strstr (error->message, "there is no such key"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/group/all-keys", test_all_keys);
  g_test_add_func ("/group/nothing-said", test_nothing_said);
  g_test_add_func ("/group/refused", test_refused);
  g_test_add_func ("/group/misfits", test_misfits);
  g_test_add_func ("/group/keys", test_keys);
  return g_test_run ();
}
