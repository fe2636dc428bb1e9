#include "rj-server-lock.h"

#include "rj-openvidu2-names.h"
#include "rj-server-evict.h"

#define LIMIT_US (15 * G_USEC_PER_SEC) /* OpenVidu 2 protocol, 8.1 */

typedef struct {
  RjServerSession *session;
  RjServerLockFunc func;
  gpointer user_data;
  RjTimer *limit;
} Waiting;

static void
answer (Waiting *waiting, gboolean got)
{
  g_autoptr (RjServerSession) session = waiting->session;

  rj_clock_cancel_timer (session->core->clock, &waiting->limit);
  waiting->func (session, got, waiting->user_data);
  g_free (waiting);
}

static void
on_limit (gpointer data)
{
  Waiting *waiting = data;

  waiting->limit = NULL;
  g_queue_remove (&waiting->session->lock_waiting, waiting);
  answer (waiting, FALSE);
}

void
rj_server_lock (RjServerSession *session, RjServerLockFunc func, gpointer user_data)
{
  Waiting *waiting;

  if (!session->locked) {
    session->locked = TRUE;
    func (session, TRUE, user_data);
    return;
  }
  waiting = g_new (Waiting, 1);
  *waiting = (Waiting){ g_object_ref (session), func, user_data, NULL };
  waiting->limit = rj_clock_start_timer (session->core->clock, LIMIT_US, on_limit, waiting);
  g_queue_push_tail (&session->lock_waiting, waiting);
}

void
rj_server_unlock (RjServerSession *session)
{
  Waiting *next = g_queue_pop_head (&session->lock_waiting);

  session->locked = next != NULL;
  if (next != NULL)
    answer (next, TRUE);
}

void
rj_server_lock_clear (RjServerSession *session)
{
  Waiting *waiting;

  while ((waiting = g_queue_pop_head (&session->lock_waiting)) != NULL)
    answer (waiting, FALSE);
}

/* --- leaving --- */

typedef struct {
  RjServerCall *call;
  RjServerSession *session;
  guint n_endpoints; /* that the media server has yet to let go */
} Leaving;

static void
leave (Leaving *leaving)
{
  RjServerCall *call = leaving->call;
  g_autoptr (RjServerSession) session = leaving->session;
  g_autoptr (RjServerParticipant) participant = g_object_ref (call->participant);

  g_free (leaving);
  if (participant->session == NULL) { /* evicted meanwhile */
    rj_server_call_drop (call);
  } else {
    rj_server_leave (participant, rj_ov2_reason_to_text (RJ_OV2_REASON_DISCONNECT));
    rj_server_call_return (call, NULL);
  }
  rj_server_unlock (session);
}

static void release_next (Leaving *leaving);

static void
on_released (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (JsonNode) value =
    rj_media_node_client_call_finish (RJ_MEDIA_NODE_CLIENT (source), result, NULL);

  release_next (data); /* an error, or 10 s without an answer, are no reason to stay */
}

/* One answer of the media server for each endpoint, one after the other */
static void
release_next (Leaving *leaving)
{
  RjServerSession *session = leaving->session;

  if (leaving->n_endpoints == 0 || session->node == NULL || session->pipeline == NULL) {
    leave (leaving);
    return;
  }
  leaving->n_endpoints--;
  rj_media_node_client_call_async (rj_node_watcher_get_client (session->node), RJ_KMS_INVOKE,
                                   rj_kms_invoke (NULL, session->pipeline, RJ_KMS_GET_NAME, NULL),
                                   on_released, leaving);
}

static void
on_locked (RjServerSession *session, gboolean got, gpointer data)
{
  Leaving *leaving = data;
  RjServerParticipant *participant = leaving->call->participant;

  if (!got) { /* the real server gives it up without an answer */
    rj_server_call_drop (leaving->call);
    g_object_unref (leaving->session);
    g_free (leaving);
    return;
  }
  leaving->n_endpoints =
    g_hash_table_size (participant->subscriptions) + (participant->stream != NULL);
  release_next (leaving);
}

void
rj_server_leave_with_lock (RjServerCall *call)
{
  Leaving *leaving = g_new0 (Leaving, 1);

  leaving->call = call;
  leaving->session = g_object_ref (call->participant->session);
  rj_server_lock (leaving->session, on_locked, leaving);
}
