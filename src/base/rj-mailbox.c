#include "rj-mailbox.h"

typedef struct {
  RjMailboxFunc func;
  gpointer content;
  GDestroyNotify free_content;
} Letter;

struct _RjMailbox {
  gatomicrefcount references;
  GMainContext *context;
  int priority;
  GWeakRef owner;
  GMutex letters_mutex;
  GQueue letters;  /* of Letter, protected by letters_mutex */
  GSource *source; /* attached while letters wait, protected by letters_mutex */
  gboolean open;   /* protected by letters_mutex */
};

static void
letter_free (Letter *letter)
{
  if (letter->free_content != NULL)
    letter->free_content (letter->content);
  g_free (letter);
}

RjMailbox *
rj_mailbox_new (GObject *owner, int priority)
{
  RjMailbox *self = g_new0 (RjMailbox, 1);

  g_atomic_ref_count_init (&self->references);
  self->context = g_main_context_ref_thread_default ();
  self->priority = priority;
  self->open = TRUE;
  g_weak_ref_init (&self->owner, owner);
  g_mutex_init (&self->letters_mutex);
  g_queue_init (&self->letters);
  return self;
}

RjMailbox *
rj_mailbox_ref (RjMailbox *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
rj_mailbox_unref (RjMailbox *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_queue_clear_full (&self->letters, (GDestroyNotify) letter_free);
  g_weak_ref_clear (&self->owner);
  g_mutex_clear (&self->letters_mutex);
  g_main_context_unref (self->context);
  g_free (self);
}

static Letter *
take_letter (RjMailbox *self)
{
  Letter *letter;

  g_mutex_lock (&self->letters_mutex);
  letter = g_queue_pop_head (&self->letters);
  g_mutex_unlock (&self->letters_mutex);
  return letter;
}

static guint
count_letters (RjMailbox *self)
{
  guint count;

  g_mutex_lock (&self->letters_mutex);
  count = self->letters.length;
  g_mutex_unlock (&self->letters_mutex);
  return count;
}

/* Returns: whether the source goes on, because letters came in meanwhile */
static gboolean
keep_source (RjMailbox *self)
{
  gboolean more;

  g_mutex_lock (&self->letters_mutex);
  more = self->letters.length > 0;
  if (!more)
    g_clear_pointer (&self->source, g_source_unref);
  g_mutex_unlock (&self->letters_mutex);
  return more;
}

static gboolean
is_open (RjMailbox *self)
{
  gboolean open;

  g_mutex_lock (&self->letters_mutex);
  open = self->open;
  g_mutex_unlock (&self->letters_mutex);
  return open;
}

/* Opens what lies there now; what is posted meanwhile waits for the next turn of the loop, so that a busy
 * thread cannot keep the others from theirs. */
static gboolean
open_letters (gpointer user_data)
{
  RjMailbox *self = user_data;
  g_autoptr (GObject) owner = g_weak_ref_get (&self->owner);

  for (guint n = count_letters (self); n > 0; n--) {
    Letter *letter = take_letter (self);

    if (letter == NULL) /* closed by the letter before */
      break;
    if (owner != NULL && is_open (self))
      letter->func (owner, letter->content);
    letter_free (letter);
  }
  return keep_source (self) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
rj_mailbox_post (RjMailbox *self, RjMailboxFunc func, gpointer content, GDestroyNotify free_content)
{
  Letter *letter = g_new0 (Letter, 1);
  gboolean open;

  letter->func = func;
  letter->content = content;
  letter->free_content = free_content;

  g_mutex_lock (&self->letters_mutex);
  open = self->open;
  if (open) {
    g_queue_push_tail (&self->letters, letter);
    if (self->source == NULL) {
      self->source = g_idle_source_new ();
      g_source_set_priority (self->source, self->priority);
      g_source_set_callback (self->source, open_letters, rj_mailbox_ref (self),
                             (GDestroyNotify) rj_mailbox_unref);
      g_source_attach (self->source, self->context);
    }
  }
  g_mutex_unlock (&self->letters_mutex);

  if (!open)
    letter_free (letter);
}

void
rj_mailbox_close (RjMailbox *self)
{
  GQueue unread = G_QUEUE_INIT;

  g_mutex_lock (&self->letters_mutex);
  self->open = FALSE;
  unread = self->letters;
  g_queue_init (&self->letters);
  g_mutex_unlock (&self->letters_mutex);
  g_queue_clear_full (&unread, (GDestroyNotify) letter_free);
}
