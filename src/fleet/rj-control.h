/* HTTP control of a run, on the loopback: what it is doing, metrics, marks and faults. Home thread only.
 *
 *   GET /healthz   200 {"state": "watching"}
 *   GET /metrics   Prometheus, text exposition format 0.0.4; worked out at most once a second
 *   POST /mark     {"text": "…"}, plain text, ?text=… or nothing
 *   POST /fault    {"fault": "kill-media-node:1"}, plain text or ?fault=…: a fault of the list without a time, or the
 *                  name of a step of the plan. Never a command.
 *
 * Answers of POST are JSON; errors {"error": "…"}: 400 what was asked for is wrong, 403 it is not allowed, 404, 405,
 * 409 not now, 411 and 413 the body. A web page must not be able to do any of it: requests with an Origin are refused,
 * and those whose Host is not of the loopback (DNS rebinding). */
#pragma once

#include "rj-clock.h"

G_BEGIN_DECLS

typedef struct {
  const char *(*get_state) (gpointer user_data);
  /* Returns: (transfer full) */
  char *(*render_metrics) (gpointer user_data);
  /* @text: (nullable). @by: who asked, "http 127.0.0.1:41234" */
  void (*mark) (const char *text, const char *by, gpointer user_data);
  /* Errors: RJ_ERROR_USAGE: wrong; RJ_ERROR_REJECTED: not allowed. @index: (out) of the step in the events */
  gboolean (*fault) (
    const char *what, const char *by, guint *index, GError **error, gpointer user_data);
} RjControlFuncs;

#define RJ_CONTROL_WATCHING "watching" /* the state in which marks and faults are taken */

#define RJ_TYPE_CONTROL (rj_control_get_type ())
G_DECLARE_FINAL_TYPE (RjControl, rj_control, RJ, CONTROL, GObject)

/* What --control says: "PORT", or with an address of the loopback before it, "127.0.0.1:PORT". Errors:
 * RJ_ERROR_USAGE with the remedy, without the option's name */
gboolean rj_control_parse_port (const char *text, guint *port, GError **error);

/* Listens. @port: 0: any. @funcs: copied. Errors: RJ_ERROR_ENVIRONMENT */
RjControl *rj_control_new (
  guint port, RjClock *clock, const RjControlFuncs *funcs, gpointer user_data, GError **error);

/* Returns: (transfer none): "http://127.0.0.1:41233" */
const char *rj_control_get_url (RjControl *self);

G_END_DECLS
