/* Another process of this program: a child that dies with its parent and talks in JSON lines.
 *
 * The child inherits a pipe as file descriptor RJ_PROCESS_EVENTS_FD, on which it writes lines, and reads
 * lines from its standard input. It is in a process group of its own (a terminal's Ctrl-C reaches only the
 * parent) and gets SIGKILL when the parent's main thread ends, however that happens: also a frozen child
 * does not outlive its parent. Home thread only; spawn from the main thread. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define RJ_PROCESS_EVENTS_FD 3

#define RJ_TYPE_PROCESS (rj_process_get_type ())
G_DECLARE_FINAL_TYPE (RjProcess, rj_process, RJ, PROCESS, GObject)

/* Signals: "line" (JsonObject *line); "ended" (int wait_status), emitted once, after the last line.
 *
 * @arguments: after the program's own name. Returns: (transfer full) (nullable) */
RjProcess *rj_process_spawn (const char *const *arguments, GError **error);

GPid rj_process_get_pid (RjProcess *self);
gboolean rj_process_is_running (RjProcess *self);

/* @signal_number: for instance SIGKILL. FALSE: it has ended already */
gboolean rj_process_send_signal (RjProcess *self, int signal_number);

/* @line: (transfer none) */
gboolean rj_process_write_line (RjProcess *self, JsonObject *line, GError **error);

G_END_DECLS
