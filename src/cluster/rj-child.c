#include "rj-child.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "rj-error.h"
#include "rj-json.h"

struct _RjChild {
  GObject parent_instance;

  char *subcommand;
  char *role;
  guint index;
  RjEventSink *events;
  JsonObject *config;
  RjProcess *process; /* NULL: not running */
  guint port;
  gboolean ready;
  GPid pid; /* of the present process, or the last one */
};

enum {
  READY,
  ENDED,
  EVENT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjChild, rj_child, G_TYPE_OBJECT)

static RjEvent *
new_event (RjChild *self, const char *type, GPid pid)
{
  RjEvent *event = rj_event_new (type);

  event->source = g_intern_static_string ("cluster");
  rj_event_set_string (event, "role", self->role);
  rj_event_set_int (event, "index", self->index);
  rj_event_set_int (event, "pid", pid);
  return event;
}

static void
on_ready (RjChild *self, const RjEvent *line)
{
  RjEvent *event = new_event (self, RJ_EVENT_PROCESS_STARTED, rj_child_get_pid (self));

  self->port = rj_json_get_int (line->data, "port", 0);
  json_object_set_int_member (self->config, "port", self->port);
  self->ready = TRUE;
  rj_event_set_int (event, "port", self->port);
  rj_event_sink_emit (self->events, event);
  g_signal_emit (self, signals[READY], 0);
}

static void
on_line (RjProcess *process, JsonObject *line, RjChild *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RjEvent) event = rj_event_parse (line, &error);

  if (event == NULL) {
    g_warning ("a line of %s %u is no event: %s", self->role, self->index, error->message);
    return;
  }
  if (g_str_equal (event->type, "ready")) {
    on_ready (self, event);
    return;
  }
  event->source = g_intern_static_string ("cluster");
  g_signal_emit (self, signals[EVENT], 0, event);
  rj_event_sink_emit (self->events, g_steal_pointer (&event));
}

static void
on_ended (RjProcess *process, int wait_status, RjChild *self)
{
  g_autoptr (RjProcess) ended = g_steal_pointer (&self->process);
  RjEvent *event = new_event (self, RJ_EVENT_PROCESS_ENDED, self->pid);

  self->ready = FALSE;
  if (WIFEXITED (wait_status))
    rj_event_set_int (event, "exit_code", WEXITSTATUS (wait_status));
  else
    rj_event_set_int (event, "signal", WTERMSIG (wait_status));
  rj_event_sink_emit (self->events, event);
  g_signal_emit (self, signals[ENDED], 0);
}

gboolean
rj_child_start (RjChild *self, JsonObject *config, GError **error)
{
  const char *arguments[] = { self->subcommand, NULL };

  g_return_val_if_fail (self->process == NULL, FALSE);

  if (config != NULL) {
    g_clear_pointer (&self->config, json_object_unref);
    self->config = config;
  }
  self->process = rj_process_spawn (arguments, error);
  if (self->process == NULL)
    return FALSE;
  g_signal_connect_object (self->process, "line", G_CALLBACK (on_line), self, 0);
  g_signal_connect_object (self->process, "ended", G_CALLBACK (on_ended), self, 0);
  self->pid = rj_process_get_pid (self->process);
  return rj_process_write_line (self->process, self->config, error);
}

gboolean
rj_child_is_running (RjChild *self)
{
  return self->process != NULL;
}

gboolean
rj_child_is_ready (RjChild *self)
{
  return self->ready;
}

GPid
rj_child_get_pid (RjChild *self)
{
  return self->process == NULL ? 0 : rj_process_get_pid (self->process);
}

guint
rj_child_get_port (RjChild *self)
{
  return self->port;
}

guint
rj_child_get_index (RjChild *self)
{
  return self->index;
}

gboolean
rj_child_send_signal (RjChild *self, int signal_number, GError **error)
{
  if (self->process != NULL && rj_process_send_signal (self->process, signal_number))
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_REJECTED, "%s %u is not running", self->role, self->index);
  return FALSE;
}

static void
rj_child_finalize (GObject *object)
{
  RjChild *self = RJ_CHILD (object);

  g_clear_object (&self->process);
  g_clear_object (&self->events);
  g_clear_pointer (&self->config, json_object_unref);
  g_free (self->subcommand);
  g_free (self->role);
  G_OBJECT_CLASS (rj_child_parent_class)->finalize (object);
}

static void
rj_child_class_init (RjChildClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = rj_child_finalize;
  signals[READY] =
    g_signal_new ("ready", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ENDED] =
    g_signal_new ("ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[EVENT] = g_signal_new ("event", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_POINTER);
}

static void
rj_child_init (RjChild *self)
{
}

RjChild *
rj_child_new (const char *subcommand, const char *role, guint index, RjEventSink *events)
{
  RjChild *self = g_object_new (RJ_TYPE_CHILD, NULL);

  self->subcommand = g_strdup (subcommand);
  self->role = g_strdup (role);
  self->index = index;
  self->events = events == NULL ? NULL : g_object_ref (events);
  return self;
}
