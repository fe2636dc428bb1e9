#include "rjt-model-private.h"
#include "rj-openvidu2.h"

#define TCP_US (60 * G_USEC_PER_SEC)

/* Which rpc session a socket served last */
#define OF_RPC "rjt-rpc"

/* Of a socket that has pinged before there was an rpc session */
#define INTERVAL "rjt-interval"

static void
on_no_ping (gpointer user_data)
{
  Line *self = user_data;

  self->watchdog = NULL;
  rjt_run_tell (self->model->run, "    server: no ping on %s", self->id);
  if (self->wire != NULL)
    rjt_wire_close (self->wire, 1000, RJ_OV2_CLOSE_TEXT_NO_PING);
}

static void
ping (Line *self, gint64 interval_ms)
{
  RjClock *clock = self->model->clock;

  if (self->interval_us == 0)
    self->interval_us = (interval_ms > 0 ? interval_ms : RJ_OV2_DEFAULT_INTERVAL_MS) * 1000;
  rj_clock_cancel_timer (clock, &self->watchdog);
  self->watchdog =
    rj_clock_start_timer (clock, RJ_OV2_MISSED_PINGS * self->interval_us, on_no_ping, self);
}

void
rjt_line_ping_on (RjtModel *model, Line *line, RjtWire *wire, gint64 interval_ms)
{
  if (line != NULL)
    ping (line, interval_ms);
  else if (g_object_get_data (G_OBJECT (wire), INTERVAL) == NULL)
    g_object_set_data (G_OBJECT (wire), INTERVAL, GINT_TO_POINTER ((int) interval_ms));
}

Line *
rjt_line_of (RjtModel *self, RjtWire *wire)
{
  for (guint i = 0; i < self->lines->len; i++) {
    Line *line = g_ptr_array_index (self->lines, i);

    if (line->wire == wire)
      return line;
  }
  return NULL;
}

Line *
rjt_line_that_had (RjtModel *self, RjtWire *wire)
{
  const char *id = g_object_get_data (G_OBJECT (wire), OF_RPC);

  for (guint i = 0; i < self->lines->len; i++) {
    Line *line = g_ptr_array_index (self->lines, i);

    if (g_strcmp0 (line->id, id) == 0)
      return line;
  }
  return NULL;
}

static void
attach (Line *self, RjtWire *wire)
{
  g_set_object (&self->wire, wire);
  g_object_set_data_full (G_OBJECT (wire), OF_RPC, g_strdup (self->id), g_free);
  g_ptr_array_remove (self->model->fresh, wire);
}

Line *
rjt_line_new (RjtModel *self, RjtWire *wire)
{
  Line *line = g_new0 (Line, 1);
  int interval_ms;

  line->model = self;
  line->id = rjt_model_make_id (self, "rpc");
  g_ptr_array_add (self->lines, line);
  attach (line, wire);
  interval_ms = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (wire), INTERVAL));
  if (interval_ms > 0)
    ping (line, interval_ms);
  else /* nothing watches a socket that never pings; if it is dead, TCP itself gives up some day */
    line->watchdog = rj_clock_start_timer (self->clock, TCP_US, on_no_ping, line);
  return line;
}

static void
stop (Line *self)
{
  rj_clock_cancel_timer (self->model->clock, &self->watchdog);
  rj_clock_cancel_timer (self->model->clock, &self->grace);
  rj_clock_cancel_timer (self->model->clock, &self->end);
}

void
rjt_line_free (gpointer line)
{
  Line *self = line;

  stop (self);
  if (self->person != NULL)
    self->person->line = NULL; /* a ghost */
  g_clear_object (&self->wire);
  g_free (self->id);
  g_free (self);
}

static void
on_end (gpointer user_data)
{
  Line *self = user_data;

  self->end = NULL;
  if (self->wire != NULL)
    rjt_wire_close (self->wire, 1000, NULL);
}

void
rjt_line_end (Line *self)
{
  self->person = NULL;
  self->was_in = TRUE;
  if (self->end == NULL)
    self->end =
      rj_clock_start_timer (self->model->clock, RJ_OV2_CLOSE_AFTER_MS * 1000, on_end, self);
}

/* OpenVidu 2 protocol, 3.3: the text decides */
static gboolean
is_loss (const char *reason)
{
  return reason == NULL || reason[0] == '\0' || g_str_equal (reason, RJ_OV2_CLOSE_TEXT_RECONNECT) ||
         g_str_equal (reason, RJ_OV2_CLOSE_TEXT_NO_PING);
}

static void
on_grace_over (gpointer user_data)
{
  Line *self = user_data;
  RjtModel *model = self->model;
  Person *person = self->evicts ? self->person : NULL;

  self->grace = NULL;
  rjt_run_tell (self->model->run, "    server: %s is not kept any longer", self->id);
  g_ptr_array_remove (model->lines, self);
  if (person != NULL)
    rjt_model_drop (model, person, "networkDisconnect", TRUE);
}

void
rjt_line_closed (Line *self, const char *reason)
{
  rjt_run_tell (self->model->run, "    server: socket of %s closed: %s", self->id,
                reason == NULL ? "no text" : reason);
  g_clear_object (&self->wire);
  self->evicts = is_loss (reason);
  rj_clock_cancel_timer (self->model->clock, &self->watchdog);
  self->grace =
    rj_clock_start_timer (self->model->clock, RJ_OV2_RESUME_GRACE_MS * 1000, on_grace_over, self);
}

void
rjt_line_resume (Line *self, RjtWire *wire)
{
  rj_clock_cancel_timer (self->model->clock, &self->grace);
  if (self->wire != NULL)
    g_ptr_array_add (self->model->fresh,
                     g_object_ref (self->wire)); /* the old one is nobody's now */
  attach (self, wire);
  ping (self, 0);
}
