/* The only thing of ours that a foreign thread may touch.
 *
 * A foreign thread (GStreamer, libnice, a transport thread) never sees an object, only its mailbox. It posts
 * letters; they are opened in the owner's main context, in order, as long as the owner lives and the mailbox
 * is open. Letters that come too late are freed unread. Reference counted; rj_mailbox_post() and the
 * reference functions from any thread, the rest in the owner's thread. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct _RjMailbox RjMailbox;

/* @owner: the object that the letters are for */
typedef void (*RjMailboxFunc) (gpointer owner, gpointer letter);

/* @owner is held weakly. Letters are opened in the thread-default main context of the caller, at @priority
 * (for instance G_PRIORITY_DEFAULT). Returns: (transfer full) */
RjMailbox *rj_mailbox_new (GObject *owner, int priority);
RjMailbox *rj_mailbox_ref (RjMailbox *self);
void rj_mailbox_unref (RjMailbox *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjMailbox, rj_mailbox_unref)

/* Any thread. @letter: (transfer full), freed with @free_letter (nullable) after @func, or unread. */
void
rj_mailbox_post (RjMailbox *self, RjMailboxFunc func, gpointer letter, GDestroyNotify free_letter);

/* Nothing is delivered any more. The owner calls this first when it closes. */
void rj_mailbox_close (RjMailbox *self);

G_END_DECLS
