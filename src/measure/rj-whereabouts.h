/* Who is in which of the server's sessions. Private to measure. One thread. */
#pragma once

#include "rj-facts.h"

G_BEGIN_DECLS

/* Of a participant whose last join led into another session of the server than it ought to have: fills in strayed_to
 * and belongs_to. Right is the session that bears the planned name, where anybody at all was in one that bears
 * its planned name; else (the app server makes up its own) the one in which most of the same planned session are.
 * @result: has all participants of @facts, in that order */
void rj_whereabouts_find (const RjFacts *facts, RjResult *result);

G_END_DECLS
