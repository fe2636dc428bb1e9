/* Tells one URL what happens, event by event, as the real server does: POST of a JSON object whose "event" names
 * it, one request at a time in the order of the events, up to five tries while nobody answers, none after an
 * answer (anything but 200 is a refusal). TLS certificates are not checked. Home thread. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "rj-clock.h"

G_BEGIN_DECLS

#define RJ_TYPE_WEBHOOK (rj_webhook_get_type ())
G_DECLARE_FINAL_TYPE (RjWebhook, rj_webhook, RJ, WEBHOOK, GObject)

/* Signal "refused" (const char *sentence): an event was not taken; it is not posted again */

/* What can be wrong with what the user gave. Errors: RJ_ERROR_USAGE, with the remedy.
 * @headers: (nullable): of "Name: value" */
gboolean rj_webhook_check (const char *url, const char *const *headers, GError **error);

/* @url, @headers: checked */
RjWebhook *rj_webhook_new (const char *url, const char *const *headers, RjClock *clock);

/* @fields: (transfer full): gets the member "event" */
void rj_webhook_post (RjWebhook *self, const char *event, JsonObject *fields);

/* Done when everything is posted, or after @limit_us. What comes later is not posted any more. */
void rj_webhook_flush_async (RjWebhook *self,
                             gint64 limit_us,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
void rj_webhook_flush_finish (RjWebhook *self, GAsyncResult *result);

/* Nothing more is posted. Idempotent. */
void rj_webhook_close (RjWebhook *self);

/* "http://host:port/path": the URL without user and password. Returns: (transfer full) */
char *rj_webhook_show_url (const char *url);

G_END_DECLS
