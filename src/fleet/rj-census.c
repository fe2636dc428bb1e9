#include "rj-census.h"

#include "rj-app-presets.h"
#include "rj-error.h"
#include "rj-expectation.h"
#include "rj-ghost-book.h"
#include "rj-http-call.h"
#include "rj-json.h"

struct _RjCensus {
  GObject parent_instance;

  RjCensusConfig config;
  char *url;
  char *secret;
  gint64
    within_us; /* how long after the last fault ghosts may be there, as expected; 0: nobody said */
  RjGhostBook *book;
  GCancellable *cancellable;
  RjTimer *timer;
  gboolean asking;    /* a request is under way */
  gint64 asked_us;    /* it, or the last one, was sent */
  gint64 unrest_us;   /* something happened that may leave a ghost behind; 0: never */
  gint64 fault_us;    /* the last one began or ended */
  gint64 answered_us; /* the last one that was answered was sent */
  guint n_asked, n_answered;
  GError *error; /* of the last one that failed */
  GTask *task;   /* rj_census_tell_async() */
  gboolean patient;
  gint64 patience_until_us;
};

G_DEFINE_FINAL_TYPE (RjCensus, rj_census, G_TYPE_OBJECT)

static void ask (RjCensus *self);

static void
on_timer (gpointer user_data)
{
  RjCensus *self = user_data;

  self->timer = NULL;
  ask (self);
}

static void
ask_later (RjCensus *self, gint64 delay_us)
{
  if (self->timer == NULL && !self->asking)
    self->timer = rj_clock_start_timer (self->config.clock, delay_us, on_timer, self);
}

/* Everything that has happened is long enough ago to be seen in the last list, and nobody is in it who should not */
static gboolean
is_at_rest (RjCensus *self)
{
  return self->unrest_us == 0 || (rj_ghost_book_count_suspects (self->book) == 0 &&
                                  self->asked_us - self->unrest_us > RJ_GHOST_GRACE_US);
}

static void
emit_census (RjCensus *self)
{
  RjEvent *event = rj_event_new (RJ_EVENT_CENSUS);

  rj_event_set_int (event, "asked", self->n_asked);
  rj_event_set_int (event, "answered", self->n_answered);
  rj_event_set_int (event, "answered_us", self->answered_us);
  rj_event_set_int (event, "listed", rj_ghost_book_count_listed (self->book));
  rj_event_set_int (event, "ghosts", rj_ghost_book_count_ghosts (self->book));
  if (self->error != NULL)
    rj_event_set_error (event, self->error);
  rj_event_sink_emit (self->config.events, event);
}

/* What was asked for is known. @answered: by this request */
static void
proceed (RjCensus *self, gboolean answered)
{
  g_autoptr (GTask) task = NULL;

  if (self->task == NULL) {
    if (!is_at_rest (self))
      ask_later (self, RJ_CENSUS_PERIOD_US);
    return;
  }
  if (self->patient && answered && rj_ghost_book_count_listed (self->book) > 0 &&
      rj_clock_now_us (self->config.clock) < self->patience_until_us) {
    ask_later (self, RJ_CENSUS_AGAIN_US);
    return;
  }
  task = g_steal_pointer (&self->task);
  emit_census (self);
  if (self->patient)
    rj_census_stop (self);
  g_task_return_boolean (task, TRUE);
}

static gboolean
read_reply (RjCensus *self, const RjHttpReply *reply, GError **error)
{
  g_autoptr (JsonObject) sessions = NULL;

  if (reply->status != 200) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_PROTOCOL, "%s answered %u%s", self->url, reply->status,
                 reply->status == 401 ? ": is the secret right?" : "");
    return FALSE;
  }
  sessions = rj_json_parse_object (reply->body, -1, error);
  if (sessions == NULL)
    return FALSE;
  self->answered_us = self->asked_us;
  rj_ghost_book_list (self->book, sessions, self->asked_us);
  return TRUE;
}

static void
on_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjCensus) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RjHttpReply) reply = rj_http_call_finish (result, &error);
  gboolean answered;

  self->asking = FALSE;
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  answered = reply != NULL && read_reply (self, reply, &error);
  self->n_answered += answered;
  if (!answered) {
    g_clear_error (&self->error);
    self->error = g_steal_pointer (&error);
  }
  proceed (self, answered);
}

static void
ask (RjCensus *self)
{
  rj_clock_cancel_timer (self->config.clock, &self->timer);
  self->asking = TRUE;
  self->n_asked++;
  self->asked_us = rj_clock_now_us (self->config.clock);
  rj_http_call_async (self->config.http, self->config.clock, RJ_CENSUS_LIMIT_US, "GET", self->url,
                      RJ_REST_USER, self->secret, NULL, self->cancellable, on_answered,
                      g_object_ref (self));
}

void
rj_census_take (RjCensus *self, const RjEvent *event)
{
  static const char *const unrest[] = {
    RJ_EVENT_FAULT_STARTED,  RJ_EVENT_FAULT_ENDED,
    RJ_EVENT_REJOIN_STARTED, RJ_EVENT_RESUME_STARTED,
    RJ_EVENT_RESUMED,        RJ_EVENT_ATTEMPT_FAILED,
    RJ_EVENT_ATTEMPT_CLOSED, NULL,
  };

  if (self == NULL)
    return;
  rj_ghost_book_take (self->book, event);
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (g_str_equal (event->type, RJ_EVENT_FAULT_STARTED) ||
      g_str_equal (event->type, RJ_EVENT_FAULT_ENDED))
    self->fault_us = event->mono_us;
  if (g_strv_contains (unrest, event->type) ||
      (g_str_equal (event->type, RJ_EVENT_JOINED) && event->attempt > 1)) {
    self->unrest_us = rj_clock_now_us (self->config.clock);
    ask_later (self, RJ_CENSUS_PERIOD_US);
  }
}

gboolean
rj_census_is_waited_for (RjCensus *self)
{
  return self != NULL && self->within_us > 0 && !is_at_rest (self) &&
         rj_clock_now_us (self->config.clock) <=
           self->fault_us + self->within_us + RJ_CENSUS_PERIOD_US;
}

void
rj_census_tell_async (RjCensus *self,
                      gboolean patient,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  g_return_if_fail (RJ_IS_CENSUS (self));
  g_return_if_fail (self->task == NULL);

  self->task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->task, rj_census_tell_async);
  self->patient = patient;
  self->patience_until_us = rj_clock_now_us (self->config.clock) + RJ_CENSUS_PATIENCE_US;
  rj_clock_cancel_timer (self->config.clock, &self->timer);
  ask_later (
    self,
    0); /* what is under way may have been answered before they left: then it is asked again */
}

void
rj_census_stop (RjCensus *self)
{
  if (self == NULL)
    return;
  rj_clock_cancel_timer (self->config.clock, &self->timer);
  g_cancellable_cancel (self->cancellable);
}

static gint64
find_within_us (const GPtrArray *expect)
{
  double longest_ms = 0;

  for (guint i = 0; expect != NULL && i < expect->len; i++) {
    g_autoptr (RjExpectation) expectation =
      rj_expectation_parse (g_ptr_array_index (expect, i), NULL);

    if (expectation != NULL)
      longest_ms = MAX (longest_ms, rj_expectation_get_within_ms (expectation, "ghosts"));
  }
  return (gint64) (longest_ms * 1000);
}

RjCensus *
rj_census_new (const RjCensusConfig *config)
{
  RjCensus *self;

  if (config->server_url == NULL || config->secret == NULL)
    return NULL;
  self = g_object_new (RJ_TYPE_CENSUS, NULL);
  self->config = *config;
  self->config.clock = g_object_ref (config->clock);
  self->config.http = g_object_ref (config->http);
  self->config.events = g_object_ref (config->events);
  self->url = rj_rest_make_url (config->server_url, "/sessions");
  self->secret = g_strdup (config->secret);
  self->within_us = find_within_us (config->expect);
  self->book = rj_ghost_book_new (config->roster, config->events);
  return self;
}

static void
rj_census_finalize (GObject *object)
{
  RjCensus *self = RJ_CENSUS (object);

  rj_census_stop (self);
  g_clear_object (&self->task);
  g_object_unref (self->cancellable);
  g_clear_pointer (&self->book, rj_ghost_book_free);
  g_clear_error (&self->error);
  g_free (self->url);
  g_free (self->secret);
  g_object_unref (self->config.http);
  g_object_unref (self->config.events);
  g_object_unref (self->config.clock);
  G_OBJECT_CLASS (rj_census_parent_class)->finalize (object);
}

static void
rj_census_class_init (RjCensusClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_census_finalize;
}

static void
rj_census_init (RjCensus *self)
{
  self->cancellable = g_cancellable_new ();
}
