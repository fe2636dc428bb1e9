/* Keys that nobody knows are named, with what was meant or what there is. */
#include "rj-json-keys.h"

#include "rj-error.h"
#include "rj-json.h"

static const RjJsonKey keys[] = {
  { "url", "{}", "-" },
  { "create.url", "{}", "-" },
  { "create.id", "{}", "-" },
  { "token", "{}", "-" },
};

static gboolean
check (const char *text, const char *prefix, GError **error)
{
  g_autoptr (JsonObject) object = rj_json_parse_object (text, -1, NULL);

  return rj_json_keys_check (keys, G_N_ELEMENTS (keys), object, prefix, error);
}

static void
test_known (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (check ("{}", "", &error));
  g_assert_true (check ("{\"token\": 1, \"create\": {\"zebra\": 2}, \"url\": 3}", "", &error));
  g_assert_true (check ("{\"url\": 1, \"id\": 2}", "create.", &error));
  g_assert_no_error (error);
}

static void
test_unknown (void)
{
  static const struct {
    const char *text, *prefix, *message;
  } rows[] = {
    { "{\"url\": 1, \"ulr\": 1}", "", "ulr: there is no such key; did you mean \"url\"?" },
    { "{\"zebra\": 1}", "", "zebra: there is no such key; there are: url, create, token" },
    { "{\"id\": 1}", "", "id: there is no such key; there are: url, create, token" },
    { "{\"create.url\": 1}", "",
      "create.url: there is no such key; there are: url, create, token" },
    { "{\"token\": 1}", "create.", "create.token: there is no such key; there are: url, id" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (check (rows[i].text, rows[i].prefix, &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
    g_assert_cmpstr (error->message, ==, rows[i].message);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-keys/known", test_known);
  g_test_add_func ("/json-keys/unknown", test_unknown);
  return g_test_run ();
}
