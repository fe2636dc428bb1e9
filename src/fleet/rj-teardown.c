#include "rj-teardown.h"

#define TICK_US (5 * 1000)

typedef struct {
  RjClock *clock;
  RjEventSink *events;
  RjTeardownCensus census;
  RjTimer *timer;
  gint64 until_us;
} Wait;

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  rj_clock_cancel_timer (wait->clock, &wait->timer);
  g_object_unref (wait->clock);
  g_object_unref (wait->events);
  g_free (wait);
}

static void
warn (Wait *wait, guint n_left, guint made, guint hung)
{
  RjEvent *event = rj_event_new (RJ_EVENT_WARNING);
  g_autofree char *text = g_strdup_printf (
    "%u of %u media connections were not taken down (%u hang): threads and sockets "
    "of this process stayed with them",
    n_left, made, hung);

  rj_event_set_string (event, "message", text);
  rj_event_sink_emit (wait->events, event);
}

static void
on_tick (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Wait *wait = g_task_get_task_data (task);
  guint made, finalized, hung;

  wait->timer = NULL;
  wait->census (&made, &finalized, &hung);
  if (made > finalized + hung && rj_clock_now_us (wait->clock) < wait->until_us) {
    wait->timer = rj_clock_start_timer (wait->clock, TICK_US, on_tick, task);
    g_steal_pointer (&task);
    return;
  }
  g_debug ("census of webrtcbin: %u made, %u finalized, %u hung", made, finalized, hung);
  if (made > finalized)
    warn (wait, made - finalized, made, hung);
  g_task_return_boolean (task, made == finalized);
}

void
rj_teardown_wait_async (RjClock *clock,
                        RjEventSink *events,
                        RjTeardownCensus census,
                        GAsyncReadyCallback callback,
                        gpointer user_data)
{
  GTask *task = g_task_new (NULL, NULL, callback, user_data);
  Wait *wait = g_new0 (Wait, 1);

  wait->clock = g_object_ref (clock);
  wait->events = g_object_ref (events);
  wait->census = census;
  wait->until_us = rj_clock_now_us (clock) + RJ_TEARDOWN_LIMIT_US;
  g_task_set_source_tag (task, rj_teardown_wait_async);
  g_task_set_task_data (task, wait, wait_free);
  on_tick (task);
}

gboolean
rj_teardown_wait_finish (GAsyncResult *result)
{
  return g_task_propagate_boolean (G_TASK (result), NULL);
}
