#include "rj-progress.h"

#include <unistd.h>

#include "rj-json.h"

#define REDRAW_US (100 * 1000)
#define MAX_ROWS  24

typedef struct {
  char *name;
  char *session;
  const char *state; /* interned */
  char *note;        /* (nullable): what it waits for, why it was lost */
  char *failure;     /* (nullable): of its last try */
  guint n_same;      /* tries in a row that ended with it */
  guint rejoins;
} Row;

struct _RjProgress {
  GObject parent_instance;

  RjClock *clock;
  int fd;
  gboolean is_terminal;
  gboolean use_color;
  gint64 started_us;
  GPtrArray *rows; /* of Row, in the order of run-started */
  GHashTable *by_name;
  char *headline;
  guint n_drawn; /* lines of the last picture */
  RjTimer *timer;
  gboolean ended;
};

static void rj_progress_iface_init (RjEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjProgress,
                               rj_progress,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_EVENT_SINK, rj_progress_iface_init))

static void
row_free (Row *row)
{
  g_free (row->name);
  g_free (row->session);
  g_free (row->note);
  g_free (row->failure);
  g_free (row);
}

static const char *
get_color (RjProgress *self, const char *state)
{
  if (!self->use_color)
    return "";
  if (g_str_equal (state, "flowing"))
    return "\033[32m";
  if (g_str_equal (state, "failed"))
    return "\033[31m";
  return g_str_equal (state, "left") ? "" : "\033[33m";
}

static void
write_all (RjProgress *self, GString *text)
{
  gsize done = 0;

  while (done < text->len) {
    gssize n = write (self->fd, text->str + done, text->len - done);

    if (n <= 0)
      return; /* nobody looks any more; the run goes on */
    done += n;
  }
}

static void
append_row (RjProgress *self, GString *picture, const Row *row)
{
  g_string_append_printf (
    picture, "  %-12s %s%-12s%s %-26s %s\033[K\n", row->name, get_color (self, row->state),
    row->state, self->use_color ? "\033[0m" : "", row->session, row->note == NULL ? "" : row->note);
}

static guint
count_in (RjProgress *self, const char *state)
{
  guint n = 0;

  for (guint i = 0; i < self->rows->len; i++) {
    const Row *row = g_ptr_array_index (self->rows, i);

    n += g_str_equal (row->state, state);
  }
  return n;
}

static void
draw (RjProgress *self)
{
  g_autoptr (GString) picture = g_string_new (NULL);
  guint n_rows = MIN (self->rows->len, MAX_ROWS);

  if (self->n_drawn > 0)
    g_string_append_printf (picture, "\033[%uA\r", self->n_drawn);
  g_string_append (picture, "\033[?7l"); /* a long line is cut off, so that each takes one row */
  g_string_append_printf (picture, "%6.1f s  %u of %u flow  %s\033[K\n",
                          (rj_clock_now_us (self->clock) - self->started_us) / 1e6,
                          count_in (self, "flowing"), self->rows->len,
                          self->headline == NULL ? "" : self->headline);
  for (guint i = 0; i < n_rows; i++)
    append_row (self, picture, g_ptr_array_index (self->rows, i));
  if (n_rows < self->rows->len)
    g_string_append_printf (picture, "  and %u more\033[K\n", self->rows->len - n_rows);
  self->n_drawn = 1 + n_rows + (n_rows < self->rows->len);
  g_string_append (picture, "\033[?7h");
  write_all (self, picture);
}

static void
on_redraw (gpointer user_data)
{
  RjProgress *self = user_data;

  self->timer = NULL;
  draw (self);
  self->timer = rj_clock_start_timer (self->clock, REDRAW_US, on_redraw, self);
}

static void say (RjProgress *self, const RjEvent *event, const char *format, ...)
  G_GNUC_PRINTF (3, 4);

static void
say (RjProgress *self, const RjEvent *event, const char *format, ...)
{
  g_autoptr (GString) line = g_string_new (NULL);
  va_list arguments;

  if (self->is_terminal)
    return;
  g_string_append_printf (line, "%7.3f  ", (event->mono_us - self->started_us) / 1e6);
  if (event->participant != NULL)
    g_string_append_printf (line, "%-10s ", event->participant);
  va_start (arguments, format);
  g_string_append_vprintf (line, format, arguments);
  va_end (arguments);
  g_string_append_c (line, '\n');
  write_all (self, line);
}

static void
set_headline (RjProgress *self, const RjEvent *event, char *text)
{
  g_free (self->headline);
  self->headline = text;
  say (self, event, "%s", text);
}

static void
take_run_started (RjProgress *self, const RjEvent *event)
{
  JsonArray *list = rj_json_get_array (event->data, "participants");

  self->started_us = event->mono_us;
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++) {
    JsonObject *entry = rj_json_array_get_object (list, i);
    Row *row = g_new0 (Row, 1);

    row->name = g_strdup (rj_json_get_string (entry, "name", "?"));
    row->session = g_strdup (rj_json_get_string (entry, "session", "?"));
    row->state = "idle";
    g_ptr_array_add (self->rows, row);
    g_hash_table_insert (self->by_name, row->name, row);
  }
  if (self->is_terminal)
    self->timer = rj_clock_start_timer (self->clock, 0, on_redraw, self);
  say (self, event, self->rows->len == 1 ? "%u participant joins" : "%u participants join",
       self->rows->len);
}

static void
set_state (RjProgress *self, const RjEvent *event, const char *state, const char *note)
{
  Row *row =
    event->participant == NULL ? NULL : g_hash_table_lookup (self->by_name, event->participant);

  if (row == NULL || state == NULL)
    return;
  row->state = g_intern_string (state);
  g_free (row->note);
  row->note = g_strdup (note);
}

static void
take_fault (RjProgress *self, const RjEvent *event)
{
  const char *what = rj_json_get_string (event->data, "what", "?");
  const char *target = rj_json_get_string (event->data, "target", NULL);

  set_headline (self, event,
                g_strdup_printf ("fault: %s%s%s", what, target == NULL ? "" : " ",
                                 target == NULL ? "" : target));
}

/* A try that fails like the one before is told shortly, and the more seldom the more there are: 2, 4, 8, … */
static void
take_attempt_failed (RjProgress *self, const RjEvent *event, const char *error)
{
  Row *row = g_hash_table_lookup (self->by_name, event->participant);

  if (row != NULL && g_str_equal (row->state, "flowing"))
    return; /* a loss, not a try: rejoin-started tells it */
  set_state (self, event, "waiting", error);
  if (row != NULL && g_strcmp0 (row->failure, error) == 0) {
    row->n_same++;
    if ((row->n_same & (row->n_same - 1)) == 0)
      say (self, event, "try failed again, the same error (%u times now)", row->n_same);
    return;
  }
  say (self, event, "try failed: %s", error == NULL ? "?" : error);
  if (row == NULL)
    return;
  g_free (row->failure);
  row->failure = g_strdup (error);
  row->n_same = 1;
}

static void
take_flowing (RjProgress *self, const RjEvent *event)
{
  Row *row = g_hash_table_lookup (self->by_name, event->participant);

  if (row != NULL)
    g_clear_pointer (&row->failure, g_free);
  say (self, event, "flows");
}

static void
take_participant_event (RjProgress *self, const RjEvent *event)
{
  const char *error = rj_json_get_string (event->data, "error", NULL);

  if (g_str_equal (event->type, RJ_EVENT_ATTEMPT_STATE)) {
    const char *to = rj_json_get_string (event->data, "to", NULL);

    if (g_strcmp0 (to, "closed") != 0)
      set_state (self, event, to, NULL);
    if (g_strcmp0 (to, "flowing") == 0)
      take_flowing (self, event);
  } else if (g_str_equal (event->type, RJ_EVENT_PARTICIPANT_STATE)) {
    const char *to = rj_json_get_string (event->data, "to", "?");

    if (!g_str_equal (to, "joined"))
      set_state (self, event, to, rj_json_get_string (event->data, "reason", NULL));
  } else if (g_str_equal (event->type, RJ_EVENT_REJOIN_STARTED)) {
    const char *cause = rj_json_get_string (event->data, "cause", "?");

    set_state (self, event, "rejoining", cause);
    say (self, event, "lost: %s; comes back", cause);
  } else if (g_str_equal (event->type, RJ_EVENT_ATTEMPT_FAILED)) {
    take_attempt_failed (self, event, error);
  } else if (g_str_equal (event->type, RJ_EVENT_PARTICIPANT_FAILED)) {
    set_state (self, event, "failed", rj_json_get_string (event->data, "reason", NULL));
    say (self, event, "gives up: %s", rj_json_get_string (event->data, "reason", "?"));
  }
}

static void
rj_progress_take (RjEventSink *sink, const RjEvent *event)
{
  RjProgress *self = RJ_PROGRESS (sink);

  if (self->ended)
    return;
  if (g_str_equal (event->type, RJ_EVENT_RUN_STARTED))
    take_run_started (self, event);
  else if (g_str_equal (event->type, RJ_EVENT_EVERYONE_FLOWING))
    set_headline (self, event, g_strdup ("everybody sees everybody"));
  else if (g_str_equal (event->type, RJ_EVENT_FAULT_STARTED))
    take_fault (self, event);
  else if (g_str_equal (event->type, RJ_EVENT_STEP_CHECKED))
    say (self, event, "expectation: %s",
         rj_json_get_bool (event->data, "ok", FALSE) ? "everybody is back in time"
                                                     : "not everybody is back in time");
  else if (g_str_equal (event->type, RJ_EVENT_NODE_CRASHED))
    say (self, event, "the server declares media node %d crashed",
         (int) rj_json_get_int (event->data, "node", -1));
  else if (g_str_equal (event->type, RJ_EVENT_MASTER_LOST))
    say (self, event, "master %d does not answer",
         (int) rj_json_get_int (event->data, "master", -1));
  else if (g_str_equal (event->type, RJ_EVENT_WARNING))
    say (self, event, "warning: %s", rj_json_get_string (event->data, "message", "?"));
  else if (event->participant != NULL)
    take_participant_event (self, event);
}

void
rj_progress_end (RjProgress *self)
{
  if (self->ended)
    return;
  self->ended = TRUE;
  rj_clock_cancel_timer (self->clock, &self->timer);
  if (self->is_terminal && self->rows->len > 0)
    draw (self);
}

static void
rj_progress_iface_init (RjEventSinkInterface *iface)
{
  iface->take = rj_progress_take;
}

static void
rj_progress_finalize (GObject *object)
{
  RjProgress *self = RJ_PROGRESS (object);

  rj_clock_cancel_timer (self->clock, &self->timer);
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->rows);
  g_free (self->headline);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (rj_progress_parent_class)->finalize (object);
}

static void
rj_progress_class_init (RjProgressClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_progress_finalize;
}

static void
rj_progress_init (RjProgress *self)
{
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) row_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
}

RjProgress *
rj_progress_new (RjClock *clock, int fd, gboolean is_terminal, gboolean use_color)
{
  RjProgress *self = g_object_new (RJ_TYPE_PROGRESS, NULL);

  self->clock = g_object_ref (clock);
  self->fd = fd;
  self->is_terminal = is_terminal;
  self->use_color = use_color && is_terminal;
  return self;
}
