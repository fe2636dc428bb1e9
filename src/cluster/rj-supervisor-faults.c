#include <signal.h>

#include "rj-error.h"
#include "rj-supervisor-private.h"

static gboolean
do_fault_to_node (RjSupervisor *self, const char *what, RjChild *node, GError **error)
{
  if (g_str_equal (what, "kill-media-node"))
    return rj_child_send_signal (node, SIGKILL, error);
  if (g_str_equal (what, "freeze-media-node"))
    return rj_child_send_signal (node, SIGSTOP, error);
  if (g_str_equal (what, "thaw-media-node"))
    return rj_child_send_signal (node, SIGCONT, error);
  if (g_str_equal (what, "restart-media-node")) {
    if (!rj_child_is_running (node))
      return rj_child_start (node, NULL, error);
    g_hash_table_add (self->restarts, node);
    return rj_child_send_signal (node, SIGKILL, error);
  }
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "the embedded cluster does not know the fault %s",
               what);
  return FALSE;
}

static int
find_node (RjSupervisor *self, const char *target, GError **error)
{
  guint64 index = 0;

  if (g_str_has_prefix (target, "session:")) {
    const char *session = target + strlen ("session:");
    int node = GPOINTER_TO_INT (g_hash_table_lookup (self->placed, session)) - 1;

    if (node < 0)
      g_set_error (error, RJ_ERROR, RJ_ERROR_REJECTED, "no media node hosts session %s", session);
    return node;
  }
  if (g_str_equal (target, "same")) {
    if (self->hit_node < 0)
      g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                   "no fault before this one has hit a single media node");
    return self->hit_node;
  }
  if (self->nodes->len == 0 ||
      !g_ascii_string_to_unsigned (target, 10, 0, self->nodes->len - 1, &index, NULL)) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
                 "there is no media node \"%s\"; the cluster has %u, counted from 0", target,
                 self->nodes->len);
    return -1;
  }
  return index;
}

gboolean
rj_supervisor_do_fault (
  RjSupervisor *self, const char *what, const char *target, int *ret_place, GError **error)
{
  int node;

  if (g_str_has_suffix (what, "-master") && self->masters != NULL)
    return rj_masters_do_fault (self->masters, what, target, ret_place, error);
  if (g_str_equal (target, "all")) {
    gboolean ok = TRUE;

    for (guint i = 0; i < self->nodes->len && ok; i++)
      ok = do_fault_to_node (self, what, g_ptr_array_index (self->nodes, i), error);
    if (ret_place != NULL)
      *ret_place = -1;
    self->hit_node = -1;
    return ok;
  }
  node = find_node (self, target, error);
  if (node < 0)
    return FALSE;
  self->hit_node = node;
  if (ret_place != NULL)
    *ret_place = node;
  return do_fault_to_node (self, what, g_ptr_array_index (self->nodes, node), error);
}

static char **
list_servers (RjSupervisor *self)
{
  const char *scheme = self->config->tls_certificate == NULL || rj_masters_count (self->masters) > 1
                         ? "http"
                         : "https";
  g_autoptr (GStrvBuilder) urls = g_strv_builder_new ();

  for (guint i = 0; i < rj_masters_count (self->masters); i++) {
    g_autofree char *url =
      g_strdup_printf ("%s://127.0.0.1:%u", scheme, rj_masters_get_port (self->masters, i));

    if (rj_masters_get_pid (self->masters, i) != 0)
      g_strv_builder_add (urls, url);
  }
  return g_strv_builder_end (urls);
}

static void
on_rolled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (rj_roll_finish (RJ_ROLL (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Returns: (transfer full) (nullable): of RjChild */
static GPtrArray *
list_targets (RjSupervisor *self, const char *target, int *ret_place, GError **error)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean all = g_str_equal (target, "all");

  *ret_place = all ? -1 : find_node (self, target, error);
  if (!all && *ret_place < 0)
    return NULL;
  self->hit_node = *ret_place;
  for (guint i = 0; i < self->nodes->len; i++)
    if (all || (int) i == *ret_place)
      g_ptr_array_add (nodes, g_object_ref (g_ptr_array_index (self->nodes, i)));
  return g_steal_pointer (&nodes);
}

static void
roll (RjSupervisor *self, const char *target, gboolean again, GTask *task)
{
  GError *error = NULL;
  int place;
  GPtrArray *nodes = list_targets (self, target, &place, &error);

  if (nodes == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  g_task_set_task_data (task, GINT_TO_POINTER (place), NULL);
  rj_roll_async (self->roll, list_servers (self), nodes, again, on_rolled, task);
}

void
rj_supervisor_fault_async (RjSupervisor *self,
                           const char *what,
                           const char *target,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  GError *error = NULL;
  int place = -1;

  g_task_set_source_tag (task, rj_supervisor_fault_async);
  if (self->masters != NULL &&
      (g_str_equal (what, "stop-media-node") || g_str_equal (what, "roll-media-node"))) {
    roll (self, target, g_str_equal (what, "roll-media-node"), g_steal_pointer (&task));
    return;
  }
  if (!rj_supervisor_do_fault (self, what, target, &place, &error)) {
    g_task_return_error (task, error);
    return;
  }
  g_task_set_task_data (task, GINT_TO_POINTER (place), NULL);
  g_task_return_boolean (task, TRUE);
}

gboolean
rj_supervisor_fault_finish (RjSupervisor *self,
                            GAsyncResult *result,
                            int *ret_place,
                            GError **error)
{
  *ret_place = GPOINTER_TO_INT (g_task_get_task_data (G_TASK (result)));
  return g_task_propagate_boolean (G_TASK (result), error);
}
