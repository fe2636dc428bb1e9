#include "rj-srtp.h"

#include <string.h>

#include "rj-rtp.h"

typedef struct {
  RjSrtp *one;
  RjSrtp *two;
} Fixture;

typedef struct {
  guint8 data[256 + RJ_SRTP_MAX_TRAILER] __attribute__ ((aligned (8)));
  gsize size;
} Packet;

static void
set_up (Fixture *f, gconstpointer unused)
{
  RjSrtpKeys keys;
  RjSrtpKeys mirrored;
  g_autoptr (GError) error = NULL;

  memset (keys.own, 0x11, sizeof keys.own);
  memset (keys.remote, 0x22, sizeof keys.remote);
  memcpy (mirrored.own, keys.remote, sizeof keys.remote);
  memcpy (mirrored.remote, keys.own, sizeof keys.own);
  f->one = rj_srtp_new (&keys, &error);
  g_assert_no_error (error);
  f->two = rj_srtp_new (&mirrored, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  rj_srtp_free (f->one);
  rj_srtp_free (f->two);
}

static Packet
make_rtp (guint32 ssrc, guint16 sequence)
{
  Packet packet = { .size = 200 };
  RjRtpHeader header = { .ssrc = ssrc, .sequence = sequence, .payload_type = 96 };

  rj_rtp_write (packet.data, &header);
  memset (packet.data + 12, 0x5a, 188);
  return packet;
}

static Packet
make_rtcp (void)
{
  return (Packet){ .data = { 0x80, 201, 0, 1, 1, 2, 3, 4 }, .size = 8 };
}

static void
assert_same (const Packet *a, const Packet *b)
{
  g_assert_cmpmem (a->data, a->size, b->data, b->size);
}

static void
test_round_trip (Fixture *f, gconstpointer unused)
{
  Packet plain = make_rtp (1, 5);
  Packet packet = plain;

  g_assert_true (rj_srtp_protect_rtp (f->one, packet.data, &packet.size));
  g_assert_cmpuint (packet.size, ==, plain.size + 10); /* the tag of the 80 bit profile */
  g_assert_cmpint (memcmp (packet.data + 12, plain.data + 12, 188), !=, 0);
  g_assert_true (rj_srtp_unprotect_rtp (f->two, packet.data, &packet.size));
  assert_same (&packet, &plain);

  plain = make_rtcp ();
  packet = plain;
  g_assert_true (rj_srtp_protect_rtcp (f->two, packet.data, &packet.size));
  g_assert_true (rj_srtp_unprotect_rtcp (f->one, packet.data, &packet.size));
  assert_same (&packet, &plain);
}

static void
test_tampered_and_repeated_are_refused (Fixture *f, gconstpointer unused)
{
  Packet packet = make_rtp (1, 5);
  Packet again;
  Packet tampered;

  g_assert_true (rj_srtp_protect_rtp (f->one, packet.data, &packet.size));
  again = packet;
  for (gsize i = 0; i < packet.size; i++) { /* every byte counts */
    tampered = packet;
    tampered.data[i] ^= 1;
    g_assert_false (rj_srtp_unprotect_rtp (f->two, tampered.data, &tampered.size));
  }
  g_assert_true (rj_srtp_unprotect_rtp (f->two, packet.data, &packet.size));
  g_assert_false (rj_srtp_unprotect_rtp (f->two, again.data, &again.size));

  packet = make_rtcp ();
  g_assert_true (rj_srtp_protect_rtcp (f->one, packet.data, &packet.size));
  packet.data[packet.size - 1] ^= 1;
  g_assert_false (rj_srtp_unprotect_rtcp (f->two, packet.data, &packet.size));
}

static void
test_own_packets_are_not_taken_back (Fixture *f, gconstpointer unused)
{
  Packet packet = make_rtp (1, 5);

  g_assert_true (rj_srtp_protect_rtp (f->one, packet.data, &packet.size));
  g_assert_false (rj_srtp_unprotect_rtp (f->one, packet.data, &packet.size));
}

static void
test_window_is_1024 (Fixture *f, gconstpointer unused)
{
  Packet late = make_rtp (1, 100);
  Packet too_late = make_rtp (1, 99);
  Packet newest = make_rtp (1, 100 + 1023);

  g_assert_true (rj_srtp_protect_rtp (f->one, too_late.data, &too_late.size));
  g_assert_true (rj_srtp_protect_rtp (f->one, late.data, &late.size));
  g_assert_true (rj_srtp_protect_rtp (f->one, newest.data, &newest.size));
  g_assert_true (rj_srtp_unprotect_rtp (f->two, newest.data, &newest.size));
  g_assert_true (rj_srtp_unprotect_rtp (f->two, late.data, &late.size));
  g_assert_false (rj_srtp_unprotect_rtp (f->two, too_late.data, &too_late.size));
}

static void
test_repeated_sending_and_many_streams (Fixture *f, gconstpointer unused)
{
  for (guint32 ssrc = 1; ssrc <= 20; ssrc++) {
    Packet first = make_rtp (ssrc, 5);
    Packet again = make_rtp (ssrc, 5);

    g_assert_true (rj_srtp_protect_rtp (f->one, first.data, &first.size));
    g_assert_true (rj_srtp_protect_rtp (f->one, again.data, &again.size));
    assert_same (&first, &again);
    g_assert_true (rj_srtp_unprotect_rtp (f->two, first.data, &first.size));
  }
}

static void
test_garbage_is_refused (Fixture *f, gconstpointer unused)
{
  for (gsize size = 0; size < 64; size++) {
    Packet packet = { .size = size };

    memset (packet.data, 0x80, sizeof packet.data);
    g_assert_false (rj_srtp_unprotect_rtp (f->two, packet.data, &packet.size));
    packet.size = size;
    g_assert_false (rj_srtp_unprotect_rtcp (f->two, packet.data, &packet.size));
    packet.data[0] = 0;
    packet.size = size;
    g_assert_false (rj_srtp_protect_rtp (f->two, packet.data, &packet.size));
  }
}

#define ADD(name, func) g_test_add ("/srtp/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("round-trip", test_round_trip);
  ADD ("tampered-and-repeated-are-refused", test_tampered_and_repeated_are_refused);
  ADD ("own-packets-are-not-taken-back", test_own_packets_are_not_taken_back);
  ADD ("window-is-1024", test_window_is_1024);
  ADD ("repeated-sending-and-many-streams", test_repeated_sending_and_many_streams);
  ADD ("garbage-is-refused", test_garbage_is_refused);
  return g_test_run ();
}
