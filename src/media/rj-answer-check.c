#include "rj-answer-check.h"

#include <gst/sdp/sdp.h>
#include <stdarg.h>
#include <string.h>

#include "rj-error.h"
#include "rj-offer-codecs.h"

#define MAX_SDP_SIZE (256 * 1024)

static GstSDPMessage *
parse (const char *text)
{
  g_autoptr (GstSDPMessage) sdp = NULL;
  gsize size = strlen (text);

  if (size > MAX_SDP_SIZE || !g_str_has_prefix (text, "v=0") || !g_utf8_validate (text, -1, NULL))
    return NULL;
  if (gst_sdp_message_new (&sdp) != GST_SDP_OK ||
      gst_sdp_message_parse_buffer ((const guint8 *) text, (guint) size, sdp) != GST_SDP_OK)
    return NULL;
  return g_steal_pointer (&sdp);
}

GPtrArray *
rj_offer_read_mids (const char *text)
{
  g_autoptr (GPtrArray) mids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GstSDPMessage) sdp = parse (text);

  for (guint i = 0; sdp != NULL && i < gst_sdp_message_medias_len (sdp); i++) {
    const char *mid = gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (sdp, i), "mid");

    g_ptr_array_add (mids, g_strdup (mid == NULL ? "" : mid));
  }
  return g_steal_pointer (&mids);
}

void
rj_answer_facts_clear (RjAnswerFacts *self)
{
  g_clear_pointer (&self->fingerprint_hash, g_free);
  g_clear_pointer (&self->fingerprint, g_free);
}

static gboolean G_GNUC_PRINTF (3, 4)
  refuse (GError **error, RjErrorCode code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, RJ_ERROR, (int) code, text);
  return FALSE;
}

/* An attribute of the m-line, or else of the session */
static const char *
get_attribute (const GstSDPMessage *sdp, const GstSDPMedia *media, const char *name)
{
  const char *value = gst_sdp_media_get_attribute_val (media, name);

  return value != NULL ? value : gst_sdp_message_get_attribute_val (sdp, name);
}

/* Whether the line has a codec that was offered, under its number; the first one of video is noted */
static gboolean
find_codec (const GstSDPMedia *media,
            const GstSDPMedia *offered,
            gboolean is_video,
            RjAnswerFacts *out)
{
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++) {
    const char *format = gst_sdp_media_get_format (media, i);
    g_autofree char *name = rj_offer_get_codec (media, format);
    g_autofree char *offered_name = rj_offer_get_codec (offered, format);

    if (name == NULL || offered_name == NULL || g_ascii_strcasecmp (name, offered_name) != 0)
      continue;
    if (!is_video && g_ascii_strcasecmp (name, "opus") == 0)
      return TRUE;
    if (is_video && rj_video_codec_from_name (name, &out->video_codec)) {
      out->has_video = TRUE;
      return TRUE;
    }
  }
  return FALSE;
}

static const char *
get_direction (const GstSDPMessage *sdp, const GstSDPMedia *media)
{
  static const char *const directions[] = { "sendrecv", "sendonly", "recvonly", "inactive" };

  for (guint i = 0; i < G_N_ELEMENTS (directions); i++) {
    if (gst_sdp_media_get_attribute_val (media, directions[i]) != NULL)
      return directions[i];
  }
  for (guint i = 0; i < G_N_ELEMENTS (directions); i++) {
    if (gst_sdp_message_get_attribute_val (sdp, directions[i]) != NULL)
      return directions[i];
  }
  return "sendrecv"; /* RFC 8866, 6.7 */
}

static gboolean
check_media (const GstSDPMessage *sdp,
             const GstSDPMedia *media,
             const GstSDPMedia *offered,
             gboolean we_send,
             RjAnswerFacts *out,
             GError **error)
{
  const char *kind = gst_sdp_media_get_media (media);
  gboolean is_video = g_str_equal (kind, "video");
  const char *codec = is_video ? "VP8 or H264" : "opus";
  const char *direction = get_direction (sdp, media);

  if (gst_sdp_media_get_port (media) == 0)
    return refuse (error, RJ_ERROR_NO_MEDIA,
                   "%s was refused (m=%s 0): the media server takes no %s here", kind, kind, codec);
  if (!g_str_equal (direction, "sendrecv") &&
      !g_str_equal (direction, we_send ? "recvonly" : "sendonly"))
    return refuse (error, RJ_ERROR_NO_MEDIA, "%s is %s, we wanted to %s it", kind, direction,
                   we_send ? "send" : "receive");
  if (!find_codec (media, offered, is_video, out))
    return refuse (
      error, RJ_ERROR_NO_MEDIA,
      "%s has no %s: let the server allow that codec (OPENVIDU_STREAMS_FORCED_VIDEO_CODEC)", kind,
      codec);
  return TRUE;
}

static gboolean
check_transport (const GstSDPMessage *sdp,
                 const GstSDPMedia *media,
                 gboolean is_answer,
                 GError **error)
{
  static const char *const needed[] = { "fingerprint", "ice-ufrag", "ice-pwd", "setup" };
  const char *setup;

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++) {
    const char *value = get_attribute (sdp, media, needed[i]);

    if (value == NULL || *value == '\0')
      return refuse (error, RJ_ERROR_PROTOCOL, "m=%s has no a=%s", gst_sdp_media_get_media (media),
                     needed[i]);
  }
  setup = get_attribute (sdp, media, "setup");
  if (g_str_equal (setup, "active") || g_str_equal (setup, "passive") ||
      (!is_answer && g_str_equal (setup, "actpass")))
    return TRUE;
  return refuse (error, RJ_ERROR_PROTOCOL, "a=setup:%s is no %s", setup,
                 is_answer ? "answer" : "offer");
}

static gboolean
read_fingerprint (const GstSDPMessage *sdp,
                  const GstSDPMedia *media,
                  RjAnswerFacts *out,
                  GError **error)
{
  const char *value = get_attribute (sdp, media, "fingerprint");
  g_auto (GStrv) parts = g_strsplit (value, " ", 2);

  if (g_strv_length (parts) != 2 || strlen (parts[1]) < 2)
    return refuse (error, RJ_ERROR_PROTOCOL, "a=fingerprint has no hash");
  out->fingerprint_hash = g_ascii_strdown (parts[0], -1);
  out->fingerprint = g_strstrip (g_ascii_strup (parts[1], -1));
  return TRUE;
}

static gboolean
check_lines (const GstSDPMessage *offer,
             const GstSDPMessage *answer,
             gboolean we_send,
             RjAnswerFacts *out,
             GError **error)
{
  guint n_lines = gst_sdp_message_medias_len (offer);

  if (gst_sdp_message_medias_len (answer) != n_lines)
    return refuse (error, RJ_ERROR_PROTOCOL, "%u m-lines for %u offered ones",
                   gst_sdp_message_medias_len (answer), n_lines);
  for (guint i = 0; i < n_lines; i++) {
    const GstSDPMedia *wanted = gst_sdp_message_get_media (offer, i);
    const GstSDPMedia *media = gst_sdp_message_get_media (answer, i);
    const char *kind = gst_sdp_media_get_media (media);

    if (g_strcmp0 (kind, gst_sdp_media_get_media (wanted)) != 0)
      return refuse (error, RJ_ERROR_PROTOCOL, "m-line %u is not the offered one", i);
    if (!check_media (answer, media, wanted, we_send, out, error) ||
        !check_transport (answer, media, TRUE, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
rj_answer_check (const char *offer_text,
                 const char *answer_text,
                 gboolean we_send,
                 RjAnswerFacts *out,
                 GError **error)
{
  g_autoptr (GstSDPMessage) offer = parse (offer_text);
  g_autoptr (GstSDPMessage) answer = parse (answer_text);

  g_return_val_if_fail (offer != NULL, FALSE);

  if (answer == NULL)
    refuse (error, RJ_ERROR_PROTOCOL, "this is no SDP");
  else if (check_lines (offer, answer, we_send, out, error) &&
           read_fingerprint (answer, gst_sdp_message_get_media (answer, 0), out, error))
    return TRUE;
  g_prefix_error (error, "SDP answer: ");
  return FALSE;
}

static gboolean
check_offered (const GstSDPMessage *offer, RjAnswerFacts *out, GError **error)
{
  guint n_lines = gst_sdp_message_medias_len (offer);

  if (n_lines == 0)
    return refuse (error, RJ_ERROR_PROTOCOL, "no m-line");
  for (guint i = 0; i < n_lines; i++) {
    const GstSDPMedia *media = gst_sdp_message_get_media (offer, i);

    if (!check_media (offer, media, media, FALSE, out, error) ||
        !check_transport (offer, media, FALSE, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
rj_offer_check (const char *offer_text, RjAnswerFacts *out, GError **error)
{
  g_autoptr (GstSDPMessage) offer = parse (offer_text);

  if (offer == NULL)
    refuse (error, RJ_ERROR_PROTOCOL, "this is no SDP");
  else if (check_offered (offer, out, error) &&
           read_fingerprint (offer, gst_sdp_message_get_media (offer, 0), out, error))
    return TRUE;
  g_prefix_error (error, "SDP offer: ");
  return FALSE;
}

/* "m=video 9 UDP/TLS/RTP/SAVPF 96" with @protocol in its place. Returns: (transfer full) */
static char *
set_protocol (const char *line, const char *protocol)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 4);

  if (g_strv_length (words) < 4)
    return g_strdup (line);
  return g_strjoin (" ", words[0], words[1], protocol, words[3], NULL);
}

static gboolean
is_remb (const char *line)
{
  return g_str_has_prefix (line, "a=rtcp-fb:") && g_str_has_suffix (line, " goog-remb");
}

/* Returns: (transfer full): the offer's line for the same payload type, whatever the spelling there */
static char *
copy_rtpmap (const GstSDPMedia *offered, const char *line)
{
  const char *blank = strchr (line, ' ');
  gsize length = blank == NULL ? 0 : (gsize) (blank - line) - strlen ("a=rtpmap:") + 1;

  for (guint i = 0; blank != NULL; i++) {
    const char *value = gst_sdp_media_get_attribute_val_n (offered, "rtpmap", i);

    if (value == NULL)
      break;
    if (strncmp (value, line + strlen ("a=rtpmap:"), length) == 0)
      return g_strconcat ("a=rtpmap:", value, NULL);
  }
  return g_strdup (line);
}

char *
rj_answer_adapt (const char *offer_text, const char *answer_text)
{
  g_autoptr (GstSDPMessage) offer = parse (offer_text);
  g_auto (GStrv) lines = g_strsplit (answer_text, "\r\n", -1);
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  const GstSDPMedia *offered = NULL; /* of the present m-line */
  guint n_media = 0;

  for (guint i = 0; lines[i] != NULL; i++) {
    const char *line = lines[i];

    if (g_str_has_prefix (line, "m=") && n_media < gst_sdp_message_medias_len (offer)) {
      offered = gst_sdp_message_get_media (offer, n_media++);
      g_ptr_array_add (kept, set_protocol (line, gst_sdp_media_get_proto (offered)));
    } else if (offered != NULL && g_str_has_prefix (line, "a=rtpmap:")) {
      g_ptr_array_add (kept, copy_rtpmap (offered, line));
    } else if (!is_remb (line)) {
      g_ptr_array_add (kept, g_strdup (line));
    }
  }
  g_ptr_array_add (kept, NULL);
  return g_strjoinv ("\r\n", (char **) kept->pdata);
}

const char *
rj_sdp_read_video_codec (const char *text)
{
  g_autoptr (GstSDPMessage) sdp = parse (text);
  RjAnswerFacts facts = { 0 };

  for (guint i = 0; sdp != NULL && i < gst_sdp_message_medias_len (sdp); i++) {
    const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);

    if (g_strcmp0 (gst_sdp_media_get_media (media), "video") == 0 &&
        find_codec (media, media, TRUE, &facts))
      return rj_video_codec_get_facts (facts.video_codec)->name;
  }
  return NULL;
}

static gboolean
find_hash (const char *name, GChecksumType *out)
{
  static const struct {
    const char *name;
    GChecksumType type;
  } hashes[] = {
    { "sha-1", G_CHECKSUM_SHA1 },
    { "sha-256", G_CHECKSUM_SHA256 },
    { "sha-384", G_CHECKSUM_SHA384 },
    { "sha-512", G_CHECKSUM_SHA512 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++) {
    if (g_str_equal (name, hashes[i].name)) {
      *out = hashes[i].type;
      return TRUE;
    }
  }
  return FALSE;
}

/* Returns: (transfer full) (nullable): the certificate's bytes (DER) */
static guint8 *
decode_pem (const char *pem, gsize *out_size)
{
  const char *begin = strstr (pem, "-----BEGIN CERTIFICATE-----");
  const char *end = strstr (pem, "-----END CERTIFICATE-----");
  g_autofree char *body = NULL;

  if (begin == NULL || end == NULL || end < begin)
    return NULL;
  begin += strlen ("-----BEGIN CERTIFICATE-----");
  body = g_strndup (begin, (gsize) (end - begin));
  return g_base64_decode (body, out_size);
}

gboolean
rj_answer_check_certificate (const RjAnswerFacts *answer, const char *pem, GError **error)
{
  gsize size = 0;
  g_autofree guint8 *certificate = decode_pem (pem, &size);
  g_autofree char *digest = NULL;
  g_autoptr (GString) promised = g_string_new (answer->fingerprint);
  GChecksumType type;

  if (certificate == NULL || !find_hash (answer->fingerprint_hash, &type))
    return refuse (error, RJ_ERROR_PROTOCOL,
                   "SDP: its %s fingerprint cannot be compared with the certificate",
                   answer->fingerprint_hash);
  digest = g_compute_checksum_for_data (type, certificate, size);
  g_string_replace (promised, ":", "", 0);
  if (g_ascii_strcasecmp (promised->str, digest) == 0)
    return TRUE;
  return refuse (error, RJ_ERROR_PROTOCOL,
                 "SDP: the certificate of the DTLS connection is not the one that it announced");
}
