/* Writes events as JSON lines: one event, one line, one write(2), so that a crash tears no line apart.
 * Home thread only. */
#pragma once

#include "rj-event.h"

G_BEGIN_DECLS

#define RJ_TYPE_EVENT_LOG (rj_event_log_get_type ())
G_DECLARE_FINAL_TYPE (RjEventLog, rj_event_log, RJ, EVENT_LOG, GObject)

/* @path: a file, created or truncated; "-" is stdout. @run: the run's id, in every line.
 * Returns: (transfer full) (nullable): NULL with RJ_ERROR_ENVIRONMENT when the file cannot be opened */
RjEventLog *rj_event_log_new (const char *path, const char *run, GError **error);

/* The same onto a descriptor that is open already, for instance a pipe. @fd: (transfer full) */
RjEventLog *rj_event_log_new_for_fd (int fd, const char *run);

/* What follows is of another run; its lines are counted from 0 again. */
void rj_event_log_set_run (RjEventLog *self, const char *run);

/* A full disk: the lines written so far stay valid (a torn line is cut off), later events are counted and
 * not written. Returns: (nullable) (transfer none): the first error that occurred */
const GError *rj_event_log_get_error (RjEventLog *self);
guint64 rj_event_log_get_n_lost (RjEventLog *self);

G_END_DECLS
