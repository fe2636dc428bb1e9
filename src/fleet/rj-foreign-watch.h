/* Counts the publishers that are not ours and that each participant sees. Implements RjEventSink. Home
 * thread only. */
#pragma once

#include "rj-event.h"
#include "rj-roster.h"

G_BEGIN_DECLS

#define RJ_TYPE_FOREIGN_WATCH (rj_foreign_watch_get_type ())
G_DECLARE_FINAL_TYPE (RjForeignWatch, rj_foreign_watch, RJ, FOREIGN_WATCH, GObject)

RjForeignWatch *rj_foreign_watch_new (void);

/* Whether every participant of @roster who subscribes to everybody has seen a picture of at least @n of them */
gboolean rj_foreign_watch_has (RjForeignWatch *self, const RjRoster *roster, guint n);

G_END_DECLS
