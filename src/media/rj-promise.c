#include "rj-promise.h"

#include "rj-error.h"

typedef struct {
  RjMailbox *mailbox;
  RjPromiseFunc func;
} Addressee;

typedef struct {
  RjPromiseFunc func;
  GstStructure *reply;
  GError *error;
} Letter;

static void
addressee_free (gpointer data)
{
  Addressee *addressee = data;

  rj_mailbox_unref (addressee->mailbox);
  g_free (addressee);
}

static void
letter_free (gpointer data)
{
  Letter *letter = data;

  g_clear_pointer (&letter->reply, gst_structure_free);
  g_clear_error (&letter->error);
  g_free (letter);
}

static void
open_letter (gpointer owner, gpointer data)
{
  const Letter *letter = data;

  letter->func (owner, letter->error == NULL ? letter->reply : NULL, letter->error);
}

static Letter *
letter_new (RjPromiseFunc func, GstPromise *promise)
{
  Letter *letter = g_new0 (Letter, 1);
  const GstStructure *reply = NULL;

  letter->func = func;
  if (gst_promise_wait (promise) == GST_PROMISE_RESULT_REPLIED)
    reply = gst_promise_get_reply (promise);
  else
    g_set_error (&letter->error, RJ_ERROR, RJ_ERROR_CLOSED, "webrtcbin did not answer");
  if (reply != NULL) {
    letter->reply = gst_structure_copy (reply);
    if (gst_structure_has_field (reply, "error"))
      gst_structure_get (reply, "error", G_TYPE_ERROR, &letter->error, NULL);
  }
  return letter;
}

/* Called when it is answered or thrown away: does not block there */
static void
on_change_any (GstPromise *promise, gpointer user_data)
{
  Addressee *addressee = user_data;

  rj_mailbox_post (addressee->mailbox, open_letter, letter_new (addressee->func, promise),
                   letter_free);
}

GstPromise *
rj_promise_new (RjMailbox *mailbox, RjPromiseFunc func)
{
  Addressee *addressee = g_new0 (Addressee, 1);

  addressee->mailbox = rj_mailbox_ref (mailbox);
  addressee->func = func;
  return gst_promise_new_with_change_func (on_change_any, addressee, addressee_free);
}
