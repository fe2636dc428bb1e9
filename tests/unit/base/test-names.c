/* What the server is told of participants whose names have {attempt}, and who is meant by what it tells. */
#include "rj-names.h"

#include <string.h>

#include "rj-error.h"

static const struct {
  const char *pattern, *name;
} stripped[] = {
  { "bot-1", "bot-1" },
  { "bot-1-{attempt}", "bot-1" },
  { "bot-{attempt}-1", "bot-1" },
  { "{attempt}.bot.1", "bot.1" },
  { "bot{attempt}", "bot" },
  { "bot 1 #{attempt}", "bot 1 #" },
  { "bot-1-{attempt}-", "bot-1-" }, /* one separator goes, no more */
  { "bot--{attempt}", "bot-" },
  { "bot-{index}", "bot-{index}" }, /* other words are others' business */
};

static void
test_known_without_attempt (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (stripped); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *name = rj_names_strip (stripped[i].pattern, &error);

    g_assert_no_error (error);
    g_assert_cmpstr (name, ==, stripped[i].name);
  }
}

static const struct {
  const char *pattern, *said;
} refused[] = {
  { "bot-{attempt}-{attempt}", "once only" },
  { "{attempt}", "nothing is left" },
  { "-{attempt}", "nothing is left" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (RjNames) names = rj_names_new ();
    g_autoptr (GError) error = NULL, again = NULL;

    g_assert_null (rj_names_strip (refused[i].pattern, &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
    g_assert_nonnull (strstr (error->message, refused[i].said));
    g_assert_false (rj_names_add (names, "room", refused[i].pattern, &again));
    g_assert_cmpstr (again->message, ==, error->message);
  }
}

/* @patterns: with a space between */
static RjNames *
make_names (const char *patterns)
{
  g_auto (GStrv) list = g_strsplit (patterns, " ", -1);
  RjNames *names = rj_names_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; list[i] != NULL; i++) {
    rj_names_add (names, "room", list[i], &error);
    g_assert_no_error (error);
  }
  return names;
}

static void
test_told (void)
{
  g_autoptr (RjNames) names = make_names ("bot-1-{attempt} {attempt}x guest");
  g_autofree char *first = rj_names_tell (names, "bot-1", 1);
  g_autofree char *twelfth = rj_names_tell (names, "bot-1", 12);
  g_autofree char *x = rj_names_tell (names, "x", 3);
  g_autofree char *guest = rj_names_tell (names, "guest", 3);
  g_autofree char *nobody = rj_names_tell (names, "nobody", 3);

  g_assert_cmpstr (first, ==, "bot-1-1");
  g_assert_cmpstr (twelfth, ==, "bot-1-12");
  g_assert_cmpstr (x, ==, "3x");
  g_assert_cmpstr (guest, ==, "guest");
  g_assert_cmpstr (nobody, ==, "nobody");
}

static const struct {
  const char *told, *participant;
} heard[] = {
  { "bot-1-1", "bot-1" },
  { "bot-1-2", "bot-1" },
  { "bot-1-120", "bot-1" },
  { "bot-11-1", "bot-11" },
  { "7.viewer", "viewer" },
  { "a1b2c2", "a1bc2" },
  { "guest-1", "guest-1" },
  { "bot-1", NULL }, /* how it is known in the run is not what it tells */
  { "bot-1-", NULL },
  { "bot-1-0", NULL },
  { "bot-1-01", NULL },
  { "bot-1-2 ", NULL },
  { "bot-1-2x", NULL },
  { "bot-1-x", NULL },
  { "bot-1--2", NULL },
  { "xbot-1-2", NULL },
  { "Bot-1-2", NULL },
  { "bot-2-1", NULL },
  { "bot-1-{attempt}", NULL },
  { "guest-12", NULL },
  { "", NULL },
};

static void
test_heard (void)
{
  g_autoptr (RjNames) names =
    make_names ("bot-1-{attempt} bot-11-{attempt} {attempt}.viewer a1b{attempt}c2 guest-1");

  for (guint i = 0; i < G_N_ELEMENTS (heard); i++) {
    g_test_message ("%s", heard[i].told);
    g_assert_cmpstr (rj_names_find (names, "room", heard[i].told), ==, heard[i].participant);
    g_assert_null (rj_names_find (names, "other room", heard[i].told));
  }
}

/* A foreign one must not be taken for one of ours by what it is called. */
static void
test_called (void)
{
  g_autoptr (RjNames) names = make_names ("bot-1-{attempt} guest");

  g_assert_cmpstr (rj_names_call (names, "room", "bot-1-2", "con_A"), ==, "bot-1");
  g_assert_cmpstr (rj_names_call (names, "room", "guest", "con_A"), ==, "guest");
  g_assert_cmpstr (rj_names_call (names, "room", "bot-1-x", "con_A"), ==, "bot-1-x");
  g_assert_cmpstr (rj_names_call (names, "other", "bot-1-2", "con_A"), ==, "bot-1-2");
  g_assert_cmpstr (rj_names_call (names, "room", "bot-1", "con_A"), ==, "con_A");
  g_assert_cmpstr (rj_names_call (names, "other", "bot-1", "con_A"), ==, "con_A");
}

static const struct {
  const char *one, *other, *common; /* NULL: none */
} pairs[] = {
  { "bot-1-{attempt}", "bot-2-{attempt}", NULL },
  { "bot-1-{attempt}", "bot-11-{attempt}", NULL },
  { "bot-{attempt}-1", "bot-{attempt}-11", NULL },
  { "a-{attempt}", "b-{attempt}", NULL },
  { "bot-{attempt}", "bot-x{attempt}", NULL },
  { "bot-{attempt}", "bot-0{attempt}", NULL }, /* an attempt does not begin with 0 */
  { "bot-{attempt}a", "bot-{attempt}b", NULL },
  { "bot-1-{attempt}", "bot-1", NULL },
  { "bot-1-{attempt}", "bot-1-0", NULL },
  { "bot-1", "bot-1", NULL }, /* whoever adds them looks for those that are the same */
  { "bot1{attempt}", "bot11{attempt}", "bot111" },
  { "bot-{attempt}1", "bot-{attempt}11", "bot-111" },
  { "bot-1-{attempt}", "bot-1-7", "bot-1-7" },
  { "bot-{attempt}-1", "bot-1-{attempt}", "bot-1-1" },
  { "a{attempt}b1", "a1b{attempt}", "a1b1" },
  { "a{attempt}23", "a12{attempt}3", "a12123" },
  { "{attempt}12", "12{attempt}", "12112" },
  { "bot{attempt}", "bot-{attempt}", NULL },
};

static void
assert_pair (const char *one, const char *other, const char *common)
{
  g_autoptr (RjNames) names = make_names (one);
  g_autoptr (GError) error = NULL;
  g_autofree char *quoted = g_strdup_printf ("\"%s\" could be", common);

  g_test_message ("%s and %s", one, other);
  g_assert_true (rj_names_add (names, "another room", other, NULL));
  g_assert_cmpint (rj_names_add (names, "room", other, &error), ==, common == NULL);
  if (common == NULL)
    return;
  g_assert_error (error, RJ_ERROR, RJ_ERROR_USAGE);
  g_assert_true (g_str_has_prefix (error->message, quoted));
}

static void
test_two_in_one (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++) {
    assert_pair (pairs[i].one, pairs[i].other, pairs[i].common);
    assert_pair (pairs[i].other, pairs[i].one, pairs[i].common);
  }
}

/* --- no pair of short patterns is let in that has a text in common --- */

#define LETTERS "12-"

/* The @number-th text of at most two letters */
static char *
make_text (guint number)
{
  guint base = strlen (LETTERS) + 1;
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < 2; i++, number /= base) {
    if (number % base > 0)
      g_string_append_c (text, LETTERS[number % base - 1]);
  }
  return g_string_free (text, FALSE);
}

static gboolean
is_let_in (const char *one, const char *other)
{
  g_autoptr (RjNames) names = make_names (one);

  return rj_names_add (names, "room", other, NULL);
}

/* What a few attempts of both are called */
static gboolean
have_common (const char *one, const char *other)
{
  static const guint attempts[] = { 1, 2, 11, 12, 21, 111, 112, 121, 211, 212, 1111, 1211 };
  g_autoptr (RjNames) names = make_names (one);

  for (guint i = 0; i < G_N_ELEMENTS (attempts); i++) {
    g_autofree char *number = g_strdup_printf ("%u", attempts[i]);
    g_autoptr (GString) told = g_string_new (other);

    g_string_replace (told, RJ_NAMES_ATTEMPT, number, 1);
    if (rj_names_find (names, "room", told->str) != NULL)
      return TRUE;
  }
  return FALSE;
}

static guint
count_refused (const char *one)
{
  guint n = (strlen (LETTERS) + 1) * (strlen (LETTERS) + 1), n_refused = 0;

  for (guint i = 0; i < n * n; i++) {
    g_autofree char *before = make_text (i / n);
    g_autofree char *after = make_text (i % n);
    g_autofree char *other = g_strdup_printf ("x%s" RJ_NAMES_ATTEMPT "%sx", before, after);
    gboolean let_in = is_let_in (one, other);

    if (let_in == have_common (one, other))
      g_error ("beside %s, %s is %s", one, other, let_in ? "let in" : "refused");
    n_refused += !let_in;
  }
  return n_refused;
}

static void
test_every_short_pair (void)
{
  g_assert_cmpuint (count_refused ("x1{attempt}-1x"), >, 0);
  g_assert_cmpuint (count_refused ("x{attempt}1x"), >, 0);
  g_assert_cmpuint (count_refused ("x12{attempt}x"), >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/names/known-without-attempt", test_known_without_attempt);
  g_test_add_func ("/names/refused", test_refused);
  g_test_add_func ("/names/told", test_told);
  g_test_add_func ("/names/heard", test_heard);
  g_test_add_func ("/names/called", test_called);
  g_test_add_func ("/names/two-in-one", test_two_in_one);
  g_test_add_func ("/names/every-short-pair", test_every_short_pair);
  return g_test_run ();
}
