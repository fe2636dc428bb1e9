/* The order of a script, what lasts, what is done to one after the other, and what is asked for meanwhile. */
#include "rj-blackhole.h"
#include "rj-event.h"
#include "rj-fault-script.h"
#include "rj-json.h"

/* --- a deployment that does a fault when the test says so --- */

#define FAKE_TYPE_DEPLOYMENT (fake_deployment_get_type ())
G_DECLARE_FINAL_TYPE (FakeDeployment, fake_deployment, FAKE, DEPLOYMENT, GObject)

struct _FakeDeployment {
  GObject parent_instance;

  GTask *task;
};

static void fake_deployment_iface_init (RjDeploymentInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeDeployment,
                               fake_deployment,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_DEPLOYMENT,
                                                      fake_deployment_iface_init))

static void
fake_deployment_fault_async (RjDeployment *deployment,
                             const char *what,
                             const char *target,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  FakeDeployment *self = FAKE_DEPLOYMENT (deployment);

  g_assert_cmpstr (target, ==, "session:room");
  g_assert_null (self->task);
  self->task = g_task_new (self, NULL, callback, user_data);
}

static gboolean
fake_deployment_fault_finish (RjDeployment *deployment, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_deployment_iface_init (RjDeploymentInterface *iface)
{
  iface->fault_async = fake_deployment_fault_async;
  iface->fault_finish = fake_deployment_fault_finish;
}

static void
fake_deployment_class_init (FakeDeploymentClass *klass)
{
}

static void
fake_deployment_init (FakeDeployment *self)
{
}

/* --- */

typedef struct {
  RjClock *clock;
  RjFaultScript *script;
  RjBlackhole *hole;
  FakeDeployment *deployment;
  GPtrArray *faults;
  GString *told;     /* what was done to whom */
  GPtrArray *events; /* of text: "what+started", "what-ok", "recovered-no" */
  JsonObject *last;  /* (nullable): data of the last event */
} Fixture;

static GStrv
select_people (const char *target, gpointer user_data)
{
  if (g_strcmp0 (target, "nobody") == 0)
    return NULL;
  if (target == NULL || g_str_equal (target, "all"))
    return g_strsplit ("bot-1 bot-2 bot-3", " ", -1);
  return g_strsplit (target, " ", -1);
}

static void
cut (const char *name, gboolean with_reset, gpointer user_data)
{
  Fixture *f = user_data;

  g_string_append_printf (f->told, "%s %s;", with_reset ? "rst" : "fin", name);
}

static void
blackhole (const char *name, gboolean media, gboolean on, gpointer user_data)
{
  Fixture *f = user_data;

  g_string_append_printf (f->told, "%s %s %s;", media ? "media" : "signalling", name,
                          on ? "on" : "off");
  rj_blackhole_switch (f->hole, on);
}

static void
freeze (const char *name, gboolean on, gpointer user_data)
{
  Fixture *f = user_data;

  g_string_append_printf (f->told, "%s %s;", name, on ? "freezes" : "thaws");
}

static void
act (const RjFault *step,
     const char *name,
     GAsyncReadyCallback callback,
     gpointer callback_data,
     gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, callback_data);

  g_string_append_printf (f->told, "%s %s;", step->what, name);
  if (step->kind == RJ_FAULT_JOIN && g_str_equal (name, "bot-2"))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "bot-2 has not left");
  else
    g_task_return_boolean (task, TRUE);
}

typedef struct {
  GObject parent_instance;
  Fixture *fixture;
} Ear;

typedef struct {
  GObjectClass parent_class;
} EarClass;

static void
ear_take (RjEventSink *sink, const RjEvent *event)
{
  Fixture *f = ((Ear *) sink)->fixture;
  const char *ok = rj_json_get_bool (event->data, "ok", FALSE) ? "ok" : "no";
  const char *what = rj_json_get_string (event->data, "what", "recovered");

  if (g_str_equal (event->type, RJ_EVENT_FAULT_STARTED))
    g_ptr_array_add (f->events, g_strdup_printf ("%s+", what));
  else
    g_ptr_array_add (f->events, g_strdup_printf ("%s-%s", what, ok));
  g_clear_pointer (&f->last, json_object_unref);
  f->last = json_object_ref (event->data);
}

static void
ear_iface_init (RjEventSinkInterface *iface)
{
  iface->take = ear_take;
}

static GType ear_get_type (void);
G_DEFINE_TYPE_WITH_CODE (Ear,
                         ear,
                         G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (RJ_TYPE_EVENT_SINK, ear_iface_init))

static void
ear_class_init (EarClass *klass)
{
}

static void
ear_init (Ear *self)
{
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  f->clock = rj_fake_clock_new (1000 * G_USEC_PER_SEC);
  f->hole = rj_blackhole_new ();
  f->deployment = g_object_new (FAKE_TYPE_DEPLOYMENT, NULL);
  f->told = g_string_new (NULL);
  f->events = g_ptr_array_new_with_free_func (g_free);
  f->faults = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_fault_free);
}

static void
begin (Fixture *f, const char *const *faults)
{
  static const RjFaultFuncs funcs = { select_people, cut, blackhole, freeze, act };
  g_autoptr (RjEventTee) tee = rj_event_tee_new ();
  Ear *ear = g_object_new (ear_get_type (), NULL);

  for (guint i = 0; faults[i] != NULL; i++) {
    RjFault *fault = rj_fault_parse (faults[i], NULL);

    g_assert_nonnull (fault);
    g_ptr_array_add (f->faults, fault);
  }
  ear->fixture = f;
  rj_event_tee_add (tee, RJ_EVENT_SINK (ear));
  f->script = rj_fault_script_new (f->faults, "room", RJ_DEPLOYMENT (f->deployment), f->clock,
                                   RJ_EVENT_SINK (tee), &funcs, f);
  g_object_unref (ear);
  rj_fault_script_start (f->script);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rj_fault_script_stop (f->script);
  g_clear_object (&f->deployment->task);
  g_clear_object (&f->script);
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (f->clock)), ==, 0);
  g_clear_object (&f->clock);
  g_clear_object (&f->hole);
  g_clear_object (&f->deployment);
  g_clear_pointer (&f->last, json_object_unref);
  g_ptr_array_unref (f->events);
  g_ptr_array_unref (f->faults);
  g_string_free (f->told, TRUE);
}

static void
run (Fixture *f, gint64 ms)
{
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (f->clock), ms * 1000);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
end_fault (Fixture *f)
{
  g_autoptr (GTask) task = g_steal_pointer (&f->deployment->task);

  g_assert_nonnull (task);
  g_task_return_boolean (task, TRUE);
  run (f, 0);
}

static void
back (Fixture *f, gint64 since_ms_ago, gboolean sure)
{
  rj_fault_script_tell_back (f->script, rj_clock_now_us (f->clock) - since_ms_ago * 1000, sure);
}

#define assert_events(f, text)                                                                     \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *joined = NULL;                                                                \
                                                                                                   \
    g_ptr_array_add ((f)->events, NULL);                                                           \
    joined = g_strjoinv (" ", (char **) (f)->events->pdata);                                       \
    g_ptr_array_set_size ((f)->events, (f)->events->len - 1);                                      \
    g_assert_cmpstr (joined, ==, text);                                                            \
  }                                                                                                \
  G_STMT_END

/* --- what lasts --- */

static void
test_it_ends_by_itself (Fixture *f, gconstpointer unused)
{
  begin (f, (const char *const[]){ "blackhole-media:bot-1/3s@1s", NULL });
  run (f, 999);
  g_assert_cmpstr (f->told->str, ==, "");
  run (f, 1);
  g_assert_cmpstr (f->told->str, ==, "media bot-1 on;");
  g_assert_true (rj_fault_script_is_busy (f->script));
  run (f, 2999);
  g_assert_false (rj_fault_script_is_done (f->script));
  run (f, 1);
  g_assert_true (rj_fault_script_is_done (f->script));
  g_assert_cmpstr (f->told->str, ==, "media bot-1 on;media bot-1 off;");
  g_assert_cmpint (rj_fault_script_get_harm_us (f->script), ==, 1001 * G_USEC_PER_SEC);
  g_assert_cmpint (rj_fault_script_get_ended_us (f->script), ==, 1004 * G_USEC_PER_SEC);
}

static void
test_it_ends_with_the_run (Fixture *f, gconstpointer unused)
{
  begin (f, (const char *const[]){ "blackhole-signalling:bot-1/3s@1s", "blackhole-media@9s",
                                   "freeze-participant:bot-2/8s@1s", NULL });
  run (f, 2000);
  rj_fault_script_stop (f->script);
  g_assert_cmpstr (f->told->str, ==,
                   "signalling bot-1 on;bot-2 freezes;signalling bot-1 off;bot-2 thaws;");
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
  g_assert_cmpstr (rj_json_get_string (f->last, "error", ""), ==, "there is no participant nobody");
  run (f, 5000);
  g_assert_cmpstr (f->told->str, ==, "");
}

/* --- one after the other --- */

static void
test_after_the_step_before (Fixture *f, gconstpointer unused)
{
  begin (f, (const char *const[]){ "kill-media-node@1s", "cut-websocket:fin:bot-1@+5s", NULL });
  run (f, 9000);
  assert_events (f, "kill-media-node+");
  end_fault (f);
  run (f, 4999);
  assert_events (f, "kill-media-node+ kill-media-node-ok");
  run (f, 1);
  assert_events (f, "kill-media-node+ kill-media-node-ok cut-websocket+ cut-websocket-ok");
  g_assert_cmpstr (f->told->str, ==, "fin bot-1;");
  g_assert_true (rj_fault_script_is_done (f->script));
}

static void
test_after_recovery (Fixture *f, gconstpointer unused)
{
  begin (f, (const char *const[]){ "kill-media-node@1s", "cut-websocket@recovered+2s", NULL });
  back (f, 0, TRUE); /* of nothing yet */
  run (f, 1000);
  back (f, 0, TRUE);
  g_assert_false (rj_fault_script_is_waiting (f->script)); /* for the step before */
  end_fault (f);
  g_assert_true (rj_fault_script_is_waiting (f->script));
  run (f, 60000);
  back (f, 100, FALSE); /* not for long enough */
  run (f, 60000);
  assert_events (f, "kill-media-node+ kill-media-node-ok");
  back (f, 2100, TRUE);
  g_assert_false (rj_fault_script_is_waiting (f->script));
  run (f, 1999);
  assert_events (f, "kill-media-node+ kill-media-node-ok");
  run (f, 1);
  assert_events (f, "kill-media-node+ kill-media-node-ok cut-websocket+ cut-websocket-ok");
}

/* Being back before a step begins is none from what it does. */
static void
test_recovery_is_from_the_last_one (Fixture *f, gconstpointer unused)
{
  begin (f,
         (const char *const[]){ "cut-websocket@recovered", "cut-websocket:fin@recovered", NULL });
  back (f, 2000, TRUE);
  run (f, 0);
  assert_events (f, "cut-websocket+ cut-websocket-ok");
  run (f, 60000);
  assert_events (f, "cut-websocket+ cut-websocket-ok");
  back (f, 2000, TRUE);
  run (f, 0);
  assert_events (f, "cut-websocket+ cut-websocket-ok cut-websocket+ cut-websocket-ok");
}

static void
test_the_first_one_counts_from_the_start (Fixture *f, gconstpointer unused)
{
  begin (f, (const char *const[]){ "cut-websocket@+1s", "mark:x@all-flowing+500ms", NULL });
  run (f, 500);
  assert_events (f, "mark+ mark-ok");
  run (f, 500);
  assert_events (f, "mark+ mark-ok cut-websocket+ cut-websocket-ok");
}

/* --- expectations --- */

static void
test_expectation_is_met (Fixture *f, gconstpointer unused)
{
  begin (
    f, (const char *const[]){ "kill-media-node@1s", "expect-recovered/10s@+0s", "mark@+1s", NULL });
  run (f, 1000);
  end_fault (f);
  run (f, 0);
  g_assert_false (rj_fault_script_is_busy (f->script)); /* or nobody would ever be back */
  run (f, 9000);
  back (f, 1000, FALSE);
  run (f, 1500); /* 10.5 s after it, back after 8 s */
  assert_events (f, "kill-media-node+ kill-media-node-ok");
  back (f, 2500, TRUE);
  assert_events (f, "kill-media-node+ kill-media-node-ok recovered-ok");
  g_assert_cmpfloat (rj_json_get_double (f->last, "found_ms", -1), ==, 8000);
  g_assert_cmpfloat (rj_json_get_double (f->last, "within_ms", -1), ==, 10000);
  g_assert_cmpstr (rj_json_get_string (f->last, "after", ""), ==, "kill-media-node");
  run (f, 1000);
  assert_events (f, "kill-media-node+ kill-media-node-ok recovered-ok mark+ mark-ok");
}

static void
test_expectation_is_not_met (Fixture *f, gconstpointer unused)
{
  begin (f, (const char *const[]){ "kill-media-node@1s", "expect-recovered/10s@+0s", "mark@+1s",
                                   "mark@60s", NULL });
  run (f, 1000);
  end_fault (f);
  run (f, 9999);
  assert_events (f, "kill-media-node+ kill-media-node-ok");
  run (f, 1);
  assert_events (f, "kill-media-node+ kill-media-node-ok recovered-no");
  g_assert_true (rj_fault_script_is_done (f->script)); /* nothing further begins */
  run (f, 100000);
  assert_events (f, "kill-media-node+ kill-media-node-ok recovered-no");
}

/* Back within the time, but not for long: not back. */
static void
test_expectation_is_not_fooled (Fixture *f, gconstpointer unused)
{
  begin (f, (const char *const[]){ "kill-media-node@0s", "expect-recovered/10s@+0s", NULL });
  run (f, 0);
  end_fault (f);
  run (f, 9500);
  back (f, 100, FALSE);
  run (f, 1000);
  assert_events (f, "kill-media-node+ kill-media-node-ok");
  back (f, 100, FALSE); /* lost, and back again too late */
  assert_events (f, "kill-media-node+ kill-media-node-ok recovered-no");
}

/* --- one participant after the other --- */

static void
test_staggered (Fixture *f, gconstpointer unused)
{
  begin (f, (const char *const[]){ "leave:all/200ms@1s", "cut-websocket:fin/1s@+0s", NULL });
  run (f, 1000);
  g_assert_cmpstr (f->told->str, ==, "leave bot-1;");
  run (f, 199);
  g_assert_cmpstr (f->told->str, ==, "leave bot-1;");
  run (f, 201);
  g_assert_cmpstr (f->told->str, ==, "leave bot-1;leave bot-2;leave bot-3;fin bot-1;");
  assert_events (f, "leave+ leave-ok cut-websocket+");
  g_assert_cmpfloat (rj_json_get_double (f->last, "stagger_ms", -1), ==, 1000);
  g_assert_cmpstr (rj_json_get_string (f->last, "how", ""), ==, "fin");
  g_string_truncate (f->told, 0);
  run (f, 1500);
  g_assert_cmpstr (f->told->str, ==, "fin bot-2;");
  rj_fault_script_stop (f->script);
  run (f, 5000);
  g_assert_cmpstr (f->told->str, ==, "fin bot-2;");
}

static void
test_all_at_once (Fixture *f, gconstpointer unused)
{
  begin (f, (const char *const[]){ "join:all@1s", "freeze-participant:all/2s@5s", NULL });
  run (f, 1000);
  g_assert_cmpstr (f->told->str, ==, "join bot-1;join bot-2;join bot-3;");
  assert_events (f, "join+ join-no"); /* one of them could not */
  g_assert_cmpstr (rj_json_get_string (f->last, "error", ""), ==, "bot-2 has not left");
  g_string_truncate (f->told, 0);
  run (f, 6000);
  g_assert_cmpstr (
    f->told->str, ==,
    "bot-1 freezes;bot-2 freezes;bot-3 freezes;bot-1 thaws;bot-2 thaws;bot-3 thaws;");
}

/* --- from outside --- */

static void
test_marks (Fixture *f, gconstpointer unused)
{
  begin (f, (const char *const[]){ NULL });
  rj_fault_script_expect_marks (f->script, 2);
  g_assert_false (rj_fault_script_is_harmless (f->script));
  run (f, 5000);
  rj_fault_script_mark (f->script, "pulled the plug", 1004 * G_USEC_PER_SEC, "http 127.0.0.1:1");
  assert_events (f, "mark+ mark-ok");
  g_assert_false (rj_fault_script_is_done (f->script));
  g_assert_cmpint (rj_fault_script_get_harm_us (f->script), ==, 1004 * G_USEC_PER_SEC);
  rj_fault_script_mark (f->script, NULL, 1005 * G_USEC_PER_SEC, "SIGUSR1");
  g_assert_true (rj_fault_script_is_done (f->script));
  g_assert_cmpuint (rj_fault_script_count_marks (f->script), ==, 2);
  g_assert_cmpint (rj_json_get_int (f->last, "fault", -1), ==, 1);
}

static void
test_on_demand (Fixture *f, gconstpointer unused)
{
  RjFault *named = rj_fault_parse_bare ("cut-websocket:bot-3", NULL);
  g_autoptr (RjFault) other = rj_fault_parse_bare ("leave:bot-1", NULL);

  named->name = g_strdup ("cut it");
  g_ptr_array_add (f->faults, named);
  begin (f, (const char *const[]){ "expect-recovered/5s@+1s", NULL });
  run (f, 500);
  assert_events (f, "");
  g_assert_true (rj_fault_script_is_harmless (f->script));
  g_assert_null (rj_fault_script_find (f->script, "cut"));
  g_assert_true (rj_fault_script_find (f->script, "cut it") == named);
  g_assert_cmpuint (rj_fault_script_do (f->script, named, "http 127.0.0.1:1"), ==, 1);
  g_assert_cmpuint (rj_fault_script_do (f->script, named, "http 127.0.0.1:1"), ==, 2);
  g_assert_cmpuint (rj_fault_script_do (f->script, other, "http 127.0.0.1:1"), ==, 3);
  g_assert_cmpstr (rj_json_get_string (f->last, "by", ""), ==, "http 127.0.0.1:1");
  g_assert_false (rj_fault_script_is_harmless (f->script));
  run (f, 0);
  assert_events (f,
                 "cut-websocket+ cut-websocket-ok cut-websocket+ cut-websocket-ok leave+ leave-ok");
  g_assert_cmpstr (f->told->str, ==, "rst bot-3;rst bot-3;leave bot-1;");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/fault-script/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("ends", test_it_ends_by_itself);
  ADD ("ends-with-the-run", test_it_ends_with_the_run);
  ADD ("overlap", test_two_may_overlap);
  ADD ("nobody", test_nobody_is_an_error);
  ADD ("after-step", test_after_the_step_before);
  ADD ("after-recovery", test_after_recovery);
  ADD ("recovery-of-the-last", test_recovery_is_from_the_last_one);
  ADD ("first", test_the_first_one_counts_from_the_start);
  ADD ("expectation-met", test_expectation_is_met);
  ADD ("expectation-not-met", test_expectation_is_not_met);
  ADD ("expectation-not-fooled", test_expectation_is_not_fooled);
  ADD ("staggered", test_staggered);
  ADD ("at-once", test_all_at_once);
  ADD ("marks", test_marks);
  ADD ("on-demand", test_on_demand);
  return g_test_run ();
}
