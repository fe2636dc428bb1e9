#include "rj-room.h"

typedef struct {
  char *name;
  RjRemoteStream *stream; /* (nullable) */
  gboolean left;
} Person;

struct _RjRoom {
  char *own_name;
  GHashTable *people; /* connection -> Person */
};

static void
person_free (gpointer data)
{
  Person *self = data;

  g_free (self->name);
  rj_remote_stream_free (self->stream);
  g_free (self);
}

RjRoom *
rj_room_new (const char *own_name)
{
  RjRoom *self = g_new0 (RjRoom, 1);

  self->own_name = g_strdup (own_name);
  self->people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, person_free);
  return self;
}

void
rj_room_free (RjRoom *self)
{
  if (self == NULL)
    return;
  g_free (self->own_name);
  g_hash_table_unref (self->people);
  g_free (self);
}

static Person *
ensure_person (RjRoom *self, const char *connection, const char *name)
{
  Person *person = g_hash_table_lookup (self->people, connection);

  if (person == NULL) {
    person = g_new0 (Person, 1);
    person->name = g_strdup (name != NULL ? name : connection);
    g_hash_table_insert (self->people, g_strdup (connection), person);
  }
  return person;
}

gboolean
rj_room_enter (RjRoom *self, const char *connection, const char *name)
{
  if (g_hash_table_contains (self->people, connection))
    return FALSE;
  ensure_person (self, connection, name);
  return TRUE;
}

gboolean
rj_room_leave (RjRoom *self, const char *connection)
{
  Person *person = g_hash_table_lookup (self->people, connection);
  gboolean was_there = person != NULL && !person->left;

  person = ensure_person (self, connection, NULL);
  person->left = TRUE;
  g_clear_pointer (&person->stream, rj_remote_stream_free);
  return was_there;
}

const char *
rj_room_get_name (RjRoom *self, const char *connection)
{
  const Person *person = g_hash_table_lookup (self->people, connection);

  return person == NULL ? NULL : person->name;
}

RjRoomNews
rj_room_publish (RjRoom *self, const RjRemoteStream *stream)
{
  Person *person = ensure_person (self, stream->connection, stream->name);

  if (person->left)
    return RJ_ROOM_GONE;
  if (g_strcmp0 (stream->name, self->own_name) == 0)
    return RJ_ROOM_SELF;
  if (person->stream != NULL && g_str_equal (person->stream->stream, stream->stream))
    return RJ_ROOM_KNOWN;
  g_clear_pointer (&person->stream, rj_remote_stream_free);
  person->stream = rj_remote_stream_copy (stream);
  return RJ_ROOM_NEW;
}

gboolean
rj_room_unpublish (RjRoom *self, const char *connection)
{
  Person *person = g_hash_table_lookup (self->people, connection);

  if (person == NULL || person->stream == NULL)
    return FALSE;
  g_clear_pointer (&person->stream, rj_remote_stream_free);
  return TRUE;
}

gboolean
rj_room_change (RjRoom *self, const RjRemoteStream *stream)
{
  Person *person = g_hash_table_lookup (self->people, stream->connection);

  if (person == NULL || person->stream == NULL)
    return FALSE;
  person->stream->audio_active = stream->audio_active;
  person->stream->video_active = stream->video_active;
  return TRUE;
}

const RjRemoteStream *
rj_room_get_stream (RjRoom *self, const char *connection)
{
  const Person *person = g_hash_table_lookup (self->people, connection);

  return person == NULL ? NULL : person->stream;
}

GPtrArray *
rj_room_list_streams (RjRoom *self)
{
  GPtrArray *streams = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->people);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Person *person = value;

    if (person->stream != NULL)
      g_ptr_array_add (streams, person->stream);
  }
  return streams;
}
