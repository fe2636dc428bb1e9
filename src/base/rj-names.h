/* Two names of a participant: the one by which it is known in its run, and the one that the server is told, as its
 * clientData (OpenVidu 2 protocol 5.1). They differ where the latter is a pattern with {attempt}: then the server hears
 * "bot-1-1", "bot-1-2" …, and the participant is "bot-1" throughout: the pattern without {attempt} and a separator
 * (- _ . : / or a space) beside it, the one before it if there is one.
 *
 * An attempt is a number from 1 without zeros in front. Reference counted. Home thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RJ_NAMES_ATTEMPT "{attempt}"

typedef struct _RjNames RjNames;

RjNames *rj_names_new (void);
RjNames *rj_names_ref (RjNames *self);
void rj_names_unref (RjNames *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjNames, rj_names_unref)

/* Returns: (transfer full) (nullable): how a participant with @pattern, which may have no {attempt}, is known in the
 * run. Errors: RJ_ERROR_USAGE: {attempt} is there twice, or there is nothing else. The message has no key */
char *rj_names_strip (const char *pattern, GError **error);

/* Takes in the participant of @pattern, who is in @session. Errors: as rj_names_strip(), and RJ_ERROR_USAGE where some
 * text could be this one's name or that of another one in the session */
gboolean rj_names_add (RjNames *self, const char *session, const char *pattern, GError **error);

/* Returns: (transfer full): what the server is told in @attempt of @participant, who need not have been added */
char *rj_names_tell (const RjNames *self, const char *participant, guint attempt);

/* Whose name in @session @told may be. Returns: (transfer none) (nullable): the participant; NULL: a foreign one */
const char *rj_names_find (const RjNames *self, const char *session, const char *told);

/* How whoever has told the server @told is to be called in @session: the participant, or @told itself. A foreign one
 * that bears the name of a participant who tells the server another one is called @otherwise. Returns: (transfer
 * none): one of the arguments, or a name of @self */
const char *
rj_names_call (const RjNames *self, const char *session, const char *told, const char *otherwise);

G_END_DECLS
