#include "rj-line-reader.h"

#include <gio/gunixinputstream.h>

#include "rj-json.h"

struct _RjLineReader {
  GObject parent_instance;

  GDataInputStream *stream;
  GCancellable *lifetime;
};

enum {
  LINE,
  ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RjLineReader, rj_line_reader, G_TYPE_OBJECT)

static void read_next (RjLineReader *self);

static void
hand_over (RjLineReader *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) line = rj_json_parse_object (text, -1, &error);

  if (line == NULL)
    g_warning ("a line from another process is no JSON object: %s", error->message);
  else
    g_signal_emit (self, signals[LINE], 0, line);
}

static void
on_line (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjLineReader) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  text =
    g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source), result, NULL, &error);
  if (g_cancellable_is_cancelled (self->lifetime))
    return;
  if (text == NULL) {
    g_signal_emit (self, signals[ENDED], 0);
    return;
  }
  hand_over (self, text);
  if (!g_cancellable_is_cancelled (self->lifetime))
    read_next (self);
}

static void
read_next (RjLineReader *self)
{
  g_data_input_stream_read_line_async (self->stream, G_PRIORITY_HIGH, self->lifetime, on_line,
                                       g_object_ref (self));
}

void
rj_line_reader_close (RjLineReader *self)
{
  g_cancellable_cancel (self->lifetime);
}

static void
rj_line_reader_finalize (GObject *object)
{
  RjLineReader *self = RJ_LINE_READER (object);

  g_clear_object (&self->stream);
  g_clear_object (&self->lifetime);
  G_OBJECT_CLASS (rj_line_reader_parent_class)->finalize (object);
}

static void
rj_line_reader_class_init (RjLineReaderClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = rj_line_reader_finalize;
  signals[LINE] = g_signal_new ("line", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                1, JSON_TYPE_OBJECT);
  signals[ENDED] =
    g_signal_new ("ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
rj_line_reader_init (RjLineReader *self)
{
  self->lifetime = g_cancellable_new ();
}

RjLineReader *
rj_line_reader_new (int fd)
{
  RjLineReader *self = g_object_new (RJ_TYPE_LINE_READER, NULL);
  g_autoptr (GInputStream) raw = g_unix_input_stream_new (fd, TRUE);

  self->stream = g_data_input_stream_new (raw);
  g_data_input_stream_set_newline_type (self->stream, G_DATA_STREAM_NEWLINE_TYPE_LF);
  read_next (self);
  return self;
}
