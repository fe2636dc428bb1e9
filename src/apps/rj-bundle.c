#include "rj-bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <libsoup/soup.h>
#include <string.h>
#include <unistd.h>

#include "rj-error.h"
#include "rj-event-log.h"
#include "rj-json-text.h"
#include "rj-json.h"
#include "rj-plan.h"
#include "rj-repeat-script.h"
#include "rj-report.h"
#include "rj-secret.h"
#include "rj-tape.h"
#include "rj-turn-server.h"

#define MOST_PARTICIPANTS 16 /* in detail, of each run */
#define MOST_RUNS         8
#define MOST_EVENTS       100 /* of each participant */

struct _RjBundle {
  const RjRunOptions *options;
  GStrv argv;
  char *cwd; /* where the run was started */
  char *folder;
  int fd;       /* of a file without a name: the log as it grows */
  off_t run_at; /* where the last run begins in it */
  RjEventLog *log;
  GPtrArray *secrets; /* (element-type utf8) */
  GHashTable *tapes;
  GArray *seeds; /* of guint, of each run */
  guint n_runs;  /* in detail */
  GError *error; /* the first one */
};

/* --- files --- */

static void
fail (RjBundle *self, const char *path, int saved_errno)
{
  if (self->error == NULL)
    g_set_error (
      &self->error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
      "cannot write the bundle: %s: %s; give --bundle a folder in one that you may write to", path,
      g_strerror (saved_errno));
}

static void
append_hidden (RjBundle *self, GString *out, const char *line)
{
  g_autofree char *scrubbed = rj_secret_scrub (line);
  g_autoptr (GString) hidden = g_string_new (scrubbed);

  for (guint i = 0; i < self->secrets->len; i++) {
    const char *secret = g_ptr_array_index (self->secrets, i);
    g_autofree char *mask = strstr (hidden->str, secret) == NULL ? NULL : rj_secret_mask (secret);

    if (mask != NULL)
      g_string_replace (hidden, secret, mask, 0);
  }
  g_string_append (out, hidden->str);
}

/* What looks like a secret, and what the user gave as one, is in no file, wherever it stood. */
static char *
hide (RjBundle *self, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++) {
    append_hidden (self, out, lines[i]);
    if (lines[i + 1] != NULL)
      g_string_append_c (out, '\n');
  }
  return g_string_free (out, FALSE);
}

/* @name: below the folder; folders on the way are made */
static void
put (RjBundle *self, const char *name, const char *text, int mode)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *hidden = hide (self, text);
  g_autoptr (GError) problem = NULL;

  if (self->error != NULL)
    return;
  if (g_mkdir_with_parents (folder, 0755) != 0)
    fail (self, folder, errno);
  else if (!g_file_set_contents_full (path, hidden, -1, G_FILE_SET_CONTENTS_NONE, mode, &problem))
    fail (self, path, errno);
}

/* Names are those of participants and methods, which may be anything. */
static char *
make_file_name (const char *name)
{
  char *safe = g_strdup (name);

  g_strcanon (safe, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.", '_');
  if (safe[0] == '.')
    safe[0] = '_';
  return safe;
}

/* --- before --- */

static gboolean
check_folder (const char *folder, GError **error)
{
  g_autoptr (GDir) there = g_dir_open (folder, 0, NULL);

  if (!g_file_test (folder, G_FILE_TEST_EXISTS))
    return TRUE;
  if (there != NULL && g_dir_read_name (there) == NULL) {
    if (g_access (folder, W_OK | X_OK) == 0)
      return TRUE;
    g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
                 "--bundle %s: %s; give a folder that you may write to", folder,
                 g_strerror (errno));
    return FALSE;
  }
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               "--bundle %s: there is something already; remove it, or give another folder",
               folder);
  return FALSE;
}

/* The log of runs that pass leaves nothing behind. */
static int
open_nameless (const char *folder, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (folder);
  g_autofree char *path = g_build_filename (parent, ".rejoin-bundle-XXXXXX", NULL);
  int fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);

  if (fd < 0)
    g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
                 "--bundle %s: cannot write to %s: %s; give a folder in one that you may write to",
                 folder, parent, g_strerror (errno));
  else
    g_unlink (path);
  return fd;
}

static void
add_secret (RjBundle *self, const char *secret)
{
  if (secret != NULL && strlen (secret) >= 4)
    g_ptr_array_add (self->secrets, g_strdup (secret));
}

static void
list_secrets (RjBundle *self)
{
  g_autoptr (RjTurnServer) turn =
    self->options->turn == NULL ? NULL : rj_turn_server_parse (self->options->turn, NULL);

  self->secrets = g_ptr_array_new_with_free_func (g_free);
  add_secret (self, self->options->secret);
  add_secret (self, self->options->token);
  add_secret (self, self->options->turn);
  if (turn != NULL)
    add_secret (self, turn->password);
}

RjBundle *
rj_bundle_new (const RjRunOptions *options, const char *const *argv, GError **error)
{
  g_autofree char *folder = g_canonicalize_filename (options->bundle, NULL);
  RjBundle *self;
  int fd;

  if (!check_folder (folder, error))
    return NULL;
  fd = open_nameless (folder, error);
  if (fd < 0)
    return NULL;
  self = g_new0 (RjBundle, 1);
  self->options = options;
  self->argv = g_strdupv ((char **) argv);
  self->cwd = g_get_current_dir ();
  self->folder = g_steal_pointer (&folder);
  self->fd = fd;
  self->tapes =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) rj_tape_unref);
  self->seeds = g_array_new (FALSE, FALSE, sizeof (guint));
  list_secrets (self);
  return self;
}

void
rj_bundle_free (RjBundle *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->log);
  close (self->fd);
  g_strfreev (self->argv);
  g_free (self->cwd);
  g_free (self->folder);
  g_ptr_array_unref (self->secrets);
  g_hash_table_unref (self->tapes);
  g_array_unref (self->seeds);
  g_clear_error (&self->error);
  g_free (self);
}

RjEventSink *
rj_bundle_begin_run (RjBundle *self, const char *run)
{
  g_hash_table_remove_all (self->tapes);
  if (self->log == NULL)
    self->log = rj_event_log_new_for_fd (dup (self->fd), run);
  else
    rj_event_log_set_run (self->log, run);
  self->run_at = lseek (self->fd, 0, SEEK_CUR);
  return RJ_EVENT_SINK (self->log);
}

GHashTable *
rj_bundle_get_tapes (RjBundle *self)
{
  return self->tapes;
}

/* --- participants --- */

static char *
read_log (RjBundle *self, off_t at)
{
  GString *text = g_string_new (NULL);
  char buffer[65536];
  gssize n;

  while ((n = pread (self->fd, buffer, sizeof buffer, at)) > 0) {
    g_string_append_len (text, buffer, n);
    at += n;
  }
  return g_string_free (text, FALSE);
}

/* Returns: participant → its lines of @log (GPtrArray of char *) */
static GHashTable *
sort_lines (GStrv log)
{
  GHashTable *sorted =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; log[i] != NULL; i++) {
    g_autoptr (JsonObject) line = rj_json_parse_object (log[i], -1, NULL);
    const char *name = line == NULL ? NULL : rj_json_get_string (line, "participant", NULL);

    if (name == NULL)
      continue;
    if (!g_hash_table_contains (sorted, name))
      g_hash_table_insert (sorted, g_strdup (name), g_ptr_array_new ());
    g_ptr_array_add (g_hash_table_lookup (sorted, name), log[i]);
  }
  return sorted;
}

/* The last ones of a participant, before everybody left. @lines: (nullable): its own */
static char *
list_events (const GPtrArray *lines)
{
  GString *out = g_string_new (NULL);
  guint n = 0;

  while (lines != NULL && n < lines->len &&
         strstr (g_ptr_array_index (lines, n), "\"to\":\"leaving\"") == NULL)
    n++;
  for (guint i = n > MOST_EVENTS ? n - MOST_EVENTS : 0; i < n; i++)
    g_string_append_printf (out, "%s\n", (char *) g_ptr_array_index (lines, i));
  return g_string_free (out, FALSE);
}

static void
describe_edges (GString *out, const RjResult *result, const RjParticipantResult *p)
{
  for (guint i = 0; i < result->edges->len; i++) {
    const RjEdgeResult *edge = g_ptr_array_index (result->edges, i);

    if (g_str_equal (edge->to, p->name) && g_str_equal (edge->session, p->session))
      g_string_append_printf (
        out, "  %s: %s, %" G_GUINT64_FORMAT " frames, %" G_GUINT64_FORMAT " packets\n", edge->from,
        !edge->flowed       ? "never came"
        : edge->down_at_end ? "dark at the end"
                            : "seen",
        edge->frames, edge->packets);
  }
}

static char *
describe (const RjResult *result, const RjParticipantResult *p, RjTape *tape)
{
  const RjRejoin *last =
    p->rejoins->len == 0 ? NULL : g_ptr_array_index (p->rejoins, p->rejoins->len - 1);
  g_autoptr (GPtrArray) unanswered = tape == NULL ? NULL : rj_tape_list_unanswered (tape);
  GString *out = g_string_new (NULL);

  g_string_append_printf (
    out, "participant: %s\nsession: %s\nproblem: %s\nstate: %s\nattempts: %u\n", p->name,
    p->session, p->problem != NULL ? p->problem : "none", p->state, p->attempts);
  g_string_append_printf (out, "gave up because: %s\nlast error: %s\n",
                          p->failure != NULL ? p->failure : "–",
                          p->last_error != NULL ? p->last_error : "–");
  if (last != NULL)
    g_string_append_printf (
      out, "last way back: %s, noticed by %s, %u tries, %s%s\n", last->cause, last->detected_by,
      last->tries, last->flowing_at_us > 0 ? "ended" : "did not end, in ",
      last->flowing_at_us > 0 || last->stuck_in == NULL ? "" : last->stuck_in);
  g_string_append (out, "requests without an answer:\n");
  for (guint i = 0; unanswered != NULL && i < unanswered->len; i++)
    g_string_append_printf (out, "  %s\n", (char *) g_ptr_array_index (unanswered, i));
  g_string_append (out, "whom it sees:\n");
  describe_edges (out, result, p);
  return g_string_free (out, FALSE);
}

typedef struct {
  RjBundle *self;
  const char *folder;
} Place;

static void
put_sdp (guint number, gboolean sent, const char *method, const char *sdp, gpointer user_data)
{
  Place *place = user_data;
  g_autofree char *safe = make_file_name (method);
  g_autofree char *name =
    g_strdup_printf ("%s/%03u-%s-%s.sdp", place->folder, number, sent ? "sent" : "received", safe);

  put (place->self, name, sdp, 0644);
}

static void
put_participant (RjBundle *self,
                 const RjResult *result,
                 const RjParticipantResult *p,
                 const GPtrArray *lines)
{
  RjTape *tape = g_hash_table_lookup (self->tapes, p->name);
  g_autofree char *safe = make_file_name (p->name);
  g_autofree char *folder = g_strdup_printf ("run-%s/%s", result->run, safe);
  g_autofree char *state_name = g_strconcat (folder, "/state.txt", NULL);
  g_autofree char *state = describe (result, p, tape);
  g_autofree char *messages_name = g_strconcat (folder, "/messages.jsonl", NULL);
  g_autofree char *messages = tape == NULL ? NULL : rj_tape_to_text (tape, result->started_us);
  g_autofree char *events_name = g_strconcat (folder, "/events.jsonl", NULL);
  g_autofree char *events = list_events (lines);
  Place place = { self, folder };

  put (self, state_name, state, 0644);
  put (self, events_name, events, 0644);
  if (messages == NULL)
    return;
  put (self, messages_name, messages, 0644);
  rj_tape_foreach_sdp (tape, put_sdp, &place);
}

static gboolean
is_interesting (const RjParticipantResult *p)
{
  return p->problem != NULL || !p->flowed;
}

void
rj_bundle_end_run (RjBundle *self, const RjResult *result, guint seed)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) log = NULL;
  g_autoptr (GHashTable) lines = NULL;
  guint n = 0;

  g_array_append_val (self->seeds, seed);
  if (result->verdict == RJ_VERDICT_PASSED || self->n_runs++ >= MOST_RUNS)
    return;
  text = read_log (self, self->run_at);
  log = g_strsplit (text, "\n", -1);
  lines = sort_lines (log);
  for (guint i = 0; i < result->participants->len && n < MOST_PARTICIPANTS; i++) {
    const RjParticipantResult *p = g_ptr_array_index (result->participants, i);

    if (!is_interesting (p))
      continue;
    put_participant (self, result, p, g_hash_table_lookup (lines, p->name));
    n++;
  }
}

/* --- the whole --- */

static char *
list_versions (void)
{
  g_autofree char *gstreamer = gst_version_string ();

  return g_strdup_printf ("rejoin %s\n%s\nGLib %u.%u.%u\nlibsoup %u.%u.%u\n", RJ_VERSION, gstreamer,
                          glib_major_version, glib_minor_version, glib_micro_version,
                          soup_get_major_version (), soup_get_minor_version (),
                          soup_get_micro_version ());
}

static void
put_plan (RjBundle *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *text = NULL;

  json_object_set_object_member (object, "options", rj_run_options_to_json (self->options));
  if (self->options->plan != NULL)
    json_object_set_object_member (
      object, "plan", rj_plan_to_json (self->options->plan, rj_run_options_get_table ()));
  text = rj_json_text (object);
  put (self, "plan.json", text, 0644);
}

static void
put_script (RjBundle *self, const RjSeries *series)
{
  guint worst = rj_series_get_worst (series);
  g_auto (GStrv) environment = g_get_environ ();
  g_autofree char *script = rj_repeat_script_new (
    rj_run_options_get_table (), (const char *const *) self->argv,
    (const char *const *) environment, self->cwd, g_array_index (self->seeds, guint, worst));

  put (self, "repeat.sh", script, 0755);
}

gboolean
rj_bundle_end (RjBundle *self, const RjSeries *series, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *html = NULL;
  g_autofree char *summary = NULL;
  g_autofree char *versions = NULL;
  g_autofree char *log = NULL;

  if (rj_series_get_verdict (series) == RJ_VERDICT_PASSED || series->runs->len == 0)
    return FALSE;
  text = rj_report_series_text (series, FALSE);
  html = rj_report_series_html (series);
  summary = rj_report_series_summary (series);
  versions = list_versions ();
  put (self, "report.txt", text, 0644);
  put (self, "report.html", html, 0644);
  put (self, "summary.json", summary, 0644);
  put (self, "versions.txt", versions, 0644);
  put_plan (self);
  put_script (self, series);
  log = read_log (self, 0);
  put (self, "events.jsonl", log, 0644);
  if (self->error != NULL)
    g_propagate_error (error, g_error_copy (self->error));
  return self->error == NULL;
}
