/* Recorded conversations with the real servers, tests/vectors/openvidu2/x.jsonl. The folder comes from the
 * environment variable RJT_VECTORS, which meson sets. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *file;  /* base name */
  guint line;        /* from 1 */
  JsonObject *entry; /* the whole line */
  const char *who;   /* (nullable) which client */
  const char *from;  /* (nullable) client, server, openvidu, kurento */
  gboolean media;    /* between openvidu-server and Kurento */
  gint64 socket;     /* of the client, or number of the media connection */
  char *text;        /* (nullable) the message as it went over the wire; NULL: no message */
  JsonNode *message; /* (nullable) the same parsed; NULL when it is no JSON */
} RjtVector;

typedef void (*RjtVectorFunc) (const RjtVector *vector, gpointer user_data);

/* Calls @func for every line of every file, in order. Fails the test when a file is unreadable.
 * Returns: number of lines */
guint rjt_vectors_each (RjtVectorFunc func, gpointer user_data);
/* Only lines that belong to a client, of files whose names begin with @prefix */
guint rjt_vectors_each_of_clients (const char *prefix, RjtVectorFunc func, gpointer user_data);

/* Key of a request and its answer within a file: connection and id. Returns: (transfer full) (nullable) */
char *rjt_vector_get_call_key (const RjtVector *vector);

/* Fails with both texts when the two are not equal, the order of members aside. */
void rjt_assert_json_equal (const RjtVector *where, JsonNode *got, JsonNode *wanted);

G_END_DECLS
