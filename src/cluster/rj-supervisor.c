#include <signal.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-supervisor-private.h"

#define STOP_LIMIT_US (2 * G_USEC_PER_SEC)

enum {
  FAILED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjSupervisor, rj_supervisor, G_TYPE_OBJECT)

typedef struct {
  RjSupervisor *supervisor;
  RjChild *node;
  RjTimer *timer;
} DelayedRestart;

static void
delayed_restart_free (DelayedRestart *restart)
{
  rj_clock_cancel_timer (restart->supervisor->clock, &restart->timer);
  g_free (restart);
}

static void
give_up (RjSupervisor *self, GError *error)
{
  GTask *task = g_steal_pointer (&self->starting);

  if (task != NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  g_signal_emit (self, signals[FAILED], 0, error);
  g_error_free (error);
}

static GTlsCertificate *
load_certificate (RjSupervisor *self, GError **error)
{
  if (self->config->tls_certificate == NULL)
    return NULL;
  return g_tls_certificate_new_from_files (
    self->config->tls_certificate,
    self->config->tls_key == NULL ? self->config->tls_certificate : self->config->tls_key, error);
}

static void
on_masters_ready (RjMasters *masters, RjSupervisor *self)
{
  const char *scheme = self->config->tls_certificate == NULL ? "http" : "https";
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = load_certificate (self, &error);
  GTask *task;

  if (self->starting == NULL)
    return; /* stopped meanwhile */
  if (error != NULL) {
    g_prefix_error (&error, "the TLS certificate: ");
    give_up (self, g_steal_pointer (&error));
    return;
  }
  self->app = rj_app_server_new (rj_masters_get_url (masters), self->config->secret, self->clock);
  if (!rj_app_server_listen (self->app, self->config->app_port, certificate, &error)) {
    give_up (self, g_steal_pointer (&error));
    return;
  }
  self->app_url = g_strdup_printf ("%s://127.0.0.1:%u", scheme, rj_app_server_get_port (self->app));
  task = g_steal_pointer (&self->starting);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
on_master_event (RjMasters *masters, RjEvent *event, RjSupervisor *self)
{
  gint64 node = rj_json_get_int (event->data, "node", -1);

  if (!g_str_equal (event->type, RJ_EVENT_SESSION_PLACED) || event->session == NULL)
    return;
  g_hash_table_replace (self->placed, g_strdup (event->session), GINT_TO_POINTER (node + 1));
  if (self->hang != NULL && node >= 0 && node < self->nodes->len)
    rj_hang_note_placed (self->hang, g_ptr_array_index (self->nodes, node));
}

static gboolean
is_everything_ended (RjSupervisor *self)
{
  for (guint i = 0; i < self->nodes->len; i++) {
    if (rj_child_is_running (g_ptr_array_index (self->nodes, i)))
      return FALSE;
  }
  return self->masters == NULL || !rj_masters_is_running (self->masters);
}

static void
maybe_stopped (RjSupervisor *self)
{
  GTask *task;

  if (self->stopping == NULL || !is_everything_ended (self))
    return;
  rj_clock_cancel_timer (self->clock, &self->stop_timer);
  task = g_steal_pointer (&self->stopping);
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
on_masters_failed (RjMasters *masters, const GError *error, RjSupervisor *self)
{
  give_up (self, g_error_copy (error));
}

static void
on_master_ended (RjMasters *masters, RjSupervisor *self)
{
  maybe_stopped (self);
}

static gboolean
start_masters (RjSupervisor *self, GError **error)
{
  JsonArray *urls = json_array_new ();

  for (guint i = 0; i < self->nodes->len; i++) {
    RjChild *node = g_ptr_array_index (self->nodes, i);
    g_autofree char *url = g_strdup_printf ("ws://127.0.0.1:%u/kurento", rj_child_get_port (node));

    json_array_add_string_element (urls, url);
  }
  self->masters = rj_masters_new (self->config, self->clock, self->events);
  g_signal_connect (self->masters, "ready", G_CALLBACK (on_masters_ready), self);
  g_signal_connect (self->masters, "event", G_CALLBACK (on_master_event), self);
  g_signal_connect (self->masters, "ended", G_CALLBACK (on_master_ended), self);
  g_signal_connect (self->masters, "failed", G_CALLBACK (on_masters_failed), self);
  return rj_masters_start (self->masters, urls, error);
}

static void
on_node_ready (RjChild *node, RjSupervisor *self)
{
  g_autoptr (GError) error = NULL;

  if (self->starting == NULL || self->masters != NULL)
    return; /* a restarted one */
  for (guint i = 0; i < self->nodes->len; i++) {
    if (!rj_child_is_ready (g_ptr_array_index (self->nodes, i)))
      return;
  }
  if (!start_masters (self, &error))
    give_up (self, g_steal_pointer (&error));
}

static void
restart_node (RjSupervisor *self, RjChild *node)
{
  g_autoptr (GError) error = NULL;

  if (!rj_child_is_running (node) && !rj_child_start (node, NULL, &error))
    g_warning ("media node %u does not start: %s", rj_child_get_index (node), error->message);
}

static void
on_restart_due (gpointer user_data)
{
  DelayedRestart *restart = user_data;
  RjSupervisor *self = restart->supervisor;
  RjChild *node = restart->node;

  restart->timer = NULL;
  g_ptr_array_remove_fast (self->delayed, restart);
  restart_node (self, node);
}

static void
plan_restart (RjSupervisor *self, RjChild *node)
{
  DelayedRestart *restart = g_new0 (DelayedRestart, 1);

  restart->supervisor = self;
  restart->node = node;
  g_ptr_array_add (self->delayed, restart);
  restart->timer =
    rj_clock_start_timer (self->clock, self->config->restart_after_us, on_restart_due, restart);
}

static void
on_node_ended (RjChild *node, RjSupervisor *self)
{
  if (self->stopping != NULL) {
    maybe_stopped (self);
  } else if (rj_roll_expects_end (self->roll, node)) {
    return;
  } else if (self->starting != NULL && self->masters == NULL) {
    give_up (self, g_error_new (
                     RJ_ERROR, RJ_ERROR_ENVIRONMENT,
                     "media node %u has ended before it was ready; its messages stand above. If "
                     "its port is in use, stop the other program or choose another one with "
                     "--node-port",
                     rj_child_get_index (node)));
  } else if (g_hash_table_remove (self->restarts, node)) {
    restart_node (self, node);
  } else if (self->config->restart_after_us >= 0) {
    plan_restart (self, node);
  }
}

/* Returns: (transfer full): what a media node reads first */
static JsonObject *
configure_node (const RjSupervisorConfig *config, guint index)
{
  gint64 port = config->first_node_port == 0 ? 0 : config->first_node_port + index;

  return rj_json_build ("port", 'i', port, "black_pictures", 'b',
                        (config->quirks & RJ_QUIRK_BLACK_PICTURES) != 0, NULL);
}

void
rj_supervisor_start_async (RjSupervisor *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (self->starting == NULL && self->nodes->len == 0);

  self->starting = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->starting, rj_supervisor_start_async);
  for (guint i = 0; i < self->config->n_nodes; i++) {
    RjChild *node = rj_child_new ("internal-media-node", "media-node", i, self->events);
    g_autoptr (GError) error = NULL;

    g_ptr_array_add (self->nodes, node);
    g_signal_connect (node, "ready", G_CALLBACK (on_node_ready), self);
    g_signal_connect (node, "ended", G_CALLBACK (on_node_ended), self);
    if (!rj_child_start (node, configure_node (self->config, i), &error)) {
      give_up (self, g_steal_pointer (&error));
      return;
    }
  }
}

gboolean
rj_supervisor_start_finish (RjSupervisor *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_stop_limit (gpointer user_data)
{
  RjSupervisor *self = user_data;

  self->stop_timer = NULL;
  for (guint i = 0; i < self->nodes->len; i++)
    rj_child_send_signal (g_ptr_array_index (self->nodes, i), SIGKILL, NULL);
  if (self->masters != NULL)
    rj_masters_stop (self->masters, TRUE);
}

/* Whoever waits for the start hears that it will not come. */
static void
abandon_start (RjSupervisor *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->starting);

  if (task != NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                             "the embedded cluster was stopped before it was ready");
}

void
rj_supervisor_stop_async (RjSupervisor *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (self->stopping == NULL);

  self->stopping = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->stopping, rj_supervisor_stop_async);
  abandon_start (self);
  rj_roll_stop (self->roll);
  g_ptr_array_set_size (self->delayed, 0);
  g_hash_table_remove_all (self->restarts);
  if (self->app != NULL)
    rj_app_server_stop (self->app);
  if (self->masters != NULL)
    rj_masters_stop (self->masters, FALSE);
  for (guint i = 0; i < self->nodes->len; i++) {
    RjChild *node = g_ptr_array_index (self->nodes, i);

    rj_child_send_signal (node, SIGTERM, NULL);
    rj_child_send_signal (node, SIGCONT, NULL); /* a frozen one would not hear the other */
  }
  self->stop_timer = rj_clock_start_timer (self->clock, STOP_LIMIT_US, on_stop_limit, self);
  maybe_stopped (self);
}

gboolean
rj_supervisor_stop_finish (RjSupervisor *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

const char *
rj_supervisor_get_app_url (RjSupervisor *self)
{
  return self->app_url;
}

const char *
rj_supervisor_get_server_url (RjSupervisor *self)
{
  return self->masters == NULL ? NULL : rj_masters_get_url (self->masters);
}

guint
rj_supervisor_get_n_masters (RjSupervisor *self)
{
  return self->masters == NULL ? 0 : rj_masters_count (self->masters);
}

GPid
rj_supervisor_get_master_pid (RjSupervisor *self, guint master)
{
  return rj_masters_get_pid (self->masters, master);
}

guint
rj_supervisor_get_master_port (RjSupervisor *self, guint master)
{
  return rj_masters_get_port (self->masters, master);
}

guint
rj_supervisor_get_n_nodes (RjSupervisor *self)
{
  return self->nodes->len;
}

GPid
rj_supervisor_get_node_pid (RjSupervisor *self, guint node)
{
  return rj_child_get_pid (g_ptr_array_index (self->nodes, node));
}

guint
rj_supervisor_get_node_port (RjSupervisor *self, guint node)
{
  return rj_child_get_port (g_ptr_array_index (self->nodes, node));
}

static void
disconnect_child (gpointer child, gpointer self)
{
  g_signal_handlers_disconnect_by_data (child, self);
}

static void
rj_supervisor_dispose (GObject *object)
{
  RjSupervisor *self = RJ_SUPERVISOR (object);

  rj_clock_cancel_timer (self->clock, &self->stop_timer);
  g_clear_pointer (&self->hang, rj_hang_free);
  rj_roll_stop (self->roll);
  g_ptr_array_set_size (self->delayed, 0);
  g_ptr_array_foreach (self->nodes, disconnect_child, self);
  g_ptr_array_set_size (self->nodes, 0);
  if (self->masters != NULL)
    disconnect_child (self->masters, self);
  g_clear_object (&self->masters);
  g_clear_object (&self->app);
  G_OBJECT_CLASS (rj_supervisor_parent_class)->dispose (object);
}

static void
rj_supervisor_finalize (GObject *object)
{
  RjSupervisor *self = RJ_SUPERVISOR (object);

  g_clear_object (&self->roll);
  g_ptr_array_unref (self->delayed);
  g_ptr_array_unref (self->nodes);
  g_hash_table_unref (self->placed);
  g_hash_table_unref (self->restarts);
  g_clear_object (&self->clock);
  g_clear_object (&self->events);
  g_free (self->app_url);
  rj_supervisor_config_free (self->config);
  G_OBJECT_CLASS (rj_supervisor_parent_class)->finalize (object);
}

static void
rj_supervisor_class_init (RjSupervisorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rj_supervisor_dispose;
  G_OBJECT_CLASS (klass)->finalize = rj_supervisor_finalize;
  signals[FAILED] = g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
rj_supervisor_init (RjSupervisor *self)
{
  self->nodes = g_ptr_array_new_with_free_func (g_object_unref);
  self->delayed = g_ptr_array_new_with_free_func ((GDestroyNotify) delayed_restart_free);
  self->placed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->restarts = g_hash_table_new (NULL, NULL);
  self->hit_node = -1;
}

RjSupervisor *
rj_supervisor_new (RjSupervisorConfig *config, RjClock *clock, RjEventSink *events)
{
  RjSupervisor *self = g_object_new (RJ_TYPE_SUPERVISOR, NULL);

  self->config = config;
  self->clock = g_object_ref (clock);
  self->roll = rj_roll_new (config->secret, clock);
  if (config->quirks & RJ_QUIRK_FROZEN_MEDIA_SERVER)
    self->hang = rj_hang_new (clock);
  self->events = events == NULL ? NULL : g_object_ref (events);
  return self;
}
