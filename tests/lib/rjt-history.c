#include "rjt-history.h"

#include "rj-json.h"

struct _RjtHistory {
  GObject parent_instance;

  GPtrArray *events; /* of RjEvent */
};

static void rjt_history_iface_init (RjEventSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjtHistory,
                               rjt_history,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_EVENT_SINK, rjt_history_iface_init))

static void
rjt_history_take (RjEventSink *sink, const RjEvent *event)
{
  RjEvent *copy = rj_event_new_at (event->type, event->mono_us);

  copy->source = event->source;
  copy->session = g_strdup (event->session);
  copy->participant = g_strdup (event->participant);
  copy->attempt = event->attempt;
  copy->peer = g_strdup (event->peer);
  copy->edge = g_strdup (event->edge);
  copy->data = event->data != NULL ? json_object_ref (event->data) : NULL;
  g_ptr_array_add (RJT_HISTORY (sink)->events, copy);
}

static void
rjt_history_iface_init (RjEventSinkInterface *iface)
{
  iface->take = rjt_history_take;
}

static void
rjt_history_finalize (GObject *object)
{
  g_ptr_array_unref (RJT_HISTORY (object)->events);
  G_OBJECT_CLASS (rjt_history_parent_class)->finalize (object);
}

static void
rjt_history_class_init (RjtHistoryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rjt_history_finalize;
}

static void
rjt_history_init (RjtHistory *self)
{
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_event_free);
}

RjtHistory *
rjt_history_new (void)
{
  return g_object_new (RJT_TYPE_HISTORY, NULL);
}

void
rjt_history_clear (RjtHistory *self)
{
  g_ptr_array_set_size (self->events, 0);
}

const char *
rjt_event_get_text (const RjEvent *event, const char *name)
{
  return event == NULL || event->data == NULL ? "" : rj_json_get_string (event->data, name, "");
}

guint
rjt_history_count_where (RjtHistory *self, const char *type, const char *name, const char *value)
{
  guint n = 0;

  for (guint i = 0; i < self->events->len; i++) {
    const RjEvent *event = g_ptr_array_index (self->events, i);

    n += g_str_equal (event->type, type) &&
         (name == NULL || g_str_equal (rjt_event_get_text (event, name), value));
  }
  return n;
}

guint
rjt_history_count (RjtHistory *self, const char *type)
{
  return rjt_history_count_where (self, type, NULL, NULL);
}

const RjEvent *
rjt_history_find (RjtHistory *self, const char *type, guint nth)
{
  for (guint i = 0; i < self->events->len; i++) {
    const RjEvent *event = g_ptr_array_index (self->events, i);

    if (g_str_equal (event->type, type) && nth-- == 0)
      return event;
  }
  return NULL;
}

const RjEvent *
rjt_history_find_last (RjtHistory *self, const char *type)
{
  guint n = rjt_history_count (self, type);

  return n == 0 ? NULL : rjt_history_find (self, type, n - 1);
}

void
rjt_history_expect_order (RjtHistory *self, const char *first, ...)
{
  const char *type = first;
  guint at = 0;
  va_list list;

  va_start (list, first);
  for (; type != NULL; type = va_arg (list, const char *)) {
    while (at < self->events->len &&
           !g_str_equal (((RjEvent *) g_ptr_array_index (self->events, at))->type, type))
      at++;
    if (at == self->events->len) {
      g_autofree char *text = rjt_history_to_text (self);

      g_error ("no %s at its place in:\n%s", type, text);
    }
    at++;
  }
  va_end (list);
}

char *
rjt_history_to_text (RjtHistory *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->events->len; i++) {
    const RjEvent *event = g_ptr_array_index (self->events, i);
    g_autofree char *data = event->data != NULL ? rj_json_object_to_text (event->data) : NULL;

    g_string_append_printf (text, "%10.3f %s #%u %s %s %s\n", event->mono_us / 1000.0, event->type,
                            event->attempt, event->peer != NULL ? event->peer : "",
                            event->edge != NULL ? event->edge : "", data != NULL ? data : "");
  }
  return g_string_free (text, FALSE);
}
