/* What lasts, and ends by itself. */
#include "rj-blackhole.h"
#include "rj-event.h"
#include "rj-fault-script.h"

typedef struct {
  RjClock *clock;
  RjFaultScript *script;
  RjBlackhole *hole;
  GString *told;
} Fixture;

static gboolean
blackhole (const char *session, const char *name, gboolean media, gboolean on, gpointer user_data)
{
  Fixture *f = user_data;

  g_string_append_printf (f->told, "%s %s %s %s;", media ? "media" : "signalling", session,
                          name == NULL ? "all" : name, on ? "on" : "off");
  if (g_strcmp0 (name, "nobody") == 0)
    return FALSE;
  rj_blackhole_switch (f->hole, on);
  return TRUE;
}

static void
begin (Fixture *f, const char *const *faults)
{
  static const RjFaultFuncs funcs = { .blackhole = blackhole };
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_fault_free);
  g_autoptr (RjEventTee) events = rj_event_tee_new ();

  for (guint i = 0; faults[i] != NULL; i++)
    g_ptr_array_add (list, rj_fault_parse (faults[i], NULL));
  f->clock = rj_fake_clock_new (0);
  f->hole = rj_blackhole_new ();
  f->told = g_string_new (NULL);
  /* none of these faults is done to a deployment: any object does */
  f->script = rj_fault_script_new (list, "room", (RjDeployment *) events, f->clock,
                                   RJ_EVENT_SINK (events), &funcs, f);
  rj_fault_script_start (f->script);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_clear_object (&f->script);
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (f->clock)), ==, 0);
  g_clear_object (&f->clock);
  g_clear_object (&f->hole);
  g_string_free (f->told, TRUE);
}

static void
run (Fixture *f, gint64 ms)
{
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), ms * 1000);
}

static void
test_it_ends_by_itself (Fixture *f, gconstpointer unused)
{
  begin (f, (const char *const[]){ "blackhole-media/3s@1s", NULL });
  run (f, 999);
  g_assert_cmpstr (f->told->str, ==, "");
  run (f, 1);
  g_assert_cmpstr (f->told->str, ==, "media room all on;");
  run (f, 2999);
  g_assert_false (rj_fault_script_is_done (f->script));
  run (f, 1);
  g_assert_true (rj_fault_script_is_done (f->script));
  g_assert_cmpstr (f->told->str, ==, "media room all on;media room all off;");
  g_assert_cmpint (rj_fault_script_get_harm_us (f->script), ==, G_USEC_PER_SEC);
  g_assert_cmpint (rj_fault_script_get_ended_us (f->script), ==, 4 * G_USEC_PER_SEC);
}

static void
test_it_ends_with_the_run (Fixture *f, gconstpointer unused)
{
  begin (f,
         (const char *const[]){ "blackhole-signalling:bot-1/3s@1s", "blackhole-media@9s", NULL });
  run (f, 2000);
  rj_fault_script_stop (f->script);
  g_assert_cmpstr (f->told->str, ==, "signalling room bot-1 on;signalling room bot-1 off;");
  run (f, 20000);
  g_assert_false (rj_blackhole_is_on (f->hole));
}

static void
test_two_may_overlap (Fixture *f, gconstpointer unused)
{
  begin (f, (const char *const[]){ "blackhole-media/3s@1s", "blackhole-media:bot-1/3s@2s", NULL });
  run (f, 4500);
  g_assert_true (rj_blackhole_is_on (f->hole));
  run (f, 500);
  g_assert_false (rj_blackhole_is_on (f->hole));
  g_assert_true (rj_fault_script_is_done (f->script));
}

static void
test_nobody_is_an_error (Fixture *f, gconstpointer unused)
{
  begin (f, (const char *const[]){ "blackhole-media:nobody/3s@1s", NULL });
  run (f, 1000);
  g_assert_true (rj_fault_script_is_done (f->script));
  run (f, 5000);
  g_assert_cmpstr (f->told->str, ==, "media room nobody on;");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Fixture, NULL, NULL, func, tear_down)
  ADD ("/fault-script/ends", test_it_ends_by_itself);
  ADD ("/fault-script/ends-with-the-run", test_it_ends_with_the_run);
  ADD ("/fault-script/overlap", test_two_may_overlap);
  ADD ("/fault-script/nobody", test_nobody_is_an_error);
  return g_test_run ();
}
