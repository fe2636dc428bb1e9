/* What a participant does on purpose while it is in the session. */
#include "rj-attempt-private.h"

#include "rj-error.h"

#define NOT_STREAMING 105 /* OpenVidu 2 protocol, 4.8 */

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  /* it was not published yet, or not any more: what was wanted */
  if (!rj_signaller_deed_finish (RJ_SIGNALLER (source), result, &error) &&
      !(GPOINTER_TO_INT (g_task_get_task_data (task)) == RJ_DEED_UNPUBLISH &&
        g_error_matches (error, RJ_RPC_ERROR, NOT_STREAMING))) {
    g_task_return_error (task, error);
    return;
  }
  g_clear_error (&error);
  g_task_return_boolean (task, TRUE);
}

static void
emit_unpublished (RjAttempt *self)
{
  RjEvent *event = rj_stay_event (self->stay, RJ_EVENT_OWN_UNPUBLISHED, 0);

  event->peer = g_strdup ("publish");
  rj_event_set_string (event, "reason", "unpublish");
  rj_stay_emit (self->stay, event);
}

static gboolean
does_publish (RjAttempt *self)
{
  return self->publication != NULL && rj_publication_is_wanted (self->publication);
}

static void
mute (RjAttempt *self, const RjDeed *deed)
{
  if (deed->video)
    self->stay->wish.video_muted = deed->muted;
  else
    self->stay->wish.audio_muted = deed->muted;
  rj_publication_update (self->publication);
}

void
rj_attempt_do_async (RjAttempt *self,
                     const RjDeed *deed,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  gboolean own = deed->kind == RJ_DEED_UNPUBLISH || deed->kind == RJ_DEED_MUTE;

  g_task_set_source_tag (task, rj_attempt_do_async);
  g_task_set_task_data (task, GINT_TO_POINTER (deed->kind), NULL);
  if (!rj_attempt_has_joined (self) || self->over || (own && !does_publish (self))) {
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_USAGE, "%s %s", self->stay->config->name,
                             own ? "publishes nothing" : "is not in the session");
    return;
  }
  if (deed->kind == RJ_DEED_UNPUBLISH) {
    self->stay->wish.unpublished = TRUE;
    emit_unpublished (self);
    rj_publication_withdraw (self->publication, "unpublish");
  } else if (deed->kind == RJ_DEED_MUTE) {
    mute (self, deed);
  }
  rj_signaller_deed_async (self->stay->signaller, deed, self->stay->cancellable, on_done,
                           g_steal_pointer (&task));
}

gboolean
rj_attempt_do_finish (RjAttempt *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
rj_attempt_set_wish (RjAttempt *self, const RjWish *wish)
{
  self->stay->wish = *wish;
}

gboolean
rj_attempt_publish (RjAttempt *self, GError **error)
{
  self->stay->wish.unpublished = FALSE;
  if (self->publication != NULL && !self->over && !rj_publication_is_wanted (self->publication)) {
    rj_publication_open (self->publication, "publish");
    return TRUE;
  }
  g_set_error (error, RJ_ERROR, RJ_ERROR_USAGE, "%s %s", self->stay->config->name,
               self->publication == NULL ? "may not publish" : "publishes already");
  return FALSE;
}
