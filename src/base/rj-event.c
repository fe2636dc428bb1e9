#include "rj-event.h"

#include "rj-error.h"
#include "rj-json-texts.h"
#include "rj-json.h"
#include "rj-secret.h"

RjEvent *
rj_event_new (const char *type)
{
  return rj_event_new_at (type, 0);
}

RjEvent *
rj_event_new_at (const char *type, gint64 mono_us)
{
  RjEvent *self = g_new0 (RjEvent, 1);

  self->type = g_intern_string (type);
  self->mono_us = mono_us;
  return self;
}

void
rj_event_free (RjEvent *self)
{
  if (self == NULL)
    return;
  g_free (self->session);
  g_free (self->participant);
  g_free (self->peer);
  g_free (self->edge);
  g_clear_pointer (&self->data, json_object_unref);
  g_free (self);
}

RjEvent *
rj_event_parse (JsonObject *line, GError **error)
{
  g_autoptr (RjEvent) self = NULL;
  g_autofree char *type = NULL;
  gint64 mono_us = 0;
  JsonObject *data;

  if (!rj_json_read_string (line, "type", &type, error) ||
      !rj_json_read_int (line, "mono_us", &mono_us, error))
    return NULL;
  self = rj_event_new_at (type, mono_us);
  self->source = g_intern_string (rj_json_get_string (line, "source", "runner"));
  self->session = g_strdup (rj_json_get_string (line, "session", NULL));
  self->participant = g_strdup (rj_json_get_string (line, "participant", NULL));
  self->attempt = rj_json_get_int (line, "attempt", 0);
  self->peer = g_strdup (rj_json_get_string (line, "peer", NULL));
  self->edge = g_strdup (rj_json_get_string (line, "edge", NULL));
  data = rj_json_get_object (line, "data");
  if (data != NULL)
    self->data = json_object_ref (data);
  return g_steal_pointer (&self);
}

static JsonObject *
ensure_data (RjEvent *self)
{
  if (self->data == NULL)
    self->data = json_object_new ();
  return self->data;
}

void
rj_event_set_string (RjEvent *self, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (ensure_data (self), name, value);
}

void
rj_event_set_int (RjEvent *self, const char *name, gint64 value)
{
  json_object_set_int_member (ensure_data (self), name, value);
}

void
rj_event_set_double (RjEvent *self, const char *name, double value)
{
  json_object_set_double_member (ensure_data (self), name, value);
}

void
rj_event_set_bool (RjEvent *self, const char *name, gboolean value)
{
  json_object_set_boolean_member (ensure_data (self), name, value);
}

void
rj_event_set_error (RjEvent *self, const GError *error)
{
  g_autofree char *text = rj_secret_scrub (error->message);
  g_autofree char *word = rj_error_get_word (error);

  rj_event_set_string (self, "error", text);
  rj_event_set_string (self, "error_word", word);
}

G_DEFINE_INTERFACE (RjEventSink, rj_event_sink, G_TYPE_OBJECT)

static void
rj_event_sink_default_init (RjEventSinkInterface *iface)
{
}

static char *
scrub_text (const char *text, gpointer unused)
{
  char *clean = rj_secret_scrub_remembered (text);

  return clean != NULL ? clean : g_strdup (text);
}

/* The data may belong to somebody else, too, and is replaced as a whole. */
static void
scrub_data (RjEvent *event)
{
  g_autofree char *text = event->data == NULL ? NULL : rj_json_object_to_text (event->data);
  g_autofree char *found = text == NULL ? NULL : rj_secret_scrub_remembered (text);
  g_autoptr (JsonNode) whole = NULL;
  g_autoptr (JsonNode) clean = NULL;

  if (found == NULL)
    return;
  whole = json_node_init_object (json_node_alloc (), event->data);
  clean = rj_json_map_texts (whole, scrub_text, NULL);
  json_object_unref (event->data);
  event->data = json_node_dup_object (clean);
}

void
rj_event_sink_emit (RjEventSink *self, RjEvent *event)
{
  if (event->mono_us == 0)
    event->mono_us = g_get_monotonic_time ();
  if (event->source == NULL)
    event->source = g_intern_static_string ("runner");
  if (rj_secret_is_any_remembered ())
    scrub_data (event);
  if (self != NULL)
    rj_event_sink_take (self, event);
  rj_event_free (event);
}

void
rj_event_sink_take (RjEventSink *self, const RjEvent *event)
{
  RJ_EVENT_SINK_GET_IFACE (self)->take (self, event);
}

struct _RjEventTee {
  GObject parent_instance;

  GPtrArray *sinks;
};

static void rj_event_tee_iface_init (RjEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjEventTee,
                               rj_event_tee,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_EVENT_SINK, rj_event_tee_iface_init))

static void
rj_event_tee_take (RjEventSink *sink, const RjEvent *event)
{
  RjEventTee *self = RJ_EVENT_TEE (sink);

  for (guint i = 0; i < self->sinks->len; i++)
    rj_event_sink_take (g_ptr_array_index (self->sinks, i), event);
}

static void
rj_event_tee_iface_init (RjEventSinkInterface *iface)
{
  iface->take = rj_event_tee_take;
}

static void
rj_event_tee_finalize (GObject *object)
{
  g_ptr_array_unref (RJ_EVENT_TEE (object)->sinks);
  G_OBJECT_CLASS (rj_event_tee_parent_class)->finalize (object);
}

static void
rj_event_tee_class_init (RjEventTeeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_event_tee_finalize;
}

static void
rj_event_tee_init (RjEventTee *self)
{
  self->sinks = g_ptr_array_new_with_free_func (g_object_unref);
}

RjEventTee *
rj_event_tee_new (void)
{
  return g_object_new (RJ_TYPE_EVENT_TEE, NULL);
}

void
rj_event_tee_add (RjEventTee *self, RjEventSink *sink)
{
  g_ptr_array_add (self->sinks, g_object_ref (sink));
}
