#include "rj-roster.h"

#include <string.h>

#include "rj-error.h"
#include "rj-json.h"
#include "rj-nearest.h"
#include "rj-template.h"

#define NAMES_SHOWN 8

static void
entry_free (RjRosterEntry *entry)
{
  g_free (entry->name);
  g_free (entry->pattern);
  g_free (entry->session);
  g_free (entry);
}

const char *
rj_role_parse (const char *text, const char **name)
{
  const char *colon = strchr (text, ':');
  g_autofree char *word = colon == NULL ? g_strdup (text) : g_strndup (text, colon - text);

  *name = colon == NULL ? NULL : colon + 1;
  return colon != NULL && colon[1] == '\0' ? NULL : rj_role_from_name (word, NULL);
}

/* The last one that means it counts. */
static const char *
find_role (const GPtrArray *roles, const RjGroup *group, const char *name)
{
  const char *found = group->role;

  for (guint i = 0; roles != NULL && i < roles->len; i++) {
    const char *meant = NULL;
    const char *role = rj_role_parse (g_ptr_array_index (roles, i), &meant);

    if (role != NULL && (meant == NULL || g_str_equal (meant, name)))
      found = role;
  }
  return found;
}

static gboolean
has_group (const RjRoster *self, const char *name)
{
  for (guint i = 0; i < self->groups->len; i++) {
    const RjGroup *group = g_ptr_array_index (self->groups, i);

    if (g_strcmp0 (group->name, name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* --- one after the other --- */

/* What a group's templates are filled in with */
typedef struct {
  RjRoster *roster;
  const GPtrArray *roles;
  const char *run;
  const RjGroup *group;
  char *session; /* its number */
  guint index;   /* the last one in the group */
} Filling;

/* @index: (nullable): not for names of sessions. {attempt} stays: it is filled in when there is one */
static char *
fill (const Filling *f, const char *key, const char *template, const char *index, GError **error)
{
  RjTemplateWord words[] = {
    { "run", f->run }, { "session", f->session }, { NULL, NULL }, { NULL, NULL }, { NULL, NULL },
    { NULL, NULL },
  };
  guint n = 2;
  char *text;

  if (f->group->name != NULL)
    words[n++] = (RjTemplateWord){ "group", f->group->name };
  if (index != NULL) {
    words[n++] = (RjTemplateWord){ "index", index };
    words[n++] = (RjTemplateWord){ "attempt", RJ_NAMES_ATTEMPT };
  }
  text = rj_template_fill (template, words, NULL, error);
  if (text == NULL)
    g_prefix_error (error, "%s: ", key);
  return text;
}

static gboolean
fail_twice (const RjRosterEntry *one, const RjRosterEntry *other, GError **error)
{
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               "name: two participants would be called \"%s\", and names are unique in a whole "
               "run; %s",
               one->name,
               one->group == other->group
                 ? "let the name contain {index}"
                 : "give each group a name (group), or names (name) of its own");
  return FALSE;
}

static gboolean
name_entry (Filling *f, RjRosterEntry *entry, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%u", entry->index);
  const RjRosterEntry *namesake;

  entry->pattern = fill (f, "name", entry->group->participant, number, error);
  if (entry->pattern == NULL)
    return FALSE;
  entry->name = rj_names_strip (entry->pattern, error);
  namesake = entry->name == NULL ? NULL : rj_roster_find_name (f->roster, entry->name);
  if (namesake != NULL)
    return fail_twice (entry, namesake, error);
  if (entry->name != NULL &&
      rj_names_add (f->roster->names, entry->session, entry->pattern, error)) {
    g_hash_table_insert (f->roster->by_name, entry->name, entry);
    return TRUE;
  }
  g_prefix_error (error, "name: ");
  return FALSE;
}

static gboolean
add_entry (Filling *f, const char *session, GError **error)
{
  RjRosterEntry *entry = g_new0 (RjRosterEntry, 1);
  const RjGroup *group = f->group;

  g_ptr_array_add (f->roster->entries, entry);
  entry->number = f->roster->entries->len;
  entry->group = group;
  entry->format = rj_group_get_format (group);
  entry->index = ++f->index;
  entry->session = g_strdup (session);
  if (!name_entry (f, entry, error))
    return FALSE;
  entry->role = find_role (f->roles, group, entry->name);
  entry->publishes = group->publish.on != 0 && g_strcmp0 (entry->role, "SUBSCRIBER") != 0;
  if (group->ramp_per_second > 0.0)
    entry->start_us = (f->index - 1) * G_USEC_PER_SEC / group->ramp_per_second;
  return TRUE;
}

static gboolean
add_session (Filling *f, guint index, GError **error)
{
  g_autofree char *session = fill (f, "session", f->group->session, NULL, error);

  if (session == NULL)
    return FALSE;
  if (!g_ptr_array_find_with_equal_func (f->roster->sessions, session, g_str_equal, NULL))
    g_ptr_array_add (f->roster->sessions, g_strdup (session));
  for (guint i = 0; i < rj_group_get_count (f->group, index); i++) {
    if (!add_entry (f, session, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_group (
  RjRoster *self, const RjGroup *group, const GPtrArray *roles, const char *run, GError **error)
{
  Filling f = { .roster = self, .roles = roles, .run = run, .group = group };

  if (!rj_group_check (group, error))
    return FALSE;
  for (guint i = 0; i < group->sessions; i++) {
    gboolean added;

    f.session = g_strdup_printf ("%u", i + 1);
    added = add_session (&f, i, error);
    g_free (f.session);
    if (!added)
      return FALSE;
  }
  return TRUE;
}

/* --- whom they see --- */

static gboolean
fail_unknown (const RjRoster *self, const char *name, GError **error)
{
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  const char *near;

  for (guint i = 0; i < self->groups->len; i++) {
    const RjGroup *group = g_ptr_array_index (self->groups, i);

    if (group->name != NULL)
      g_ptr_array_add (known, group->name);
  }
  for (guint i = 0; i < self->entries->len; i++)
    g_ptr_array_add (known, ((RjRosterEntry *) g_ptr_array_index (self->entries, i))->name);
  g_ptr_array_add (known, NULL);
  near = rj_nearest_word (name, (const char *const *) known->pdata);
  if (near == NULL)
    near = g_ptr_array_index (known, 0);
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE,
               "subscribe: there is no group or participant \"%s\"; did you mean \"%s\"?", name,
               near);
  return FALSE;
}

static gboolean
check_listed (const RjRoster *self, const RjGroup *group, GError **error)
{
  for (guint i = 0; i < group->listed->len; i++) {
    const char *name = g_ptr_array_index (group->listed, i);

    if (!has_group (self, name) && rj_roster_find_name (self, name) == NULL)
      return fail_unknown (self, name, error);
  }
  return TRUE;
}

gboolean
rj_roster_wants_all (const RjRosterEntry *entry)
{
  return entry->group->subscribe == RJ_SUBSCRIBE_ALL ||
         entry->group->subscribe == RJ_SUBSCRIBE_UNSET;
}

gboolean
rj_roster_wants (const RjRoster *self, const RjRosterEntry *entry, const char *publisher)
{
  const RjRosterEntry *other;

  if (rj_roster_wants_all (entry))
    return TRUE;
  if (entry->group->subscribe == RJ_SUBSCRIBE_NONE)
    return FALSE;
  other = rj_roster_find (self, entry->session, publisher);
  for (guint i = 0; other != NULL && i < entry->group->listed->len; i++) {
    const char *listed = g_ptr_array_index (entry->group->listed, i);

    if (g_str_equal (listed, other->name) || g_strcmp0 (listed, other->group->name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* --- all of them --- */

static gboolean
fill_roster (RjRoster *self, const GPtrArray *roles, const char *run, GError **error)
{
  for (guint i = 0; i < self->groups->len; i++) {
    if (!add_group (self, g_ptr_array_index (self->groups, i), roles, run, error)) {
      g_prefix_error (error, "participants[%u].", i);
      return FALSE;
    }
  }
  for (guint i = 0; i < self->groups->len; i++) {
    if (!check_listed (self, g_ptr_array_index (self->groups, i), error)) {
      g_prefix_error (error, "participants[%u].", i);
      return FALSE;
    }
  }
  return TRUE;
}

RjRoster *
rj_roster_new (GPtrArray *groups, const GPtrArray *roles, const char *run, GError **error)
{
  g_autoptr (RjRoster) self = g_new0 (RjRoster, 1);

  self->groups = g_ptr_array_ref (groups);
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) entry_free);
  self->sessions = g_ptr_array_new_with_free_func (g_free);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->names = rj_names_new ();
  return fill_roster (self, roles, run, error) ? g_steal_pointer (&self) : NULL;
}

void
rj_roster_free (RjRoster *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_name);
  rj_names_unref (self->names);
  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->sessions);
  g_ptr_array_unref (self->groups);
  g_free (self);
}

const RjRosterEntry *
rj_roster_find (const RjRoster *self, const char *session, const char *name)
{
  const RjRosterEntry *entry = rj_roster_find_name (self, name);

  return entry != NULL && g_str_equal (entry->session, session) ? entry : NULL;
}

const RjRosterEntry *
rj_roster_find_name (const RjRoster *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

const RjRosterEntry *
rj_roster_find_moderator (const RjRoster *self, const RjRosterEntry *entry)
{
  for (guint i = 0; i < self->entries->len; i++) {
    const RjRosterEntry *other = g_ptr_array_index (self->entries, i);

    if (other != entry && !other->elsewhere && g_str_equal (other->session, entry->session) &&
        g_strcmp0 (other->role, "MODERATOR") == 0)
      return other;
  }
  return NULL;
}

char *
rj_roster_list_names (const RjRoster *self)
{
  GString *list = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < self->entries->len && n <= NAMES_SHOWN; i++) {
    const RjRosterEntry *entry = g_ptr_array_index (self->entries, i);

    if (!entry->elsewhere)
      g_string_append_printf (list, "%s%s", n == 0 ? "" : ", ",
                              n < NAMES_SHOWN ? entry->name : "…");
    n += !entry->elsewhere;
  }
  return g_string_free (list, FALSE);
}

guint
rj_roster_count_own (const RjRoster *self)
{
  guint n = 0;

  for (guint i = 0; i < self->entries->len; i++)
    n += !((RjRosterEntry *) g_ptr_array_index (self->entries, i))->elsewhere;
  return n;
}

gint64
rj_roster_get_ramp_us (const RjRoster *self)
{
  gint64 last_us = 0;

  for (guint i = 0; i < self->entries->len; i++)
    last_us = MAX (last_us, ((RjRosterEntry *) g_ptr_array_index (self->entries, i))->start_us);
  return last_us;
}

gboolean
rj_roster_has_roles (const RjRoster *self)
{
  for (guint i = 0; i < self->entries->len; i++) {
    if (((RjRosterEntry *) g_ptr_array_index (self->entries, i))->role != NULL)
      return TRUE;
  }
  return FALSE;
}

/* Returns: (transfer full) (nullable): NULL: everybody */
static JsonArray *
list_seen (const RjRoster *self, const RjRosterEntry *entry)
{
  JsonArray *names;

  if (rj_roster_wants_all (entry))
    return NULL;
  names = json_array_new ();
  for (guint i = 0; i < self->entries->len; i++) {
    const RjRosterEntry *other = g_ptr_array_index (self->entries, i);

    if (other != entry && other->publishes && rj_roster_wants (self, entry, other->name))
      json_array_add_string_element (names, other->name);
  }
  return names;
}

JsonArray *
rj_roster_to_json (const RjRoster *self)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < self->entries->len; i++) {
    const RjRosterEntry *entry = g_ptr_array_index (self->entries, i);
    JsonArray *seen;
    JsonObject *object;

    if (entry->elsewhere)
      continue;
    seen = list_seen (self, entry);
    object = rj_json_build ("name", 's', entry->name, "session", 's', entry->session, "number", 'i',
                            (gint64) entry->number, "group", 's', entry->group->name, "publishes",
                            'b', entry->publishes, NULL);

    if (!g_str_equal (entry->pattern, entry->name))
      json_object_set_string_member (object, "client_data", entry->pattern);
    if (seen != NULL)
      json_object_set_array_member (object, "sees", seen);
    json_array_add_object_element (list, object);
  }
  return list;
}
