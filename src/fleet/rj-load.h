/* How busy this machine is, and what the kernel has dropped on its way to us: read from /proc. Any one thread.
 * What cannot be read is unknown (-1), never an error. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RjLoad RjLoad;

typedef struct {
  double own_percent;     /* processor time of this process, of one processor */
  double machine_percent; /* of all processors, everybody's; -1: unknown */
  gint64 receive_drops; /* datagrams that did not fit into the queues of our sockets; -1: unknown */
  double memory_mb;     /* resident, of this process; -1: unknown */
  int threads;          /* of this process; -1: unknown */
  int files;            /* open descriptors of this process; -1: unknown */
} RjLoadSample;

/* @proc: "/proc", or a folder of a test. Returns: (transfer full) */
RjLoad *rj_load_new (const char *proc);
void rj_load_free (RjLoad *self);

/* Since the last sample, or since the beginning. */
void rj_load_take (RjLoad *self, gint64 now_us, RjLoadSample *sample);

G_END_DECLS
