#include "rj-offer-codecs.h"

#include <string.h>

static gboolean
has_format (const GstSDPMedia *media, const char *format)
{
  for (guint i = 0; i < gst_sdp_media_formats_len (media); i++) {
    if (g_str_equal (gst_sdp_media_get_format (media, i), format))
      return TRUE;
  }
  return FALSE;
}

static void
add_line (GstSDPMedia *media, const char *name, const char *format, const char *rest)
{
  g_autofree char *value = g_strdup_printf ("%s %s", format, rest);

  gst_sdp_media_add_attribute (media, name, value);
}

static void
add_codec (GstSDPMedia *media, const RjVideoCodecFacts *facts)
{
  g_autofree char *format = g_strdup_printf ("%u", facts->payload_type);
  g_autofree char *rtpmap = g_strdup_printf ("%s/90000", facts->name);

  if (has_format (media, format))
    return;
  gst_sdp_media_add_format (media, format);
  add_line (media, "rtpmap", format, rtpmap);
  add_line (media, "rtcp-fb", format, "nack pli");
  add_line (media, "rtcp-fb", format, "ccm fir");
  if (facts->fmtp != NULL)
    add_line (media, "fmtp", format, facts->fmtp);
}

void
rj_offer_add_codecs (GstSDPMessage *offer)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (offer); i++) {
    /* the message owns it; there is no other way to change one */
    GstSDPMedia *media = (GstSDPMedia *) gst_sdp_message_get_media (offer, i);

    if (g_strcmp0 (gst_sdp_media_get_media (media), "video") != 0)
      continue;
    for (guint codec = 0; codec < RJ_N_VIDEO_CODECS; codec++)
      add_codec (media, rj_video_codec_get_facts (codec));
  }
}

/* Copies "a=<name>:<format> …" */
static void
copy_lines (GstSDPMedia *media, const GstSDPMedia *from, const char *name, const char *format)
{
  g_autofree char *prefix = g_strconcat (format, " ", NULL);
  const char *value;

  for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n (from, name, i)) != NULL; i++) {
    if (g_str_has_prefix (value, prefix))
      gst_sdp_media_add_attribute (media, name, value);
  }
}

char *
rj_offer_get_codec (const GstSDPMedia *media, const char *format)
{
  const char *value;

  for (guint i = 0; (value = gst_sdp_media_get_attribute_val_n (media, "rtpmap", i)) != NULL; i++) {
    g_auto (GStrv) parts = g_strsplit_set (value, " /", 3);

    if (g_strv_length (parts) >= 2 && g_str_equal (parts[0], format))
      return g_strdup (parts[1]);
  }
  return NULL;
}

static gboolean
is_ours (const GstSDPMedia *media, const char *format)
{
  g_autofree char *name = rj_offer_get_codec (media, format);
  RjVideoCodec codec;

  return name != NULL && rj_video_codec_from_name (name, &codec);
}

static void
add_offered (GstSDPMedia *media, const GstSDPMedia *offered)
{
  for (guint i = 0; i < gst_sdp_media_formats_len (offered); i++) {
    const char *format = gst_sdp_media_get_format (offered, i);

    if (has_format (media, format) || !is_ours (offered, format))
      continue;
    gst_sdp_media_add_format (media, format);
    copy_lines (media, offered, "rtpmap", format);
    copy_lines (media, offered, "rtcp-fb", format);
    copy_lines (media, offered, "fmtp", format);
  }
}

void
rj_answer_add_codecs (GstSDPMessage *answer, const GstSDPMessage *offer)
{
  guint n = MIN (gst_sdp_message_medias_len (answer), gst_sdp_message_medias_len (offer));

  for (guint i = 0; i < n; i++) {
    GstSDPMedia *media = (GstSDPMedia *) gst_sdp_message_get_media (answer, i);

    if (g_strcmp0 (gst_sdp_media_get_media (media), "video") == 0 &&
        gst_sdp_media_get_port (media) != 0)
      add_offered (media, gst_sdp_message_get_media (offer, i));
  }
}

static GstCaps *
make_caps (RjVideoCodec codec)
{
  const RjVideoCodecFacts *facts = rj_video_codec_get_facts (codec);
  g_auto (GStrv) parameters = g_strsplit (facts->fmtp == NULL ? "" : facts->fmtp, ";", -1);
  GstCaps *caps =
    gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING, "video", "encoding-name",
                         G_TYPE_STRING, facts->name, "payload", G_TYPE_INT,
                         (int) facts->payload_type, "clock-rate", G_TYPE_INT, 90000, NULL);

  for (guint i = 0; parameters[i] != NULL; i++) {
    char *value = strchr (parameters[i], '=');

    *value++ = '\0';
    gst_caps_set_simple (caps, parameters[i], G_TYPE_STRING, value, NULL);
  }
  return caps;
}

GstCaps *
rj_offer_make_video_caps (RjVideoCodec preferred)
{
  GstCaps *caps = make_caps (preferred);

  for (guint codec = 0; codec < RJ_N_VIDEO_CODECS; codec++) {
    if (codec != preferred)
      gst_caps_append (caps, make_caps (codec));
  }
  return caps;
}
