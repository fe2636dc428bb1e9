#include "rjt-ice-end.h"
#include "rjt-relay.h"

#include <string.h>
#include <unistd.h>

#include "rj-error.h"

typedef struct {
  RjtIceEnd one;
  RjtIceEnd two;
} Fixture;

static void
set_up (Fixture *f, gconstpointer unused)
{
  rjt_ice_end_init (&f->one, TRUE);
  rjt_ice_end_init (&f->two, FALSE);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rjt_ice_end_clear (&f->one);
  rjt_ice_end_clear (&f->two);
  RJT_WAIT (rj_ice_peer_count_agents () == 0);
}

static void
send_both_kinds (RjtIceEnd *from, RjtIceEnd *to)
{
  g_autoptr (GByteArray) rtp = rjt_make_rtp (0x1234, 7, 1000);
  g_autoptr (GByteArray) rtcp = rjt_make_rr (0x1234);
  gint64 before_us = g_get_monotonic_time ();

  rj_ice_peer_send_rtp (from->peer, rtp->data, rtp->len);
  rj_ice_peer_send_rtcp (from->peer, rtcp->data, rtcp->len);
  RJT_WAIT (to->n_rtp == 1 && to->n_rtcp == 1);
  g_assert_cmpmem (to->rtp->data, to->rtp->len, rtp->data, rtp->len);
  g_assert_cmpmem (to->rtcp->data, to->rtcp->len, rtcp->data, rtcp->len);
  g_assert_cmpint (to->at_us, >=, before_us);
  g_assert_cmpint (rj_ice_peer_get_last_packet_us (to->peer), >=, to->at_us);
}

static void
test_connects_and_carries_packets (Fixture *f, gconstpointer role)
{
  rjt_ice_ends_connect (&f->one, &f->two, (RjDtlsRole) GPOINTER_TO_INT (role));
  g_assert_true (rj_ice_peer_is_connected (f->one.peer));
  g_assert_true (rj_ice_peer_is_connected (f->two.peer));
  send_both_kinds (&f->one, &f->two);
  send_both_kinds (&f->two, &f->one);
}

static void
test_only_loopback_is_offered (Fixture *f, gconstpointer unused)
{
  rj_ice_peer_gather (f->one.peer, NULL);
  RJT_WAIT (f->one.gathered);
  g_assert_cmpuint (f->one.candidates->len, ==, 1);
  g_assert_true (g_str_has_prefix (f->one.candidates->pdata[0], "candidate:"));
  g_assert_nonnull (strstr (f->one.candidates->pdata[0], " 1 UDP "));
  g_assert_nonnull (strstr (f->one.candidates->pdata[0], " 127.0.0.1 "));
  g_assert_nonnull (strstr (f->one.candidates->pdata[0], " typ host"));
}

/* The node's order: candidates of a client may come before its offer was looked at. */
static void
test_candidates_before_credentials (Fixture *f, gconstpointer unused)
{
  f->one.hold = TRUE;
  f->two.hold = TRUE;
  rj_ice_peer_gather (f->one.peer, NULL);
  rj_ice_peer_gather (f->two.peer, NULL);
  RJT_WAIT (f->one.gathered && f->two.gathered);
  g_assert_true (rj_ice_peer_add_candidate (f->one.peer, f->two.candidates->pdata[0]));
  g_assert_true (rj_ice_peer_add_candidate (f->two.peer, f->one.candidates->pdata[0]));
  rjt_ice_end_set_remote (&f->one, &f->two, RJ_DTLS_ACTIVE);
  rjt_ice_end_set_remote (&f->two, &f->one, RJ_DTLS_PASSIVE);
  RJT_WAIT (f->one.connected && f->two.connected);
}

/* One side never hears of the other's candidates and learns them from the checks. */
static void
test_candidates_of_one_side_suffice (Fixture *f, gconstpointer unused)
{
  f->two.hold = TRUE;
  rjt_ice_ends_connect (&f->one, &f->two, RJ_DTLS_PASSIVE);
  send_both_kinds (&f->one, &f->two);
}

/* The ClientHello may overtake the news that ICE is connected: here the passive side hears of the other's
 * credentials last. */
static void
test_early_client_hello_is_kept (Fixture *f, gconstpointer unused)
{
  f->one.other = &f->two;
  f->two.other = &f->one;
  rjt_ice_end_set_remote (&f->one, &f->two, RJ_DTLS_ACTIVE);
  rj_ice_peer_gather (f->one.peer, NULL);
  rj_ice_peer_gather (f->two.peer, NULL);
  RJT_WAIT (f->one.ice_connected); /* and says hello in the same turn */
  RJT_WAIT (rj_ice_peer_get_last_packet_us (f->two.peer) != 0);
  g_assert_false (f->two.ice_connected);
  rjt_ice_end_set_remote (&f->two, &f->one, RJ_DTLS_PASSIVE);
  RJT_WAIT (f->one.connected && f->two.connected);
}

static void
test_wrong_fingerprint_fails (Fixture *f, gconstpointer refuser)
{
  RjtIceEnd *wrong = GPOINTER_TO_INT (refuser) == 1 ? &f->one : &f->two;
  RjtIceEnd *right = wrong == &f->one ? &f->two : &f->one;
  g_autofree char *fingerprint = g_strdup (rj_ice_peer_get_local (right->peer)->fingerprint);
  RjIceCredentials remote = *rj_ice_peer_get_local (right->peer);

  fingerprint[0] = fingerprint[0] == 'A' ? 'B' : 'A';
  remote.fingerprint = fingerprint;
  wrong->other = right;
  right->other = wrong;
  g_assert_true (rj_ice_peer_set_remote (wrong->peer, &remote, RJ_DTLS_PASSIVE, NULL));
  rjt_ice_end_set_remote (right, wrong, RJ_DTLS_ACTIVE);
  rj_ice_peer_gather (f->one.peer, NULL);
  rj_ice_peer_gather (f->two.peer, NULL);
  RJT_WAIT (wrong->error != NULL && right->error != NULL);
  g_assert_error (wrong->error, RJ_ERROR, RJ_ERROR_NO_MEDIA);
  g_assert_nonnull (strstr (wrong->error->message, "fingerprint"));
  g_assert_false (wrong->connected);
  g_assert_false (rj_ice_peer_is_connected (wrong->peer));
  g_assert_true (wrong->ice_connected);
}

static void
test_wrong_password_never_connects (Fixture *f, gconstpointer unused)
{
  RjIceCredentials remote = *rj_ice_peer_get_local (f->two.peer);
  char password[] = "0123456789012345678901";

  remote.password = password;
  f->one.other = &f->two;
  f->two.other = &f->one;
  g_assert_true (rj_ice_peer_set_remote (f->one.peer, &remote, RJ_DTLS_ACTIVE, NULL));
  remote = *rj_ice_peer_get_local (f->one.peer);
  remote.password = password;
  g_assert_true (rj_ice_peer_set_remote (f->two.peer, &remote, RJ_DTLS_PASSIVE, NULL));
  rj_ice_peer_gather (f->one.peer, NULL);
  rj_ice_peer_gather (f->two.peer, NULL);
  RJT_WAIT (f->one.gathered && f->two.gathered);
  for (guint i = 0; i < 20; i++)
    rjt_iterate_briefly ();
  g_assert_false (f->one.ice_connected || f->two.ice_connected);
}

static void
test_bad_remote_is_refused (Fixture *f, gconstpointer unused)
{
  RjIceCredentials remote = *rj_ice_peer_get_local (f->two.peer);
  char garbage[] = "sha-1 AB:CD";
  g_autoptr (GError) error = NULL;

  remote.fingerprint = garbage;
  g_assert_false (rj_ice_peer_set_remote (f->one.peer, &remote, RJ_DTLS_ACTIVE, &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  g_clear_error (&error);
  rjt_ice_end_set_remote (&f->one, &f->two, RJ_DTLS_ACTIVE); /* still possible */
  g_assert_false (rj_ice_peer_set_remote (f->one.peer, rj_ice_peer_get_local (f->two.peer),
                                          RJ_DTLS_ACTIVE, &error));
  g_assert_error (error, RJ_ERROR, RJ_ERROR_CLOSED);
}

static void
test_useless_candidates_are_ignored (Fixture *f, gconstpointer unused)
{
  static const char *const useless[] = {
    "",
    "candidate:",
    "garbage",
    "candidate:1 2 UDP 2013266431 127.0.0.1 5000 typ host",
    "candidate:1 1 TCP 1015021823 127.0.0.1 9 typ host tcptype active",
    "candidate:1 1 UDP 2013266431 0d4d8b6a-5b1c-4a0e-a4bd-1f1b6a5a3c3e.local 5000 typ host",
    "candidate:1 1 UDP 2013266431 example.org 5000 typ host",
    "candidate:1 1 UDP 2013266431 127.0.0.1 0 typ host",
    "candidate:1 1 UDP 2013266431 127.0.0.1 65536 typ host",
    "candidate:1 1 UDP -1 127.0.0.1 5000 typ host",
    "candidate:1 1 UDP 2013266431 127.0.0.1 5000 typ nonsense",
    "candidate:1 1 UDP 2013266431 127.0.0.1 5000",
    "candidate:123456789012345678901234567890123456789 1 UDP 1 127.0.0.1 5000 typ host",
    "a=candidate",
  };

  for (guint i = 0; i < G_N_ELEMENTS (useless); i++) {
    g_test_message ("%s", useless[i]);
    g_assert_false (rj_ice_peer_add_candidate (f->one.peer, useless[i]));
  }
  g_assert_true (rj_ice_peer_add_candidate (
    f->one.peer, "a=candidate:1 1 udp 2013266431 127.0.0.1 5000 typ host generation 0 ufrag abcd"));
  g_assert_true (rj_ice_peer_add_candidate (
    f->one.peer,
    "candidate:2 1 UDP 1677722111 10.0.0.1 5000 typ srflx raddr 127.0.0.1 rport 5001"));
  g_assert_true (rj_ice_peer_add_candidate (
    f->one.peer, "candidate:3 1 UDP 2013266430 fe80::1 5000 typ host network-id 1"));
}

static void
test_nothing_is_sent_before_connected (Fixture *f, gconstpointer unused)
{
  g_autoptr (GByteArray) rtp = rjt_make_rtp (1, 1, 10);
  g_autoptr (GByteArray) huge = rjt_make_rtp (1, 2, 3000);

  rj_ice_peer_send_rtp (f->one.peer, rtp->data, rtp->len);
  rj_ice_peer_send_rtcp (f->one.peer, rtp->data, rtp->len);
  rjt_ice_ends_connect (&f->one, &f->two, RJ_DTLS_ACTIVE);
  rj_ice_peer_send_rtp (f->one.peer, huge->data, huge->len);
  rj_ice_peer_send_rtp (f->one.peer, rtp->data, 5);
  send_both_kinds (&f->one, &f->two); /* counts exactly one */
}

static void
test_goodbye_fails_the_other (Fixture *f, gconstpointer unused)
{
  guint n_callbacks;

  rjt_ice_ends_connect (&f->one, &f->two, RJ_DTLS_ACTIVE);
  rj_ice_peer_close (f->one.peer);
  rj_ice_peer_close (f->one.peer);
  n_callbacks = f->one.n_callbacks;
  RJT_WAIT (f->two.error != NULL);
  g_assert_error (f->two.error, RJ_ERROR, RJ_ERROR_NO_MEDIA);
  g_assert_cmpuint (f->one.n_callbacks, ==, n_callbacks);
  g_assert_false (rj_ice_peer_is_connected (f->one.peer));
  g_assert_false (rj_ice_peer_gather (f->one.peer, NULL));
  g_assert_false (rj_ice_peer_add_candidate (f->one.peer, f->two.candidates->pdata[0]));
}

/* Closes after n turns of the loop, for every n until a whole connection fits. */
static void
test_may_close_at_any_moment (void)
{
  gboolean connected = FALSE;

  for (guint n = 0; !connected; n++) {
    Fixture f;
    guint n_callbacks;

    set_up (&f, NULL);
    f.one.other = &f.two;
    f.two.other = &f.one;
    rjt_ice_end_set_remote (&f.one, &f.two, RJ_DTLS_ACTIVE);
    rjt_ice_end_set_remote (&f.two, &f.one, RJ_DTLS_PASSIVE);
    rj_ice_peer_gather (f.one.peer, NULL);
    rj_ice_peer_gather (f.two.peer, NULL);
    for (guint i = 0; i < n; i++)
      rjt_iterate_briefly ();
    connected = f.one.connected && f.two.connected;
    rj_ice_peer_close (f.one.peer);
    n_callbacks = f.one.n_callbacks;
    if (n % 2 == 0)
      g_clear_object (&f.one.peer);
    for (guint i = 0; i < 5; i++)
      rjt_iterate_briefly ();
    g_assert_cmpuint (f.one.n_callbacks, ==, n_callbacks);
    tear_down (&f, NULL);
  }
}

static void
test_may_close_in_a_callback (Fixture *f, gconstpointer unused)
{
  f->one.close_in_callback = TRUE;
  f->one.other = &f->two;
  f->two.other = &f->one;
  rjt_ice_end_set_remote (&f->one, &f->two, RJ_DTLS_ACTIVE);
  rjt_ice_end_set_remote (&f->two, &f->one, RJ_DTLS_PASSIVE);
  rj_ice_peer_gather (f->one.peer, NULL);
  rj_ice_peer_gather (f->two.peer, NULL);
  RJT_WAIT (f->one.ice_connected);
  RJT_WAIT (rj_ice_peer_count_agents () == 1);
  g_assert_false (f->one.connected);
  g_assert_no_error (f->one.error);
}

#define N_EARLY 3

static void
send_at_once (RjtIceEnd *passive)
{
  rjt_relay_let_srtp_overtake (passive->user_data, 0, N_EARLY);
  for (guint16 i = 0; i < N_EARLY; i++) {
    g_autoptr (GByteArray) rtp = rjt_make_rtp (0x1234, i, 100);

    rj_ice_peer_send_rtp (passive->peer, rtp->data, rtp->len);
  }
}

/* The passive side is connected first; its media may arrive before its last flight. */
static void
test_media_before_the_last_flight_is_kept (Fixture *f, gconstpointer unused)
{
  RjtRelay *relay = rjt_relay_new ();
  g_autofree char *of_one = NULL;
  g_autofree char *of_two = NULL;

  f->one.hold = TRUE;
  f->two.hold = TRUE;
  f->one.on_connected = send_at_once;
  f->one.user_data = relay;
  rjt_ice_end_set_remote (&f->one, &f->two, RJ_DTLS_PASSIVE);
  rjt_ice_end_set_remote (&f->two, &f->one, RJ_DTLS_ACTIVE);
  rj_ice_peer_gather (f->one.peer, NULL);
  rj_ice_peer_gather (f->two.peer, NULL);
  RJT_WAIT (f->one.gathered && f->two.gathered);
  of_one = rjt_relay_take_candidate (relay, 0, f->one.candidates->pdata[0]);
  of_two = rjt_relay_take_candidate (relay, 1, f->two.candidates->pdata[0]);
  g_assert_true (rj_ice_peer_add_candidate (f->one.peer, of_two));
  g_assert_true (rj_ice_peer_add_candidate (f->two.peer, of_one));
  RJT_WAIT (f->one.connected && f->two.connected);
  g_assert_cmpuint (rjt_relay_count_overtaken (relay), >, 0);
  RJT_WAIT (f->two.n_rtp == N_EARLY);
  rjt_relay_free (relay);
}

#define DEADLINE_US (30 * G_USEC_PER_SEC)

static void
assert_late (RjFakeClock *clock, RjtIceEnd *end, const char *who)
{
  rj_fake_clock_advance_us (clock, DEADLINE_US - 1);
  g_assert_no_error (end->error);
  rj_fake_clock_advance_us (clock, 1);
  g_assert_error (end->error, RJ_ERROR, RJ_ERROR_NO_MEDIA);
  g_assert_true (g_str_has_prefix (end->error->message, who));
}

static void
test_nobody_there_fails_in_the_end (void)
{
  RjClock *clock = rj_fake_clock_new (0);
  Fixture f;

  rjt_ice_end_init_with_clock (&f.one, TRUE, clock);
  rjt_ice_end_init (&f.two, FALSE);
  rjt_ice_end_set_remote (&f.one, &f.two, RJ_DTLS_ACTIVE);
  rj_ice_peer_gather (f.one.peer, NULL);
  RJT_WAIT (f.one.gathered);
  assert_late (RJ_FAKE_CLOCK (clock), &f.one, "ICE");
  tear_down (&f, NULL);
  g_assert_finalize_object (clock);
}

/* Both wait for the other's hello. */
static void
test_no_handshake_fails_in_the_end (void)
{
  RjClock *clock = rj_fake_clock_new (0);
  Fixture f;

  rjt_ice_end_init_with_clock (&f.one, TRUE, clock);
  rjt_ice_end_init_with_clock (&f.two, FALSE, clock);
  f.one.other = &f.two;
  f.two.other = &f.one;
  rjt_ice_end_set_remote (&f.one, &f.two, RJ_DTLS_PASSIVE);
  rjt_ice_end_set_remote (&f.two, &f.one, RJ_DTLS_PASSIVE);
  rj_ice_peer_gather (f.one.peer, NULL);
  rj_ice_peer_gather (f.two.peer, NULL);
  RJT_WAIT (f.one.ice_connected && f.two.ice_connected);
  assert_late (RJ_FAKE_CLOCK (clock), &f.one, "DTLS");
  tear_down (&f, NULL);
  g_assert_finalize_object (clock);
}

static guint
count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static gsize
read_resident_kb (void)
{
  g_autofree char *text = NULL;
  guint64 n_pages;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  n_pages = g_ascii_strtoull (strchr (text, ' '), NULL, 10);
  return (gsize) (n_pages * (guint64) sysconf (_SC_PAGESIZE) / 1024);
}

static void
one_life (void)
{
  Fixture f;

  set_up (&f, NULL);
  rjt_ice_ends_connect (&f.one, &f.two, RJ_DTLS_ACTIVE);
  tear_down (&f, NULL);
}

static void
test_two_hundred_lives_leave_nothing (void)
{
  guint n_fds;
  gsize resident_kb;

  for (guint i = 0; i < 50; i++)
    one_life ();
  n_fds = count_fds ();
  resident_kb = read_resident_kb ();
  for (guint i = 0; i < 200; i++)
    one_life ();
  g_test_message ("%" G_GSIZE_FORMAT " kB before, %" G_GSIZE_FORMAT " kB after, %u descriptors",
                  resident_kb, read_resident_kb (), n_fds);
  g_assert_cmpuint (count_fds (), ==, n_fds);
#ifndef __SANITIZE_ADDRESS__ /* which keeps freed memory for a while */
  /* 1 kB per peer would be 400 kB */
  g_assert_cmpuint (read_resident_kb (), <=, resident_kb + 400);
#endif
}

#define ADD(name, data, func)                                                                      \
  g_test_add ("/ice-peer/" name, Fixture, GINT_TO_POINTER (data), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("controlling-active", RJ_DTLS_ACTIVE, test_connects_and_carries_packets);
  ADD ("controlling-passive", RJ_DTLS_PASSIVE, test_connects_and_carries_packets);
  ADD ("only-loopback-is-offered", 0, test_only_loopback_is_offered);
  ADD ("candidates-before-credentials", 0, test_candidates_before_credentials);
  ADD ("candidates-of-one-side-suffice", 0, test_candidates_of_one_side_suffice);
  ADD ("early-client-hello-is-kept", 0, test_early_client_hello_is_kept);
  ADD ("media-before-the-last-flight-is-kept", 0, test_media_before_the_last_flight_is_kept);
  ADD ("controlling-refuses-fingerprint", 1, test_wrong_fingerprint_fails);
  ADD ("controlled-refuses-fingerprint", 2, test_wrong_fingerprint_fails);
  ADD ("wrong-password-never-connects", 0, test_wrong_password_never_connects);
  ADD ("bad-remote-is-refused", 0, test_bad_remote_is_refused);
  ADD ("useless-candidates-are-ignored", 0, test_useless_candidates_are_ignored);
  ADD ("nothing-is-sent-before-connected", 0, test_nothing_is_sent_before_connected);
  ADD ("goodbye-fails-the-other", 0, test_goodbye_fails_the_other);
  ADD ("may-close-in-a-callback", 0, test_may_close_in_a_callback);
  g_test_add_func ("/ice-peer/nobody-there-fails-in-the-end", test_nobody_there_fails_in_the_end);
  g_test_add_func ("/ice-peer/no-handshake-fails-in-the-end", test_no_handshake_fails_in_the_end);
  g_test_add_func ("/ice-peer/may-close-at-any-moment", test_may_close_at_any_moment);
  g_test_add_func ("/ice-peer/two-hundred-lives-leave-nothing",
                   test_two_hundred_lives_leave_nothing);
  return g_test_run ();
}
