/* Holds ICE candidates back until the other side can use them: ours until the offer was taken, the server's
 * until the answer is applied. Each text passes once: servers tell every candidate once per m-line of a
 * bundle. One thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RjCandidateQueue RjCandidateQueue;
typedef void (*RjCandidateFunc) (guint mline, const char *text, gpointer user_data);

RjCandidateQueue *rj_candidate_queue_new (RjCandidateFunc func, gpointer user_data);
void rj_candidate_queue_free (RjCandidateQueue *self);

void rj_candidate_queue_push (RjCandidateQueue *self, guint mline, const char *text);

/* Lets go what was held back, in order; what comes later passes at once. */
void rj_candidate_queue_open (RjCandidateQueue *self);

G_END_DECLS
