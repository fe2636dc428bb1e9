/* An event sink that remembers everything, and answers questions of tests about it. */
#pragma once

#include "rj-event.h"

G_BEGIN_DECLS

#define RJT_TYPE_HISTORY (rjt_history_get_type ())
G_DECLARE_FINAL_TYPE (RjtHistory, rjt_history, RJT, HISTORY, GObject)

RjtHistory *rjt_history_new (void);
void rjt_history_clear (RjtHistory *self);

guint rjt_history_count (RjtHistory *self, const char *type);

/* Of those whose data member @name is the text @value */
guint
rjt_history_count_where (RjtHistory *self, const char *type, const char *name, const char *value);

/* Returns: (transfer none) (nullable): the @nth event of that type, from 0 */
const RjEvent *rjt_history_find (RjtHistory *self, const char *type, guint nth);

/* Returns: (transfer none) (nullable): the last one of that type */
const RjEvent *rjt_history_find_last (RjtHistory *self, const char *type);

/* Returns: a text of data, "" when absent */
const char *rjt_event_get_text (const RjEvent *event, const char *name);

/* Asserts that events of these types occurred in this order, with others in between. Ended by NULL. */
void rjt_history_expect_order (RjtHistory *self, const char *first, ...) G_GNUC_NULL_TERMINATED;

/* Returns: (transfer full): a line per event, for messages of failed tests */
char *rjt_history_to_text (RjtHistory *self);

G_END_DECLS
