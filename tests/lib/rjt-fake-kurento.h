/* A media server without media: speaks Kurento's protocol in this very thread, on a port of its own, and can be
 * killed, frozen, cut off and started again. Notes what it is asked. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RjtFakeKurento RjtFakeKurento;

RjtFakeKurento *rjt_fake_kurento_new (void);
void rjt_fake_kurento_free (RjtFakeKurento *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RjtFakeKurento, rjt_fake_kurento_free)

const char *rjt_fake_kurento_get_url (RjtFakeKurento *self);

/* The process dies: sockets end, connects are refused; after revive() it knows nothing any more */
void rjt_fake_kurento_kill (RjtFakeKurento *self);
void rjt_fake_kurento_revive (RjtFakeKurento *self);
/* The sockets end, the process lives on */
void rjt_fake_kurento_cut (RjtFakeKurento *self);
/* Takes requests and answers none, until it thaws */
void rjt_fake_kurento_freeze (RjtFakeKurento *self);
void rjt_fake_kurento_thaw (RjtFakeKurento *self);

/* Each message, before it is taken (@up) or sent. Returns: TRUE: somebody else sees to it, perhaps by
 * rjt_fake_kurento_pass(); @socket: which one, only compared */
typedef gboolean (*RjtKurentoHook) (
  RjtFakeKurento *self, gpointer socket, gboolean up, const char *text, gpointer user_data);
void rjt_fake_kurento_set_hook (RjtFakeKurento *self, RjtKurentoHook hook, gpointer user_data);
/* The message goes on, if @socket is still open */
void rjt_fake_kurento_pass (RjtFakeKurento *self, gpointer socket, gboolean up, const char *text);
gboolean rjt_fake_kurento_is_alive (RjtFakeKurento *self);
guint rjt_fake_kurento_count_sockets (RjtFakeKurento *self);

/* What it was asked: "create MediaPipeline", "subscribe Error", "invoke processOffer", "release", … */
GPtrArray *rjt_fake_kurento_get_log (RjtFakeKurento *self); /* (transfer none) of texts */
guint rjt_fake_kurento_count (RjtFakeKurento *self, const char *request);
void rjt_fake_kurento_forget (RjtFakeKurento *self);
guint rjt_fake_kurento_count_objects (RjtFakeKurento *self);

G_END_DECLS
