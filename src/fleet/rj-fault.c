#include "rj-fault.h"

#include <string.h>

#include "rj-duration.h"
#include "rj-error.h"

/* Longer than anything waits for silence or for an answer to a ping */
#define USUAL_LENGTH_US (12 * G_USEC_PER_SEC)

typedef struct {
  const char *what;
  gboolean embedded_only;
  const char *targets;    /* words, "N" for a number, "*" for anything */
  const char *needs;      /* (nullable) a target, and what it is */
  gint64 length_us;       /* 0: it does not last */
  gboolean needs_masters; /* several of them */
} Row;

#define STEP(kind, word) [RJ_FAULT_##kind] = { word, FALSE, "*", "NAME" }

static const Row rows[] = {
  [RJ_FAULT_KILL_MEDIA_NODE] = { "kill-media-node", TRUE, "N|all|same" },
  [RJ_FAULT_FREEZE_MEDIA_NODE] = { "freeze-media-node", TRUE, "N|all|same" },
  [RJ_FAULT_THAW_MEDIA_NODE] = { "thaw-media-node", TRUE, "N|all|same" },
  [RJ_FAULT_RESTART_MEDIA_NODE] = { "restart-media-node", TRUE, "N|all|same" },
  [RJ_FAULT_STOP_MEDIA_NODE] = { "stop-media-node", TRUE, "N|all|same" },
  [RJ_FAULT_ROLL_MEDIA_NODE] = { "roll-media-node", TRUE, "N|all|same" },
  [RJ_FAULT_KILL_MASTER] = { "kill-master", TRUE, "N|same", .needs_masters = TRUE },
  [RJ_FAULT_FREEZE_MASTER] = { "freeze-master", TRUE, "N|same", .needs_masters = TRUE },
  [RJ_FAULT_THAW_MASTER] = { "thaw-master", TRUE, "N|same", .needs_masters = TRUE },
  [RJ_FAULT_RESTART_MASTER] = { "restart-master", TRUE, "N|same" },
  [RJ_FAULT_ROLL_MASTER] = { "roll-master", TRUE, "N|same" },
  [RJ_FAULT_CUT_WEBSOCKET] = { "cut-websocket", FALSE, "fin|rst" },
  [RJ_FAULT_BLACKHOLE_MEDIA] = { "blackhole-media", FALSE, "*", NULL, USUAL_LENGTH_US },
  [RJ_FAULT_BLACKHOLE_SIGNALLING] = { "blackhole-signalling", FALSE, "*", NULL, USUAL_LENGTH_US },
  [RJ_FAULT_RUN] = { "run", FALSE, "*", "COMMAND" },
  STEP (LEAVE, "leave"),
  STEP (JOIN, "join"),
  STEP (PUBLISH, "publish"),
  STEP (UNPUBLISH, "unpublish"),
  STEP (MUTE, "mute"),
  STEP (UNMUTE, "unmute"),
  STEP (SIGNAL, "signal"),
  STEP (FORCE_UNPUBLISH, "force-unpublish"),
  STEP (FORCE_DISCONNECT, "force-disconnect"),
};

static gboolean
is_target_allowed (const Row *row, const char *target)
{
  g_auto (GStrv) words = g_strsplit (row->targets, "|", -1);
  const char *const *list = (const char *const *) words;

  if (target == NULL)
    return row->needs == NULL;
  if (g_strv_contains (list, "*"))
    return *target != '\0';
  if (g_strv_contains (list, "N") && g_ascii_string_to_unsigned (target, 10, 0, 999, NULL, NULL))
    return TRUE;
  return !g_str_equal (target, "N") && g_strv_contains (list, target);
}

static int
find_row (const char *what)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (g_str_equal (rows[i].what, what))
      return i;
  }
  return -1;
}

static char *
list_faults (void)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_string_append_printf (list, "%s%s%s%s", i == 0 ? "" : ", ", rows[i].what,
                            rows[i].needs != NULL ? ":" : "",
                            rows[i].needs != NULL ? rows[i].needs : "");
  return g_string_free (list, FALSE);
}

static void
refuse (const char *text, gboolean known, GError **error)
{
  g_autofree char *list = list_faults ();

  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               known ? "--fault %s: what follows its name is wrong; --help shows the forms of: %s"
                     : "--fault %s: there is no such fault; there are: %s",
               text, list);
}

/* @words: "[TARGET][/LENGTH]" of a fault that lasts, and only "[TARGET]" of the others */
static gboolean
parse_target (RjFault *self, const Row *row, const char *text, const char *words, GError **error)
{
  const char *slash = row->length_us == 0 ? NULL : strrchr (words, '/');
  gsize length = slash == NULL ? strlen (words) : (gsize) (slash - words);

  self->length_us = row->length_us;
  if (slash != NULL && !rj_duration_parse (slash + 1, &self->length_us, error)) {
    g_prefix_error (error, "--fault %s: ", text);
    return FALSE;
  }
  if (*words == ':')
    self->target = g_strndup (words + 1, length - 1);
  if (is_target_allowed (row, self->target) && (*words == ':' || length == 0))
    return TRUE;
  refuse (text, TRUE, error);
  return FALSE;
}

/* "bot-1:video": the medium goes off the target */
static void
split_medium (RjFault *self)
{
  char *colon = self->target == NULL ? NULL : strrchr (self->target, ':');

  if (colon == NULL || (self->kind != RJ_FAULT_MUTE && self->kind != RJ_FAULT_UNMUTE) ||
      (!g_str_equal (colon, ":audio") && !g_str_equal (colon, ":video")))
    return;
  self->medium = g_strdup (colon + 1);
  *colon = '\0';
}

RjFault *
rj_fault_parse (const char *text, GError **error)
{
  g_autoptr (RjFault) self = g_new0 (RjFault, 1);
  const char *at = strrchr (text, '@');
  g_autofree char *words = at == NULL ? NULL : g_strndup (text, at - text);
  g_autofree char *what = words == NULL ? NULL : g_strndup (words, strcspn (words, ":/"));
  int row;

  if (at == NULL) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "--fault %s: the time is missing; write WHAT@TIME, such as kill-media-node@5s",
                 text);
    return NULL;
  }
  if (!rj_duration_parse (at + 1, &self->at_us, error)) {
    g_prefix_error (error, "--fault %s: ", text);
    return NULL;
  }
  row = find_row (what);
  if (row < 0) {
    refuse (text, FALSE, error);
    return NULL;
  }
  if (!parse_target (self, &rows[row], text, words + strlen (what), error))
    return NULL;
  self->kind = row;
  self->what = rows[row].what;
  split_medium (self);
  return g_steal_pointer (&self);
}

void
rj_fault_free (RjFault *self)
{
  if (self == NULL)
    return;
  g_free (self->target);
  g_free (self->medium);
  g_free (self);
}

gboolean
rj_fault_needs_embedded (const RjFault *self)
{
  return rows[self->kind].embedded_only;
}

gboolean
rj_fault_needs_masters (const RjFault *self)
{
  return rows[self->kind].needs_masters;
}

gboolean
rj_fault_is_step (const RjFault *self)
{
  return self->kind >= RJ_FAULT_LEAVE;
}

gboolean
rj_fault_needs_moderator (const RjFault *self)
{
  return self->kind == RJ_FAULT_FORCE_UNPUBLISH || self->kind == RJ_FAULT_FORCE_DISCONNECT;
}
