#include "rjt-ice-end.h"

#include <string.h>

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/ice-peer/controlling-active", Fixture, GINT_TO_POINTER (RJ_DTLS_ACTIVE), set_up,
              test_connects_and_carries_packets, tear_down);
  g_test_add ("/ice-peer/controlling-passive", Fixture, GINT_TO_POINTER (RJ_DTLS_PASSIVE), set_up,
              test_connects_and_carries_packets, tear_down);
  return g_test_run ();
}
