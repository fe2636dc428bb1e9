/* What a step of the script makes a participant do on purpose. Home thread. */
#pragma once

#include "rj-fault.h"
#include "rj-participant.h"
#include "rj-roster.h"

G_BEGIN_DECLS

/* @step: one of those that participants do; lives until it is done. @actor: does it: @target itself, or who is its
 * moderator where one is needed. Ends with a GTask of a boolean; its errors are those of the deed, and RJ_ERROR_USAGE
 * where somebody is to join who has not left */
void rj_fault_act_async (const RjFault *step,
                         RjParticipant *actor,
                         const RjRosterEntry *target,
                         GAsyncReadyCallback callback,
                         gpointer user_data);

G_END_DECLS
