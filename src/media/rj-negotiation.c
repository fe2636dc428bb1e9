#include "rj-negotiation.h"

#include <gst/webrtc/webrtc.h>
#include <string.h>

#include "rj-answer-check.h"
#include "rj-candidate-queue.h"
#include "rj-error.h"
#include "rj-log.h"
#include "rj-offer-codecs.h"
#include "rj-promise.h"
#include "rj-states.h"
#include "rj-webrtcbin-news.h"

/*  new ─► offering ─► offered ─► answering ─► answered      new ─► preparing ─► offering      any ─► ended
 *  new ─► accepting ─► answered  */
typedef enum {
  NEGOTIATION_NEW,
  NEGOTIATION_PREPARING, /* an offer that nobody has asked for yet */
  NEGOTIATION_OFFERING,
  NEGOTIATION_OFFERED,
  NEGOTIATION_ANSWERING,
  NEGOTIATION_ACCEPTING, /* they offer, we answer */
  NEGOTIATION_ANSWERED,
  NEGOTIATION_ENDED,
} State;

#define TO(s) RJ_STATE_BIT (NEGOTIATION_##s)

static const RjStateRow states[] = {
  [NEGOTIATION_NEW] = { "new", TO (PREPARING) | TO (OFFERING) | TO (ACCEPTING) | TO (ENDED) },
  [NEGOTIATION_PREPARING] = { "preparing", TO (OFFERING) | TO (ENDED) },
  [NEGOTIATION_OFFERING] = { "offering", TO (OFFERED) | TO (ENDED) },
  [NEGOTIATION_OFFERED] = { "offered", TO (ANSWERING) | TO (ENDED) },
  [NEGOTIATION_ANSWERING] = { "answering", TO (ANSWERED) | TO (ENDED) },
  [NEGOTIATION_ACCEPTING] = { "accepting", TO (ANSWERED) | TO (ENDED) },
  [NEGOTIATION_ANSWERED] = { "answered", TO (ENDED) },
  [NEGOTIATION_ENDED] = { "ended", 0 },
};

struct _RjNegotiation {
  GObject parent_instance;

  State state;
  GstElement *webrtc; /* until it ends */
  gboolean we_send;
  const RjNegotiationNews *news;
  gpointer owner;
  RjMailbox *mailbox;
  GTask *pending;                           /* (nullable): step under way */
  gboolean ahead;                           /* nothing is gathered yet */
  char *offer;                              /* whosever it is */
  GstWebRTCSessionDescription *description; /* (nullable): the offer, until it is applied */
  GPtrArray *mids;
  char *own_answer; /* (nullable): to their offer */
  RjAnswerFacts remote;
  RjCandidateQueue *local_candidates;  /* until the offer was taken */
  RjCandidateQueue *remote_candidates; /* until their description is applied */
};

G_DEFINE_FINAL_TYPE (RjNegotiation, rj_negotiation, G_TYPE_OBJECT)

static gboolean
move (RjNegotiation *self, State state)
{
  if (!rj_states_allow (states, G_N_ELEMENTS (states), self->state, state))
    return FALSE;
  g_debug ("negotiation %p: %s -> %s", self, states[self->state].name, states[state].name);
  self->state = state;
  return TRUE;
}

gboolean
rj_negotiation_close (RjNegotiation *self, const GError *error)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->pending);

  move (self, NEGOTIATION_ENDED);
  rj_mailbox_close (self->mailbox);
  gst_clear_object (&self->webrtc);
  if (task != NULL)
    g_task_return_error (task, g_error_copy (error));
  return task != NULL;
}

static void
fail (RjNegotiation *self, const GError *error)
{
  g_autoptr (RjNegotiation) guard = g_object_ref (self);

  self->news->failed (self->owner, rj_negotiation_close (self, error) ? NULL : error);
}

/* Returns: FALSE when it is not the turn of @state; the task has returned then */
static gboolean
begin (RjNegotiation *self, State state, GTask *owned)
{
  g_autoptr (GTask) task = owned;

  if (g_task_return_error_if_cancelled (task))
    return FALSE;
  if (!move (self, state)) {
    g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_CLOSED, "the negotiation is %s",
                             states[self->state].name);
    return FALSE;
  }
  self->pending = g_steal_pointer (&task);
  return TRUE;
}

/* ---- offer ---- */

/* The offer can be used before this is so: webrtcbin does one thing after the other. */
static void
on_local_description_set (gpointer owner, const GstStructure *reply, const GError *error)
{
  if (error != NULL)
    fail (owner, error);
}

/* From here on candidates are gathered. */
static void
apply_offer (RjNegotiation *self)
{
  g_autoptr (GstWebRTCSessionDescription) offer = g_steal_pointer (&self->description);
  g_autoptr (GstPromise) promise = rj_promise_new (self->mailbox, on_local_description_set);

  g_signal_emit_by_name (self->webrtc, "set-local-description", offer, promise);
}

static void
hand_out_offer (RjNegotiation *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->pending);

  move (self, NEGOTIATION_OFFERED);
  g_task_return_pointer (task, g_strdup (self->offer), g_free);
}

static void
on_offer_created (gpointer owner, const GstStructure *reply, const GError *cause)
{
  RjNegotiation *self = owner;
  g_autoptr (GError) error = cause == NULL ? NULL : g_error_copy (cause);

  if (reply != NULL)
    gst_structure_get (reply, "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &self->description,
                       NULL);
  if (self->description == NULL) {
    if (error == NULL)
      g_set_error (&error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "webrtcbin made no offer");
    fail (self, error);
    return;
  }
  if (self->we_send)
    rj_offer_add_codecs (self->description->sdp);
  self->offer = gst_sdp_message_as_text (self->description->sdp);
  g_clear_pointer (&self->mids, g_ptr_array_unref);
  self->mids = rj_offer_read_mids (self->offer);
  if (!self->ahead)
    apply_offer (self);
  if (self->pending != NULL)
    hand_out_offer (self);
}

static void
start_offer (RjNegotiation *self)
{
  g_autoptr (GstPromise) promise = rj_promise_new (self->mailbox, on_offer_created);

  g_signal_emit_by_name (self->webrtc, "create-offer", NULL, promise);
}

void
rj_negotiation_offer (RjNegotiation *self, GTask *task)
{
  gboolean prepared = self->state == NEGOTIATION_PREPARING;

  RJ_ASSERT_HOME ();
  if (!begin (self, NEGOTIATION_OFFERING, task))
    return;
  if (!prepared)
    start_offer (self);
  else if (self->offer != NULL)
    hand_out_offer (self);
}

void
rj_negotiation_offer_ahead (RjNegotiation *self)
{
  RJ_ASSERT_HOME ();
  if (!move (self, NEGOTIATION_PREPARING))
    return;
  self->ahead = TRUE;
  start_offer (self);
}

void
rj_negotiation_let_gather (RjNegotiation *self)
{
  RJ_ASSERT_HOME ();
  self->ahead = FALSE;
  if (self->description != NULL)
    apply_offer (self);
}

/* ---- answer ---- */

static void
on_remote_description_set (gpointer owner, const GstStructure *reply, const GError *error)
{
  RjNegotiation *self = owner;
  g_autoptr (GTask) task = NULL;

  if (error != NULL) {
    g_autoptr (GError) refusal = g_error_new (
      RJ_ERROR, RJ_ERROR_PROTOCOL, "SDP answer: webrtcbin refuses it: %s", error->message);

    fail (self, refusal);
    return;
  }
  move (self, NEGOTIATION_ANSWERED);
  rj_candidate_queue_open (self->remote_candidates);
  task = g_steal_pointer (&self->pending);
  self->news->answered (self->owner);
  g_task_return_boolean (task, TRUE);
}

static void
apply_remote (RjNegotiation *self, GstWebRTCSDPType type, const char *text, RjPromiseFunc func)
{
  g_autoptr (GstPromise) promise = rj_promise_new (self->mailbox, func);
  g_autoptr (GstWebRTCSessionDescription) description = NULL;
  GstSDPMessage *sdp = NULL;

  gst_sdp_message_new_from_text (text, &sdp);
  description = gst_webrtc_session_description_new (type, sdp);
  g_signal_emit_by_name (self->webrtc, "set-remote-description", description, promise);
}

void
rj_negotiation_answer (RjNegotiation *self, const char *sdp, GTask *task)
{
  g_autoptr (GError) error = NULL;

  RJ_ASSERT_HOME ();
  if (!begin (self, NEGOTIATION_ANSWERING, task))
    return;
  if (rj_answer_check (self->offer, sdp, self->we_send, &self->remote, &error))
    apply_remote (self, GST_WEBRTC_SDP_TYPE_ANSWER, sdp, on_remote_description_set);
  else
    fail (self, error);
}

/* ---- their offer ---- */

static void
on_own_answer_applied (gpointer owner, const GstStructure *reply, const GError *error)
{
  RjNegotiation *self = owner;
  g_autoptr (GTask) task = NULL;

  if (error != NULL) {
    fail (self, error);
    return;
  }
  move (self, NEGOTIATION_ANSWERED);
  task = g_steal_pointer (&self->pending);
  self->news->answered (self->owner);
  g_task_return_pointer (task, rj_answer_adapt (self->offer, self->own_answer), g_free);
}

static void
add_offered_codecs (RjNegotiation *self, GstSDPMessage *answer)
{
  g_autoptr (GstSDPMessage) offer = NULL;

  if (gst_sdp_message_new_from_text (self->offer, &offer) == GST_SDP_OK)
    rj_answer_add_codecs (answer, offer);
}

static void
on_own_answer_created (gpointer owner, const GstStructure *reply, const GError *cause)
{
  RjNegotiation *self = owner;
  g_autoptr (GError) error = cause == NULL ? NULL : g_error_copy (cause);
  g_autoptr (GstWebRTCSessionDescription) answer = NULL;
  g_autoptr (GstPromise) promise = NULL;

  if (reply != NULL)
    gst_structure_get (reply, "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, NULL);
  if (answer == NULL) {
    if (error == NULL)
      g_set_error (&error, RJ_ERROR, RJ_ERROR_ENVIRONMENT, "webrtcbin made no answer");
    fail (self, error);
    return;
  }
  add_offered_codecs (self, answer->sdp);
  self->own_answer = gst_sdp_message_as_text (answer->sdp);
  promise = rj_promise_new (self->mailbox, on_own_answer_applied);
  g_signal_emit_by_name (self->webrtc, "set-local-description", answer, promise);
}

static void
on_their_offer_applied (gpointer owner, const GstStructure *reply, const GError *error)
{
  RjNegotiation *self = owner;
  g_autoptr (GstPromise) promise = NULL;

  if (error != NULL) {
    g_autoptr (GError) refusal = g_error_new (
      RJ_ERROR, RJ_ERROR_PROTOCOL, "SDP offer: webrtcbin refuses it: %s", error->message);

    fail (self, refusal);
    return;
  }
  rj_candidate_queue_open (self->remote_candidates);
  promise = rj_promise_new (self->mailbox, on_own_answer_created);
  g_signal_emit_by_name (self->webrtc, "create-answer", NULL, promise);
}

void
rj_negotiation_accept (RjNegotiation *self, const char *sdp, GTask *task)
{
  g_autoptr (GError) error = NULL;

  RJ_ASSERT_HOME ();
  if (!begin (self, NEGOTIATION_ACCEPTING, task))
    return;
  if (!rj_offer_check (sdp, &self->remote, &error)) {
    fail (self, error);
    return;
  }
  self->offer = g_strdup (sdp);
  g_clear_pointer (&self->mids, g_ptr_array_unref);
  self->mids = rj_offer_read_mids (sdp);
  apply_remote (self, GST_WEBRTC_SDP_TYPE_OFFER, sdp, on_their_offer_applied);
}

gboolean
rj_negotiation_get_video_codec (RjNegotiation *self, RjVideoCodec *out)
{
  *out = self->remote.video_codec;
  return self->remote.has_video;
}

gboolean
rj_negotiation_check_certificate (RjNegotiation *self, GError **error)
{
  g_autofree char *pem = rj_webrtcbin_read_remote_certificate (self->webrtc);

  if (pem != NULL)
    return rj_answer_check_certificate (&self->remote, pem, error);
  g_debug ("negotiation %p: the certificate of the other side cannot be read", self);
  return TRUE;
}

/* ---- candidates ---- */

static void
emit_local (guint mline, const char *text, gpointer user_data)
{
  RjNegotiation *self = user_data;
  const char *mid = mline < self->mids->len ? self->mids->pdata[mline] : "";

  if (self->state != NEGOTIATION_ENDED)
    self->news->candidate (self->owner, mline, mid, text);
}

static void
give_remote (guint mline, const char *text, gpointer user_data)
{
  RjNegotiation *self = user_data;

  if (self->state != NEGOTIATION_ENDED)
    g_signal_emit_by_name (self->webrtc, "add-ice-candidate", mline, text);
}

static void
open_local (gpointer owner, gpointer unused)
{
  rj_candidate_queue_open (RJ_NEGOTIATION (owner)->local_candidates);
}

void
rj_negotiation_let_candidates_go (RjNegotiation *self)
{
  rj_mailbox_post (self->mailbox, open_local, NULL, NULL);
}

void
rj_negotiation_add_local (RjNegotiation *self, guint mline, const char *text)
{
  rj_candidate_queue_push (self->local_candidates, mline, text);
}

void
rj_negotiation_add_remote (RjNegotiation *self, guint mline, const char *text)
{
  /* names of multicast DNS: resolving them leaks in 1.22, and no server has them */
  if (strstr (text, ".local ") == NULL)
    rj_candidate_queue_push (self->remote_candidates, mline, text);
}

/* ---- life ---- */

static void
rj_negotiation_finalize (GObject *object)
{
  RjNegotiation *self = RJ_NEGOTIATION (object);

  gst_clear_object (&self->webrtc);
  g_clear_pointer (&self->mailbox, rj_mailbox_unref);
  g_clear_pointer (&self->offer, g_free);
  g_clear_pointer (&self->description, gst_webrtc_session_description_free);
  g_clear_pointer (&self->mids, g_ptr_array_unref);
  g_clear_pointer (&self->own_answer, g_free);
  rj_answer_facts_clear (&self->remote);
  g_clear_pointer (&self->local_candidates, rj_candidate_queue_free);
  g_clear_pointer (&self->remote_candidates, rj_candidate_queue_free);
  G_OBJECT_CLASS (rj_negotiation_parent_class)->finalize (object);
}

static void
rj_negotiation_class_init (RjNegotiationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rj_negotiation_finalize;
}

static void
rj_negotiation_init (RjNegotiation *self)
{
  self->mids = g_ptr_array_new_with_free_func (g_free);
  self->local_candidates = rj_candidate_queue_new (emit_local, self);
  self->remote_candidates = rj_candidate_queue_new (give_remote, self);
}

RjNegotiation *
rj_negotiation_new (GstElement *webrtc,
                    gboolean we_send,
                    const RjNegotiationNews *news,
                    gpointer owner)
{
  RjNegotiation *self = g_object_new (RJ_TYPE_NEGOTIATION, NULL);

  self->webrtc = gst_object_ref (webrtc);
  self->we_send = we_send;
  self->news = news;
  self->owner = owner;
  self->mailbox = rj_mailbox_new (G_OBJECT (self), G_PRIORITY_DEFAULT);
  return self;
}
