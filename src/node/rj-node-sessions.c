#include "rj-node-sessions.h"

#include "rj-kurento.h"

typedef struct {
  RjNodeSessions *owner;
  char *id;
  guint connection; /* 0: none */
  RjTimer *expiry;  /* while without connection */
} Session;

struct _RjNodeSessions {
  RjClock *clock;
  RjNodeSessionsFunc expired;
  gpointer user_data;
  gint64 interval_ms;
  GHashTable *by_id;
};

static void
session_free (gpointer user_data)
{
  Session *session = user_data;

  rj_clock_cancel_timer (session->owner->clock, &session->expiry);
  g_free (session->id);
  g_free (session);
}

RjNodeSessions *
rj_node_sessions_new (RjClock *clock, RjNodeSessionsFunc expired, gpointer user_data)
{
  RjNodeSessions *self = g_new0 (RjNodeSessions, 1);

  self->clock = g_object_ref (clock);
  self->expired = expired;
  self->user_data = user_data;
  self->interval_ms = RJ_KMS_PING_INTERVAL_MS;
  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, session_free);
  return self;
}

void
rj_node_sessions_free (RjNodeSessions *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->by_id);
  g_object_unref (self->clock);
  g_free (self);
}

static Session *
add (RjNodeSessions *self, char *id, guint connection)
{
  Session *session = g_new0 (Session, 1);

  session->owner = self;
  session->id = id;
  session->connection = connection;
  g_hash_table_insert (self->by_id, id, session);
  return session;
}

const char *
rj_node_sessions_add (RjNodeSessions *self, guint connection)
{
  return add (self, g_uuid_string_random (), connection)->id;
}

gboolean
rj_node_sessions_has (RjNodeSessions *self, const char *id)
{
  return g_hash_table_contains (self->by_id, id);
}

void
rj_node_sessions_use (RjNodeSessions *self, const char *id, guint connection)
{
  Session *session = g_hash_table_lookup (self->by_id, id);

  if (session == NULL)
    session = add (self, g_strdup (id), connection);
  session->connection = connection;
  rj_clock_cancel_timer (self->clock, &session->expiry);
}

guint
rj_node_sessions_get_connection (RjNodeSessions *self, const char *id)
{
  const Session *session = g_hash_table_lookup (self->by_id, id);

  return session == NULL ? 0 : session->connection;
}

void
rj_node_sessions_set_interval_ms (RjNodeSessions *self, gint64 interval_ms)
{
  self->interval_ms = interval_ms;
}

static void
on_expired (gpointer user_data)
{
  Session *session = user_data;
  RjNodeSessions *self = session->owner;

  session->expiry = NULL;
  self->expired (session->id, self->user_data);
  g_hash_table_remove (self->by_id, session->id);
}

void
rj_node_sessions_lose_connection (RjNodeSessions *self, guint connection)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Session *session = value;

    if (session->connection != connection)
      continue;
    session->connection = 0;
    session->expiry =
      rj_clock_start_timer (self->clock, self->interval_ms * 1000, on_expired, session);
  }
}
