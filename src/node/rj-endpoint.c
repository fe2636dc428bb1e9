#include "rj-endpoint-private.h"

#include "rj-error.h"
#include "rj-sdp-kurento.h"

#define FIRST_SESSION_NUMBER 4004444149u /* Kurento's are seconds since 1900; ours only count */

G_DEFINE_QUARK (rj_endpoint_error, rj_endpoint_error)

const char *
rj_endpoint_error_get_type (int code)
{
  static const struct {
    int code;
    const char *type;
  } rows[] = {
    { RJ_ENDPOINT_ERROR_SDP, "SDP_PARSE_ERROR" },
    { RJ_ENDPOINT_ERROR_PROCESS_ANSWER, "SDP_END_POINT_PROCESS_ANSWER_ERROR" },
    { RJ_ENDPOINT_ERROR_NEGOTIATED, "SDP_END_POINT_ALREADY_NEGOTIATED" },
    { RJ_ENDPOINT_ERROR_NO_OFFER, "SDP_END_POINT_NOT_OFFER_GENERATED" },
    { RJ_ENDPOINT_ERROR_ANSWERED, "SDP_END_POINT_ANSWER_ALREADY_PROCCESED" },
    { RJ_ENDPOINT_ERROR_GATHER, "ICE_GATHER_CANDIDATES_ERROR" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (rows[i].code == code)
      return rows[i].type;
  }
  return NULL;
}

RjEndpoint *
rj_endpoint_new (const RjEndpointPlace *place,
                 const char *id,
                 guint number,
                 RjEndpointFunc event,
                 gpointer user_data)
{
  static int n_sessions;
  RjEndpoint *self = g_new0 (RjEndpoint, 1);

  self->place = place;
  self->id = g_strdup (id);
  self->number = number;
  self->event = event;
  self->user_data = user_data;
  self->element = rj_element_new (&rj_endpoint_element_funcs, self);
  self->early = g_ptr_array_new_with_free_func (g_free);
  self->mids = g_ptr_array_new_with_free_func (g_free);
  self->max_receive_kbps = 1000; /* Kurento's default */
  self->session_number = FIRST_SESSION_NUMBER + (guint32) g_atomic_int_add (&n_sessions, 1);
  self->cname = g_strdup_printf ("user%u@host-%x", rj_dice_roll_u32 (place->dice),
                                 rj_dice_roll_u32 (place->dice));
  for (guint i = 0; i < G_N_ELEMENTS (self->ssrcs); i++)
    self->ssrcs[i] = MAX (rj_dice_roll_u32 (place->dice), 1);
  return self;
}

void
rj_endpoint_free (RjEndpoint *self)
{
  if (self == NULL)
    return;
  rj_element_free (self->element);
  if (self->peer != NULL)
    rj_ice_peer_close (self->peer);
  g_clear_object (&self->peer);
  rj_rtp_session_free (self->rtp);
  g_ptr_array_unref (self->early);
  g_ptr_array_unref (self->mids);
  g_free (self->stun_address);
  g_free (self->cname);
  g_free (self->id);
  g_free (self);
}

RjElement *
rj_endpoint_get_element (RjEndpoint *self)
{
  return self->element;
}

void
rj_endpoint_set_stun_address (RjEndpoint *self, const char *address)
{
  g_free (self->stun_address);
  self->stun_address = g_strdup (address);
}

void
rj_endpoint_set_stun_port (RjEndpoint *self, guint port)
{
  self->stun_port = port;
}

void
rj_endpoint_set_max_receive_kbps (RjEndpoint *self, guint kbps)
{
  self->max_receive_kbps = kbps;
}

static gboolean
fail_negotiated (GError **error)
{
  g_set_error_literal (error, RJ_ENDPOINT_ERROR, RJ_ENDPOINT_ERROR_NEGOTIATED,
                       "Endpoint already negotiated");
  return FALSE;
}

/* libnice takes addresses, not names; on the loopback nobody needs STUN */
static gboolean
can_use_stun (RjEndpoint *self)
{
  return !self->place->loopback_only && self->stun_port != 0 && self->stun_address != NULL &&
         g_hostname_is_ip_address (self->stun_address);
}

static gboolean
make_peer (RjEndpoint *self, gboolean controlling, GError **error)
{
  RjIcePeerConfig config = {
    .controlling = controlling,
    .loopback_only = self->place->loopback_only,
  };

  if (can_use_stun (self)) {
    config.stun_server = self->stun_address;
    config.stun_port = self->stun_port;
  }
  self->peer =
    rj_ice_peer_new (self->place->context, &config, &rj_endpoint_peer_callbacks, self, error);
  return self->peer != NULL;
}

static void
describe_local (RjEndpoint *self, RjSdpLocal *local)
{
  const RjIceCredentials *credentials = rj_ice_peer_get_local (self->peer);

  local->ufrag = credentials->ufrag;
  local->password = credentials->password;
  local->fingerprint = credentials->fingerprint;
  local->cname = self->cname;
  local->session_number = self->session_number;
  local->ssrcs = self->ssrcs;
  local->n_ssrcs = G_N_ELEMENTS (self->ssrcs);
}

static RjSdp *
parse (const char *text, GError **error)
{
  g_autoptr (GError) cause = NULL;
  RjSdp *sdp = rj_sdp_parse (text, &cause);

  if (sdp != NULL && sdp->media->len > 0)
    return sdp;
  g_debug ("SDP refused: %s", cause == NULL ? "no m-line" : cause->message);
  g_clear_pointer (&sdp, rj_sdp_free);
  g_set_error_literal (error, RJ_ENDPOINT_ERROR, RJ_ENDPOINT_ERROR_SDP, "Invalid SDP");
  return NULL;
}

static int
find_first_accepted (const RjSdp *answer)
{
  for (guint i = 0; i < answer->media->len; i++) {
    if (rj_sdp_get_media (answer, i)->port != 0)
      return (int) i;
  }
  return -1;
}

/* Candidates inside the description, for clients that do not trickle */
static void
add_described_candidates (RjEndpoint *self, const RjSdp *remote, guint mline)
{
  g_autoptr (GPtrArray) candidates = rj_sdp_media_get_candidates (rj_sdp_get_media (remote, mline));

  for (guint i = 0; i < candidates->len; i++)
    rj_ice_peer_add_candidate (self->peer, g_ptr_array_index (candidates, i));
}

static void
add_early_candidates (RjEndpoint *self)
{
  for (guint i = 0; i < self->early->len; i++)
    rj_ice_peer_add_candidate (self->peer, g_ptr_array_index (self->early, i));
  g_ptr_array_set_size (self->early, 0);
}

/* @own: our setup */
static gboolean
set_remote (RjEndpoint *self, const RjSdp *remote, guint mline, RjSdpSetup own, GError **error)
{
  g_autoptr (RjSdpTransport) transport = rj_sdp_get_transport (remote, mline, error);
  RjIceCredentials credentials;

  if (transport == NULL)
    return FALSE;
  credentials.ufrag = transport->ufrag;
  credentials.password = transport->password;
  credentials.fingerprint = transport->fingerprint;
  if (!rj_ice_peer_set_remote (self->peer, &credentials,
                               own == RJ_SDP_SETUP_PASSIVE ? RJ_DTLS_PASSIVE : RJ_DTLS_ACTIVE,
                               error))
    return FALSE;
  add_described_candidates (self, remote, mline);
  add_early_candidates (self);
  return TRUE;
}

static void
remember_mids (RjEndpoint *self, const RjSdp *answer)
{
  g_ptr_array_set_size (self->mids, 0);
  for (guint i = 0; i < answer->media->len; i++) {
    const RjSdpMedia *media = rj_sdp_get_media (answer, i);
    const char *mid = rj_sdp_media_get_mid (media);

    g_ptr_array_add (self->mids, media->port == 0 ? NULL : g_strdup (mid == NULL ? "" : mid));
  }
}

static void
start_rtp (RjEndpoint *self, const RjSdp *answer, const RjSdp *remote, gboolean ours)
{
  RjRtpDescription description;

  rj_rtp_description_init (&description, answer, remote, self->ssrcs, ours);
  description.cname = g_strdup (self->cname);
  description.max_receive_kbps = self->max_receive_kbps;
  description.black_pictures = self->place->black_pictures;
  self->rtp = rj_rtp_session_new (self->place->clock, self->place->dice, &description,
                                  &rj_endpoint_rtp_callbacks, self);
  rj_rtp_description_clear (&description);
}

/* Returns: (transfer full) (nullable): the answer's text; the offer may be of bad content, then it is Kurento's
 * parse error too */
static char *
answer_offer (RjEndpoint *self, const RjSdp *offer, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (RjSdp) answer = NULL;
  RjSdpLocal local;
  int mline;

  describe_local (self, &local);
  text = rj_sdp_build_answer (offer, &local, error);
  answer = text == NULL ? NULL : rj_sdp_parse (text, error);
  if (answer == NULL)
    return NULL;
  mline = find_first_accepted (answer);
  if (mline >= 0) {
    const RjSdpMedia *media = rj_sdp_get_media (answer, (guint) mline);
    RjSdpSetup own = rj_sdp_setup_from_text (rj_sdp_media_get_attribute (media, "setup"));

    if (!set_remote (self, offer, (guint) mline, own, error))
      return NULL;
  }
  remember_mids (self, answer);
  start_rtp (self, answer, offer, TRUE);
  return g_steal_pointer (&text);
}

char *
rj_endpoint_process_offer (RjEndpoint *self, const char *offer_text, GError **error)
{
  g_autoptr (RjSdp) offer = NULL;
  g_autoptr (GError) cause = NULL;
  char *answer;

  if (self->state != RJ_ENDPOINT_NEW) {
    fail_negotiated (error);
    return NULL;
  }
  offer = parse (offer_text, error);
  if (offer == NULL || !make_peer (self, FALSE, error))
    return NULL;
  answer = answer_offer (self, offer, &cause);
  if (answer == NULL) {
    g_debug ("offer refused: %s", cause->message);
    rj_ice_peer_close (self->peer);
    g_clear_object (&self->peer);
    g_set_error_literal (error, RJ_ENDPOINT_ERROR, RJ_ENDPOINT_ERROR_SDP, "Invalid SDP");
    return NULL;
  }
  self->state = RJ_ENDPOINT_ANSWERED;
  return answer;
}

char *
rj_endpoint_generate_offer (RjEndpoint *self, guint media, GError **error)
{
  gboolean has_audio = (media & 1u << RJ_MEDIUM_AUDIO) != 0;
  gboolean has_video = (media & 1u << RJ_MEDIUM_VIDEO) != 0;
  RjSdpLocal local;

  if (self->state != RJ_ENDPOINT_NEW) {
    fail_negotiated (error);
    return NULL;
  }
  if (!make_peer (self, TRUE, error))
    return NULL;
  self->state = RJ_ENDPOINT_OFFERING;
  if (has_audio)
    g_ptr_array_add (self->mids, g_strdup ("audio0"));
  if (has_video)
    g_ptr_array_add (self->mids, g_strdup ("video0"));
  describe_local (self, &local);
  return rj_sdp_build_offer (&local, has_audio, has_video);
}

gboolean
rj_endpoint_process_answer (RjEndpoint *self, const char *answer_text, GError **error)
{
  g_autoptr (RjSdp) answer = NULL;
  g_autoptr (GError) cause = NULL;
  RjSdpSetup theirs;
  int mline;

  if (self->state == RJ_ENDPOINT_NEW || self->state == RJ_ENDPOINT_ANSWERED) {
    g_set_error_literal (error, RJ_ENDPOINT_ERROR, RJ_ENDPOINT_ERROR_NO_OFFER,
                         "Offer not generated. It is not possible to process an answer.");
    return FALSE;
  }
  if (self->state == RJ_ENDPOINT_SETTLED) {
    g_set_error_literal (error, RJ_ENDPOINT_ERROR, RJ_ENDPOINT_ERROR_ANSWERED,
                         "Sdp Answer already processed");
    return FALSE;
  }
  answer = parse (answer_text, error);
  if (answer == NULL)
    return FALSE;
  mline = find_first_accepted (answer);
  theirs = mline < 0 ? RJ_SDP_SETUP_NONE
                     : rj_sdp_setup_from_text (rj_sdp_media_get_attribute (
                         rj_sdp_get_media (answer, (guint) mline), "setup"));
  if (mline >= 0 &&
      !set_remote (self, answer, (guint) mline, rj_sdp_setup_answer (theirs), &cause)) {
    g_debug ("answer refused: %s", cause->message);
    g_set_error_literal (error, RJ_ENDPOINT_ERROR, RJ_ENDPOINT_ERROR_PROCESS_ANSWER,
                         "Error processing answer");
    return FALSE;
  }
  self->state = RJ_ENDPOINT_SETTLED;
  start_rtp (self, answer, answer, FALSE);
  if (self->gathers)
    rj_endpoint_tell_connecting (self);
  return TRUE;
}

gboolean
rj_endpoint_gather (RjEndpoint *self, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (self->peer == NULL) {
    g_set_error_literal (error, RJ_ENDPOINT_ERROR, RJ_ENDPOINT_ERROR_GATHER,
                         "Error gathering candidates");
    return FALSE;
  }
  rj_endpoint_tell_gathering (self);
  if (!rj_ice_peer_gather (self->peer, &cause)) {
    g_set_error (error, RJ_ENDPOINT_ERROR, RJ_ENDPOINT_ERROR_GATHER,
                 "Error gathering candidates: %s", cause->message);
    return FALSE;
  }
  self->gathers = TRUE;
  if (self->rtp != NULL)
    rj_endpoint_tell_connecting (self);
  return TRUE;
}

void
rj_endpoint_add_candidate (RjEndpoint *self, const char *candidate)
{
  if (self->peer != NULL)
    rj_ice_peer_add_candidate (self->peer, candidate);
  else if (self->state == RJ_ENDPOINT_NEW || self->state == RJ_ENDPOINT_ANSWERED)
    g_ptr_array_add (self->early, g_strdup (candidate));
}
