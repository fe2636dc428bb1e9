#include "rj-pausable-clock.h"

struct _RjTimer {
  RjPausableClock *clock;
  RjTimer *inner; /* (nullable) while it is held */
  gint64 due_us;
  gint64 left_us; /* while it is held */
  RjTimerFunc func;
  gpointer user_data;
  GList link; /* in timers */
};

struct _RjPausableClock {
  GObject parent_instance;

  RjClock *inner;
  GQueue timers; /* of RjTimer, in the order of their creation */
  guint n_pauses;
};

static void rj_pausable_clock_iface_init (RjClockInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjPausableClock,
                               rj_pausable_clock,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_CLOCK, rj_pausable_clock_iface_init))

static gint64
rj_pausable_clock_now_us (RjClock *clock)
{
  return rj_clock_now_us (RJ_PAUSABLE_CLOCK (clock)->inner);
}

static void
free_timer (RjTimer *timer)
{
  g_queue_unlink (&timer->clock->timers, &timer->link);
  g_free (timer);
}

static void
on_due (gpointer user_data)
{
  RjTimer *timer = user_data;
  RjTimerFunc func = timer->func;
  gpointer data = timer->user_data;

  free_timer (timer);
  func (data);
}

static void
run_timer (RjTimer *timer, gint64 delay_us)
{
  timer->due_us = rj_clock_now_us (timer->clock->inner) + delay_us;
  timer->inner = rj_clock_start_timer (timer->clock->inner, delay_us, on_due, timer);
}

static RjTimer *
rj_pausable_clock_start (RjClock *clock, gint64 delay_us, RjTimerFunc func, gpointer user_data)
{
  RjPausableClock *self = RJ_PAUSABLE_CLOCK (clock);
  RjTimer *timer = g_new0 (RjTimer, 1);

  timer->clock = self;
  timer->func = func;
  timer->user_data = user_data;
  timer->link.data = timer;
  g_queue_push_tail_link (&self->timers, &timer->link);
  if (self->n_pauses > 0)
    timer->left_us = delay_us;
  else
    run_timer (timer, delay_us);
  return timer;
}

static void
rj_pausable_clock_cancel (RjClock *clock, RjTimer *timer)
{
  rj_clock_cancel_timer (RJ_PAUSABLE_CLOCK (clock)->inner, &timer->inner);
  free_timer (timer);
}

void
rj_pausable_clock_pause (RjPausableClock *self)
{
  gint64 now_us = rj_clock_now_us (self->inner);

  if (self->n_pauses++ > 0)
    return;
  for (GList *l = self->timers.head; l != NULL; l = l->next) {
    RjTimer *timer = l->data;

    timer->left_us = MAX (0, timer->due_us - now_us);
    rj_clock_cancel_timer (self->inner, &timer->inner);
  }
}

void
rj_pausable_clock_resume (RjPausableClock *self)
{
  g_return_if_fail (self->n_pauses > 0);

  if (--self->n_pauses > 0)
    return;
  for (GList *l = self->timers.head; l != NULL; l = l->next) {
    RjTimer *timer = l->data;

    run_timer (timer, timer->left_us);
  }
}

static void
rj_pausable_clock_finalize (GObject *object)
{
  RjPausableClock *self = RJ_PAUSABLE_CLOCK (object);

  while (self->timers.head != NULL)
    rj_pausable_clock_cancel (RJ_CLOCK (self), self->timers.head->data);
  g_clear_object (&self->inner);
  G_OBJECT_CLASS (rj_pausable_clock_parent_class)->finalize (object);
}

static void
rj_pausable_clock_class_init (RjPausableClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_pausable_clock_finalize;
}

static void
rj_pausable_clock_init (RjPausableClock *self)
{
  g_queue_init (&self->timers);
}

static void
rj_pausable_clock_iface_init (RjClockInterface *iface)
{
  iface->now_us = rj_pausable_clock_now_us;
  iface->start = rj_pausable_clock_start;
  iface->cancel = rj_pausable_clock_cancel;
}

RjClock *
rj_pausable_clock_new (RjClock *inner)
{
  RjPausableClock *self = g_object_new (RJ_TYPE_PAUSABLE_CLOCK, NULL);

  self->inner = g_object_ref (inner);
  return RJ_CLOCK (self);
}
