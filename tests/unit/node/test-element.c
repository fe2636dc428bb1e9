/* The media graph: who gets what, and that circles end */
#include "rj-element.h"

typedef struct {
  RjElement *element;
  guint n_taken[RJ_N_MEDIA];
  guint n_wanted;
  guint n_changed;
  guint16 found; /* what find() was asked for */
} End;

static void
take (gpointer owner, const RjUnit *unit)
{
  ((End *) owner)->n_taken[unit->medium]++;
}

static void
want_key_frame (gpointer owner)
{
  ((End *) owner)->n_wanted++;
}

static gboolean
find (gpointer owner, RjMedium medium, guint source, guint16 sequence, RjUnit *unit)
{
  ((End *) owner)->found = sequence;
  return source == 1;
}

/* As an endpoint does it */
static void
source_changed (gpointer owner)
{
  End *end = owner;

  end->n_changed++;
  rj_element_demand_key_frame (end->element);
}

static const RjElementFuncs funcs = { take, want_key_frame, find, source_changed };

typedef struct {
  End publisher;
  End other;
  End one;
  End two;
  RjElement *pass;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  End *ends[] = { &f->publisher, &f->other, &f->one, &f->two };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    ends[i]->element = rj_element_new (&funcs, ends[i]);
  f->pass = rj_element_new (NULL, NULL);
  rj_element_connect (f->publisher.element, f->pass, RJ_ELEMENT_ALL_MEDIA);
  rj_element_connect (f->pass, f->one.element, RJ_ELEMENT_ALL_MEDIA);
  rj_element_connect (f->pass, f->two.element, RJ_ELEMENT_ALL_MEDIA);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rj_element_free (f->pass);
  rj_element_free (f->publisher.element);
  rj_element_free (f->other.element);
  rj_element_free (f->one.element);
  rj_element_free (f->two.element);
}

static void
push (End *end, RjMedium medium)
{
  RjUnit unit = { .medium = medium };

  rj_element_push (end->element, &unit);
}

static void
test_all_sinks_get_it (Fixture *f, gconstpointer unused)
{
  push (&f->publisher, RJ_MEDIUM_VIDEO);
  push (&f->publisher, RJ_MEDIUM_AUDIO);
  push (&f->publisher, RJ_MEDIUM_AUDIO);
  g_assert_cmpuint (f->one.n_taken[RJ_MEDIUM_VIDEO], ==, 1);
  g_assert_cmpuint (f->two.n_taken[RJ_MEDIUM_AUDIO], ==, 2);
  g_assert_cmpuint (f->publisher.n_taken[RJ_MEDIUM_VIDEO], ==, 0);
  rj_element_disconnect (f->pass, f->one.element, 1u << RJ_MEDIUM_AUDIO);
  push (&f->publisher, RJ_MEDIUM_AUDIO);
  push (&f->publisher, RJ_MEDIUM_VIDEO);
  g_assert_cmpuint (f->one.n_taken[RJ_MEDIUM_AUDIO], ==, 2);
  g_assert_cmpuint (f->one.n_taken[RJ_MEDIUM_VIDEO], ==, 2);
}

static void
test_new_source_replaces_old_one (Fixture *f, gconstpointer unused)
{
  rj_element_connect (f->other.element, f->pass, RJ_ELEMENT_ALL_MEDIA);
  push (&f->publisher, RJ_MEDIUM_VIDEO);
  g_assert_cmpuint (f->one.n_taken[RJ_MEDIUM_VIDEO], ==, 0);
  push (&f->other, RJ_MEDIUM_VIDEO);
  g_assert_cmpuint (f->one.n_taken[RJ_MEDIUM_VIDEO], ==, 1);
  g_assert_cmpuint (f->other.n_wanted, >, 0); /* both sinks need a key frame of it */
  rj_element_disconnect (f->publisher.element, f->pass, RJ_ELEMENT_ALL_MEDIA); /* comes too late */
  push (&f->other, RJ_MEDIUM_VIDEO);
  g_assert_cmpuint (f->one.n_taken[RJ_MEDIUM_VIDEO], ==, 2);
}

static void
test_connecting_twice_changes_nothing (Fixture *f, gconstpointer unused)
{
  guint before = f->one.n_changed;

  rj_element_connect (f->pass, f->one.element, RJ_ELEMENT_ALL_MEDIA);
  g_assert_cmpuint (f->one.n_changed, ==, before);
  push (&f->publisher, RJ_MEDIUM_VIDEO);
  g_assert_cmpuint (f->one.n_taken[RJ_MEDIUM_VIDEO], ==, 1);
}

static void
test_questions_go_up (Fixture *f, gconstpointer unused)
{
  RjUnit unit;
  guint before = f->publisher.n_wanted;

  rj_element_demand_key_frame (f->one.element);
  g_assert_cmpuint (f->publisher.n_wanted, ==, before + 1);
  g_assert_true (rj_element_find_above (f->two.element, RJ_MEDIUM_VIDEO, 1, 77, &unit));
  g_assert_cmpuint (f->publisher.found, ==, 77);
  g_assert_false (rj_element_find_above (f->two.element, RJ_MEDIUM_VIDEO, 2, 78, &unit));
  rj_element_demand_key_frame (f->publisher.element); /* nobody there */
  g_assert_false (rj_element_find_above (f->publisher.element, RJ_MEDIUM_VIDEO, 1, 1, &unit));
}

static void
test_whoever_goes_takes_itself_out (Fixture *f, gconstpointer unused)
{
  RjUnit unit = { .medium = RJ_MEDIUM_VIDEO };

  rj_element_free (f->two.element);
  rj_element_push (f->publisher.element, &unit);
  g_assert_cmpuint (f->one.n_taken[RJ_MEDIUM_VIDEO], ==, 1);
  rj_element_free (f->publisher.element);
  rj_element_demand_key_frame (f->one.element);
  f->two.element = rj_element_new (&funcs, &f->two);
  f->publisher.element = rj_element_new (&funcs, &f->publisher);
}

static void
test_circles_end (Fixture *f, gconstpointer unused)
{
  RjElement *second = rj_element_new (NULL, NULL);
  RjUnit unit = { .medium = RJ_MEDIUM_VIDEO };

  rj_element_connect (f->pass, second, RJ_ELEMENT_ALL_MEDIA);
  rj_element_connect (second, f->pass, RJ_ELEMENT_ALL_MEDIA);
  rj_element_push (second, &unit);
  rj_element_push (f->pass, &unit);
  rj_element_demand_key_frame (f->one.element);
  g_assert_false (rj_element_find_above (f->one.element, RJ_MEDIUM_VIDEO, 1, 1, &unit));
  g_assert_cmpuint (f->one.n_taken[RJ_MEDIUM_VIDEO], ==, 2);
  rj_element_free (second);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/node/element/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("all-sinks-get-it", test_all_sinks_get_it);
  ADD ("new-source-replaces-old-one", test_new_source_replaces_old_one);
  ADD ("connecting-twice-changes-nothing", test_connecting_twice_changes_nothing);
  ADD ("questions-go-up", test_questions_go_up);
  ADD ("whoever-goes-takes-itself-out", test_whoever_goes_takes_itself_out);
  ADD ("circles-end", test_circles_end);
  return g_test_run ();
}
