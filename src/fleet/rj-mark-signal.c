#include "rj-mark-signal.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

struct _RjMarkSignal {
  int pipe[2];
  guint source;
  RjMarkSignalFunc func;
  gpointer user_data;
};

/* What the handler writes to, which may run in any thread at any moment; -1: nowhere */
static volatile sig_atomic_t writing_end = -1;

/* Only calls that are safe in a handler (signal-safety(7)) */
static void
on_signal (int number)
{
  int saved = errno;
  struct timespec now;
  gint64 us;

  if (writing_end >= 0 && clock_gettime (CLOCK_MONOTONIC, &now) == 0) {
    us = (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
    /* less than PIPE_BUF: whole, or not at all when thousands are waiting */
    if (write (writing_end, &us, sizeof us) < 0)
      errno = 0;
  }
  errno = saved;
}

static gboolean
on_readable (int fd, GIOCondition condition, gpointer user_data)
{
  RjMarkSignal *self = user_data;
  gint64 us;

  if (read (fd, &us, sizeof us) == sizeof us)
    self->func (us, self->user_data);
  return G_SOURCE_CONTINUE;
}

RjMarkSignal *
rj_mark_signal_new (RjMarkSignalFunc func, gpointer user_data, GError **error)
{
  struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
  RjMarkSignal *self;
  int pipe[2];

  if (!g_unix_open_pipe (pipe, FD_CLOEXEC, error) ||
      !g_unix_set_fd_nonblocking (pipe[0], TRUE, error) ||
      !g_unix_set_fd_nonblocking (pipe[1], TRUE, error))
    return NULL;
  self = g_new0 (RjMarkSignal, 1);
  self->pipe[0] = pipe[0];
  self->pipe[1] = pipe[1];
  self->func = func;
  self->user_data = user_data;
  self->source = g_unix_fd_add (pipe[0], G_IO_IN, on_readable, self);
  writing_end = pipe[1];
  sigaction (SIGUSR1, &action, NULL);
  return self;
}

void
rj_mark_signal_free (RjMarkSignal *self)
{
  if (self == NULL)
    return;
  signal (SIGUSR1, SIG_IGN);
  writing_end = -1;
  g_source_remove (self->source);
  close (self->pipe[0]);
  close (self->pipe[1]);
  g_free (self);
}
