/* The example of RFC 3550, section 6.4.1, and what is no report */
#include "rj-round-trip.h"

#include <string.h>

/* Of the example: sent at 0xb705:2000, received at 0xb710:8000, in seconds and 1/65536 s */
#define SENT_NTP 0xb7052000
#define SENT_US  (46853 * (gint64) G_USEC_PER_SEC + 125000)
#define CAME_US  (46864 * (gint64) G_USEC_PER_SEC + 500000)

static void
write_u32 (guint8 *out, guint32 value)
{
  for (guint i = 0; i < 4; i++)
    out[i] = (guint8) (value >> (24 - 8 * i));
}

/* @ntp: the middle of its time */
static gsize
write_sr (guint8 *out, guint32 ntp)
{
  memset (out, 0, 28);
  memcpy (out, (const guint8[]){ 0x80, 200, 0, 6, 0, 0, 0, 2 }, 8);
  write_u32 (out + 10, ntp);
  return 28;
}

/* An RR with one block. @lsr, @dlsr: 1/65536 s */
static gsize
write_rr (guint8 *out, guint32 lsr, guint32 dlsr)
{
  memset (out, 0, 32);
  memcpy (out, (const guint8[]){ 0x81, 201, 0, 7, 0, 0, 0, 1, 0, 0, 0, 2 }, 12);
  write_u32 (out + 24, lsr);
  write_u32 (out + 28, dlsr);
  return 32;
}

static void
send (RjRoundTrip *trip, guint32 ntp, gint64 at_us)
{
  guint8 packet[28];

  rj_round_trip_push_sent (trip, packet, write_sr (packet, ntp), at_us);
}

static void
receive (RjRoundTrip *trip, guint32 lsr, guint32 dlsr, gint64 at_us)
{
  guint8 packet[32];

  rj_round_trip_push_received (trip, packet, write_rr (packet, lsr, dlsr), at_us);
}

static void
test_example (void)
{
  RjRoundTrip trip = { 0 };

  send (&trip, SENT_NTP, SENT_US);
  receive (&trip, SENT_NTP, 0x00054000, CAME_US);
  g_assert_cmpuint (trip.n, ==, 1);
  g_assert_cmpfloat_with_epsilon (rj_round_trip_get_mean_ms (&trip), 6125, 0.02);
  g_assert_cmpfloat_with_epsilon (trip.max_ms, 6125, 0.02);
}

static void
test_mean_and_maximum (void)
{
  RjRoundTrip trip = { 0 };

  for (guint i = 1; i <= 40; i++) /* more than are remembered */
    send (&trip, i, i * G_USEC_PER_SEC);
  receive (&trip, 39, 0, 39 * G_USEC_PER_SEC + 500000);
  receive (&trip, 40, 0x7000, 40 * G_USEC_PER_SEC + 500000); /* 62.5 ms */
  receive (&trip, 1, 0, 41 * G_USEC_PER_SEC);                /* forgotten */
  g_assert_cmpuint (trip.n, ==, 2);
  g_assert_cmpfloat_with_epsilon (rj_round_trip_get_mean_ms (&trip), 281.25, 0.02);
  g_assert_cmpfloat_with_epsilon (trip.max_ms, 500, 0.02);
}

/* Several in one: an SR with a block, something else, an RR */
static void
test_compound (void)
{
  RjRoundTrip trip = { 0 };
  guint8 packets[128] = { 0x81, 200, 0, 12 };

  send (&trip, SENT_NTP, SENT_US);
  send (&trip, SENT_NTP, SENT_US + 9000); /* of the other medium, right behind */
  write_rr (packets + 60, SENT_NTP, 0);
  memcpy (packets + 28, packets + 68, 24);
  memcpy (packets + 52, (const guint8[]){ 0x81, 202, 0, 1, 0, 0, 0, 1 }, 8);
  rj_round_trip_push_received (&trip, packets, 92, SENT_US + 500000);
  g_assert_cmpuint (trip.n, ==, 2);
  g_assert_cmpfloat_with_epsilon (trip.max_ms, 500, 0.02);
}

static void
test_no_round_trip (void)
{
  RjRoundTrip trip = { 0 };
  guint8 packet[32];
  gsize size = write_rr (packet, SENT_NTP, 0);

  receive (&trip, SENT_NTP, 0, CAME_US); /* was never sent */
  send (&trip, SENT_NTP, SENT_US);
  send (&trip, 0, SENT_US);
  receive (&trip, 0, 0, CAME_US);                                 /* has seen no report of ours */
  rj_round_trip_push_received (&trip, packet, size - 1, CAME_US); /* cut off */
  rj_round_trip_push_received (&trip, packet, 0, CAME_US);
  packet[0] = 0x80; /* without a block */
  rj_round_trip_push_received (&trip, packet, size, CAME_US);
  packet[0] = 0x81;
  packet[3] = 1; /* no room for its block */
  rj_round_trip_push_received (&trip, packet, 8, CAME_US);
  packet[3] = 7;
  packet[1] = 203;
  rj_round_trip_push_received (&trip, packet, size, CAME_US);
  packet[0] = 0x41;
  packet[1] = 201; /* another version */
  rj_round_trip_push_received (&trip, packet, size, CAME_US);
  g_assert_cmpuint (trip.n, ==, 0);
  g_assert_cmpfloat (rj_round_trip_get_mean_ms (&trip), ==, -1);
}

#define ADD(name) g_test_add_func ("/media/round-trip/" #name, test_##name)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD (example);
  ADD (mean_and_maximum);
  ADD (compound);
  ADD (no_round_trip);
  return g_test_run ();
}
