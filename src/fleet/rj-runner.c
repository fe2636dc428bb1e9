#include "rj-runner.h"

#include "rj-crew.h"
#include "rj-end-watch.h"
#include "rj-error.h"
#include "rj-fault-check.h"
#include "rj-fault-script.h"
#include "rj-foreign-watch.h"
#include "rj-http-session.h"
#include "rj-reaper.h"
#include "rj-roster.h"
#include "rj-run-started.h"
#include "rj-run-tokens.h"
#include "rj-self-check.h"
#include "rj-shard-watch.h"
#include "rj-states.h"
#include "rj-teardown.h"

#define TICK_US        (20 * 1000)
#define LEAVE_LIMIT_US (3 * G_USEC_PER_SEC)

/*   idle → preparing → joining → watching → leaving → ended        any → leaving
 *                 └────────┴──────────┴──────↗                                    */
typedef enum {
  IDLE,
  PREPARING, /* deployment starts, media warms up */
  JOINING,   /* until everybody flows for the first time */
  WATCHING,  /* faults happen, until everybody is back */
  LEAVING,
  ENDED,
} State;

#define TO(s) RJ_STATE_BIT (s)

static const RjStateRow states[] = {
  [IDLE] = { "idle", TO (PREPARING) },
  [PREPARING] = { "preparing", TO (JOINING) | TO (LEAVING) },
  [JOINING] = { "joining", TO (WATCHING) | TO (LEAVING) },
  [WATCHING] = { "watching", TO (LEAVING) },
  [LEAVING] = { "leaving", TO (ENDED) },
  [ENDED] = { "ended", 0 },
};

struct _RjRunner {
  GObject parent_instance;

  RjRunnerConfig config;
  State state;
  RjRoster *roster;
  RjCrew *crew;
  RjFaultScript *script;
  RjBackWatch *back;
  RjEndWatch *end;
  RjSelfCheck *self_check;
  RjCensus *census; /* (nullable): nobody may ask the server */
  RjForeignWatch *foreign;
  RjShardWatch *others; /* those of other shards */
  SoupSession *http;
  RjTokenSource *tokens;
  GTask *task;
  GError *error;      /* what kept the run from beginning */
  const char *reason; /* of the end; static */
  int signal_number;
  guint n_preparing; /* of: deployment, media */
  gint64 started_us;
  gint64 joining_us;
  RjTimer *tick;
};

static void rj_runner_iface_init (RjEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjRunner,
                               rj_runner,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_EVENT_SINK, rj_runner_iface_init))

static void
move (RjRunner *self, State to)
{
  g_assert (rj_states_allow (states, G_N_ELEMENTS (states), self->state, to));
  g_debug ("run: %s -> %s", states[self->state].name, states[to].name);
  self->state = to;
}

/* Our own ear */
static void
rj_runner_take (RjEventSink *sink, const RjEvent *event)
{
  RjRunner *self = RJ_RUNNER (sink);

  rj_event_sink_take (RJ_EVENT_SINK (self->foreign), event);
  rj_event_sink_take (RJ_EVENT_SINK (self->others), event);
  rj_back_watch_take (self->back, event);
  rj_census_take (self->census, event);
  rj_end_watch_take (self->end, event);
}

static void
rj_runner_iface_init (RjEventSinkInterface *iface)
{
  iface->take = rj_runner_take;
}

/* They hold the events, which we listen to */
static void
release (RjRunner *self)
{
  rj_clock_cancel_timer (self->config.clock, &self->tick);
  rj_census_stop (self->census);
  g_clear_object (&self->census);
  g_clear_object (&self->crew);
  g_clear_object (&self->script);
  g_clear_object (&self->self_check);
  g_clear_object (&self->tokens);
  g_clear_object (&self->http);
}

static void
end (RjRunner *self)
{
  RjEvent *event = rj_event_new (RJ_EVENT_RUN_ENDED);

  rj_event_set_string (event, "reason", self->reason);
  if (self->signal_number != 0)
    rj_event_set_int (event, "signal", self->signal_number);
  if (self->error != NULL)
    rj_event_set_error (event, self->error);
  rj_event_sink_emit (self->config.events, event);
  rj_deployment_stop (self->config.deployment);
  release (self);
  move (self, ENDED);
  if (self->error != NULL)
    g_task_return_error (self->task, g_error_copy (self->error));
  else
    g_task_return_boolean (self->task, TRUE);
  g_clear_object (&self->task);
}

static void
on_torn_down (GObject *unused, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjRunner) self = user_data;

  rj_teardown_wait_finish (result);
  end (self);
}

static void
wait_for_teardown (RjRunner *self)
{
  rj_teardown_wait_async (self->config.clock, self->config.events, rj_peer_census_get, on_torn_down,
                          g_object_ref (self));
}

static void
on_last_census (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjRunner) self = user_data;

  wait_for_teardown (self);
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjRunner) self = user_data;

  rj_crew_leave_finish (RJ_CREW (source), result, NULL);
  if (self->census != NULL)
    rj_census_tell_async (self->census, TRUE, on_last_census, g_object_ref (self));
  else
    wait_for_teardown (self);
}

static void
leave (RjRunner *self)
{
  rj_crew_leave_async (self->crew, LEAVE_LIMIT_US, on_left, g_object_ref (self));
}

static void
on_first_census (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjRunner) self = user_data;

  leave (self);
}

static void
start_leaving (RjRunner *self, const char *reason)
{
  gboolean was_joining = self->state == JOINING;

  if (self->state == LEAVING || self->state == ENDED)
    return;
  move (self, LEAVING);
  self->reason = reason;
  rj_self_check_stop (self->self_check); /* nothing is measured any more */
  rj_clock_cancel_timer (self->config.clock, &self->tick);
  rj_fault_script_stop (self->script);
  if (self->crew == NULL) {
    wait_for_teardown (self);
    return;
  }
  if (was_joining) {
    rj_crew_tell_pending (self->crew);
    rj_shard_watch_warn (self->others, self->config.events);
  }
  if (!rj_back_watch_has_fresh_stats (self->back, rj_clock_now_us (self->config.clock)))
    rj_crew_emit_stats (self->crew);
  if (self->census != NULL && self->signal_number == 0)
    rj_census_tell_async (self->census, FALSE, on_first_census, g_object_ref (self));
  else
    leave (self);
}

static void
fail (RjRunner *self, GError *error)
{
  /* what breaks while everybody leaves has kept nothing from beginning */
  if (self->error == NULL && self->state != LEAVING && self->state != ENDED)
    self->error = error;
  else
    g_error_free (error);
  start_leaving (self, "error");
}

static void
start_watching (RjRunner *self, gint64 now_us)
{
  move (self, WATCHING);
  rj_end_watch_start (self->end, now_us);
  rj_event_sink_emit (self->config.events, rj_event_new (RJ_EVENT_EVERYONE_FLOWING));
  rj_fault_script_start (self->script);
}

/* Who joins later has as much time. */
static gint64
get_join_limit_us (RjRunner *self)
{
  return rj_roster_get_ramp_us (self->roster) + self->config.options->join_deadline_us;
}

static gboolean
has_everybody_come (RjRunner *self)
{
  return rj_measure_everyone_flows (self->config.measure) &&
         rj_foreign_watch_has (self->foreign, self->roster, self->config.options->foreign) &&
         rj_shard_watch_is_complete (self->others);
}

static void
on_tick (gpointer user_data)
{
  RjRunner *self = user_data;
  const RjRunOptions *options = self->config.options;
  gint64 now_us = rj_clock_now_us (self->config.clock);
  const char *reason = NULL;

  self->tick = NULL;
  if (now_us - self->started_us > options->timeout_us)
    reason = "timeout";
  else if (self->state == JOINING && has_everybody_come (self))
    start_watching (self, now_us);
  else if (self->state == JOINING && now_us - self->joining_us > get_join_limit_us (self))
    reason = "join-deadline";
  else if (self->state == WATCHING)
    reason = rj_end_watch_look (self->end, self->census, now_us);
  /* the fault that has lost them may still be about to say how it went */
  if (reason == NULL && rj_crew_is_lost (self->crew) && !rj_fault_script_is_busy (self->script))
    reason = "failed";
  if (reason != NULL)
    start_leaving (self, reason);
  else
    self->tick = rj_clock_start_timer (self->config.clock, TICK_US, on_tick, self);
}

static void
start_joining (RjRunner *self)
{
  RjCrewConfig crew_config = {
    .options = self->config.options,
    .roster = self->roster,
    .clock = self->config.clock,
    .dice = self->config.dice,
    .events = self->config.events,
    .factory = RJ_PEER_FACTORY (self->config.engine),
    .http = self->http,
    .loopback = rj_run_find_loopback (self->config.options, self->config.deployment),
    .server_url = rj_deployment_get_server_url (self->config.deployment),
    .secret = rj_deployment_get_secret (self->config.deployment),
    .tapes = self->config.tapes,
  };

  move (self, JOINING);
  self->tokens = rj_run_tokens_new (&(RjRunTokens){ self->config.options, self->config.run,
                                                    self->config.deployment, self->http,
                                                    self->config.clock, self->roster });
  crew_config.tokens = self->tokens;
  self->census = rj_census_new (&(RjCensusConfig){
    self->config.clock, self->config.events, self->http, self->roster, crew_config.server_url,
    crew_config.secret, self->config.options->conditions.expect });
  self->crew = rj_crew_new (&crew_config);
  self->joining_us = rj_clock_now_us (self->config.clock);
  rj_crew_start (self->crew);
  self->tick = rj_clock_start_timer (self->config.clock, TICK_US, on_tick, self);
}

/* Both the deployment and our own media are ready: neither waits for the other before. */
static void
on_prepared (RjRunner *self)
{
  if (--self->n_preparing == 0 && self->state == PREPARING)
    start_joining (self);
}

static void
on_deployment_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjRunner) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!rj_deployment_start_finish (RJ_DEPLOYMENT (source), result, &error))
    fail (self, g_steal_pointer (&error));
  else
    on_prepared (self);
}

static void
on_deployment_lost (RjDeployment *deployment, const GError *error, RjRunner *self)
{
  fail (self, g_error_copy (error));
}

static void
on_media_started (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjRunner) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!rj_media_engine_start_finish (RJ_MEDIA_ENGINE (source), result, &error))
    fail (self, g_steal_pointer (&error));
  else
    on_prepared (self);
}

/* --- what the script does to ourselves --- */

static GStrv
select_people (const char *target, gpointer user_data)
{
  RjRunner *self = user_data;

  return rj_fault_select (self->roster, target);
}

static void
cut (const char *name, gboolean with_reset, gpointer user_data)
{
  RjRunner *self = user_data;

  rj_crew_cut (self->crew, name, with_reset);
}

static void
blackhole (const char *name, gboolean media, gboolean on, gpointer user_data)
{
  RjRunner *self = user_data;

  rj_crew_blackhole (self->crew, name, media, on);
  if (media)
    rj_self_check_set_deaf (self->self_check, on);
}

static void
freeze (const char *name, gboolean on, gpointer user_data)
{
  RjRunner *self = user_data;

  rj_crew_freeze (self->crew, name, on);
  rj_self_check_set_deaf (self->self_check, on);
}

static void
act (const RjFault *step,
     const char *name,
     GAsyncReadyCallback callback,
     gpointer callback_data,
     gpointer user_data)
{
  RjRunner *self = user_data;

  rj_crew_act_async (self->crew, step, name, callback, callback_data);
}

static const RjFaultFuncs fault_funcs = {
  .select = select_people, .cut = cut, .blackhole = blackhole, .freeze = freeze, .act = act
};

static void
emit_stats (gpointer user_data)
{
  RjRunner *self = user_data;

  rj_crew_emit_stats (self->crew);
}

static double
take_pacing_lag_ms (gpointer engine)
{
  return rj_media_engine_take_pacing_lag_ms (engine);
}

void
rj_runner_run_async (RjRunner *self, GAsyncReadyCallback callback, gpointer user_data)
{
  const RjRunOptions *options = self->config.options;
  g_autoptr (GError) error = NULL;

  self->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->task, rj_runner_run_async);
  move (self, PREPARING);
  self->started_us = rj_clock_now_us (self->config.clock);
  rj_run_started_emit (&self->config, self->roster);
  rj_self_check_start (self->self_check);
  self->http = rj_http_session_new (rj_roster_count_own (self->roster), options->ca,
                                    options->insecure, "rejoin/" RJ_VERSION, &error);
  if (self->http == NULL) {
    fail (self, g_steal_pointer (&error));
    return;
  }
  self->n_preparing = 2;
  g_signal_connect_object (self->config.deployment, "lost", G_CALLBACK (on_deployment_lost), self,
                           0);
  rj_deployment_start_async (self->config.deployment, self->config.events, NULL,
                             on_deployment_started, g_object_ref (self));
  rj_media_engine_start_async (self->config.engine, NULL, on_media_started, g_object_ref (self));
}

gboolean
rj_runner_run_finish (RjRunner *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
rj_runner_interrupt (RjRunner *self, int signal_number)
{
  self->signal_number = signal_number;
  start_leaving (self, "signal");
}

/* --- from outside --- */

const char *
rj_runner_get_state (RjRunner *self)
{
  return states[self->state].name;
}

static gboolean
is_watching (RjRunner *self, GError **error)
{
  if (self->state != WATCHING)
    g_set_error (error, RJ_ERROR, RJ_ERROR_REJECTED, "the run is %s", states[self->state].name);
  return self->state == WATCHING;
}

gboolean
rj_runner_mark (RjRunner *self, const char *text, gint64 us, const char *by, GError **error)
{
  if (!is_watching (self, error))
    return FALSE;
  rj_fault_script_mark (self->script, text, us, by);
  return TRUE;
}

gboolean
rj_runner_do_fault (RjRunner *self, const char *what, const char *by, guint *index, GError **error)
{
  const RjRunOptions *options = self->config.options;
  const RjFaultGround ground = { self->roster, options->embedded, options->masters };
  const RjFault *named = rj_fault_script_find (self->script, what);
  g_autoptr (RjFault) fault = named != NULL ? rj_fault_copy (named) : rj_fault_ask (what, error);

  if (fault == NULL || !is_watching (self, error) || !rj_fault_check (fault, &ground, error))
    return FALSE;
  *index = rj_fault_script_do (self->script, fault, by);
  return TRUE;
}

static void
rj_runner_finalize (GObject *object)
{
  RjRunner *self = RJ_RUNNER (object);

  release (self);
  g_clear_pointer (&self->end, rj_end_watch_free);
  g_clear_pointer (&self->back, rj_back_watch_free);
  g_clear_object (&self->foreign);
  g_clear_object (&self->others);
  g_clear_error (&self->error);
  rj_roster_free (self->roster);
  G_OBJECT_CLASS (rj_runner_parent_class)->finalize (object);
}

static void
rj_runner_class_init (RjRunnerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_runner_finalize;
}

static void
rj_runner_init (RjRunner *self)
{
}

RjRunner *
rj_runner_new (const RjRunnerConfig *config)
{
  RjRunner *self = g_object_new (RJ_TYPE_RUNNER, NULL);
  g_autoptr (GPtrArray) steps = NULL;

  self->config = *config;
  self->roster = rj_roster_new (config->options->groups, config->options->roles, config->run, NULL);
  g_assert (self->roster != NULL); /* rj_run_options_check() has made one */
  rj_shard_take_share (&config->options->shard, self->roster);
  steps = rj_shard_select_steps (&config->options->shard, config->options->steps, self->roster);
  self->foreign = rj_foreign_watch_new ();
  self->others = rj_shard_watch_new (self->roster);
  self->self_check =
    rj_self_check_new (config->clock, config->events, "/proc", take_pacing_lag_ms, config->engine);
  self->script =
    rj_fault_script_new (steps, g_ptr_array_index (self->roster->sessions, 0), config->deployment,
                         config->clock, config->events, &fault_funcs, self);
  rj_fault_script_expect_marks (self->script, config->options->marks);
  self->back = rj_back_watch_new (&(RjBackWatchConfig){
    config->measure, self->script, config->options->silence_leave_us, emit_stats, self });
  self->end = rj_end_watch_new (
    &(RjEndWatchConfig){ config->options, config->measure, self->script, self->back });
  return self;
}
