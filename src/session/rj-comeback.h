/* The book of one way into the session or back into it: why, since when, how many tries, who is still
 * missing. Plain; owned by a participant. Home thread only. */
#pragma once

#include "rj-attempt.h"

G_BEGIN_DECLS

typedef struct {
  gboolean
    rejoin; /* FALSE: the first join. TRUE: rejoin-started was emitted, rejoin-ended not yet */
  gboolean flowed;   /* the present attempt has flowed; only others are missing yet */
  const char *cause; /* (nullable) interned */
  guint tries;       /* token + join cycles begun */
  guint failures;    /* since something worked last */
  guint dead_tries;  /* joined after silence, but nothing flowed */
  gint64 deadline_us;
  GHashTable *missing; /* set of names of ours that flowed before and do not yet again */
  GHashTable *gone;    /* set of names of ours that will not come back */
} RjComeback;

RjComeback *rj_comeback_new (void);
void rj_comeback_free (RjComeback *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjComeback, rj_comeback_free)

/* A new rejoin. @attempt: (nullable): whom it saw, is missing now */
void
rj_comeback_begin (RjComeback *self, const char *cause, RjAttempt *attempt, gint64 deadline_us);

/* Whom @attempt sees, is missing from now on, too. */
void rj_comeback_expect (RjComeback *self, RjAttempt *attempt);

/* Returns: whether this was the moment when all are back (once per rejoin) */
gboolean rj_comeback_check (RjComeback *self, RjAttempt *attempt);

/* @name will not come back: nobody waits for it any more, also after a later loss. */
void rj_comeback_forget (RjComeback *self, const char *name);

G_END_DECLS
