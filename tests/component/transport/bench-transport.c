/* Prints what the transport costs on this machine. Not a test: nothing is asserted but that it works.
 * bench-transport [pairs [packets]] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "rj-rtp.h"
#include "rj-srtp.h"
#include "rjt-ice-end.h"

#define BURST        32
#define PAYLOAD_SIZE 1100

static double
read_cpu_s (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static void
print_rate (const char *what, guint n, gint64 began_us, double cpu_began_s)
{
  double wall_s = (double) (g_get_monotonic_time () - began_us) / G_USEC_PER_SEC;
  double cpu_s = read_cpu_s () - cpu_began_s;

  printf ("%-44s %9.0f /s  %9.2f us of CPU each\n", what, n / wall_s, cpu_s * 1e6 / n);
}

static void
bench_handshakes (guint n)
{
  gint64 began_us = g_get_monotonic_time ();
  double cpu_s = read_cpu_s ();

  for (guint i = 0; i < n; i++)
    g_assert_true (rj_transport_warm_up (NULL));
  print_rate ("DTLS handshake and SRTP keys, both ends", n, began_us, cpu_s);
}

static void
bench_connecting (guint n)
{
  g_autofree RjtIceEnd *ends = g_new0 (RjtIceEnd, 2 * n);
  gint64 began_us = g_get_monotonic_time ();
  double cpu_s = read_cpu_s ();
  guint n_left = n;

  for (guint i = 0; i < n; i++) {
    rjt_ice_end_init (&ends[2 * i], TRUE);
    rjt_ice_end_init (&ends[2 * i + 1], FALSE);
    ends[2 * i].other = &ends[2 * i + 1];
    ends[2 * i + 1].other = &ends[2 * i];
    rjt_ice_end_set_remote (&ends[2 * i], &ends[2 * i + 1], RJ_DTLS_ACTIVE);
    rjt_ice_end_set_remote (&ends[2 * i + 1], &ends[2 * i], RJ_DTLS_PASSIVE);
    rj_ice_peer_gather (ends[2 * i].peer, NULL);
    rj_ice_peer_gather (ends[2 * i + 1].peer, NULL);
  }
  while (n_left > 0) {
    g_main_context_iteration (NULL, TRUE);
    while (n_left > 0 && ends[2 * n_left - 2].connected && ends[2 * n_left - 1].connected)
      n_left--;
  }
  print_rate ("whole connection, both ends, all at once", n, began_us, cpu_s);
  for (guint i = 0; i < 2 * n; i++)
    rjt_ice_end_clear (&ends[i]);
  while (rj_ice_peer_count_agents () > 0)
    g_main_context_iteration (NULL, TRUE);
  print_rate ("the same with its end", n, began_us, cpu_s);
}

static void
bench_crypto (guint n)
{
  RjSrtpKeys keys = { 0 };
  RjSrtp *sender = rj_srtp_new (&keys, NULL);
  RjSrtp *forwarder = rj_srtp_new (&keys, NULL);
  gint64 began_us = g_get_monotonic_time ();
  double cpu_s = read_cpu_s ();
  double sender_s = 0;

  for (guint i = 0; i < n; i++) {
    guint8 packet[RJ_RTP_MIN_SIZE + PAYLOAD_SIZE + RJ_SRTP_MAX_TRAILER]
      __attribute__ ((aligned (8))) = { 0 };
    RjRtpHeader header = { .ssrc = 1, .sequence = (guint16) i, .payload_type = 96 };
    gsize size = RJ_RTP_MIN_SIZE + PAYLOAD_SIZE;
    double before_s = read_cpu_s ();

    rj_rtp_write (packet, &header);
    g_assert_true (rj_srtp_protect_rtp (sender, packet, &size));
    sender_s += read_cpu_s () - before_s;
    g_assert_true (rj_srtp_unprotect_rtp (forwarder, packet, &size));
    rj_rtp_set_ssrc (packet, 2);
    g_assert_true (rj_srtp_protect_rtp (forwarder, packet, &size));
  }
  print_rate ("decrypt, rewrite, encrypt 1112 bytes", n, began_us, cpu_s + sender_s);
  rj_srtp_free (sender);
  rj_srtp_free (forwarder);
}

/* client → node → client: twice the work of a node that forwards one packet, in one thread */
static void
bench_forwarding (guint n)
{
  RjtIceEnd client_in, node_in, node_out, client_out;
  gint64 began_us;
  double cpu_s;

  rjt_ice_end_init (&client_in, TRUE);
  rjt_ice_end_init (&node_in, FALSE);
  rjt_ice_end_init (&client_out, TRUE);
  rjt_ice_end_init (&node_out, FALSE);
  rjt_ice_ends_connect (&client_in, &node_in, RJ_DTLS_ACTIVE);
  rjt_ice_ends_connect (&client_out, &node_out, RJ_DTLS_ACTIVE);
  node_in.forward_to = node_out.peer;
  began_us = g_get_monotonic_time ();
  cpu_s = read_cpu_s ();
  for (guint i = 0; i < n; i++) {
    g_autoptr (GByteArray) packet = rjt_make_rtp (1, (guint16) i, PAYLOAD_SIZE);

    rj_ice_peer_send_rtp (client_in.peer, packet->data, packet->len);
    while (i % BURST == BURST - 1 && client_out.n_rtp < i + 1)
      g_main_context_iteration (NULL, TRUE);
  }
  print_rate ("packet from client over node to client", client_out.n_rtp, began_us, cpu_s);
  printf ("%-44s %24.2f us of CPU each\n", "of this the node's half",
          (read_cpu_s () - cpu_s) * 1e6 / 2 / client_out.n_rtp);
  rjt_ice_end_clear (&client_in);
  rjt_ice_end_clear (&node_in);
  rjt_ice_end_clear (&client_out);
  rjt_ice_end_clear (&node_out);
}

int
main (int argc, char **argv)
{
  guint n_pairs = argc > 1 ? (guint) strtoul (argv[1], NULL, 10) : 100;
  guint n_packets = argc > 2 ? (guint) strtoul (argv[2], NULL, 10) : 50000;
  gint64 began_us = g_get_monotonic_time ();

  g_assert_true (rj_transport_warm_up (NULL));
  printf ("first handshake of the process: %.1f ms\n",
          (double) (g_get_monotonic_time () - began_us) / 1000);
  bench_handshakes (n_pairs * 5);
  bench_connecting (n_pairs);
  bench_crypto (n_packets);
  bench_forwarding (n_packets / BURST * BURST);
  return 0;
}
