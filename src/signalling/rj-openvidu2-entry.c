#include "rj-openvidu2-private.h"

#include "rj-error.h"
#include "rj-json.h"
#include "rj-websocket.h"

#define PLATFORM    "rejoin " RJ_VERSION " on Linux"
#define SDK_VERSION "2.32.2"

static void
disconnect_cancellable (RjOpenvidu2Signaller *self)
{
  if (self->join_cancellable == NULL)
    return;
  g_signal_handler_disconnect (self->join_cancellable, self->join_cancelled_id);
  g_clear_object (&self->join_cancellable);
}

void
rj_ov2_fail_join (RjOpenvidu2Signaller *self, GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->joining);

  g_assert (task != NULL);
  disconnect_cancellable (self);
  if (self->state != RJ_OV2_CLOSED) {
    rj_keepalive_stop (self->keepalive);
    rj_ov2_move (self, RJ_OV2_OVER);
    /* no text: should the server think that we are in, it evicts us after its grace time */
    rj_ov2_drop_socket (self, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    rj_rpc_close (self->rpc);
  }
  g_task_return_error (task, error);
}

static RjIceServer *
ice_server_new (const char *uri, const char *username, const char *credential)
{
  RjIceServer *self = g_new0 (RjIceServer, 1);

  self->uri = g_strdup (uri);
  self->username = g_strdup (username);
  self->credential = g_strdup (credential);
  return self;
}

/* The list, or where there is none (servers before 2.23) the deployment's own server, UDP and TCP */
static GPtrArray *
make_ice_servers (const RjOv2Joined *answer)
{
  GPtrArray *servers = g_ptr_array_new_with_free_func ((GDestroyNotify) rj_ice_server_free);
  const GPtrArray *listed = answer->custom_ice_servers;

  for (guint i = 0; listed != NULL && i < listed->len; i++) {
    const RjOv2IceServer *server = g_ptr_array_index (listed, i);

    g_ptr_array_add (servers, ice_server_new (server->url, server->username, server->credential));
  }
  if (listed == NULL && answer->coturn_ip != NULL && answer->turn_credential != NULL) {
    gint64 port = answer->coturn_port != 0 ? answer->coturn_port : 3478;
    g_autofree char *udp = g_strdup_printf ("turn:%s:%" G_GINT64_FORMAT, answer->coturn_ip, port);
    g_autofree char *tcp = g_strconcat (udp, "?transport=tcp", NULL);

    g_ptr_array_add (servers, ice_server_new (udp, answer->turn_username, answer->turn_credential));
    g_ptr_array_add (servers, ice_server_new (tcp, answer->turn_username, answer->turn_credential));
  }
  return servers;
}

static RjJoined *
make_joined (RjOpenvidu2Signaller *self, const RjOv2Joined *answer)
{
  RjJoined *joined = g_new0 (RjJoined, 1);

  joined->connection = g_strdup (answer->id);
  joined->server_offers = g_strcmp0 (answer->media_server, "mediasoup") == 0;
  joined->may_publish = g_strcmp0 (answer->role, "SUBSCRIBER") != 0;
  joined->ice_servers = make_ice_servers (answer);
  joined->streams = rj_ov2_book_fill (self, answer->value);
  return joined;
}

static void
emit_joined (RjOpenvidu2Signaller *self, const RjOv2Joined *answer, gint64 read_us)
{
  RjEvent *event = rj_event_new_at (RJ_EVENT_JOINED, read_us);

  rj_event_set_string (event, "connection", answer->id);
  rj_event_set_string (event, "server_session", answer->session);
  rj_event_set_int (event, "others", answer->value->len);
  rj_event_set_string (event, "server_version", answer->version);
  rj_event_set_string (event, "media_server", answer->media_server);
  rj_ov2_emit (self, event);
}

static void
on_delivered (GTask *task, GParamSpec *unused, RjOpenvidu2Signaller *self)
{
  rj_ov2_book_open (self);
}

/* What the server's number means for whoever gives the tokens (OpenVidu 2 protocol, error codes). */
static GError *
explain_refusal (const GError *error)
{
  static const struct {
    int code;
    const char *hint;
  } hints[] = {
    { 202, "the session has ended, and its tokens with it: each join needs a new token" },
    { 204, "is a media node running?" },
    { 401, "was the token used already? each join needs a new one" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (hints); i++) {
    if (g_error_matches (error, RJ_RPC_ERROR, hints[i].code))
      return g_error_new (RJ_RPC_ERROR, error->code, "%s; %s", error->message, hints[i].hint);
  }
  return g_error_copy (error);
}

static void
on_join_answered (JsonObject *result, const GError *error, gint64 read_us, gpointer user_data)
{
  RjOpenvidu2Signaller *self = user_data;
  g_autoptr (GTask) task = NULL;
  g_autoptr (RjOv2Joined) answer = NULL;
  GError *problem = NULL;

  if (self->state != RJ_OV2_JOINING)
    return;
  if (error != NULL) {
    rj_ov2_fail_join (self, explain_refusal (error));
    return;
  }
  answer = rj_ov2_joined_parse (result, &problem);
  if (answer == NULL) {
    g_prefix_error (&problem, "joinRoom: ");
    rj_ov2_fail_join (self, problem);
    return;
  }
  self->connection = g_strdup (answer->id);
  self->rpc_session = g_strdup (rj_json_get_string (result, "sessionId", NULL));
  self->has_life = answer->has_life;
  self->life = answer->life;
  rj_ov2_move (self, RJ_OV2_JOINED);
  disconnect_cancellable (self);
  emit_joined (self, answer, read_us);
  task = g_steal_pointer (&self->joining);
  /* completed is notified right after the callback returned */
  g_signal_connect_object (task, "notify::completed", G_CALLBACK (on_delivered), self, 0);
  g_task_return_pointer (task, make_joined (self, answer), (GDestroyNotify) rj_joined_free);
}

static void
emit_join_sent (RjOpenvidu2Signaller *self)
{
  RjEvent *event = rj_event_new (RJ_EVENT_JOIN_SENT);

  if (!g_str_equal (self->told, self->participant))
    rj_event_set_string (event, "client_data", self->told);
  rj_ov2_emit (self, event);
}

static void
send_join (RjOpenvidu2Signaller *self)
{
  g_autofree char *metadata = rj_ov2_metadata_from_name (self->told);
  const RjOv2Join join = {
    .token = self->token,
    .session = self->url->session,
    .platform = (char *) PLATFORM,
    .metadata = metadata,
    .secret = self->url->secret == NULL ? (char *) "" : self->url->secret,
    .sdk_version = (char *) SDK_VERSION,
    .recorder = rj_ov2_flag_from (self->url->recorder),
    .stt = rj_ov2_flag_from (self->url->stt),
  };

  rj_rpc_call (self->rpc, RJ_OV2_JOIN_ROOM, rj_ov2_join_build (&join), RJ_RPC_PLAIN,
               RJ_RPC_LIMIT_US, on_join_answered, self);
}

static void
on_socket_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjOpenvidu2Signaller) self = user_data;
  GError *error = NULL;

  if (!rj_socket_open_finish (RJ_SOCKET (source), result, &error)) {
    if (self->state == RJ_OV2_CONNECTING)
      rj_ov2_fail_join (self, g_steal_pointer (&error));
    g_clear_error (&error);
    return;
  }
  if (self->state != RJ_OV2_CONNECTING)
    return;
  rj_ov2_emit (self, rj_event_new (RJ_EVENT_CONNECTED));
  rj_ov2_move (self, RJ_OV2_JOINING);
  rj_keepalive_start (self->keepalive);
  emit_join_sent (self);
  send_join (self);
  g_signal_emit_by_name (self, "progress", "join");
}

static void
connect_socket (RjOpenvidu2Signaller *self)
{
  g_autofree char *uri = rj_token_url_get_websocket_uri (self->url, FALSE);

  rj_ov2_move (self, RJ_OV2_CONNECTING);
  rj_ov2_emit (self, rj_event_new (RJ_EVENT_CONNECT_STARTED));
  rj_ov2_make_socket (self);
  rj_socket_open_async (self->socket, uri, self->lifetime, on_socket_open, g_object_ref (self));
  g_signal_emit_by_name (self, "progress", "connect");
}

static void
on_token (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjOpenvidu2Signaller) self = user_data;
  g_autofree char *token = NULL;
  GError *error = NULL;

  token = rj_token_source_fetch_finish (RJ_TOKEN_SOURCE (source), result, &error);
  if (self->state != RJ_OV2_TOKEN) {
    g_clear_error (&error);
    return;
  }
  if (token == NULL) {
    rj_ov2_fail_join (self, error);
    return;
  }
  rj_ov2_emit (self, rj_event_new (RJ_EVENT_TOKEN_RECEIVED));
  self->url = rj_token_url_parse (token, &error);
  if (self->url == NULL) {
    rj_ov2_fail_join (self, error);
    return;
  }
  self->token = g_steal_pointer (&token);
  connect_socket (self);
}

static void
on_cancelled (GCancellable *cancellable, RjOpenvidu2Signaller *self)
{
  if (self->joining == NULL)
    return;
  g_cancellable_cancel (self->lifetime);
  rj_ov2_fail_join (self, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "joining was cancelled"));
}

void
rj_ov2_enter (RjOpenvidu2Signaller *self, GCancellable *cancellable, GTask *task)
{
  const RjTokenRequest request = { self->session, self->told, self->attempt, self->participant };
  RjEvent *event = rj_event_new (RJ_EVENT_TOKEN_REQUESTED);

  self->joining = task;
  /* a plain signal handler may be disconnected while it runs, unlike g_cancellable_disconnect() */
  if (cancellable != NULL) {
    self->join_cancellable = g_object_ref (cancellable);
    self->join_cancelled_id =
      g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled), self);
  }
  rj_ov2_move (self, RJ_OV2_TOKEN);
  rj_event_set_string (event, "source", rj_token_source_get_kind (self->tokens));
  rj_ov2_emit (self, event);
  rj_token_source_fetch_async (self->tokens, &request, self->lifetime, on_token,
                               g_object_ref (self));
}
