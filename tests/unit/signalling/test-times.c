/* Our limits, beside the times of the real server. */
#include "rj-json.h"
#include "rj-keepalive.h"
#include "rj-rpc.h"
#include "rjt-vectors.h"

#define ROOM 5 /* a real deployment is slower than two cores of one machine */

typedef struct {
  GHashTable *open; /* key of a call -> Open */
  guint n_answers;
  double slowest_ms;
  double slowest_ping_ms;
} Times;

static double
get_ms (JsonObject *entry)
{
  return json_object_get_double_member_with_default (entry, "t_ms", 0);
}

static void
take_answer (Times *times, JsonObject *request, double asked_ms, double answered_ms)
{
  gboolean is_ping = g_strcmp0 (rj_json_get_string (request, "method", NULL), "ping") == 0;
  double *slowest_ms = is_ping ? &times->slowest_ping_ms : &times->slowest_ms;

  *slowest_ms = MAX (*slowest_ms, answered_ms - asked_ms);
  times->n_answers++;
}

typedef struct {
  JsonObject *request;
  double ms;
} Open;

static void
open_free (gpointer data)
{
  Open *open = data;

  json_object_unref (open->request);
  g_free (open);
}

static void
take (const RjtVector *vector, gpointer data)
{
  Times *times = data;
  g_autofree char *call = rjt_vector_get_call_key (vector);
  JsonObject *message;
  Open *open;

  if (call == NULL)
    return;
  message = json_node_get_object (vector->message);
  open = g_hash_table_lookup (times->open, call);
  if (json_object_has_member (message, "method")) {
    open = g_new (Open, 1);
    *open = (Open){ json_object_ref (message), get_ms (vector->entry) };
    g_hash_table_replace (times->open, g_steal_pointer (&call), open);
  } else if (open != NULL) {
    take_answer (times, open->request, open->ms, get_ms (vector->entry));
    g_hash_table_remove (times->open, call);
  }
}

static void
test_limits_leave_room (void)
{
  Times times = { .open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, open_free) };

  rjt_vectors_each_of_clients ("", take, &times);
  g_test_message ("%u answers, the slowest after %.0f ms, of pings %.0f ms", times.n_answers,
                  times.slowest_ms, times.slowest_ping_ms);
  g_assert_cmpuint (times.n_answers, >, 900);
  g_assert_cmpfloat (times.slowest_ms, >, 500); /* a cold publishVideo, and what waits behind it */
  g_assert_cmpfloat (times.slowest_ms * 1000 * ROOM, <, RJ_RPC_LIMIT_US);
  g_assert_cmpfloat (times.slowest_ping_ms * 1000 * ROOM, <, RJ_PING_LIMIT_US);
  g_hash_table_unref (times.open);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/real-22/limits", test_limits_leave_room);
  return g_test_run ();
}
