/* Waiting for facts, never for time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RJT_WAIT_LIMIT_S 20

static inline gboolean
rjt_wait_expired (gpointer flag)
{
  *(gboolean *) flag = TRUE;
  return G_SOURCE_CONTINUE;
}

/* Runs the main context until @condition holds; fails the test when it does not within 20 s */
#define rjt_wait_until(condition)                                                                  \
  do {                                                                                             \
    gboolean rjt_expired = FALSE;                                                                  \
    guint rjt_source = g_timeout_add_seconds (RJT_WAIT_LIMIT_S, rjt_wait_expired, &rjt_expired);   \
                                                                                                   \
    while (!(condition) && !rjt_expired)                                                           \
      g_main_context_iteration (NULL, TRUE);                                                       \
    g_source_remove (rjt_source);                                                                  \
    if (rjt_expired)                                                                               \
      g_error ("%s:%d: waited in vain for: %s", __FILE__, __LINE__, #condition);                   \
  } while (0)

G_END_DECLS
