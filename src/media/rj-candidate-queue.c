#include "rj-candidate-queue.h"

typedef struct {
  guint mline;
  char *text;
} Candidate;

struct _RjCandidateQueue {
  RjCandidateFunc func;
  gpointer user_data;
  gboolean is_open;
  GQueue held;      /* of Candidate */
  GHashTable *seen; /* char * */
};

static void
candidate_free (gpointer data)
{
  Candidate *candidate = data;

  g_free (candidate->text);
  g_free (candidate);
}

RjCandidateQueue *
rj_candidate_queue_new (RjCandidateFunc func, gpointer user_data)
{
  RjCandidateQueue *self = g_new0 (RjCandidateQueue, 1);

  self->func = func;
  self->user_data = user_data;
  g_queue_init (&self->held);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
rj_candidate_queue_free (RjCandidateQueue *self)
{
  g_queue_clear_full (&self->held, candidate_free);
  g_hash_table_unref (self->seen);
  g_free (self);
}

static void
flush (RjCandidateQueue *self)
{
  Candidate *candidate;

  while ((candidate = g_queue_pop_head (&self->held)) != NULL) {
    self->func (candidate->mline, candidate->text, self->user_data);
    candidate_free (candidate);
  }
}

void
rj_candidate_queue_push (RjCandidateQueue *self, guint mline, const char *text)
{
  Candidate *candidate;

  if (*text == '\0' || !g_hash_table_add (self->seen, g_strdup (text)))
    return;
  candidate = g_new0 (Candidate, 1);
  candidate->mline = mline;
  candidate->text = g_strdup (text);
  g_queue_push_tail (&self->held, candidate);
  if (self->is_open)
    flush (self);
}

void
rj_candidate_queue_open (RjCandidateQueue *self)
{
  self->is_open = TRUE;
  flush (self);
}
