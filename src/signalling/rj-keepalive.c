#include "rj-keepalive.h"

#include "rj-error.h"
#include "rj-json.h"

struct _RjKeepalive {
  GObject parent_instance;

  RjRpc *rpc;
  RjClock *clock;
  RjKeepaliveFunc func;
  gpointer user_data;
  RjTimer *timer;
  guint round; /* of start(): answers to pings of an earlier one are not ours */
  gboolean is_running;
};

G_DEFINE_FINAL_TYPE (RjKeepalive, rj_keepalive, G_TYPE_OBJECT)

typedef struct {
  RjKeepalive *owner;
  guint round;
} Ping;

static void ping (RjKeepalive *self, gboolean with_interval);

static void
on_answer (JsonObject *result, const GError *error, gint64 read_us, gpointer user_data)
{
  Ping *ping = user_data;
  g_autoptr (RjKeepalive) self = ping->owner;
  gboolean is_ours = self->is_running && self->round == ping->round;

  g_free (ping);
  if (!is_ours || error == NULL)
    return;
  /* a lost socket is noticed by its owner */
  if (error->domain == RJ_ERROR && error->code != RJ_ERROR_TIMEOUT)
    return;
  rj_keepalive_stop (self);
  self->func (error, self->user_data);
}

static void
on_due (gpointer user_data)
{
  RjKeepalive *self = user_data;

  self->timer = NULL;
  ping (self, FALSE);
}

static void
ping (RjKeepalive *self, gboolean with_interval)
{
  JsonObject *params =
    with_interval ? rj_json_build ("interval", 'i', (gint64) RJ_PING_INTERVAL_MS, NULL) : NULL;
  Ping *letter = g_new0 (Ping, 1);

  letter->owner = g_object_ref (self);
  letter->round = self->round;
  rj_rpc_call (self->rpc, "ping", params, RJ_RPC_URGENT, RJ_PING_LIMIT_US, on_answer, letter);
  self->timer =
    rj_clock_start_timer (self->clock, RJ_PING_INTERVAL_MS * (G_USEC_PER_SEC / 1000), on_due, self);
}

void
rj_keepalive_start (RjKeepalive *self)
{
  g_return_if_fail (RJ_IS_KEEPALIVE (self));

  rj_keepalive_stop (self);
  self->is_running = TRUE;
  self->round++;
  ping (self, TRUE);
}

void
rj_keepalive_stop (RjKeepalive *self)
{
  g_return_if_fail (RJ_IS_KEEPALIVE (self));

  self->is_running = FALSE;
  rj_clock_cancel_timer (self->clock, &self->timer);
}

static void
rj_keepalive_dispose (GObject *object)
{
  rj_keepalive_stop (RJ_KEEPALIVE (object));
  G_OBJECT_CLASS (rj_keepalive_parent_class)->dispose (object);
}

static void
rj_keepalive_finalize (GObject *object)
{
  RjKeepalive *self = RJ_KEEPALIVE (object);

  g_clear_object (&self->rpc);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (rj_keepalive_parent_class)->finalize (object);
}

static void
rj_keepalive_class_init (RjKeepaliveClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = rj_keepalive_dispose;
  G_OBJECT_CLASS (klass)->finalize = rj_keepalive_finalize;
}

static void
rj_keepalive_init (RjKeepalive *self)
{
}

RjKeepalive *
rj_keepalive_new (RjRpc *rpc, RjClock *clock, RjKeepaliveFunc func, gpointer user_data)
{
  RjKeepalive *self = g_object_new (RJ_TYPE_KEEPALIVE, NULL);

  self->rpc = g_object_ref (rpc);
  self->clock = g_object_ref (clock);
  self->func = func;
  self->user_data = user_data;
  return self;
}
