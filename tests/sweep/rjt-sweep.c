#include "rjt-sweep.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rj-dice.h"

#define MAX_RANDOM_FAULTS 4
#define RANDOM_ONE_IN     12
#define DEFAULT_SEEDS     200

struct _RjtRun {
  const RjtStory *story;
  RjtFault fault;
  int code;
  guint nth; /* from 1; of RANDOM: the seed */
  const char *defect;

  gboolean armed;
  gboolean gone; /* of GONE, from the message on that it struck */
  guint n_messages;
  GArray *kinds;  /* of RjtMessageKind: of every message that counted */
  char *struck;   /* (nullable) label */
  char *failure;  /* (nullable) */
  GString *told;  /* (nullable): nobody wants to know */
  RjDice *dice;   /* of RANDOM */
  guint n_random; /* faults that were rolled so far */
};

typedef struct {
  char *only; /* (nullable) case */
  int stride; /* every nth case */
  int seeds;
  char *json; /* (nullable) path */
  char *defect;
} Options;

typedef struct {
  const Options *options;
  const RjtStory *story;
  guint n_tried;
  guint n_failed;
  guint n_seen;
  gboolean verbose;  /* tell all of each run */
  GString *failures; /* JSON texts, separated by commas */
} Sweep;

static const char *const fault_names[RJT_N_FAULTS] = {
  [RJT_FAULT_NONE] = "none",       [RJT_FAULT_LOST] = "lost",
  [RJT_FAULT_DELAYED] = "delayed", [RJT_FAULT_STALLED] = "stalled",
  [RJT_FAULT_DOUBLED] = "doubled", [RJT_FAULT_ERROR] = "error",
  [RJT_FAULT_CUT] = "cut",         [RJT_FAULT_CUT_AFTER] = "cut-after",
  [RJT_FAULT_DEAD] = "dead",       [RJT_FAULT_CRASH] = "crash",
  [RJT_FAULT_GONE] = "gone",       [RJT_FAULT_RANDOM] = "random",
};

const int rjt_openvidu_codes[] = {
  -1,  0,   10,  102, 103, 104, 105, 106, 201, 202,   203,   204,         301, 302, 303,
  304, 305, 306, 307, 308, 309, 401, 402, 403, 404,   405,   406,         407, 408, 500,
  600, 601, 701, 702, 703, 704, 705, 706, 707, 708,   709,   710,         711, 800, 801,
  802, 803, 900, 901, 902, 996, 997, 998, 999, 40007, 40101, RJT_NO_CODE,
};

const int rjt_http_codes[] = { 400, 401, 403, 404, 405, 406, 408,        409,
                               429, 500, 501, 502, 503, 504, RJT_NO_CODE };

/* --- one run --- */

/* What a crash of the program says last */
static char running[128];

static void
on_crash (int number)
{
  static const char text[] = "\nBail out! crashed in the case ";

  signal (number, SIG_DFL);
  if (write (STDERR_FILENO, text, sizeof text - 1) >= 0 &&
      write (STDERR_FILENO, running, strlen (running)) >= 0 && write (STDERR_FILENO, "\n", 1) >= 0)
    raise (number);
  _exit (1);
}

static char *
name_case (const RjtStory *story, RjtFault fault, int code, guint nth)
{
  if (fault == RJT_FAULT_ERROR)
    return g_strdup_printf ("%s/error:%d/%u", story->name, code, nth);
  return g_strdup_printf ("%s/%s/%u", story->name, fault_names[fault], nth);
}

void
rjt_run_arm (RjtRun *self)
{
  self->armed = TRUE;
}

void
rjt_run_disarm (RjtRun *self)
{
  self->armed = FALSE;
}

static gboolean
makes_sense (RjtFault fault, RjtMessageKind kind)
{
  if (fault == RJT_FAULT_ERROR)
    return kind == RJT_MESSAGE_REQUEST || kind == RJT_MESSAGE_HTTP;
  return fault != RJT_FAULT_DELAYED || kind != RJT_MESSAGE_NEWS;
}

static RjtFault
roll (RjtRun *self, RjtMessageKind kind)
{
  RjtFault fault;

  if (self->n_random >= MAX_RANDOM_FAULTS || rj_dice_roll_u32 (self->dice) % RANDOM_ONE_IN != 0)
    return RJT_FAULT_NONE;
  fault = RJT_FAULT_LOST + rj_dice_roll_u32 (self->dice) % (RJT_FAULT_GONE - RJT_FAULT_LOST);
  if (!(self->story->faults & RJT_FAULT_BIT (fault)) || !makes_sense (fault, kind) ||
      (fault == RJT_FAULT_ERROR && kind == RJT_MESSAGE_HTTP))
    return RJT_FAULT_NONE;
  self->n_random++;
  self->code = 303;
  return fault;
}

RjtFault
rjt_run_strike (RjtRun *self, const char *label, RjtMessageKind kind, int *code)
{
  RjtFault fault = RJT_FAULT_NONE;

  if (self->gone)
    fault = RJT_FAULT_DEAD;
  else if (self->armed) {
    self->n_messages++;
    g_array_append_val (self->kinds, kind);
    if (self->fault == RJT_FAULT_RANDOM)
      fault = roll (self, kind);
    else if (self->n_messages == self->nth)
      fault = self->fault;
  }
  if (fault != RJT_FAULT_NONE && !self->gone) {
    g_free (self->struck);
    self->struck = g_strdup (label);
  }
  if (fault == RJT_FAULT_GONE) {
    self->gone = TRUE;
    fault = RJT_FAULT_DEAD;
  }
  *code = self->code;
  if (self->told != NULL)
    rjt_run_tell (self, "%3u %s%s%s", self->armed ? self->n_messages : 0, label,
                  fault == RJT_FAULT_NONE ? "" : "   *** ",
                  fault == RJT_FAULT_NONE ? "" : fault_names[fault]);
  return fault;
}

void
rjt_run_fail (RjtRun *self, const char *format, ...)
{
  va_list list;
  g_autofree char *text = NULL;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  rjt_run_tell (self, "FAILED: %s", text);
  if (self->failure == NULL)
    self->failure = g_steal_pointer (&text);
}

gboolean
rjt_run_has_failed (RjtRun *self)
{
  return self->failure != NULL;
}

gboolean
rjt_run_wants_story (RjtRun *self)
{
  return self->told != NULL;
}

void
rjt_run_tell (RjtRun *self, const char *format, ...)
{
  va_list list;

  if (self->told == NULL)
    return;
  va_start (list, format);
  g_string_append_vprintf (self->told, format, list);
  va_end (list);
  g_string_append_c (self->told, '\n');
}

RjtFault
rjt_run_get_fault (RjtRun *self)
{
  return self->fault;
}

int
rjt_run_get_code (RjtRun *self)
{
  return self->code;
}

const char *
rjt_run_get_struck (RjtRun *self)
{
  return self->struck;
}

const char *
rjt_run_get_defect (RjtRun *self)
{
  return self->defect;
}

static void
run_free (RjtRun *self)
{
  g_array_unref (self->kinds);
  if (self->told != NULL)
    g_string_free (self->told, TRUE);
  g_clear_pointer (&self->dice, rj_dice_free);
  g_free (self->struck);
  g_free (self->failure);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtRun, run_free)

/* --- what a process may not have more of --- */

static guint
count_entries (const char *path)
{
  DIR *folder = opendir (path);
  guint n = 0;

  while (folder != NULL && readdir (folder) != NULL)
    n++;
  if (folder != NULL)
    closedir (folder);
  return n;
}

static void
compare_counts (RjtRun *run, const char *what, const char *path, guint before)
{
  guint after = count_entries (path);

  if (after > before)
    rjt_run_fail (run, "%u %s more than before", after - before, what);
}

/* --- the sweep over one story --- */

static void
note_failure (Sweep *self, const char *name, const RjtRun *run)
{
  g_autofree char *failure = g_strescape (run->failure, NULL);
  g_autofree char *struck = g_strescape (run->struck == NULL ? "" : run->struck, NULL);

  self->n_failed++;
  if (self->failures->len > 0)
    g_string_append_c (self->failures, ',');
  g_string_append_printf (self->failures, "{\"case\":\"%s\",\"message\":\"%s\",\"failure\":\"%s\"}",
                          name, struck, failure);
  g_print ("# %s (%s): %s\n", name, run->struck == NULL ? "nothing struck" : run->struck,
           run->failure);
}

/* Returns: (transfer full) */
static RjtRun *
play (Sweep *self, RjtFault fault, int code, guint nth)
{
  RjtRun *run = g_new0 (RjtRun, 1);
  g_autofree char *name = name_case (self->story, fault, code, nth);
  guint threads = count_entries ("/proc/self/task");
  guint descriptors = count_entries ("/proc/self/fd");

  run->story = self->story;
  run->fault = fault;
  run->code = code;
  run->nth = nth;
  run->defect = self->options->defect;
  run->kinds = g_array_new (FALSE, FALSE, sizeof (RjtMessageKind));
  run->dice = rj_dice_new (nth);
  if (self->verbose)
    run->told = g_string_new (NULL);
  g_strlcpy (running, name, sizeof running);
  self->story->play (run);
  if (fault != RJT_FAULT_NONE) { /* the first run may warm up whatever a library keeps */
    compare_counts (run, "threads", "/proc/self/task", threads);
    compare_counts (run, "descriptors", "/proc/self/fd", descriptors);
  }
  self->n_tried += fault != RJT_FAULT_NONE;
  if (run->told != NULL)
    g_print ("%s", run->told->str);
  if (run->failure != NULL)
    note_failure (self, name, run);
  return run;
}

static gboolean
is_next (Sweep *self)
{
  return self->n_seen++ % (guint) self->options->stride == 0;
}

static void
strike_errors (Sweep *self, guint nth, RjtMessageKind kind)
{
  const int *codes = kind == RJT_MESSAGE_HTTP ? rjt_http_codes : self->story->errors;

  for (; codes != NULL && *codes != RJT_NO_CODE; codes++) {
    if (is_next (self))
      run_free (play (self, RJT_FAULT_ERROR, *codes, nth));
  }
}

static void
strike_all (Sweep *self, RjtFault fault, const GArray *kinds)
{
  for (guint nth = 1; nth <= kinds->len; nth++) {
    RjtMessageKind kind = g_array_index (kinds, RjtMessageKind, nth - 1);

    if (!makes_sense (fault, kind))
      continue;
    if (fault == RJT_FAULT_ERROR)
      strike_errors (self, nth, kind);
    else if (is_next (self))
      run_free (play (self, fault, 0, nth));
  }
}

static void
sweep_story (Sweep *self)
{
  g_autoptr (RjtRun) base = play (self, RJT_FAULT_NONE, 0, 0);

  for (RjtFault fault = RJT_FAULT_LOST; fault <= RJT_FAULT_GONE; fault++) {
    if (self->story->faults & RJT_FAULT_BIT (fault))
      strike_all (self, fault, base->kinds);
  }
  for (int seed = 1; seed <= self->options->seeds; seed++) {
    if ((self->story->faults & RJT_FAULT_BIT (RJT_FAULT_RANDOM)) && is_next (self))
      run_free (play (self, RJT_FAULT_RANDOM, 0, (guint) seed));
  }
  g_print ("# %s: %u messages, faults tried %u, failed %u\n", self->story->name, base->kinds->len,
           self->n_tried, self->n_failed);
}

/* --- one case --- */

static gboolean
parse_fault (const char *word, RjtFault *fault, int *code)
{
  if (g_str_has_prefix (word, "error:")) {
    *fault = RJT_FAULT_ERROR;
    *code = atoi (word + strlen ("error:"));
    return TRUE;
  }
  for (*fault = 0; *fault < RJT_N_FAULTS; (*fault)++) {
    if (g_str_equal (fault_names[*fault], word))
      return TRUE;
  }
  return FALSE;
}

static gboolean
play_case (Sweep *self, const RjtStory *stories)
{
  g_auto (GStrv) words = g_strsplit (self->options->only, "/", 3);
  RjtFault fault;
  int code = 0;

  for (; g_strv_length (words) == 3 && stories->name != NULL; stories++) {
    if (!g_str_equal (stories->name, words[0]) || !parse_fault (words[1], &fault, &code))
      continue;
    self->story = stories;
    run_free (play (self, RJT_FAULT_NONE, 0, 0)); /* warms up whatever libraries keep */
    self->verbose = TRUE;
    run_free (play (self, fault, code, (guint) atoi (words[2])));
    return TRUE;
  }
  return FALSE;
}

/* --- the program --- */

static void
write_json (const char *path, const char *name, const Sweep *total, const char *stories)
{
  g_autofree char *text = g_strdup_printf (
    "{\"sweep\":\"%s\",\"faults_tried\":%u,\"failed\":%u,\"stories\":{%s},\"failures\":[%s]}\n",
    name, total->n_tried, total->n_failed, stories, total->failures->str);
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents (path, text, -1, &error))
    g_printerr ("%s\n", error->message);
}

static void
sweep_stories (Sweep *total, const RjtStory *stories, GString *told)
{
  guint n = 0;

  for (guint i = 0; stories[i].name != NULL; i++) {
    gint64 start_us = g_get_monotonic_time ();
    Sweep one = { .options = total->options, .story = &stories[i], .failures = total->failures };

    sweep_story (&one);
    g_print ("%s %u /sweep/%s\n", one.n_failed == 0 ? "ok" : "not ok", ++n, stories[i].name);
    total->n_tried += one.n_tried;
    total->n_failed += one.n_failed;
    g_string_append_printf (told, "%s\"%s\":{\"faults_tried\":%u,\"failed\":%u,\"ms\":%d}",
                            told->len == 0 ? "" : ",", stories[i].name, one.n_tried, one.n_failed,
                            (int) ((g_get_monotonic_time () - start_us) / 1000));
  }
  g_print ("1..%u\n", n);
}

static gboolean
parse_options (int *argc, char ***argv, Options *options)
{
  const GOptionEntry entries[] = {
    { "case", 0, 0, G_OPTION_ARG_STRING, &options->only, "Only this one, and tell all of it",
      "STORY/FAULT/N" },
    { "stride", 0, 0, G_OPTION_ARG_INT, &options->stride, "Every Nth case", "N" },
    { "seeds", 0, 0, G_OPTION_ARG_INT, &options->seeds, "Random runs of each story", "N" },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &options->json, "Write the result", "FILE" },
    { "defect", 0, 0, G_OPTION_ARG_STRING, &options->defect, "Sweep something broken", "NAME" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- strike each message by each fault");
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &error)) {
    g_printerr ("%s\n", error->message);
    return FALSE;
  }
  options->stride = MAX (options->stride, 1);
  return TRUE;
}

int
rjt_sweep_main (int argc, char **argv, const char *name, const RjtStory *stories)
{
  Options options = { .stride = 1, .seeds = DEFAULT_SEEDS };
  g_autoptr (GString) failures = g_string_new (NULL);
  g_autoptr (GString) told = g_string_new (NULL);
  Sweep total = { .options = &options, .failures = failures };

  if (!parse_options (&argc, &argv, &options))
    return 2;
  signal (SIGABRT, on_crash);
  signal (SIGSEGV, on_crash);
  signal (SIGTRAP, on_crash);
  if (options.only == NULL) {
    sweep_stories (&total, stories, told);
  } else if (!play_case (&total, stories)) {
    g_printerr ("There is no case %s here.\n", options.only);
    return 2;
  }
  g_print ("# %s: faults tried %u, failed %u\n", name, total.n_tried, total.n_failed);
  if (options.json != NULL)
    write_json (options.json, name, &total, told->str);
  g_free (options.only);
  g_free (options.json);
  g_free (options.defect);
  return total.n_failed == 0 ? 0 : 1;
}
