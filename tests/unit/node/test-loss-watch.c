/* When packets count as lost for good: 500 ms after others have overtaken them */
#include "rj-loss-watch.h"

typedef struct {
  RjClock *clock;
  RjReception reception;
  RjLossWatch *watch;
  guint n_told;
} Fixture;

static void
on_lost (gpointer user_data)
{
  ((Fixture *) user_data)->n_told++;
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->clock = rj_fake_clock_new (0);
  f->reception.clock_rate = 90000;
  f->watch = rj_loss_watch_new (f->clock, &f->reception, on_lost, f);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rj_loss_watch_free (f->watch);
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (f->clock)), ==, 0);
  g_object_unref (f->clock);
}

static void
receive (Fixture *f, guint16 first, guint16 last)
{
  for (guint16 sequence = first; sequence != (guint16) (last + 1); sequence++) {
    rj_reception_add (&f->reception, sequence, 0, 100, rj_clock_now_us (f->clock));
    rj_loss_watch_look (f->watch);
  }
}

static void
pass_ms (Fixture *f, gint64 ms)
{
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), ms * 1000);
}

static void
test_nothing_lost (Fixture *f, gconstpointer unused)
{
  receive (f, 65500, 100);
  pass_ms (f, 10000);
  g_assert_cmpuint (f->n_told, ==, 0);
}

static void
test_lost_for_good (Fixture *f, gconstpointer unused)
{
  receive (f, 1, 10);
  receive (f, 20, 30);
  pass_ms (f, 499);
  g_assert_cmpuint (f->n_told, ==, 0);
  pass_ms (f, 1);
  g_assert_cmpuint (f->n_told, ==, 1);
  receive (f, 31, 40);
  pass_ms (f, 10000);
  g_assert_cmpuint (f->n_told, ==, 1); /* told once */
}

static void
test_repaired_in_time (Fixture *f, gconstpointer unused)
{
  receive (f, 1, 10);
  receive (f, 20, 30);
  pass_ms (f, 400);
  receive (f, 11, 19);
  pass_ms (f, 10000);
  g_assert_cmpuint (f->n_told, ==, 0);
}

/* The second hole has its own 500 ms. */
static void
test_holes_one_after_another (Fixture *f, gconstpointer unused)
{
  receive (f, 1, 10);
  receive (f, 12, 20);
  pass_ms (f, 300);
  receive (f, 22, 30);
  pass_ms (f, 200);
  g_assert_cmpuint (f->n_told, ==, 1);
  receive (f, 21, 21);
  pass_ms (f, 10000);
  g_assert_cmpuint (f->n_told, ==, 1);
  receive (f, 33, 33);
  pass_ms (f, 500);
  g_assert_cmpuint (f->n_told, ==, 2);
}

/* A publisher that begins anew has lost nothing of its new stream. */
static void
test_new_beginning (Fixture *f, gconstpointer unused)
{
  receive (f, 1, 10);
  receive (f, 20, 20);
  receive (f, 30000, 30001);
  pass_ms (f, 500);
  g_assert_cmpuint (f->n_told, ==, 0);
  receive (f, 30003, 30003);
  pass_ms (f, 500);
  g_assert_cmpuint (f->n_told, ==, 1);
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/loss-watch/nothing-lost", test_nothing_lost);
  ADD ("/loss-watch/lost-for-good", test_lost_for_good);
  ADD ("/loss-watch/repaired-in-time", test_repaired_in_time);
  ADD ("/loss-watch/holes-one-after-another", test_holes_one_after_another);
  ADD ("/loss-watch/new-beginning", test_new_beginning);
  return g_test_run ();
}
