/* The end of a run waits for what carried media, and tells when something stays. */
#include <string.h>

#include "rj-clock.h"
#include "rj-json.h"
#include "rj-teardown.h"

typedef struct {
  guint made, finalized, hung;
} Census;

static Census census;

static void
get_census (guint *made, guint *finalized, guint *hung)
{
  *made = census.made;
  *finalized = census.finalized;
  *hung = census.hung;
}

/* An ear */
#define RJT_TYPE_EAR (rjt_ear_get_type ())
G_DECLARE_FINAL_TYPE (RjtEar, rjt_ear, RJT, EAR, GObject)

struct _RjtEar {
  GObject parent_instance;

  GPtrArray *warnings;
};

static void
rjt_ear_take (RjEventSink *sink, const RjEvent *event)
{
  g_assert_cmpstr (event->type, ==, RJ_EVENT_WARNING);
  g_ptr_array_add (RJT_EAR (sink)->warnings,
                   g_strdup (rj_json_get_string (event->data, "message", NULL)));
}

static void
rjt_ear_iface_init (RjEventSinkInterface *iface)
{
  iface->take = rjt_ear_take;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (RjtEar,
                               rjt_ear,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_EVENT_SINK, rjt_ear_iface_init))

static void
rjt_ear_finalize (GObject *object)
{
  g_ptr_array_unref (RJT_EAR (object)->warnings);
  G_OBJECT_CLASS (rjt_ear_parent_class)->finalize (object);
}

static void
rjt_ear_class_init (RjtEarClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rjt_ear_finalize;
}

static void
rjt_ear_init (RjtEar *self)
{
  self->warnings = g_ptr_array_new_with_free_func (g_free);
}

typedef struct {
  RjClock *clock;
  RjtEar *ear;
  int result; /* -1: not yet */
} Fixture;

static void
on_done (GObject *unused, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;

  f->result = rj_teardown_wait_finish (result);
}

static void
set_up (Fixture *f, gconstpointer start)
{
  f->clock = rj_fake_clock_new (1);
  f->ear = g_object_new (RJT_TYPE_EAR, NULL);
  f->result = -1;
  census = *(const Census *) start;
  rj_teardown_wait_async (f->clock, RJ_EVENT_SINK (f->ear), get_census, on_done, f);
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_object_unref (f->ear);
  g_object_unref (f->clock);
}

static void
advance (Fixture *f, gint64 us)
{
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), us);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static const Census all_gone = { 5, 5, 0 };
static const Census one_left = { 5, 4, 0 };
static const Census one_hangs = { 5, 4, 1 };

static void
test_nothing_left_ends_at_once (Fixture *f, gconstpointer unused)
{
  g_assert_cmpint (f->result, ==, TRUE);
  g_assert_cmpuint (f->ear->warnings->len, ==, 0);
}

static void
test_it_waits_for_the_last (Fixture *f, gconstpointer unused)
{
  advance (f, RJ_TEARDOWN_LIMIT_US / 2);
  g_assert_cmpint (f->result, ==, -1);
  census.finalized = 5;
  advance (f, RJ_TEARDOWN_LIMIT_US / 4);
  g_assert_cmpint (f->result, ==, TRUE);
  g_assert_cmpuint (f->ear->warnings->len, ==, 0);
}

static void
test_what_stays_is_told (Fixture *f, gconstpointer unused)
{
  advance (f, RJ_TEARDOWN_LIMIT_US);
  g_assert_cmpint (f->result, ==, FALSE);
  g_assert_cmpuint (f->ear->warnings->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (f->ear->warnings, 0), ==,
                   "1 of 5 media connections were not taken down (0 hang): threads and sockets of "
                   "this process stayed with them");
}

static void
test_what_hangs_is_told_at_once (Fixture *f, gconstpointer unused)
{
  g_assert_cmpint (f->result, ==, FALSE);
  g_assert_cmpuint (f->ear->warnings->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (f->ear->warnings, 0), "(1 hang)"));
}

#define ADD(name, start, func)                                                                     \
  g_test_add ("/fleet/teardown/" name, Fixture, &start, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("nothing-left", all_gone, test_nothing_left_ends_at_once);
  ADD ("waits", one_left, test_it_waits_for_the_last);
  ADD ("stays", one_left, test_what_stays_is_told);
  ADD ("hangs", one_hangs, test_what_hangs_is_told_at_once);
  return g_test_run ();
}
