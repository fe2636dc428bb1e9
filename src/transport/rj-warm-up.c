#include "rj-clock.h"
#include "rj-error.h"
#include "rj-certificate.h"
#include "rj-ice-peer.h"

/* Two ends in memory; a datagram that one sends waits in the other's queue, so that neither is entered twice. */
typedef struct _End End;

struct _End {
  RjDtls *dtls;
  End *other;
  GQueue inbox; /* of GBytes */
  RjSrtp *srtp;
  GError *error;
};

static void
on_send (RjDtls *dtls, const guint8 *datagram, gsize size, gpointer user_data)
{
  End *end = user_data;

  g_queue_push_tail (&end->other->inbox, g_bytes_new (datagram, size));
}

static void
on_connected (RjDtls *dtls, const RjSrtpKeys *keys, gpointer user_data)
{
  End *end = user_data;

  end->srtp = rj_srtp_new (keys, &end->error);
}

static void
on_failed (RjDtls *dtls, const GError *error, gpointer user_data)
{
  End *end = user_data;

  g_clear_error (&end->error);
  end->error = g_error_copy (error);
}

static const RjDtlsCallbacks callbacks = { on_send, on_connected, on_failed };

static gboolean
deliver (End *end)
{
  GBytes *datagram = g_queue_pop_head (&end->inbox);

  if (datagram == NULL)
    return FALSE;
  rj_dtls_take_datagram (end->dtls, g_bytes_get_data (datagram, NULL), g_bytes_get_size (datagram));
  g_bytes_unref (datagram);
  return TRUE;
}

static gboolean
shake_hands (End *active, End *passive, GError **error)
{
  gboolean moving = TRUE;

  rj_dtls_start (passive->dtls);
  rj_dtls_start (active->dtls);
  while (moving) {
    moving = deliver (active);
    moving = deliver (passive) || moving;
  }
  if (active->srtp != NULL && passive->srtp != NULL)
    return TRUE;
  if (active->error != NULL)
    g_propagate_error (error, g_steal_pointer (&active->error));
  else if (passive->error != NULL)
    g_propagate_error (error, g_steal_pointer (&passive->error));
  else
    g_set_error_literal (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
                         "DTLS: the handshake in memory did not finish");
  return FALSE;
}

static void
end_clear (End *end)
{
  if (end->dtls != NULL)
    rj_dtls_close (end->dtls);
  g_clear_object (&end->dtls);
  g_clear_pointer (&end->srtp, rj_srtp_free);
  g_clear_error (&end->error);
}

gboolean
rj_transport_warm_up (GError **error)
{
  const RjCertificate *certificate = rj_certificate_get (error);
  g_autoptr (RjClock) clock = rj_real_clock_new ();
  End active = { .inbox = G_QUEUE_INIT };
  End passive = { .inbox = G_QUEUE_INIT, .other = &active };
  gboolean ok = FALSE;

  active.other = &passive;
  if (certificate == NULL)
    return FALSE;
  active.dtls =
    rj_dtls_new (RJ_DTLS_ACTIVE, certificate->fingerprint, clock, &callbacks, &active, error);
  if (active.dtls != NULL)
    passive.dtls =
      rj_dtls_new (RJ_DTLS_PASSIVE, certificate->fingerprint, clock, &callbacks, &passive, error);
  if (passive.dtls != NULL)
    ok = shake_hands (&active, &passive, error);
  end_clear (&active);
  end_clear (&passive);
  g_queue_clear_full (&active.inbox, (GDestroyNotify) g_bytes_unref);
  g_queue_clear_full (&passive.inbox, (GDestroyNotify) g_bytes_unref);
  return ok;
}
