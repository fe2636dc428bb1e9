#include "rj-roster.h"

#include "rj-json.h"

static char *
fill_in (const char *template, const char *key, const char *value)
{
  g_auto (GStrv) parts = g_strsplit (template, key, -1);

  return g_strjoinv (value, parts);
}

static char *
make_session (const RjRunOptions *options, const char *run, guint index)
{
  g_autofree char *number = g_strdup_printf ("%u", index);
  g_autofree char *half = fill_in (options->session, "{run}", run);

  return fill_in (half, "{session}", number);
}

static void
entry_free (RjRosterEntry *entry)
{
  g_free (entry->name);
  g_free (entry->session);
  g_free (entry);
}

static void
add_entry (RjRoster *self, const RjRunOptions *options, const char *session)
{
  RjRosterEntry *entry = g_new0 (RjRosterEntry, 1);
  g_autofree char *number = NULL;

  entry->number = self->entries->len + 1;
  number = g_strdup_printf ("%u", entry->number);
  entry->name = fill_in (options->name, "{index}", number);
  entry->session = g_strdup (session);
  g_ptr_array_add (self->entries, entry);
}

RjRoster *
rj_roster_new (const RjRunOptions *options, const char *run)
{
  RjRoster *self = g_new0 (RjRoster, 1);

  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  self->sessions = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < options->counts->len; i++) {
    char *session = make_session (options, run, i + 1);

    g_ptr_array_add (self->sessions, session);
    for (guint k = 0; k < g_array_index (options->counts, guint, i); k++)
      add_entry (self, options, session);
  }
  return self;
}

void
rj_roster_free (RjRoster *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->sessions);
  g_free (self);
}

const RjRosterEntry *
rj_roster_find (const RjRoster *self, const char *session, const char *name)
{
  for (guint i = 0; i < self->entries->len; i++) {
    const RjRosterEntry *entry = g_ptr_array_index (self->entries, i);

    if (g_str_equal (entry->name, name) && g_str_equal (entry->session, session))
      return entry;
  }
  return NULL;
}

JsonArray *
rj_roster_to_json (const RjRoster *self, gboolean publishes)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < self->entries->len; i++) {
    const RjRosterEntry *entry = g_ptr_array_index (self->entries, i);

    json_array_add_object_element (list, rj_json_build ("name", 's', entry->name, "session", 's',
                                                        entry->session, "publishes", 'b', publishes,
                                                        NULL));
  }
  return list;
}
