/* JSON pointers: the examples of RFC 6901, and what is said where nothing is. */
#include "rj-json-pointer.h"

#include <string.h>

#include "rj-error.h"
#include "rj-json.h"

/* RFC 6901, 5 */
static const char document[] =
  "{\"foo\": [\"bar\", \"baz\"], \"\": 0, \"a/b\": 1, \"c%d\": 2, \"e^f\": 3, \"g|h\": 4, "
  "\"i\\\\j\": 5, \"k\\\"l\": 6, \" \": 7, \"m~n\": 8}";

static void
test_the_examples (void)
{
  static const char *const numbers[] = { "/",     "/a~1b", "/c%d", "/e^f", "/g|h",
                                         "/i\\j", "/k\"l", "/ ",   "/m~0n" };
  g_autoptr (JsonNode) root = rj_json_parse_node (document, -1, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_assert_true (rj_json_pointer_check (numbers[i], NULL));
    g_assert_cmpint (json_node_get_int (rj_json_pointer_find (root, numbers[i], NULL)), ==, i);
  }
  g_assert_true (rj_json_pointer_find (root, "", NULL) == root);
  g_assert_cmpstr (json_node_get_string (rj_json_pointer_find (root, "/foo/1", NULL)), ==, "baz");
}

static void
test_nothing_there (void)
{
  static const struct {
    const char *pointer;
    const char *said;
  } rows[] = {
    { "/bar", "the whole has: foo, " },      { "/foo/2", "what stands at /foo is a list of 2" },
    { "/foo/01", "is a list of 2" },         { "/foo/-", "is a list of 2" },
    { "/foo/0/x", "at /foo/0 is a String" }, { "/foo/x", "at /foo is a list" },
  };
  g_autoptr (JsonNode) root = rj_json_parse_node (document, -1, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (rj_json_pointer_find (root, rows[i].pointer, &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, rows[i].said));
    g_assert_null (strstr (error->message, "baz"));
  }
  g_assert_null (rj_json_pointer_find (NULL, "/a", NULL));
}

static void
test_no_pointers (void)
{
  static const char *const bad[] = { "token", "/a~", "/a~2", "#/a" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (rj_json_pointer_check (bad[i], &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
    g_assert_nonnull (strstr (error->message, "/data/0/token"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-pointer/examples", test_the_examples);
  g_test_add_func ("/json-pointer/nothing-there", test_nothing_there);
  g_test_add_func ("/json-pointer/no-pointers", test_no_pointers);
  return g_test_run ();
}
