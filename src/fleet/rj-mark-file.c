#include "rj-mark-file.h"

struct _RjMarkFile {
  GFile *file;
  GFileMonitor *monitor;
  RjMarkFileFunc func;
  gpointer user_data;
  gboolean was_there;
  gboolean is_there;
};

/* Returns: its time of change on the wall, microseconds; -1: it is not there */
static gint64
read_changed_us (GFile *file)
{
  g_autoptr (GFileInfo) info =
    g_file_query_info (file, G_FILE_ATTRIBUTE_TIME_MODIFIED "," G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC,
                       G_FILE_QUERY_INFO_NONE, NULL, NULL);

  if (info == NULL)
    return -1;
  return (gint64) g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED) *
           G_USEC_PER_SEC +
         g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC);
}

static void
look (RjMarkFile *self)
{
  gint64 changed_us = read_changed_us (self->file);
  gint64 now_us = g_get_monotonic_time ();
  gint64 age_us = g_get_real_time () - changed_us;
  gboolean stamped = age_us >= 0 && age_us <= RJ_MARK_FILE_BELIEVED_US;
  gboolean appeared = changed_us >= 0 && !self->is_there;

  self->is_there = changed_us >= 0;
  if (appeared)
    self->func (stamped ? now_us - age_us : now_us, stamped, self->user_data);
}

/* It may have gone and come again before we hear of the first. */
static void
on_changed (
  GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, RjMarkFile *self)
{
  if (event == G_FILE_MONITOR_EVENT_DELETED || event == G_FILE_MONITOR_EVENT_MOVED_OUT)
    self->is_there = FALSE;
  else
    look (self);
}

RjMarkFile *
rj_mark_file_new (const char *path, RjMarkFileFunc func, gpointer user_data, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileMonitor) monitor =
    g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, error);
  RjMarkFile *self;

  if (monitor == NULL)
    return NULL;
  self = g_new0 (RjMarkFile, 1);
  self->file = g_steal_pointer (&file);
  self->monitor = g_steal_pointer (&monitor);
  self->func = func;
  self->user_data = user_data;
  self->was_there = self->is_there = read_changed_us (self->file) >= 0;
  g_signal_connect (self->monitor, "changed", G_CALLBACK (on_changed), self);
  return self;
}

gboolean
rj_mark_file_was_there (const RjMarkFile *self)
{
  return self->was_there;
}

void
rj_mark_file_free (RjMarkFile *self)
{
  if (self == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_file_monitor_cancel (self->monitor);
  g_clear_object (&self->monitor);
  g_clear_object (&self->file);
  g_free (self);
}
