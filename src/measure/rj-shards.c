#include "rj-shards.h"

/* So long after a fault everybody must still be there: what it does to media is seen by then, and who is not back when
 * its shard ends is not back. */
#define RJ_SHARD_STAY_US (2 * G_USEC_PER_SEC)

static guint
count (const RjFacts *facts, guint number)
{
  guint n = 0;

  for (guint i = 0; i < facts->shards->len; i++)
    n += g_array_index (facts->shards, RjShardFacts, i).number == number;
  return n;
}

static char *
find_number_missing (const RjFacts *facts, guint of)
{
  for (guint i = 0; i < facts->shards->len; i++) {
    const RjShardFacts *shard = &g_array_index (facts->shards, RjShardFacts, i);

    if (shard->of != of)
      return g_strdup_printf (
        "The logs are not of one run: one is of %u shards, another one of %u.", of, shard->of);
    if (count (facts, shard->number) > 1)
      return g_strdup_printf (
        "The logs are not of one run: shard %u has begun %u times; was the id "
        "of the run used twice?",
        shard->number, count (facts, shard->number));
  }
  for (guint number = 1; facts->wants_shards && number <= of; number++)
    if (count (facts, number) == 0)
      return g_strdup_printf ("The run is not whole: the log of shard %u of %u is missing.", number,
                              of);
  return NULL;
}

char *
rj_shards_find_missing (const RjFacts *facts)
{
  char *missing =
    facts->shards->len == 0
      ? NULL
      : find_number_missing (facts, g_array_index (facts->shards, RjShardFacts, 0).of);

  if (missing == NULL && facts->twice != NULL)
    return g_strdup_printf ("The logs are not of one run: %s takes part in two of them; was the id "
                            "of the run used twice?",
                            facts->twice);
  return missing;
}

char *
rj_shards_find_apart (const RjFacts *facts)
{
  for (guint i = 0; facts->n_started > 1 && i < facts->faults->len; i++) {
    const RjFaultFacts *fault = g_ptr_array_index (facts->faults, i);
    gint64 over_us = MAX (fault->us, fault->ended_us);

    if (rj_fault_is_harmless (fault->what))
      continue;
    if (fault->us < facts->flowing_us)
      return g_strdup_printf ("The fault %s began %.2f s before everybody flowed in all shards.",
                              fault->what, (facts->flowing_us - fault->us) / 1e6);
    if (facts->first_end_us < over_us + RJ_SHARD_STAY_US)
      return g_strdup_printf (
        "A shard ended %.2f s %s the fault %s; all must stay for at least 2 s.",
        ABS (facts->first_end_us - over_us) / 1e6,
        facts->first_end_us < over_us ? "before" : "after", fault->what);
  }
  return NULL;
}

char *
rj_shards_find_others (const RjFacts *facts)
{
  const RjShardFacts *shard =
    facts->shards->len == 1 ? &g_array_index (facts->shards, RjShardFacts, 0) : NULL;

  if (shard == NULL || shard->of < 2 || facts->wants_shards)
    return NULL;
  return g_strdup_printf ("this is shard %u of %u: what it says is of its own participants; the "
                          "verdict of the run is that of `rejoin report` over the logs of all",
                          shard->number, shard->of);
}
