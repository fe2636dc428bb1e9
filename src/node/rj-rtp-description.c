#include "rj-rtp-description.h"

#include <string.h>

#define ABS_SEND_TIME "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

static const char *
intern_upper (const char *text)
{
  g_autofree char *upper = g_ascii_strup (text, -1);

  return g_intern_string (upper);
}

/* @rtpmap: "opus/48000/2" */
static gboolean
read_rtpmap (const char *rtpmap, RjRtpPayload *payload)
{
  g_auto (GStrv) parts = g_strsplit (rtpmap, "/", 3);
  g_autofree char *encoding = NULL;
  guint64 clock_rate;

  if (g_strv_length (parts) < 2 ||
      !g_ascii_string_to_unsigned (parts[1], 10, 1, 1000000, &clock_rate, NULL))
    return FALSE;
  encoding = g_strdup_printf ("%s/%s", parts[0], parts[1]);
  payload->encoding = intern_upper (encoding);
  payload->clock_rate = (guint) clock_rate;
  return TRUE;
}

/* Finds "a=<name>:<format> <rest>". Returns: (transfer none) (nullable): the rest of the line after @from */
static const char *
find_of_format (const RjSdpMedia *media, const char *name, const char *format, guint *from)
{
  g_autofree char *prefix = g_strdup_printf ("a=%s:%s ", name, format);

  for (; *from < media->lines->len; (*from)++) {
    const char *line = g_ptr_array_index (media->lines, *from);

    if (g_str_has_prefix (line, prefix)) {
      (*from)++;
      return line + strlen (prefix);
    }
  }
  return NULL;
}

static gboolean
read_payload (const RjSdpMedia *media, const char *format, RjRtpPayload *payload)
{
  guint from = 0;
  const char *rtpmap = find_of_format (media, "rtpmap", format, &from);
  guint64 number;

  if (!g_ascii_string_to_unsigned (format, 10, 0, 127, &number, NULL))
    return FALSE;
  payload->payload_type = (guint8) number;
  if (rtpmap == NULL && number == 0) /* static, RFC 3551 6 */
    rtpmap = "PCMU/8000";
  else if (rtpmap == NULL && number == 8)
    rtpmap = "PCMA/8000";
  return rtpmap != NULL && read_rtpmap (rtpmap, payload);
}

static void
read_feedback (RjRtpMedium *self, const RjSdpMedia *media, const char *format)
{
  const char *feedback;

  for (guint from = 0; (feedback = find_of_format (media, "rtcp-fb", format, &from)) != NULL;) {
    self->fir |= g_str_equal (feedback, "ccm fir");
    self->pli |= g_str_equal (feedback, "nack pli");
    self->nack |= g_str_equal (feedback, "nack");
    self->remb |= g_str_equal (feedback, "goog-remb");
  }
}

static void
read_payloads (RjRtpMedium *self, const RjSdpMedia *media)
{
  for (guint i = 0; i < media->formats->len && self->n_payloads < RJ_RTP_MAX_PAYLOADS; i++) {
    const char *format = g_ptr_array_index (media->formats, i);

    if (!read_payload (media, format, &self->payloads[self->n_payloads]))
      continue;
    self->n_payloads++;
    read_feedback (self, media, format);
  }
}

static void
read_medium (RjRtpMedium *self, const RjSdpMedia *answer, const RjSdpMedia *remote, gboolean ours)
{
  RjSdpDirection direction = rj_sdp_media_get_direction (answer);
  int time_id = rj_sdp_media_get_extmap (answer, ABS_SEND_TIME);

  if (!ours)
    direction = rj_sdp_direction_mirror (direction);
  self->active = TRUE;
  self->sends = direction == RJ_SDP_SENDRECV || direction == RJ_SDP_SENDONLY;
  self->time_id = time_id > 0 && time_id < 15 ? (guint8) time_id : 0;
  if (direction == RJ_SDP_SENDRECV || direction == RJ_SDP_RECVONLY)
    rj_sdp_media_get_ssrc (remote, &self->remote_ssrc);
  read_payloads (self, answer);
}

void
rj_rtp_description_init (RjRtpDescription *self,
                         const RjSdp *answer,
                         const RjSdp *remote,
                         const guint32 *ssrcs,
                         gboolean ours)
{
  static const char *const kinds[RJ_N_MEDIA] = { "audio", "video" };

  memset (self, 0, sizeof *self);
  for (guint i = 0; i < answer->media->len && i < remote->media->len; i++) {
    const RjSdpMedia *media = rj_sdp_get_media (answer, i);

    for (guint k = 0; k < RJ_N_MEDIA; k++) {
      RjRtpMedium *medium = &self->media[k];

      if (media->port == 0 || medium->active || !g_str_equal (media->kind, kinds[k]))
        continue;
      medium->local_ssrc = ssrcs[i];
      read_medium (medium, media, rj_sdp_get_media (remote, i), ours);
    }
  }
}

void
rj_rtp_description_clear (RjRtpDescription *self)
{
  g_clear_pointer (&self->cname, g_free);
}
