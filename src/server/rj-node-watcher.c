#include "rj-node-watcher.h"

#include "rj-states.h"

#define PERIODS_TO_CRASH   7 /* 3.5 s in steps of 0.5 s */
#define PERIODS_OF_TRIES   6 /* no attempt at or after 3.0 s */
#define FIRST_RETRY_US     (100 * 1000)
#define MAX_OPEN_LIMIT_US  (3 * G_USEC_PER_SEC)
#define MIN_POLL_PERIOD_US (100 * 1000) /* after the declaration */

struct _RjNodeWatcher {
  GObject parent_instance;
  guint index;
  char *id;
  char *url;
  gint64 connected_ms;
  gint64 lost_ms;
  gint64 crash_after_us;
  RjClock *clock;
  RjMediaNodeClient *client;
  RjNodeState state;
  RjTimer *timer;
  GCancellable *lifetime;
  gint64 cycle_us; /* when the present cycle of attempts began */
  guint n_ticks;   /* of this cycle */
};

enum { CONTROL_CLOSED, SUSPECT, CRASHED, CONNECTED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjNodeWatcher, rj_node_watcher, G_TYPE_OBJECT)

#define TO(s) RJ_STATE_BIT (RJ_NODE_##s)

static const RjStateRow node_states[] = {
  [RJ_NODE_CONNECTING] = { "connecting", TO (CONNECTED) },
  [RJ_NODE_CONNECTED] = { "connected", TO (SUSPECT) },
  [RJ_NODE_SUSPECT] = { "suspect", TO (CONNECTED) | TO (CRASHED) },
  [RJ_NODE_CRASHED] = { "crashed", TO (CONNECTED) },
};

static void
move_to (RjNodeWatcher *self, RjNodeState state)
{
  g_assert (rj_states_allow (node_states, RJ_N_NODE_STATES, self->state, state));
  g_debug ("media node %u: %s -> %s", self->index, node_states[self->state].name,
           node_states[state].name);
  self->state = state;
}

static gint64
get_period_us (RjNodeWatcher *self)
{
  gint64 period_us = MAX (self->crash_after_us / PERIODS_TO_CRASH, 1);

  if (self->state == RJ_NODE_CONNECTING)
    return FIRST_RETRY_US;
  return self->state == RJ_NODE_CRASHED ? MAX (period_us, MIN_POLL_PERIOD_US) : period_us;
}

static void on_tick (gpointer data);

static void
plan_tick (RjNodeWatcher *self)
{
  gint64 now_us = rj_clock_now_us (self->clock);
  gint64 due_us = self->cycle_us + (gint64) ++self->n_ticks * get_period_us (self);

  if (due_us <= now_us) /* an attempt hung: the next one comes a period after its end */
    due_us = now_us + get_period_us (self);
  self->timer = rj_clock_start_timer (self->clock, due_us - now_us, on_tick, self);
}

static void
begin_cycle (RjNodeWatcher *self)
{
  self->cycle_us = rj_clock_now_us (self->clock);
  self->n_ticks = 0;
  plan_tick (self);
}

static void
take_success (RjNodeWatcher *self)
{
  gboolean again = self->state != RJ_NODE_CONNECTING;
  gboolean was_crashed = self->state == RJ_NODE_CRASHED;
  gboolean same_process = rj_media_node_client_is_same_process (self->client);

  rj_clock_cancel_timer (self->clock, &self->timer);
  self->connected_ms = g_get_real_time () / 1000;
  self->lost_ms = 0;
  if (self->state != RJ_NODE_CONNECTED)
    move_to (self, RJ_NODE_CONNECTED);
  g_signal_emit (self, signals[CONNECTED], 0, again, same_process, was_crashed);
}

static void
take_failure (RjNodeWatcher *self, const GError *error)
{
  g_debug ("media node %u: not reached: %s", self->index, error->message);
  if (self->state != RJ_NODE_CONNECTED) {
    plan_tick (self);
    return;
  }
  move_to (self, RJ_NODE_SUSPECT);
  begin_cycle (self);
  g_signal_emit (self, signals[SUSPECT], 0);
}

static void
on_opened (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (RjNodeWatcher) self = data;
  g_autoptr (GError) error = NULL;
  gboolean opened =
    rj_media_node_client_open_finish (RJ_MEDIA_NODE_CLIENT (source), result, &error);

  if (g_cancellable_is_cancelled (self->lifetime))
    return;
  if (opened)
    take_success (self);
  else
    take_failure (self, error);
}

static void
try_open (RjNodeWatcher *self)
{
  rj_media_node_client_open_async (self->client, NULL, on_opened, g_object_ref (self));
}

static void
on_tick (gpointer data)
{
  RjNodeWatcher *self = data;
  gint64 passed_us = rj_clock_now_us (self->clock) - self->cycle_us;
  gint64 period_us = get_period_us (self);

  self->timer = NULL;
  if (self->state == RJ_NODE_CONNECTING || passed_us < PERIODS_OF_TRIES * period_us) {
    try_open (self);
  } else if (passed_us < PERIODS_TO_CRASH * period_us) {
    plan_tick (self);
  } else if (self->state == RJ_NODE_SUSPECT) {
    move_to (self, RJ_NODE_CRASHED);
    begin_cycle (self);
    g_signal_emit (self, signals[CRASHED], 0);
  } else {
    begin_cycle (self);
  }
}

static void
on_client_closed (RjMediaNodeClient *client, RjNodeWatcher *self)
{
  self->lost_ms = g_get_real_time () / 1000;
  g_signal_emit (self, signals[CONTROL_CLOSED], 0);
  try_open (self);
}

void
rj_node_watcher_start (RjNodeWatcher *self)
{
  self->cycle_us = rj_clock_now_us (self->clock);
  try_open (self);
}

RjNodeState
rj_node_watcher_get_state (RjNodeWatcher *self)
{
  return self->state;
}

guint
rj_node_watcher_get_index (RjNodeWatcher *self)
{
  return self->index;
}

const char *
rj_node_watcher_get_id (RjNodeWatcher *self)
{
  return self->id;
}

const char *
rj_node_watcher_get_url (RjNodeWatcher *self)
{
  return self->url;
}

char *
rj_node_watcher_dup_host (RjNodeWatcher *self)
{
  g_autoptr (GUri) uri = g_uri_parse (self->url, G_URI_FLAGS_NONE, NULL);

  return g_strdup (uri == NULL || g_uri_get_host (uri) == NULL ? "" : g_uri_get_host (uri));
}

gint64
rj_node_watcher_get_connected_ms (RjNodeWatcher *self)
{
  return self->connected_ms;
}

gint64
rj_node_watcher_get_lost_ms (RjNodeWatcher *self)
{
  return self->lost_ms;
}

RjMediaNodeClient *
rj_node_watcher_get_client (RjNodeWatcher *self)
{
  return self->client;
}

void
rj_node_watcher_stop (RjNodeWatcher *self)
{
  g_cancellable_cancel (self->lifetime);
  rj_clock_cancel_timer (self->clock, &self->timer);
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  rj_media_node_client_close (self->client);
}

RjNodeWatcher *
rj_node_watcher_new (guint index, char *id, const char *url, gint64 crash_after_us, RjClock *clock)
{
  RjNodeWatcher *self = g_object_new (RJ_TYPE_NODE_WATCHER, NULL);
  gint64 limit_us = crash_after_us / PERIODS_TO_CRASH * PERIODS_OF_TRIES;

  self->index = index;
  self->id = id;
  self->url = g_strdup (url);
  self->crash_after_us = crash_after_us;
  self->clock = g_object_ref (clock);
  self->client =
    rj_media_node_client_new (url, CLAMP (limit_us, FIRST_RETRY_US, MAX_OPEN_LIMIT_US), clock);
  g_signal_connect (self->client, "closed", G_CALLBACK (on_client_closed), self);
  return self;
}

static void
rj_node_watcher_dispose (GObject *object)
{
  RjNodeWatcher *self = RJ_NODE_WATCHER (object);

  if (self->client != NULL)
    rj_node_watcher_stop (self);
  g_clear_object (&self->client);
  G_OBJECT_CLASS (rj_node_watcher_parent_class)->dispose (object);
}

static void
rj_node_watcher_finalize (GObject *object)
{
  RjNodeWatcher *self = RJ_NODE_WATCHER (object);

  g_clear_object (&self->lifetime);
  g_clear_object (&self->clock);
  g_free (self->id);
  g_free (self->url);
  G_OBJECT_CLASS (rj_node_watcher_parent_class)->finalize (object);
}

static guint
add_signal (GObjectClass *klass, const char *name)
{
  return g_signal_new (name, G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                       G_TYPE_NONE, 0);
}

static void
rj_node_watcher_class_init (RjNodeWatcherClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = rj_node_watcher_dispose;
  object_class->finalize = rj_node_watcher_finalize;
  signals[CONTROL_CLOSED] = add_signal (object_class, "control-closed");
  signals[SUSPECT] = add_signal (object_class, "suspect");
  signals[CRASHED] = add_signal (object_class, "crashed");
  signals[CONNECTED] =
    g_signal_new ("connected", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 3, G_TYPE_BOOLEAN, G_TYPE_BOOLEAN, G_TYPE_BOOLEAN);
}

static void
rj_node_watcher_init (RjNodeWatcher *self)
{
  self->lifetime = g_cancellable_new ();
}
