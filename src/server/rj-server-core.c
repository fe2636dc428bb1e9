#include "rj-server-core.h"

#include "rj-server-rpc.h"
#include "rj-server-session.h"
#include "rj-server-tokens.h"

/* A node that does not answer is the last choice. Short: the sessions of a frozen node come back 0.2 s after the
 * last one has left it. */
#define SILENT_US   (100 * 1000)
#define SILENT_LOAD 100000

G_DEFINE_FINAL_TYPE (RjServerCore, rj_server_core, G_TYPE_OBJECT)

/* Several masters know a node by the same id */
static char *
make_node_id (RjServerCore *self, const char *url)
{
  g_autoptr (RjDice) shared = NULL;

  if (self->config->life == 0)
    return rj_server_make_node_id (self->dice);
  shared = rj_dice_new (g_str_hash (url));
  return rj_server_make_node_id (shared);
}

RjServerCore *
rj_server_core_new (const RjServerConfig *config, RjClock *clock, RjEventSink *events)
{
  RjServerCore *self = g_object_new (RJ_TYPE_SERVER_CORE, NULL);

  self->config = rj_server_config_copy (config);
  self->clock = g_object_ref (clock);
  self->dice = rj_dice_new_from_kernel ();
  g_set_object (&self->events, events);
  for (guint i = 0; config->media_nodes[i] != NULL; i++)
    g_ptr_array_add (self->nodes,
                     rj_node_watcher_new (i, make_node_id (self, config->media_nodes[i]),
                                          config->media_nodes[i], config->crash_after_us, clock));
  if (config->webhook != NULL)
    self->webhook =
      rj_webhook_new (config->webhook, (const char *const *) config->webhook_headers, clock);
  return self;
}

void
rj_server_core_set_public_url (RjServerCore *self, const char *url)
{
  gsize length = strlen (url);

  g_free (self->public_url);
  g_free (self->ws_origin);
  self->public_url = g_strndup (url, g_str_has_suffix (url, "/") ? length - 1 : length);
  self->ws_origin = g_str_has_prefix (self->public_url, "http")
                      ? g_strconcat ("ws", self->public_url + strlen ("http"), NULL)
                      : g_strdup (self->public_url);
}

static guint
count_load (RjServerCore *self, RjNodeWatcher *node)
{
  gboolean silent = rj_media_node_client_is_silent (rj_node_watcher_get_client (node), SILENT_US);
  guint load = silent ? SILENT_LOAD : 0;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    load += ((RjServerSession *) value)->node == node;
  return load;
}

RjNodeWatcher *
rj_server_core_choose_node (RjServerCore *self, const char *wanted)
{
  RjNodeWatcher *best = NULL;
  guint best_load = G_MAXUINT;

  for (guint i = 0; i < self->nodes->len; i++) {
    RjNodeWatcher *node =
      g_ptr_array_index (self->nodes, (i + self->config->index) % self->nodes->len);
    guint load;

    if (!rj_media_node_client_is_open (rj_node_watcher_get_client (node)) ||
        (wanted != NULL && !g_str_equal (rj_node_watcher_get_id (node), wanted)))
      continue;
    load = count_load (self, node);
    if (load < best_load) {
      best = node;
      best_load = load;
    }
  }
  return best;
}

gboolean
rj_server_core_is_cluster (RjServerCore *self)
{
  return g_strv_length (self->config->media_nodes) > 1;
}

RjEvent *
rj_server_core_new_event (const char *type, const char *session)
{
  RjEvent *event = rj_event_new (type);

  event->source = "cluster";
  event->session = g_strdup (session);
  return event;
}

void
rj_server_core_emit (RjServerCore *self, RjEvent *event)
{
  event->mono_us = rj_clock_now_us (self->clock);
  rj_event_sink_emit (self->events, event);
}

void
rj_server_core_close (RjServerCore *self)
{
  GHashTableIter iter;
  gpointer value;

  for (guint i = 0; i < self->nodes->len; i++)
    rj_node_watcher_stop (g_ptr_array_index (self->nodes, i));
  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    rj_server_session_abandon (value);
  g_hash_table_remove_all (self->sessions);
  g_hash_table_iter_init (&iter, self->rpcs);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    rj_server_rpc_abandon (value);
  g_hash_table_remove_all (self->rpcs);
  if (self->webhook != NULL)
    rj_webhook_close (self->webhook);
}

gint64
rj_server_now_ms (void)
{
  return g_get_real_time () / 1000;
}

static void
rj_server_core_finalize (GObject *object)
{
  RjServerCore *self = RJ_SERVER_CORE (object);

  g_hash_table_unref (self->sessions);
  g_hash_table_unref (self->rpcs);
  g_ptr_array_unref (self->nodes);
  g_ptr_array_unref (self->removed);
  g_hash_table_unref (self->lost);
  rj_server_config_free (self->config);
  g_clear_object (&self->clock);
  g_clear_object (&self->events);
  g_clear_object (&self->webhook);
  rj_dice_free (self->dice);
  g_free (self->public_url);
  g_free (self->ws_origin);
  G_OBJECT_CLASS (rj_server_core_parent_class)->finalize (object);
}

static void
rj_server_core_class_init (RjServerCoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_server_core_finalize;
}

static void
rj_server_core_init (RjServerCore *self)
{
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->rpcs = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->nodes = g_ptr_array_new_with_free_func (g_object_unref);
  self->removed = g_ptr_array_new_with_free_func (g_object_unref);
  self->lost = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}
