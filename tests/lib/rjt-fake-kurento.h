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

/* What it was asked: "create MediaPipeline", "subscribe Error", "invoke processOffer", "release", … */
GPtrArray *rjt_fake_kurento_get_log (RjtFakeKurento *self); /* (transfer none) of texts */
guint rjt_fake_kurento_count (RjtFakeKurento *self, const char *request);
void rjt_fake_kurento_forget (RjtFakeKurento *self);
guint rjt_fake_kurento_count_objects (RjtFakeKurento *self);

G_END_DECLS
