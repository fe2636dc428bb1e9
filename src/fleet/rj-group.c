#include "rj-group.h"

#include <stdio.h>

#include "rj-error.h"
#include "rj-template.h"

RjGroup *
rj_group_new (void)
{
  RjGroup *self = g_new0 (RjGroup, 1);

  self->counts = g_array_new (FALSE, FALSE, sizeof (guint));
  self->listed = g_ptr_array_new_with_free_func (g_free);
  self->publish.on = self->publish.audio = self->publish.video = self->publish.codec = -1;
  return self;
}

void
rj_group_free (RjGroup *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->session);
  g_free (self->participant);
  g_array_unref (self->counts);
  g_ptr_array_unref (self->listed);
  g_free (self);
}

static void
inherit_text (char **own, const char *base)
{
  if (*own == NULL)
    *own = g_strdup (base);
}

static void
inherit_publish (RjGroupPublish *self, const RjGroupPublish *base)
{
  if (self->on < 0)
    self->on = base->on;
  if (self->audio < 0)
    self->audio = base->audio;
  if (self->video < 0)
    self->video = base->video;
  if (self->width == 0) {
    self->width = base->width;
    self->height = base->height;
  }
  if (self->fps == 0)
    self->fps = base->fps;
  if (self->bitrate_bps == 0)
    self->bitrate_bps = base->bitrate_bps;
  if (self->codec < 0)
    self->codec = base->codec;
}

void
rj_group_inherit (RjGroup *self, const RjGroup *base)
{
  inherit_text (&self->session, base->session);
  inherit_text (&self->participant, base->participant);
  if (self->role == NULL)
    self->role = base->role;
  inherit_publish (&self->publish, &base->publish);
  if (self->subscribe == RJ_SUBSCRIBE_UNSET) {
    self->subscribe = base->subscribe;
    for (guint i = 0; i < base->listed->len; i++)
      g_ptr_array_add (self->listed, g_strdup (g_ptr_array_index (base->listed, i)));
  }
  if (self->ramp_per_second <= 0.0)
    self->ramp_per_second = base->ramp_per_second;
}

guint
rj_group_get_count (const RjGroup *self, guint index)
{
  return g_array_index (self->counts, guint, self->counts->len == 1 ? 0 : index);
}

guint
rj_group_get_total (const RjGroup *self)
{
  guint total = 0;

  for (guint i = 0; i < self->sessions; i++)
    total += rj_group_get_count (self, i);
  return total;
}

RjClipFormat
rj_group_get_format (const RjGroup *self)
{
  const RjGroupPublish *publish = &self->publish;

  return (RjClipFormat){
    .width = publish->width,
    .height = publish->height,
    .fps = publish->fps,
    .bitrate = publish->bitrate_bps,
    .picture = RJ_CLIP_PICTURE_TEST,
    .codec = publish->codec < 0 ? RJ_VIDEO_VP8 : publish->codec,
  };
}

gboolean
rj_group_check (const RjGroup *self, GError **error)
{
  if (self->counts->len != 1 && self->counts->len != self->sessions)
    return rj_error_refuse (error,
                            "count: give one number for all sessions, or as many as sessions says");
  if (rj_template_has (self->session, "attempt"))
    return rj_error_refuse (
      error, "session: {attempt} cannot be part of it, because whoever comes back comes back to "
             "the same session; it can be in name");
  if (self->sessions > 1 && !rj_template_has (self->session, "session"))
    return rj_error_refuse (error,
                            "session: with several sessions the name must contain {session}");
  if (self->publish.on == 1 && g_strcmp0 (self->role, "SUBSCRIBER") == 0)
    return rj_error_refuse (
      error, "publish: a SUBSCRIBER may not publish; leave publish out, or give another "
             "role");
  if (self->publish.on == 1 && self->publish.audio == 0 && self->publish.video == 0)
    return rj_error_refuse (
      error, "publish: without video and audio nothing is left; write publish: false");
  return TRUE;
}

gboolean
rj_picture_parse (const char *text, guint *width, guint *height, guint *fps, GError **error)
{
  guint w = 0, h = 0, rate = 0;
  int size_end = 0, rate_end = 0;
  gboolean sized = sscanf (text, "%4ux%4u%n", &w, &h, &size_end) == 2;
  gboolean rated = sized && sscanf (text + size_end, "@%2u%n", &rate, &rate_end) == 1;

  if (!sized || text[size_end + rate_end] != '\0' || (rated && (fps == NULL || rate < 1)) ||
      rate > 60 || w < 96 || h < 96 || w > 3840 || h > 2160 || w % 2 != 0 || h % 2 != 0) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "\"%s\" is no size of a picture; write WIDTHxHEIGHT%s with even numbers from "
                 "96x96 to 3840x2160%s, such as 640x480%s",
                 text, fps == NULL ? "" : "@FPS",
                 fps == NULL ? "" : " and 1 to 60 frames per second", fps == NULL ? "" : "@30");
    return FALSE;
  }
  *width = w;
  *height = h;
  if (rated)
    *fps = rate;
  return TRUE;
}

gboolean
rj_bitrate_parse (const char *text, guint *bits_per_second, GError **error)
{
  char *end = NULL;
  double rate = g_ascii_strtod (text, &end);

  if (g_ascii_strcasecmp (end, "k") == 0)
    rate *= 1e3;
  else if (g_ascii_strcasecmp (end, "m") == 0)
    rate *= 1e6;
  else if (*end != '\0')
    rate = 0;
  if (!(rate >= 30e3 && rate <= 20e6)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "\"%s\" is no rate; write one from 30k to 20M, such as 500k or 1.5M", text);
    return FALSE;
  }
  *bits_per_second = rate;
  return TRUE;
}

gboolean
rj_ramp_parse (const char *text, double *per_second, GError **error)
{
  char *end = NULL;
  double rate = g_ascii_strtod (text, &end);

  if (g_str_equal (end, "/min"))
    rate /= 60;
  else if (!g_str_equal (end, "/s"))
    rate = 0;
  if (!(rate >= 0.01 && rate <= 10000)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "\"%s\" does not say how many join in which time; write it like 10/s or 30/min",
                 text);
    return FALSE;
  }
  *per_second = rate;
  return TRUE;
}

const char *
rj_role_from_name (const char *name, GError **error)
{
  static const char *const roles[] = { "SUBSCRIBER", "PUBLISHER", "MODERATOR" };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++) {
    if (g_ascii_strcasecmp (name, roles[i]) == 0)
      return roles[i];
  }
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               "\"%s\" is no role; write SUBSCRIBER, PUBLISHER or MODERATOR", name);
  return NULL;
}
