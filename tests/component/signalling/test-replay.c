/* Our signaller in the place of openvidu-browser in recorded conversations: it hears what the real server said,
 * must write the same requests, and must tell what the page saw. The order of what is told is not compared
 * (the page works with timeouts), nor are requests that we have no use for. */
#include "rj-error.h"
#include "rj-json.h"
#include "rj-log.h"
#include "rj-openvidu2-signaller.h"
#include "rj-token-sources.h"
#include "rjt-tape-socket.h"
#include "rjt-vectors.h"

/* One user of a recording, over all his stays */
typedef struct {
  char *who;
  RjClock *clock;
  RjSignaller *signaller; /* (nullable) of the present stay */
  RjtTapeSocket *socket;  /* the newest one */
  GHashTable *ids;        /* recorded id → id of ours + 1 */
  char *own_stream;       /* (nullable) */
  char *own_connection;
  GHashTable *streams; /* connection → stream id */
  GPtrArray *told;
  GPtrArray *wanted; /* from the page */
  guint n_requests;
  gint64 number; /* of the socket; the page leaks those of failed joins */
} Player;

typedef struct {
  GHashTable *players; /* who → Player */
} Replay;

static void
player_free (Player *self)
{
  if (self->signaller != NULL)
    rj_signaller_close (self->signaller);
  g_clear_object (&self->signaller);
  g_clear_object (&self->socket);
  g_object_unref (self->clock);
  g_hash_table_unref (self->ids);
  g_hash_table_unref (self->streams);
  g_ptr_array_unref (self->told);
  g_ptr_array_unref (self->wanted);
  g_free (self->own_stream);
  g_free (self->own_connection);
  g_free (self->who);
  g_free (self);
}

static Player *
get_player (Replay *self, const char *who)
{
  Player *player = g_hash_table_lookup (self->players, who);

  if (player != NULL)
    return player;
  player = g_new0 (Player, 1);
  player->who = g_strdup (who);
  player->clock = rj_fake_clock_new (G_USEC_PER_SEC);
  player->ids = g_hash_table_new (g_direct_hash, g_direct_equal);
  player->streams = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  player->told = g_ptr_array_new_with_free_func (g_free);
  player->wanted = g_ptr_array_new_with_free_func (g_free);
  g_hash_table_insert (self->players, player->who, player);
  return player;
}

#define TELL(player, ...) g_ptr_array_add ((player)->told, g_strdup_printf (__VA_ARGS__))

static void
pump (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
tell_own_gone (Player *player, const char *reason)
{
  if (player->own_stream != NULL)
    TELL (player, "streamDestroyed %s %s", player->own_stream, reason);
  g_clear_pointer (&player->own_stream, g_free);
}

static void
on_joined_room (RjSignaller *s, const char *connection, const char *name, Player *player)
{
  TELL (player, "connectionCreated %s", connection);
  g_assert_cmpuint (strlen (name), ==, 1); /* A, B, C: the page's clientData */
}

static void
tell_stream_gone (Player *player, const char *connection, const char *reason)
{
  const char *stream = g_hash_table_lookup (player->streams, connection);

  if (stream != NULL)
    TELL (player, "streamDestroyed %s %s", stream, reason);
  g_hash_table_remove (player->streams, connection);
}

static void
on_left_room (RjSignaller *s, const char *connection, const char *reason, Player *player)
{
  tell_stream_gone (player, connection, reason);
  TELL (player, "connectionDestroyed %s %s", connection, reason);
}

static void
on_published (RjSignaller *s, const RjRemoteStream *stream, Player *player)
{
  TELL (player, "streamCreated %s", stream->stream);
  g_hash_table_replace (player->streams, g_strdup (stream->connection), g_strdup (stream->stream));
}

static void
on_unpublished (RjSignaller *s, const char *connection, const char *reason, Player *player)
{
  tell_stream_gone (player, connection, reason);
}

static void
on_own_unpublished (RjSignaller *s, const char *reason, Player *player)
{
  tell_own_gone (player, reason);
}

static void
on_lost (
  RjSignaller *s, const char *reason, const char *detector, const GError *error, Player *player)
{
  g_assert_cmpstr (detector, ==, "server-event");
  tell_own_gone (player, reason);
  TELL (player, "sessionDisconnected %s", reason);
}

static void
on_suspended (RjSignaller *s, Player *player)
{
  TELL (player, "reconnecting");
}

static void
on_resumed (RjSignaller *s, Player *player)
{
  TELL (player, "reconnected");
}

static void
on_join_answered (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Player *player = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RjJoined) joined = rj_signaller_join_finish (RJ_SIGNALLER (source), result, &error);

  if (joined == NULL) {
    g_assert_true (error->domain == RJ_RPC_ERROR);
    TELL (player, "connect.error %d", error->code);
    return;
  }
  g_free (player->own_connection);
  player->own_connection = g_strdup (joined->connection);
  TELL (player, "connectionCreated %s", joined->connection);
  g_assert_cmpuint (joined->ice_servers->len, >, 0);
}

static void
on_negotiated (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Player *player = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (RjNegotiated) negotiated =
    rj_signaller_negotiate_finish (RJ_SIGNALLER (source), result, &error);

  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (negotiated->sdp, "v=0"));
  if (negotiated->stream == NULL || g_strcmp0 (negotiated->stream, player->own_stream) == 0)
    return;
  player->own_stream = g_strdup (negotiated->stream);
  TELL (player, "streamCreated %s", negotiated->stream);
}

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Player *player = user_data;

  g_assert_true (rj_signaller_leave_finish (RJ_SIGNALLER (source), result, NULL));
  tell_own_gone (player, "disconnect");
  TELL (player, "sessionDisconnected disconnect");
}

static RjSocket *
make_socket (gpointer user_data)
{
  Player *player = user_data;

  g_clear_object (&player->socket);
  player->socket = rjt_tape_socket_new ();
  return g_object_ref (RJ_SOCKET (player->socket));
}

static void
begin_stay (Player *player, const char *token)
{
  g_autoptr (RjTokenSource) tokens = rj_token_source_new_literal (token);
  const RjOpenvidu2Config config = {
    .session = "recorded",
    .participant = player->who,
    .attempt = 1,
    .clock = player->clock,
    .tokens = tokens,
    .make_socket = make_socket,
    .make_socket_data = player,
  };
  RjSignaller *s;

  if (player->signaller != NULL)
    rj_signaller_close (player->signaller);
  g_clear_object (&player->signaller);
  g_hash_table_remove_all (player->ids);
  g_hash_table_remove_all (player->streams);
  s = player->signaller = rj_openvidu2_signaller_new (&config);
  g_signal_connect (s, "participant-joined", G_CALLBACK (on_joined_room), player);
  g_signal_connect (s, "participant-left", G_CALLBACK (on_left_room), player);
  g_signal_connect (s, "stream-published", G_CALLBACK (on_published), player);
  g_signal_connect (s, "stream-unpublished", G_CALLBACK (on_unpublished), player);
  g_signal_connect (s, "own-unpublished", G_CALLBACK (on_own_unpublished), player);
  g_signal_connect (s, "lost", G_CALLBACK (on_lost), player);
  g_signal_connect (s, "suspended", G_CALLBACK (on_suspended), player);
  g_signal_connect (s, "resumed", G_CALLBACK (on_resumed), player);
  rj_signaller_join_async (s, NULL, on_join_answered, player);
  pump ();
}

static gboolean
is_own (Player *player, const char *stream)
{
  return player->own_connection != NULL && g_str_has_suffix (stream, player->own_connection);
}

/* Does what the page did. Returns: whether our interface has it */
static gboolean
act (Player *player, const char *method, JsonObject *params)
{
  const RjPublishInfo info = { TRUE, TRUE, 640, 480, 30 };
  const char *offer = rj_json_get_string (params, "sdpOffer", NULL);
  RjSignaller *s = player->signaller;

  if (g_str_equal (method, "joinRoom")) {
    begin_stay (player, rj_json_get_string (params, "token", NULL));
  } else if (g_str_equal (method, "publishVideo")) {
    rj_signaller_publish_async (s, &info, offer, FALSE, NULL, on_negotiated, player);
  } else if (g_str_equal (method, "receiveVideoFrom")) {
    rj_signaller_subscribe_async (s, rj_json_get_string (params, "sender", NULL), offer, FALSE,
                                  NULL, on_negotiated, player);
  } else if (g_str_equal (method, "reconnectStream")) {
    const char *stream = rj_json_get_string (params, "stream", NULL);

    if (is_own (player, stream))
      rj_signaller_publish_async (s, &info, rj_json_get_string (params, "sdpString", NULL), TRUE,
                                  NULL, on_negotiated, player);
    else
      rj_signaller_subscribe_async (s, stream, offer, TRUE, NULL, on_negotiated, player);
  } else if (g_str_equal (method, "onIceCandidate")) {
    rj_signaller_send_candidate (s, rj_json_get_string (params, "endpointName", NULL),
                                 rj_json_get_int (params, "sdpMLineIndex", 0),
                                 rj_json_get_string (params, "sdpMid", NULL),
                                 rj_json_get_string (params, "candidate", NULL));
  } else if (g_str_equal (method, "leaveRoom")) {
    rj_signaller_leave_async (s, G_USEC_PER_SEC, NULL, on_left, player);
  } else {
    return g_str_equal (method, "connect");
  }
  return TRUE;
}

static void
compare_params (const RjtVector *where, JsonObject *request, JsonObject *recorded)
{
  g_autoptr (JsonNode) got = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonNode) wanted = json_node_new (JSON_NODE_OBJECT);
  JsonObject *params = json_object_get_object_member (request, "params");

  if (json_object_has_member (recorded, "platform"))
    json_object_set_string_member (params, "platform",
                                   json_object_get_string_member (recorded, "platform"));
  json_node_set_object (got, params);
  json_node_set_object (wanted, recorded);
  rjt_assert_json_equal (where, got, wanted);
}

/* Ids are our own; the official client writes version, method, params and id as well */
static void
compare_frame (const RjtVector *where, JsonObject *request, JsonObject *recorded)
{
  g_assert_cmpstr (rj_json_get_string (request, "jsonrpc", NULL), ==,
                   rj_json_get_string (recorded, "jsonrpc", NULL));
  g_assert_cmpint (rj_json_get_int (request, "id", -1), >=, 0);
  if (json_object_get_size (request) != json_object_get_size (recorded))
    g_error ("%s:%u: another number of members", where->file, where->line);
}

static void
play_request (Player *player, const RjtVector *vector, JsonObject *recorded)
{
  const char *method = rj_json_get_string (recorded, "method", NULL);
  g_autoptr (JsonObject) empty = json_object_new ();
  JsonObject *params = rj_json_get_object (recorded, "params");
  g_autoptr (JsonObject) request = NULL;
  gint64 id = rj_json_get_int (recorded, "id", -1);

  if (!act (player, method, params == NULL ? empty : params)) {
    if (g_str_equal (method, "unpublishVideo"))
      tell_own_gone (player, "unpublish");
    return;
  }
  pump ();
  request = rjt_tape_socket_take (player->socket, method);
  if (request == NULL)
    g_error ("%s:%u: we wrote no %s", vector->file, vector->line, method);
  compare_frame (vector, request, recorded);
  compare_params (vector, request, params == NULL ? empty : params);
  g_hash_table_replace (player->ids, GINT_TO_POINTER (id),
                        GINT_TO_POINTER (rj_json_get_int (request, "id", -1) + 1));
  player->n_requests++;
}

/* Pings and the check for zombies are not in the recording at the same place */
static void
answer_own (Player *player)
{
  static const char *const methods[] = { "ping", "sendMessage" };

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++) {
    g_autoptr (JsonObject) request = rjt_tape_socket_take (player->socket, methods[i]);
    g_autofree char *text = NULL;

    if (request == NULL || rjt_tape_socket_is_closed (player->socket))
      continue;
    text = g_strdup_printf ("{\"id\":%" G_GINT64_FORMAT ",\"result\":{},\"jsonrpc\":\"2.0\"}",
                            rj_json_get_int (request, "id", -1));
    rj_socket_emit_text (RJ_SOCKET (player->socket), text, 1);
    pump ();
  }
}

static void
play_answer (Player *player, JsonObject *recorded)
{
  gint64 id = rj_json_get_int (recorded, "id", -1);
  int ours = GPOINTER_TO_INT (g_hash_table_lookup (player->ids, GINT_TO_POINTER (id)));
  g_autofree char *text = NULL;

  if (id >= 0 && rj_json_has (recorded, "id")) {
    if (ours == 0)
      return; /* to a request that we do not make */
    json_object_set_int_member (recorded, "id", ours - 1);
  }
  text = rj_json_object_to_text (recorded);
  rj_socket_emit_text (RJ_SOCKET (player->socket), text, 1);
  pump ();
}

static void
play_page (Player *player, JsonObject *entry)
{
  const char *page = rj_json_get_string (entry, "page", NULL);
  const char *stream = rj_json_get_string (entry, "stream", NULL);
  const char *con = rj_json_get_string (entry, "con", NULL);
  const char *reason = rj_json_get_string (entry, "reason", NULL);
  char *line = NULL;

  if (g_str_equal (page, "connectionCreated"))
    line = g_strdup_printf ("%s %s", page, con);
  else if (g_str_equal (page, "connectionDestroyed"))
    line = g_strdup_printf ("%s %s %s", page, con, reason);
  else if (g_str_equal (page, "streamCreated"))
    line = g_strdup_printf ("%s %s", page, stream);
  else if (g_str_equal (page, "streamDestroyed"))
    line = g_strdup_printf ("%s %s %s", page, stream, reason);
  else if (g_str_equal (page, "sessionDisconnected"))
    line = g_strdup_printf ("%s %s", page, reason);
  else if (g_str_equal (page, "connect.error"))
    line = g_strdup_printf ("%s %d", page, (int) rj_json_get_int (entry, "code", 0));
  else if (g_str_equal (page, "reconnecting") || g_str_equal (page, "reconnected"))
    line = g_strdup (page);
  if (line != NULL)
    g_ptr_array_add (player->wanted, line);
}

static void
play_close (Player *player, JsonObject *entry)
{
  /* 4102: written by the page itself, by us too */
  if (rj_json_get_int (entry, "code", 0) == 4102) {
    g_assert_true (rjt_tape_socket_is_closed (player->socket));
    g_assert_cmpuint (rjt_tape_socket_get_code (player->socket), ==, 4102);
    return;
  }
  rj_socket_emit_closed (RJ_SOCKET (player->socket), rj_json_get_int (entry, "code", 0), "", NULL);
  pump ();
  g_assert_true (g_str_has_suffix (rjt_tape_socket_get_url (player->socket), "&reconnect=true"));
}

static void
play (const RjtVector *vector, gpointer user_data)
{
  Replay *self = user_data;
  Player *player;

  if (vector->who == NULL || vector->media)
    return;
  player = get_player (self, vector->who);
  if (rj_json_has (vector->entry, "page")) {
    play_page (player, vector->entry);
    return;
  }
  player->number = MAX (player->number, vector->socket);
  if (vector->socket != player->number)
    return;
  if (vector->message == NULL) {
    if (g_strcmp0 (rj_json_get_string (vector->entry, "event", NULL), "close") == 0)
      play_close (player, vector->entry);
    return;
  }
  if (g_strcmp0 (vector->from, "client") == 0)
    play_request (player, vector, json_node_get_object (vector->message));
  else if (player->socket != NULL && !rjt_tape_socket_is_closed (player->socket))
    play_answer (player, json_node_get_object (vector->message));
  if (player->socket != NULL)
    answer_own (player);
}

static int
compare_lines (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(const char *const *) a, *(const char *const *) b);
}

static char *
join_sorted (GPtrArray *lines)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_ptr_array_sort (lines, compare_lines);
  for (guint i = 0; i < lines->len; i++)
    g_string_append_printf (text, "%s\n", (const char *) g_ptr_array_index (lines, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_replay (gconstpointer file)
{
  Replay replay = { NULL };
  GHashTableIter iter;
  gpointer value;

  rj_home_claim ();
  replay.players =
    g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) player_free);
  rjt_vectors_each_of_clients (file, play, &replay);
  g_assert_cmpuint (g_hash_table_size (replay.players), >=, 2);
  g_hash_table_iter_init (&iter, replay.players);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Player *player = value;
    g_autofree char *told = join_sorted (player->told);
    g_autofree char *wanted = join_sorted (player->wanted);

    g_test_message ("%s: %u requests as recorded", player->who, player->n_requests);
    g_assert_cmpuint (player->n_requests, >, 10);
    g_assert_cmpstr (told, ==, wanted);
  }
  g_hash_table_unref (replay.players);
}

#define ALWAYS "/client-1/client-5/client-6/client-9/client-22/client-23/client-28/client-29"

int
main (int argc, char **argv)
{
  static const struct {
    const char *name, *statements;
  } files[] = {
    { "browser-basic.", ALWAYS "/client-46" },
    { "browser-node-crash.", ALWAYS "/client-41/client-42" },
    { "browser-node-crash-back-at-3s.", ALWAYS "/client-41/client-42" },
    { "browser-room-life.", ALWAYS "/client-33/client-46" },
    { "browser-session-closed.", ALWAYS "/client-41/client-42" },
    { "browser-media-server-restart.", ALWAYS "/client-37/client-44" },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_strdup_printf ("%s/replay/%s", files[i].statements, files[i].name);

    g_test_add_data_func (path, files[i].name, test_replay);
  }
  return g_test_run ();
}
