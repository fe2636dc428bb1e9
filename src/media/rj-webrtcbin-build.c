#include "rj-webrtcbin-build.h"

#include <agent.h>
#include <interfaces.h>
#include <gst/webrtc/webrtc.h>

#include "rj-consent.h"
#include "rj-error.h"
#include "rj-media-init.h"
#include "rj-offer-codecs.h"
#include "rj-reaper.h"
#include "rj-relays.h"
#include "rj-webrtcbin-news.h"

#define AUDIO_CAPS                                                                                 \
  "application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000,"                 \
  "encoding-params=(string)2"

/* A receiver that is silent learns nothing; the default is 5 s (RFC 3550) */
#define RTCP_INTERVAL (300 * GST_MSECOND)

static GstElement *
make (const char *factory, const char *name, GError **error)
{
  GstElement *element = gst_element_factory_make (factory, name);

  if (element != NULL)
    return element;
  if (rj_media_check_plugins (error))
    g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "no element %s", factory);
  return NULL;
}

static void
add_address (NiceAgent *agent, const char *text)
{
  NiceAddress address;

  nice_address_init (&address);
  if (nice_address_set_from_string (&address, text))
    nice_agent_add_local_address (agent, &address);
}

/* libnice gathers on exactly these, once there is one */
static void
add_addresses (NiceAgent *agent, RjLoopback loopback)
{
  GList *ips = loopback == RJ_LOOPBACK_TOO ? nice_interfaces_get_local_ips (FALSE) : NULL;

  if (loopback == RJ_LOOPBACK_NEVER)
    return;
  add_address (agent, "127.0.0.1");
  for (GList *ip = ips; ip != NULL; ip = ip->next)
    add_address (agent, ip->data);
  g_list_free_full (ips, g_free);
}

/* libnice waits for this long before each step of its checks, also the first one and the nomination. What it sends
 * does not become more by a shorter pause, only earlier: RFC 8445 14.2 paces the checks of a whole host, which one
 * agent cannot do for hundreds of others anyway. 5 ms made 19 ms of each way back, 2 ms make 10. */
#define PACING_MS 2

/* libnice as it should have been from the start: no UPnP (one thread, eleven descriptors and 200 ms), no TCP;
 * before anything is gathered */
static void
tune_ice (GstElement *webrtc, const RjPeerConfig *config)
{
  g_autoptr (GObject) agent = rj_webrtcbin_dup_nice_agent (webrtc);

  if (agent == NULL)
    return;
  g_object_set (agent, "upnp", FALSE, "ice-tcp", FALSE, "stun-pacing-timer", PACING_MS, NULL);
  add_addresses (NICE_AGENT (agent), config->loopback);
  if (config->detect_consent && !rj_consent_has (agent))
    g_warning ("this GStreamer makes its ICE agent in another way: no consent freshness");
}

gboolean
rj_webrtcbin_add_ice_servers (GstElement *webrtc, const RjPeerConfig *config, GError **error)
{
  gboolean has_turn = config->turn_servers != NULL && config->turn_servers->len > 0;

  if (config->relay_only && !config->ahead && !has_turn) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "media is to go through a TURN server (--ice relay), but the join answer names "
                 "none: configure one in the deployment, or leave that option out");
    return FALSE;
  }
  if (config->stun_servers != NULL && config->stun_servers->len > 0)
    g_object_set (webrtc, "stun-server", config->stun_servers->pdata[0], NULL);
  if (has_turn)
    rj_relays_note (webrtc);
  for (guint i = 0; has_turn && i < config->turn_servers->len; i++) {
    gboolean added = FALSE;

    g_signal_emit_by_name (webrtc, "add-turn-server", config->turn_servers->pdata[i], &added);
    if (!added) {
      g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL,
                   "TURN server %u of the session cannot be understood", i + 1);
      return FALSE;
    }
  }
  return TRUE;
}

static GstElement *
make_video_payloader (RjVideoCodec codec, GError **error)
{
  const RjVideoCodecFacts *facts = rj_video_codec_get_facts (codec);
  GstElement *payloader = make (facts->payloader, NULL, error);

  if (payloader == NULL)
    return NULL;
  g_object_set (payloader, "pt", facts->payload_type, NULL);
  if (codec == RJ_VIDEO_VP8)
    gst_util_set_object_arg (G_OBJECT (payloader), "picture-id-mode", "15-bit");
  else
    gst_util_set_object_arg (G_OBJECT (payloader), "aggregate-mode", "zero-latency");
  return payloader;
}

static GstElement *
make_audio_payloader (GError **error)
{
  GstElement *payloader = make ("rtpopuspay", NULL, error);

  if (payloader != NULL)
    g_object_set (payloader, "pt", 111, NULL);
  return payloader;
}

/* @payloader: (transfer floating) (nullable). @pad_name: of webrtcbin. Returns: (nullable): the source, in the
 * pipeline, linked through its payloader */
static RjSource *
add_source (RjWebrtcbinParts *self,
            GstCaps *caps,
            GstElement *payloader,
            const char *pad_name,
            GError **error)
{
  RjSource *source;

  if (payloader == NULL)
    return NULL;
  source = rj_source_new (caps);
  gst_bin_add_many (GST_BIN (self->pipeline), GST_ELEMENT (source), payloader, NULL);
  if (gst_element_link (GST_ELEMENT (source), payloader) &&
      gst_element_link_pads (payloader, "src", self->webrtc, pad_name))
    return source;
  g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "a payloader cannot be linked");
  return NULL;
}

static gboolean
add_sources (RjWebrtcbinParts *self, const RjPeerConfig *config, RjClip *clip, GError **error)
{
  if (config->has_audio) {
    self->audio = add_source (self, rj_clip_get_audio_caps (clip), make_audio_payloader (error),
                              "sink_%u", error);
    if (self->audio == NULL)
      return FALSE;
  }
  if (config->has_video) {
    self->video =
      add_source (self, rj_clip_get_video_caps (clip),
                  make_video_payloader (rj_clip_get_codec (clip), error), "sink_%u", error);
    if (self->video == NULL)
      return FALSE;
  }
  return TRUE;
}

gboolean
rj_webrtcbin_build (RjWebrtcbinParts *self,
                    const RjPeerConfig *config,
                    RjClip *clip,
                    GError **error)
{
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  GstElement *webrtc;

  rj_consent_want (config->detect_consent);
  webrtc = make ("webrtcbin", RJ_REAPER_WEBRTC_NAME, error);
  rj_consent_want (FALSE);
  if (webrtc == NULL)
    return FALSE;
  self->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  self->webrtc = webrtc;
  /* CLOCK_MONOTONIC, on which the sources rely */
  gst_pipeline_use_clock (GST_PIPELINE (self->pipeline), clock);
  g_object_set (webrtc, "latency", 0, NULL);
  /* max-bundle writes m=video 0, which Kurento takes for a refusal */
  gst_util_set_object_arg (G_OBJECT (webrtc), "bundle-policy", "max-compat");
  if (config->relay_only)
    gst_util_set_object_arg (G_OBJECT (webrtc), "ice-transport-policy", "relay");
  tune_ice (webrtc, config);
  gst_bin_add (GST_BIN (self->pipeline), webrtc);
  return rj_webrtcbin_add_ice_servers (webrtc, config, error) &&
         (config->direction == RJ_DIRECTION_RECEIVE || add_sources (self, config, clip, error));
}

/* @caps: (transfer full) */
static void
add_transceiver (GstElement *webrtc, GstCaps *caps)
{
  g_autoptr (GstCaps) owned = caps;
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;

  g_signal_emit_by_name (webrtc, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY,
                         owned, &transceiver);
}

/* Returns: whether the pad knows what flows through it: without that the offer has no a=ssrc, and Opus no
 * channels, and the media server connects but sees nothing */
static gboolean
prepare_sink_pad (GstElement *webrtc, GstPad *pad, gpointer unused)
{
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;

  g_object_get (pad, "transceiver", &transceiver, NULL);
  if (transceiver != NULL)
    g_object_set (transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY,
                  "do-nack", FALSE, NULL);
  return transceiver != NULL && gst_pad_has_current_caps (pad);
}

static gboolean
announce (RjSource *source, const char *name)
{
  return source == NULL || rj_source_announce (source, name);
}

static gboolean
prepare_offer (RjWebrtcbinParts *self, const RjPeerConfig *config)
{
  if (config->answers)
    return TRUE; /* what is received follows from the offer */
  if (config->direction == RJ_DIRECTION_RECEIVE) {
    if (config->has_audio)
      add_transceiver (self->webrtc, gst_caps_from_string (AUDIO_CAPS));
    if (config->has_video)
      add_transceiver (self->webrtc, rj_offer_make_video_caps (self->codec));
    return TRUE;
  }
  return announce (self->audio, "audio") && announce (self->video, "video") &&
         gst_element_foreach_sink_pad (self->webrtc, prepare_sink_pad, NULL);
}

gboolean
rj_webrtcbin_start (RjWebrtcbinParts *self, const RjPeerConfig *config, GError **error)
{
  if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE &&
      prepare_offer (self, config))
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "the peer's pipeline does not start");
  return FALSE;
}

/* Returns: (transfer full): what stands behind @element, which is taken out of the pipeline */
static GstPad *
remove_element (GstElement *pipeline, GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");
  GstPad *peer = gst_pad_get_peer (pad);

  gst_pad_unlink (pad, peer);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (pipeline), element);
  return peer;
}

static gboolean
read_ssrc (GstPad *webrtc_pad, guint *ssrc)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (webrtc_pad);

  return caps != NULL && gst_structure_get_uint (gst_caps_get_structure (caps, 0), "ssrc", ssrc);
}

gboolean
rj_webrtcbin_change_video (RjWebrtcbinParts *self, RjClip *clip, GError **error)
{
  g_autoptr (GstPad) payloader_pad =
    remove_element (self->pipeline, GST_ELEMENT (g_steal_pointer (&self->video)));
  g_autoptr (GstElement) old = gst_pad_get_parent_element (payloader_pad);
  g_autoptr (GstPad) webrtc_pad = remove_element (self->pipeline, old);
  g_autofree char *pad_name = gst_pad_get_name (webrtc_pad);
  GstElement *payloader = make_video_payloader (rj_clip_get_codec (clip), error);
  guint ssrc = 0;

  if (payloader == NULL)
    return FALSE;
  if (read_ssrc (webrtc_pad, &ssrc))
    g_object_set (payloader, "ssrc", ssrc, NULL);
  self->video = add_source (self, rj_clip_get_video_caps (clip), payloader, pad_name, error);
  if (self->video == NULL)
    return FALSE;
  if (gst_element_sync_state_with_parent (payloader) &&
      gst_element_sync_state_with_parent (GST_ELEMENT (self->video)) &&
      rj_source_announce (self->video, "video"))
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "the other codec's payloader does not start");
  return FALSE;
}

void
rj_webrtcbin_shorten_rtcp (GstElement *webrtc)
{
  g_autoptr (GstElement) rtpbin = gst_bin_get_by_name (GST_BIN (webrtc), "rtpbin");
  g_autoptr (GObject) session = NULL;

  if (rtpbin != NULL)
    g_signal_emit_by_name (rtpbin, "get-internal-session", 0, &session);
  if (session != NULL)
    g_object_set (session, "rtcp-min-interval", (guint64) RTCP_INTERVAL, NULL);
  else
    g_debug ("no RTP session to tune");
}
