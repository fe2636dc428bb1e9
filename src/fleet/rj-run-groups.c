#include "rj-run-groups.h"

#include <string.h>

#include "rj-error.h"

/* The demo needs no server and no option. */
static void
choose_defaults (RjRunOptions *self)
{
  if (self->plan == NULL && self->participants == NULL && self->sessions == 0 &&
      self->faults->len == 0 && self->marks == 0 && self->embedded) {
    self->participants = g_strdup ("4,2");
    g_ptr_array_add (self->faults, g_strdup ("kill-media-node@3s"));
  }
  if (self->participants == NULL)
    self->participants = g_strdup (self->token != NULL ? "1" : "4");
}

static gboolean
read_counts (const RjRunOptions *self, RjGroup *group, GError **error)
{
  g_auto (GStrv) numbers = g_strsplit (self->participants, ",", -1);
  guint n = g_strv_length (numbers);

  group->sessions = self->sessions == 0 ? n : self->sessions;
  if (n != 1 && n != group->sessions)
    return rj_error_refuse (
      error, "--participants: give one number for all sessions, or as many as --sessions says");
  for (guint i = 0; i < n; i++) {
    guint64 number = 0;
    guint count;

    if (!g_ascii_string_to_unsigned (numbers[i], 10, 1, 1000, &number, NULL))
      return rj_error_refuse (
        error, "--participants: write a number from 1 to 1000, or a list of them such as 4,2");
    count = number;
    g_array_append_val (group->counts, count);
  }
  return TRUE;
}

static gboolean
blame (const char *option, GError **error)
{
  g_prefix_error (error, "--%s: ", option);
  return FALSE;
}

/* What the options say of a group, but for who is in it */
static RjGroup *
make_base (const RjRunOptions *self, GError **error)
{
  g_autoptr (RjGroup) group = rj_group_new ();
  RjGroupPublish *publish = &group->publish;
  RjVideoCodec codec;

  group->session = g_strdup (self->session);
  group->participant = g_strdup (self->name);
  publish->on = self->no_publish ? 0 : -1;
  publish->audio = !self->no_audio;
  publish->video = !self->no_video;
  publish->fps = self->fps;
  if (self->video_codec != NULL && rj_video_codec_from_name (self->video_codec, &codec))
    publish->codec = codec;
  if (!rj_picture_parse (self->resolution, &publish->width, &publish->height, NULL, error) &&
      !blame ("resolution", error))
    return NULL;
  if (!rj_bitrate_parse (self->bitrate, &publish->bitrate_bps, error) && !blame ("bitrate", error))
    return NULL;
  if (self->ramp != NULL && !rj_ramp_parse (self->ramp, &group->ramp_per_second, error) &&
      !blame ("ramp", error))
    return NULL;
  group->subscribe = RJ_SUBSCRIBE_ALL;
  if (self->no_audio && self->no_video && !self->no_publish) {
    rj_error_refuse (error, "--no-audio and --no-video leave nothing to publish: use --no-publish");
    return NULL;
  }
  return g_steal_pointer (&group);
}

static gboolean
is_given (const RjRunOptions *self, const char *name)
{
  return rj_option_table_is_given (rj_run_options_get_table (), self, name);
}

/* @base: what the options say, given or not. Returns: (transfer full): what was given */
static RjGroup *
make_given (const RjRunOptions *self, const RjGroup *base)
{
  RjGroup *group = rj_group_new ();
  RjGroupPublish *publish = &group->publish;

  group->session = is_given (self, "session") ? g_strdup (self->session) : NULL;
  group->participant = is_given (self, "name") ? g_strdup (self->name) : NULL;
  if (is_given (self, "no-publish"))
    publish->on = self->no_publish ? 0 : -1;
  if (is_given (self, "no-audio"))
    publish->audio = base->publish.audio;
  if (is_given (self, "no-video"))
    publish->video = base->publish.video;
  if (is_given (self, "resolution")) {
    publish->width = base->publish.width;
    publish->height = base->publish.height;
  }
  if (is_given (self, "fps"))
    publish->fps = base->publish.fps;
  if (is_given (self, "bitrate"))
    publish->bitrate_bps = base->publish.bitrate_bps;
  if (is_given (self, "video-codec"))
    publish->codec = base->publish.codec;
  if (is_given (self, "ramp"))
    group->ramp_per_second = base->ramp_per_second;
  return group;
}

/* The one group of the command line has options where a plan's has keys. */
static void
name_option (GError **error)
{
  static const char place[] = "participants[0].";

  if (error == NULL || !g_str_has_prefix ((*error)->message, place))
    return;
  g_autofree char *message = g_strconcat ("--", (*error)->message + strlen (place), NULL);

  g_free ((*error)->message);
  (*error)->message = g_steal_pointer (&message);
}

static RjRoster *
make_roster (const RjRunOptions *self, GError **error)
{
  return rj_roster_new (self->groups, self->roles, "run", error);
}

static RjRoster *
make_only_group (RjRunOptions *self, RjGroup *base, GError **error)
{
  RjRoster *roster;

  choose_defaults (self);
  self->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_group_free);
  g_ptr_array_add (self->groups, base);
  if (!read_counts (self, base, error))
    return NULL;
  roster = make_roster (self, error);
  if (roster == NULL)
    name_option (error);
  return roster;
}

static RjRoster *
complete_groups (RjRunOptions *self, const RjGroup *base, GError **error)
{
  if (self->sessions > 0) {
    rj_error_refuse (error,
                     "--sessions cannot change the groups of a plan: change their sessions there, "
                     "or give --participants as well to have others");
    return NULL;
  }
  for (guint i = 0; i < self->groups->len; i++) {
    RjGroup *planned = g_ptr_array_index (self->groups, i);
    RjGroup *group = make_given (self, base);

    rj_group_inherit (group, planned);
    rj_group_inherit (group, base);
    group->name = g_steal_pointer (&planned->name);
    group->sessions = planned->sessions;
    g_array_append_vals (group->counts, planned->counts->data, planned->counts->len);
    rj_group_free (planned);
    self->groups->pdata[i] = group;
  }
  return make_roster (self, error);
}

RjRoster *
rj_run_options_make_groups (RjRunOptions *self, GError **error)
{
  g_autoptr (RjGroup) base = make_base (self, error);

  if (base == NULL)
    return NULL;
  return self->groups == NULL ? make_only_group (self, g_steal_pointer (&base), error)
                              : complete_groups (self, base, error);
}

guint
rj_run_options_count_participants (const RjRunOptions *self)
{
  guint n = 0;

  for (guint i = 0; i < self->groups->len; i++)
    n += rj_group_get_total (g_ptr_array_index (self->groups, i));
  return n;
}

const char *
rj_run_options_get_forced_codec (const RjRunOptions *self)
{
  static const char *const names[] = { [RJ_VIDEO_VP8] = "VP8", [RJ_VIDEO_H264] = "H264" };
  gboolean said = FALSE;
  gboolean wanted[RJ_N_VIDEO_CODECS] = { FALSE };

  for (guint i = 0; i < self->groups->len; i++) {
    const RjGroup *group = g_ptr_array_index (self->groups, i);

    if (group->publish.on == 0 || group->publish.video == 0)
      continue;
    said = said || group->publish.codec >= 0;
    wanted[rj_group_get_format (group).codec] = TRUE;
  }
  if (!said)
    return NULL;
  if (wanted[RJ_VIDEO_VP8] && wanted[RJ_VIDEO_H264])
    return "NONE";
  return names[wanted[RJ_VIDEO_VP8] ? RJ_VIDEO_VP8 : RJ_VIDEO_H264];
}
