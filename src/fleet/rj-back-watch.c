#include "rj-back-watch.h"

struct _RjBackWatch {
  RjBackWatchConfig config;
  gint64 since_us;  /* everybody has been back; 0: not */
  gint64 stats_us;  /* last ones that were emitted */
  gint64 effect_us; /* last time that somebody lost something */
  gboolean sure;
};

void
rj_back_watch_take (RjBackWatch *self, const RjEvent *event)
{
  static const char *const effects[] = {
    RJ_EVENT_REJOIN_STARTED,  RJ_EVENT_RESUME_STARTED,     RJ_EVENT_FRAME_GAP,
    RJ_EVENT_OWN_UNPUBLISHED, RJ_EVENT_PARTICIPANT_FAILED, NULL,
  };

  if (g_strv_contains (effects, event->type))
    self->effect_us = event->mono_us;
}

/* Whether the last fault that should do harm has done some, or has had its time: one that meets nobody any
 * more does none. After a frozen node the participants themselves are the last to act. */
static gboolean
is_harm_over (const RjBackWatch *self, gint64 now_us)
{
  gint64 harm_us = rj_fault_script_get_harm_us (self->config.script);

  return self->effect_us >= harm_us ||
         now_us - harm_us > self->config.silence_leave_us + RJ_BACK_CALM_US;
}

static gboolean
is_everybody_back (const RjBackWatch *self, gint64 now_us)
{
  if (rj_fault_script_is_busy (self->config.script) ||
      !rj_measure_everyone_flows (self->config.measure))
    return FALSE;
  if (rj_fault_script_get_harm_us (self->config.script) == 0)
    return TRUE;
  return is_harm_over (self, now_us) && rj_measure_has_recovered (self->config.measure);
}

/* Signs of life are not pictures: only the counts of the moment tell whether frames are complete again. */
gboolean
rj_back_watch_confirm (RjBackWatch *self, gint64 now_us)
{
  if (self->stats_us != now_us)
    self->config.emit_stats (self->config.user_data);
  self->stats_us = now_us;
  self->sure = rj_measure_everyone_sees (self->config.measure);
  if (!self->sure)
    self->since_us = 0;
  return self->sure;
}

void
rj_back_watch_look (RjBackWatch *self, gint64 now_us)
{
  gint64 harm_us = rj_fault_script_get_harm_us (self->config.script);

  if (!is_everybody_back (self, now_us)) {
    self->since_us = 0;
    self->sure = FALSE;
  } else if (self->since_us == 0) {
    self->since_us = now_us;
  } else if (!self->sure && now_us - self->since_us >= RJ_BACK_CALM_US) {
    rj_back_watch_confirm (self, now_us);
  }
  rj_fault_script_tell_back (self->config.script, self->since_us, self->sure);
  if (rj_fault_script_get_harm_us (self->config.script) == harm_us)
    return;
  self->since_us = 0; /* it has gone on, with harm */
  self->sure = FALSE;
}

gboolean
rj_back_watch_is_sure (const RjBackWatch *self)
{
  return self->sure;
}

gboolean
rj_back_watch_has_fresh_stats (const RjBackWatch *self, gint64 now_us)
{
  return self->stats_us == now_us;
}

RjBackWatch *
rj_back_watch_new (const RjBackWatchConfig *config)
{
  RjBackWatch *self = g_new0 (RjBackWatch, 1);

  self->config = *config;
  return self;
}

void
rj_back_watch_free (RjBackWatch *self)
{
  g_free (self);
}
