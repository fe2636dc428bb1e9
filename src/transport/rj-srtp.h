/* SRTP and SRTCP of one peer (RFC 3711), both directions, profile AES128_CM_HMAC_SHA1_80. The thread that owns
 * the peer only. Any SSRC may be sent and received; replay window 1024 packets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RJ_SRTP_KEY_SIZE  16
#define RJ_SRTP_SALT_SIZE 14

/* How much longer a protected packet may be: authentication tag, SRTCP index, and what the library asks for */
#define RJ_SRTP_MAX_TRAILER 160

/* Master key followed by master salt, per direction. Secret. */
typedef struct {
  guint8 own[RJ_SRTP_KEY_SIZE + RJ_SRTP_SALT_SIZE];
  guint8 remote[RJ_SRTP_KEY_SIZE + RJ_SRTP_SALT_SIZE];
} RjSrtpKeys;

typedef struct _RjSrtp RjSrtp;

/* Returns: (transfer full) (nullable) */
RjSrtp *rj_srtp_new (const RjSrtpKeys *keys, GError **error);
void rj_srtp_free (RjSrtp *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjSrtp, rj_srtp_free)

/* Protects @packet in place; @size grows by at most RJ_SRTP_MAX_TRAILER, which must be free behind it. Returns:
 * FALSE for what is no RTP or RTCP packet. @packet aligned to 4. */
gboolean rj_srtp_protect_rtp (RjSrtp *self, guint8 *packet, gsize *size);
gboolean rj_srtp_protect_rtcp (RjSrtp *self, guint8 *packet, gsize *size);

/* Checks and decrypts @packet in place. Returns: FALSE when it was tampered with, repeated, or no packet.
 * @packet aligned to 4. */
gboolean rj_srtp_unprotect_rtp (RjSrtp *self, guint8 *packet, gsize *size);
gboolean rj_srtp_unprotect_rtcp (RjSrtp *self, guint8 *packet, gsize *size);

G_END_DECLS
