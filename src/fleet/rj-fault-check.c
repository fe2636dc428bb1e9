#include "rj-fault-check.h"

#include "rj-error.h"

static gboolean
has_group (const RjRoster *roster, const char *name)
{
  for (guint i = 0; i < roster->groups->len; i++) {
    if (g_strcmp0 (((RjGroup *) g_ptr_array_index (roster->groups, i))->name, name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* A participant's name wins over a group's, and a group's over "all". */
static gboolean
is_meant (const RjRoster *roster, const RjRosterEntry *entry, const char *target)
{
  if (target == NULL)
    return g_str_equal (entry->session, g_ptr_array_index (roster->sessions, 0));
  if (rj_roster_find_name (roster, target) != NULL)
    return g_str_equal (entry->name, target);
  if (has_group (roster, target))
    return g_strcmp0 (entry->group->name, target) == 0;
  return g_str_equal (target, "all");
}

GStrv
rj_fault_select (const RjRoster *roster, const char *target)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gboolean any = FALSE;

  for (guint i = 0; i < roster->entries->len; i++) {
    const RjRosterEntry *entry = g_ptr_array_index (roster->entries, i);

    if (entry->elsewhere || !is_meant (roster, entry, target))
      continue;
    g_strv_builder_add (builder, entry->name);
    any = TRUE;
  }
  return any ? g_strv_builder_end (builder) : NULL;
}

static gboolean
check_one (const RjFault *self, const RjFaultGround *ground, const char *name, GError **error)
{
  const RjRosterEntry *entry = rj_roster_find_name (ground->roster, name);

  if (rj_fault_needs_moderator (self) && rj_roster_find_moderator (ground->roster, entry) == NULL)
    return rj_error_refuse (error, "nobody else there may do that; add --role MODERATOR:NAME");
  if (entry->publishes || self->kind < RJ_FAULT_PUBLISH || self->kind > RJ_FAULT_UNMUTE)
    return TRUE;
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "%s does not publish", entry->name);
  return FALSE;
}

static gboolean
check_people (const RjFault *self, const RjFaultGround *ground, GError **error)
{
  gboolean one = rj_fault_needs_moderator (self);
  g_auto (GStrv) names = rj_fault_select (ground->roster, self->target);
  g_autofree char *list = NULL;

  if (names == NULL || (one && rj_roster_find_name (ground->roster, self->target) == NULL)) {
    list = rj_roster_list_names (ground->roster);
    g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "there is no participant \"%s\"; there are: %s%s",
                 self->target, list, one ? "" : "; or write all");
    return FALSE;
  }
  for (guint i = 0; names[i] != NULL; i++) {
    if (!check_one (self, ground, names[i], error))
      return FALSE;
  }
  return TRUE;
}

gboolean
rj_fault_check (const RjFault *self, const RjFaultGround *ground, GError **error)
{
  if (rj_fault_names_people (self) && !check_people (self, ground, error))
    return FALSE;
  if (rj_fault_needs_embedded (self) && !ground->embedded)
    return rj_error_refuse (error,
                            "only the embedded cluster can do that; for your own deployment give a "
                            "command, such as --fault 'run:docker kill kms-1@5s'");
  if (rj_fault_needs_masters (self) && ground->masters < 2)
    return rj_error_refuse (
      error, "nobody could come back from the loss of the only master; add --masters 2, "
             "or give restart-master");
  return TRUE;
}
