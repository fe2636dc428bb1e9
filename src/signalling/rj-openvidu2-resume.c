#include "rj-openvidu2-private.h"

#include "rj-error.h"
#include "rj-json.h"
#include "rj-websocket.h"

/* The server keeps a lost rpc session for 10 s (section 4.6); later tries could only hear 40007 */
#define GIVE_UP_US   (9 * G_USEC_PER_SEC)
#define GRACE_US     (RJ_OV2_RESUME_GRACE_MS * (gint64) 1000)
#define TRY_LIMIT_US (3 * G_USEC_PER_SEC)
/* A zombie answers pings, but no request (section 8.2) */
#define CHECK_LIMIT_US (3 * G_USEC_PER_SEC)

#define NETWORK_DISCONNECT rj_ov2_reason_to_text (RJ_OV2_REASON_NETWORK_DISCONNECT)
#define NODE_CRASHED       rj_ov2_reason_to_text (RJ_OV2_REASON_NODE_CRASHED)

static void try_resume (RjOpenvidu2Signaller *self);

gint64
rj_openvidu2_next_resume_us (gint64 elapsed_us)
{
  const gint64 quarter_us = G_USEC_PER_SEC / 4;
  const gint64 half_us = G_USEC_PER_SEC / 2;
  gint64 next_us;

  if (elapsed_us < 0)
    return 0;
  if (elapsed_us < half_us)
    next_us = (elapsed_us / quarter_us + 1) * quarter_us;
  else
    next_us = (elapsed_us / half_us + 1) * half_us;
  return next_us > GIVE_UP_US ? -1 : next_us;
}

static gint64
get_elapsed_us (RjOpenvidu2Signaller *self)
{
  return rj_clock_now_us (self->clock) - self->lost_us;
}

/* The socket was lost, or gave up, while the stay was being resumed for good reasons: it is over */
static void
end_stay (RjOpenvidu2Signaller *self, const char *reason, const char *detector, const char *what)
{
  g_autoptr (GError) error = g_error_new_literal (RJ_ERROR, RJ_ERROR_LOST, what);

  rj_ov2_lose (self, reason, detector, error);
}

static void
give_up (RjOpenvidu2Signaller *self)
{
  g_autofree char *what =
    g_strdup_printf ("the websocket was lost and could not be resumed within %d s in %u tries: %s",
                     (int) (GIVE_UP_US / G_USEC_PER_SEC), self->tries,
                     self->last_problem == NULL ? "?" : self->last_problem);

  rj_ov2_drop_socket (self, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  rj_ov2_emit_detector (self, "resume-failed", self->last_problem);
  end_stay (self, NETWORK_DISCONNECT, self->detector, what);
}

static void
on_try_due (gpointer user_data)
{
  RjOpenvidu2Signaller *self = user_data;

  self->resume_timer = NULL;
  try_resume (self);
}

static void
end_try (RjOpenvidu2Signaller *self, const char *problem)
{
  gint64 elapsed_us = get_elapsed_us (self);
  gint64 next_us = rj_openvidu2_next_resume_us (elapsed_us);

  g_debug ("%s: resume try %u: %s", self->participant, self->tries, problem);
  g_free (self->last_problem);
  self->last_problem = g_strdup (problem);
  rj_keepalive_stop (self->keepalive);
  rj_clock_cancel_timer (self->clock, &self->resume_timer);
  rj_ov2_drop_socket (self, RJ_OV2_CLOSE_FOR_RECONNECTION, RJ_OV2_CLOSE_TEXT_RECONNECT);
  if (self->state == RJ_OV2_CHECKING)
    rj_ov2_move (self, RJ_OV2_RESUMING);
  rj_rpc_lose (self->rpc, problem);
  if (self->state != RJ_OV2_RESUMING)
    return;
  if (next_us < 0)
    give_up (self);
  else
    self->resume_timer = rj_clock_start_timer (self->clock, next_us - elapsed_us, on_try_due, self);
}

static void
on_checked (JsonObject *result, const GError *error, gint64 read_us, gpointer user_data)
{
  RjOpenvidu2Signaller *self = user_data;
  RjEvent *event;

  if (self->state != RJ_OV2_CHECKING)
    return;
  if (g_error_matches (error, RJ_ERROR, RJ_ERROR_TIMEOUT)) {
    rj_ov2_emit_detector (self, "zombie", error->message);
    rj_ov2_drop_socket (self, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    end_stay (self, NETWORK_DISCONNECT, "zombie",
              "the websocket was resumed, but the server had evicted us: it answers no request");
    return;
  }
  if (error != NULL && error->domain == RJ_ERROR)
    return; /* the socket broke again: end_try() or close() said so */
  /* any answer, also a refusal, shows that we are still inside */
  rj_ov2_move (self, RJ_OV2_JOINED);
  event = rj_event_new_at (RJ_EVENT_RESUMED, read_us);
  rj_event_set_int (event, "tries", self->tries);
  rj_ov2_emit (self, event);
  rj_rpc_set_held (self->rpc, FALSE);
  g_signal_emit_by_name (self, "resumed");
}

/* A signal to ourselves: answered in any role, with nothing told to others */
static void
check (RjOpenvidu2Signaller *self)
{
  g_autoptr (RjOv2Message) message = rj_ov2_message_new (RJ_OV2_CHECK_SIGNAL, "");

  message->has_to = TRUE;
  g_ptr_array_add (message->to, g_strdup (self->connection));
  rj_rpc_call (self->rpc, RJ_OV2_SEND_MESSAGE, rj_ov2_message_build (message), RJ_RPC_URGENT,
               CHECK_LIMIT_US, on_checked, self);
}

/* The server does not know the rpc session any more: we came too late, or to another server */
static void
end_refused (RjOpenvidu2Signaller *self, gboolean other_master)
{
  g_autofree char *text = g_strdup_printf ("Reconnection fault: %.60s", self->last_problem);
  g_autofree char *what =
    g_strdup_printf (other_master ? "the master node has crashed: the server that answers now is "
                                    "another one, and does not know the rpc session (%s)"
                                  : "the server does not know the rpc session any more (%s)",
                     self->last_problem);

  rj_ov2_drop_socket (self, RJ_OV2_CLOSE_RECONNECTION_FAULT, text);
  rj_ov2_emit_detector (self, "resume-failed", self->last_problem);
  end_stay (self, other_master ? NODE_CRASHED : NETWORK_DISCONNECT, self->detector, what);
}

/* openvidu-browser does nothing at all when sessionStatus fails; for us the stay is over then, too */
static void
on_status (JsonObject *result, const GError *error, gint64 read_us, gpointer user_data)
{
  RjOpenvidu2Signaller *self = user_data;
  gint64 life = self->life;

  if (self->state != RJ_OV2_RESUMING || (error != NULL && error->domain == RJ_ERROR))
    return; /* no answer: the limit of the try, or the loss of its socket, leads to the next one */
  rj_ov2_session_status_parse (result, &life);
  end_refused (self, life != self->life);
}

static void
refuse (RjOpenvidu2Signaller *self, const GError *error)
{
  g_free (self->last_problem);
  self->last_problem = g_strdup (error->message);
  if (!self->has_life)
    end_refused (self, FALSE);
  else
    rj_rpc_call (self->rpc, RJ_OV2_SESSION_STATUS, rj_ov2_session_status_build (self->url->session),
                 RJ_RPC_URGENT, TRY_LIMIT_US, on_status, self);
}

static void
on_connected (JsonObject *result, const GError *error, gint64 read_us, gpointer user_data)
{
  RjOpenvidu2Signaller *self = user_data;

  if (self->state != RJ_OV2_RESUMING)
    return;
  if (error != NULL && error->domain == RJ_RPC_ERROR) {
    refuse (self, error);
    return;
  }
  if (error != NULL) {
    if (error->code == RJ_ERROR_TIMEOUT)
      end_try (self, error->message);
    return;
  }
  rj_clock_cancel_timer (self->clock, &self->resume_timer);
  rj_ov2_move (self, RJ_OV2_CHECKING);
  rj_keepalive_start (self->keepalive);
  check (self);
}

static void
on_socket_open (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (RjOpenvidu2Signaller) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean is_open = rj_socket_open_finish (RJ_SOCKET (source), result, &error);

  if (self->state != RJ_OV2_RESUMING || self->socket != RJ_SOCKET (source))
    return;
  if (!is_open) {
    end_try (self, error->message);
    return;
  }
  /* nothing before it on the new socket: a ping would start a second watchdog (section 12) */
  rj_rpc_call (self->rpc, RJ_OV2_CONNECT, rj_ov2_connect_build (self->rpc_session, RJ_OV2_YES),
               RJ_RPC_URGENT, TRY_LIMIT_US, on_connected, self);
}

static void
on_try_late (gpointer user_data)
{
  RjOpenvidu2Signaller *self = user_data;

  self->resume_timer = NULL;
  end_try (self, "no answer to the try");
}

static void
try_resume (RjOpenvidu2Signaller *self)
{
  g_autofree char *uri = rj_token_url_get_websocket_uri (self->url, TRUE);
  gint64 limit_us = MIN (TRY_LIMIT_US, GRACE_US - get_elapsed_us (self));

  self->tries++;
  rj_ov2_make_socket (self);
  self->resume_timer = rj_clock_start_timer (self->clock, limit_us, on_try_late, self);
  rj_socket_open_async (self->socket, uri, self->lifetime, on_socket_open, g_object_ref (self));
}

/* The websocket of a stay is gone (its socket has been dropped) */
static void
suspend (RjOpenvidu2Signaller *self,
         const char *detector,
         const char *detail,
         guint code,
         const char *reason)
{
  RjEvent *event;

  rj_keepalive_stop (self->keepalive);
  rj_ov2_emit_detector (self, detector, detail);
  if (self->never_resume || self->rpc_session == NULL) {
    end_stay (self, NETWORK_DISCONNECT, detector, detail);
    return;
  }
  rj_ov2_move (self, RJ_OV2_RESUMING);
  self->lost_us = rj_clock_now_us (self->clock);
  self->tries = 0;
  self->detector = detector;
  g_clear_pointer (&self->last_problem, g_free);
  event = rj_event_new_at (RJ_EVENT_RESUME_STARTED, self->lost_us);
  if (code != 0)
    rj_event_set_int (event, "code", code);
  rj_event_set_string (event, "reason", reason);
  rj_ov2_emit (self, event);
  g_signal_emit_by_name (self, "suspended");
  if (self->state != RJ_OV2_RESUMING)
    return;
  rj_rpc_lose (self->rpc, "the websocket was lost before the answer came");
  if (self->state == RJ_OV2_RESUMING)
    try_resume (self);
}

static char *
describe_close (guint code, const char *reason, const GError *error)
{
  if (error != NULL)
    return g_strdup_printf ("the websocket broke: %s", error->message);
  if (code == 0)
    return g_strdup ("the websocket broke without a close frame");
  return g_strdup_printf ("the server closed the websocket with code %u%s%s", code,
                          reason == NULL || reason[0] == '\0' ? "" : ": ",
                          reason == NULL ? "" : reason);
}

void
rj_ov2_on_socket_closed (RjOpenvidu2Signaller *self,
                         guint code,
                         const char *reason,
                         const GError *error)
{
  g_autofree char *detail = describe_close (code, reason, error);

  switch (self->state) {
  case RJ_OV2_CONNECTING:
  case RJ_OV2_JOINING:
    rj_ov2_fail_join (self, g_error_new (RJ_ERROR, RJ_ERROR_UNREACHABLE, "joinRoom: %s", detail));
    break;
  case RJ_OV2_JOINED:
    rj_ov2_drop_socket (self, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    suspend (self, "websocket-closed", detail, code, reason);
    break;
  case RJ_OV2_RESUMING:
  case RJ_OV2_CHECKING:
    end_try (self, detail);
    break;
  case RJ_OV2_LEAVING:
    rj_ov2_drop_socket (self, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    rj_rpc_lose (self->rpc, detail);
    break;
  case RJ_OV2_NEW:
  case RJ_OV2_TOKEN:
  case RJ_OV2_OVER:
  case RJ_OV2_CLOSED:
  case RJ_OV2_N_STATES:
    break;
  }
}

void
rj_ov2_on_ping_unanswered (RjOpenvidu2Signaller *self, const GError *error)
{
  if (self->state == RJ_OV2_CHECKING) {
    end_try (self, error->message);
    return;
  }
  /* while joining, the limit of joinRoom decides */
  if (self->state != RJ_OV2_JOINED)
    return;
  rj_ov2_drop_socket (self, RJ_OV2_CLOSE_FOR_RECONNECTION, RJ_OV2_CLOSE_TEXT_RECONNECT);
  suspend (self, "ping-unanswered", error->message, 0, NULL);
}
