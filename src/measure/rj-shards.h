/* Whether the logs that a run consists of fit together, where several processes have made it. Private to measure. */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

/* What is missing, or there twice. Returns: (transfer full) (nullable): a sentence; NULL: nothing */
char *rj_shards_find_missing (const RjFacts *facts);

/* A fault that one of them did not live through together with all others. Returns: (transfer full) (nullable): a sentence */
char *rj_shards_find_apart (const RjFacts *facts);

/* Of one shard alone. Returns: (transfer full) (nullable): a warning that its verdict is not that of the run */
char *rj_shards_find_others (const RjFacts *facts);

G_END_DECLS
