#include "rj-log-reader.h"

#include <stdio.h>
#include <string.h>

#include "rj-error.h"
#include "rj-json.h"

#define RJ_LOG_VERSION 1

typedef struct {
  const char *path; /* of the log that is being read */
  guint line;
  char *run;
  char *boot_id;    /* whose clock counts */
  gint64 offset_us; /* wall clock less monotonic clock, there */
  GHashTable
    *numbers; /* host → GArray of guint64: those of the events of the log that is being read */
  guint64 n_missing;
  GPtrArray *events;
  GPtrArray *warnings;
} Reader;

static gboolean
fail (Reader *self, GError **error, const char *what, const char *remedy)
{
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "%s:%u: %s; %s", self->path, self->line, what,
               remedy);
  return FALSE;
}

/* --- clocks --- */

/* Returns: the difference between both clocks of the machine that wrote the line; 0: not known */
static gint64
read_offset (JsonObject *line)
{
  const char *wall = rj_json_get_string (line, "wall", NULL);
  g_autoptr (GDateTime) time = wall == NULL ? NULL : g_date_time_new_from_iso8601 (wall, NULL);

  if (time == NULL)
    return 0;
  return g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time) -
         rj_json_get_int (line, "mono_us", 0);
}

/* How far the clock of the line's machine has to be moved */
static gint64
find_shift (Reader *self, JsonObject *line)
{
  const char *boot_id = rj_json_get_string (line, "boot_id", "");

  if (self->boot_id == NULL) {
    self->boot_id = g_strdup (boot_id);
    self->offset_us = read_offset (line);
  }
  if (g_str_equal (boot_id, self->boot_id) || self->offset_us == 0)
    return 0;
  return read_offset (line) - self->offset_us;
}

/* Members of data whose name ends in _us are stamps of the same clock. The data is that of a parser, which
 * nobody may change. */
static JsonObject *
shift_stamps (JsonObject *data, gint64 shift_us)
{
  JsonObject *shifted = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, data);
  while (json_object_iter_next_ordered (&iter, &name, &node)) {
    gint64 us = rj_json_get_int (data, name, 0);

    if (g_str_has_suffix (name, "_us") && us > 0)
      json_object_set_int_member (shifted, name, us + shift_us);
    else
      json_object_set_member (shifted, name, json_node_copy (node));
  }
  return shifted;
}

static void
shift_event (RjEvent *event, gint64 shift_us)
{
  JsonObject *data = event->data;

  event->mono_us += shift_us;
  if (data == NULL || shift_us == 0)
    return;
  event->data = shift_stamps (data, shift_us);
  json_object_unref (data);
}

/* --- whole? --- */

static void
note_number (Reader *self, JsonObject *line)
{
  const char *host = rj_json_get_string (line, "host", "");
  gint64 number = rj_json_get_int (line, "seq", -1);
  GArray *numbers = g_hash_table_lookup (self->numbers, host);

  if (number < 0)
    return;
  if (numbers == NULL) {
    numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
    g_hash_table_insert (self->numbers, g_strdup (host), numbers);
  }
  g_array_append_val (numbers, number);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

/* Each log counts its events from 0. Several of one machine may stand in one file, and in any order. */
static guint64
count_holes (GArray *numbers)
{
  gint64 next = 0;
  guint64 n = 0;

  g_array_sort (numbers, compare_numbers);
  for (guint i = 0; i < numbers->len; i++) {
    gint64 number = g_array_index (numbers, gint64, i);

    n += number > next ? (guint64) (number - next) : 0;
    next = number + 1;
  }
  return n;
}

static void
check_numbers (Reader *self)
{
  GHashTableIter iter;
  gpointer numbers;

  g_hash_table_iter_init (&iter, self->numbers);
  while (g_hash_table_iter_next (&iter, NULL, &numbers))
    self->n_missing += count_holes (numbers);
  g_hash_table_remove_all (self->numbers);
}

/* --- lines --- */

static gboolean
check_run (Reader *self, JsonObject *line, GError **error)
{
  const char *run = rj_json_get_string (line, "run", "");
  g_autofree char *what = NULL;

  if (rj_json_get_int (line, "v", RJ_LOG_VERSION) > RJ_LOG_VERSION)
    return fail (self, error, "written by a newer version", "read it with that version");
  if (self->run == NULL)
    self->run = g_strdup (run);
  if (g_str_equal (self->run, run))
    return TRUE;
  what = g_strdup_printf ("this is of run %s, what came before of run %s", run, self->run);
  return fail (self, error, what, "give only logs of one run");
}

/* Returns: whether the line is an event; @error is about its text, not about what it says */
static RjEvent *
parse_line (const char *text, gsize length, JsonObject **line, GError **error)
{
  *line = rj_json_parse_object (text, length, error);
  return *line == NULL ? NULL : rj_event_parse (*line, error);
}

static void
warn_of_torn_line (Reader *self)
{
  g_ptr_array_add (self->warnings,
                   g_strdup_printf ("%s: the last line is torn, it was left out", self->path));
}

static gboolean
take_line (Reader *self, const char *text, gsize length, gboolean is_whole, GError **error)
{
  g_autoptr (JsonObject) line = NULL;
  g_autoptr (GError) bad = NULL;
  g_autoptr (RjEvent) event = parse_line (text, length, &line, &bad);

  if (event == NULL && !is_whole) {
    warn_of_torn_line (self);
    return TRUE;
  }
  if (event == NULL)
    return fail (self, error, bad->message, "is this an event log of rejoin?");
  if (!check_run (self, line, error))
    return FALSE;
  note_number (self, line);
  shift_event (event, find_shift (self, line));
  g_ptr_array_add (self->events, g_steal_pointer (&event));
  return TRUE;
}

static gboolean
is_blank (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (text[i]))
      return FALSE;
  return TRUE;
}

static gboolean
take_text (Reader *self, const char *text, gsize length, GError **error)
{
  const char *end = text + length;

  self->line = 0;
  while (text < end) {
    const char *feed = memchr (text, '\n', end - text);
    const char *stop = feed != NULL ? feed : end;

    self->line++;
    if (!is_blank (text, stop - text) && !take_line (self, text, stop - text, feed != NULL, error))
      return FALSE;
    text = feed != NULL ? feed + 1 : end;
  }
  if (self->line == 0)
    return fail (self, error, "the event log is empty", "was the run started with --events?");
  return TRUE;
}

static gboolean
read_stdin (char **text, gsize *length, GError **error)
{
  g_autoptr (GString) all = g_string_new (NULL);
  char buffer[65536];
  gsize n;

  while ((n = fread (buffer, 1, sizeof buffer, stdin)) > 0)
    g_string_append_len (all, buffer, n);
  if (ferror (stdin)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "cannot read the event log from stdin");
    return FALSE;
  }
  *length = all->len;
  *text = g_string_free (g_steal_pointer (&all), FALSE);
  return TRUE;
}

static gboolean
take_file (Reader *self, const char *path, GError **error)
{
  gboolean is_stdin = g_str_equal (path, "-");
  g_autofree char *text = NULL;
  g_autoptr (GError) bad = NULL;
  gsize length = 0;

  self->path = is_stdin ? "stdin" : path;
  if (is_stdin) {
    if (!read_stdin (&text, &length, error))
      return FALSE;
  } else if (!g_file_get_contents (path, &text, &length, &bad)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "cannot read the event log: %s; give a file that `rejoin run --events FILE` wrote",
                 bad->message);
    return FALSE;
  }
  return take_text (self, text, length, error);
}

/* --- all of them --- */

static int
compare_times (gconstpointer a, gconstpointer b)
{
  const RjEvent *left = *(RjEvent *const *) a, *right = *(RjEvent *const *) b;

  return (left->mono_us > right->mono_us) - (left->mono_us < right->mono_us);
}

static void
warn_measure (RjMeasure *measure, const char *message, gint64 us)
{
  g_autoptr (RjEvent) event = rj_event_new_at (RJ_EVENT_WARNING, us);

  rj_event_set_string (event, "message", message);
  rj_measure_take (measure, event);
}

static void
feed (Reader *self, RjMeasure *measure)
{
  const RjEvent *last;

  rj_measure_set_run (measure, self->run);
  rj_measure_note_missing (measure, self->n_missing);
  if (self->events->len == 0)
    return;
  g_ptr_array_sort (self->events, compare_times); /* stable: what has one stamp keeps its order */
  for (guint i = 0; i < self->events->len; i++)
    rj_measure_take (measure, g_ptr_array_index (self->events, i));
  last = g_ptr_array_index (self->events, self->events->len - 1);
  for (guint i = 0; i < self->warnings->len; i++)
    warn_measure (measure, g_ptr_array_index (self->warnings, i), last->mono_us);
}

gboolean
rj_log_read (const char *const *paths, RjMeasure *measure, GError **error)
{
  Reader reader = {
    .numbers =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref),
    .events = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_event_free),
    .warnings = g_ptr_array_new_with_free_func (g_free),
  };
  gboolean ok = TRUE;

  for (guint i = 0; paths[i] != NULL && ok; i++) {
    ok = take_file (&reader, paths[i], error);
    check_numbers (&reader);
  }
  if (ok)
    feed (&reader, measure);
  g_hash_table_unref (reader.numbers);
  g_ptr_array_unref (reader.events);
  g_ptr_array_unref (reader.warnings);
  g_free (reader.run);
  g_free (reader.boot_id);
  return ok;
}
