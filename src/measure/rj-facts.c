#include "rj-facts.h"

#include "rj-ghosts.h"

/* behind those of run-started */
#define RJ_RANK_UNPLANNED 1000000

gpointer
rj_stamped_insert (GArray *array, gconstpointer value)
{
  guint at = rj_stamped_count (array, *(const gint64 *) value);

  g_array_insert_vals (array, at, value, 1);
  return array->data + (gsize) at * g_array_get_element_size (array);
}

void
rj_stamped_insert_pointer (GPtrArray *array, gpointer value)
{
  g_ptr_array_insert (array, rj_stamped_count_pointers (array, *(gint64 *) value), value);
}

/* Both search from the end: what comes in is nearly in order. */
guint
rj_stamped_count (const GArray *array, gint64 us)
{
  gsize size = g_array_get_element_size ((GArray *) array);
  guint n = array->len;

  while (n > 0 && *(const gint64 *) (gconstpointer) (array->data + (n - 1) * size) > us)
    n--;
  return n;
}

guint
rj_stamped_count_pointers (const GPtrArray *array, gint64 us)
{
  guint n = array->len;

  while (n > 0 && *(const gint64 *) g_ptr_array_index (array, n - 1) > us)
    n--;
  return n;
}

gint64
rj_stamped_next (const GArray *array, gint64 us)
{
  guint at = rj_stamped_count (array, us);
  gsize size = g_array_get_element_size ((GArray *) array);

  if (at == array->len)
    return G_MAXINT64;
  return *(const gint64 *) (gconstpointer) (array->data + (gsize) at * size);
}

static void
edge_free (gpointer data)
{
  RjEdge *self = data;

  g_free (self->from);
  g_ptr_array_unref (self->peers);
  g_array_unref (self->marks);
  g_array_unref (self->gaps);
  g_free (self);
}

static void
member_free (gpointer data)
{
  RjMember *self = data;

  g_free (self->name);
  g_free (self->failure);
  g_free (self->last_error);
  g_free (self->connection);
  g_clear_pointer (&self->sees, g_hash_table_unref);
  g_hash_table_unref (self->edges_by_from);
  g_ptr_array_unref (self->edges);
  g_ptr_array_unref (self->publications);
  g_ptr_array_unref (self->attempts);
  g_array_unref (self->rejoin_starts);
  g_array_unref (self->resumes);
  g_array_unref (self->taken);
  g_array_unref (self->reconnected);
  g_array_unref (self->waits);
  g_array_unref (self->firings);
  g_array_unref (self->evictions);
  g_array_unref (self->notices);
  g_array_unref (self->presence);
  g_array_unref (self->removals);
  g_free (self);
}

static void
fault_clear (gpointer data)
{
  RjFaultFacts *self = data;

  g_free (self->error);
  g_free (self->output);
  g_free (self->hit_session);
}

RjFacts *
rj_facts_new (void)
{
  RjFacts *self = g_new0 (RjFacts, 1);

  self->store = rj_store_new ();
  self->within_ms = 15000;
  self->members_by_name = g_hash_table_new (g_str_hash, g_str_equal);
  self->names = rj_names_new ();
  self->members = g_ptr_array_new_with_free_func (member_free);
  self->faults = g_ptr_array_new_with_free_func (fault_clear);
  self->placements = g_array_new (FALSE, FALSE, sizeof (RjPlacement));
  self->crashes = g_array_new (FALSE, FALSE, sizeof (RjCrash));
  self->checks = g_array_new (FALSE, FALSE, sizeof (RjStepCheck));
  self->census = rj_census_facts_new ();
  self->samples = g_array_new (FALSE, FALSE, sizeof (RjSelfSample));
  self->shards = g_array_new (FALSE, FALSE, sizeof (RjShardFacts));
  self->expectations = g_ptr_array_new_with_free_func (g_free);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
rj_facts_free (RjFacts *self)
{
  if (self == NULL)
    return;
  g_free (self->run);
  g_free (self->name);
  g_free (self->repetition.series);
  g_free (self->ended_reason);
  g_free (self->ended_error);
  g_free (self->overload);
  g_hash_table_unref (self->members_by_name);
  rj_names_unref (self->names);
  g_ptr_array_unref (self->members);
  g_ptr_array_unref (self->faults);
  g_array_unref (self->placements);
  g_array_unref (self->crashes);
  g_array_unref (self->checks);
  rj_census_facts_free (self->census);
  g_array_unref (self->samples);
  g_array_unref (self->shards);
  g_ptr_array_unref (self->expectations);
  g_ptr_array_unref (self->warnings);
  rj_store_free (self->store);
  g_free (self);
}

RjMember *
rj_facts_find_member (const RjFacts *self, const char *name)
{
  return g_hash_table_lookup (self->members_by_name, name);
}

RjMember *
rj_facts_ensure_member (RjFacts *self, const char *name)
{
  RjMember *member = rj_facts_find_member (self, name);

  if (member != NULL)
    return member;
  member = g_new0 (RjMember, 1);
  member->store = self->store;
  member->name = g_strdup (name);
  member->rank = RJ_RANK_UNPLANNED + self->members->len;
  member->publishes = -1;
  member->state = g_intern_static_string ("idle");
  member->attempts = g_ptr_array_new ();
  member->publications = g_ptr_array_new ();
  member->edges = g_ptr_array_new_with_free_func (edge_free);
  member->edges_by_from = g_hash_table_new (g_str_hash, g_str_equal);
  member->rejoin_starts = g_array_new (FALSE, FALSE, sizeof (RjRejoinStart));
  member->resumes = g_array_new (FALSE, FALSE, sizeof (RjResume));
  member->taken = g_array_new (FALSE, FALSE, sizeof (RjTaken));
  member->reconnected = g_array_new (FALSE, FALSE, sizeof (gint64));
  member->waits = g_array_new (FALSE, FALSE, sizeof (RjWait));
  member->firings = g_array_new (FALSE, FALSE, sizeof (RjFiring));
  member->notices = g_array_new (FALSE, FALSE, sizeof (RjNotice));
  member->evictions = g_array_new (FALSE, FALSE, sizeof (gint64));
  member->presence = g_array_new (FALSE, FALSE, sizeof (RjPresence));
  member->removals = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_ptr_array_add (self->members, member);
  g_hash_table_insert (self->members_by_name, member->name, member);
  return member;
}

RjEdge *
rj_member_find_edge (RjMember *self, const char *from)
{
  return g_hash_table_lookup (self->edges_by_from, from);
}

RjEdge *
rj_member_ensure_edge (RjMember *self, const char *from)
{
  RjEdge *edge = rj_member_find_edge (self, from);

  if (edge != NULL)
    return edge;
  edge = g_new0 (RjEdge, 1);
  edge->to = self;
  edge->from = g_strdup (from);
  edge->peers = g_ptr_array_new ();
  edge->marks = g_array_new (FALSE, FALSE, sizeof (RjMark));
  edge->gaps = g_array_new (FALSE, FALSE, sizeof (RjFrameGap));
  g_ptr_array_add (self->edges, edge);
  g_hash_table_insert (self->edges_by_from, edge->from, edge);
  return edge;
}

RjAttemptFacts *
rj_member_ensure_attempt (RjMember *self, guint number, gint64 us)
{
  RjAttemptFacts *attempt;

  for (guint i = self->attempts->len; i > 0; i--) {
    attempt = g_ptr_array_index (self->attempts, i - 1);
    if (number == 0 || attempt->number == number)
      return attempt;
  }
  attempt = rj_store_take (self->store, sizeof *attempt);
  attempt->us = us;
  attempt->number = number;
  rj_stamped_insert_pointer (self->attempts, attempt);
  return attempt;
}

RjAttemptFacts *
rj_member_find_attempt (RjMember *self, gint64 us)
{
  guint n = rj_stamped_count_pointers (self->attempts, us);

  return n == 0 ? NULL : g_ptr_array_index (self->attempts, n - 1);
}

RjPeerFacts *
rj_member_add_peer (RjMember *self, RjEdge *edge, RjAttemptFacts *attempt, gint64 us)
{
  RjPeerFacts *peer = rj_store_take (self->store, sizeof *peer);

  peer->us = us;
  peer->attempt = attempt;
  peer->edge = edge;
  rj_stamped_insert_pointer (edge == NULL ? self->publications : edge->peers, peer);
  return peer;
}

gint64
rj_facts_get_end (const RjFacts *self)
{
  return self->ended_us > 0 ? self->ended_us : self->last_us;
}

gint64
rj_member_get_end (const RjFacts *facts, const RjMember *self)
{
  gint64 end_us = rj_facts_get_end (facts);

  return self->left_us > 0 ? MIN (end_us, self->left_us) : end_us;
}

gint64
rj_member_get_first_published (const RjMember *self)
{
  return self->publications->len == 0
           ? 0
           : ((RjPeerFacts *) g_ptr_array_index (self->publications, 0))->us;
}

gboolean
rj_member_publishes (const RjMember *self)
{
  return self->publishes < 0 ? self->publications->len > 0 : self->publishes > 0;
}

gboolean
rj_member_sees (const RjMember *self, const char *name)
{
  return self->sees == NULL || g_hash_table_contains (self->sees, name);
}

RjCandidatePair
rj_facts_get_candidates (const GPtrArray *peers)
{
  for (guint i = peers->len; i > 0; i--) {
    const RjPeerFacts *peer = g_ptr_array_index (peers, i - 1);

    if (peer->ice_us != 0)
      return (RjCandidatePair){ peer->local, peer->remote };
  }
  return (RjCandidatePair){ NULL, NULL };
}

void
rj_member_settle_presence (RjMember *self)
{
  gint64 here_us = 0;

  self->left_us = self->failed_us = 0;
  for (guint i = 0; i < self->presence->len; i++) {
    const RjPresence *mark = &g_array_index (self->presence, RjPresence, i);
    gboolean removed = rj_stamped_next (self->removals, here_us) <= mark->us;
    gint64 *us = mark->kind == RJ_PRESENCE_FAILED && !removed ? &self->failed_us : &self->left_us;

    if (mark->kind == RJ_PRESENCE_HERE) {
      here_us = mark->us;
      self->left_us = self->failed_us = 0;
    } else if (*us == 0) {
      *us = mark->us;
    }
  }
}
