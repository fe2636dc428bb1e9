/* One thing that happened: a line of the event log, and the only input of every measure and report.
 *
 * The log is JSON lines. Core members: v, run, host, boot_id, seq, mono_us (CLOCK_MONOTONIC of the moment
 * when it happened, which may be before the line was written), wall (RFC 3339 with microseconds), type,
 * source ("runner" or "cluster"), and where they apply session, participant, attempt, peer, edge, data.
 * The event types stand in rj-event-types.h and in data/schema/event.schema.json.
 *
 * Home thread only, except where said. */
#pragma once

#include <json-glib/json-glib.h>

#include "rj-event-types.h"

G_BEGIN_DECLS

typedef struct {
  const char *type;   /* an RJ_EVENT_… text; interned */
  gint64 mono_us;     /* when it happened; 0: now (the sink fills it in) */
  const char *source; /* interned; NULL: "runner" */
  char *session;      /* (nullable) OpenVidu session id */
  char *participant;  /* (nullable) name of one of ours */
  guint attempt;      /* 1, 2, …; 0: does not apply */
  char *peer;         /* (nullable) "publish", or "subscribe:<publisher name>" */
  char *edge;         /* (nullable) "<publisher name>><subscriber name>" */
  JsonObject *data;   /* (nullable) */
} RjEvent;

RjEvent *rj_event_new (const char *type);
RjEvent *rj_event_new_at (const char *type, gint64 mono_us);
void rj_event_free (RjEvent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjEvent, rj_event_free)

/* Reads a line of the log back. Returns: (transfer full) (nullable) */
RjEvent *rj_event_parse (JsonObject *line, GError **error);

/* Adds to data. A NULL @value is left out. */
void rj_event_set_string (RjEvent *self, const char *name, const char *value);
void rj_event_set_int (RjEvent *self, const char *name, gint64 value);
void rj_event_set_double (RjEvent *self, const char *name, double value);
void rj_event_set_bool (RjEvent *self, const char *name, gboolean value);
/* Sets data.error (a sentence, secrets masked) and data.error_word ("timeout", "rpc-204") */
void rj_event_set_error (RjEvent *self, const GError *error);

/* Where events go. Implemented by the event log, the live measure, the progress display, tests. */
#define RJ_TYPE_EVENT_SINK (rj_event_sink_get_type ())
G_DECLARE_INTERFACE (RjEventSink, rj_event_sink, RJ, EVENT_SINK, GObject)

struct _RjEventSinkInterface {
  GTypeInterface parent;

  void (*take) (RjEventSink *self, const RjEvent *event);
};

/* Hands the event over and frees it. @event: (transfer full); @self: (nullable) */
void rj_event_sink_emit (RjEventSink *self, RjEvent *event);

/* Shows an event that is complete to one more sink. @event: (transfer none) */
void rj_event_sink_take (RjEventSink *self, const RjEvent *event);

/* Gives each event to several sinks, in the order in which they were added; fills in mono_us. */
#define RJ_TYPE_EVENT_TEE (rj_event_tee_get_type ())
G_DECLARE_FINAL_TYPE (RjEventTee, rj_event_tee, RJ, EVENT_TEE, GObject)
RjEventTee *rj_event_tee_new (void);
void rj_event_tee_add (RjEventTee *self, RjEventSink *sink);

G_END_DECLS
