#include "rj-srtp.h"

#include <srtp2/srtp.h>

#include "rj-error.h"

#define REPLAY_WINDOW 1024
#define MIN_RTP_SIZE  12 /* RFC 3550, 5.1 */
#define MIN_RTCP_SIZE 8  /* RFC 3550, 6.4.2: an empty receiver report */

G_STATIC_ASSERT (RJ_SRTP_MAX_TRAILER >= SRTP_MAX_TRAILER_LEN + 4);
G_STATIC_ASSERT (RJ_SRTP_KEY_SIZE + RJ_SRTP_SALT_SIZE == SRTP_AES_ICM_128_KEY_LEN_WSALT);

struct _RjSrtp {
  srtp_t sending;
  srtp_t receiving;
};

/* Somebody else in the process may have initialised the library (GStreamer's plugin does): the second call finds
 * its own debug module loaded and answers bad_param, with everything in working order. */
static gboolean
init_library (GError **error)
{
  static gsize once;
  static srtp_err_status_t status;

  if (g_once_init_enter (&once)) {
    status = srtp_init ();
    g_once_init_leave (&once, 1);
  }
  if (status == srtp_err_status_ok || status == srtp_err_status_bad_param)
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
               "libsrtp cannot be initialised (status %d); reinstall it", (int) status);
  return FALSE;
}

static srtp_t
make_session (const guint8 *key, srtp_ssrc_type_t direction, GError **error)
{
  srtp_t session = NULL;
  guint8 copy[SRTP_AES_ICM_128_KEY_LEN_WSALT];
  srtp_policy_t policy = {
    .ssrc = { .type = direction },
    .key = copy,
    .window_size = REPLAY_WINDOW,
    .allow_repeat_tx = 1,
  };
  srtp_err_status_t status;

  memcpy (copy, key, sizeof copy);
  srtp_crypto_policy_set_rtp_default (&policy.rtp);
  srtp_crypto_policy_set_rtcp_default (&policy.rtcp);
  status = srtp_create (&session, &policy);
  memset (copy, 0, sizeof copy);
  if (status == srtp_err_status_ok)
    return session;
  g_set_error (error, RJ_ERROR, RJ_ERROR_NO_MEDIA, "cannot make an SRTP session (status %d)",
               (int) status);
  return NULL;
}

RjSrtp *
rj_srtp_new (const RjSrtpKeys *keys, GError **error)
{
  g_autoptr (RjSrtp) self = g_new0 (RjSrtp, 1);

  if (!init_library (error))
    return NULL;
  self->sending = make_session (keys->own, ssrc_any_outbound, error);
  if (self->sending == NULL)
    return NULL;
  self->receiving = make_session (keys->remote, ssrc_any_inbound, error);
  if (self->receiving == NULL)
    return NULL;
  return g_steal_pointer (&self);
}

void
rj_srtp_free (RjSrtp *self)
{
  g_clear_pointer (&self->sending, srtp_dealloc);
  g_clear_pointer (&self->receiving, srtp_dealloc);
  g_free (self);
}

typedef srtp_err_status_t (*Transform) (srtp_t session, void *packet, int *size);

static gboolean
run (srtp_t session, Transform transform, guint8 *packet, gsize *size, gsize min_size)
{
  int length = (int) *size;

  if (*size < min_size || *size > G_MAXUINT16 || packet[0] >> 6 != 2)
    return FALSE;
  if (transform (session, packet, &length) != srtp_err_status_ok)
    return FALSE;
  *size = (gsize) length;
  return TRUE;
}

gboolean
rj_srtp_protect_rtp (RjSrtp *self, guint8 *packet, gsize *size)
{
  return run (self->sending, srtp_protect, packet, size, MIN_RTP_SIZE);
}

gboolean
rj_srtp_protect_rtcp (RjSrtp *self, guint8 *packet, gsize *size)
{
  return run (self->sending, srtp_protect_rtcp, packet, size, MIN_RTCP_SIZE);
}

gboolean
rj_srtp_unprotect_rtp (RjSrtp *self, guint8 *packet, gsize *size)
{
  return run (self->receiving, srtp_unprotect, packet, size, MIN_RTP_SIZE);
}

gboolean
rj_srtp_unprotect_rtcp (RjSrtp *self, guint8 *packet, gsize *size)
{
  return run (self->receiving, srtp_unprotect_rtcp, packet, size, MIN_RTCP_SIZE);
}
