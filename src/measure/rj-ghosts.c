#include "rj-ghosts.h"

#include "rj-json.h"

RjCensusFacts *
rj_census_facts_new (void)
{
  RjCensusFacts *self = g_new0 (RjCensusFacts, 1);

  self->ghosts = g_array_new (FALSE, FALSE, sizeof (RjGhostFacts));
  return self;
}

void
rj_census_facts_free (RjCensusFacts *self)
{
  g_free (self->error);
  g_array_unref (self->ghosts);
  g_free (self);
}

/* --- events --- */

static RjGhostFacts *
ensure_ghost (RjFacts *self, const RjEvent *event)
{
  RjGhostFacts ghost = {
    .us = rj_json_get_int (event->data, "since_us", event->mono_us),
    .session = g_intern_string (event->session != NULL ? event->session : ""),
    .name = g_intern_string (event->participant != NULL ? event->participant : ""),
    .connection = g_intern_string (rj_json_get_string (event->data, "connection", "")),
  };
  GArray *ghosts = self->census->ghosts;

  for (guint i = ghosts->len; i > 0; i--) {
    RjGhostFacts *known = &g_array_index (ghosts, RjGhostFacts, i - 1);

    if (known->connection == ghost.connection && known->us == ghost.us)
      return known;
  }
  return rj_stamped_insert (ghosts, &ghost);
}

void
rj_facts_take_ghost_found (RjFacts *self, const RjEvent *event)
{
  RjGhostFacts *ghost = ensure_ghost (self, event);

  ghost->last_seen_us = MAX (ghost->last_seen_us, event->mono_us);
}

void
rj_facts_take_ghost_gone (RjFacts *self, const RjEvent *event)
{
  RjGhostFacts *ghost = ensure_ghost (self, event);

  ghost->gone_us = event->mono_us;
  ghost->last_seen_us = rj_json_get_int (event->data, "last_seen_us", ghost->last_seen_us);
}

/* Who is not gone was listed in the last answer. */
void
rj_facts_take_census (RjFacts *self, const RjEvent *event)
{
  RjCensusFacts *census = self->census;
  gint64 answered_us = rj_json_get_int (event->data, "answered_us", 0);

  census->n_asked = MAX (census->n_asked, (guint) rj_json_get_int (event->data, "asked", 0));
  census->n_answered =
    MAX (census->n_answered, (guint) rj_json_get_int (event->data, "answered", 0));
  census->answered_us = MAX (census->answered_us, answered_us);
  g_free (census->error);
  census->error = g_strdup (rj_json_get_string (event->data, "error", NULL));
  for (guint i = 0; i < census->ghosts->len; i++) {
    RjGhostFacts *ghost = &g_array_index (census->ghosts, RjGhostFacts, i);

    if (ghost->gone_us == 0)
      ghost->last_seen_us = MAX (ghost->last_seen_us, answered_us);
  }
}

/* --- the result --- */

static void
ghost_result_free (gpointer data)
{
  RjGhostResult *self = data;

  g_free (self->session);
  g_free (self->name);
  g_free (self->connection);
  g_free (self);
}

void
rj_census_result_clear (RjCensusResult *self)
{
  g_free (self->error);
  g_ptr_array_unref (self->ghosts);
}

static RjGhostResult *
conclude_ghost (const RjGhostFacts *ghost)
{
  RjGhostResult *result = g_new0 (RjGhostResult, 1);
  gint64 until_us = ghost->gone_us > 0 ? ghost->gone_us : ghost->last_seen_us;

  result->session = g_strdup (ghost->session);
  result->name = g_strdup (ghost->name);
  result->connection = g_strdup (ghost->connection);
  result->since_us = ghost->us;
  result->last_seen_us = ghost->last_seen_us;
  result->gone_us = ghost->gone_us;
  result->lifetime_ms = MAX (0, until_us - ghost->us) / 1000.0;
  return result;
}

void
rj_ghosts_conclude (const RjFacts *facts, RjResult *result)
{
  const RjCensusFacts *census = facts->census;

  result->census.n_asked = census->n_asked;
  result->census.n_answered = census->n_answered;
  result->census.answered_us = census->answered_us;
  result->census.error = g_strdup (census->error);
  result->census.ghosts = g_ptr_array_new_with_free_func (ghost_result_free);
  for (guint i = 0; i < census->ghosts->len; i++)
    g_ptr_array_add (result->census.ghosts,
                     conclude_ghost (&g_array_index (census->ghosts, RjGhostFacts, i)));
}
