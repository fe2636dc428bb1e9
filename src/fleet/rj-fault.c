#include "rj-fault.h"

#include <string.h>

#include "rj-duration.h"
#include "rj-error.h"

/* Longer than anything waits for silence or for an answer to a ping */
#define USUAL_LENGTH_US (12 * G_USEC_PER_SEC)
#define USUAL_WITHIN_US (15 * G_USEC_PER_SEC)

typedef struct {
  const char *what;
  gboolean embedded_only;
  const char *targets;    /* words, "N" for a number, "*" for anything */
  const char *needs;      /* (nullable) a target, and what it is */
  gint64 length_us;       /* 0: it does not last */
  gboolean needs_masters; /* several of them */
  gboolean names_people;
  gboolean staggers; /* done to one after the other, if so wished */
  const char
    *details; /* (nullable) words: before the target of who has one or none, after a needed one */
} Row;

#define STEP(kind, word, ...)                                                                      \
  [RJ_FAULT_##kind] = { word, FALSE, "*", "NAME", .names_people = TRUE, __VA_ARGS__ }
#define HOLE(kind, word)                                                                           \
  [RJ_FAULT_##kind] = { word, FALSE, "*", NULL, USUAL_LENGTH_US, .names_people = TRUE }

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
  [RJ_FAULT_CUT_WEBSOCKET] = { "cut-websocket", FALSE, "*", .names_people = TRUE, .staggers = TRUE,
                               .details = "fin|rst" },
  HOLE (BLACKHOLE_MEDIA, "blackhole-media"),
  HOLE (BLACKHOLE_SIGNALLING, "blackhole-signalling"),
  [RJ_FAULT_FREEZE_PARTICIPANT] = { "freeze-participant", FALSE, "*", "NAME", USUAL_LENGTH_US,
                                    .names_people = TRUE },
  [RJ_FAULT_RUN] = { "run", FALSE, "*", "COMMAND" },
  [RJ_FAULT_REPAIR] = { "repair", FALSE, "*", "COMMAND" },
  [RJ_FAULT_MARK] = { "mark", FALSE, "*" },
  [RJ_FAULT_EXPECT_RECOVERED] = { "expect-recovered", FALSE, "", NULL, USUAL_WITHIN_US },
  STEP (LEAVE, "leave", .staggers = TRUE),
  STEP (JOIN, "join", .staggers = TRUE),
  STEP (PUBLISH, "publish"),
  STEP (UNPUBLISH, "unpublish"),
  STEP (MUTE, "mute", .details = "audio|video"),
  STEP (UNMUTE, "unmute", .details = "audio|video"),
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

static gboolean
refuse (gboolean known, GError **error)
{
  g_autofree char *list = list_faults ();

  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               known ? "what follows its name is wrong; --help shows the forms of: %s"
                     : "there is no such fault; there are: %s",
               list);
  return FALSE;
}

/* Takes "/DURATION" off the end of @words. A stagger that is none belongs to a name. */
static gboolean
take_duration (RjFault *self, const Row *row, char *words, GError **error)
{
  char *slash = row->length_us == 0 && !row->staggers ? NULL : strrchr (words, '/');

  self->length_us = row->length_us;
  if (slash == NULL)
    return TRUE;
  if (row->staggers) {
    if (rj_duration_parse (slash + 1, &self->stagger_us, NULL))
      *slash = '\0';
    return TRUE;
  }
  if (!rj_duration_parse (slash + 1, &self->length_us, error))
    return FALSE;
  *slash = '\0';
  return TRUE;
}

static gboolean
has_detail (const Row *row, const char *word)
{
  g_auto (GStrv) words = row->details == NULL ? NULL : g_strsplit (row->details, "|", -1);

  return words != NULL && g_strv_contains ((const char *const *) words, word);
}

/* "bot-1:video": the detail goes off the target */
static void
split_last (RjFault *self, const Row *row)
{
  char *colon = strrchr (self->target, ':');

  if (colon == NULL || !has_detail (row, colon + 1))
    return;
  self->detail = g_strdup (colon + 1);
  *colon = '\0';
}

/* "fin:bot-1", "fin", "bot-1" */
static void
split_first (RjFault *self, const Row *row)
{
  g_auto (GStrv) parts = g_strsplit (self->target, ":", 2);

  if (!has_detail (row, parts[0]))
    return;
  g_free (self->target);
  self->detail = g_strdup (parts[0]);
  self->target = g_strdup (parts[1]);
}

/* @words: what follows the name */
static gboolean
parse_words (RjFault *self, const Row *row, char *words, GError **error)
{
  if (!take_duration (self, row, words, error))
    return FALSE;
  if (*words == ':')
    self->target = g_strdup (words + 1);
  else if (*words != '\0')
    return refuse (TRUE, error);
  if (self->target != NULL && row->needs != NULL)
    split_last (self, row);
  else if (self->target != NULL)
    split_first (self, row);
  return is_target_allowed (row, self->target) || refuse (TRUE, error);
}

RjFault *
rj_fault_parse_bare (const char *text, GError **error)
{
  g_autoptr (RjFault) self = g_new0 (RjFault, 1);
  g_autofree char *what = g_strndup (text, strcspn (text, ":/"));
  g_autofree char *words = g_strdup (text + strlen (what));
  int row = find_row (what);

  if (row < 0) {
    refuse (FALSE, error);
    return NULL;
  }
  self->kind = row;
  self->what = rows[row].what;
  self->when = RJ_FAULT_ON_DEMAND;
  self->limit_us = RJ_FAULT_COMMAND_LIMIT_US;
  return parse_words (self, &rows[row], words, error) ? g_steal_pointer (&self) : NULL;
}

/* "5s", "+5s", "recovered", "recovered+2s", "all-flowing" */
static gboolean
parse_when (RjFault *self, const char *text, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "+", 2);

  if (g_str_equal (parts[0], "recovered"))
    self->when = RJ_FAULT_RECOVERED;
  else if (g_str_equal (parts[0], "all-flowing"))
    self->when = RJ_FAULT_AT;
  else if (*parts[0] == '\0' && parts[1] != NULL)
    self->when = RJ_FAULT_AFTER;
  else {
    self->when = RJ_FAULT_AT;
    return rj_duration_parse (text, &self->delay_us, error);
  }
  return parts[1] == NULL || rj_duration_parse (parts[1], &self->delay_us, error);
}

RjFault *
rj_fault_parse (const char *text, GError **error)
{
  const char *at = strrchr (text, '@');
  g_autofree char *words = at == NULL ? NULL : g_strndup (text, at - text);
  g_autoptr (RjFault) self = NULL;

  if (at == NULL) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "--fault %s: the time is missing; write WHAT@TIME, such as kill-media-node@5s",
                 text);
    return NULL;
  }
  self = rj_fault_parse_bare (words, error);
  if (self != NULL && parse_when (self, at + 1, error))
    return g_steal_pointer (&self);
  g_prefix_error (error, "--fault %s: ", text);
  return NULL;
}

RjFault *
rj_fault_ask (const char *text, GError **error)
{
  g_autoptr (RjFault) self = rj_fault_parse_bare (text, error);

  if (self == NULL)
    return NULL;
  if (rj_fault_is_command (self))
    g_set_error_literal (
      error, RJ_ERROR, RJ_ERROR_REJECTED,
      "commands are not taken from outside; write it into the plan as a step with a name, and ask "
      "for that name");
  else if (self->kind == RJ_FAULT_MARK)
    g_set_error_literal (error, RJ_ERROR, RJ_ERROR_USAGE, "a mark is no fault; POST /mark");
  else if (self->kind == RJ_FAULT_EXPECT_RECOVERED)
    g_set_error_literal (error, RJ_ERROR, RJ_ERROR_USAGE,
                         "that is no fault, and can only be a step of a script");
  else
    return g_steal_pointer (&self);
  return NULL;
}

RjFault *
rj_fault_copy (const RjFault *self)
{
  RjFault *copy = g_memdup2 (self, sizeof *self);

  copy->target = g_strdup (self->target);
  copy->detail = g_strdup (self->detail);
  copy->name = g_strdup (self->name);
  return copy;
}

char *
rj_fault_to_text (const RjFault *self)
{
  const char *target = rj_fault_is_command (self) ? NULL : self->target;
  gboolean first = self->kind == RJ_FAULT_CUT_WEBSOCKET;
  const char *one = first ? self->detail : target;
  const char *other = first ? target : self->detail;

  return g_strconcat (self->what, one != NULL ? ":" : "", one != NULL ? one : "",
                      other != NULL ? ":" : "", other != NULL ? other : "", NULL);
}

void
rj_fault_free (RjFault *self)
{
  if (self == NULL)
    return;
  g_free (self->target);
  g_free (self->detail);
  g_free (self->name);
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
rj_fault_is_command (const RjFault *self)
{
  return self->kind == RJ_FAULT_RUN || self->kind == RJ_FAULT_REPAIR;
}

gboolean
rj_fault_needs_moderator (const RjFault *self)
{
  return self->kind == RJ_FAULT_FORCE_UNPUBLISH || self->kind == RJ_FAULT_FORCE_DISCONNECT;
}

gboolean
rj_fault_names_people (const RjFault *self)
{
  return rows[self->kind].names_people;
}
