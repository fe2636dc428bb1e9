#include "rj-event-log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "rj-error.h"
#include "rj-json.h"

struct _RjEventLog {
  GObject parent_instance;

  int fd;
  gboolean owns_fd;
  char *run;
  char *host;
  char *boot_id;
  guint64 seq;
  gint64 wall_offset_us; /* wall clock less monotonic clock, at the start of the log */
  GError *error;
  guint64 n_lost;
};

static void rj_event_log_iface_init (RjEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjEventLog,
                               rj_event_log,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_EVENT_SINK, rj_event_log_iface_init))

static char *
format_wall (gint64 wall_us)
{
  g_autoptr (GDateTime) second = g_date_time_new_from_unix_utc (wall_us / G_USEC_PER_SEC);
  g_autofree char *text = g_date_time_format (second, "%Y-%m-%dT%H:%M:%S");

  return g_strdup_printf ("%s.%06dZ", text, (int) (wall_us % G_USEC_PER_SEC));
}

static JsonObject *
build_line (RjEventLog *self, const RjEvent *event)
{
  g_autofree char *wall = format_wall (event->mono_us + self->wall_offset_us);
  JsonObject *line = rj_json_build (
    "v", 'i', (gint64) 1, "run", 's', self->run, "host", 's', self->host, "boot_id", 's',
    self->boot_id, "seq", 'i', (gint64) self->seq++, "mono_us", 'i', event->mono_us, "wall", 's',
    wall, "type", 's', event->type, "source", 's', event->source, "session", 's', event->session,
    "participant", 's', event->participant, NULL);

  if (event->attempt > 0)
    json_object_set_int_member (line, "attempt", event->attempt);
  if (event->peer != NULL)
    json_object_set_string_member (line, "peer", event->peer);
  if (event->edge != NULL)
    json_object_set_string_member (line, "edge", event->edge);
  if (event->data != NULL)
    json_object_set_object_member (line, "data", json_object_ref (event->data));
  return line;
}

static void
remember_error (RjEventLog *self, int saved_errno)
{
  if (self->error == NULL)
    g_set_error (&self->error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "the event log ends early: %s",
                 g_strerror (saved_errno));
}

/* A line that only partly fitted is cut off again, so that the file ends with a whole line. */
static void
write_line (RjEventLog *self, const char *text, gsize length)
{
  off_t before = lseek (self->fd, 0, SEEK_CUR);
  gsize done = 0;

  while (done < length) {
    gssize n = write (self->fd, text + done, length - done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      int saved_errno = errno;

      if (done > 0 && before >= 0 && ftruncate (self->fd, before) == 0)
        lseek (self->fd, before, SEEK_SET);
      remember_error (self, saved_errno);
      self->n_lost++;
      return;
    }
    done += n;
  }
}

static void
rj_event_log_take (RjEventSink *sink, const RjEvent *event)
{
  RjEventLog *self = RJ_EVENT_LOG (sink);
  g_autoptr (JsonObject) line = NULL;
  g_autofree char *text = NULL;
  g_autofree char *terminated = NULL;

  if (self->error != NULL) {
    self->n_lost++;
    return;
  }
  line = build_line (self, event);
  text = rj_json_object_to_text (line);
  terminated = g_strconcat (text, "\n", NULL);
  write_line (self, terminated, strlen (terminated));
}

static void
rj_event_log_iface_init (RjEventSinkInterface *iface)
{
  iface->take = rj_event_log_take;
}

static void
rj_event_log_finalize (GObject *object)
{
  RjEventLog *self = RJ_EVENT_LOG (object);

  if (self->owns_fd)
    close (self->fd);
  g_free (self->run);
  g_free (self->host);
  g_free (self->boot_id);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (rj_event_log_parent_class)->finalize (object);
}

static void
rj_event_log_class_init (RjEventLogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_event_log_finalize;
}

static void
rj_event_log_init (RjEventLog *self)
{
  self->fd = -1;
}

static char *
read_boot_id (void)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents ("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
    return g_strdup ("unknown");
  return g_strdup (g_strstrip (text));
}

RjEventLog *
rj_event_log_new_for_fd (int fd, const char *run)
{
  RjEventLog *self = g_object_new (RJ_TYPE_EVENT_LOG, NULL);

  self->fd = fd;
  self->owns_fd = TRUE;
  self->run = g_strdup (run);
  self->host = g_strdup (g_get_host_name ());
  self->boot_id = read_boot_id ();
  self->wall_offset_us = g_get_real_time () - g_get_monotonic_time ();
  return self;
}

RjEventLog *
rj_event_log_new (const char *path, const char *run, GError **error)
{
  RjEventLog *self;
  gboolean is_stdout = g_str_equal (path, "-");
  int fd = is_stdout ? STDOUT_FILENO : open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

  if (fd < 0) {
    g_set_error (error, RJ_ERROR, RJ_ERROR_ENVIRONMENT,
                 "cannot write the event log %s: %s; give --events a file in a folder that you may "
                 "write to",
                 path, g_strerror (errno));
    return NULL;
  }
  self = rj_event_log_new_for_fd (fd, run);
  self->owns_fd = !is_stdout;
  return self;
}

void
rj_event_log_set_run (RjEventLog *self, const char *run)
{
  g_free (self->run);
  self->run = g_strdup (run);
  self->seq = 0;
}

const GError *
rj_event_log_get_error (RjEventLog *self)
{
  return self->error;
}

guint64
rj_event_log_get_n_lost (RjEventLog *self)
{
  return self->n_lost;
}
