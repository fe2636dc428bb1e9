#include "rj-shard-watch.h"

#include <string.h>

struct _RjShardWatch {
  GObject parent_instance;

  GHashTable *awaited; /* of edges as in the events, each → whether a packet is enough */
};

static void rj_shard_watch_iface_init (RjEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjShardWatch,
                               rj_shard_watch,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_EVENT_SINK,
                                                      rj_shard_watch_iface_init))

/* Streams without video have no key frames. */
static void
rj_shard_watch_take (RjEventSink *sink, const RjEvent *event)
{
  RjShardWatch *self = RJ_SHARD_WATCH (sink);
  gpointer by_packet;

  if (event->edge == NULL ||
      !g_hash_table_lookup_extended (self->awaited, event->edge, NULL, &by_packet))
    return;
  if (g_str_equal (event->type, RJ_EVENT_FIRST_KEY_FRAME) ||
      (GPOINTER_TO_INT (by_packet) && g_str_equal (event->type, RJ_EVENT_FIRST_PACKET)))
    g_hash_table_remove (self->awaited, event->edge);
}

static void
rj_shard_watch_iface_init (RjEventSinkInterface *iface)
{
  iface->take = rj_shard_watch_take;
}

gboolean
rj_shard_watch_is_complete (RjShardWatch *self)
{
  return g_hash_table_size (self->awaited) == 0;
}

/* Returns: (transfer full) (nullable): NULL: nothing is missing */
static char *
describe_missing (RjShardWatch *self)
{
  g_autoptr (GList) edges =
    g_list_sort (g_hash_table_get_keys (self->awaited), (GCompareFunc) strcmp);
  guint n = g_list_length (edges);
  const char *edge = n == 0 ? NULL : edges->data;
  const char *end = n == 0 ? NULL : strrchr (edge, '>');

  if (n == 0)
    return NULL;
  return n == 1 ? g_strdup_printf ("%s has not seen %.*s of another shard", end + 1,
                                   (int) (end - edge), edge)
                : g_strdup_printf ("%s has not seen %.*s of another shard, and %u more like that",
                                   end + 1, (int) (end - edge), edge, n - 1);
}

void
rj_shard_watch_warn (RjShardWatch *self, RjEventSink *events)
{
  g_autofree char *missing = describe_missing (self);
  RjEvent *event;

  if (missing == NULL)
    return;
  event = rj_event_new (RJ_EVENT_WARNING);
  rj_event_set_string (event, "message", missing);
  rj_event_sink_emit (events, event);
}

static void
await (RjShardWatch *self, const RjRoster *roster, const RjRosterEntry *entry)
{
  for (guint i = 0; i < roster->entries->len; i++) {
    const RjRosterEntry *other = g_ptr_array_index (roster->entries, i);

    if (other->elsewhere && other->publishes && g_str_equal (other->session, entry->session) &&
        rj_roster_wants (roster, entry, other->name))
      g_hash_table_insert (self->awaited, g_strconcat (other->name, ">", entry->name, NULL),
                           GINT_TO_POINTER (!other->group->publish.video));
  }
}

static void
rj_shard_watch_finalize (GObject *object)
{
  g_hash_table_unref (RJ_SHARD_WATCH (object)->awaited);
  G_OBJECT_CLASS (rj_shard_watch_parent_class)->finalize (object);
}

static void
rj_shard_watch_class_init (RjShardWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_shard_watch_finalize;
}

static void
rj_shard_watch_init (RjShardWatch *self)
{
  self->awaited = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

RjShardWatch *
rj_shard_watch_new (const RjRoster *roster)
{
  RjShardWatch *self = g_object_new (RJ_TYPE_SHARD_WATCH, NULL);

  for (guint i = 0; i < roster->entries->len; i++) {
    const RjRosterEntry *entry = g_ptr_array_index (roster->entries, i);

    if (!entry->elsewhere)
      await (self, roster, entry);
  }
  return self;
}
