/* What the server told ours of each other: what came twice, and what never came. Private to measure. */
#pragma once

#include "rj-taking.h"

G_BEGIN_DECLS

/* remote-joined, remote-published, remote-left */
void rj_taking_notice (const RjTaking *t);
void rj_taking_double_notice (const RjTaking *t);

/* Counts, and warns of what it found. */
void rj_notices_conclude (const RjFacts *facts, RjResult *result);

G_END_DECLS
