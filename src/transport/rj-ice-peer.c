#include "rj-ice-peer.h"

#include <nice/agent.h>
#include <string.h>

#include "rj-certificate.h"
#include "rj-clock.h"
#include "rj-early-packets.h"
#include "rj-error.h"
#include "rj-ice-agent.h"
#include "rj-rtp.h"
#include "rj-srtp.h"
#include "rj-states.h"

#define MAX_PACKET     2048
#define MAX_EARLY_DTLS 16 /* datagrams kept until ICE says that it is connected */
#define MAX_EARLY_SRTP 64 /* packets kept until there are keys */
#define DEADLINE_US    (30 * G_USEC_PER_SEC) /* from the credentials to connected */

/* new → checking (remote known) → handshaking (ICE connected) → connected; any → failed → closed */
typedef enum {
  STATE_NEW,
  STATE_CHECKING,
  STATE_HANDSHAKING,
  STATE_CONNECTED,
  STATE_FAILED,
  STATE_CLOSED,
} State;

#define TO(s) RJ_STATE_BIT (STATE_##s)

static const RjStateRow states[] = {
  [STATE_NEW] = { "new", TO (CHECKING) | TO (FAILED) | TO (CLOSED) },
  [STATE_CHECKING] = { "checking", TO (HANDSHAKING) | TO (FAILED) | TO (CLOSED) },
  [STATE_HANDSHAKING] = { "handshaking", TO (CONNECTED) | TO (FAILED) | TO (CLOSED) },
  [STATE_CONNECTED] = { "connected", TO (FAILED) | TO (CLOSED) },
  [STATE_FAILED] = { "failed", TO (CLOSED) },
  [STATE_CLOSED] = { "closed", 0 },
};

struct _RjIcePeer {
  GObject parent_instance;

  State state;
  GMainContext *context;
  NiceAgent *agent; /* NULL after close */
  guint stream;
  RjIceCredentials local;
  GSList *early_candidates; /* of NiceCandidate, newest first, until set_remote */
  GQueue early_dtls;        /* of RjEarlyPacket, until ICE is connected */
  GQueue early_srtp;        /* of RjEarlyPacket, until there are keys */
  RjClock *clock;
  RjTimer *deadline;
  RjDtls *dtls;
  RjSrtp *srtp;
  gint64 last_packet_us;
  RjIcePeerCallbacks callbacks;
  gpointer user_data;
};

G_DEFINE_FINAL_TYPE (RjIcePeer, rj_ice_peer, G_TYPE_OBJECT)

static gboolean
move (RjIcePeer *self, State to)
{
  if (!rj_states_allow (states, G_N_ELEMENTS (states), self->state, to))
    return FALSE;
  g_debug ("peer %p: %s -> %s", (void *) self, states[self->state].name, states[to].name);
  self->state = to;
  return TRUE;
}

static void
fail (RjIcePeer *self, const GError *error)
{
  rj_clock_cancel_timer (self->clock, &self->deadline);
  if (move (self, STATE_FAILED) && self->callbacks.failed != NULL)
    self->callbacks.failed (self, error, self->user_data);
}

static void
fail_with (RjIcePeer *self, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (RJ_ERROR, RJ_ERROR_NO_MEDIA, message);

  fail (self, error);
}

/* --- sending --- */

static void
send_datagram (RjIcePeer *self, const guint8 *datagram, gsize size)
{
  if (self->agent != NULL)
    nice_agent_send (self->agent, self->stream, RJ_ICE_COMPONENT, (guint) size,
                     (const char *) datagram);
}

typedef gboolean (*Protect) (RjSrtp *srtp, guint8 *packet, gsize *size);

static void
send_protected (RjIcePeer *self, Protect protect, const guint8 *packet, gsize size)
{
  guint8 copy[MAX_PACKET + RJ_SRTP_MAX_TRAILER] __attribute__ ((aligned (8)));

  if (self->state != STATE_CONNECTED || size > MAX_PACKET)
    return;
  memcpy (copy, packet, size);
  if (protect (self->srtp, copy, &size))
    send_datagram (self, copy, size);
}

void
rj_ice_peer_send_rtp (RjIcePeer *self, const guint8 *packet, gsize size)
{
  g_return_if_fail (RJ_IS_ICE_PEER (self));

  send_protected (self, rj_srtp_protect_rtp, packet, size);
}

void
rj_ice_peer_send_rtcp (RjIcePeer *self, const guint8 *packet, gsize size)
{
  g_return_if_fail (RJ_IS_ICE_PEER (self));

  send_protected (self, rj_srtp_protect_rtcp, packet, size);
}

/* --- SRTP that arrives --- */

static void
take_srtp (RjIcePeer *self, guint8 *packet, gsize size, gint64 at_us)
{
  /* The other side is done with DTLS when its last flight leaves, and its media may overtake that flight: without
   * these the first key frame would be lost. */
  if (self->state == STATE_HANDSHAKING)
    rj_early_packets_keep (&self->early_srtp, MAX_EARLY_SRTP, packet, size, at_us);
  if (self->state != STATE_CONNECTED)
    return;
  if (rj_packet_classify (packet, size) == RJ_PACKET_RTCP) {
    if (rj_srtp_unprotect_rtcp (self->srtp, packet, &size) && self->callbacks.rtcp != NULL)
      self->callbacks.rtcp (self, packet, size, at_us, self->user_data);
  } else if (rj_srtp_unprotect_rtp (self->srtp, packet, &size) && self->callbacks.rtp != NULL) {
    self->callbacks.rtp (self, packet, size, at_us, self->user_data);
  }
}

static void
take_early_srtp (RjIcePeer *self)
{
  RjEarlyPacket *early;

  while ((early = g_queue_pop_head (&self->early_srtp)) != NULL) {
    take_srtp (self, early->data, early->size, early->at_us);
    g_free (early);
  }
}

/* --- DTLS --- */

static void
on_dtls_send (RjDtls *dtls, const guint8 *datagram, gsize size, gpointer user_data)
{
  send_datagram (user_data, datagram, size);
}

static void
on_dtls_connected (RjDtls *dtls, const RjSrtpKeys *keys, gpointer user_data)
{
  g_autoptr (RjIcePeer) self = g_object_ref (user_data);
  g_autoptr (GError) error = NULL;

  self->srtp = rj_srtp_new (keys, &error);
  if (self->srtp == NULL) {
    fail (self, error);
    return;
  }
  rj_clock_cancel_timer (self->clock, &self->deadline);
  if (move (self, STATE_CONNECTED) && self->callbacks.connected != NULL)
    self->callbacks.connected (self, self->user_data);
  take_early_srtp (self);
}

static void
on_dtls_failed (RjDtls *dtls, const GError *error, gpointer user_data)
{
  fail (user_data, error);
}

static const RjDtlsCallbacks dtls_callbacks = {
  .send = on_dtls_send,
  .connected = on_dtls_connected,
  .failed = on_dtls_failed,
};

static void
start_dtls (RjIcePeer *self)
{
  RjEarlyPacket *early;

  rj_dtls_start (self->dtls);
  while ((early = g_queue_pop_head (&self->early_dtls)) != NULL) {
    rj_dtls_take_datagram (self->dtls, early->data, early->size);
    g_free (early);
  }
}

static void
take_dtls (RjIcePeer *self, const guint8 *datagram, gsize size, gint64 at_us)
{
  if (self->state == STATE_HANDSHAKING || self->state == STATE_CONNECTED)
    rj_dtls_take_datagram (self->dtls, datagram, size);
  else if (self->state < STATE_HANDSHAKING)
    rj_early_packets_keep (&self->early_dtls, MAX_EARLY_DTLS, datagram, size, at_us);
}

/* --- ICE --- */

static void
on_ice_up (RjIcePeer *self)
{
  if (!move (self, STATE_HANDSHAKING))
    return;
  if (self->callbacks.ice_connected != NULL)
    self->callbacks.ice_connected (self, self->user_data);
  if (self->state == STATE_HANDSHAKING)
    start_dtls (self);
}

static void
on_component_state (
  NiceAgent *agent, guint stream, guint component, guint state, gpointer user_data)
{
  g_autoptr (RjIcePeer) self = g_object_ref (user_data);

  if (state == NICE_COMPONENT_STATE_CONNECTED || state == NICE_COMPONENT_STATE_READY)
    on_ice_up (self);
  else if (state == NICE_COMPONENT_STATE_FAILED)
    fail_with (self, "ICE: no pair of candidates works");
}

static void
on_local_candidate (NiceAgent *agent, NiceCandidate *candidate, gpointer user_data)
{
  g_autoptr (RjIcePeer) self = g_object_ref (user_data);
  g_autofree char *line = NULL;

  if (self->callbacks.candidate == NULL || candidate->component_id != RJ_ICE_COMPONENT)
    return;
  line = rj_ice_agent_format_candidate (agent, candidate);
  if (line != NULL)
    self->callbacks.candidate (self, line, self->user_data);
}

static void
on_gathering_done (NiceAgent *agent, guint stream, gpointer user_data)
{
  g_autoptr (RjIcePeer) self = g_object_ref (user_data);

  if (self->callbacks.gathering_done != NULL)
    self->callbacks.gathering_done (self, self->user_data);
}

static void
on_deadline (gpointer user_data)
{
  g_autoptr (RjIcePeer) self = g_object_ref (user_data);

  self->deadline = NULL;
  fail_with (self, self->state == STATE_HANDSHAKING ? "DTLS: no handshake within 30 s"
                                                    : "ICE: not connected within 30 s");
}

/* --- receiving --- */

static void
take_packet (RjIcePeer *self, guint8 *packet, gsize size)
{
  gint64 now_us = rj_clock_now_us (self->clock);

  switch (rj_packet_classify (packet, size)) {
  case RJ_PACKET_DTLS:
    self->last_packet_us = now_us;
    take_dtls (self, packet, size, now_us);
    break;
  case RJ_PACKET_RTP:
  case RJ_PACKET_RTCP:
    self->last_packet_us = now_us;
    take_srtp (self, packet, size, now_us);
    break;
  case RJ_PACKET_OTHER:
    break;
  }
}

static void
on_datagram (
  NiceAgent *agent, guint stream, guint component, guint size, char *datagram, gpointer user_data)
{
  g_autoptr (RjIcePeer) self = g_object_ref (user_data);
  guint8 aligned[MAX_PACKET] __attribute__ ((aligned (8)));

  if (size > MAX_PACKET)
    return;
  if (((gsize) datagram & 3) == 0) {
    take_packet (self, (guint8 *) datagram, size);
  } else {
    memcpy (aligned, datagram, size);
    take_packet (self, aligned, size);
  }
}

/* --- making one --- */

static gboolean
is_thread_default (GMainContext *context)
{
  GMainContext *current = g_main_context_get_thread_default ();

  if (current == NULL)
    current = g_main_context_default ();
  return context == current;
}

guint
rj_ice_peer_count_agents (void)
{
  return rj_ice_agent_count ();
}

static gboolean
set_up (RjIcePeer *self, const RjIcePeerConfig *config, GError **error)
{
  const RjCertificate *certificate = rj_certificate_get (error);

  if (certificate == NULL)
    return FALSE;
  self->agent = rj_ice_agent_new (self->context, config, &self->stream);
  if (self->stream == 0 ||
      !nice_agent_get_local_credentials (self->agent, self->stream, &self->local.ufrag,
                                         &self->local.password)) {
    g_set_error_literal (error, RJ_ERROR, RJ_ERROR_NO_MEDIA, "ICE: cannot make a stream");
    return FALSE;
  }
  self->local.fingerprint = g_strdup (certificate->fingerprint);
  g_signal_connect (self->agent, "component-state-changed", G_CALLBACK (on_component_state), self);
  g_signal_connect (self->agent, "new-candidate-full", G_CALLBACK (on_local_candidate), self);
  g_signal_connect (self->agent, "candidate-gathering-done", G_CALLBACK (on_gathering_done), self);
  nice_agent_attach_recv (self->agent, self->stream, RJ_ICE_COMPONENT, self->context, on_datagram,
                          self);
  return TRUE;
}

RjIcePeer *
rj_ice_peer_new (GMainContext *context,
                 const RjIcePeerConfig *config,
                 const RjIcePeerCallbacks *callbacks,
                 gpointer user_data,
                 GError **error)
{
  g_autoptr (RjIcePeer) self = NULL;

  g_return_val_if_fail (is_thread_default (context), NULL);

  self = g_object_new (RJ_TYPE_ICE_PEER, NULL);
  self->context = g_main_context_ref (context);
  self->callbacks = *callbacks;
  self->user_data = user_data;
  self->clock = config->clock == NULL ? rj_real_clock_new () : g_object_ref (config->clock);
  if (!set_up (self, config, error))
    return NULL;
  return g_steal_pointer (&self);
}

const RjIceCredentials *
rj_ice_peer_get_local (RjIcePeer *self)
{
  g_return_val_if_fail (RJ_IS_ICE_PEER (self), NULL);

  return &self->local;
}

/* --- the other side --- */

static void
add_candidates (RjIcePeer *self, GSList *candidates)
{
  nice_agent_set_remote_candidates (self->agent, self->stream, RJ_ICE_COMPONENT, candidates);
}

static void
free_candidates (GSList *candidates)
{
  g_slist_free_full (candidates, (GDestroyNotify) nice_candidate_free);
}

gboolean
rj_ice_peer_set_remote (RjIcePeer *self,
                        const RjIceCredentials *remote,
                        RjDtlsRole own_role,
                        GError **error)
{
  g_return_val_if_fail (RJ_IS_ICE_PEER (self), FALSE);

  if (self->state != STATE_NEW) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_CLOSED,
                 "ICE: the other side cannot be set, the peer is %s", states[self->state].name);
    return FALSE;
  }
  self->dtls =
    rj_dtls_new (own_role, remote->fingerprint, self->clock, &dtls_callbacks, self, error);
  if (self->dtls == NULL)
    return FALSE;
  if (!nice_agent_set_remote_credentials (self->agent, self->stream, remote->ufrag,
                                          remote->password)) {
    g_clear_object (&self->dtls);
    g_set_error_literal (error, RJ_ERROR, RJ_ERROR_PROTOCOL,
                         "ICE: bad credentials of the other side");
    return FALSE;
  }
  move (self, STATE_CHECKING);
  self->deadline = rj_clock_start_timer (self->clock, DEADLINE_US, on_deadline, self);
  self->early_candidates = g_slist_reverse (self->early_candidates);
  if (self->early_candidates != NULL)
    add_candidates (self, self->early_candidates);
  g_clear_pointer (&self->early_candidates, free_candidates);
  return TRUE;
}

gboolean
rj_ice_peer_add_candidate (RjIcePeer *self, const char *candidate)
{
  NiceCandidate *parsed;
  GSList *list;

  g_return_val_if_fail (RJ_IS_ICE_PEER (self), FALSE);

  if (self->agent == NULL)
    return FALSE;
  parsed = rj_ice_agent_parse_candidate (self->agent, self->stream, candidate);
  if (parsed == NULL)
    return FALSE;
  list = g_slist_append (NULL, parsed);
  if (self->state == STATE_NEW) {
    self->early_candidates = g_slist_concat (list, self->early_candidates);
    return TRUE;
  }
  add_candidates (self, list);
  free_candidates (list);
  return TRUE;
}

gboolean
rj_ice_peer_gather (RjIcePeer *self, GError **error)
{
  g_return_val_if_fail (RJ_IS_ICE_PEER (self), FALSE);

  if (self->agent != NULL && nice_agent_gather_candidates (self->agent, self->stream))
    return TRUE;
  g_set_error_literal (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "ICE: no local address can be bound");
  return FALSE;
}

gboolean
rj_ice_peer_get_pair (RjIcePeer *self, char **local, char **remote)
{
  NiceCandidate *ours;
  NiceCandidate *theirs;

  g_return_val_if_fail (RJ_IS_ICE_PEER (self), FALSE);

  if (self->agent == NULL ||
      !nice_agent_get_selected_pair (self->agent, self->stream, RJ_ICE_COMPONENT, &ours, &theirs))
    return FALSE;
  *local = rj_ice_agent_format_candidate (self->agent, ours);
  *remote = rj_ice_agent_format_candidate (self->agent, theirs);
  if (*local != NULL && *remote != NULL)
    return TRUE;
  g_clear_pointer (local, g_free);
  g_clear_pointer (remote, g_free);
  return FALSE;
}

gboolean
rj_ice_peer_is_connected (RjIcePeer *self)
{
  g_return_val_if_fail (RJ_IS_ICE_PEER (self), FALSE);

  return self->state == STATE_CONNECTED;
}

gint64
rj_ice_peer_get_last_packet_us (RjIcePeer *self)
{
  g_return_val_if_fail (RJ_IS_ICE_PEER (self), 0);

  return self->last_packet_us;
}

/* --- the end --- */

static void
close_agent (RjIcePeer *self)
{
  NiceAgent *agent = g_steal_pointer (&self->agent);

  if (agent == NULL)
    return;
  g_signal_handlers_disconnect_by_data (agent, self);
  rj_ice_agent_close (agent, self->stream, self->context);
}

void
rj_ice_peer_close (RjIcePeer *self)
{
  g_return_if_fail (RJ_IS_ICE_PEER (self));

  if (self->state == STATE_CLOSED)
    return;
  if (self->dtls != NULL)
    rj_dtls_close (self->dtls);
  move (self, STATE_CLOSED);
  rj_clock_cancel_timer (self->clock, &self->deadline);
  close_agent (self);
}

static void
rj_ice_peer_dispose (GObject *object)
{
  RjIcePeer *self = RJ_ICE_PEER (object);

  if (self->clock != NULL)
    rj_ice_peer_close (self);
  g_clear_object (&self->dtls);
  G_OBJECT_CLASS (rj_ice_peer_parent_class)->dispose (object);
}

static void
rj_ice_peer_finalize (GObject *object)
{
  RjIcePeer *self = RJ_ICE_PEER (object);

  g_clear_pointer (&self->early_candidates, free_candidates);
  g_queue_clear_full (&self->early_dtls, g_free);
  g_queue_clear_full (&self->early_srtp, g_free);
  g_clear_pointer (&self->srtp, rj_srtp_free);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->local.ufrag);
  g_free (self->local.password);
  g_free (self->local.fingerprint);
  G_OBJECT_CLASS (rj_ice_peer_parent_class)->finalize (object);
}

static void
rj_ice_peer_class_init (RjIcePeerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rj_ice_peer_dispose;
  G_OBJECT_CLASS (klass)->finalize = rj_ice_peer_finalize;
}

static void
rj_ice_peer_init (RjIcePeer *self)
{
  g_queue_init (&self->early_dtls);
  g_queue_init (&self->early_srtp);
}
