#include "rj-clock.h"

struct _RjTimer {
  gint64 due_us;
  guint64 number; /* timers that fall due together run in the order of their creation */
  RjTimerFunc func;
  gpointer user_data;
};

struct _RjFakeClock {
  GObject parent_instance;

  gint64 now_us;
  guint64 last_number;
  GQueue timers; /* of RjTimer, sorted by due time */
};

static void rj_fake_clock_iface_init (RjClockInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjFakeClock,
                               rj_fake_clock,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_CLOCK, rj_fake_clock_iface_init))

static gint64
rj_fake_clock_now_us (RjClock *clock)
{
  return RJ_FAKE_CLOCK (clock)->now_us;
}

static int
compare_timers (gconstpointer a, gconstpointer b, gpointer unused)
{
  const RjTimer *one = a;
  const RjTimer *two = b;

  if (one->due_us != two->due_us)
    return one->due_us < two->due_us ? -1 : 1;
  return one->number < two->number ? -1 : 1;
}

static RjTimer *
rj_fake_clock_start (RjClock *clock, gint64 delay_us, RjTimerFunc func, gpointer user_data)
{
  RjFakeClock *self = RJ_FAKE_CLOCK (clock);
  RjTimer *timer = g_new0 (RjTimer, 1);

  timer->due_us = self->now_us + delay_us;
  timer->number = ++self->last_number;
  timer->func = func;
  timer->user_data = user_data;
  g_queue_insert_sorted (&self->timers, timer, compare_timers, NULL);
  return timer;
}

static void
rj_fake_clock_cancel (RjClock *clock, RjTimer *timer)
{
  RjFakeClock *self = RJ_FAKE_CLOCK (clock);

  g_assert (g_queue_remove (&self->timers, timer));
  g_free (timer);
}

void
rj_fake_clock_advance_us (RjFakeClock *self, gint64 us)
{
  gint64 until_us = self->now_us + us;

  g_return_if_fail (us >= 0);

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  for (RjTimer *timer = g_queue_peek_head (&self->timers);
       timer != NULL && timer->due_us <= until_us; timer = g_queue_peek_head (&self->timers)) {
    RjTimerFunc func = timer->func;
    gpointer user_data = timer->user_data;

    self->now_us = MAX (self->now_us, timer->due_us);
    g_queue_pop_head (&self->timers);
    g_free (timer);
    func (user_data);
    while (g_main_context_iteration (NULL, FALSE))
      continue;
  }
  self->now_us = until_us;
}

void
rj_fake_clock_skip_us (RjFakeClock *self, gint64 us)
{
  g_return_if_fail (us >= 0);

  self->now_us += us;
}

gint64
rj_fake_clock_get_next_us (RjFakeClock *self)
{
  const RjTimer *timer = g_queue_peek_head (&self->timers);

  return timer == NULL ? -1 : MAX (timer->due_us - self->now_us, 0);
}

guint
rj_fake_clock_count_timers (RjFakeClock *self)
{
  return self->timers.length;
}

static void
rj_fake_clock_finalize (GObject *object)
{
  RjFakeClock *self = RJ_FAKE_CLOCK (object);

  g_queue_clear_full (&self->timers, g_free);
  G_OBJECT_CLASS (rj_fake_clock_parent_class)->finalize (object);
}

static void
rj_fake_clock_iface_init (RjClockInterface *iface)
{
  iface->now_us = rj_fake_clock_now_us;
  iface->start = rj_fake_clock_start;
  iface->cancel = rj_fake_clock_cancel;
}

static void
rj_fake_clock_class_init (RjFakeClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_fake_clock_finalize;
}

static void
rj_fake_clock_init (RjFakeClock *self)
{
  g_queue_init (&self->timers);
}

RjClock *
rj_fake_clock_new (gint64 start_us)
{
  RjFakeClock *self = g_object_new (RJ_TYPE_FAKE_CLOCK, NULL);

  self->now_us = start_us;
  return RJ_CLOCK (self);
}
