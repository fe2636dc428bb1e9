#include "rj-server-nodes.h"

#include "rj-error.h"
#include "rj-openvidu2-names.h"
#include "rj-server-evict.h"
#include "rj-server-record.h"

static void
emit_node (RjServerCore *self, RjNodeWatcher *node, const char *type)
{
  RjEvent *event = rj_server_core_new_event (type, NULL);

  rj_event_set_int (event, "node", rj_node_watcher_get_index (node));
  rj_server_core_emit (self, event);
}

static void
on_control_closed (RjNodeWatcher *node, RjServerCore *self)
{
  emit_node (self, node, RJ_EVENT_NODE_CONTROL_CLOSED);
}

static void
on_suspect (RjNodeWatcher *node, RjServerCore *self)
{
  emit_node (self, node, RJ_EVENT_NODE_SUSPECT);
}

static void
on_crashed (RjNodeWatcher *node, RjServerCore *self)
{
  emit_node (self, node, RJ_EVENT_NODE_CRASHED);
  rj_server_record_node_crashed (self, node);
  rj_server_close_sessions (self, node, rj_ov2_reason_to_text (RJ_OV2_REASON_NODE_CRASHED), FALSE);
}

static void
on_pipeline_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RjServerSession) session = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) value =
    rj_media_node_client_call_finish (RJ_MEDIA_NODE_CLIENT (source), result, &error);

  if (g_error_matches (error, RJ_RPC_ERROR, RJ_KMS_CODE_OBJECT_NOT_FOUND) &&
      session->state == RJ_SERVER_SESSION_ACTIVE &&
      !(session->core->config->quirks & RJ_QUIRK_DEAD_SESSION))
    rj_server_session_reset_media (session);
}

/* The node is back: is it the process that had our pipelines? (OpenVidu 2 protocol, 8.5) */
static void
check_pipelines (RjServerCore *self, RjNodeWatcher *node)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    RjServerSession *session = value;

    if (session->node == node && session->pipeline != NULL && !session->closing)
      rj_media_node_client_call_async (
        rj_node_watcher_get_client (node), RJ_KMS_INVOKE,
        rj_kms_invoke (NULL, session->pipeline, RJ_KMS_GET_NAME, NULL), on_pipeline_checked,
        g_object_ref (session));
  }
}

static void
on_connected (RjNodeWatcher *node,
              gboolean again,
              gboolean same_process,
              gboolean was_crashed,
              RjServerCore *self)
{
  RjEvent *event;

  if (!again) {
    rj_server_record_node_status (self, node, "launching", "running");
    return;
  }
  event = rj_server_core_new_event (RJ_EVENT_NODE_RECOVERED, NULL);
  rj_event_set_int (event, "node", rj_node_watcher_get_index (node));
  rj_event_set_bool (event, "same_process", same_process);
  rj_server_core_emit (self, event);
  check_pipelines (self, node);
  if (was_crashed)
    rj_server_record_node_recovered (self, node);
}

void
rj_server_watch_node (RjServerCore *core, RjNodeWatcher *node)
{
  g_signal_connect_object (node, "control-closed", G_CALLBACK (on_control_closed), core, 0);
  g_signal_connect_object (node, "suspect", G_CALLBACK (on_suspect), core, 0);
  g_signal_connect_object (node, "crashed", G_CALLBACK (on_crashed), core, 0);
  g_signal_connect_object (node, "connected", G_CALLBACK (on_connected), core, 0);
  rj_node_watcher_start (node);
}

/* --- by an operator's word --- */

static guint
choose_index (RjServerCore *core, const char *url)
{
  guint index = 0;

  for (; core->config->media_nodes[index] != NULL; index++)
    if (g_str_equal (core->config->media_nodes[index], url))
      return index;
  for (guint i = 0; i < core->nodes->len; i++)
    index = MAX (index, rj_node_watcher_get_index (g_ptr_array_index (core->nodes, i)) + 1);
  return index;
}

RjNodeWatcher *
rj_server_add_node (RjServerCore *core, const char *url)
{
  RjNodeWatcher *node =
    rj_node_watcher_new (choose_index (core, url), rj_server_make_node_id (core->dice), url,
                         core->config->crash_after_us, core->clock);

  g_ptr_array_add (core->nodes, node);
  emit_node (core, node, RJ_EVENT_NODE_ADDED);
  rj_server_record_node_status (core, node, NULL, "launching");
  rj_server_watch_node (core, node);
  return node;
}

void
rj_server_remove_node (RjServerCore *core, RjNodeWatcher *node)
{
  g_ptr_array_add (core->removed,
                   g_object_ref (node)); /* sessions may be closing for a while yet */
  rj_server_record_node_status (core, node, "running", "terminating");
  rj_server_close_sessions (core, node,
                            rj_ov2_reason_to_text (RJ_OV2_REASON_MEDIA_SERVER_DISCONNECT), TRUE);
  g_ptr_array_remove (core->nodes, node);
  rj_node_watcher_stop (node);
  emit_node (core, node, RJ_EVENT_NODE_REMOVED);
  rj_server_record_node_status (core, node, "terminating", "terminated");
}

RjNodeWatcher *
rj_server_find_node (RjServerCore *core, const char *name)
{
  for (guint i = 0; i < core->nodes->len; i++) {
    RjNodeWatcher *node = g_ptr_array_index (core->nodes, i);

    if (g_str_equal (rj_node_watcher_get_id (node), name) ||
        g_str_equal (rj_node_watcher_get_url (node), name))
      return node;
  }
  return NULL;
}

guint
rj_server_count_sessions (RjServerCore *core, RjNodeWatcher *node)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;

  g_hash_table_iter_init (&iter, core->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n += ((RjServerSession *) value)->node == node;
  return n;
}
