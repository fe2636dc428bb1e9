#include "rj-transport.h"

#include "rj-ice-peer.h"
#include "rjt-ice-end.h"

static void
note_thread (gpointer user_data)
{
  *(GThread **) user_data = g_thread_self ();
}

static void
test_contexts_take_turns (void)
{
  g_autoptr (RjTransport) transport = rj_transport_new (3);
  GMainContext *contexts[6];
  GThread *threads[6];

  for (guint i = 0; i < 6; i++) {
    contexts[i] = rj_transport_next_context (transport);
    rj_transport_call (contexts[i], note_thread, &threads[i]);
  }
  for (guint i = 0; i < 3; i++) {
    g_assert_true (contexts[i] == contexts[i + 3]);
    g_assert_true (threads[i] == threads[i + 3]);
    g_assert_true (threads[i] != threads[(i + 1) % 3]);
    g_assert_true (threads[i] != g_thread_self ());
  }
}

static void
check_default (gpointer context)
{
  g_assert_true (g_main_context_get_thread_default () == context);
}

static void
test_context_is_the_threads_own (void)
{
  g_autoptr (RjTransport) transport = rj_transport_new (1);
  GMainContext *context = rj_transport_next_context (transport);

  rj_transport_call (context, check_default, context);
}

static GArray *order; /* of int; the worker's until it was joined */

static void
append_number (gpointer number)
{
  int n = GPOINTER_TO_INT (number);

  g_array_append_val (order, n);
}

static void
test_posts_run_in_order_before_the_stop (void)
{
  g_autoptr (RjTransport) transport = rj_transport_new (1);
  GMainContext *context = rj_transport_next_context (transport);

  order = g_array_new (FALSE, FALSE, sizeof (int));
  for (int i = 0; i < 1000; i++)
    rj_transport_post (context, append_number, GINT_TO_POINTER (i), NULL);
  rj_transport_stop (transport);
  rj_transport_stop (transport);
  g_assert_cmpuint (order->len, ==, 1000);
  for (int i = 0; i < 1000; i++)
    g_assert_cmpint (g_array_index (order, int, i), ==, i);
  g_clear_pointer (&order, g_array_unref);
}

static void
set_flag (gpointer flag)
{
  *(gboolean *) flag = TRUE;
}

static void
must_not_run (gpointer unused)
{
  g_assert_not_reached ();
}

static void
test_late_posts_are_freed_unrun (void)
{
  RjTransport *transport = rj_transport_new (1);
  GMainContext *context = rj_transport_next_context (transport);
  gboolean freed = FALSE;

  rj_transport_stop (transport);
  rj_transport_post (context, must_not_run, &freed, set_flag);
  rj_transport_free (transport);
  g_assert_true (freed);
}

/* --- pairs of peers whose ends live in different threads --- */

#define N_PAIRS 40

typedef struct _End End;

struct _End {
  GMainContext *context;
  RjIcePeer *peer; /* its thread's */
  End *other;
  RjDtlsRole role;
  RjIceCredentials remote;
  int connected; /* atomic */
  int n_rtp;     /* atomic */
};

typedef struct {
  End *end;
  char *candidate;
} News;

static void
free_news (gpointer news)
{
  g_free (((News *) news)->candidate);
  g_free (news);
}

static void
take_candidate (gpointer user_data)
{
  News *news = user_data;

  g_assert_true (rj_ice_peer_add_candidate (news->end->peer, news->candidate));
}

static void
on_candidate (RjIcePeer *peer, const char *candidate, gpointer user_data)
{
  End *end = user_data;
  News *news = g_new0 (News, 1);

  news->end = end->other;
  news->candidate = g_strdup (candidate);
  rj_transport_post (end->other->context, take_candidate, news, free_news);
}

static void
on_connected (RjIcePeer *peer, gpointer user_data)
{
  End *end = user_data;

  g_atomic_int_set (&end->connected, 1);
}

static void
on_failed (RjIcePeer *peer, const GError *error, gpointer user_data)
{
  End *end = user_data;

  /* when the other one was closed first it says goodbye */
  if (!g_atomic_int_get (&end->connected))
    g_error ("%s", error->message);
}

static void
on_rtp (RjIcePeer *peer, guint8 *packet, gsize size, gint64 at_us, gpointer user_data)
{
  End *end = user_data;

  g_atomic_int_inc (&end->n_rtp);
}

static void
make_peer (gpointer user_data)
{
  static const RjIcePeerCallbacks callbacks = {
    .candidate = on_candidate,
    .connected = on_connected,
    .failed = on_failed,
    .rtp = on_rtp,
  };
  End *end = user_data;
  RjIcePeerConfig config = { .controlling = end->role == RJ_DTLS_PASSIVE, .loopback_only = TRUE };
  g_autoptr (GError) error = NULL;

  end->peer = rj_ice_peer_new (end->context, &config, &callbacks, end, &error);
  g_assert_no_error (error);
  end->other->remote = *rj_ice_peer_get_local (end->peer); /* constant while the peer lives */
}

static void
connect_peer (gpointer user_data)
{
  End *end = user_data;
  g_autoptr (GError) error = NULL;

  rj_ice_peer_set_remote (end->peer, &end->remote, end->role, &error);
  g_assert_no_error (error);
  rj_ice_peer_gather (end->peer, &error);
  g_assert_no_error (error);
}

static void
send_packet (gpointer user_data)
{
  End *end = user_data;
  g_autoptr (GByteArray) rtp = rjt_make_rtp (1, 1, 500);

  rj_ice_peer_send_rtp (end->peer, rtp->data, rtp->len);
}

static void
close_peer (gpointer user_data)
{
  End *end = user_data;

  rj_ice_peer_close (end->peer);
  g_clear_object (&end->peer);
}

static void
for_each (End *ends, RjTransportFunc func)
{
  for (guint i = 0; i < 2 * N_PAIRS; i++)
    rj_transport_call (ends[i].context, func, &ends[i]);
}

static guint
count (End *ends, gsize offset)
{
  guint n = 0;

  for (guint i = 0; i < 2 * N_PAIRS; i++)
    n += (guint) g_atomic_int_get ((int *) (gpointer) ((guint8 *) &ends[i] + offset));
  return n;
}

static void
test_many_peers_in_few_threads (void)
{
  g_autoptr (RjTransport) transport = rj_transport_new (3);
  g_autofree End *ends = g_new0 (End, 2 * N_PAIRS);

  for (guint i = 0; i < 2 * N_PAIRS; i++) {
    ends[i].context = rj_transport_next_context (transport);
    ends[i].other = &ends[i ^ 1];
    ends[i].role = i % 2 == 0 ? RJ_DTLS_ACTIVE : RJ_DTLS_PASSIVE;
  }
  for_each (ends, make_peer);
  for_each (ends, connect_peer);
  RJT_WAIT (count (ends, G_STRUCT_OFFSET (End, connected)) == 2 * N_PAIRS);
  for_each (ends, send_packet);
  RJT_WAIT (count (ends, G_STRUCT_OFFSET (End, n_rtp)) == 2 * N_PAIRS);
  for_each (ends, close_peer);
  rj_transport_stop (transport);
  g_assert_cmpuint (rj_ice_peer_count_agents (), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/transport/contexts-take-turns", test_contexts_take_turns);
  g_test_add_func ("/transport/context-is-the-threads-own", test_context_is_the_threads_own);
  g_test_add_func ("/transport/posts-run-in-order-before-the-stop",
                   test_posts_run_in_order_before_the_stop);
  g_test_add_func ("/transport/late-posts-are-freed-unrun", test_late_posts_are_freed_unrun);
  g_test_add_func ("/transport/many-peers-in-few-threads", test_many_peers_in_few_threads);
  return g_test_run ();
}
