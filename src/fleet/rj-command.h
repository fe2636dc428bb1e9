/* Runs a shell command with a limit, and keeps what it printed. Home thread only. */
#pragma once

#include <gio/gio.h>

#include "rj-clock.h"

G_BEGIN_DECLS

typedef struct {
  int exit_code;      /* 128 + signal number when a signal ended it; -1: timed out */
  char *output;       /* stdout and stderr, the first 16 KiB, valid UTF-8 */
  gboolean timed_out; /* killed, with everything it had started in its process group */
} RjCommandResult;

void rj_command_result_free (RjCommandResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjCommandResult, rj_command_result_free)

/* A process that the command leaves behind in the background is not waited for. @cancellable kills like the
 * limit. */
void rj_command_run_async (const char *command,
                           gint64 limit_us,
                           RjClock *clock,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
/* Returns: (transfer full) (nullable): NULL when it could not be started */
RjCommandResult *rj_command_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
