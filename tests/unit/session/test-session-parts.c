#include "rj-attempt.h"
#include "rj-leg.h"
#include "rj-participant.h"
#include "rj-stay.h"

static void
test_state_tables (void)
{
  g_autoptr (GError) error = NULL;

  rj_states_check (rj_participant_states, RJ_N_PARTICIPANT_STATES, &error);
  g_assert_no_error (error);
  rj_states_check (rj_attempt_states, RJ_N_ATTEMPT_STATES, &error);
  g_assert_no_error (error);
  rj_states_check (rj_leg_states, RJ_N_LEG_STATES, &error);
  g_assert_no_error (error);
}

static void
test_ice_servers (void)
{
  const struct {
    RjIceServer server;
    const char *url;
  } cases[] = {
    { { (char *) "stun:example.org", NULL, NULL }, "stun://example.org:3478" },
    { { (char *) "stun:10.0.0.1:19302", NULL, NULL }, "stun://10.0.0.1:19302" },
    { { (char *) "turn:10.0.0.1:3478", (char *) "u", (char *) "p" }, "turn://u:p@10.0.0.1:3478" },
    { { (char *) "turn:example.org?transport=tcp", (char *) "17:bob", (char *) "a/b=@" },
      "turn://17%3Abob:a%2Fb%3D%40@example.org:3478?transport=tcp" },
    { { (char *) "turns:[::1]", (char *) "u", (char *) "p" }, "turns://u:p@[::1]:5349" },
    { { (char *) "turn:[::1]:99", (char *) "u", (char *) "p" }, "turn://u:p@[::1]:99" },
    { { (char *) "turn:10.0.0.1", NULL, NULL }, NULL },
    { { (char *) "http:10.0.0.1", NULL, NULL }, NULL },
    { { (char *) "nonsense", NULL, NULL }, NULL },
    { { NULL, NULL, NULL }, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *url = rj_ice_server_to_url (&cases[i].server);

    g_assert_cmpstr (url, ==, cases[i].url);
  }
}

typedef struct {
  RjSteps *steps;
  GString *done;
  gpointer drop;
} Worker;

static void
work (gpointer owner)
{
  Worker *self = owner;

  g_string_append_c (self->done, 'a' + (char) self->done->len);
  if (self->drop != NULL)
    rj_steps_drop (self->steps, self->drop);
}

static void
test_steps_run_one_per_turn (void)
{
  g_autoptr (RjSteps) steps = rj_steps_new ();
  g_autoptr (GString) done = g_string_new (NULL);
  Worker one = { steps, done, NULL };

  rj_steps_push (steps, work, &one);
  rj_steps_push (steps, work, &one);
  g_assert_cmpuint (rj_steps_count (steps), ==, 2);
  g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (done->str, ==, "a");
  g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (done->str, ==, "ab");
  g_assert_false (g_main_context_iteration (NULL, FALSE));
  rj_steps_push (steps, work, &one);
  g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (done->str, ==, "abc");
}

static void
test_dropped_steps_never_run (void)
{
  g_autoptr (RjSteps) steps = rj_steps_new ();
  g_autoptr (GString) done = g_string_new (NULL);
  Worker one = { steps, done, NULL };
  Worker two = { steps, done, &one };

  rj_steps_push (steps, work, &two);
  rj_steps_push (steps, work, &one);
  rj_steps_push (steps, work, &one);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpstr (done->str, ==, "a");
  rj_steps_push (steps, work, &one); /* left in the queue: freed with it */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/parts/state-tables", test_state_tables);
  g_test_add_func ("/session/parts/ice-servers", test_ice_servers);
  g_test_add_func ("/session/parts/steps-run-one-per-turn", test_steps_run_one_per_turn);
  g_test_add_func ("/session/parts/dropped-steps-never-run", test_dropped_steps_never_run);
  return g_test_run ();
}
