/* What fuzzing begins with: pieces of the recorded conversations, and some packets. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *target; /* name of a target, or "packet": for rtp, forward and rtcp */
  GBytes *bytes;
} RjtFuzzSeed;

/* Returns: (transfer full): of RjtFuzzSeed, in the same order each time */
GPtrArray *rjt_fuzz_corpus_new (void);

/* One file per seed and target below @folder. */
void rjt_fuzz_corpus_write (const char *folder);

G_END_DECLS
