/* How a media node runs. Plain struct. */
#pragma once

#include <glib.h>

#include "rj-clock.h"

G_BEGIN_DECLS

#define RJ_NODE_DEFAULT_THREADS 2

typedef struct {
  guint port;              /* 0: any */
  gboolean loopback_only;  /* ICE candidates on 127.0.0.1 only */
  gboolean black_pictures; /* the quirk */
  guint n_threads;         /* of media; 0: RJ_NODE_DEFAULT_THREADS */
  RjClock *clock; /* (nullable): the real one. Of the control side; media always use the real one */
} RjNodeConfig;

G_END_DECLS
