#include "rj-ghost-book.h"

#include "rj-json.h"
#include "rj-openvidu2-metadata.h"

typedef struct {
  char *participant;
  guint attempt;
  char *connection; /* (nullable): not joined yet */
  gint64 ended_us;  /* 0: goes on */
} Stay;

/* A connection that is listed and that nobody has */
typedef struct {
  char *session, *name, *connection;
  gint64 since_us, last_seen_us;
  gboolean found;  /* told: a ghost */
  gboolean listed; /* in the list that is looked at */
} Suspect;

struct _RjGhostBook {
  const RjRoster *roster;
  RjEventSink *events;
  GPtrArray *stays;    /* of Stay */
  GPtrArray *suspects; /* of Suspect */
  guint n_listed;
};

static void
stay_free (gpointer data)
{
  Stay *stay = data;

  g_free (stay->participant);
  g_free (stay->connection);
  g_free (stay);
}

static void
suspect_free (gpointer data)
{
  Suspect *suspect = data;

  g_free (suspect->session);
  g_free (suspect->name);
  g_free (suspect->connection);
  g_free (suspect);
}

RjGhostBook *
rj_ghost_book_new (const RjRoster *roster, RjEventSink *events)
{
  RjGhostBook *self = g_new0 (RjGhostBook, 1);

  self->roster = roster;
  self->events = g_object_ref (events);
  self->stays = g_ptr_array_new_with_free_func (stay_free);
  self->suspects = g_ptr_array_new_with_free_func (suspect_free);
  return self;
}

void
rj_ghost_book_free (RjGhostBook *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->stays);
  g_ptr_array_unref (self->suspects);
  g_object_unref (self->events);
  g_free (self);
}

/* --- who has what --- */

/* Returns: (nullable) */
static Stay *
find_stay (RjGhostBook *self, const char *participant, guint attempt)
{
  for (guint i = self->stays->len; i > 0; i--) {
    Stay *stay = g_ptr_array_index (self->stays, i - 1);

    if (stay->attempt == attempt && g_str_equal (stay->participant, participant))
      return stay;
  }
  return NULL;
}

static Stay *
ensure_stay (RjGhostBook *self, const RjEvent *event)
{
  Stay *stay = find_stay (self, event->participant, event->attempt);

  if (stay != NULL)
    return stay;
  stay = g_new0 (Stay, 1);
  stay->participant = g_strdup (event->participant);
  stay->attempt = event->attempt;
  g_ptr_array_add (self->stays, stay);
  return stay;
}

void
rj_ghost_book_take (RjGhostBook *self, const RjEvent *event)
{
  if (event->participant == NULL || event->attempt == 0)
    return;
  if (g_str_equal (event->type, RJ_EVENT_ATTEMPT_STARTED)) {
    ensure_stay (self, event);
  } else if (g_str_equal (event->type, RJ_EVENT_JOINED)) {
    Stay *stay = ensure_stay (self, event);

    g_free (stay->connection);
    stay->connection = g_strdup (rj_json_get_string (event->data, "connection", NULL));
  } else if (g_str_equal (event->type, RJ_EVENT_ATTEMPT_FAILED) ||
             g_str_equal (event->type, RJ_EVENT_ATTEMPT_CLOSED)) {
    Stay *stay = find_stay (self, event->participant, event->attempt);

    if (stay != NULL && stay->ended_us == 0)
      stay->ended_us = event->mono_us;
  }
}

/* Returns: (nullable) */
static const Stay *
find_owner (RjGhostBook *self, const char *connection)
{
  for (guint i = self->stays->len; i > 0; i--) {
    const Stay *stay = g_ptr_array_index (self->stays, i - 1);

    if (g_strcmp0 (stay->connection, connection) == 0)
      return stay;
  }
  return NULL;
}

static gboolean
is_joining (RjGhostBook *self, const char *name)
{
  for (guint i = 0; i < self->stays->len; i++) {
    const Stay *stay = g_ptr_array_index (self->stays, i);

    if (stay->ended_us == 0 && stay->connection == NULL && g_str_equal (stay->participant, name))
      return TRUE;
  }
  return FALSE;
}

/* --- what is listed --- */

static Suspect *
ensure_suspect (RjGhostBook *self, const char *session, const char *name, const char *connection)
{
  Suspect *suspect;

  for (guint i = 0; i < self->suspects->len; i++) {
    suspect = g_ptr_array_index (self->suspects, i);
    if (g_str_equal (suspect->connection, connection))
      return suspect;
  }
  suspect = g_new0 (Suspect, 1);
  suspect->session = g_strdup (session);
  suspect->name = g_strdup (name);
  suspect->connection = g_strdup (connection);
  g_ptr_array_add (self->suspects, suspect);
  return suspect;
}

static RjEvent *
describe (const Suspect *suspect, const char *type, gint64 us)
{
  RjEvent *event = rj_event_new_at (type, us);

  event->session = g_strdup (suspect->session);
  event->participant = g_strdup (suspect->name);
  rj_event_set_string (event, "connection", suspect->connection);
  rj_event_set_int (event, "since_us", suspect->since_us);
  return event;
}

static void
look_at_connection (RjGhostBook *self, const char *session, JsonObject *listed, gint64 asked_us)
{
  const char *connection = rj_json_get_string (listed, "connectionId", NULL);
  g_autofree char *told =
    rj_ov2_metadata_get_name (rj_json_get_string (listed, "clientData", NULL));
  const char *name = told == NULL ? NULL : rj_names_find (self->roster->names, session, told);
  const Stay *owner = connection == NULL ? NULL : find_owner (self, connection);
  const RjRosterEntry *namesake =
    name == NULL ? NULL : rj_roster_find (self->roster, session, name);
  Suspect *suspect;

  if (connection == NULL || g_str_equal (rj_json_get_string (listed, "status", ""), "pending"))
    return;
  if (owner == NULL && (namesake == NULL || namesake->elsewhere)) /* foreign, or of another shard */
    return;
  self->n_listed++;
  if (owner != NULL && owner->ended_us == 0)
    return;
  suspect = ensure_suspect (self, session, owner != NULL ? owner->participant : name, connection);
  suspect->listed = TRUE;
  suspect->last_seen_us = asked_us;
  if (owner != NULL)
    suspect->since_us = owner->ended_us;
  else if (suspect->since_us == 0 || (!suspect->found && is_joining (self, suspect->name)))
    suspect->since_us = asked_us;
  if (suspect->found || asked_us - suspect->since_us < RJ_GHOST_GRACE_US)
    return;
  suspect->found = TRUE;
  rj_event_sink_emit (self->events, describe (suspect, RJ_EVENT_GHOST_FOUND, asked_us));
}

static void
look_at_session (RjGhostBook *self, JsonObject *session, gint64 asked_us)
{
  const char *id = rj_json_get_string (session, "sessionId", NULL);
  JsonArray *connections =
    rj_json_get_array (rj_json_get_object (session, "connections"), "content");

  for (guint i = 0; id != NULL && connections != NULL && i < json_array_get_length (connections);
       i++) {
    JsonObject *connection = rj_json_array_get_object (connections, i);

    if (connection != NULL)
      look_at_connection (self, id, connection, asked_us);
  }
}

static void
forget_unlisted (RjGhostBook *self, gint64 asked_us)
{
  for (guint i = self->suspects->len; i > 0; i--) {
    const Suspect *suspect = g_ptr_array_index (self->suspects, i - 1);
    RjEvent *event;

    if (suspect->listed)
      continue;
    if (suspect->found) {
      event = describe (suspect, RJ_EVENT_GHOST_GONE, asked_us);
      rj_event_set_int (event, "last_seen_us", suspect->last_seen_us);
      rj_event_set_double (event, "lifetime_ms", (asked_us - suspect->since_us) / 1000.0);
      rj_event_sink_emit (self->events, event);
    }
    g_ptr_array_remove_index (self->suspects, i - 1);
  }
}

void
rj_ghost_book_list (RjGhostBook *self, JsonObject *sessions, gint64 asked_us)
{
  JsonArray *content = rj_json_get_array (sessions, "content");

  self->n_listed = 0;
  for (guint i = 0; i < self->suspects->len; i++)
    ((Suspect *) g_ptr_array_index (self->suspects, i))->listed = FALSE;
  for (guint i = 0; content != NULL && i < json_array_get_length (content); i++) {
    JsonObject *session = rj_json_array_get_object (content, i);

    if (session != NULL)
      look_at_session (self, session, asked_us);
  }
  forget_unlisted (self, asked_us);
}

guint
rj_ghost_book_count_listed (const RjGhostBook *self)
{
  return self->n_listed;
}

guint
rj_ghost_book_count_suspects (const RjGhostBook *self)
{
  return self->suspects->len;
}

guint
rj_ghost_book_count_ghosts (const RjGhostBook *self)
{
  guint n = 0;

  for (guint i = 0; i < self->suspects->len; i++)
    n += ((Suspect *) g_ptr_array_index (self->suspects, i))->found;
  return n;
}
