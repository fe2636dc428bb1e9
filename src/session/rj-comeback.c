#include "rj-comeback.h"

RjComeback *
rj_comeback_new (void)
{
  RjComeback *self = g_new0 (RjComeback, 1);

  self->missing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->gone = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
rj_comeback_free (RjComeback *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->missing);
  g_hash_table_unref (self->gone);
  g_free (self);
}

void
rj_comeback_begin (RjComeback *self, const char *cause, RjAttempt *attempt, gint64 deadline_us)
{
  self->rejoin = TRUE;
  self->flowed = FALSE;
  self->cause = g_intern_string (cause);
  self->tries = 0;
  self->failures = 0;
  self->dead_tries = 0;
  self->deadline_us = deadline_us;
  if (attempt != NULL)
    rj_comeback_expect (self, attempt);
}

static gboolean
is_gone (gpointer name, gpointer unused, gpointer self)
{
  return g_hash_table_contains (((RjComeback *) self)->gone, name);
}

void
rj_comeback_expect (RjComeback *self, RjAttempt *attempt)
{
  rj_attempt_list_names (attempt, self->missing);
  g_hash_table_foreach_remove (self->missing, is_gone, self);
}

static gboolean
is_seen (gpointer name, gpointer unused, gpointer attempt)
{
  return rj_attempt_sees (attempt, name);
}

gboolean
rj_comeback_check (RjComeback *self, RjAttempt *attempt)
{
  if (!self->rejoin)
    return FALSE;
  g_hash_table_foreach_remove (self->missing, is_seen, attempt);
  if (rj_attempt_get_state (attempt) != RJ_ATTEMPT_FLOWING || g_hash_table_size (self->missing) > 0)
    return FALSE;
  self->rejoin = FALSE;
  return TRUE;
}

void
rj_comeback_forget (RjComeback *self, const char *name)
{
  g_hash_table_remove (self->missing, name);
  g_hash_table_add (self->gone, g_strdup (name));
}
