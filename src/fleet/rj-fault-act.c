#include "rj-fault-act.h"

#include "rj-error.h"

static void
on_left (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  rj_participant_leave_finish (RJ_PARTICIPANT (source), result);
  g_task_return_boolean (task, TRUE);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (rj_participant_do_finish (RJ_PARTICIPANT (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_first_half_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const RjFault *step = g_task_get_task_data (task);
  const RjDeed second = { .kind = RJ_DEED_MUTE,
                          .video = TRUE,
                          .muted = step->kind == RJ_FAULT_MUTE };
  GError *error = NULL;

  if (rj_participant_do_finish (RJ_PARTICIPANT (source), result, &error))
    rj_participant_do_async (RJ_PARTICIPANT (source), &second, on_done, g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

/* Without a medium both, as far as they are published */
static void
mute (RjParticipant *participant, const RjGroupPublish *publish, const RjFault *step, GTask *task)
{
  gboolean video = !publish->audio || g_strcmp0 (step->detail, "video") == 0;
  gboolean both = step->detail == NULL && publish->audio && publish->video;
  const RjDeed deed = { .kind = RJ_DEED_MUTE,
                        .video = video,
                        .muted = step->kind == RJ_FAULT_MUTE };

  g_task_set_task_data (task, (gpointer) step, NULL);
  rj_participant_do_async (participant, &deed, both ? on_first_half_done : on_done, task);
}

static void
join (RjParticipant *participant, GTask *owned)
{
  g_autoptr (GTask) task = owned;
  RjParticipantState state = rj_participant_get_state (participant);

  if (state != RJ_PARTICIPANT_LEFT && state != RJ_PARTICIPANT_FAILED) {
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_USAGE, "%s has not left",
                             rj_participant_get_name (participant));
    return;
  }
  rj_participant_start (participant);
  g_task_return_boolean (task, TRUE);
}

static void
publish (RjParticipant *participant, GTask *owned)
{
  g_autoptr (GTask) task = owned;
  GError *error = NULL;

  if (rj_participant_publish (participant, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
rj_fault_act_async (const RjFault *step,
                    RjParticipant *actor,
                    const RjRosterEntry *target,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  GTask *task = g_task_new (actor, NULL, callback, user_data);
  RjDeed deed = { .kind = RJ_DEED_UNPUBLISH, .text = target->name };

  g_task_set_source_tag (task, rj_fault_act_async);
  switch (step->kind) {
  case RJ_FAULT_LEAVE:
    rj_participant_leave_async (actor, on_left, task);
    return;
  case RJ_FAULT_JOIN:
    join (actor, task);
    return;
  case RJ_FAULT_PUBLISH:
    publish (actor, task);
    return;
  case RJ_FAULT_MUTE:
  case RJ_FAULT_UNMUTE:
    mute (actor, &target->group->publish, step, task);
    return;
  case RJ_FAULT_UNPUBLISH:
    break;
  case RJ_FAULT_SIGNAL:
    deed.kind = RJ_DEED_SIGNAL;
    break;
  case RJ_FAULT_FORCE_UNPUBLISH:
    deed.kind = RJ_DEED_FORCE_UNPUBLISH;
    break;
  case RJ_FAULT_FORCE_DISCONNECT:
    deed.kind = RJ_DEED_FORCE_DISCONNECT;
    break;
  default:
    g_assert_not_reached ();
  }
  rj_participant_do_async (actor, &deed, on_done, task);
}
