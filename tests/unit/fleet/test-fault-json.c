/* Steps as a plan writes them. */
#include "rj-fault-check.h"
#include "rj-json.h"
#include "rjt-refusal.h"

static RjFault *
from (const char *text, GError **error)
{
  g_autoptr (JsonObject) object = rj_json_parse_object (text, -1, NULL);

  g_assert_nonnull (object);
  return rj_fault_from_json (object, error);
}

static void
test_forms (void)
{
  static const struct {
    const char *json;
    const char *text;
    RjFaultWhen when;
    gint64 delay_ms, length_ms;
  } rows[] = {
    { "{\"at\": \"10s\", \"fault\": \"kill-media-node:1\"}", "kill-media-node:1", RJ_FAULT_AT,
      10000, 0 },
    { "{\"after\": \"5s\", \"fault\": \"cut-websocket:fin:all\"}", "cut-websocket:fin:all",
      RJ_FAULT_AFTER, 5000, 0 },
    { "{\"when\": \"recovered\", \"fault\": \"blackhole-media:bot-1/3s\"}", "blackhole-media:bot-1",
      RJ_FAULT_RECOVERED, 0, 3000 },
    { "{\"when\": \"recovered\", \"after\": \"2s\", \"mark\": \"pull the plug\"}",
      "mark:pull the plug", RJ_FAULT_RECOVERED, 2000, 0 },
    { "{\"when\": \"all-flowing\", \"fault\": \"mute:bot-1:video\"}", "mute:bot-1:video",
      RJ_FAULT_AT, 0, 0 },
    { "{\"expect\": \"recovered\", \"within\": \"10s\"}", "expect-recovered", RJ_FAULT_AFTER, 0,
      10000 },
    { "{\"expect\": \"recovered\"}", "expect-recovered", RJ_FAULT_AFTER, 0, 15000 },
    { "{\"mark\": \"cron\"}", "mark:cron", RJ_FAULT_AFTER, 0, 0 },
    { "{\"name\": \"kill it\", \"fault\": \"kill-media-node\"}", "kill-media-node",
      RJ_FAULT_ON_DEMAND, 0, 0 },
    { "{\"after\": \"1s\", \"fault\": {\"repair\": \"docker start kms\"}}", "repair",
      RJ_FAULT_AFTER, 1000, 0 },
    { "{\"name\": \"kill it\", \"manual\": true, \"fault\": \"run:true@1\"}", "run",
      RJ_FAULT_ON_DEMAND, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (RjFault) fault = from (rows[i].json, &error);
    g_autofree char *text = NULL;

    g_assert_no_error (error);
    text = rj_fault_to_text (fault);
    g_assert_cmpstr (text, ==, rows[i].text);
    g_assert_cmpint (fault->when, ==, rows[i].when);
    g_assert_cmpint (fault->delay_us, ==, rows[i].delay_ms * 1000);
    g_assert_cmpint (fault->length_us, ==, rows[i].length_ms * 1000);
  }
}

static void
test_command (void)
{
  g_autoptr (RjFault) fault = from ("{\"at\": \"1s\", \"name\": \"kill\", \"fault\": {\"run\": "
                                    "\"ssh a@b docker kill kms/1\", \"timeout\": \"10s\"}}",
                                    NULL);
  g_autoptr (RjFault) usual = from ("{\"at\": \"1s\", \"fault\": {\"run\": \"true\"}}", NULL);
  g_autoptr (RjFault) copy = rj_fault_copy (fault);

  g_assert_cmpint (copy->kind, ==, RJ_FAULT_RUN);
  g_assert_cmpstr (copy->target, ==, "ssh a@b docker kill kms/1");
  g_assert_cmpstr (copy->name, ==, "kill");
  g_assert_cmpint (copy->limit_us, ==, 10 * G_USEC_PER_SEC);
  g_assert_cmpint (usual->limit_us, ==, RJ_FAULT_COMMAND_LIMIT_US);
}

/* Each begins with the key and says what to write. */
static void
test_errors (void)
{
  static const RjtRefusal rows[] = {
    { "{\"at\": \"1s\"}", "fault: ", "one of fault, expect and mark" },
    { "{\"fault\": \"kill-media-node\", \"mark\": \"x\"}", "fault: ", "two steps" },
    { "{\"at\": \"1s\", \"fault\": \"kill-node\"}", "fault: ", "kill-media-node" },
    { "{\"at\": \"1s\", \"fault\": \"kill-media-node@5s\"}", "fault: ", "{at: 5s" },
    { "{\"at\": \"1s\", \"fault\": 7}", "fault: ", "a text" },
    { "{\"at\": \"1s\", \"fault\": {}}", "fault.run: ", "docker kill" },
    { "{\"at\": \"1s\", \"fault\": {\"run\": \"\"}}", "fault.run: ", "not empty" },
    { "{\"at\": \"1s\", \"fault\": {\"run\": \"a\", \"repair\": \"b\"}}",
      "fault.run: ", "one command" },
    { "{\"at\": \"1s\", \"fault\": {\"run\": \"a\", \"timeout\": \"x\"}}",
      "fault.timeout: ", "500ms" },
    { "{\"at\": \"1s\", \"fault\": {\"run\": \"a\", \"time\": \"x\"}}", "fault.time: ", "timeout" },
    { "{\"at\": 5, \"fault\": \"kill-media-node\"}", "at: ", "500ms" },
    { "{\"at\": \"soon\", \"fault\": \"kill-media-node\"}", "at: ", "500ms" },
    { "{\"at\": \"1s\", \"after\": \"2s\", \"fault\": \"kill-media-node\"}",
      "at: ", "one of them" },
    { "{\"when\": \"later\", \"fault\": \"kill-media-node\"}",
      "when: ", "all-flowing or recovered" },
    { "{\"fault\": \"kill-media-node\"}", "at: ", "POST /fault" },
    { "{\"fault\": \"kill-media-node\", \"manual\": true}", "manual: ", "a name" },
    { "{\"fault\": \"kill-media-node\", \"manual\": \"yes\"}", "manual: ", "true or false" },
    { "{\"at\": \"1s\", \"name\": \"n\", \"fault\": \"kill-media-node\", \"manual\": true}",
      "manual: ", "leave at" },
    { "{\"at\": \"1s\", \"fault\": \"kill-media-node\", \"within\": \"3s\"}",
      "within: ", "expect: recovered" },
    { "{\"expect\": \"ghosts == 0\"}", "expect: ", "beside steps" },
    { "{\"expect\": \"recovered\", \"name\": \"n\"}", "expect: ", "leave name" },
    { "{\"expect\": \"recovered\", \"within\": \"n\"}", "within: ", "500ms" },
    { "{\"at\": \"1s\", \"mark\": \"\"}", "mark: ", "not empty" },
    { "{\"at\": \"1s\", \"falt\": \"kill-media-node\"}", "falt: ", "did you mean \"fault\"?" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (RjFault) fault = from (rows[i].text, &error);

    g_assert_null (fault);
    rjt_refusal_check (&rows[i], error);
  }
}

static void
test_keys_for_the_schema (void)
{
  guint n = 0;
  const RjJsonKey *keys = rj_fault_get_keys (&n);

  g_assert_cmpuint (n, >, 0);
  for (guint i = 0; i < n; i++) {
    g_autoptr (JsonObject) schema = rj_json_parse_object (keys[i].schema, -1, NULL);

    g_assert_nonnull (schema);
    g_assert_cmpstr (keys[i].help, !=, "");
  }
}

static void
assert_selected (const RjRoster *roster, const char *target, const char *names)
{
  g_auto (GStrv) selected = rj_fault_select (roster, target);
  g_autofree char *joined = selected == NULL ? NULL : g_strjoinv (" ", selected);

  g_assert_cmpstr (joined, ==, names);
}

static void
test_who_is_meant (void)
{
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_group_free);
  g_autoptr (RjRoster) roster = NULL;
  g_autoptr (GError) error = NULL;
  static const char *const texts[] = {
    "{\"group\": \"teachers\", \"count\": 1, \"sessions\": 2, \"session\": \"s-{session}\", "
    "\"name\": "
    "\"t-{index}\"}",
    "{\"group\": \"pupils\", \"count\": 1, \"sessions\": 2, \"session\": \"s-{session}\", "
    "\"name\": "
    "\"p-{index}\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (JsonObject) object = rj_json_parse_object (texts[i], -1, NULL);
    RjGroup *group = rj_group_from_json (object, &error);

    g_assert_no_error (error);
    g_ptr_array_add (groups, group);
  }
  roster = rj_roster_new (groups, NULL, "run", &error);
  g_assert_no_error (error);
  assert_selected (roster, "t-2", "t-2");
  assert_selected (roster, "pupils", "p-1 p-2");
  assert_selected (roster, "all", "t-1 t-2 p-1 p-2");
  assert_selected (roster, NULL, "t-1 p-1");
  assert_selected (roster, "nobody", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fault-json/forms", test_forms);
  g_test_add_func ("/fault-json/command", test_command);
  g_test_add_func ("/fault-json/errors", test_errors);
  g_test_add_func ("/fault-json/who", test_who_is_meant);
  g_test_add_func ("/fault-json/keys", test_keys_for_the_schema);
  return g_test_run ();
}
