#include "rj-end-watch.h"

struct _RjEndWatch {
  RjEndWatchConfig config;
  gint64 flowing_us;
  gboolean has_picture_news; /* since lacks_picture was found */
  gboolean lacks_picture;
};

void
rj_end_watch_take (RjEndWatch *self, const RjEvent *event)
{
  if (g_str_equal (event->type, RJ_EVENT_PICTURE_CHECKED) ||
      g_str_equal (event->type, RJ_EVENT_FIRST_KEY_FRAME) ||
      g_str_equal (event->type, RJ_EVENT_FRAME_GAP))
    self->has_picture_news = TRUE;
}

/* Since when there is time for everybody to be back */
static gint64
get_since_us (const RjEndWatch *self)
{
  return MAX (self->flowing_us, rj_fault_script_get_ended_us (self->config.script));
}

/* Not everybody has come back in time, and nothing goes on without them. */
static gboolean
is_stuck (const RjEndWatch *self, gint64 now_us)
{
  const RjRunOptions *options = self->config.options;
  RjFaultScript *script = self->config.script;
  gboolean last = options->duration_us < 0 && rj_fault_script_is_done (script) &&
                  !rj_fault_script_is_harmless (script);

  return (last || rj_fault_script_is_waiting (script)) &&
         now_us - get_since_us (self) > options->within_us + RJ_BACK_CALM_US;
}

/* Complete frames may be black: with --decode one picture at least has to be seen since everybody is back, within
 * the time that everybody had for it. */
static gboolean
lacks_picture (RjEndWatch *self, gint64 now_us)
{
  const RjRunOptions *options = self->config.options;

  if (!options->decode || now_us - get_since_us (self) > options->within_us)
    return FALSE;
  if (self->has_picture_news)
    self->lacks_picture = !rj_measure_has_checked_pictures (self->config.measure);
  self->has_picture_news = FALSE;
  return self->lacks_picture;
}

void
rj_end_watch_start (RjEndWatch *self, gint64 now_us)
{
  self->flowing_us = now_us;
}

const char *
rj_end_watch_look (RjEndWatch *self, RjCensus *census, gint64 now_us)
{
  gint64 duration_us = self->config.options->duration_us;
  gboolean done, back;

  rj_back_watch_look (self->config.back, now_us);
  done = rj_fault_script_is_done (self->config.script);
  if (duration_us >= 0 && done && now_us - self->flowing_us >= duration_us)
    return "duration";
  back = duration_us < 0 && done && rj_back_watch_is_sure (self->config.back);
  if (back && rj_census_is_waited_for (census))
    return NULL;
  if (back && !lacks_picture (self, now_us) && rj_back_watch_confirm (self->config.back, now_us))
    return rj_fault_script_is_harmless (self->config.script) ? "duration" : "recovered";
  return is_stuck (self, now_us) ? "timeout" : NULL;
}

RjEndWatch *
rj_end_watch_new (const RjEndWatchConfig *config)
{
  RjEndWatch *self = g_new0 (RjEndWatch, 1);

  self->config = *config;
  return self;
}

void
rj_end_watch_free (RjEndWatch *self)
{
  g_free (self);
}
