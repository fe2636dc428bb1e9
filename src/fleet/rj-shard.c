#include "rj-shard.h"

#include <string.h>

#include "rj-error.h"
#include "rj-fault-check.h"

#define RUN_ID_MAX 64

gboolean
rj_shard_parse (const char *text, RjShard *shard, GError **error)
{
  g_auto (GStrv) parts = g_strsplit (text, "/", 3);
  guint64 number = 0, of = 0;

  if (g_strv_length (parts) != 2 ||
      !g_ascii_string_to_unsigned (parts[0], 10, 1, RJ_SHARDS_MAX, &number, NULL) ||
      !g_ascii_string_to_unsigned (parts[1], 10, 1, RJ_SHARDS_MAX, &of, NULL) || number > of)
    return rj_error_refuse (error, "write which of how many, such as 1/3, 2/3 and 3/3");
  *shard = (RjShard){ number, of };
  return TRUE;
}

/* @i: of a participant, from 0 */
static gboolean
has (const RjShard *self, guint i)
{
  return self->of == 0 || i % self->of == self->number - 1;
}

guint
rj_shard_count (const RjShard *self, guint n)
{
  return self->of == 0 ? n : (n + self->of - self->number) / self->of;
}

void
rj_shard_take_share (const RjShard *self, RjRoster *roster)
{
  for (guint i = 0; i < roster->entries->len; i++)
    ((RjRosterEntry *) g_ptr_array_index (roster->entries, i))->elsewhere = !has (self, i);
}

static gboolean
is_own_step (const RjShard *self, const RjFault *step, const RjRoster *roster)
{
  g_auto (GStrv) names = NULL;

  if (!rj_fault_names_people (step))
    return self->number == 1;
  names = rj_fault_select (roster, step->target);
  return names != NULL;
}

GPtrArray *
rj_shard_select_steps (const RjShard *self, GPtrArray *steps, const RjRoster *roster)
{
  GPtrArray *own;

  if (self->of == 0)
    return g_ptr_array_ref (steps);
  own = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_fault_free);
  for (guint i = 0; i < steps->len; i++)
    if (is_own_step (self, g_ptr_array_index (steps, i), roster))
      g_ptr_array_add (own, rj_fault_copy (g_ptr_array_index (steps, i)));
  return own;
}

gboolean
rj_shard_check_step (const RjFault *step, GError **error)
{
  if (step->kind == RJ_FAULT_EXPECT_RECOVERED)
    return rj_error_refuse (
      error, "no shard can say that everybody is back; with --shard leave it out, and "
             "let --within and --expect judge the whole run");
  if (rj_fault_needs_moderator (step))
    return rj_error_refuse (
      error, "the moderator and the other one may be in different shards; with --shard "
             "leave it out");
  if (step->when != RJ_FAULT_AT && step->when != RJ_FAULT_ON_DEMAND)
    return rj_error_refuse (
      error, "a shard does not know of the steps of the others; with --shard count the "
             "time from when everybody flows, such as 5s");
  return TRUE;
}

gboolean
rj_run_id_check (const char *id, GError **error)
{
  gsize length = strlen (id);

  if (length > 0 && length <= RUN_ID_MAX &&
      strspn (id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_") == length)
    return TRUE;
  return rj_error_refuse (
    error, "write letters, digits, - and _, up to 64 of them: the id stands in names of "
           "sessions");
}
