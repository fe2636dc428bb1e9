#include "rjt-wire.h"

#include "rj-error.h"
#include "rj-jsonrpc.h"

#define OPEN_LIMIT_US (10 * G_USEC_PER_SEC) /* of the real websocket */

typedef enum { UP, DOWN, N_WAYS } Way;

typedef enum { LETTER_TEXT, LETTER_CLOSE } LetterKind;

struct _RjtWire {
  GObject parent_instance;

  RjtRun *run;
  RjClock *clock;
  const RjtWireFuncs *funcs; /* NULL: forgotten */
  gpointer user_data;

  GTask *opening;
  RjTimer *open_timer;
  GPtrArray *letters; /* of Letter, under way */
  gint64 stalled_until_us[N_WAYS];
  gboolean client_open; /* hears and says something */
  gboolean server_open;
  gboolean dead; /* carries nothing any more */
};

typedef struct {
  RjtWire *wire;
  Way way;
  LetterKind kind;
  char *text; /* or the reason, (nullable) */
  guint code;
  RjTimer *timer;
} Letter;

static void rjt_wire_iface_init (RjSocketInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (RjtWire,
                               rjt_wire,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (RJ_TYPE_SOCKET, rjt_wire_iface_init))

/* --- letters --- */

static void
letter_free (gpointer data)
{
  Letter *self = data;

  rj_clock_cancel_timer (self->wire->clock, &self->timer);
  g_free (self->text);
  g_free (self);
}

static void
lose (RjtWire *self, Way way, const char *text)
{
  if (way == DOWN && text != NULL && self->funcs != NULL)
    self->funcs->lost (self, text, self->user_data);
}

static void
drop_letters (RjtWire *self, Way way)
{
  for (guint i = self->letters->len; i > 0; i--) {
    const Letter *letter = g_ptr_array_index (self->letters, i - 1);

    if (letter->way != way)
      continue;
    if (letter->kind == LETTER_TEXT)
      lose (self, way, letter->text);
    g_ptr_array_remove_index (self->letters, i - 1);
  }
}

static void
end_server (RjtWire *self, const char *reason)
{
  if (!self->server_open)
    return;
  self->server_open = FALSE;
  drop_letters (self, UP);
  if (self->funcs != NULL)
    self->funcs->closed (self, reason, self->user_data);
}

static void
end_client (RjtWire *self, guint code, const char *reason)
{
  if (!self->client_open)
    return;
  self->client_open = FALSE;
  drop_letters (self, DOWN);
  rj_socket_emit_closed (RJ_SOCKET (self), code, reason, NULL);
}

static void
deliver (RjtWire *self, Way way, LetterKind kind, guint code, const char *text)
{
  if (way == UP && kind == LETTER_CLOSE)
    end_server (self, text);
  else if (way == DOWN && kind == LETTER_CLOSE)
    end_client (self, code, text);
  else if (way == UP && self->server_open && self->funcs != NULL)
    self->funcs->text (self, text, self->user_data);
  else if (way == DOWN && self->client_open)
    rj_socket_emit_text (RJ_SOCKET (self), text, rj_clock_now_us (self->clock));
  else
    lose (self, way, text);
}

static void
on_arrival (gpointer user_data)
{
  Letter *letter = user_data;
  g_autoptr (RjtWire) self = g_object_ref (letter->wire);
  g_autofree char *text = g_strdup (letter->text);
  Way way = letter->way;
  LetterKind kind = letter->kind;
  guint code = letter->code;

  letter->timer = NULL;
  g_ptr_array_remove (self->letters, letter);
  deliver (self, way, kind, code, text);
}

static void
post (RjtWire *self, Way way, LetterKind kind, guint code, const char *text, gint64 late_us)
{
  gint64 now_us = rj_clock_now_us (self->clock);
  gint64 delay_us = MAX (RJT_WIRE_US, self->stalled_until_us[way] - now_us);
  Letter *letter = g_new0 (Letter, 1);

  letter->wire = self;
  letter->way = way;
  letter->kind = kind;
  letter->code = code;
  letter->text = g_strdup (text);
  letter->timer = rj_clock_start_timer (self->clock, delay_us + late_us, on_arrival, letter);
  g_ptr_array_add (self->letters, letter);
}

/* --- faults --- */

static void
break_both (RjtWire *self)
{
  drop_letters (self, UP);
  drop_letters (self, DOWN);
  post (self, UP, LETTER_CLOSE, 0, NULL, 0);
  post (self, DOWN, LETTER_CLOSE, 0, NULL, 0);
}

char *
rjt_wire_make_error (gint64 id, int code, const char *rpc_session)
{
  g_autofree char *text = g_strdup_printf ("refused by the sweep. Code: %d", code);

  /* the shapes in turn: thrown, replied, replied with data */
  switch (ABS (code) % 3) {
  case 0:
    return rj_frame_error (id, code, text, NULL);
  case 1:
    return rj_frame_error_replied (id, code, text, NULL, rpc_session);
  default:
    return rj_frame_error_replied (id, code, text, "{}", rpc_session);
  }
}

static char *
describe (Way way, const RjFrame *frame)
{
  const char *arrow = way == UP ? ">" : "<";

  if (frame->method != NULL)
    return g_strdup_printf ("%s %s", arrow, frame->method);
  return g_strdup_printf ("%s %s %" G_GINT64_FORMAT, arrow,
                          frame->kind == RJ_FRAME_ERROR ? "error" : "answer", frame->id);
}

static void
refuse (RjtWire *self, const RjFrame *frame, int code)
{
  g_autofree char *error = rjt_wire_make_error (frame->id, code, NULL);

  post (self, DOWN, LETTER_TEXT, 0, error, 0);
}

static void
send (RjtWire *self, Way way, const char *text)
{
  g_autoptr (RjFrame) frame = rj_frame_parse (text, -1);
  g_autofree char *label = describe (way, frame);
  int code;
  RjtMessageKind kind = way == UP               ? RJT_MESSAGE_REQUEST
                        : frame->method == NULL ? RJT_MESSAGE_ANSWER
                                                : RJT_MESSAGE_NEWS;
  RjtFault fault = rjt_run_strike (self->run, label, kind, &code);

  if (self->dead) {
    lose (self, way, text);
    return;
  }
  switch (fault) {
  case RJT_FAULT_LOST:
    lose (self, way, text);
    return;
  case RJT_FAULT_DELAYED:
    post (self, way, LETTER_TEXT, 0, text, RJT_DELAY_US);
    return;
  case RJT_FAULT_STALLED:
    self->stalled_until_us[way] = rj_clock_now_us (self->clock) + RJT_DELAY_US;
    break;
  case RJT_FAULT_DOUBLED:
    post (self, way, LETTER_TEXT, 0, text, 0);
    break;
  case RJT_FAULT_ERROR:
    refuse (self, frame, code);
    return;
  case RJT_FAULT_CUT:
    lose (self, way, text);
    break_both (self);
    return;
  case RJT_FAULT_CUT_AFTER:
    post (self, way, LETTER_TEXT, 0, text, 0);
    post (self, UP, LETTER_CLOSE, 0, NULL, 0);
    post (self, DOWN, LETTER_CLOSE, 0, NULL, 0);
    return;
  case RJT_FAULT_DEAD:
    self->dead = TRUE;
    lose (self, way, text);
    return;
  case RJT_FAULT_CRASH:
    self->funcs->crash (self->user_data);
    break;
  case RJT_FAULT_NONE:
  case RJT_FAULT_GONE:
  case RJT_FAULT_RANDOM:
  case RJT_N_FAULTS:
    break;
  }
  post (self, way, LETTER_TEXT, 0, text, 0);
}

/* --- the server's end --- */

void
rjt_wire_say (RjtWire *self, const char *text)
{
  if (self->server_open && self->funcs != NULL)
    send (self, DOWN, text);
}

void
rjt_wire_close (RjtWire *self, guint code, const char *reason)
{
  if (!self->server_open)
    return;
  if (!self->dead)
    post (self, DOWN, LETTER_CLOSE, code, reason, 0);
  end_server (self, reason);
}

gboolean
rjt_wire_is_open (RjtWire *self)
{
  return self->server_open;
}

void
rjt_wire_forget (RjtWire *self)
{
  self->funcs = NULL;
  self->server_open = FALSE;
  g_ptr_array_set_size (self->letters, 0);
}

/* --- the client's end: an RjSocket --- */

static void
on_open_due (gpointer user_data)
{
  RjtWire *self = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&self->opening);

  self->open_timer = NULL;
  if (g_task_return_error_if_cancelled (task))
    return;
  self->client_open = self->server_open = TRUE;
  if (self->funcs != NULL &&
      self->funcs->opened (self, g_task_get_task_data (task), self->user_data)) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  self->client_open = self->server_open = FALSE;
  g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_UNREACHABLE, "connection refused");
}

static void
on_open_late (gpointer user_data)
{
  RjtWire *self = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&self->opening);

  self->open_timer = NULL;
  g_task_return_new_error (task, RJ_ERROR, RJ_ERROR_TIMEOUT, "the websocket was not open in time");
}

/* What the real websocket makes of an HTTP status */
static void
refuse_opening (RjtWire *self, int status)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->opening);

  g_task_return_new_error (task, RJ_ERROR, status >= 500 ? RJ_ERROR_UNREACHABLE : RJ_ERROR_REJECTED,
                           "HTTP %d instead of a websocket", status);
}

static void
strike_opening (RjtWire *self)
{
  RjTimerFunc then = on_open_due;
  int code;

  switch (rjt_run_strike (self->run, "> upgrade", RJT_MESSAGE_HTTP, &code)) {
  case RJT_FAULT_LOST:
  case RJT_FAULT_DELAYED:
  case RJT_FAULT_STALLED:
  case RJT_FAULT_DEAD:
    then = on_open_late;
    break;
  case RJT_FAULT_ERROR:
    refuse_opening (self, code);
    return;
  case RJT_FAULT_CUT:
    refuse_opening (self, 502);
    return;
  case RJT_FAULT_CUT_AFTER:
    post (self, UP, LETTER_CLOSE, 0, NULL, RJT_WIRE_US);
    post (self, DOWN, LETTER_CLOSE, 0, NULL, RJT_WIRE_US);
    break;
  case RJT_FAULT_CRASH:
    self->funcs->crash (self->user_data);
    break;
  case RJT_FAULT_NONE:
  case RJT_FAULT_DOUBLED:
  case RJT_FAULT_GONE:
  case RJT_FAULT_RANDOM:
  case RJT_N_FAULTS:
    break;
  }
  self->open_timer = rj_clock_start_timer (
    self->clock, then == on_open_late ? OPEN_LIMIT_US : RJT_WIRE_US, then, self);
}

static void
rjt_wire_open_async (RjSocket *socket,
                     const char *url,
                     GCancellable *cancellable,
                     GAsyncReadyCallback callback,
                     gpointer user_data)
{
  RjtWire *self = RJT_WIRE (socket);

  self->opening = g_task_new (self, cancellable, callback, user_data);
  g_task_set_task_data (self->opening, g_strdup (url), g_free);
  strike_opening (self);
}

static gboolean
rjt_wire_open_finish (RjSocket *socket, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
rjt_wire_send (RjSocket *socket, const char *text)
{
  RjtWire *self = RJT_WIRE (socket);

  if (self->client_open)
    send (self, UP, text);
}

static void
rjt_wire_close_client (RjSocket *socket, guint code, const char *reason)
{
  RjtWire *self = RJT_WIRE (socket);
  g_autoptr (GTask) opening = g_steal_pointer (&self->opening);

  rj_clock_cancel_timer (self->clock, &self->open_timer);
  if (opening != NULL)
    g_task_return_new_error (opening, G_IO_ERROR, G_IO_ERROR_CANCELLED, "closed");
  if (!self->client_open)
    return;
  self->client_open = FALSE;
  drop_letters (self, DOWN);
  if (g_strcmp0 (rjt_run_get_defect (self->run), "ghost") == 0)
    reason = "a text that the server takes for no loss";
  if (!self->dead)
    post (self, UP, LETTER_CLOSE, code, reason, 0);
}

static void
rjt_wire_cut (RjSocket *socket, gboolean with_reset)
{
  if (RJT_WIRE (socket)->client_open)
    break_both (RJT_WIRE (socket));
}

static void
rjt_wire_iface_init (RjSocketInterface *iface)
{
  iface->open_async = rjt_wire_open_async;
  iface->open_finish = rjt_wire_open_finish;
  iface->send = rjt_wire_send;
  iface->close = rjt_wire_close_client;
  iface->cut = rjt_wire_cut;
}

static void
rjt_wire_finalize (GObject *object)
{
  RjtWire *self = RJT_WIRE (object);

  rj_clock_cancel_timer (self->clock, &self->open_timer);
  g_ptr_array_unref (self->letters);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (rjt_wire_parent_class)->finalize (object);
}

static void
rjt_wire_class_init (RjtWireClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rjt_wire_finalize;
}

static void
rjt_wire_init (RjtWire *self)
{
  self->letters = g_ptr_array_new_with_free_func (letter_free);
}

RjtWire *
rjt_wire_new (RjtRun *run, RjClock *clock, const RjtWireFuncs *funcs, gpointer user_data)
{
  RjtWire *self = g_object_new (RJT_TYPE_WIRE, NULL);

  self->run = run;
  self->clock = g_object_ref (clock);
  self->funcs = funcs;
  self->user_data = user_data;
  return self;
}
