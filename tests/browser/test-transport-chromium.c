/* Chromium as a witness of the transport: it sends its fake camera and microphone to an RjIcePeer, which reflects
 * the packets under other SSRCs; Chromium decodes them and says how many frames it saw. Skipped without Chromium. */
#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "rj-ice-peer.h"
#include "rj-json.h"
#include "rj-reception.h"
#include "rj-rtcp.h"
#include "rj-rtp.h"

#define OWN_VIDEO_SSRC 0x11111111
#define OWN_AUDIO_SSRC 0x22222222
#define DEADLINE_S     60

typedef struct {
  guint8 payload_type;
  guint32 own_ssrc;
  guint32 clock_rate;
  guint32 their_ssrc; /* 0: not heard yet */
  guint32 n_packets;
  guint32 n_octets;
  guint32 last_timestamp;
  RjReception reception;
} Stream;

typedef struct {
  SoupServer *server;
  GSubprocess *browser;
  char *profile_dir;
  RjDtlsRole own_role;
  RjIcePeer *peer;
  GPtrArray *candidates; /* own, for the answer */
  gboolean connected;
  GError *error;
  char *trouble; /* what the page complained of */
  Stream video;
  Stream audio;
  guint n_asked;      /* key frames that the page asked for */
  JsonObject *report; /* the page's last one */
} Fixture;

static gboolean
wake_up (gpointer unused)
{
  return G_SOURCE_REMOVE;
}

static void
wait_for (Fixture *f, gboolean (*condition) (Fixture *f), const char *what)
{
  gint64 deadline_us = g_get_monotonic_time () + DEADLINE_S * G_USEC_PER_SEC;

  while (!condition (f)) {
    guint id = g_timeout_add (50, wake_up, NULL);

    g_main_context_iteration (NULL, TRUE);
    if (g_main_context_find_source_by_id (NULL, id) != NULL)
      g_source_remove (id);
    g_assert_no_error (f->error);
    g_assert_cmpstr (f->trouble, ==, NULL);
    if (g_get_monotonic_time () > deadline_us) {
      g_autofree char *last = f->report == NULL ? NULL : rj_json_object_to_text (f->report);

      g_error ("not seen: %s; the page's last report: %s", what, last);
    }
  }
}

/* --- the peer reflects --- */

static void
on_candidate (RjIcePeer *peer, const char *candidate, gpointer user_data)
{
  g_ptr_array_add (((Fixture *) user_data)->candidates, g_strdup (candidate));
}

static void
on_connected (RjIcePeer *peer, gpointer user_data)
{
  ((Fixture *) user_data)->connected = TRUE;
}

static void
on_failed (RjIcePeer *peer, const GError *error, gpointer user_data)
{
  ((Fixture *) user_data)->error = g_error_copy (error);
}

static void
ask_for_key_frame (Fixture *f)
{
  guint8 compound[64];
  gsize size = rj_rtcp_write_rr (compound, sizeof compound, OWN_VIDEO_SSRC, NULL, 0);

  size += rj_rtcp_write_pli (compound + size, sizeof compound - size, OWN_VIDEO_SSRC,
                             f->video.their_ssrc);
  rj_ice_peer_send_rtcp (f->peer, compound, size);
}

static void
send_report (Fixture *f, Stream *stream, gint64 now_us)
{
  guint8 compound[256];
  RjRtcpReportBlock block;
  RjRtcpSenderInfo info = { rj_ntp_from_wall_us (g_get_real_time ()), stream->last_timestamp,
                            stream->n_packets, stream->n_octets };
  gsize size;

  g_assert_true (rj_reception_report (&stream->reception, stream->their_ssrc, now_us, &block));
  size = rj_rtcp_write_sr (compound, sizeof compound, stream->own_ssrc, &info, &block, 1);
  size += rj_rtcp_write_sdes (compound + size, sizeof compound - size, stream->own_ssrc, "echo");
  rj_ice_peer_send_rtcp (f->peer, compound, size);
}

static void
on_rtp (RjIcePeer *peer, guint8 *packet, gsize size, gint64 at_us, gpointer user_data)
{
  Fixture *f = user_data;
  RjRtpHeader header;
  Stream *stream;

  g_assert_true (rj_rtp_parse (packet, size, &header));
  stream = header.payload_type == f->video.payload_type ? &f->video : &f->audio;
  if (header.payload_type != stream->payload_type)
    return;
  stream->their_ssrc = header.ssrc;
  rj_reception_add (&stream->reception, header.sequence, header.timestamp, size, at_us);
  stream->n_packets++;
  stream->n_octets += (guint32) header.payload_size;
  stream->last_timestamp = header.timestamp;
  rj_rtp_set_ssrc (packet, stream->own_ssrc);
  rj_ice_peer_send_rtp (peer, packet, size);
  if (stream->n_packets % 20 == 0)
    send_report (f, stream, at_us);
}

static void
on_rtcp (RjIcePeer *peer, guint8 *packet, gsize size, gint64 at_us, gpointer user_data)
{
  Fixture *f = user_data;
  RjRtcpIter iter;
  RjRtcpPacket part;

  rj_rtcp_iter_init (&iter, packet, size);
  while (rj_rtcp_iter_next (&iter, &part)) {
    RjRtcpSenderInfo info;
    guint32 ssrc;

    if (rj_rtcp_parse_sr (&part, &info)) {
      Stream *stream = part.ssrc == f->video.their_ssrc ? &f->video : &f->audio;

      rj_reception_add_sr (&stream->reception, &info, at_us);
    } else if (rj_rtcp_parse_pli (&part, &ssrc)) {
      g_assert_cmphex (ssrc, ==, OWN_VIDEO_SSRC);
      f->n_asked++;
      ask_for_key_frame (f);
    }
  }
  g_assert_true (rj_rtcp_iter_is_clean (&iter));
}

/* --- the answer --- */

/* Returns: (transfer full) (nullable): the rest of the first line that begins with @prefix */
static char *
find_line (const char *sdp, const char *prefix)
{
  g_auto (GStrv) lines = g_strsplit (sdp, "\r\n", -1);

  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, prefix))
      return g_strdup (*line + strlen (prefix));
  return NULL;
}

static guint8
find_payload_type (const char *section, const char *codec)
{
  g_auto (GStrv) lines = g_strsplit (section, "\r\n", -1);

  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, "a=rtpmap:") && g_str_has_suffix (*line, codec))
      return (guint8) g_ascii_strtoull (*line + strlen ("a=rtpmap:"), NULL, 10);
  g_assert_not_reached ();
}

static void
append_section (Fixture *f, GString *sdp, const char *section)
{
  const RjIceCredentials *own = rj_ice_peer_get_local (f->peer);
  gboolean video = g_str_has_prefix (section, "video");
  Stream *stream = video ? &f->video : &f->audio;
  const char *codec = video ? "VP8/90000" : "opus/48000/2";
  g_autofree char *mid = find_line (section, "a=mid:");

  stream->payload_type = find_payload_type (section, codec);
  g_string_append_printf (sdp,
                          "m=%s 9 UDP/TLS/RTP/SAVPF %u\r\nc=IN IP4 0.0.0.0\r\na=rtcp-mux\r\n"
                          "a=mid:%s\r\na=rtpmap:%u %s\r\na=sendrecv\r\na=setup:%s\r\n"
                          "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=fingerprint:sha-256 %s\r\n",
                          video ? "video" : "audio", stream->payload_type, mid,
                          stream->payload_type, codec,
                          f->own_role == RJ_DTLS_ACTIVE ? "active" : "passive", own->ufrag,
                          own->password, own->fingerprint);
  if (video)
    g_string_append_printf (sdp, "a=rtcp-fb:%u nack pli\r\n", stream->payload_type);
  g_string_append_printf (sdp, "a=ssrc:%u cname:echo\r\na=ssrc:%u msid:echo %s\r\n",
                          stream->own_ssrc, stream->own_ssrc, video ? "v" : "a");
  for (guint i = 0; i < f->candidates->len; i++)
    g_string_append_printf (sdp, "a=%s\r\n", (char *) f->candidates->pdata[i]);
}

static char *
make_answer (Fixture *f, const char *offer)
{
  g_auto (GStrv) sections = g_strsplit (offer, "\r\nm=", -1);
  g_autofree char *bundle = find_line (offer, "a=group:BUNDLE");
  g_autofree char *ufrag = find_line (offer, "a=ice-ufrag:");
  g_autofree char *password = find_line (offer, "a=ice-pwd:");
  g_autofree char *fingerprint = find_line (offer, "a=fingerprint:");
  RjIceCredentials remote = { ufrag, password, fingerprint };
  g_autoptr (GError) error = NULL;
  GString *sdp = g_string_new (NULL);

  rj_ice_peer_set_remote (f->peer, &remote, f->own_role, &error);
  g_assert_no_error (error);
  rj_ice_peer_gather (f->peer, &error);
  g_assert_no_error (error);
  g_string_append_printf (
    sdp, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE%s\r\n", bundle);
  for (guint i = 1; sections[i] != NULL; i++)
    append_section (f, sdp, sections[i]);
  return g_string_free (sdp, FALSE);
}

/* --- the page's server --- */

static char *
take_body (SoupServerMessage *message)
{
  g_autoptr (GBytes) body =
    soup_message_body_flatten (soup_server_message_get_request_body (message));

  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

static void
on_request (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  Fixture *f = data;
  g_autofree char *body = take_body (message);
  const char *type = "text/plain";
  char *answer = NULL;

  if (g_str_equal (path, "/")) {
    type = "text/html";
    g_assert_true (g_file_get_contents (PAGE, &answer, NULL, NULL));
  } else if (g_str_equal (path, "/offer")) {
    answer = make_answer (f, body);
  } else if (g_str_equal (path, "/candidate")) {
    rj_ice_peer_add_candidate (f->peer, body);
  } else if (g_str_equal (path, "/report")) {
    g_clear_pointer (&f->report, json_object_unref);
    f->report = rj_json_parse_object (body, -1, NULL);
  } else if (g_str_equal (path, "/trouble")) {
    f->trouble = g_steal_pointer (&body);
  }
  if (answer == NULL)
    answer = g_strdup ("");
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, answer, strlen (answer));
}

static char *
start_server (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GUri) uri = NULL;
  GSList *uris;

  f->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (f->server, NULL, on_request, f, NULL);
  soup_server_listen_local (f->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (f->server);
  uri = g_uri_ref (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return g_strdup_printf ("http://127.0.0.1:%d/", g_uri_get_port (uri));
}

/* In the child: the browser must not outlive a test that was aborted. */
static void
die_with_parent (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
start_browser (Fixture *f, const char *chromium, const char *url)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
    G_SUBPROCESS_FLAGS_STDERR_SILENCE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GError) error = NULL;
  g_autofree char *profile = NULL;

  f->profile_dir = g_dir_make_tmp ("rj-chromium-XXXXXX", &error);
  g_assert_no_error (error);
  profile = g_strconcat ("--user-data-dir=", f->profile_dir, NULL);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  f->browser = g_subprocess_launcher_spawn (
    launcher, &error, chromium, "--headless", "--no-sandbox", "--disable-gpu",
    "--disable-dev-shm-usage", "--no-first-run", "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", profile, url, NULL);
  g_assert_no_error (error);
}

/* --- what is tested --- */

static gint64
read_report (Fixture *f, const char *name)
{
  return f->report == NULL ? 0 : rj_json_get_int (f->report, name, 0);
}

static gboolean
is_connected (Fixture *f)
{
  return f->connected;
}

static gboolean
sees_itself (Fixture *f)
{
  return read_report (f, "frames") > 40 && read_report (f, "audioPackets") > 50;
}

static gboolean
believes_our_reports (Fixture *f)
{
  return read_report (f, "remoteInbound") == 2 && read_report (f, "remoteOutbound") == 2;
}

static gint64 n_key_frames_before;

static gboolean
got_another_key_frame (Fixture *f)
{
  return read_report (f, "keyFrames") > n_key_frames_before;
}

static gboolean
heard_the_goodbye (Fixture *f)
{
  return g_strcmp0 (rj_json_get_string (f->report, "dtls", NULL), "connected") != 0;
}

static void
test_chromium_sees_itself (Fixture *f)
{
  wait_for (f, is_connected, "connected");
  wait_for (f, sees_itself, "frames and audio packets");
  wait_for (f, believes_our_reports, "sender and receiver reports");
  g_assert_cmpint (read_report (f, "lost"), ==, 0);
  n_key_frames_before = read_report (f, "keyFrames");
  ask_for_key_frame (f);
  wait_for (f, got_another_key_frame, "a key frame that we asked for");
  rj_ice_peer_close (f->peer);
  wait_for (f, heard_the_goodbye, "the end of DTLS");
}

static void
remove_profile (Fixture *f)
{
  const char *argv[] = { "rm", "-rf", "--", f->profile_dir, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_free (f->profile_dir);
}

typedef struct {
  RjDtlsRole own_role;
  gboolean loopback_only;
} Case;

static const Case cases[] = {
  { RJ_DTLS_PASSIVE, TRUE },
  { RJ_DTLS_ACTIVE, TRUE },
  { RJ_DTLS_PASSIVE, FALSE },
};

static void
run_case (gconstpointer user_data)
{
  static const RjIcePeerCallbacks callbacks = {
    .candidate = on_candidate,
    .connected = on_connected,
    .failed = on_failed,
    .rtp = on_rtp,
    .rtcp = on_rtcp,
  };
  const Case *c = user_data;
  RjIcePeerConfig config = { .loopback_only = c->loopback_only };
  Fixture f = {
    .own_role = c->own_role,
    .candidates = g_ptr_array_new_with_free_func (g_free),
    .video = { .own_ssrc = OWN_VIDEO_SSRC, .reception.clock_rate = 90000 },
    .audio = { .own_ssrc = OWN_AUDIO_SSRC, .reception.clock_rate = 48000 },
  };
  g_autofree char *chromium = g_find_program_in_path ("chromium");
  g_autofree char *url = NULL;

  if (chromium == NULL) {
    g_test_skip ("no Chromium");
    return;
  }
  f.peer = rj_ice_peer_new (g_main_context_default (), &config, &callbacks, &f, NULL);
  url = start_server (&f);
  start_browser (&f, chromium, url);
  test_chromium_sees_itself (&f);

  g_subprocess_force_exit (f.browser);
  g_subprocess_wait (f.browser, NULL, NULL);
  soup_server_disconnect (f.server);
  remove_profile (&f);
  g_clear_object (&f.peer);
  g_clear_object (&f.browser);
  g_clear_object (&f.server);
  g_clear_pointer (&f.report, json_object_unref);
  g_ptr_array_unref (f.candidates);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/chromium/connects-over-loopback", &cases[0], run_case);
  g_test_add_data_func ("/chromium/accepts-over-loopback", &cases[1], run_case);
  g_test_add_data_func ("/chromium/connects-over-all-interfaces", &cases[2], run_case);
  return g_test_run ();
}
