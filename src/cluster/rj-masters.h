/* The OpenVidu servers of the embedded cluster: one with an address of its own, or several behind a front, as
 * processes. Home thread only. For the supervisor. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "rj-clock.h"
#include "rj-event.h"
#include "rj-supervisor.h"

G_BEGIN_DECLS

#define RJ_TYPE_MASTERS (rj_masters_get_type ())
G_DECLARE_FINAL_TYPE (RjMasters, rj_masters, RJ, MASTERS, GObject)

/* Signals:
 *   "ready" ()                       all of them listen, for the first time
 *   "failed" (const GError *error)   one ended before it was ready, or the only one ended by itself
 *   "ended" ()                       one ended
 *   "event" (RjEvent *event)         one told something
 *
 * @config: outlives this object. Returns: (transfer full) */
RjMasters *rj_masters_new (const RjSupervisorConfig *config, RjClock *clock, RjEventSink *events);

/* @media_nodes: (transfer full): control URLs */
gboolean rj_masters_start (RjMasters *self, JsonArray *media_nodes, GError **error);

/* Asks all to end, or with @kill makes them. "ended" tells. */
void rj_masters_stop (RjMasters *self, gboolean kill);
gboolean rj_masters_is_running (RjMasters *self); /* any of them */

/* @what: "kill-master", "freeze-master", "thaw-master", "restart-master", "roll-master". @target: "0", "1", …, "same" as the
 * last one, or "session:<id>": the one that has that session. @ret_master: (out) (optional): which it was */
gboolean rj_masters_do_fault (
  RjMasters *self, const char *what, const char *target, int *ret_master, GError **error);

const char *rj_masters_get_url (RjMasters *self); /* after "ready" */
guint rj_masters_count (RjMasters *self);
GPid rj_masters_get_pid (RjMasters *self, guint master); /* 0: not running */
guint rj_masters_get_port (RjMasters *self, guint master);

G_END_DECLS
