/* Questions asked of the lines of a description */
#include "rj-sdp.h"

#include <string.h>

#include "rj-error.h"

static const struct {
  const char *format;
  const char *codec;
} static_types[] = { { "0", "PCMU" }, { "8", "PCMA" }, { "9", "G722" }, { "13", "CN" } };

static const char *const directions[] = {
  [RJ_SDP_SENDRECV] = "sendrecv",
  [RJ_SDP_SENDONLY] = "sendonly",
  [RJ_SDP_RECVONLY] = "recvonly",
  [RJ_SDP_INACTIVE] = "inactive",
};

static const char *const setups[] = {
  [RJ_SDP_SETUP_NONE] = "",
  [RJ_SDP_SETUP_ACTIVE] = "active",
  [RJ_SDP_SETUP_PASSIVE] = "passive",
  [RJ_SDP_SETUP_ACTPASS] = "actpass",
  [RJ_SDP_SETUP_HOLDCONN] = "holdconn",
};

/* Value of "a=<name>" or "a=<name>:<value>" when @line is one. Returns: (transfer none) (nullable) */
static const char *
match (const char *line, const char *name)
{
  gsize length = strlen (name);

  if (strncmp (line, "a=", 2) != 0 || strncmp (line + 2, name, length) != 0)
    return NULL;
  line += 2 + length;
  return *line == '\0' ? line : *line == ':' ? line + 1 : NULL;
}

static const char *
find (GPtrArray *lines, const char *name)
{
  for (guint i = 0; i < lines->len; i++) {
    const char *value = match (g_ptr_array_index (lines, i), name);

    if (value != NULL)
      return value;
  }
  return NULL;
}

const char *
rj_sdp_get_session_attribute (const RjSdp *self, const char *name)
{
  return find (self->lines, name);
}

const char *
rj_sdp_media_get_attribute (const RjSdpMedia *self, const char *name)
{
  return find (self->lines, name);
}

const char *
rj_sdp_media_get_mid (const RjSdpMedia *self)
{
  return find (self->lines, "mid");
}

RjSdpDirection
rj_sdp_media_get_direction (const RjSdpMedia *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (directions); i++)
    if (find (self->lines, directions[i]) != NULL)
      return i;
  return RJ_SDP_SENDRECV;
}

const char *
rj_sdp_direction_to_text (RjSdpDirection direction)
{
  return directions[direction];
}

RjSdpDirection
rj_sdp_direction_mirror (RjSdpDirection direction)
{
  if (direction == RJ_SDP_SENDONLY)
    return RJ_SDP_RECVONLY;
  return direction == RJ_SDP_RECVONLY ? RJ_SDP_SENDONLY : direction;
}

/* The first word of a value must be @word. Returns: (transfer none) (nullable): what follows it */
static const char *
after_word (const char *value, const char *word)
{
  gsize length = strlen (word);

  return strncmp (value, word, length) == 0 && value[length] == ' ' ? value + length + 1 : NULL;
}

char *
rj_sdp_media_get_codec (const RjSdpMedia *self, const char *format)
{
  for (guint i = 0; i < self->lines->len; i++) {
    const char *value = match (g_ptr_array_index (self->lines, i), "rtpmap");
    const char *codec = value == NULL ? NULL : after_word (value, format);

    if (codec != NULL)
      return g_strndup (codec, strcspn (codec, "/"));
  }
  for (guint i = 0; i < G_N_ELEMENTS (static_types); i++)
    if (strcmp (static_types[i].format, format) == 0)
      return g_strdup (static_types[i].codec);
  return NULL;
}

int
rj_sdp_media_find_payload (const RjSdpMedia *self, const char *codec)
{
  for (guint i = 0; i < self->formats->len; i++) {
    const char *format = g_ptr_array_index (self->formats, i);
    g_autofree char *name = rj_sdp_media_get_codec (self, format);
    guint64 payload;

    if (name != NULL && g_ascii_strcasecmp (name, codec) == 0 &&
        g_ascii_string_to_unsigned (format, 10, 0, 127, &payload, NULL))
      return (int) payload;
  }
  return -1;
}

/* "3 urn:…" or "3/sendonly urn:…" */
int
rj_sdp_media_get_extmap (const RjSdpMedia *self, const char *uri)
{
  for (guint i = 0; i < self->lines->len; i++) {
    const char *value = match (g_ptr_array_index (self->lines, i), "extmap");
    g_auto (GStrv) words = value == NULL ? NULL : g_strsplit (value, " ", 3);
    char *end;
    guint64 id;

    if (words == NULL || g_strv_length (words) < 2 || strcmp (words[1], uri) != 0)
      continue;
    id = g_ascii_strtoull (words[0], &end, 10);
    if (end != words[0] && (*end == '\0' || *end == '/') && id >= 1 && id <= 255)
      return (int) id;
  }
  return -1;
}

static gboolean
read_ssrc (const char *text, guint32 *ssrc)
{
  g_autofree char *word = g_strndup (text, strcspn (text, " "));
  guint64 number;

  if (!g_ascii_string_to_unsigned (word, 10, 0, G_MAXUINT32, &number, NULL))
    return FALSE;
  *ssrc = (guint32) number;
  return TRUE;
}

gboolean
rj_sdp_media_get_ssrc (const RjSdpMedia *self, guint32 *ssrc)
{
  for (guint i = 0; i < self->lines->len; i++) {
    const char *value = match (g_ptr_array_index (self->lines, i), "ssrc-group");
    const char *members = value == NULL ? NULL : after_word (value, "FID");

    if (members != NULL && read_ssrc (members, ssrc))
      return TRUE;
  }
  for (guint i = 0; i < self->lines->len; i++) {
    const char *value = match (g_ptr_array_index (self->lines, i), "ssrc");

    if (value != NULL && read_ssrc (value, ssrc))
      return TRUE;
  }
  return FALSE;
}

char *
rj_sdp_media_get_cname (const RjSdpMedia *self)
{
  for (guint i = 0; i < self->lines->len; i++) {
    const char *value = match (g_ptr_array_index (self->lines, i), "ssrc");
    const char *blank = value == NULL ? NULL : strchr (value, ' ');

    if (blank != NULL && g_str_has_prefix (blank + 1, "cname:"))
      return g_strdup (blank + 1 + strlen ("cname:"));
  }
  return NULL;
}

RjSdpSetup
rj_sdp_setup_from_text (const char *text)
{
  for (guint i = 1; i < G_N_ELEMENTS (setups); i++)
    if (g_strcmp0 (text, setups[i]) == 0)
      return i;
  return RJ_SDP_SETUP_NONE;
}

const char *
rj_sdp_setup_to_text (RjSdpSetup setup)
{
  return setups[setup];
}

RjSdpSetup
rj_sdp_setup_answer (RjSdpSetup offered)
{
  switch (offered) {
  case RJ_SDP_SETUP_ACTPASS:
  case RJ_SDP_SETUP_PASSIVE:
    return RJ_SDP_SETUP_ACTIVE;
  case RJ_SDP_SETUP_ACTIVE:
    return RJ_SDP_SETUP_PASSIVE;
  case RJ_SDP_SETUP_NONE:
  case RJ_SDP_SETUP_HOLDCONN:
    break;
  }
  return RJ_SDP_SETUP_HOLDCONN;
}

GStrv
rj_sdp_get_bundle (const RjSdp *self)
{
  GStrvBuilder *builder = g_strv_builder_new ();
  GStrv mids;

  for (guint i = 0; i < self->lines->len; i++) {
    const char *value = match (g_ptr_array_index (self->lines, i), "group");
    const char *members = value == NULL ? NULL : after_word (value, "BUNDLE");
    g_auto (GStrv) words = members == NULL ? NULL : g_strsplit (members, " ", -1);

    if (words == NULL)
      continue;
    for (guint j = 0; words[j] != NULL; j++)
      if (*words[j] != '\0')
        g_strv_builder_add (builder, words[j]);
    break; /* one transport only */
  }
  mids = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return mids;
}

GPtrArray *
rj_sdp_media_get_candidates (const RjSdpMedia *self)
{
  GPtrArray *candidates = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->lines->len; i++) {
    const char *line = g_ptr_array_index (self->lines, i);

    if (match (line, "candidate") != NULL)
      g_ptr_array_add (candidates, g_strdup (line + 2));
  }
  return candidates;
}

/* Looks in the m-line, in the session, and in the m-line that heads the bundle */
static const char *
find_transport (const RjSdp *self, const RjSdpMedia *media, const char *name)
{
  const char *value = find (media->lines, name);
  g_auto (GStrv) bundle = NULL;
  const char *mid = rj_sdp_media_get_mid (media);
  int head;

  if (value == NULL)
    value = find (self->lines, name);
  if (value != NULL || mid == NULL)
    return value;
  bundle = rj_sdp_get_bundle (self);
  head = bundle[0] == NULL ? -1 : rj_sdp_find_mid (self, bundle[0]);
  if (head < 0 || !g_strv_contains ((const char *const *) bundle, mid))
    return NULL;
  return find (rj_sdp_get_media (self, head)->lines, name);
}

static RjSdpTransport *
fail_transport (RjSdpTransport *self, GError **error, const char *missing)
{
  rj_sdp_transport_free (self);
  g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "SDP: no usable a=%s", missing);
  return NULL;
}

RjSdpTransport *
rj_sdp_get_transport (const RjSdp *self, guint mline, GError **error)
{
  const RjSdpMedia *media = rj_sdp_get_media (self, mline);
  RjSdpTransport *out = g_new0 (RjSdpTransport, 1);
  const char *fingerprint;
  const char *blank;

  if (media == NULL)
    return fail_transport (out, error, "m-line of that number");
  out->ufrag = g_strdup (find_transport (self, media, "ice-ufrag"));
  if (out->ufrag == NULL || *out->ufrag == '\0')
    return fail_transport (out, error, "ice-ufrag");
  out->password = g_strdup (find_transport (self, media, "ice-pwd"));
  if (out->password == NULL || *out->password == '\0')
    return fail_transport (out, error, "ice-pwd");
  fingerprint = find_transport (self, media, "fingerprint");
  blank = fingerprint == NULL ? NULL : strchr (fingerprint, ' ');
  if (blank == NULL || blank == fingerprint || blank[1] == '\0')
    return fail_transport (out, error, "fingerprint");
  out->hash = g_strndup (fingerprint, blank - fingerprint);
  out->fingerprint = g_strdup (blank + 1);
  out->setup = rj_sdp_setup_from_text (find_transport (self, media, "setup"));
  out->rtcp_mux = find (media->lines, "rtcp-mux") != NULL;
  return out;
}

void
rj_sdp_transport_free (RjSdpTransport *self)
{
  if (self == NULL)
    return;
  g_free (self->ufrag);
  g_free (self->password);
  g_free (self->hash);
  g_free (self->fingerprint);
  g_free (self);
}
