#include <math.h>
#include <string.h>

#include "rj-error.h"
#include "rj-json.h"

#define TEXT                                                                                       \
  "{\"s\":\"x\",\"i\":-5,\"d\":1.5,\"b\":true,\"o\":{\"k\":1},\"a\":[{\"n\":1},2],\"z\":null}"

static JsonObject *
sample (void)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object = rj_json_parse_object (TEXT, -1, &error);

  g_assert_no_error (error);
  return object;
}

static void
test_required_members_are_read (void)
{
  g_autoptr (JsonObject) object = sample ();
  g_autofree char *text = NULL;
  gint64 number = 0;
  gboolean flag = FALSE;
  JsonObject *inner = NULL;
  JsonArray *array = NULL;

  g_assert_true (rj_json_read_string (object, "s", &text, NULL));
  g_assert_cmpstr (text, ==, "x");
  g_assert_true (rj_json_read_int (object, "i", &number, NULL));
  g_assert_cmpint (number, ==, -5);
  g_assert_true (rj_json_read_bool (object, "b", &flag, NULL));
  g_assert_true (flag);
  g_assert_true (rj_json_read_object (object, "o", &inner, NULL));
  g_assert_true (rj_json_read_array (object, "a", &array, NULL));
  g_assert_cmpint (rj_json_get_int (inner, "k", 0), ==, 1);
  g_assert_cmpuint (json_array_get_length (array), ==, 2);
}

static void
expect_string_error (JsonObject *object, const char *name, const char *sentence)
{
  g_autoptr (GError) error = NULL;
  char *text = (char *) "untouched";

  g_assert_false (rj_json_read_string (object, name, &text, &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  g_assert_cmpstr (error->message, ==, sentence);
  g_assert_cmpstr (text, ==, "untouched");
}

static void
test_errors_name_the_member (void)
{
  g_autoptr (JsonObject) object = sample ();
  gint64 number;
  gboolean flag;
  JsonObject *inner;
  JsonArray *array;

  expect_string_error (object, "missing", "member \"missing\" is missing");
  expect_string_error (object, "z", "member \"z\" is missing"); /* null is absent */
  expect_string_error (object, "i", "member \"i\" is not a string");
  expect_string_error (object, "o", "member \"o\" is not a string");
  expect_string_error (NULL, "s", "member \"s\" is missing");
  g_assert_false (rj_json_read_int (object, "d", &number, NULL));
  g_assert_false (rj_json_read_int (object, "s", &number, NULL));
  g_assert_false (rj_json_read_bool (object, "i", &flag, NULL));
  g_assert_false (rj_json_read_object (object, "a", &inner, NULL));
  g_assert_false (rj_json_read_array (object, "o", &array, NULL));
}

static void
test_optional_members_fall_back (void)
{
  g_autoptr (JsonObject) object = sample ();

  g_assert_cmpstr (rj_json_get_string (object, "s", "y"), ==, "x");
  g_assert_cmpstr (rj_json_get_string (object, "i", "y"), ==, "y");
  g_assert_cmpstr (rj_json_get_string (object, "z", NULL), ==, NULL);
  g_assert_cmpstr (rj_json_get_string (NULL, "s", "y"), ==, "y");
  g_assert_cmpint (rj_json_get_int (object, "i", 1), ==, -5);
  g_assert_cmpint (rj_json_get_int (object, "b", 1), ==, 1);
  g_assert_cmpfloat (rj_json_get_double (object, "d", 0), ==, 1.5);
  g_assert_cmpfloat (rj_json_get_double (object, "i", 0), ==, -5.0);
  g_assert_cmpfloat (rj_json_get_double (object, "s", 7), ==, 7.0);
  g_assert_true (rj_json_get_bool (object, "b", FALSE));
  g_assert_true (rj_json_get_bool (object, "i", TRUE));
  g_assert_nonnull (rj_json_get_object (object, "o"));
  g_assert_null (rj_json_get_object (object, "a"));
  g_assert_nonnull (rj_json_get_array (object, "a"));
  g_assert_null (rj_json_get_array (object, "o"));
  g_assert_true (rj_json_has (object, "i"));
  g_assert_false (rj_json_has (object, "z"));
  g_assert_false (rj_json_has (object, "missing"));
}

static void
test_elements_that_are_no_objects_are_null (void)
{
  g_autoptr (JsonObject) object = sample ();
  JsonArray *array = rj_json_get_array (object, "a");

  g_assert_nonnull (rj_json_array_get_object (array, 0));
  g_assert_null (rj_json_array_get_object (array, 1));
  g_assert_null (rj_json_array_get_object (array, 2));
}

static void
test_what_is_no_object_is_refused (void)
{
  static const char *const texts[] = {
    "",
    " ",
    "x",
    "[]",
    "5",
    "\"text\"",
    "null",
    "{",
    "{]",
    "{\"a\":}",
    "{\"a\":1}{\"b\":2}",
    "{\"a\":1} x",
    "true{\"a\":1}",
    "true {\"a\":1}",
    "\"x\"{\"a\":1}",
    "1 2",
    "{\"\\ud800\":1}",
    "{\"\\ud800\\u0041\":1}",
    "{\"a\":\"\\ud800",
    "{\"a\":\"\\ud83d\\u",
    "}{\"a\":1}",
    "{'a':1}",
    "{\"a\":1 /* \" */}",
    "var x = {\"a\":1};",
    "{\"a\":\"\xff\"}",
    "{\"a",
    "{\"a\\",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    if (rj_json_parse_object (texts[i], -1, &error) != NULL)
      g_error ("taken: %s", texts[i]);
    g_assert_nonnull (error);
  }
}

static void
test_brackets_cannot_eat_the_stack (void)
{
  g_autoptr (GString) deep = g_string_new ("{\"a\":");
  g_autoptr (GString) tricky = g_string_new ("{\"a\":'\"',\"b\":");
  g_autoptr (JsonObject) flat = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1000 * 1000; i++) {
    g_string_append_c (deep, '[');
    g_string_append_c (tricky, '[');
  }
  g_assert_null (rj_json_parse_object (deep->str, -1, &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  g_assert_null (rj_json_parse_object (tricky->str, -1, NULL));
  /* brackets inside a string are text */
  g_string_assign (deep, "{\"a\":\"");
  for (guint i = 0; i < 1000; i++)
    g_string_append (deep, "[\\\"");
  g_string_append (deep, "\"}");
  flat = rj_json_parse_object (deep->str, -1, NULL);
  g_assert_nonnull (flat);
}

static void
test_values_of_any_kind_are_read (void)
{
  static const char *const texts[] = {
    "true", " 1.5e3 ", "\"text\"", "null", "\"\\ud83d\\ude00 \\u00e4\"", "[1,\"a]\",{}]", "{}"
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node = rj_json_parse_node (texts[i], -1, &error);

    g_assert_no_error (error);
    g_assert_nonnull (node);
  }
}

static void
test_a_length_ends_the_text (void)
{
  g_autoptr (JsonObject) object = rj_json_parse_object ("{\"a\":1}garbage", 7, NULL);

  g_assert_nonnull (object);
}

static void
test_infinity_is_no_number (void)
{
  g_autoptr (JsonObject) object = rj_json_parse_object ("{\"a\":1e999}", -1, NULL);

  g_assert_cmpfloat (rj_json_get_double (object, "a", 3), ==, 3.0);
}

static void
test_built_objects_read_as_asked (void)
{
  g_autoptr (JsonObject) object = rj_json_build (
    "s", 's', "x", "left-out", 's', NULL, "i", 'i', (gint64) 1 << 40, "b", 'b', FALSE, "d", 'd',
    0.5, "n", 'n', "o", 'o', json_object_new (), "a", 'a', json_array_new (), NULL);
  g_autofree char *text = rj_json_object_to_text (object);

  g_assert_cmpstr (text, ==,
                   "{\"s\":\"x\",\"i\":1099511627776,\"b\":false,\"d\":0.5,\"n\":null,\"o\":{},"
                   "\"a\":[]}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/json/required", test_required_members_are_read);
  g_test_add_func ("/base/json/errors", test_errors_name_the_member);
  g_test_add_func ("/base/json/optional", test_optional_members_fall_back);
  g_test_add_func ("/base/json/elements", test_elements_that_are_no_objects_are_null);
  g_test_add_func ("/base/json/refused", test_what_is_no_object_is_refused);
  g_test_add_func ("/base/json/deep", test_brackets_cannot_eat_the_stack);
  g_test_add_func ("/base/json/values", test_values_of_any_kind_are_read);
  g_test_add_func ("/base/json/length", test_a_length_ends_the_text);
  g_test_add_func ("/base/json/infinity", test_infinity_is_no_number);
  g_test_add_func ("/base/json/build", test_built_objects_read_as_asked);
  return g_test_run ();
}
