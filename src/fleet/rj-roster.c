#include "rj-roster.h"

#include <string.h>

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

const char *
rj_role_parse (const char *text, const char **name)
{
  static const char *const roles[] = { "SUBSCRIBER", "PUBLISHER", "MODERATOR" };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++) {
    gsize length = strlen (roles[i]);

    if (g_ascii_strncasecmp (text, roles[i], length) != 0 ||
        (text[length] != '\0' && (text[length] != ':' || text[length + 1] == '\0')))
      continue;
    *name = text[length] == ':' ? text + length + 1 : NULL;
    return roles[i];
  }
  return NULL;
}

/* The last one that means it counts. */
static const char *
find_role (const RjRunOptions *options, const char *name)
{
  const char *found = NULL;

  for (guint i = 0; i < options->roles->len; i++) {
    const char *meant = NULL;
    const char *role = rj_role_parse (g_ptr_array_index (options->roles, i), &meant);

    if (role != NULL && (meant == NULL || g_str_equal (meant, name)))
      found = role;
  }
  return found;
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
  entry->role = find_role (options, entry->name);
  entry->publishes = !options->no_publish && g_strcmp0 (entry->role, "SUBSCRIBER") != 0;
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

const RjRosterEntry *
rj_roster_find_name (const RjRoster *self, const char *name)
{
  for (guint i = 0; i < self->entries->len; i++) {
    const RjRosterEntry *entry = g_ptr_array_index (self->entries, i);

    if (g_str_equal (entry->name, name))
      return entry;
  }
  return NULL;
}

const RjRosterEntry *
rj_roster_find_moderator (const RjRoster *self, const RjRosterEntry *entry)
{
  for (guint i = 0; i < self->entries->len; i++) {
    const RjRosterEntry *other = g_ptr_array_index (self->entries, i);

    if (other != entry && g_str_equal (other->session, entry->session) &&
        g_strcmp0 (other->role, "MODERATOR") == 0)
      return other;
  }
  return NULL;
}

JsonArray *
rj_roster_to_json (const RjRoster *self)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < self->entries->len; i++) {
    const RjRosterEntry *entry = g_ptr_array_index (self->entries, i);

    json_array_add_object_element (list, rj_json_build ("name", 's', entry->name, "session", 's',
                                                        entry->session, "publishes", 'b',
                                                        entry->publishes, NULL));
  }
  return list;
}
