#include "rj-foreign-watch.h"

#include "rj-json.h"

struct _RjForeignWatch {
  GObject parent_instance;

  GHashTable *foreign; /* edges to foreign publishers, as in the events */
  GHashTable *seen;    /* those of them that have flowed -> participant */
};

static void rj_foreign_watch_iface_init (RjEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjForeignWatch,
                               rj_foreign_watch,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_EVENT_SINK,
                                                      rj_foreign_watch_iface_init))

static char *
get_key (const RjEvent *event)
{
  return g_strconcat (event->session, "\n", event->edge, NULL);
}

static void
rj_foreign_watch_take (RjEventSink *sink, const RjEvent *event)
{
  RjForeignWatch *self = RJ_FOREIGN_WATCH (sink);
  g_autofree char *key = NULL;

  if (event->edge == NULL || event->session == NULL || event->participant == NULL)
    return;
  key = get_key (event);
  if (g_str_equal (event->type, RJ_EVENT_PEER_CREATED) &&
      rj_json_get_bool (event->data, "foreign", FALSE))
    g_hash_table_add (self->foreign, g_steal_pointer (&key));
  else if (g_str_equal (event->type, RJ_EVENT_FIRST_KEY_FRAME) &&
           g_hash_table_contains (self->foreign, key))
    g_hash_table_insert (self->seen, g_steal_pointer (&key), g_strdup (event->participant));
}

static void
rj_foreign_watch_iface_init (RjEventSinkInterface *iface)
{
  iface->take = rj_foreign_watch_take;
}

static guint
count_for (RjForeignWatch *self, const char *participant)
{
  GHashTableIter iter;
  gpointer name;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->seen);
  while (g_hash_table_iter_next (&iter, NULL, &name))
    n += g_str_equal (name, participant);
  return n;
}

gboolean
rj_foreign_watch_has (RjForeignWatch *self, const RjRoster *roster, guint n)
{
  for (guint i = 0; n > 0 && i < roster->entries->len; i++) {
    const RjRosterEntry *entry = g_ptr_array_index (roster->entries, i);

    if (!entry->elsewhere && rj_roster_wants_all (entry) && count_for (self, entry->name) < n)
      return FALSE;
  }
  return TRUE;
}

static void
rj_foreign_watch_finalize (GObject *object)
{
  RjForeignWatch *self = RJ_FOREIGN_WATCH (object);

  g_hash_table_unref (self->foreign);
  g_hash_table_unref (self->seen);
  G_OBJECT_CLASS (rj_foreign_watch_parent_class)->finalize (object);
}

static void
rj_foreign_watch_class_init (RjForeignWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_foreign_watch_finalize;
}

static void
rj_foreign_watch_init (RjForeignWatch *self)
{
  self->foreign = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

RjForeignWatch *
rj_foreign_watch_new (void)
{
  return g_object_new (RJ_TYPE_FOREIGN_WATCH, NULL);
}
