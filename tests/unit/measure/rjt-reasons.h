/* For each reason of a verdict: stories in which it must be the reason, and beside each one, as like as can be, in
 * which it must not. Pieces of such stories. */
#pragma once

#include "rj-reason.h"
#include "rjt-fault-stories.h"

G_BEGIN_DECLS

typedef struct {
  RjReason reason;
  void (*tell) (RjtStory *story, gboolean fires);
  RjReason otherwise;
} RjtReasonRow;

extern const RjtReasonRow rjt_run_reasons[];
extern const guint rjt_n_run_reasons;
extern const RjtReasonRow rjt_overload_reasons[];
extern const guint rjt_n_overload_reasons;
extern const RjtReasonRow rjt_problem_reasons[]; /* of participants */
extern const guint rjt_n_problem_reasons;

/* 1.5 s after the start */
void rjt_tell_overload (RjtStory *story);
/* The run that has been told first is one with --on-overload warn */
void rjt_warn_of_overload (RjtStory *story);
/* One more expectation of the run that has been told first */
void rjt_expect (RjtStory *story, const char *text);
/* A node is killed, and a sees b never again. */
void rjt_tell_dark (RjtStory *story, double end_ms, const char *reason);

G_END_DECLS
