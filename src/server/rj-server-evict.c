#include "rj-server-evict.h"

#include "rj-openvidu2-names.h"
#include "rj-openvidu2-room.h"
#include "rj-server-closing.h"
#include "rj-server-record.h"

static void
drop_subscriptions_to (RjServerSession *session,
                       const char *connection,
                       const char *reason,
                       gboolean remote)
{
  for (guint i = 0; i < session->participants->len; i++)
    rj_server_participant_drop_subscription (g_ptr_array_index (session->participants, i),
                                             connection, reason, remote);
}

/* Out of the session, media released, the rest told */
static void
take_out (RjServerParticipant *participant, const char *reason, gboolean remote)
{
  g_autoptr (RjServerSession) session = g_object_ref (participant->session);

  drop_subscriptions_to (session, participant->connection, reason, remote);
  rj_server_participant_release_media (participant, reason, remote);
  rj_server_record_left (participant, reason);
  rj_server_session_remove (session, participant, reason);
  rj_server_rpc_forget (participant->rpc, participant);
  if (!participant->is_special)
    rj_server_session_notify (session, NULL, RJ_OV2_PARTICIPANT_LEFT,
                              rj_ov2_ended_build (participant->connection, reason));
  rj_server_rpc_close_later (participant->rpc);
}

void
rj_server_leave (RjServerParticipant *participant, const char *reason)
{
  take_out (participant, reason, TRUE);
}

static void
tell_evicted (RjServerParticipant *participant, RjServerSession *session, const char *reason)
{
  g_autoptr (JsonObject) params = rj_ov2_ended_build (participant->connection, reason);

  rj_server_participant_notify (participant, RJ_OV2_PARTICIPANT_EVICTED, params);
  rj_server_session_notify (session, participant, RJ_OV2_PARTICIPANT_EVICTED,
                            g_steal_pointer (&params));
}

static void
emit_evicted (RjServerParticipant *participant, RjServerSession *session, const char *reason)
{
  RjEvent *event = rj_server_session_new_event (session, RJ_EVENT_PARTICIPANT_EVICTED, participant);

  rj_event_set_string (event, "reason", reason);
  rj_server_core_emit (session->core, event);
}

static void
evict_full (RjServerParticipant *participant,
            const char *reason,
            gboolean remote,
            void (*between) (gpointer user_data),
            gpointer user_data)
{
  g_autoptr (RjServerParticipant) keep = g_object_ref (participant);
  g_autoptr (RjServerSession) session = g_object_ref (participant->session);

  take_out (participant, reason, remote);
  if (between != NULL)
    between (user_data);
  tell_evicted (participant, session, reason);
  emit_evicted (participant, session, reason);
}

void
rj_server_evict_with (RjServerParticipant *participant,
                      const char *reason,
                      void (*between) (gpointer user_data),
                      gpointer user_data)
{
  evict_full (participant, reason, TRUE, between, user_data);
}

void
rj_server_evict (RjServerParticipant *participant, const char *reason)
{
  evict_full (participant, reason, TRUE, NULL, NULL);
}

gboolean
rj_server_unpublish (RjServerParticipant *participant, const char *reason, gboolean to_owner)
{
  RjServerSession *session = participant->session;

  if (participant->stream == NULL)
    return FALSE;
  drop_subscriptions_to (session, participant->connection, reason, TRUE);
  rj_server_participant_release_publisher (participant, reason, TRUE);
  rj_server_session_notify (session, to_owner ? NULL : participant, RJ_OV2_PARTICIPANT_UNPUBLISHED,
                            rj_ov2_ended_build (participant->connection, reason));
  return TRUE;
}

void
rj_server_close_session (RjServerSession *session, const char *reason, gboolean remote)
{
  g_autoptr (RjServerSession) keep = g_object_ref (session);
  g_autoptr (GPtrArray) all =
    g_ptr_array_copy (session->participants, (GCopyFunc) g_object_ref, NULL);

  g_ptr_array_set_free_func (all, g_object_unref);
  if (session->closing)
    return;
  session->closing = TRUE;
  for (guint i = 0; i < all->len; i++) {
    RjServerParticipant *participant = g_ptr_array_index (all, i);

    if (participant->session == session)
      evict_full (participant, reason, remote, NULL, NULL);
  }
  rj_server_finish_closing (session, reason, remote);
}

void
rj_server_close_sessions (RjServerCore *core,
                          RjNodeWatcher *node,
                          const char *reason,
                          gboolean remote)
{
  g_autoptr (GPtrArray) hit = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, core->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    RjServerSession *session = value;

    if (node == NULL || session->node == node)
      g_ptr_array_add (hit, g_object_ref (session));
  }
  for (guint i = 0; i < hit->len; i++)
    rj_server_close_session (g_ptr_array_index (hit, i), reason, remote);
}
