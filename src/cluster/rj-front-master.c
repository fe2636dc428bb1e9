/* Whether a master is alive: a request that needs no credentials, as a load balancer sends them */
#include "rj-front-private.h"

#define PROBE     "/openvidu/api/config/openvidu-publicurl"
#define PERIOD_US (1 * G_USEC_PER_SEC)
#define LIMIT_US  (5 * G_USEC_PER_SEC)

struct _RjFrontCheck {
  RjFrontMaster *master; /* (nullable): has gone meanwhile */
  RjClock *clock;
  GCancellable *cancellable;
  RjTimer *limit;
  gboolean is_stale; /* a connection broke after it began: it may have been answered before */
};

static void
check_free (RjFrontCheck *check)
{
  rj_clock_cancel_timer (check->clock, &check->limit);
  g_object_unref (check->clock);
  g_object_unref (check->cancellable);
  g_free (check);
}

static void
cancel_requests (RjFrontMaster *self)
{
  g_autoptr (GCancellable) old = g_steal_pointer (&self->lifetime);

  self->lifetime = g_cancellable_new ();
  g_cancellable_cancel (old);
}

static void
set_lost (RjFrontMaster *self, gboolean is_lost)
{
  if (self->is_lost == is_lost)
    return;
  self->is_lost = is_lost;
  if (is_lost)
    rj_front_emit (self->front, RJ_EVENT_MASTER_LOST, self);
  else if (self->was_there)
    rj_front_emit (self->front, RJ_EVENT_MASTER_RECOVERED, self);
  self->was_there = TRUE;
  if (!is_lost)
    return;
  rj_front_forget_homes (self->front, self);
  cancel_requests (self);
}

static void
on_check_due (gpointer user_data)
{
  RjFrontMaster *self = user_data;

  self->timer = NULL;
  rj_front_master_check (self);
}

static void
conclude (RjFrontMaster *self, gboolean is_there)
{
  self->is_suspect = FALSE;
  set_lost (self, !is_there);
  rj_front_socket_settle (self->front, self);
  self->timer = rj_clock_start_timer (self->front->clock, PERIOD_US, on_check_due, self);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  RjFrontCheck *check = user_data;
  RjFrontMaster *self = check->master;
  gboolean is_stale = check->is_stale;
  g_autoptr (GBytes) body = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);

  check_free (check);
  if (self == NULL)
    return;
  self->check = NULL;
  if (is_stale)
    rj_front_master_check (self);
  else
    conclude (self, body != NULL);
}

static void
on_limit (gpointer user_data)
{
  RjFrontCheck *check = user_data;

  check->limit = NULL;
  g_cancellable_cancel (check->cancellable);
}

void
rj_front_master_check (RjFrontMaster *self)
{
  RjFrontCheck *check;
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u" PROBE, self->port);
  g_autoptr (SoupMessage) message = NULL;

  rj_clock_cancel_timer (self->front->clock, &self->timer);
  if (self->check != NULL || self->port == 0)
    return;
  check = g_new0 (RjFrontCheck, 1);
  check->master = self;
  check->clock = g_object_ref (self->front->clock);
  check->cancellable = g_cancellable_new ();
  check->limit = rj_clock_start_timer (check->clock, LIMIT_US, on_limit, check);
  self->check = check;
  message = soup_message_new ("GET", url);
  soup_session_send_and_read_async (self->front->http, message, G_PRIORITY_DEFAULT,
                                    check->cancellable, on_checked, check);
}

void
rj_front_master_suspect (RjFrontMaster *self)
{
  if (self->is_lost)
    return;
  /* the first suspicion makes a check that is under way stale; the next ones wait for the same new check */
  if (self->check != NULL && !self->is_suspect)
    self->check->is_stale = TRUE;
  self->is_suspect = TRUE;
  rj_front_master_check (self);
}

RjFrontMaster *
rj_front_master_new (RjFront *front, guint index)
{
  RjFrontMaster *self = g_new0 (RjFrontMaster, 1);

  self->front = front;
  self->index = index;
  self->is_lost = TRUE;
  self->lifetime = g_cancellable_new ();
  return self;
}

void
rj_front_master_free (RjFrontMaster *self)
{
  rj_clock_cancel_timer (self->front->clock, &self->timer);
  if (self->check != NULL) {
    self->check->master = NULL;
    g_cancellable_cancel (self->check->cancellable);
  }
  g_cancellable_cancel (self->lifetime);
  g_object_unref (self->lifetime);
  g_free (self);
}
