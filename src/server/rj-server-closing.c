#include "rj-server-closing.h"

#define SLOW_US (2 * (gint64) G_USEC_PER_SEC)

typedef struct {
  RjServerEndFunc func;
  gpointer user_data;
} Waiter;

typedef struct _RjServerClosing {
  RjServerSession *session; /* (unowned): owns this */
  RjTimer *timer;
  char *reason;
  gboolean remote;
  GQueue waiters; /* of Waiter */
} Closing;

static void
tell (GQueue *waiters, gboolean ended)
{
  Waiter *waiter;

  while ((waiter = g_queue_pop_head (waiters)) != NULL) {
    waiter->func (ended, waiter->user_data);
    g_free (waiter);
  }
}

void
rj_server_closing_free (Closing *self)
{
  if (self == NULL)
    return;
  rj_clock_cancel_timer (self->session->core->clock, &self->timer);
  tell (&self->waiters, FALSE);
  g_free (self->reason);
  g_free (self);
}

static void
on_closed (gpointer data)
{
  Closing *self = data;
  g_autoptr (RjServerSession) session = g_object_ref (self->session);
  GQueue waiters = self->waiters;

  self->timer = NULL;
  g_queue_init (&self->waiters);
  rj_server_session_end (session, self->reason, self->remote);
  tell (&waiters, TRUE);
}

void
rj_server_finish_closing (RjServerSession *session, const char *reason, gboolean remote)
{
  Closing *self;

  if (!(session->core->config->quirks & RJ_QUIRK_SLOW_CLOSE)) {
    rj_server_session_end (session, reason, remote);
    return;
  }
  self = g_new0 (Closing, 1);
  self->session = session;
  self->reason = g_strdup (reason);
  self->remote = remote;
  self->timer = rj_clock_start_timer (session->core->clock, SLOW_US, on_closed, self);
  session->end = self;
}

void
rj_server_wait_for_end (RjServerSession *session, RjServerEndFunc func, gpointer user_data)
{
  Waiter *waiter = g_new (Waiter, 1);

  *waiter = (Waiter){ func, user_data };
  g_queue_push_tail (&session->end->waiters, waiter);
}
