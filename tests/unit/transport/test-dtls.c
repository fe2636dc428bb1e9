#include "rj-dtls.h"

#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "rj-certificate.h"
#include "rj-error.h"
#include "rj-ice-peer.h"

/* OpenSSL asks gettimeofday() for the time of its DTLS timer. This one takes precedence over the C library's, so
 * that one fake clock rules both halves. */
static RjClock *clock_of_test;

int
gettimeofday (struct timeval *restrict now, void *restrict zone)
{
  if (clock_of_test == NULL) {
    struct timespec real;

    clock_gettime (CLOCK_REALTIME, &real);
    *now = (struct timeval){ real.tv_sec, real.tv_nsec / 1000 };
  } else {
    gint64 now_us = rj_clock_now_us (clock_of_test);

    *now = (struct timeval){ now_us / G_USEC_PER_SEC, now_us % G_USEC_PER_SEC };
  }
  return 0;
}

typedef struct _End End;

struct _End {
  RjDtls *dtls;
  End *other;
  GQueue inbox; /* of GBytes */
  guint n_sent;
  gsize longest;
  guint n_lose; /* so many datagrams to come get lost */
  gboolean connected;
  RjSrtpKeys keys;
  GError *error;
  guint n_callbacks;
  gboolean drop_in_callback;
};

typedef struct {
  RjClock *clock;
  const char *fingerprint;
  End active;
  End passive;
} Fixture;

static void
on_send (RjDtls *dtls, const guint8 *datagram, gsize size, gpointer user_data)
{
  End *end = user_data;

  end->n_callbacks++;
  end->n_sent++;
  end->longest = MAX (end->longest, size);
  if (end->n_lose > 0)
    end->n_lose--;
  else
    g_queue_push_tail (&end->other->inbox, g_bytes_new (datagram, size));
}

static void
on_connected (RjDtls *dtls, const RjSrtpKeys *keys, gpointer user_data)
{
  End *end = user_data;

  end->n_callbacks++;
  g_assert_false (end->connected);
  end->connected = TRUE;
  end->keys = *keys;
  if (end->drop_in_callback)
    g_clear_object (&end->dtls);
}

static void
on_failed (RjDtls *dtls, const GError *error, gpointer user_data)
{
  End *end = user_data;

  end->n_callbacks++;
  g_assert_no_error (end->error);
  end->error = g_error_copy (error);
}

static void
end_init (Fixture *f, End *end, End *other, RjDtlsRole role, const char *fingerprint)
{
  static const RjDtlsCallbacks callbacks = { on_send, on_connected, on_failed };
  g_autoptr (GError) error = NULL;

  end->other = other;
  end->dtls = rj_dtls_new (role, fingerprint, f->clock, &callbacks, end, &error);
  g_assert_no_error (error);
}

static void
end_clear (End *end)
{
  g_clear_object (&end->dtls);
  g_queue_clear_full (&end->inbox, (GDestroyNotify) g_bytes_unref);
  g_clear_error (&end->error);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  f->clock = rj_fake_clock_new (1000 * G_USEC_PER_SEC);
  clock_of_test = f->clock;
  f->fingerprint = rj_certificate_get (&error)->fingerprint;
  end_init (f, &f->active, &f->passive, RJ_DTLS_ACTIVE, f->fingerprint);
  end_init (f, &f->passive, &f->active, RJ_DTLS_PASSIVE, f->fingerprint);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  end_clear (&f->active);
  end_clear (&f->passive);
  g_assert_cmpuint (rj_fake_clock_count_timers (RJ_FAKE_CLOCK (f->clock)), ==, 0);
  clock_of_test = NULL;
  g_assert_finalize_object (f->clock);
}

static gboolean
deliver (End *end)
{
  g_autoptr (GBytes) datagram = g_queue_pop_head (&end->inbox);

  if (datagram == NULL)
    return FALSE;
  if (end->dtls != NULL)
    rj_dtls_take_datagram (end->dtls, g_bytes_get_data (datagram, NULL),
                           g_bytes_get_size (datagram));
  return TRUE;
}

static void
deliver_all (Fixture *f)
{
  while (deliver (&f->passive) || deliver (&f->active))
    continue;
}

static void
start_both (Fixture *f)
{
  rj_dtls_start (f->passive.dtls);
  rj_dtls_start (f->active.dtls);
  deliver_all (f);
}

static void
assert_connected (Fixture *f)
{
  g_assert_no_error (f->active.error);
  g_assert_no_error (f->passive.error);
  g_assert_true (f->active.connected);
  g_assert_true (f->passive.connected);
  g_assert_cmpmem (f->active.keys.own, RJ_SRTP_KEY_SIZE + RJ_SRTP_SALT_SIZE, f->passive.keys.remote,
                   30);
  g_assert_cmpmem (f->active.keys.remote, RJ_SRTP_KEY_SIZE + RJ_SRTP_SALT_SIZE, f->passive.keys.own,
                   30);
  g_assert_cmpint (memcmp (f->active.keys.own, f->active.keys.remote, 30), !=, 0);
}

static void
test_both_get_the_same_keys (Fixture *f, gconstpointer unused)
{
  start_both (f);
  assert_connected (f);
  g_assert_cmpuint (f->active.longest, <=, 1200);
  g_assert_cmpuint (f->passive.longest, <=, 1200);
  g_assert_cmpint (rj_fake_clock_get_next_us (RJ_FAKE_CLOCK (f->clock)), ==, -1);
}

static void
test_goodbye_ends_the_other (Fixture *f, gconstpointer unused)
{
  guint n_callbacks;

  start_both (f);
  rj_dtls_close (f->active.dtls);
  n_callbacks = f->active.n_callbacks;
  deliver_all (f);
  g_assert_error (f->passive.error, RJ_ERROR, RJ_ERROR_NO_MEDIA);
  g_assert_nonnull (strstr (f->passive.error->message, "goodbye"));
  g_assert_no_error (f->active.error);
  rj_dtls_take_datagram (f->active.dtls, (const guint8 *) "\x16", 1);
  rj_dtls_close (f->active.dtls);
  g_assert_cmpuint (f->active.n_callbacks, ==, n_callbacks);
}

static void
make_wrong (Fixture *f, End *end, RjDtlsRole role)
{
  g_autofree char *wrong = g_strdup (f->fingerprint);

  wrong[0] = wrong[0] == 'A' ? 'B' : 'A';
  g_clear_object (&end->dtls);
  end_init (f, end, end->other, role, wrong);
}

static void
assert_names_both (Fixture *f, const GError *error)
{
  g_assert_error (error, RJ_ERROR, RJ_ERROR_NO_MEDIA);
  g_assert_nonnull (strstr (error->message, f->fingerprint)); /* the certificate's */
  g_assert_nonnull (strstr (error->message, "signalling said"));
}

static void
test_active_refuses_a_wrong_certificate (Fixture *f, gconstpointer unused)
{
  make_wrong (f, &f->active, RJ_DTLS_ACTIVE);
  start_both (f);
  g_assert_false (f->active.connected);
  g_assert_false (f->passive.connected);
  assert_names_both (f, f->active.error);
  g_assert_error (f->passive.error, RJ_ERROR, RJ_ERROR_NO_MEDIA); /* by the alert */
}

static void
test_passive_refuses_a_wrong_certificate (Fixture *f, gconstpointer unused)
{
  make_wrong (f, &f->passive, RJ_DTLS_PASSIVE);
  start_both (f);
  g_assert_false (f->passive.connected);
  assert_names_both (f, f->passive.error);
  g_assert_error (f->active.error, RJ_ERROR, RJ_ERROR_NO_MEDIA);
}

static void
advance_until_connected (Fixture *f, guint max_timeouts)
{
  RjFakeClock *clock = RJ_FAKE_CLOCK (f->clock);

  for (guint i = 0; i < max_timeouts && !(f->active.connected && f->passive.connected); i++) {
    gint64 next_us = rj_fake_clock_get_next_us (clock);

    g_assert_cmpint (next_us, >, 0); /* somebody must have a timer */
    rj_fake_clock_advance_us (clock, next_us);
    deliver_all (f);
  }
}

static void
test_lost_flights_are_sent_again (Fixture *f, gconstpointer side)
{
  gboolean of_active = GPOINTER_TO_INT (side) == RJ_DTLS_ACTIVE;
  End *loser = of_active ? &f->active : &f->passive;
  gint64 began_us = rj_clock_now_us (f->clock);

  loser->n_lose = 7; /* more than a flight */
  start_both (f);
  g_assert_false (f->active.connected && f->passive.connected);
  advance_until_connected (f, 8);
  assert_connected (f);
  g_assert_cmpint (rj_clock_now_us (f->clock) - began_us, >=, 100 * 1000);
}

/* The passive side sends last; if that is lost, it must repeat it although it thinks that it is done. */
static void
test_lost_last_flight_is_repeated (Fixture *f, gconstpointer unused)
{
  rj_dtls_start (f->passive.dtls);
  rj_dtls_start (f->active.dtls);
  while (deliver (&f->passive) || (!f->passive.connected && deliver (&f->active)))
    continue;
  g_assert_true (f->passive.connected);
  g_assert_false (f->active.connected);
  g_queue_clear_full (&f->active.inbox, (GDestroyNotify) g_bytes_unref);
  advance_until_connected (f, 3);
  assert_connected (f);
}

static void
test_timeouts_grow_and_end (Fixture *f, gconstpointer unused)
{
  RjFakeClock *clock = RJ_FAKE_CLOCK (f->clock);
  static const gint64 expected_ms[] = { 100, 200, 400, 800, 1600, 2000, 2000 };
  guint n = 0;

  rj_dtls_start (f->active.dtls);
  while (f->active.error == NULL) {
    gint64 next_us = rj_fake_clock_get_next_us (clock);

    if (n < G_N_ELEMENTS (expected_ms))
      g_assert_cmpint (next_us, ==, expected_ms[n] * 1000);
    g_assert_cmpint (next_us, >, 0);
    rj_fake_clock_advance_us (clock, next_us);
    g_assert_cmpuint (++n, <, 30);
  }
  g_assert_error (f->active.error, RJ_ERROR, RJ_ERROR_NO_MEDIA);
  g_assert_cmpuint (f->active.n_sent, >=, 10);
  g_assert_cmpint (rj_fake_clock_get_next_us (clock), ==, -1);
}

static void
test_garbage_does_not_disturb (Fixture *f, gconstpointer unused)
{
  static const guint8 garbage[][16] = {
    { 22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1 },
    { 20 },
    { 63, 63, 63, 63 },
    { 23, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3 },
    { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40 },
  }; /* the last one, an alert in the clear, counts only before there are keys */

  rj_dtls_start (f->passive.dtls);
  for (guint i = 0; i + 1 < G_N_ELEMENTS (garbage); i++)
    rj_dtls_take_datagram (f->passive.dtls, garbage[i], sizeof garbage[i]);
  g_assert_no_error (f->passive.error);
  rj_dtls_start (f->active.dtls);
  deliver_all (f);
  assert_connected (f);
  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    rj_dtls_take_datagram (f->active.dtls, garbage[i], sizeof garbage[i]);
  g_assert_no_error (f->active.error);
}

static void
test_may_be_dropped_in_its_callback (Fixture *f, gconstpointer unused)
{
  f->active.drop_in_callback = TRUE;
  f->passive.drop_in_callback = TRUE;
  start_both (f);
  g_assert_true (f->active.connected);
  g_assert_true (f->passive.connected);
  g_assert_null (f->active.dtls);
}

static void
test_fingerprints_are_read (void)
{
  g_autoptr (RjCertificate) certificate = rj_certificate_new (NULL);
  g_autofree char *lower = g_ascii_strdown (certificate->fingerprint, -1);
  g_autofree char *with_hash = g_strconcat ("SHA-256 ", lower, NULL);
  g_autofree char *normal = rj_fingerprint_normalize (with_hash, NULL);
  g_autofree char *longer = g_strconcat (lower, ":00", NULL);
  const char *bad[] = { "", "sha-1 AB:CD", longer, "AB", "sha-256 ", "x", NULL };

  g_assert_cmpstr (normal, ==, certificate->fingerprint);
  g_assert_cmpuint (strlen (normal), ==, 95);
  g_assert_cmpstr (certificate->fingerprint, !=, rj_certificate_get (NULL)->fingerprint);
  for (guint i = 0; bad[i] != NULL; i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (rj_fingerprint_normalize (bad[i], &error));
    g_assert_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL);
  }
}

static void
test_warm_up (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rj_transport_warm_up (&error));
  g_assert_no_error (error);
}

#define ADD(name, data, func)                                                                      \
  g_test_add ("/dtls/" name, Fixture, GINT_TO_POINTER (data), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("both-get-the-same-keys", 0, test_both_get_the_same_keys);
  ADD ("goodbye-ends-the-other", 0, test_goodbye_ends_the_other);
  ADD ("active-refuses-a-wrong-certificate", 0, test_active_refuses_a_wrong_certificate);
  ADD ("passive-refuses-a-wrong-certificate", 0, test_passive_refuses_a_wrong_certificate);
  ADD ("lost-flights-of-active", RJ_DTLS_ACTIVE, test_lost_flights_are_sent_again);
  ADD ("lost-flights-of-passive", RJ_DTLS_PASSIVE, test_lost_flights_are_sent_again);
  ADD ("lost-last-flight-is-repeated", 0, test_lost_last_flight_is_repeated);
  ADD ("timeouts-grow-and-end", 0, test_timeouts_grow_and_end);
  ADD ("garbage-does-not-disturb", 0, test_garbage_does_not_disturb);
  ADD ("may-be-dropped-in-its-callback", 0, test_may_be_dropped_in_its_callback);
  g_test_add_func ("/dtls/fingerprints-are-read", test_fingerprints_are_read);
  g_test_add_func ("/dtls/warm-up", test_warm_up);
  return g_test_run ();
}
