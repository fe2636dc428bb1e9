/* Time and timers. Every timer of the program goes through a clock, so that tests own the time.
 *
 * A timer is owned by its creator: rj_timer_cancel() stops it and frees it; a timer that has fired is freed
 * by the clock before its callback runs, so the creator's pointer must be forgotten in the callback (first
 * line: self->timer = NULL). Home thread only; the real clock may be used from any thread that has a main
 * context of its own. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct _RjTimer RjTimer;
typedef void (*RjTimerFunc) (gpointer user_data);

#define RJ_TYPE_CLOCK (rj_clock_get_type ())
G_DECLARE_INTERFACE (RjClock, rj_clock, RJ, CLOCK, GObject)

struct _RjClockInterface {
  GTypeInterface parent;

  gint64 (*now_us) (RjClock *self);
  RjTimer *(*start) (RjClock *self, gint64 delay_us, RjTimerFunc func, gpointer user_data);
  void (*cancel) (RjClock *self, RjTimer *timer);
};

/* Returns: microseconds of CLOCK_MONOTONIC (real clock), or of the test's own time (fake clock) */
gint64 rj_clock_now_us (RjClock *self);

/* Runs @func once, @delay_us from now. Returns: (transfer full) */
RjTimer *
rj_clock_start_timer (RjClock *self, gint64 delay_us, RjTimerFunc func, gpointer user_data);

/* Stops and forgets the timer at @timer, and sets it to NULL. NULL is fine. */
void rj_clock_cancel_timer (RjClock *self, RjTimer **timer);

/* The clock of the machine; timers run in the thread-default main context of the caller, those that are due
 * together in the order of their times. A timer is cancelled in the thread where it runs. Timers that are
 * left when the last reference goes do not run. */
#define RJ_TYPE_REAL_CLOCK (rj_real_clock_get_type ())
G_DECLARE_FINAL_TYPE (RjRealClock, rj_real_clock, RJ, REAL_CLOCK, GObject)
RjClock *rj_real_clock_new (void);

/* A clock for tests: it stands still until it is told to go on. */
#define RJ_TYPE_FAKE_CLOCK (rj_fake_clock_get_type ())
G_DECLARE_FINAL_TYPE (RjFakeClock, rj_fake_clock, RJ, FAKE_CLOCK, GObject)
RjClock *rj_fake_clock_new (gint64 start_us);

/* Goes on by @us and runs the timers that fall due, in order, each at its own time. After each one, main
 * context work that it caused is done. */
void rj_fake_clock_advance_us (RjFakeClock *self, gint64 us);

/* Goes on by @us in which nothing runs, as when the machine has no time for us: timers are late afterwards. */
void rj_fake_clock_skip_us (RjFakeClock *self, gint64 us);

/* Returns: microseconds until the next timer, or -1 without one */
gint64 rj_fake_clock_get_next_us (RjFakeClock *self);
guint rj_fake_clock_count_timers (RjFakeClock *self);

G_END_DECLS
