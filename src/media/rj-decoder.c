#include "rj-decoder.h"

#include "rj-decoding.h"
#include "rj-log.h"

/* A look waits up to a second for a key frame and then takes a second of pictures. */
#define LOOK_US (3500 * 1000)

/* Before somebody is looked at for the first time, so that a short run sees something of everybody */
#define NEW_PAUSE_US (500 * 1000)

/* A peer in the rotation */
typedef struct {
  RjReceiver *receiver;
  guint fps;
  RjDecoderFunc func;
  gpointer owner;
  guint64 turn; /* of its last look, counted; 0: none was ever begun */
} Seat;

struct _RjDecoder {
  GObject parent_instance;

  RjDecoderConfig config;
  RjClock *clock;
  RjReaper *reaper;
  RjMailbox *mailbox;
  GPtrArray *seats;     /* of Seat */
  guint64 n_looks;      /* begun */
  Seat *current;        /* (nullable) */
  RjDecoding *decoding; /* of current */
  RjTimer *timer;       /* end of the pause, or of the look */
};

G_DEFINE_FINAL_TYPE (RjDecoder, rj_decoder, G_TYPE_OBJECT)

static void begin_look (gpointer user_data);

static void
seat_free (gpointer data)
{
  Seat *seat = data;

  rj_receiver_unref (seat->receiver);
  g_free (seat);
}

/* A letter of this look must not end the next one */
static void
forget_letters (RjDecoder *self)
{
  if (self->mailbox != NULL)
    rj_mailbox_close (self->mailbox);
  g_clear_pointer (&self->mailbox, rj_mailbox_unref);
}

/* Who was never looked at comes first, the newest of them (after a crash: who is just back), then whose look is the
 * longest ago. */
static gboolean
is_before (const Seat *a, const Seat *b)
{
  return a->turn != b->turn ? a->turn < b->turn : a->turn == 0;
}

/* Returns: (nullable): NULL: nothing has come to anybody yet */
static Seat *
choose_seat (RjDecoder *self)
{
  RjVideoCodec unused;
  Seat *chosen = NULL;

  for (guint i = 0; i < self->seats->len; i++) {
    Seat *seat = self->seats->pdata[i];

    if (rj_receiver_get_video_codec (seat->receiver, &unused) &&
        (chosen == NULL || is_before (seat, chosen)))
      chosen = seat;
  }
  return chosen;
}

static gint64
get_pause_us (RjDecoder *self)
{
  const Seat *next = choose_seat (self);

  return next != NULL && next->turn > 0 ? self->config.pause_us
                                        : MIN (self->config.pause_us, NEW_PAUSE_US);
}

static void
begin_pause (RjDecoder *self)
{
  rj_clock_cancel_timer (self->clock, &self->timer);
  if (self->seats->len > 0)
    self->timer = rj_clock_start_timer (self->clock, get_pause_us (self), begin_look, self);
}

static void
on_packet_any (GstBuffer *packet, gpointer user_data)
{
  rj_decoding_push (user_data, packet);
}

/* Returns: whether there was something to judge */
static gboolean
stop_look (RjDecoder *self, RjPictureCheck *out)
{
  rj_receiver_set_watch (self->current->receiver, NULL, NULL);
  self->current = NULL;
  forget_letters (self);
  return rj_decoding_end (g_steal_pointer (&self->decoding), self->reaper, out);
}

static void
end_look (RjDecoder *self)
{
  RjPictureCheck check = { 0 };
  Seat *seat = self->current;

  if (stop_look (self, &check))
    seat->func (seat->owner, &check);
  g_free (check.detail);
  begin_pause (self);
}

static void
on_enough (gpointer owner, gpointer unused)
{
  RjDecoder *self = owner;

  RJ_ASSERT_HOME ();
  if (self->current != NULL)
    end_look (self);
}

static void
on_look_over (gpointer user_data)
{
  RjDecoder *self = user_data;

  self->timer = NULL;
  end_look (self);
}

static void
begin_look (gpointer user_data)
{
  RjDecoder *self = user_data;
  RjDecodingConfig config = {
    .run_hash = self->config.run_hash,
  };
  g_autoptr (GError) error = NULL;
  Seat *seat = choose_seat (self);

  self->timer = NULL;
  if (seat == NULL) {
    begin_pause (self);
    return;
  }
  rj_receiver_get_video_codec (seat->receiver, &config.codec);
  seat->turn = ++self->n_looks;
  config.clip_frames = RJ_CLIP_SECONDS * seat->fps;
  config.n_wanted = seat->fps;
  forget_letters (self);
  self->mailbox = rj_mailbox_new (G_OBJECT (self), G_PRIORITY_DEFAULT);
  self->decoding = rj_decoding_new (&config, self->mailbox, on_enough, &error);
  if (self->decoding == NULL) {
    g_debug ("no picture check: %s", error->message);
    begin_pause (self);
    return;
  }
  self->current = seat;
  rj_receiver_set_watch (self->current->receiver, on_packet_any, self->decoding);
  self->timer = rj_clock_start_timer (self->clock, LOOK_US, on_look_over, self);
}

void
rj_decoder_add (
  RjDecoder *self, RjReceiver *receiver, guint fps, RjDecoderFunc func, gpointer owner)
{
  Seat *seat = g_new0 (Seat, 1);

  RJ_ASSERT_HOME ();
  seat->receiver = rj_receiver_ref (receiver);
  seat->fps = fps;
  seat->func = func;
  seat->owner = owner;
  g_ptr_array_add (self->seats, seat);
  if (self->timer == NULL && self->current == NULL)
    begin_pause (self);
}

void
rj_decoder_remove (RjDecoder *self, gpointer owner)
{
  RjPictureCheck check = { 0 };

  RJ_ASSERT_HOME ();
  if (self->current != NULL && self->current->owner == owner) {
    stop_look (self, &check);
    g_free (check.detail);
    begin_pause (self);
  }
  for (guint i = 0; i < self->seats->len; i++) {
    const Seat *seat = self->seats->pdata[i];

    if (seat->owner != owner)
      continue;
    g_ptr_array_remove_index (self->seats, i);
    return;
  }
}

void
rj_decoder_close (RjDecoder *self)
{
  RjPictureCheck check = { 0 };

  if (self->current != NULL) {
    stop_look (self, &check);
    g_free (check.detail);
  }
  g_ptr_array_set_size (self->seats, 0);
  rj_clock_cancel_timer (self->clock, &self->timer);
}

static void
rj_decoder_dispose (GObject *object)
{
  RjDecoder *self = RJ_DECODER (object);

  if (self->clock != NULL)
    rj_decoder_close (self);
  forget_letters (self);
  g_clear_pointer (&self->reaper, rj_reaper_unref);
  g_clear_object (&self->clock);
  G_OBJECT_CLASS (rj_decoder_parent_class)->dispose (object);
}

static void
rj_decoder_finalize (GObject *object)
{
  g_ptr_array_unref (RJ_DECODER (object)->seats);
  G_OBJECT_CLASS (rj_decoder_parent_class)->finalize (object);
}

static void
rj_decoder_class_init (RjDecoderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = rj_decoder_dispose;
  object_class->finalize = rj_decoder_finalize;
}

static void
rj_decoder_init (RjDecoder *self)
{
  self->seats = g_ptr_array_new_with_free_func (seat_free);
}

RjDecoder *
rj_decoder_new (const RjDecoderConfig *config, RjClock *clock, RjReaper *reaper)
{
  RjDecoder *self = g_object_new (RJ_TYPE_DECODER, NULL);

  self->config = *config;
  self->clock = g_object_ref (clock);
  self->reaper = rj_reaper_ref (reaper);
  return self;
}
