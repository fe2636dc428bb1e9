#include "rj-sdp-kurento.h"

#include <string.h>

#include "rj-error.h"

#define ABS_SEND_TIME "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

/* A line of every built text */
#define LINE(text, ...) (g_string_append_printf (text, __VA_ARGS__), g_string_append (text, "\r\n"))

static const char *const audio_codecs[] = { "opus", "PCMU", NULL };
static const char *const video_codecs[] = { "VP8", "H264", NULL };

/* Attributes that Kurento keeps from the offer, in the offer's order; mid, direction and rtcp stand
 * elsewhere. "setup" is answered, "fmtp" belongs to formats. */
static const char *const kept[] = { "framerate", "fmtp",  "lang",     "maxptime", "ptime",
                                    "quality",   "setup", "rtcp-mux", NULL };

static const char *const kept_session[] = { "extmap-allow-mixed", "msid-semantic", "ice-options",
                                            NULL };

static gboolean
is_taken (const RjSdpMedia *media, const char *format)
{
  g_autofree char *codec = rj_sdp_media_get_codec (media, format);
  const char *const *codecs = strcmp (media->kind, "audio") == 0 ? audio_codecs : video_codecs;

  for (guint i = 0; codec != NULL && codecs[i] != NULL; i++)
    if (g_ascii_strcasecmp (codec, codecs[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Returns: (transfer container): formats of the answer, of the offer's strings; empty: reject */
static GPtrArray *
choose_formats (const RjSdpMedia *media)
{
  GPtrArray *formats = g_ptr_array_new ();

  if (media->port == 0 ||
      (strcmp (media->kind, "audio") != 0 && strcmp (media->kind, "video") != 0))
    return formats;
  for (guint i = 0; i < media->formats->len; i++) {
    const char *format = g_ptr_array_index (media->formats, i);

    if (is_taken (media, format))
      g_ptr_array_add (formats, (gpointer) format);
  }
  return formats;
}

/* "<format> <rest>" of an attribute's value, when @value begins with one of @formats.
 * Returns: (transfer none) (nullable): the rest */
static const char *
of_formats (const char *value, GPtrArray *formats)
{
  const char *blank = strchr (value, ' ');

  for (guint i = 0; blank != NULL && i < formats->len; i++) {
    const char *format = g_ptr_array_index (formats, i);

    if (strlen (format) == (gsize) (blank - value) && g_str_has_prefix (value, format))
      return blank + 1;
  }
  return NULL;
}

static gboolean
is_kept_feedback (const char *feedback)
{
  return strcmp (feedback, "goog-remb") == 0 || strcmp (feedback, "nack") == 0 ||
         g_str_has_prefix (feedback, "nack ") || g_str_has_prefix (feedback, "ccm ");
}

/* Copies "a=<name>:<format> …" lines of the taken formats in the offer's order */
static void
copy_of_formats (GString *text, const RjSdpMedia *media, const char *name, GPtrArray *formats)
{
  g_autofree char *prefix = g_strdup_printf ("a=%s:", name);

  for (guint i = 0; i < media->lines->len; i++) {
    const char *line = g_ptr_array_index (media->lines, i);
    const char *rest =
      g_str_has_prefix (line, prefix) ? of_formats (line + strlen (prefix), formats) : NULL;

    if (rest != NULL && (strcmp (name, "rtcp-fb") != 0 || is_kept_feedback (rest)))
      LINE (text, "%s", line);
  }
}

static gboolean
begins_with_any (const char *line, const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++) {
    gsize length = strlen (names[i]);

    if (strncmp (line, "a=", 2) == 0 && strncmp (line + 2, names[i], length) == 0 &&
        (line[2 + length] == '\0' || line[2 + length] == ':'))
      return TRUE;
  }
  return FALSE;
}

static void
copy_kept (GString *text, const RjSdpMedia *media, GPtrArray *formats)
{
  for (guint i = 0; i < media->lines->len; i++) {
    const char *line = g_ptr_array_index (media->lines, i);

    if (!begins_with_any (line, kept))
      continue;
    if (g_str_has_prefix (line, "a=setup:")) {
      RjSdpSetup offered = rj_sdp_setup_from_text (line + strlen ("a=setup:"));

      LINE (text, "a=setup:%s", rj_sdp_setup_to_text (rj_sdp_setup_answer (offered)));
    } else if (!g_str_has_prefix (line, "a=fmtp:") ||
               of_formats (line + strlen ("a=fmtp:"), formats) != NULL) {
      LINE (text, "%s", line);
    }
  }
}

static void
append_transport (GString *text, const RjSdpLocal *local, guint32 ssrc)
{
  LINE (text, "a=ssrc:%u cname:%s", ssrc, local->cname);
  LINE (text, "a=ice-ufrag:%s", local->ufrag);
  LINE (text, "a=ice-pwd:%s", local->password);
  LINE (text, "a=fingerprint:sha-256 %s", local->fingerprint);
}

static void
append_mline (GString *text, const RjSdpMedia *media, guint port, GPtrArray *formats)
{
  g_string_append_printf (text, "m=%s %u %s", media->kind, port, media->protocol);
  for (guint i = 0; i < formats->len; i++)
    g_string_append_printf (text, " %s", (const char *) g_ptr_array_index (formats, i));
  g_string_append (text, "\r\n");
}

static void
append_accepted (
  GString *text, const RjSdpMedia *media, GPtrArray *formats, const RjSdpLocal *local, guint32 ssrc)
{
  RjSdpDirection direction = rj_sdp_direction_mirror (rj_sdp_media_get_direction (media));
  int extension = rj_sdp_media_get_extmap (media, ABS_SEND_TIME);
  const char *mid = rj_sdp_media_get_mid (media);

  append_mline (text, media, 1, formats);
  if (extension > 0)
    LINE (text, "a=extmap:%d " ABS_SEND_TIME, extension);
  LINE (text, "a=%s", rj_sdp_direction_to_text (direction));
  if (mid != NULL)
    LINE (text, "a=mid:%s", mid);
  LINE (text, "a=rtcp:9 IN IP4 0.0.0.0");
  copy_of_formats (text, media, "rtpmap", formats);
  copy_of_formats (text, media, "rtcp-fb", formats);
  copy_kept (text, media, formats);
  append_transport (text, local, ssrc);
}

/* Not recorded: browsers want the mid back, also of a refused m-line (RFC 8829, 5.3.1) */
static void
append_rejected (GString *text, const RjSdpMedia *media)
{
  const char *mid = rj_sdp_media_get_mid (media);

  LINE (text, "m=%s 0 %s %s", media->kind, media->protocol,
        (const char *) g_ptr_array_index (media->formats, 0));
  LINE (text, "a=inactive");
  if (mid != NULL)
    LINE (text, "a=mid:%s", mid);
}

static void
append_header (GString *text, guint32 number)
{
  LINE (text, "v=0");
  LINE (text, "o=- %u %u IN IP4 0.0.0.0", number, number);
  LINE (text, "s=Kurento Media Server");
  LINE (text, "c=IN IP4 0.0.0.0");
  LINE (text, "t=0 0");
}

/* Session attributes of the offer that are echoed, then the bundle without refused m-lines */
static void
append_session (GString *text, const RjSdp *offer, GPtrArray *chosen)
{
  g_auto (GStrv) bundle = rj_sdp_get_bundle (offer);
  g_autoptr (GString) group = g_string_new (NULL);

  for (guint i = 0; i < offer->lines->len; i++) {
    const char *line = g_ptr_array_index (offer->lines, i);

    if (begins_with_any (line, kept_session))
      LINE (text, "%s", line);
  }
  for (guint i = 0; bundle[i] != NULL; i++) {
    int mline = rj_sdp_find_mid (offer, bundle[i]);
    GPtrArray *formats = mline < 0 ? NULL : g_ptr_array_index (chosen, mline);

    if (formats != NULL && formats->len > 0)
      g_string_append_printf (group, " %s", bundle[i]);
  }
  if (bundle[0] != NULL)
    LINE (text, "a=group:BUNDLE%s", group->str);
}

char *
rj_sdp_build_answer (const RjSdp *offer, const RjSdpLocal *local, GError **error)
{
  g_autoptr (GPtrArray) chosen =
    g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  GString *text;

  if (offer->media->len == 0 || offer->media->len > local->n_ssrcs) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL,
                 offer->media->len == 0 ? "SDP: the offer has no m-line"
                                        : "SDP: the offer has too many m-lines");
    return NULL;
  }
  for (guint i = 0; i < offer->media->len; i++)
    g_ptr_array_add (chosen, choose_formats (rj_sdp_get_media (offer, i)));
  text = g_string_new (NULL);
  append_header (text, local->session_number);
  append_session (text, offer, chosen);
  for (guint i = 0; i < offer->media->len; i++) {
    GPtrArray *formats = g_ptr_array_index (chosen, i);

    if (formats->len == 0)
      append_rejected (text, rj_sdp_get_media (offer, i));
    else
      append_accepted (text, rj_sdp_get_media (offer, i), formats, local, local->ssrcs[i]);
  }
  return g_string_free (text, FALSE);
}

static void
append_offer_begin (GString *text)
{
  LINE (text, "a=setup:actpass");
  LINE (text, "a=extmap:3 " ABS_SEND_TIME);
}

static void
append_offer_end (GString *text, const char *mid)
{
  LINE (text, "a=rtcp:9 IN IP4 0.0.0.0");
  LINE (text, "a=rtcp-mux");
  LINE (text, "a=sendrecv");
  LINE (text, "a=mid:%s", mid);
}

static void
append_offer_video (GString *text)
{
  LINE (text, "m=video 1 RTP/SAVPF 100 101");
  LINE (text, "b=AS:1000");
  append_offer_begin (text);
  LINE (text, "a=rtpmap:100 VP8/90000");
  LINE (text, "a=rtpmap:101 H264/90000");
  LINE (text, "a=fmtp:101 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f");
  append_offer_end (text, "video0");
  LINE (text, "a=rtcp-fb:100 nack");
  LINE (text, "a=rtcp-fb:100 nack pli");
  LINE (text, "a=rtcp-fb:100 goog-remb");
  LINE (text, "a=rtcp-fb:100 ccm fir");
  LINE (text, "a=rtcp-fb:101 nack");
  LINE (text, "a=rtcp-fb:101 nack pli");
  LINE (text, "a=rtcp-fb:101 ccm fir");
}

char *
rj_sdp_build_offer (const RjSdpLocal *local, gboolean has_audio, gboolean has_video)
{
  GString *text = g_string_new (NULL);

  g_return_val_if_fail (local->n_ssrcs >= (guint) (has_audio + has_video), NULL);
  append_header (text, local->session_number);
  LINE (text, "a=group:BUNDLE%s%s", has_audio ? " audio0" : "", has_video ? " video0" : "");
  if (has_audio) {
    LINE (text, "m=audio 1 RTP/SAVPF 96 0");
    append_offer_begin (text);
    LINE (text, "a=rtpmap:96 opus/48000/2");
    append_offer_end (text, "audio0");
    append_transport (text, local, local->ssrcs[0]);
  }
  if (has_video) {
    append_offer_video (text);
    append_transport (text, local, local->ssrcs[has_audio ? 1 : 0]);
  }
  return g_string_free (text, FALSE);
}
