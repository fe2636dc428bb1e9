#include "rj-log-reader.h"

#include <stdio.h>
#include <string.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-log-clocks.h"

#define RJ_LOG_VERSION 1

typedef struct {
  char *id;
  GArray *entries;     /* of RjLogEntry */
  GPtrArray *machines; /* of RjLogMachine */
  GPtrArray *warnings; /* (element-type utf8) */
  GHashTable
    *numbers; /* host → GArray of gint64: those of its events in the log that is being read */
  guint64 n_missing;
} Run;

typedef struct {
  const char *path; /* of the log that is being read */
  guint line;
  guint n_events, n_again; /* of that log; of them in a log before, too */
  Run *last;               /* (nullable): of its last event */
  GPtrArray *runs;         /* of Run */
  GHashTable *seen;        /* (nullable) lines of the logs before, where there are several */
  GPtrArray *lines;        /* (nullable) those of this log */
} Reader;

static gboolean
fail (Reader *self, GError **error, const char *what, const char *remedy)
{
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "%s:%u: %s; %s", self->path, self->line, what,
               remedy);
  return FALSE;
}

/* --- runs and machines --- */

static void
clear_entry (RjLogEntry *entry)
{
  rj_event_free (entry->event);
}

static void
machine_free (RjLogMachine *self)
{
  g_free (self->host);
  g_free (self->boot_id);
  g_free (self);
}

static Run *
run_new (const char *id)
{
  Run *self = g_new0 (Run, 1);

  self->id = g_strdup (id);
  self->entries = g_array_new (FALSE, FALSE, sizeof (RjLogEntry));
  g_array_set_clear_func (self->entries, (GDestroyNotify) clear_entry);
  self->machines = g_ptr_array_new_with_free_func ((GDestroyNotify) machine_free);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  self->numbers =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  return self;
}

static void
run_free (Run *self)
{
  g_free (self->id);
  g_array_unref (self->entries);
  g_ptr_array_unref (self->machines);
  g_ptr_array_unref (self->warnings);
  g_hash_table_unref (self->numbers);
  g_free (self);
}

static Run *
ensure_run (Reader *self, const char *id)
{
  for (guint i = 0; i < self->runs->len; i++) {
    Run *run = g_ptr_array_index (self->runs, i);

    if (g_str_equal (run->id, id))
      return run;
  }
  g_ptr_array_add (self->runs, run_new (id));
  return g_ptr_array_index (self->runs, self->runs->len - 1);
}

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

static guint
ensure_machine (Run *run, JsonObject *line)
{
  const char *boot_id = rj_json_get_string (line, "boot_id", "");
  RjLogMachine *machine;

  for (guint i = 0; i < run->machines->len; i++)
    if (g_str_equal (((RjLogMachine *) g_ptr_array_index (run->machines, i))->boot_id, boot_id))
      return i;
  machine = g_new0 (RjLogMachine, 1);
  machine->boot_id = g_strdup (boot_id);
  machine->host = g_strdup (rj_json_get_string (line, "host", "?"));
  machine->offset_us = read_offset (line);
  g_ptr_array_add (run->machines, machine);
  return run->machines->len - 1;
}

/* --- whole? --- */

static void
note_number (Run *run, JsonObject *line)
{
  const char *host = rj_json_get_string (line, "host", "");
  gint64 number = rj_json_get_int (line, "seq", -1);
  GArray *numbers = g_hash_table_lookup (run->numbers, host);

  if (number < 0)
    return;
  if (numbers == NULL) {
    numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
    g_hash_table_insert (run->numbers, g_strdup (host), numbers);
  }
  g_array_append_val (numbers, number);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

/* Each log counts the events of a run from 0. Several of one machine may stand in one file, and in any order. */
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

/* At the end of a log */
static void
check_numbers (Reader *self)
{
  for (guint i = 0; i < self->runs->len; i++) {
    Run *run = g_ptr_array_index (self->runs, i);
    GHashTableIter iter;
    gpointer numbers;

    g_hash_table_iter_init (&iter, run->numbers);
    while (g_hash_table_iter_next (&iter, NULL, &numbers))
      run->n_missing += count_holes (numbers);
    g_hash_table_remove_all (run->numbers);
  }
}

/* --- lines --- */

/* Returns: whether the line is an event; @error is about its text, not about what it says */
static RjEvent *
parse_line (const char *text, gsize length, JsonObject **line, GError **error)
{
  *line = rj_json_parse_object (text, length, error);
  return *line == NULL ? NULL : rj_event_parse (*line, error);
}

/* What a runner leaves behind that was killed while it wrote */
static gboolean
take_torn_line (Reader *self, const char *text, const char *problem, GError **error)
{
  if (*text != '{')
    return fail (self, error, problem, "is this an event log of rejoin?");
  if (self->last == NULL)
    self->last = ensure_run (self, "");
  g_ptr_array_add (self->last->warnings,
                   g_strdup_printf ("%s: the last line is torn, it was left out", self->path));
  return TRUE;
}

/* The same log given twice, or an older copy of it: lines are alike to the last digit of their stamps. */
static gboolean
is_known (Reader *self, const char *text, gsize length)
{
  g_autofree char *line = self->seen == NULL ? NULL : g_strndup (text, length);

  if (line == NULL)
    return FALSE;
  if (g_hash_table_contains (self->seen, line)) {
    self->n_again++;
    return TRUE;
  }
  g_ptr_array_add (self->lines, g_steal_pointer (&line));
  return FALSE;
}

static gboolean
take_line (Reader *self, const char *text, gsize length, gboolean is_whole, GError **error)
{
  g_autoptr (JsonObject) line = NULL;
  g_autoptr (GError) bad = NULL;
  g_autoptr (RjEvent) event = parse_line (text, length, &line, &bad);
  RjLogEntry entry;

  if (event == NULL && !is_whole)
    return take_torn_line (self, text, bad->message, error);
  if (event == NULL)
    return fail (self, error, bad->message, "is this an event log of rejoin?");
  if (rj_json_get_int (line, "v", RJ_LOG_VERSION) > RJ_LOG_VERSION)
    return fail (self, error, "written by a newer version", "read it with that version");
  self->n_events++;
  self->last = ensure_run (self, rj_json_get_string (line, "run", ""));
  note_number (self->last, line);
  if (is_known (self, text, length))
    return TRUE;
  entry.machine = ensure_machine (self->last, line);
  entry.event = g_steal_pointer (&event);
  g_array_append_val (self->last->entries, entry);
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

static void
end_log (Reader *self)
{
  if (self->n_again > 0)
    g_ptr_array_add (self->last->warnings,
                     g_strdup_printf ("%s: %u of its %u events stand in a log before, too; they "
                                      "count once",
                                      self->path, self->n_again, self->n_events));
  for (guint i = 0; self->lines != NULL && i < self->lines->len; i++)
    g_hash_table_add (self->seen, g_ptr_array_index (self->lines, i));
  if (self->lines != NULL)
    g_free (g_ptr_array_steal (self->lines, NULL));
}

static gboolean
take_text (Reader *self, const char *text, gsize length, GError **error)
{
  const char *end = text + length;
  gboolean is_empty = TRUE;

  self->line = self->n_events = self->n_again = 0;
  self->last = NULL;
  while (text < end) {
    const char *feed = memchr (text, '\n', end - text);
    const char *stop = feed != NULL ? feed : end;
    gboolean blank = is_blank (text, stop - text);

    self->line++;
    is_empty = is_empty && blank;
    if (!blank && !take_line (self, text, stop - text, feed != NULL, error))
      return FALSE;
    text = feed != NULL ? feed + 1 : end;
  }
  if (is_empty)
    return fail (self, error, "the event log is empty", "was the run started with --events?");
  check_numbers (self);
  end_log (self);
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
  gint64 left = ((const RjLogEntry *) a)->event->mono_us;
  gint64 right = ((const RjLogEntry *) b)->event->mono_us;

  return (left > right) - (left < right);
}

static void
warn_measure (RjMeasure *measure, const char *message, gint64 us)
{
  g_autoptr (RjEvent) event = rj_event_new_at (RJ_EVENT_WARNING, us);

  rj_event_set_string (event, "message", message);
  rj_measure_take (measure, event);
}

/* Nothing of a run can be from before it: then clocks have lied. */
static void
warn_of_early_events (Run *run)
{
  gint64 started_us = G_MAXINT64;
  guint n = 0;

  for (guint i = 0; i < run->entries->len; i++) {
    const RjEvent *event = g_array_index (run->entries, RjLogEntry, i).event;

    if (g_str_equal (event->type, RJ_EVENT_RUN_STARTED))
      started_us = MIN (started_us, event->mono_us);
  }
  for (guint i = 0; i < run->entries->len && started_us != G_MAXINT64; i++)
    n += g_array_index (run->entries, RjLogEntry, i).event->mono_us < started_us;
  if (n > 0)
    g_ptr_array_add (run->warnings,
                     g_strdup_printf ("%u events are from before the start of the run: a clock was "
                                      "wrong, or a log begins in the middle",
                                      n));
}

static RjResult *
conclude (Run *run, const GPtrArray *expect)
{
  g_autoptr (RjMeasure) measure = rj_measure_new ();
  g_autoptr (GPtrArray) clocks = rj_log_clocks_place (run->machines, run->entries);
  gint64 last_us = 0;
  RjResult *result;

  for (guint i = 0; i < run->entries->len; i++) {
    const RjLogEntry *entry = &g_array_index (run->entries, RjLogEntry, i);
    const RjLogMachine *machine = g_ptr_array_index (run->machines, entry->machine);

    rj_log_clocks_shift (entry->event, machine->shift_us);
    last_us = MAX (last_us, entry->event->mono_us);
  }
  warn_of_early_events (run);
  g_array_sort (run->entries, compare_times); /* stable: what has one stamp keeps its order */
  rj_measure_set_run (measure, run->id);
  rj_measure_note_missing (measure, run->n_missing);
  rj_measure_want_shards (measure);
  for (guint i = 0; i < run->entries->len; i++)
    rj_measure_take (measure, g_array_index (run->entries, RjLogEntry, i).event);
  for (guint i = 0; i < run->warnings->len; i++)
    warn_measure (measure, g_ptr_array_index (run->warnings, i), last_us);
  for (guint i = 0; expect != NULL && i < expect->len; i++)
    rj_measure_expect (measure, g_ptr_array_index (expect, i));
  result = rj_measure_conclude (measure);
  g_ptr_array_unref (result->clocks);
  result->clocks = g_steal_pointer (&clocks);
  return result;
}

RjSeries *
rj_log_read (const char *const *paths, const GPtrArray *expect, GError **error)
{
  gboolean several = paths[0] != NULL && paths[1] != NULL;
  g_autoptr (GHashTable) seen =
    several ? g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL) : NULL;
  g_autoptr (GPtrArray) lines = several ? g_ptr_array_new_with_free_func (g_free) : NULL;
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) run_free);
  Reader reader = { .runs = runs, .seen = seen, .lines = lines };
  RjSeries *series;

  for (guint i = 0; paths[i] != NULL; i++)
    if (!take_file (&reader, paths[i], error))
      return NULL;
  series = rj_series_new ();
  for (guint i = 0; i < runs->len; i++)
    rj_series_add (series, conclude (g_ptr_array_index (runs, i), expect));
  return series;
}
