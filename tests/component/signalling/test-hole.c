/* Half-open TCP: the packets of the websocket vanish, and nobody closes anything. */
#include "rj-error.h"
#include "rjt-stay.h"

static RjBlackhole *hole;

static void
lay_hole (RjOpenvidu2Config *config)
{
  config->blackhole = hole;
}

static RjtStay *
begin (void)
{
  g_clear_object (&hole);
  hole = rj_blackhole_new ();
  return rjt_stay_new_with (lay_hole);
}

static RjtStay *
begin_joined (void)
{
  RjtStay *stay = begin ();

  rjt_stay_join (stay);
  rjt_wait_until (rjt_server_count (stay->server, "ping") == 1);
  rjt_stay_settle (stay);
  rj_blackhole_switch (hole, TRUE);
  return stay;
}

static void
test_what_was_said_arrives_later (void)
{
  g_autoptr (RjtStay) stay = begin_joined ();

  rjt_server_notify (stay->server, "participantJoined", "{'id':'con_EVE','createdAt':1}");
  rjt_server_notify (stay->server, "participantLeft", "{'connectionId':'con_EVE','reason':''}");
  rjt_stay_publish (stay, FALSE);
  rjt_stay_settle (stay);
  g_assert_null (strstr (stay->told->str, "con_EVE"));
  g_assert_cmpuint (rjt_server_count (stay->server, "publishVideo"), ==, 0);
  rj_blackhole_switch (hole, FALSE);
  rjt_wait_until (stay->n_answers == 1);
  g_assert_no_error (stay->error);
  g_assert_cmpuint (rjt_stay_count (stay, "participant-joined con_EVE"), ==, 1);
  g_assert_cmpuint (rjt_stay_count (stay, "participant-left con_EVE"), ==, 1);
  g_assert_null (strstr (stay->told->str, "suspended"));
  g_assert_true (rjt_server_ids_are_fine (stay->server));
}

static void
test_half_open_is_resumed (void)
{
  g_autoptr (RjtStay) stay = begin_joined ();
  gint64 took_us = rjt_stay_run_until (stay, "suspended\n", 11 * G_USEC_PER_SEC);

  /* the ping at 5 s is the first that is not answered, 5 s for its answer */
  g_assert_cmpint (took_us, >=, 9900 * 1000);
  rjt_stay_expect (stay, "detector-fired {\"detector\":\"ping-unanswered\"");
  /* neither the close frame nor the next socket gets through */
  rj_fake_clock_advance_us (RJ_FAKE_CLOCK (stay->clock), G_USEC_PER_SEC);
  rjt_stay_settle (stay);
  g_assert_cmpuint (rjt_server_count_open (stay->server), ==, 1);
  g_assert_cmpuint (rjt_server_count_opened (stay->server), ==, 1);
  rj_blackhole_switch (hole, FALSE);
  rjt_stay_run_until (stay, "resumed\n", 4 * G_USEC_PER_SEC);
  rjt_wait_until (rjt_server_count_open (stay->server) == 1);
  g_assert_cmpuint (rjt_server_count_opened (stay->server), ==, 2);
  g_assert_cmpuint (rjt_server_get_close_code (stay->server), ==, 4104);
  g_assert_cmpuint (rjt_server_count (stay->server, "connect"), ==, 1);
}

static void
test_half_open_for_too_long (void)
{
  g_autoptr (RjtStay) stay = begin_joined ();
  gint64 took_us =
    rjt_stay_run_until (stay, "lost networkDisconnect ping-unanswered\n", 21 * G_USEC_PER_SEC);

  g_assert_cmpint (took_us, >=, 18 * G_USEC_PER_SEC);
  rjt_stay_expect (stay, "detector-fired {\"detector\":\"resume-failed\"");
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_LOST);
  g_assert_cmpuint (rjt_server_count_open (stay->server), ==, 1);
  rj_blackhole_switch (hole, FALSE);
  rjt_wait_until (rjt_server_count_open (stay->server) == 0);
}

static void
test_a_close_is_seen_later (void)
{
  g_autoptr (RjtStay) stay = begin_joined ();

  rjt_server_close_sockets (stay->server, 1000, "Close for not receive ping from client");
  rjt_stay_settle (stay);
  g_assert_null (strstr (stay->told->str, "suspended"));
  rj_blackhole_switch (hole, FALSE);
  rjt_stay_expect (
    stay, "resume-started {\"code\":1000,\"reason\":\"Close for not receive ping from client\"}\n");
  rjt_stay_expect (stay, "resumed\n");
}

static void
test_an_own_cut_is_seen_at_once (void)
{
  g_autoptr (RjtStay) stay = begin_joined ();

  rj_signaller_cut (stay->signaller, TRUE);
  rjt_stay_expect (stay, "suspended\n");
  rj_blackhole_switch (hole, FALSE);
  rjt_stay_expect (stay, "resumed\n");
}

static void
test_no_join_through_a_hole (void)
{
  g_autoptr (RjtStay) stay = begin ();

  rj_blackhole_switch (hole, TRUE);
  rjt_stay_start (stay);
  rjt_stay_expect (stay, "progress connect\n");
  rjt_stay_run_until (stay, "not-joined\n", 30 * G_USEC_PER_SEC);
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_TIMEOUT);
  g_assert_null (strstr (stay->error->message, "tok_"));
  g_assert_cmpuint (rjt_server_count_opened (stay->server), ==, 0);
}

static void
test_closed_while_it_waits_to_open (void)
{
  g_autoptr (RjtStay) stay = begin ();

  rj_blackhole_switch (hole, TRUE);
  rjt_stay_start (stay);
  rjt_stay_expect (stay, "progress connect\n");
  rj_signaller_close (stay->signaller);
  rjt_stay_expect (stay, "not-joined\n");
  g_assert_error (stay->error, RJ_ERROR, RJ_ERROR_CLOSED);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/hole/later", test_what_was_said_arrives_later);
  g_test_add_func ("/hole/half-open", test_half_open_is_resumed);
  g_test_add_func ("/hole/half-open-for-too-long", test_half_open_for_too_long);
  g_test_add_func ("/hole/closed-by-the-server", test_a_close_is_seen_later);
  g_test_add_func ("/hole/cut", test_an_own_cut_is_seen_at_once);
  g_test_add_func ("/hole/join", test_no_join_through_a_hole);
  g_test_add_func ("/hole/closed-while-opening", test_closed_while_it_waits_to_open);
  result = g_test_run ();
  g_clear_object (&hole);
  return result;
}
