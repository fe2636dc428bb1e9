/* Words in braces are filled in, escaped for where they stand; others are named or left alone. */
#include "rj-template.h"

#include <string.h>

#include "rj-error.h"

static const RjTemplateWord words[] = { { "name", "bot {run} 1" },
                                        { "run", "a1" },
                                        { NULL, NULL } };

static char *
bracket (const char *value)
{
  return g_strdup_printf ("<%s>", value);
}

static void
test_filled (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *plain = rj_template_fill ("{run}-{name}{run}", words, NULL, &error);
  g_autofree char *escaped = rj_template_fill ("x{run}", words, bracket, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (plain, ==, "a1-bot {run} 1a1"); /* what is filled in is no template */
  g_assert_cmpstr (escaped, ==, "x<a1>");
}

static void
test_other_braces (void)
{
  static const char text[] = "{\"a\": {}, {run, {Run}} { run }{";
  g_autoptr (GError) error = NULL;
  g_autofree char *filled = rj_template_fill (text, words, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (filled, ==, text);
}

static void
test_unknown (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *left = rj_template_fill_known ("{nmae}-{run}", words, NULL);

  g_assert_null (rj_template_fill ("bot-{nmae}", words, NULL, &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "{nmae}"));
  g_assert_nonnull (strstr (error->message, "{name}, {run}"));
  g_assert_cmpstr (left, ==, "{nmae}-a1");
}

static void
test_has (void)
{
  g_assert_true (rj_template_has ("a{run}", "run"));
  g_assert_false (rj_template_has ("a{running}", "run"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/template/filled", test_filled);
  g_test_add_func ("/template/other-braces", test_other_braces);
  g_test_add_func ("/template/unknown", test_unknown);
  g_test_add_func ("/template/has", test_has);
  return g_test_run ();
}
