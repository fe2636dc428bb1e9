#include "rj-outside.h"

#include "rj-control.h"
#include "rj-error.h"
#include "rj-mark-file.h"
#include "rj-mark-signal.h"

struct _RjOutside {
  RjOutsideConfig config;
  RjMarkSignal *signal;
  RjMarkFile *file;   /* (nullable) */
  RjControl *control; /* (nullable) */
};

static void
warn (RjOutside *self, const char *message)
{
  RjEvent *event = rj_event_new (RJ_EVENT_WARNING);

  rj_event_set_string (event, "message", message);
  rj_event_sink_emit (self->config.events, event);
}

/* @text: (nullable) */
static void
mark (RjOutside *self, const char *text, gint64 us, const char *by)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;

  if (rj_runner_mark (self->config.runner, text, us, by, &error))
    return;
  message = g_strdup_printf ("a mark by %s does not count: %s", by, error->message);
  warn (self, message);
}

static void
on_signal (gint64 us, gpointer user_data)
{
  mark (user_data, NULL, us, "SIGUSR1");
}

static void
on_file (gint64 us, gboolean stamped, gpointer user_data)
{
  mark (user_data, NULL, us, stamped ? "file, its time of change" : "file, when it was seen");
}

/* --- HTTP --- */

static const char *
get_state (gpointer user_data)
{
  RjOutside *self = user_data;

  return rj_runner_get_state (self->config.runner);
}

static char *
render_metrics (gpointer user_data)
{
  RjOutside *self = user_data;
  g_autoptr (RjResult) result = rj_measure_conclude (self->config.measure);

  return self->config.render_metrics (result);
}

static void
on_http_mark (const char *text, const char *by, gpointer user_data)
{
  RjOutside *self = user_data;

  mark (self, text, rj_clock_now_us (self->config.clock), by);
}

static gboolean
on_http_fault (const char *what, const char *by, guint *index, GError **error, gpointer user_data)
{
  RjOutside *self = user_data;

  return rj_runner_do_fault (self->config.runner, what, by, index, error);
}

static gboolean
start_control (RjOutside *self, GError **error)
{
  static const RjControlFuncs funcs = { get_state, render_metrics, on_http_mark, on_http_fault };
  guint port = 0;

  if (!rj_control_parse_port (self->config.options->control, &port, error)) {
    g_prefix_error (error, "--control: ");
    return FALSE;
  }
  self->control = rj_control_new (port, self->config.clock, &funcs, self, error);
  return self->control != NULL;
}

/* --- */

static gboolean
start_file (RjOutside *self, GError **error)
{
  const char *path = self->config.options->mark_file;
  g_autoptr (GError) problem = NULL;

  self->file = rj_mark_file_new (path, on_file, self, &problem);
  if (self->file == NULL)
    g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "--mark-file %s cannot be watched: %s",
                 path, problem->message);
  return self->file != NULL;
}

RjOutside *
rj_outside_new (const RjOutsideConfig *config, GError **error)
{
  g_autoptr (RjOutside) self = g_new0 (RjOutside, 1);

  self->config = *config;
  self->signal = rj_mark_signal_new (on_signal, self, error);
  if (self->signal == NULL || (config->options->mark_file != NULL && !start_file (self, error)) ||
      (config->options->control != NULL && !start_control (self, error)))
    return NULL;
  return g_steal_pointer (&self);
}

void
rj_outside_begin (RjOutside *self)
{
  if (self->file != NULL && rj_mark_file_was_there (self->file))
    warn (self, "the file of --mark-file was there before the run; it counts when it appears anew");
}

const char *
rj_outside_get_url (RjOutside *self)
{
  return self->control == NULL ? NULL : rj_control_get_url (self->control);
}

void
rj_outside_free (RjOutside *self)
{
  if (self == NULL)
    return;
  rj_mark_signal_free (self->signal);
  rj_mark_file_free (self->file);
  g_clear_object (&self->control);
  g_free (self);
}
