#include "rj-webrtcbin-news.h"

#include <agent.h>
#include <gst/webrtc/webrtc.h>

typedef struct {
  const RjWebrtcbinNews *news;
  RjMailbox *mailbox;
} Listener;

typedef void (*Moment) (gpointer owner, gint64 at_us);

typedef struct {
  const RjWebrtcbinNews *news;
  Moment moment;
  gint64 at_us;
  guint mline;
  char *text;
  GError *error;
} Letter;

static Listener *
listener_new (const RjWebrtcbinNews *news, RjMailbox *mailbox)
{
  Listener *listener = g_new0 (Listener, 1);

  listener->news = news;
  listener->mailbox = rj_mailbox_ref (mailbox);
  return listener;
}

static void
listener_free (gpointer data)
{
  Listener *listener = data;

  rj_mailbox_unref (listener->mailbox);
  g_free (listener);
}

static void
listener_free_closure (gpointer data, GClosure *closure)
{
  listener_free (data);
}

static Letter *
letter_new (const Listener *listener)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->news = listener->news;
  letter->at_us = g_get_monotonic_time ();
  return letter;
}

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  g_clear_error (&letter->error);
  g_free (letter->text);
  g_free (letter);
}

static void
open_moment (gpointer owner, gpointer data)
{
  const Letter *letter = data;

  letter->moment (owner, letter->at_us);
}

static void
open_candidate (gpointer owner, gpointer data)
{
  const Letter *letter = data;

  letter->news->candidate (owner, letter->mline, letter->text);
}

static void
open_error (gpointer owner, gpointer data)
{
  const Letter *letter = data;

  letter->news->pipeline_error (owner, letter->error);
}

static void
post_moment (const Listener *listener, Moment moment)
{
  Letter *letter = letter_new (listener);

  letter->moment = moment;
  rj_mailbox_post (listener->mailbox, open_moment, letter, letter_free);
}

static void
on_candidate_any (GstElement *webrtc, guint mline, const char *text, gpointer user_data)
{
  const Listener *listener = user_data;
  Letter *letter = letter_new (listener);

  letter->mline = mline;
  letter->text = g_strdup (text);
  rj_mailbox_post (listener->mailbox, open_candidate, letter, letter_free);
}

/* The state is read here, on webrtcbin's own thread: at home it would be a later one */
static void
on_ice_state_any (GstElement *webrtc, GParamSpec *pspec, gpointer user_data)
{
  const Listener *listener = user_data;
  GstWebRTCICEConnectionState state;

  g_object_get (webrtc, "ice-connection-state", &state, NULL);
  if (state == GST_WEBRTC_ICE_CONNECTION_STATE_CONNECTED ||
      state == GST_WEBRTC_ICE_CONNECTION_STATE_COMPLETED)
    post_moment (listener, listener->news->ice_connected);
  else if (state == GST_WEBRTC_ICE_CONNECTION_STATE_FAILED)
    post_moment (listener, listener->news->ice_failed);
}

static void
on_connection_state_any (GstElement *webrtc, GParamSpec *pspec, gpointer user_data)
{
  const Listener *listener = user_data;
  GstWebRTCPeerConnectionState state;

  g_object_get (webrtc, "connection-state", &state, NULL);
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED)
    post_moment (listener, listener->news->dtls_connected);
  else if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED)
    post_moment (listener, listener->news->connection_failed);
}

static GstBusSyncReply
on_message_any (GstBus *bus, GstMessage *message, gpointer user_data)
{
  const Listener *listener = user_data;
  Letter *letter;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    letter = letter_new (listener);
    gst_message_parse_error (message, &letter->error, NULL);
    rj_mailbox_post (listener->mailbox, open_error, letter, letter_free);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
connect_listener (GstElement *webrtc, const char *signal, GCallback callback, Listener *listener)
{
  g_signal_connect_data (webrtc, signal, callback, listener, listener_free_closure, 0);
}

void
rj_webrtcbin_listen (GstElement *pipeline,
                     GstElement *webrtc,
                     const RjWebrtcbinNews *news,
                     RjMailbox *mailbox)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  gst_bus_set_sync_handler (bus, on_message_any, listener_new (news, mailbox), listener_free);
  connect_listener (webrtc, "on-ice-candidate", G_CALLBACK (on_candidate_any),
                    listener_new (news, mailbox));
  connect_listener (webrtc, "notify::ice-connection-state", G_CALLBACK (on_ice_state_any),
                    listener_new (news, mailbox));
  connect_listener (webrtc, "notify::connection-state", G_CALLBACK (on_connection_state_any),
                    listener_new (news, mailbox));
}

/* Of what a TURN client speaks to its server libnice tells nothing but by the priority: type preference 30 for
 * UDP, 20 for TCP (RFC 8445, 5.1.2.1) */
static gboolean
is_over_tcp (const NiceCandidate *candidate, gboolean is_own)
{
  if (is_own && candidate->type == NICE_CANDIDATE_TYPE_RELAYED)
    return candidate->priority >> 24 < 30;
  return candidate->transport != NICE_CANDIDATE_TRANSPORT_UDP;
}

static const char *
get_candidate_type (const NiceCandidate *candidate)
{
  switch (candidate->type) {
  case NICE_CANDIDATE_TYPE_HOST:
    return "host";
  case NICE_CANDIDATE_TYPE_SERVER_REFLEXIVE:
    return "srflx";
  case NICE_CANDIDATE_TYPE_PEER_REFLEXIVE:
    return "prflx";
  case NICE_CANDIDATE_TYPE_RELAYED:
    return "relay";
  default:
    return "unknown";
  }
}

/* Returns: (transfer full): "host/udp" */
static char *
describe_candidate (const NiceCandidate *candidate, gboolean is_own)
{
  return g_strdup_printf ("%s/%s", get_candidate_type (candidate),
                          is_over_tcp (candidate, is_own) ? "tcp" : "udp");
}

GObject *
rj_webrtcbin_dup_nice_agent (GstElement *webrtc)
{
  g_autoptr (GObject) ice = NULL;
  GObject *agent = NULL;

  g_object_get (webrtc, "ice-agent", &ice, NULL);
  if (ice != NULL)
    g_object_get (ice, "agent", &agent, NULL);
  return agent;
}

#define MAX_STREAMS 4

GSocket *
rj_webrtcbin_dup_socket (GstElement *webrtc)
{
  g_autoptr (GObject) agent = rj_webrtcbin_dup_nice_agent (webrtc);

  for (guint stream = 1; agent != NULL && stream <= MAX_STREAMS; stream++) {
    GSocket *socket = /* (transfer full) */
      nice_agent_get_selected_socket (NICE_AGENT (agent), stream, NICE_COMPONENT_TYPE_RTP);

    if (socket != NULL)
      return socket;
  }
  return NULL;
}

void
rj_webrtcbin_read_selected_pair (GstElement *webrtc, char **local, char **remote)
{
  g_autoptr (GObject) agent = rj_webrtcbin_dup_nice_agent (webrtc);

  *local = *remote = NULL;
  for (guint stream = 1; agent != NULL && stream <= MAX_STREAMS; stream++) {
    NiceCandidate *own = NULL;
    NiceCandidate *other = NULL;

    if (!nice_agent_get_selected_pair (NICE_AGENT (agent), stream, NICE_COMPONENT_TYPE_RTP, &own,
                                       &other))
      continue;
    *local = describe_candidate (own, TRUE);
    *remote = describe_candidate (other, FALSE);
    return;
  }
}

char *
rj_webrtcbin_read_remote_certificate (GstElement *webrtc)
{
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  g_autoptr (GObject) sender = NULL;
  g_autoptr (GObject) transport = NULL;
  char *pem = NULL;

  g_signal_emit_by_name (webrtc, "get-transceiver", 0, &transceiver);
  if (transceiver != NULL)
    g_object_get (transceiver, "sender", &sender, NULL);
  if (sender != NULL)
    g_object_get (sender, "transport", &transport, NULL);
  if (transport != NULL)
    g_object_get (transport, "remote-certificate", &pem, NULL);
  return pem;
}
