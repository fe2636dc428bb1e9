#include "rj-server-stats.h"

#include "rj-json.h"

struct _RjServerStats {
  gint64 created_ms;
  char *client_sdp;       /* (nullable) */
  char *node_sdp;         /* (nullable) */
  char *local_candidate;  /* (nullable): of the selected pair */
  char *remote_candidate; /* (nullable) */
  JsonArray *client_candidates;
  JsonArray *node_candidates;
  JsonArray *events;
};

RjServerStats *
rj_server_stats_new (gint64 created_ms)
{
  RjServerStats *self = g_new0 (RjServerStats, 1);

  self->created_ms = created_ms;
  self->client_candidates = json_array_new ();
  self->node_candidates = json_array_new ();
  self->events = json_array_new ();
  return self;
}

void
rj_server_stats_free (RjServerStats *self)
{
  g_free (self->client_sdp);
  g_free (self->node_sdp);
  g_free (self->local_candidate);
  g_free (self->remote_candidate);
  json_array_unref (self->client_candidates);
  json_array_unref (self->node_candidates);
  json_array_unref (self->events);
  g_free (self);
}

void
rj_server_stats_note_sdp (RjServerStats *self, gboolean of_client, const char *sdp)
{
  char **where = of_client ? &self->client_sdp : &self->node_sdp;

  g_free (*where);
  *where = g_strdup (sdp);
}

void
rj_server_stats_note_candidate (
  RjServerStats *self, gboolean of_client, const char *candidate, const char *mid, gint64 mline)
{
  json_array_add_object_element (of_client ? self->client_candidates : self->node_candidates,
                                 rj_json_build ("candidate", 's', candidate, "sdpMid", 's', mid,
                                                "sdpMLineIndex", 'i', mline, NULL));
}

static void
replace (char **where, const char *value)
{
  g_free (*where);
  *where = g_strdup (value);
}

void
rj_server_stats_note_event (RjServerStats *self, const RjKmsEvent *event)
{
  static const char *const unwanted[] = { "source", "tags", "timestampMillis", "timestamp" };
  g_autoptr (JsonObject) built = rj_kms_event_build (event);
  JsonObject *data = rj_json_get_object (rj_json_get_object (built, "value"), "data");
  gint64 at_ms = event->timestamp_ms == NULL ? 0 : g_ascii_strtoll (event->timestamp_ms, NULL, 10);

  if (event->local_candidate != NULL)
    replace (&self->local_candidate, event->local_candidate);
  if (event->remote_candidate != NULL)
    replace (&self->remote_candidate, event->remote_candidate);
  for (guint i = 0; i < G_N_ELEMENTS (unwanted); i++)
    json_object_remove_member (data, unwanted[i]);
  json_object_set_int_member (data, "timestamp", at_ms);
  json_object_set_int_member (data, "msSinceEndpointCreation", at_ms - self->created_ms);
  json_array_add_object_element (self->events, json_object_ref (data));
}

static void
set_text (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
  else
    json_object_set_null_member (object, name);
}

void
rj_server_stats_describe (const RjServerStats *self, const char *name, JsonObject *object)
{
  set_text (object, "webrtcEndpointName", name);
  set_text (object, "remoteSdp", self->client_sdp);
  set_text (object, "localSdp", self->node_sdp);
  json_object_set_array_member (object, "clientIceCandidates",
                                json_array_ref (self->client_candidates));
  json_object_set_array_member (object, "serverIceCandidates",
                                json_array_ref (self->node_candidates));
  set_text (object, "localCandidate", self->local_candidate);
  set_text (object, "remoteCandidate", self->remote_candidate);
  json_object_set_array_member (object, "events", json_array_ref (self->events));
}
